"""The lists of powers and duties (权责清单), held against what the engine lets happen."""
