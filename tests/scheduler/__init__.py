"""The enforcer, its holds, the sandbox clock and the alarm."""
