"""The audit of one case: its chain, its acts, its licences and every date of every duty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from simulation.auditor.arming import History
from simulation.auditor.counting import midnight
from simulation.auditor.days import Almanacs, NotDerivable
from simulation.auditor.derivation import Derived, first_day_after
from simulation.auditor.duties import compared, derive, name_of
from simulation.auditor.migrations import rehome
from simulation.auditor.record import IMPORT, Key, Line, Past, Plain, chain, held, recorded
from simulation.auditor.services import over, service

MALFORMED = (AttributeError, KeyError, TypeError, ValueError)


@dataclass(frozen=True)
class Step:
    """What one entry made of one duty: how it was derived (None: it could not be), and the lines.

    `number`: the receipt's own evidence, the value and where it comes from."""

    seq: int
    at: datetime
    event: str
    duty: str
    plain: Plain
    derived: Derived | None
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Audit:
    """The audit of a case. `sound`: nothing differs and nothing stays open; `gone`: duties
    that left it with a migration."""

    case_id: str
    entries: int
    steps: tuple[Step, ...]
    others: tuple[Line, ...]
    gone: frozenset[Key] = frozenset()

    @property
    def lines(self) -> Iterator[Line]:
        """Every value looked at."""
        yield from self.others
        for step in self.steps:
            yield from step.lines

    @property
    def findings(self) -> list[Line]:
        """What differs, and what could not be derived."""
        return [line for line in self.lines if line.verdict != "agree"]

    @property
    def sound(self) -> bool:
        """Whether the record stands."""
        return not self.findings


def audit(journal: Sequence[Plain], almanacs: Almanacs) -> Audit:
    """Works out every date of a case again. Never raises for what is wrong with the record."""
    if not journal:
        return _broken("", Line(0, "journal", "entries", None, None, "not derivable", "any entry"))
    try:
        past = Past.before(journal[0])
    except (NotDerivable, *MALFORMED) as error:
        return _broken("", _open(1, "journal", "opening", error))
    history = History(almanacs, past, journal)
    steps: list[Step] = []
    others: list[Line] = []
    try:
        others.extend(chain(past.case_id, journal))
        for entry in journal:
            past.take(entry)
            others.extend(rehome(history, entry))
            others.extend(_services(history, entry))
            others.extend(_act(history, entry))
            steps.extend(_step(history, entry, plain) for plain in entry.get("duties", ()))
            others.extend(_licences(history, entry))
    except MALFORMED as error:
        others.append(_open(len(steps), "journal", "entry", error))
    gone = frozenset(history.gone - history.duties.keys())
    return Audit(past.case_id, len(journal), tuple(steps), tuple(others), gone)


def _broken(case_id: str, line: Line) -> Audit:
    return Audit(case_id, 0, (), (line,))


def _open(seq: int, about: str, name: str, error: Exception) -> Line:
    """A line for what could not be derived."""
    said = str(error) if isinstance(error, NotDerivable) else f"{type(error).__name__}: {error}"
    return Line(seq, about, name, None, None, "not derivable", said)


def _step(history: History, entry: Plain, plain: Plain) -> Step:
    """One duty of one entry."""
    seq, about = int(entry["seq"]), name_of(plain)
    before = history.last((str(plain["obligation"]), int(plain["occurrence"])))
    derived: Derived | None = None
    try:
        derived = derive(history, entry, plain)
        lines = tuple(compared(entry, plain, before.plain if before else None, derived))
    except (NotDerivable, *MALFORMED) as error:
        lines = (_open(seq, about, "dates", error),)
    history.keep(entry, plain, derived)
    return Step(seq, recorded(entry), str(entry["event"]), about, plain, derived, lines)


def _services(history: History, entry: Plain) -> Iterator[Line]:
    """A delivery recorded, or completed by the end of its notice."""
    plain = entry.get("marks", {}).get("service")
    if plain is not None:
        known = history.services.get(int(plain["n"]))
        yield from service(entry, known, history.almanac(entry))
        history.services[int(plain["n"])] = plain


def _act(history: History, entry: Plain) -> Iterator[Line]:
    """An act of the engine: not before its day."""
    because = entry.get("because")
    if because is None or entry["kind"] != "enforced":
        return
    seq, rung = int(entry["seq"]), str(because["rung"])
    about = f"{because['obligation']}#{because['occurrence']}"
    if rung == "served":
        ran_out = over(history.services[int(because["occurrence"])])
        yield held(seq, about, "happened_at", entry["happened_at"], ran_out)
        yield _not_before(seq, about, rung, entry, ran_out)
        return
    known = history.last((str(because["obligation"]), int(because["occurrence"])))
    if known is None or known.derived is None:
        yield _open(seq, about, rung, NotDerivable("a sound value of the duty it answers"))
        return
    first = _earliest(known.derived, rung)
    if first is None:
        yield Line(seq, about, rung, str(entry["at"]), None, "differ", "no day of an act is known")
        return
    yield _not_before(seq, about, rung, entry, first)


def _not_before(seq: int, about: str, rung: str, entry: Plain, first: datetime) -> Line:
    early = recorded(entry) < first
    return Line(seq, about, rung, str(entry["at"]), first.isoformat(),
                "differ" if early else "agree", "too early" if early else "not before")  # fmt: skip


def _earliest(duty: Derived, rung: str) -> datetime | None:
    """The first instant at which a rung may be taken: a reminder on its day, a miss when the date
    has passed, a consequence on the first lawful day."""
    if rung.startswith("warn:"):
        days: Mapping[str, date] = {f"warn:{n}": day for n, day in duty.warn_on}
        return midnight(days[rung]) if rung in days else None
    if rung == "enforced":
        found = duty.dates.get("enforceable_from")
        return midnight(found) if isinstance(found, date) else None
    if duty.dates["kind"] == "provisional":
        return None
    at = duty.dates.get("at")
    over = first_day_after(duty)
    return at if isinstance(at, datetime) else None if over is None else midnight(over)


def _licences(history: History, entry: Plain) -> Iterator[Line]:
    """A licence is issued, and ends, on the day of the act: never before it."""
    seq = int(entry["seq"])
    acted = entry["happened_at"] if entry["event"] == IMPORT else entry["at"]
    kept = history.licences
    for licence in entry.get("licences", ()):
        name = str(licence["licence"])
        known = kept.setdefault(name, [])
        if entry["event"] != "restore":
            before = known[-1] if known else {}
            issued = before.get("issued_at", acted)
            again = licence["issued_at"] != issued and licence["status"] == "live"
            yield held(seq, name, "issued_at", licence["issued_at"], acted if again else issued)
            ended = licence.get("ended_at")
            yield held(seq, name, "ended_at", ended, acted if ended else None)
        elif not any(licence.get("issued_at") == one["issued_at"] for one in known):
            yield held(seq, name, "issued_at", licence["issued_at"], None)
        known.append(licence)
