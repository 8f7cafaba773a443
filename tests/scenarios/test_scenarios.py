"""Every scenario file, played through the heart; the auditor works out every date again."""

import pytest

from machines.book import rulebook
from rules.working_days import CALENDARS, load_calendar
from simulation.auditor import Almanacs, audit
from tests.proof.journals import journal_of
from tests.scenarios.explained import judge_explained
from tests.scenarios.runner import Scenario, judge, play, scenarios

CALENDAR = load_calendar()
ALMANACS = Almanacs(CALENDARS)


@pytest.mark.parametrize("scenario", list(scenarios()), ids=lambda s: f"{s.workflow}: {s.name}")
def test_the_story_ends_as_the_text_says(scenario: Scenario) -> None:
    stage = play(rulebook(), CALENDAR, scenario)
    judge(stage)
    judge_explained(stage)
    if stage.case is not None:
        assert audit(journal_of(stage.entries, stage.case.id), ALMANACS).findings == []
