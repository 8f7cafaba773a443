"""The command line: every command, its misuse, and what the documents say of it."""
