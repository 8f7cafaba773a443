"""How a case moves: definitions read strictly, checked, compiled and stepped through.

Pure: an act on a case gives entries and effects, or a refusal. Refuses to know the clock, the
store, the network and the framework that calls it.
"""
