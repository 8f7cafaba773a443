"""What may be done with a case, where the world has no answer for one of its events."""

from datetime import datetime

from machines.book import rulebook
from machines.case import Actor, Case, Party
from machines.offers import offers
from machines.rungs import SHANGHAI
from rules.parameters import Settings
from rules.view import World
from tests.faults.town import calendar

TODAY = datetime(2025, 1, 2, 9, tzinfo=SHANGHAI)
LONG_AGO = datetime(1990, 1, 2, 9, tzinfo=SHANGHAI)
OFFICER = Actor("officer", "approval")


def test_a_day_of_which_no_number_speaks_bars_what_needs_one_and_hides_nothing_else() -> None:
    book = rulebook()
    compiled = book.workflows["eia_commitment"].compiled
    tracks = {name: track.initial for name, track in compiled.definition.tracks.items()}
    case = Case("c-1", "eia_commitment", compiled.hash, "yingkou", Party("enterprise", "虚构厂"),
                TODAY, 1, tracks, facts={"industry": "another"})  # fmt: skip
    world = World(calendar(), book.parameters, Settings("yingkou"))

    def told(at: datetime) -> tuple[set[str], dict[str, str]]:
        able, barred = offers(compiled, case, OFFICER, {"approval"}, at, world)
        return {one.event for one in able}, {one.event: one.why.reason for one in barred}

    able, barred = told(TODAY)
    assert "check_list" in able
    assert "no_rule_for_date" not in barred.values()
    able_then, barred_then = told(LONG_AGO)
    assert barred_then["check_list"] == "no_rule_for_date"
    assert able_then | set(barred_then) == able | set(barred)
