"""Stories a lawyer can read: one file a reform, each scenario given, when, then."""
