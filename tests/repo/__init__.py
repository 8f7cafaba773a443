"""The repository tested against itself: names, layout, sizes, words and contracts."""
