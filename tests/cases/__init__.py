"""The use cases: opening, acting, credit, settings, tokens."""
