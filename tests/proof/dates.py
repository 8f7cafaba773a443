"""`python -m tests.proof.dates [N] [SEED]`: N obligations of every kind, lived through at random by
the engine's own acts, and every date of them worked out again by the auditor from the journals
alone; and one receipt more for every ten, of any unit, held against its own count.

Prints how many obligations and values agreed, what happened how often, and each value that did not
agree with the seed of its life; exits 1 then, and where anything of `EXPECTED` never happened.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from time import perf_counter
from typing import Any

from machines.case import Entry
from rules.calendar_change import plain_of
from rules.day_table import CalendarHorizon
from rules.due import compute_due
from rules.periods import UNITS, Period
from rules.working_days import CALENDARS
from simulation.auditor import Almanacs, Audit, audit
from simulation.auditor.receipts import receipt_alone
from tests.proof.doings import lived
from tests.proof.journals import journal_of
from tests.proof.lives import Life, calendars, invented_calendars

SHOWN = 40
LONGEST = {"wd": 60, "cd": 200, "mo": 30, "yr": 4, "h": 300, "oh": 120}
EXPECTED = frozenset((
    "kind firm", "kind provisional", "kind given", "kind event", "kind standing", "kind none",
    "unit wd", "unit cd-roll", "unit cd-noroll", "unit mo-roll", "unit mo-noroll", "unit yr-roll",
    "unit yr-noroll", "unit h", "window", "recurring", "before another",
    "ends at close_of_business", "ends at end_of_day", "ends at instant",
    "event suspend", "event resume", "resume keep_date", "resume keep_remaining", "resume restart",
    "event request_extension", "event refuse_extension", "event extend", "extend statutory_42",
    "extend force_majeure", "extend agreement", "extension asked for",
    "event restore", "restore keep_date", "restore keep_remaining", "restore restart",
    "restore fulfilled", "event stay", "event lift_stay", "event correct_record",
    "event acknowledge_recount", "event cancel_registration", "event import", "event reject",
    "event record_late", "event record_failed_service", "served electronic", "served in_person",
    "served post", "served public_notice", "waiting public_notice", "failed post",
    "recorded late", "counted from the record", "came in post", "came in counter",
    "event recount", "recount later", "recount earlier", "recount confirmed", "mid-year notice",
    "event outage", "outage later", "outage reopened", "outage review",
    "missed", "met", "filed", "waived",
))  # fmt: skip


@dataclass
class Tally:
    """What was lived through, and what the auditor made of it."""

    cases: int = 0
    obligations: int = 0
    receipts: int = 0
    values: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    findings: list[tuple[str, Any]] = field(default_factory=list)

    @property
    def never(self) -> list[str]:
        """What should have happened and did not."""
        units = {f"alone {unit}" for unit in UNITS}
        return sorted((EXPECTED | units) - self.kinds.keys())

    def take(self, seed: int, life: Life, found: Audit) -> None:
        """One case more."""
        assert life.case is not None
        self.cases += 1
        self.obligations += sum(1 for duty in life.case.duties if duty.due.on is not None)
        self.values += sum(1 for _ in found.lines)
        self.kinds.update(_kinds(life))
        self.findings.extend((f"seed {seed}", line) for line in found.findings)

    def take_receipt(self, receipt: Mapping[str, Any], almanacs: Almanacs) -> None:
        """A receipt without a case."""
        lines = list(receipt_alone(receipt, almanacs))
        self.receipts += 1
        self.values += len(lines)
        self.kinds[f"alone {receipt['unit']}"] += 1
        where = f"{receipt['start']} {receipt['period']}"
        self.findings.extend((where, line) for line in lines if line.verdict != "agree")


def _kinds(life: Life) -> Iterator[str]:
    """What there was in a life."""
    assert life.case is not None
    for duty in life.case.duties:
        yield f"kind {duty.due.kind}"
        yield f"unit {(duty.period or 'none').split(':')[0]}"
        yield duty.status
        yield from _said_of(duty.receipt)
    for entry in life.entries:
        yield f"event {entry.event}"
        yield from _said_by(entry)
    if life.known is invented_calendars():
        yield from ("mid-year notice" for one in life.entries if one.event == "recount")


def _said_of(receipt: Mapping[str, Any]) -> Iterator[str]:
    if "ends_at" in receipt:
        yield f"ends at {receipt['ends_at']}"
    if "opens" in receipt:
        yield "window"
    if "before" in receipt and "on" in receipt:
        yield "before another"
    if "late_record" in receipt:
        yield "counted from the record"


def _said_by(entry: Entry) -> Iterator[str]:
    facts, marks = entry.facts, entry.marks
    if "policy" in facts:
        yield f"{entry.event} {facts['policy']}"
    if entry.event == "resume" and "policy" not in facts:
        yield "resume keep_remaining"
    if entry.event == "extend":
        yield f"extend {facts['ground']}"
        if entry.duties[0].extensions[-1].requested_by != entry.actor.user:
            yield "extension asked for"
    if "service" in marks:
        yield f"{marks['service']['status']} {marks['service']['channel']}"
    if "channel" in marks:
        yield f"came in {marks['channel']}"
    if entry.kind == "act" and entry.happened_at < entry.at:
        yield "recorded late"
    for name, word in (("recount", "direction"), ("outage", "outcome")):
        yield from (f"{name} {line[word]}" for line in marks.get(name, {}).get("lines", ()))
    yield from ("recurring" for duty in entry.duties if duty.round > 1)


def almanacs_of_all() -> Almanacs:
    """The notices of the year files, and those that never were."""
    return Almanacs(CALENDARS, [plain_of(calendar) for _, calendar in invented_calendars()])


def proof(
    obligations: int, seed: int = 1, along: Callable[[Tally], None] = lambda _: None
) -> Tally:
    """Lives of so many obligations, each audited; one receipt of any unit for every ten of them.

    `along` is called after every hundred lives."""
    tally, almanacs = Tally(), almanacs_of_all()
    while tally.obligations < obligations:
        life = lived(seed)
        if life.case is not None:
            tally.take(seed, life, audit(journal_of(life.entries), almanacs))
        seed += 1
        if seed % 100 == 0:
            along(tally)
    for receipt in _receipts(random.Random(seed), obligations // 10):
        tally.take_receipt(receipt, almanacs)
    return tally


def _receipts(chance: random.Random, number: int) -> Iterator[Mapping[str, Any]]:
    """Receipts of so many periods, of every unit in turn: backward, fully elapsed and all."""
    while number:
        number -= 1
        yield receipt_of(chance, UNITS[number % len(UNITS)])


def receipt_of(chance: random.Random, unit: str) -> Mapping[str, Any]:
    """The receipt of a period from any start, with or without pauses, on any calendar there was."""
    while True:
        _, calendar = chance.choice((*calendars(), *invented_calendars()))
        start = Life(chance).begins()
        pauses = () if "back" in unit else _pauses(chance, start.date())
        amount = chance.randint(0, LONGEST[unit.split("-")[0]])
        try:
            return compute_due(start, Period(unit, amount, pauses), calendar).receipt
        except (CalendarHorizon, ValueError):
            continue  # before 2019, more than ten years past a notice, or nothing counted backwards


def _pauses(chance: random.Random, day: date) -> tuple[tuple[date, date], ...]:
    found = []
    for _ in range(chance.choice((0, 0, 1, 2))):
        day += timedelta(days=chance.randint(0, 30))
        found.append((day, day + timedelta(days=chance.randint(0, 25))))
        day = found[-1][1]
    return tuple(found)


def _say(tally: Tally) -> None:
    where = {one for one, _ in tally.findings}
    sys.stdout.write(
        f"{tally.obligations} obligations, {len(tally.findings)} findings "
        f"{', '.join(sorted(where)[:9])}\n"
    )
    sys.stdout.flush()


def main(words: Sequence[str]) -> int:
    """A hundred thousand, or as many as are asked for."""
    began, seed = perf_counter(), int(words[1]) if len(words) > 1 else 1
    tally = proof(int(words[0]) if words else 100_000, seed, _say)
    for where, line in tally.findings[:SHOWN]:
        sys.stdout.write(f"{where}: {line}\n")
    sys.stdout.write(
        f"seeds from {seed} on: {tally.obligations} obligations of {tally.cases} cases and "
        f"{tally.receipts} receipts alone, {tally.values} values, {len(tally.findings)} findings, "
        f"{perf_counter() - began:.0f} s\n"
    )
    sys.stdout.write(", ".join(f"{n} {kind}" for kind, n in tally.kinds.most_common()) + "\n")
    for kind in tally.never:
        sys.stdout.write(f"never happened: {kind}\n")
    return 1 if tally.findings or tally.never else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
