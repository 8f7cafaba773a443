"""The long evidence: that every line which carries a clause is noticed when it is gone."""
