"""The schema's history, run by `upgrade` from wherever the package is installed."""
