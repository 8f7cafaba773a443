"""Journals as they were once written, with their texts: what they lead to stays so for ever."""
