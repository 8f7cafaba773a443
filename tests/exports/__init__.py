"""Diagrams: nothing lies on anything, every arrow ends on its box, text is escaped."""
