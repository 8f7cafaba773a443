"""Whether a journal is what its own definition allows, time included: read again, entry by entry.

    deviations(record, surroundings) -> (Deviation, ...)

Beside `evolve`, which only folds: here each act is held against the text that governed the case at
that moment, each automatic act against the instant of its rung, each new date against its number.
What a person or a brake kept waiting is late by their word, and excused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from machines import engine_events
from machines.acts import Enforce, Refused
from machines.case import ENGINE, Case, Entry
from machines.compiler import Compiled, open_to
from machines.counting import Moment, count
from machines.definition import Transition
from machines.duties import side_of
from machines.fold import ReplayError, evolve
from machines.rungs import Rung, pending
from machines.step import DefinitionLoop, decide
from rules.day_table import CalendarHorizon
from rules.parameters import ParameterError
from rules.view import World

Kind = Literal["journal", "role", "transition", "consequence", "early", "late", "missing", "date"]
UNKNOWABLE = (CalendarHorizon, ParameterError, LookupError, DefinitionLoop, AssertionError)
_ON_PAPER = "record_late"
_SET_OTHERWISE = ("import", "restore", "outage", "recount", "migrate")
TOLERANCE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Deviation:
    """One thing a journal should not say, or should. `seq`: the entry, or the last one where
    something is missing; `about`: an event, a duty, a rung."""

    seq: int
    kind: Kind
    about: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a journal is held against. `text`: a definition by hash; `world`: what the decision of
    an entry saw, by the versions it names; `now`; `excused`: instants at which a person let what
    was held go on; `held`: something adverse of this case is being held now."""

    text: Callable[[str], Compiled]
    world: Callable[[Mapping[str, str]], World]
    now: datetime
    tolerance: timedelta = TOLERANCE
    excused: Sequence[datetime] = ()
    held: bool = False


@dataclass
class _Reading:
    """A journal as far as it has been read. `touched`: when each duty was last changed."""

    around: Surroundings
    case: Case | None = None
    touched: dict[tuple[str, int], datetime] = field(default_factory=dict)
    last_at: datetime | None = None
    lifted_at: datetime | None = None

    def due(self, rung: Rung) -> datetime:
        """Since when a rung could be taken: not before its duty last changed, nor, where it harms
        somebody, before a stay of the case was lifted."""
        known = [self.touched.get((rung.obligation, rung.occurrence))]
        known.append(self.lifted_at if rung.adverse else None)
        return max([rung.instant, *(at for at in known if at is not None)])


def deviations(entries: Sequence[Entry], around: Surroundings) -> tuple[Deviation, ...]:
    """Everything in which a journal deviates; never raises for what is wrong with the journal."""
    reading, found = _Reading(around), list[Deviation]()
    for seq, entry in enumerate(entries, 1):
        try:
            found.extend(_entry(reading, seq, entry))
            before, reading.case = reading.case, evolve(reading.case, entry)
        except (ReplayError, KeyError, ValueError) as error:
            found.append(Deviation(seq, "journal", entry.event, f"无法重放：{error}",
                                   f"it cannot be replayed: {error}"))  # fmt: skip
            return tuple(found)
        found.extend(_dates(reading, seq, entry))
        for duty in entry.duties:
            reading.touched[duty.key] = entry.at
        reading.last_at = entry.at
        if before is not None and before.stayed and not reading.case.stayed:
            reading.lifted_at = entry.at
    if reading.case is not None:
        found.extend(_undone(reading, len(entries)))
    return tuple(found)


def _entry(reading: _Reading, seq: int, entry: Entry) -> Iterator[Deviation]:
    case = reading.case
    if reading.last_at is not None and entry.at < reading.last_at:
        yield Deviation(seq, "journal", entry.event, "记录时间早于上一条",
                        "recorded before the entry that precedes it")  # fmt: skip
    if case is None:
        yield from _opening(reading, seq, entry)
        return
    compiled = reading.around.text(case.definition)
    if entry.kind == "enforced":
        yield from _enforced(reading, compiled, case, seq, entry)
    elif entry.kind in ("act", "automatic") and entry.event not in engine_events.EVENTS:
        yield from _moves(compiled, seq, entry)
    elif entry.kind == "act":
        yield from _engine_act(compiled, case, seq, entry)
    elif entry.kind == "recounted" and entry.moves and "restored" not in entry.marks:
        yield _transition(seq, entry, "重新计算不改变状态", "counting dates anew moves no track")


