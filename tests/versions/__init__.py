"""Texts of a procedure: which governs, what differs, migration, conformance, old histories."""
