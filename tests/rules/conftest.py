"""The calendar of the repository, read once."""

import pytest

from rules.working_days import Calendar, load_calendar


@pytest.fixture(scope="session")
def calendar() -> Calendar:
    """Everything published, 2019 to 2026."""
    return load_calendar()
