"""What other eyes and other tools read of a definition. Pure: a definition in, text out."""
