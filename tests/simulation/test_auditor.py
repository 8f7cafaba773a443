"""The second opinion agrees with what the engine did, and finds what was changed afterwards."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from machines.book import rulebook
from rules.due import compute_due
from rules.festivals import movable
from rules.periods import UNITS, Period
from rules.working_days import CALENDARS, VARIANTS, load_calendar
from simulation.auditor import Almanacs, audit
from simulation.auditor.days import NotDerivable
from simulation.auditor.receipts import receipt_alone
from simulation.auditor.sky import festivals
from tests.proof.dates import Life, calendars, journal_of, proof
from tests.scenarios.runner import play, scenarios

ALMANACS = Almanacs(CALENDARS)
LONGEST = {"wd": 60, "cd": 200, "mo": 30, "yr": 4, "h": 300}
Journal = list[dict[str, Any]]


def test_three_thousand_obligations_come_out_the_same() -> None:
    """The hundred thousand of `python -m tests.proof.dates`, in small."""
    tally = proof(3000)
    assert tally.findings == []
    assert tally.obligations >= 3000
    lived = {kind for kind, _ in tally.kinds.most_common()}
    assert {"firm", "provisional", "given", "event suspend", "event resume", "event extend",
            "event restore", "event recount", "event import", "event reject"} <= lived  # fmt: skip
    assert {"wd", "cd-roll", "cd-noroll", "mo-roll", "mo-noroll", "yr-roll", "yr-noroll",
            "h"} <= lived  # fmt: skip


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.split("-")[0] in LONGEST])
def test_a_receipt_alone_is_derived_again_in_every_unit(unit: str) -> None:
    chance = random.Random(unit)
    for _ in range(150):
        _, calendar = chance.choice(calendars())
        start = Life(chance)._begins()
        pauses = () if "back" in unit else _pauses(chance, start.date())
        amount = chance.randint(1, LONGEST[unit.split("-")[0]])
        due = compute_due(start, Period(unit, amount, pauses), calendar)
        lines = list(receipt_alone(due.receipt, ALMANACS))
        assert [line for line in lines if line.verdict != "agree"] == []
        assert {"receipt.result.on", "receipt.calendar"} <= {line.name for line in lines}


def _pauses(chance: random.Random, day: date) -> tuple[tuple[date, date], ...]:
    found = []
    for _ in range(chance.choice((0, 0, 1, 2))):
        day += timedelta(days=chance.randint(0, 30))
        found.append((day, day + timedelta(days=chance.randint(0, 25))))
        day = found[-1][1]
    return tuple(found)


def test_the_festivals_worked_out_from_the_sky_are_those_of_the_table() -> None:
    assert {year: festivals(year) for year in movable()} == movable()


def test_both_readings_of_the_notices_name_the_same_days() -> None:
    for _, calendar in calendars()[-3:]:
        almanac = ALMANACS.of(calendar.version)
        day = calendar.first_day
        while day < calendar.firm_until + timedelta(days=800):
            for reading in VARIANTS:
                expected = calendar.assumed(reading).is_working(day)
                assert almanac.works(day, reading) is expected, (day, reading)
            assert almanac.works(day, "conceivable") is calendar.conceivable.is_working(day)
            day += timedelta(days=1)
    with pytest.raises(NotDerivable, match="2018"):
        ALMANACS.all[-1].works(date(2018, 6, 1))


def test_the_journals_of_the_reforms_stand() -> None:
    book, calendar = rulebook(), load_calendar()
    played = [play(book, calendar, one) for one in list(scenarios())[::12]]
    for stage in played:
        if stage.case is not None:
            found = audit(journal_of(stage.entries, stage.case.id), ALMANACS)
            assert found.findings == [], f"{stage.scenario.workflow}: {stage.scenario.name}"


def _lives() -> Iterator[Journal]:
    """Journals with pauses, extensions and misses in them."""
    for seed in range(7000, 7025):
        life = Life(random.Random(seed))
        life.live()
        yield journal_of(life.entries)


LIVES = list(_lives())


def _rehashed(journal: Journal) -> Journal:
    """The journal with its numbers and hashes made good again: only the content can betray it."""
    from cases.records import GENESIS, chain_hash
    from machines.codec import canonical

    head = GENESIS
    for seq, entry in enumerate(journal, 1):
        body = {k: v for k, v in entry.items() if k not in ("seq", "hash", "prev_hash")}
        entry["seq"], entry["prev_hash"] = seq, head
        entry["hash"] = head = chain_hash(head, "case-1", seq, canonical(body))
    return journal


def _next_day(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()


def _dates(journal: Journal) -> Iterator[tuple[dict[str, Any], str]]:
    """Every date of every duty, and where it stands."""
    for entry in journal:
        for duty in entry.get("duties", ()):
            yield from ((duty["due"], name) for name in duty["due"]
                        if name not in ("kind", "event", "at"))  # fmt: skip
            if duty.get("missed_on"):
                yield duty, "missed_on"


@pytest.mark.parametrize("journal", LIVES, ids=lambda one: f"{len(one)} entries")
def test_a_date_moved_by_one_day_is_found(journal: Journal) -> None:
    assert audit(journal, ALMANACS).findings == []
    places = len(list(_dates(journal)))
    for place in random.Random(places).sample(range(places), 6):
        changed = copy.deepcopy(journal)
        holder, name = list(_dates(changed))[place]
        holder[name] = _next_day(holder[name])
        found = audit(_rehashed(changed), ALMANACS)
        assert any(line.verdict == "differ" and name in line.name for line in found.findings)


def test_a_pause_that_was_dropped_is_found() -> None:
    looked_at = 0
    for journal in LIVES:
        for place, entry in enumerate(journal):
            if not any(duty.get("pauses") for duty in entry.get("duties", ())):
                continue
            looked_at += 1
            changed = copy.deepcopy(journal)
            for duty in changed[place]["duties"]:
                duty.pop("pauses", None)
            names = {line.name for line in audit(_rehashed(changed), ALMANACS).findings}
            assert "pauses" in names
    assert looked_at > 20


def test_an_entry_that_was_dropped_is_found() -> None:
    dropped = 0
    for journal in LIVES:
        for place, entry in enumerate(journal):
            if entry["event"] in ("suspend", "extend"):
                dropped += 1
                rest = copy.deepcopy([*journal[:place], *journal[place + 1 :]])
                assert not audit(rest, ALMANACS).sound
                later = [duty for one in rest[place:] for duty in one.get("duties", ())]
                if any(_same(duty, entry) for duty in later):
                    assert not audit(_rehashed(rest), ALMANACS).sound
    assert dropped > 10


def _same(duty: dict[str, Any], entry: dict[str, Any]) -> bool:
    (moved,) = entry["duties"]
    return (duty["obligation"], duty["occurrence"]) == (moved["obligation"], moved["occurrence"])


def test_a_hash_or_a_word_that_was_changed_is_found() -> None:
    journal = LIVES[0]
    for place in range(len(journal)):
        for name, value in (("hash", "0" * 64), ("prev_hash", "1" * 64), ("seq", 99)):
            changed = copy.deepcopy(journal)
            changed[place][name] = value
            lines = audit(changed, ALMANACS).findings
            assert any(line.about == "journal" for line in lines), (place, name)
        changed = copy.deepcopy(journal)
        changed[place]["actor"]["user"] += "x"
        assert [line.name for line in audit(changed, ALMANACS).findings] == ["hash"]


def test_an_act_before_its_day_is_found() -> None:
    acts = 0
    for journal in LIVES:
        for place, entry in enumerate(journal):
            if entry["kind"] == "enforced" and entry["because"]["rung"] == "enforced":
                acts += 1
                changed = copy.deepcopy(journal)
                day = date.fromisoformat(entry["at"][:10]) - timedelta(days=40)
                changed[place]["at"] = f"{day}T00:00:00+08:00"
                whys = [line.why for line in audit(_rehashed(changed), ALMANACS).findings]
                assert "too early" in whys
    assert acts > 20


def test_what_the_record_leaves_out_is_named() -> None:
    changed = copy.deepcopy(LIVES[0])
    duty = next(one for one in changed[1]["duties"] if one["due"].get("on"))
    del duty["receipt"]["starts"]
    whys = [line.why for line in audit(_rehashed(changed), ALMANACS).findings]
    assert "receipt.starts: the event that starts the period" in whys
    changed = copy.deepcopy(LIVES[0])
    changed[1]["inputs"]["calendar"] = "f" * 64
    found = audit(_rehashed(changed), ALMANACS).findings
    assert any("calendar version ffffffffffff" in line.why for line in found)


@pytest.mark.parametrize("broken", [[], [{}], [{"seq": 1}], [{"seq": 1, "marks": {"opens": 3}}]])
def test_what_is_no_journal_is_a_finding_and_no_crash(broken: Journal) -> None:
    found = audit(broken, ALMANACS)
    assert not found.sound
    assert json.dumps([line.why for line in found.findings])
