"""Every state a case of a workflow can reach, walked through the same `decide` that runs.

What is left out, and what that hides, is said where it is done: `slices` (tracks that do not read
each other are walked one by one), `partition` (facts by the values at which a condition changes
its mind), `symbolic` (the order of dates instead of dates), `moves` (which acts are tried).
"""
