"""The second opinion agrees with what the engine did, and finds what was changed afterwards."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from rules.festivals import movable
from rules.working_days import VARIANTS
from simulation.auditor import audit
from simulation.auditor.days import NotDerivable
from simulation.auditor.record import chain
from simulation.auditor.sky import festivals
from tests.proof.dates import almanacs_of_all, proof
from tests.proof.doings import lived
from tests.proof.journals import journal_of
from tests.proof.lives import calendars

ALMANACS = almanacs_of_all()
Journal = list[dict[str, Any]]


def test_a_thousand_obligations_come_out_the_same() -> None:
    """The hundred thousand of `python -m tests.proof.dates`, in small."""
    tally = proof(1000)
    assert tally.findings == []
    assert tally.obligations >= 1000
    assert len(tally.never) <= 5, "a kind of life is missing"


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


def _lives() -> Iterator[Journal]:
    """Journals with pauses, extensions and misses in them."""
    for seed in range(7000, 7014):
        yield journal_of(lived(seed).entries)


LIVES = list(_lives())
DATED = [journal for journal in LIVES if any(entry.get("duties") for entry in journal)]


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


@pytest.mark.parametrize("journal", DATED, ids=lambda one: f"{len(one)} entries")
def test_a_date_moved_by_one_day_is_found(journal: Journal) -> None:
    assert audit(journal, ALMANACS).findings == []
    places = len(list(_dates(journal)))
    assert places > 10
    for place in random.Random(places).sample(range(places), 3):
        changed = copy.deepcopy(journal)
        holder, name = list(_dates(changed))[place]
        holder[name] = _next_day(holder[name])
        found = audit(_rehashed(changed), ALMANACS)
        assert any(line.verdict == "differ" and name in line.name for line in found.findings)


def test_a_pause_that_was_dropped_is_found() -> None:
    looked_at = 0
    for journal in LIVES[:6]:
        for place, entry in enumerate(journal):
            if not any(duty.get("pauses") for duty in entry.get("duties", ())):
                continue
            looked_at += 1
            changed = copy.deepcopy(journal[: place + 1])
            for duty in changed[place]["duties"]:
                duty.pop("pauses", None)
            names = {line.name for line in audit(_rehashed(changed), ALMANACS).findings}
            assert "pauses" in names
    assert looked_at > 10


def test_an_entry_that_was_dropped_is_found() -> None:
    """But for the last one: what came after the last entry that somebody has seen, only the signed
    root of the whole record can show."""
    dropped = 0
    for journal in LIVES[:20]:
        for place, entry in enumerate(journal[:-1]):
            if entry["event"] in ("suspend", "extend"):
                dropped += 1
                rest = copy.deepcopy([*journal[:place], *journal[place + 1 :]])
                assert not audit(rest, ALMANACS).sound
                later = [duty for one in rest[place:] for duty in one.get("duties", ())]
                if any(_same(duty, entry) for duty in later):
                    assert not audit(_rehashed(rest), ALMANACS).sound
    assert dropped > 5


def _same(duty: dict[str, Any], entry: dict[str, Any]) -> bool:
    (moved,) = entry["duties"]
    return (duty["obligation"], duty["occurrence"]) == (moved["obligation"], moved["occurrence"])


def test_a_hash_or_a_word_that_was_changed_is_found() -> None:
    journal = min(LIVES, key=lambda one: abs(len(one) - 20))
    for place in range(len(journal)):
        for name, value in (("hash", "0" * 64), ("prev_hash", "1" * 64), ("seq", 99)):
            changed = copy.deepcopy(journal)
            changed[place][name] = value
            assert _broken_links(changed), (place, name)
        changed = copy.deepcopy(journal)
        changed[place]["actor"]["user"] += "x"
        assert _broken_links(changed) == [(place + 1, "hash")]
    assert [line.name for line in audit(changed, ALMANACS).findings] == ["hash"]


def _broken_links(journal: Journal) -> list[tuple[int, str]]:
    return [(one.seq, one.name) for one in chain("case-1", journal) if one.verdict != "agree"]


def test_an_act_before_its_day_is_found() -> None:
    acts = 0
    for journal in LIVES[:7]:
        for place, entry in enumerate(journal):
            if entry["kind"] == "enforced" and entry["because"]["rung"] == "enforced":
                acts += 1
                changed = copy.deepcopy(journal[: place + 1])
                day = date.fromisoformat(entry["at"][:10]) - timedelta(days=40)
                changed[place]["at"] = f"{day}T00:00:00+08:00"
                whys = [line.why for line in audit(_rehashed(changed), ALMANACS).findings]
                assert "too early" in whys
    assert acts > 5


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
