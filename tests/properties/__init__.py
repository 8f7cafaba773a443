"""What must hold in every story, drawn at random."""
