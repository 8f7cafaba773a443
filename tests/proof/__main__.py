"""`python -m tests.proof [KEY...]`: takes each cited line out in turn and plays the scenarios.

Prints, for each workflow, how many removals were noticed, by which means, and each that was not.
Exits 1 if any survived.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from machines.book import Rulebook, rulebook
from rules.working_days import Calendar, load_calendar
from tests.proof.known import EXPECTED
from tests.proof.mutants import Mutant, mutants
from tests.scenarios.runner import Scenario, judge, play, scenarios


def noticed(book: Rulebook, calendar: Calendar, stories: Sequence[Scenario]) -> int | None:
    """The place of the first scenario that does not end as it should, or None."""
    for place, scenario in enumerate(stories):
        try:
            judge(play(book, calendar, scenario))
        except Exception:  # whatever goes wrong, the removal was noticed
            return place
    return None


def survivors(key: str, book: Rulebook, calendar: Calendar) -> tuple[int, int, list[Mutant]]:
    """Removals that do not load, that a scenario notices, and that nothing notices."""
    stories = [one for one in scenarios() if one.workflow == key]
    assert noticed(book, calendar, stories) is None, f"{key}: a scenario fails as it is"
    unloadable, told, left = 0, 0, []
    for mutant in mutants(book, key):
        if mutant.book is None:
            unloadable += 1
            continue
        place = noticed(mutant.book, calendar, stories)
        if place is None:
            left.append(mutant)
        else:
            told += 1
            stories.insert(0, stories.pop(place))  # who noticed this may notice the next
    return unloadable, told, left


def main(keys: Sequence[str]) -> int:
    """Runs the workflows named, or all; 1 if a removal went unnoticed."""
    book, calendar = rulebook(), load_calendar()
    unnoticed = 0
    for key in keys or sorted(book.workflows):
        unloadable, told, left = survivors(key, book, calendar)
        unexpected = [one for one in left if one.what not in EXPECTED.get(key, {})]
        _say(
            f"{key}: {told} noticed by a scenario, {unloadable} do not load, "
            f"{len(unexpected)} unnoticed, {len(left) - len(unexpected)} explained"
        )
        for one in unexpected:
            _say(f"  line {one.line}: {one.what}")
        unnoticed += len(unexpected)
    return 1 if unnoticed else 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
