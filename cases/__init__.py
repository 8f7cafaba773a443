"""What happened, for ever: cases opened, acted on and enforced, kept as a chained journal.

Holds the use cases, their ports and the one clock; `cases.store` alone speaks to a database.
Refuses to know HTTP, and who wakes it.
"""
