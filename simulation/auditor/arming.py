"""How a duty begins: from what it is counted, by which number, and what a restoration makes of it.

The number itself (its value, the clause or the zone setting it comes from, the date it was looked
up on) is evidence, kept in the receipt; everything counted from it is worked out here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from simulation.auditor.counting import Term, day_of, lasting_until, midnight
from simulation.auditor.days import Almanac, Almanacs, NotDerivable
from simulation.auditor.derivation import (
    AUTHORITY,
    Derived,
    counted,
    first_day_after,
    on_the_paper,
    reminders,
    stood_still,
    undone,
)
from simulation.auditor.record import IMPORT, Key, Past, Plain, happened, key_of, keys_of, recorded

OUTAGE = "outage"
FAMILIES = {"working_days": "wd", "natural_days": "cd", "months": "mo", "years": "yr",
            "hours": "h"}  # fmt: skip


@dataclass(frozen=True)
class Known:
    """A duty as an entry left it: what the record says, what was derived (None: could not be)."""

    seq: int
    plain: Plain
    derived: Derived | None


@dataclass
class History:
    """Every duty of a case so far, each with all its values, beside what else had happened."""

    almanacs: Almanacs
    past: Past
    entries: Sequence[Plain]
    duties: dict[Key, list[Known]] = field(default_factory=dict)
    licences: dict[str, list[Plain]] = field(default_factory=dict)
    services: dict[int, Plain] = field(default_factory=dict)
    gone: set[Key] = field(default_factory=set)

    def last(self, key: Key) -> Known | None:
        """A duty as it stands."""
        found = self.duties.get(key)
        return found[-1] if found else None

    def of(self, obligation: str) -> list[list[Known]]:
        """The occurrences of an obligation, oldest first."""
        return [known for (name, _), known in self.duties.items() if name == obligation]

    def leader(self, duty: Derived, before: int | None = None) -> Derived | None:
        """The duty whose day another one has taken over, while that day is the same; as it was
        `before` an entry, where that is said."""
        known = [
            one for others in self.of(duty.copied_from) for one in others
            if before is None or one.seq < before
        ]  # fmt: skip
        found = known[-1].derived if known else None
        return found if found is not None and duty.on in (None, found.on) else None

    def keep(self, entry: Plain, plain: Plain, derived: Derived | None) -> None:
        """Remembers what an entry made of a duty."""
        known = Known(int(entry["seq"]), plain, derived)
        self.duties.setdefault(key_of(plain), []).append(known)

    def almanac(self, entry: Plain) -> Almanac:
        """The calendar an entry was decided on."""
        version = entry.get("inputs", {}).get("calendar")
        if version is None:
            raise NotDerivable("inputs.calendar: the calendar the entry was decided on")
        return self.almanacs.of(str(version))


def begun(history: History, entry: Plain, plain: Plain) -> Derived:
    """A duty that begins with this entry."""
    if entry["event"] == OUTAGE:
        return _reopened(history, entry, plain)
    moves = plain.get("receipt", {}).get("moves", ())
    if entry["event"] == "restore" and moves and moves[-1]["by"] == "restore":
        return _restored(history, entry, plain)
    round_ = int(plain.get("round", 1))
    for known in reversed(history.of(str(plain["obligation"]))):
        earlier = known[-1].derived
        if known[-1].plain.get("round", 1) == round_ - 1 and earlier is not None:
            return armed_from(history, entry, plain, earlier.anchor)  # all rounds from one start
    return armed_from(history, entry, plain, None)


def armed_from(history: History, entry: Plain, plain: Plain, start: datetime | None) -> Derived:
    """Counted from the event that starts it, or from a start already known."""
    receipt: Plain = plain.get("receipt", {})
    blank = Derived(
        {"kind": plain["due"]["kind"]}, side=str(receipt.get("bearer", "")),
        warns=tuple(receipt.get("warns", ())),
    )  # fmt: skip
    if "waits_for" in receipt:
        return replace(blank, anchor=recorded(entry))
    anchor = start or start_of(history.past, entry, receipt)
    blank = replace(blank, anchor=anchor, almanac=history.almanac(entry))
    if "before" in receipt:
        follower = replace(blank, copied_from=str(receipt["before"]))
        return _imported(copied(history, follower, day_of(anchor)), entry, plain)
    source: Plain = receipt.get("source", receipt)
    if "word" in receipt or source.get("value", 0) is None:
        return blank  # a standing duty, or one for which the text names no number
    duty = replace(blank, opens=_opens(receipt), named="given" in source)
    term = _term(history.past, anchor, receipt, source, int(plain.get("round", 1)))
    duty = replace(duty, number=(term.unit, term.amount))
    almanac = history.almanac(entry)
    return _imported(counted(duty, term, almanac, day_of(anchor)), entry, plain)


def start_of(past: Past, entry: Plain, receipt: Plain) -> datetime:
    """When the period begins: with this entry, or with events before it. An act recorded late never
    starts the clock of another than the authority in the past."""
    said = receipt.get("starts")
    if said is None:
        raise NotDerivable("receipt.starts: the event that starts the period")
    events = [str(name) for name in said["events"]]
    if said["rule"] == "earliest":
        if not set(events) & set(keys_of(entry)):
            raise NotDerivable(f"an entry in which {' or '.join(events)} happened")
        begins = happened(entry)
    else:
        missing = [name for name in events if name not in past.happened]
        if missing:
            raise NotDerivable(f"the entry in which {missing[0]} happened")
        begins = max(past.happened[name] for name in events)
    if receipt.get("bearer") == AUTHORITY or entry["event"] == IMPORT:
        return begins
    return max(begins, *(past.noted[name] for name in events if name in past.noted))


def _term(past: Past, start: datetime, receipt: Plain, source: Plain, round_: int) -> Term:
    """Unit and amount: the number, as often as it has come round; or up to a day named in an act,
    as many natural days as lie before it."""
    family, dash, ending = str(receipt["unit"]).partition("-")
    if "given" not in source:
        family = FAMILIES.get(str(source.get("unit")), family)
        return Term(start, f"{family}{dash}{ending}", int(source.get("value", 0)) * round_)
    if source["given"] not in past.facts:
        raise NotDerivable(f"the fact {source['given']}, which names the day")
    stated = date.fromisoformat(str(past.facts[source["given"]]))
    days = (stated - day_of(start)).days
    unit = f"cd-{ending}"
    return Term(start, unit, days) if days > 0 else Term(midnight(stated), unit, 0)


def _opens(receipt: Plain) -> tuple[str, int] | None:
    """The first day of a window: so many days after the start, never rolled."""
    said = receipt.get("opens_source")
    if said is None:
        return None
    family = FAMILIES[str(said["unit"])]
    return (family if family == "wd" else f"{family}-noroll"), int(said["value"])


def copied(history: History, duty: Derived, warned_after: date) -> Derived:
    """A duty owed before another one is due: by the same day."""
    other = history.leader(duty)
    if other is None or other.on is None or duty.almanac is None:
        return duty
    earliest = other.dates.get("earliest")
    first = earliest if isinstance(earliest, date) else other.on
    warn_on = reminders(duty.warns, first, duty.almanac, warned_after)
    term = lasts = None
    if duty.anchor is not None and other.counted is not None and other.counted.family != "h":
        lasts = Term(duty.anchor, other.counted.unit, 0), other.on
        term = lasting_until(*lasts, duty.almanac)
    return replace(duty, dates=other.dates, result=other.result, warn_on=warn_on, term=term,
                   lasts=lasts)  # fmt: skip


def _imported(duty: Derived, entry: Plain, plain: Plain) -> Derived:
    """A licence issued before: what its paper names; no reminders of the past; what ran out and
    harms nobody is recorded as missed."""
    if entry["event"] != IMPORT:
        return duty
    today, almanac = day_of(recorded(entry)), duty.almanac
    told: Mapping[str, str] | None = plain.get("receipt", {}).get("told")
    if told is not None and almanac is not None:
        duty = on_the_paper(duty, date.fromisoformat(told["on_the_paper"]), today, almanac)
    missed_on = first_day_after(duty) if plain["status"] == "missed" else None
    warn_on = tuple(one for one in duty.warn_on if one[1] > today)
    return replace(duty, warn_on=warn_on, missed_on=missed_on)


def _restored(history: History, entry: Plain, plain: Plain) -> Derived:
    """A duty that a wrongful act had ended, armed anew by the stated policy; for an authority's own
    duty only as fulfilled or from the beginning."""
    name, policy = str(plain["obligation"]), str(entry["facts"]["policy"])
    old = _before_the_wrong(history, entry, name)
    if old.derived is None:
        raise NotDerivable(f"a sound value of {name} before entry {old.seq}")
    late = old.derived.rejection is not None and old.derived.rejection.late
    rejection = None if late else old.derived.rejection
    duty = replace(old.derived, missed_on=None, rejection=rejection, fresh=False)
    own = duty.side == AUTHORITY
    if policy == "fulfilled" or (policy == "keep_date" and not own):
        return duty
    if (policy == "restart" or own) and not duty.named and not (duty.copied_from and duty.on):
        return armed_from(history, entry, plain, recorded(entry))  # unless an act names its day
    wrong = int(entry["facts"]["entry"])
    if not 0 < wrong <= len(history.entries):
        raise NotDerivable(f"entry {wrong}, which was undone")
    acted_on = day_of(happened(history.entries[wrong - 1]))
    return undone(duty, acted_on, day_of(recorded(entry)), history.almanac(entry))


def _reopened(history: History, entry: Plain, plain: Plain) -> Derived:
    """A miss that only an outage made is taken back; the duty runs on without the outage's days."""
    old = _before_the_wrong(history, entry, str(plain["obligation"]))
    if old.derived is None:
        raise NotDerivable(f"a sound value of {plain['obligation']} before entry {old.seq}")
    duty = replace(old.derived, missed_on=None, fresh=False)
    today = day_of(recorded(entry))
    return stood_still(duty, *outage_of(entry), today, history.almanac(entry))


def outage_of(entry: Plain) -> tuple[date, date]:
    """The first and the last day of an outage, as recorded."""
    said = entry["marks"][OUTAGE]
    return date.fromisoformat(said["first"]), date.fromisoformat(said["last"])


def _before_the_wrong(history: History, entry: Plain, name: str) -> Known:
    """The duty as the undone acts found it."""
    for seq in sorted(entry["marks"]["restored"]):
        for known in history.of(name):
            earlier = [one for one in known if one.seq < seq]
            if earlier and any(one.seq == seq for one in known):
                return earlier[-1]
    raise NotDerivable(f"the entry that ended {name} wrongly")
