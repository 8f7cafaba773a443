"""The HTTP interface, call by call, on the memory and the SQLite store."""
