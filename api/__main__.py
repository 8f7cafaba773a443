"""`chengnuo` and `python -m api`: first the start-up guard, then the commands."""

from api.startup import refuse_foreign_packages


def main() -> None:
    """Runs the command line. Ends the process with 0 (good), 1 (a finding) or 2 (misuse)."""
    refuse_foreign_packages()
    from api.cli import app  # imported only now: the guard must come first

    app()


if __name__ == "__main__":
    main()
