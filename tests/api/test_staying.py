"""What a process does before it takes up its work."""

import gc

from api.staying import settle_in
from cases.casework import Casework
from cases.clock import machine_time
from cases.store import open_store
from machines.case import Case
from machines.codec import _decoder
from rules.working_days import load_calendar
from tests.faults.town import LICENSED_AT, town


def test_what_has_been_read_is_hidden_from_the_garbage_collector_and_no_garbage_is() -> None:
    class Circle:
        """Garbage that only the collector finds."""

        gone = False

        def __init__(self) -> None:
            self.self = self

        def __del__(self) -> None:
            Circle.gone = True

    threshold = gc.get_threshold()
    casework = town(open_store("memory://", clock=machine_time), LICENSED_AT)[0]
    fresh = Casework(casework.store, casework.book, load_calendar(), casework.clock)
    Circle()
    try:
        settle_in(fresh)
        assert Circle.gone
        assert gc.get_freeze_count() > 10_000
        assert "_assumed" in vars(fresh.calendar)
        found = _decoder.cache_info().hits
        _decoder(Case)
        assert _decoder.cache_info().hits == found + 1
    finally:
        gc.unfreeze()
        gc.set_threshold(*threshold)
