"""The definition reader, the checks, the compiled machines and the pure step."""
