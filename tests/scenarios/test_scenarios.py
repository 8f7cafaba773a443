"""Every scenario file, played through the heart."""

import pytest

from machines.book import rulebook
from rules.working_days import load_calendar
from tests.scenarios.runner import Scenario, judge, play, scenarios

CALENDAR = load_calendar()


@pytest.mark.parametrize("scenario", list(scenarios()), ids=lambda s: f"{s.workflow}: {s.name}")
def test_the_story_ends_as_the_text_says(scenario: Scenario) -> None:
    stage = play(rulebook(), CALENDAR, scenario)
    judge(stage)