def _opening(reading: _Reading, seq: int, entry: Entry) -> Iterator[Deviation]:
    head = entry.marks.get("opens", {})
    compiled = reading.around.text(str(head.get("definition")))
    definition = compiled.definition
    if entry.event != "open":
        return
    allowed = entry.actor.role in definition.opening.role or entry.actor == ENGINE
    if not allowed:
        yield _role(seq, entry, definition.opening.role)
    begins = {name: track.initial for name, track in definition.tracks.items()}
    if dict(head.get("tracks", {})) != begins:
        yield _transition(seq, entry, "起始状态与流程文本不符", "it does not begin where it should")


def _engine_act(compiled: Compiled, case: Case, seq: int, entry: Entry) -> Iterator[Deviation]:
    """An event of every workflow: by a role of the right side."""
    if entry.actor == ENGINE:
        return
    allowed = engine_events.roles_of(compiled, case, entry.event)
    if entry.actor.role not in allowed:
        yield _role(seq, entry, allowed)


def _moves(compiled: Compiled, seq: int, entry: Entry) -> Iterator[Deviation]:
    """Every move is an edge of the text, taken by a role that may; an event moves all its tracks,
    or, where the engine only labels, none."""
    tracks = compiled.tracks_of.get(entry.event, ())
    if entry.event == _ON_PAPER:
        return  # a late act on paper moves nothing
    if entry.kind == "act" and not tracks:
        yield _transition(seq, entry, "流程文本没有此操作", "the text has no such event")
        return
    if entry.kind == "act" and set(tracks) != set(entry.moves):
        missing = ", ".join(sorted(set(tracks) ^ set(entry.moves)))
        yield _transition(seq, entry, f"涉及的程序不符：{missing}", f"other tracks: {missing}")
    for track, (source, to) in entry.moves.items():
        edges = _edges(compiled, entry.event, track, source, to)
        if not edges:
            yield _transition(seq, entry, f"流程文本没有 {track}: {source} → {to}",
                              f"the text has no {track}: {source} → {to}")  # fmt: skip
        elif entry.kind == "act" and not any(open_to(e, entry.actor.role) for e in edges):
            yield _role(seq, entry, tuple(role for edge in edges for role in edge.role))


def _edges(compiled: Compiled, event: str, track: str, source: str, to: str) -> list[Transition]:
    return [
        edge
        for edge in compiled.definition.transitions
        if edge.event == event and edge.track == track and source in edge.source
        and to == (source if edge.to == "same" else edge.to)
    ]  # fmt: skip


def _enforced(
    reading: _Reading, compiled: Compiled, case: Case, seq: int, entry: Entry
) -> Iterator[Deviation]:
    because = entry.because
    if because is None:
        yield _transition(seq, entry, "自动处理没有事由", "an automatic act without its reason")
        return
    about = f"{because.obligation}#{because.occurrence}:{because.rung}"
    rung = next((r for r in pending(compiled, case, of=because) if r.because == because), None)
    if rung is None:
        yield Deviation(seq, "early", about, "当时并无此项到期", "nothing of the kind was due")
        return
    if entry.at < rung.instant:
        yield Deviation(seq, "early", about, f"早于可处理之时 {_told(rung.instant)}",
                        f"before the first lawful instant {rung.instant.isoformat()}")  # fmt: skip
    due = reading.due(rung)
    around = reading.around
    if entry.at > due + around.tolerance and not _excused(around, rung, due, entry.at):
        yield Deviation(seq, "late", about, f"应于 {_told(due)} 处理，迟于容差",
                        f"due at {due.isoformat()}, later than the tolerance")  # fmt: skip
    yield from _same_consequence(reading, compiled, case, seq, entry, about)


