"""The brake on mass adverse action: a day brings only so much of one consequence by itself.

Counted for each zone, workflow, consequence and Shanghai day, in the database, in the transaction
of the sweep. What is over the limit is held, with everything that comes after it, until a second
person lets it go; reminders, labels and escalations go on. Refuses to know what a consequence is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.enforcement import Enforced
from cases.errors import Misused
from cases.ports import Unit
from cases.rows import BrakeRow
from cases.safety_port import Consequence
from cases.tally import LIVE
from machines.frozen import replace
from rules.periods import shanghai_date

Wanted = Sequence[Consequence]


@dataclass(frozen=True, slots=True)
class Limits:
    """How many acts of one consequence a day may bring: no more than `most`, nor than so many
    percent of the licences live that morning; but the first `at_least` are never too many."""

    most: int = 50
    percent: int = 2
    at_least: int = 10

    def of(self, live: int) -> int:
        """The limit where so many licences are live."""
        return min(self.most, max(self.at_least, live * self.percent // 100))


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Held:
    """An adverse act that a brake keeps back. `due`: the first instant at which it is lawful."""

    case_id: str
    zone: str
    workflow: str
    consequence: str
    subject: str
    obligation: str
    occurrence: int
    due: datetime

    @classmethod
    def of(cls, one: Enforced) -> Held:
        """What would have been enforced."""
        return cls(one.case_id, one.zone, one.workflow, one.consequence, one.subject,
                   one.obligation, one.occurrence, one.due)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """A brake that asks for a second person. `cases`: how many it holds, `oldest` the first of
    them; `taken` of `allowed` were done on `day`."""

    zone: str
    workflow: str
    consequence: str
    since: datetime
    cases: int
    oldest: datetime | None
    day: str
    taken: int
    allowed: int

    @property
    def name(self) -> str:
        """How a person names it: zone/workflow/consequence."""
        return f"{self.zone}/{self.workflow}/{self.consequence}"


def wanted(done: Sequence[Enforced], released: str | None) -> Wanted:
    """What must be reserved for a case: its adverse acts, but for those a person let go."""
    return [
        Consequence(one.zone, one.workflow, one.consequence)
        for one in done
        if one.adverse and one.consequence != released
    ]


def reserve(
    unit: Unit, asked: Sequence[Wanted], now: datetime, limits: Limits
) -> list[Consequence | None]:
    """Who may go on, case by case in their order; for a case that may not, what holds it.

    A case goes on with all that is due in it or with nothing adverse. The counters stay locked
    until the unit ends; they are taken in ascending order, so that two sweeps cannot block each
    other."""
    names = sorted({of for each in asked for of in each})
    if not names:
        return [None] * len(asked)
    before = {of: _locked(unit, of, now, limits) for of in names}
    held, after = shared(before, asked, now)
    for of, row in after.items():
        if row != before[of]:
            unit.keep_brake(row)
    return held


def foretold(
    unit: Unit, asked: Sequence[Wanted], now: datetime, limits: Limits
) -> list[Consequence | None]:
    """What `reserve` would answer, from a unit that only reads."""
    known = {Consequence(row.zone, row.workflow, row.consequence): row for row in unit.brakes()}
    names = {of for each in asked for of in each}
    rows = {of: todays(unit, known.get(of), of, now, limits) for of in names}
    return shared(rows, asked, now)[0]


def shared(
    rows: Mapping[Consequence, BrakeRow], asked: Sequence[Wanted], now: datetime
) -> tuple[list[Consequence | None], dict[Consequence, BrakeRow]]:
    """Shares out what the counters allow; one that is used up stops, and is not begun again."""
    left = dict(rows)
    held: list[Consequence | None] = []
    for each in asked:
        counts = Counter(each)
        lacking = next((of for of, n in counts.items() if not _has(left[of], n)), None)
        held.append(lacking)
        if lacking is not None:
            row = left[lacking]
            left[lacking] = replace(row, stopped_at=row.stopped_at or now)
            continue
        for of, n in counts.items():
            left[of] = replace(left[of], taken=left[of].taken + n)
    return held, left


def _has(row: BrakeRow, n: int) -> bool:
    return row.stopped_at is None and row.taken + n <= row.allowed


def _locked(unit: Unit, of: Consequence, now: datetime, limits: Limits) -> BrakeRow:
    """Today's counter, begun where there is none: by whoever comes first."""
    row = unit.lock_brake(of)
    if row is None:
        unit.begin_brake(todays(unit, None, of, now, limits))
        row = unit.lock_brake(of)
        assert row is not None, "a counter that was begun is there"
    fresh = todays(unit, row, of, now, limits)
    if fresh != row:
        unit.keep_brake(fresh)
    return fresh


def todays(
    unit: Unit, row: BrakeRow | None, of: Consequence, now: datetime, limits: Limits
) -> BrakeRow:
    """The counter of today: a new day begins at nothing, but a brake that stands goes on
    standing."""
    day = shanghai_date(now)
    if row is not None and row.day == day:
        return row
    allowed = limits.of(unit.tallied(LIVE, of.zone, of.workflow))
    if row is None:
        return BrakeRow(*of, day, allowed, 0)
    return replace(row, day=day, allowed=allowed, taken=0)


def standing(unit: Unit) -> list[Standing]:
    """The brakes that ask for a second person. A case that is being let go, but has not been yet,
    is no longer asked about."""
    piles = {(pile.consequence, pile.after): pile for pile in unit.piles()}
    found = []
    for row in unit.brakes():
        of = Consequence(row.zone, row.workflow, row.consequence)
        pile = piles.get((of, row.last_release or 0))
        since = row.stopped_at or (pile.oldest if pile else None)
        if since is not None:
            found.append(Standing(
                row.zone, row.workflow, row.consequence, since, pile.cases if pile else 0,
                pile.oldest if pile else None, row.day.isoformat(), row.taken, row.allowed,
            ))  # fmt: skip
    return found


def named(text: str) -> Consequence:
    """A brake as a person writes it. Raises Misused."""
    parts = text.split("/")
    if len(parts) != 3 or not all(part.strip() for part in parts):
        raise Misused(f"“{text}”不是制动的名称，应写作 片区/事项/后果。",
                      f"{text!r} names no brake: write zone/workflow/consequence")  # fmt: skip
    return Consequence(*parts)
