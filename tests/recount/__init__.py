"""Dates counted on one calendar, and again on the next."""
