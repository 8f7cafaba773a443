"""Works out what each entry must have made of each duty, and holds the record against it.

What an entry says of itself (its event, its instants, its facts) is evidence; the dates it wrote
are not looked at before they have been worked out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from simulation.auditor.arming import OUTAGE, History, Known, begun, outage_of
from simulation.auditor.counting import day_of
from simulation.auditor.days import Almanac, NotDerivable
from simulation.auditor.derivation import (
    Derived,
    Rejection,
    extended,
    first_day_after,
    preceded,
    put_off,
    rejected,
    resumed,
    served,
    stood_still,
)
from simulation.auditor.migrations import MIGRATED, migrated
from simulation.auditor.receipts import receipt_lines
from simulation.auditor.record import Line, Plain, happened, held, key_of, keys_of, recorded
from simulation.auditor.recounts import recounted

DUE = ("kind", "on", "at", "opens_on", "earliest", "latest", "told_on", "enforceable_from")
FIRM = {"given": "firm"}  # a day named in an act is as firm as one counted


def derive(history: History, entry: Plain, plain: Plain) -> Derived:
    """What an entry must have made of a duty. Raises NotDerivable with what is missing."""
    before = history.last(key_of(plain))
    if entry["kind"] == MIGRATED:
        return migrated(history, entry, plain)
    if before is None or (_waits(before.plain) and not _waits(plain)):
        duty = begun(history, entry, plain)
        return _missed(duty, entry, plain, duty.almanac)
    if before.derived is None:
        raise NotDerivable(f"a sound value of this duty in entry {before.seq}")
    almanac = history.almanac(entry)
    duty = _moved(history, replace(before.derived, fresh=False), entry, plain, almanac)
    duty = _answered(duty, before, plain, day_of(recorded(entry)), almanac)
    return _missed(duty, entry, plain, almanac)


def _waits(plain: Plain) -> bool:
    """Whether a duty only waits for the service of a document."""
    return bool(plain["due"].get("event") == "service")


def _moved(
    history: History, duty: Derived, entry: Plain, plain: Plain, almanac: Almanac
) -> Derived:
    """A pause, its end, an extension, a new calendar."""
    today, facts = day_of(recorded(entry)), entry.get("facts", {})
    about = facts.get("obligation")
    if entry["event"] == OUTAGE:
        status = plain["status"]
        does = put_off if status == "missed" else stood_still
        return duty if status == "waived" else does(duty, *outage_of(entry), today, almanac)
    if entry["kind"] == "recounted":
        basis = history.leader(duty, int(entry["seq"])) if duty.copied_from else duty
        blank = replace(duty, counted=None)
        return recounted(duty, basis or blank, plain, today, almanac)
    if about != plain["obligation"]:
        return duty
    match entry["event"]:
        case "suspend":
            return replace(duty, halts=(*duty.halts, (today, None)))
        case "resume":
            policy = str(facts.get("policy") or "keep_remaining")
            return resumed(duty, policy, recorded(entry), almanac)
        case "extend":
            return extended(duty, date.fromisoformat(facts["new_due_on"]), today, almanac)
    return duty


def _answered(duty: Derived, before: Known, plain: Plain, today: date, almanac: Almanac) -> Derived:
    """A filing is rejected, the rejection is served."""
    said, pending = plain.get("receipt", {}).get("rejected"), duty.rejection
    if before.plain["status"] == "filed" and plain["status"] in ("open", "missed", "suspended"):
        if said is None:
            raise NotDerivable("receipt.rejected: whether the rejection must be served first")
        late = plain["status"] == "missed"
        return rejected(duty, Rejection(today, late, bool(said["waits_for_service"])), almanac)
    if pending is None or not pending.waits or pending.served_on is not None:
        return duty
    return served(duty, pending, today, almanac) if said and said.get("served_on") else duty


def _missed(duty: Derived, entry: Plain, plain: Plain, almanac: Almanac | None) -> Derived:
    """The label of a miss: by the clock, or by the event the duty had to come before."""
    if plain["status"] != "missed" or duty.missed_on is not None:
        return duty
    due = plain["due"]
    if due["kind"] == "event" and due.get("event") in keys_of(entry) and almanac is not None:
        return preceded(duty, day_of(happened(entry)), day_of(recorded(entry)), almanac)
    return replace(duty, missed_on=first_day_after(duty))


def compared(entry: Plain, plain: Plain, before: Plain | None, duty: Derived) -> Iterator[Line]:
    """Every date of a duty as recorded, held against its derivation."""
    seq, about = int(entry["seq"]), name_of(plain)

    def line(name: str, said: Any, found: Any) -> Line:
        return held(seq, about, name, said, found)

    for name in DUE:
        said, found = plain["due"].get(name), duty.dates.get(name)
        yield line(f"due.{name}", FIRM.get(said, said), FIRM.get(str(found), found))
    yield line("anchor", plain["anchor"], duty.anchor)
    yield line("missed_on", plain.get("missed_on"), duty.missed_on)
    said = " ".join(sorted(f"{n}:{day}" for n, day in plain.get("warn_on", ())))
    yield line("warn_on", said, " ".join(sorted(f"{n}:{day}" for n, day in duty.warn_on)))
    pauses = sorted(f"{p['since']}/{p.get('until') or ''}" for p in plain.get("pauses", ()))
    halts = sorted(f"{since}/{until or ''}" for since, until in duty.halts)
    yield line("pauses", " ".join(pauses), " ".join(halts))
    yield line("acted_at", plain.get("acted_at"), _acted_at(entry, plain, before))
    if duty.fresh:
        yield from receipt_lines(seq, about, plain["receipt"], duty)


def name_of(plain: Plain) -> str:
    """A duty with its occurrence, as a person would call it."""
    return f"{plain['obligation']}#{plain['occurrence']}"


def _acted_at(entry: Plain, plain: Plain, before: Plain | None) -> str | None:
    """When the bearer acted: as it stood, or when this entry's act happened."""
    said = plain.get("acted_at")
    stood = None if before is None else before.get("acted_at")
    rejected_now = before is not None and before["status"] == "filed"
    if said == stood or (said is None and (before is None or rejected_now)):
        return str(said) if said is not None else None
    if before is None and entry["event"] == "restore":
        return str(said) if said is not None else None
    return str(entry["happened_at"])
