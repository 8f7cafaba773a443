"""How fast, beside the limit of what the machine can do and beside others; never a test."""
