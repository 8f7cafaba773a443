"""Real crashes: processes killed in the middle of an act or a sweep."""