def _excused(around: Surroundings, rung: Rung, due: datetime, at: datetime) -> bool:
    """A person let it go on in between: it had been held."""
    return rung.adverse and any(due <= one <= at for one in around.excused)


def _same_consequence(
    reading: _Reading, compiled: Compiled, case: Case, seq: int, entry: Entry, about: str
) -> Iterator[Deviation]:
    """What `decide` would have done on that rung: the same moves and the same effects."""
    because = entry.because
    assert because is not None, "an enforced entry has a reason"
    sweep = str(entry.marks.get("sweep", ""))
    at = max(entry.at, entry.happened_at)
    try:
        world = reading.around.world(entry.inputs)
        moved = decide(compiled, case, Enforce(because, sweep), at, world)
    except UNKNOWABLE:
        return  # what the decision saw is not known any more: the rest of the checks still hold
    if isinstance(moved, Refused):
        return  # told already: nothing of the kind was due
    wanted = moved.entries[0]
    if dict(wanted.moves) != dict(entry.moves):
        yield _transition(seq, entry, "状态变化与流程文本不符", "it moves otherwise than the text")
    ordered, found = (Counter((e.do, e.against) for e in one.effects) for one in (wanted, entry))
    if ordered != found:
        lacks = ", ".join(f"{do}@{whom}" for do, whom in (ordered - found)) or "—"
        more = ", ".join(f"{do}@{whom}" for do, whom in (found - ordered)) or "—"
        yield Deviation(seq, "consequence", about, f"后果不符：缺 {lacks}；多 {more}",
                        f"other effects: lacks {lacks}; has {more}")  # fmt: skip


def _dates(reading: _Reading, seq: int, entry: Entry) -> Iterator[Deviation]:
    """Each duty armed by this entry has the day its number gives."""
    case = reading.case
    if case is None or entry.event in _SET_OTHERWISE:
        return
    compiled = reading.around.text(case.definition)
    for duty in entry.duties:
        spec = compiled.duties.get(duty.obligation)
        if spec is None:
            yield Deviation(seq, "date", duty.obligation, "流程文本没有此义务",
                            "the text has no such duty")  # fmt: skip
            continue
        if duty.key in reading.touched or duty.period is None:
            continue
        side = side_of(spec, compiled.sides)
        try:
            world = reading.around.world(entry.inputs)
            counted = count(spec, Moment(case, world, duty.anchor, side), duty.round)
        except UNKNOWABLE:
            continue
        if counted.period != duty.period or _days(counted.due) != _days(duty.due):
            yield Deviation(
                seq, "date", f"{duty.obligation}#{duty.occurrence}",
                f"期限应为 {counted.due.on}（{counted.period}），记为 {duty.due.on}"
                f"（{duty.period}）",
                f"due on {counted.due.on} by {counted.period}, recorded as {duty.due.on} by "
                f"{duty.period}",
            )  # fmt: skip


def _days(due: object) -> tuple[object, ...]:
    return tuple(getattr(due, name) for name in ("kind", "on", "at", "earliest", "latest"))


def _undone(reading: _Reading, seq: int) -> Iterator[Deviation]:
    """What should have been done by now, and was not."""
    case, around = reading.case, reading.around
    assert case is not None, "a journal that was read has led to a case"
    compiled = around.text(case.definition)
    for rung in pending(compiled, case):
        due = reading.due(rung)
        if due + around.tolerance < around.now and not (rung.adverse and around.held):
            about = f"{rung.obligation}#{rung.occurrence}:{rung.rung}"
            yield Deviation(seq, "missing", about, f"应于 {_told(due)} 处理，至今未处理",
                            f"due at {due.isoformat()} and not done")  # fmt: skip


def _told(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M")


def _role(seq: int, entry: Entry, allowed: Sequence[str]) -> Deviation:
    names = ", ".join(dict.fromkeys(allowed)) or "engine"
    return Deviation(seq, "role", entry.event, f"角色 {entry.actor.role} 无权（可为：{names}）",
                     f"role {entry.actor.role} may not; allowed: {names}")  # fmt: skip


def _transition(seq: int, entry: Entry, zh: str, en: str) -> Deviation:
    return Deviation(seq, "transition", entry.event, zh, en)
