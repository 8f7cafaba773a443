"""Removals that no scenario can notice, with the reason: workflow -> what -> why."""

EXPECTED: dict[str, dict[str, str]] = {}
