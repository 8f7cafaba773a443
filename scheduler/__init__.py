"""Who acts when nobody acts: what is due is claimed and enforced, once, to the right party.

A deadline is a row; `scheduler.runner` only wakes the enforcer. Refuses to know HTTP and to decide
what a miss means: that is in the definition.
"""
