"""A definition as parallel regions of states: the form that BPMN and SCXML are written from.

One region a track, one a duty or timer. A condition becomes a named flag, which whoever sends an
event states with it: the conditions are functions in `rules/`, and no exchange format carries
those. Dates are told in the same way, because no other tool counts the days of the law.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from zlib import crc32

from machines.compiler import Compiled
from machines.definition import Obligation, Timer, Transition
from machines.moments import EventRef
from machines.words import GuardRef, Text

LONGEST = 60
OVER = "case_over"  # the signal that ends every duty of a closed case
IDLE = Text(zh="未起算", en="not running")
RUNNING = Text(zh="计时中", en="running")
FILED = Text(zh="已提交待答复", en="filed, awaiting the answer")
PAUSED = Text(zh="中止", en="paused")
MISSED = Text(zh="已逾期", en="missed")
ENDED = Text(zh="结束", en="over")


@dataclass(frozen=True, slots=True)
class Flag:
    """A condition as a boolean variable. `guard`: the function that answers it, None where the
    name says it; `after`: asked of the case as the event leaves it."""

    name: str
    guard: GuardRef | None = None
    after: bool = False


@dataclass(frozen=True, slots=True)
class Within:
    """Another track is in one of some states. `name`: the same as a flag."""

    name: str
    track: str
    states: tuple[str, ...]


Need = Flag | Within


@dataclass(frozen=True, slots=True)
class Move:
    """One arrow. `event` or `timer` (the variable with its instant) triggers it; `raises`: the
    events that it sets off itself; `roles`: one of whom acts, empty for the engine."""

    source: str
    target: str
    event: str | None = None
    timer: str | None = None
    needs: tuple[Need, ...] = ()
    roles: tuple[str, ...] = ()
    raises: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    """One of the parallel machines. `key`: the track's name, or `duty.` and the duty's id;
    `survives`: it outlives the closing of the case."""

    key: str
    kind: Literal["track", "duty"]
    title: Text
    initial: str
    states: Mapping[str, Text]
    moves: tuple[Move, ...]
    clauses: tuple[str, ...] = ()
    survives: bool = False

    @property
    def final(self) -> frozenset[str]:
        """States that no arrow leaves."""
        return frozenset(self.states) - {move.source for move in self.moves}


@dataclass(frozen=True, slots=True)
class Chart:
    """Every region of a definition. `labels`: what an event is called; `left`: what is owed without
    a date, and therefore in no region; `closes`: alternatives of states by track."""

    key: str
    title: Text
    hash: str
    regions: tuple[Region, ...]
    labels: Mapping[str, Text]
    tracks_of: Mapping[str, tuple[str, ...]]
    closes: tuple[Mapping[str, tuple[str, ...]], ...]
    left: tuple[tuple[str, Text], ...]

    @property
    def flags(self) -> tuple[Flag, ...]:
        """Every flag that a sender has to state, roles and `Within` left out, by name."""
        found = {need.name: need for region in self.regions for move in region.moves
                 for need in move.needs if isinstance(need, Flag)}  # fmt: skip
        return tuple(found[name] for name in sorted(found))


def chart_of(compiled: Compiled) -> Chart:
    """The regions of a definition: its tracks, then every duty and timer that runs on a clock."""
    definition = compiled.definition
    labels = {name: Text(zh=event.zh, en=event.en) for name, event in definition.events.items()}
    left = []
    regions = [_track(compiled, track) for track in definition.tracks]
    for duty in definition.duties:
        if duty.due.word in ("standing", "none"):
            left.append((duty.id, Text(zh=duty.zh, en=duty.en)))
        else:
            regions.append(_duty(compiled, duty, labels))
    return Chart(
        definition.key, definition.title, compiled.hash, tuple(regions), labels,
        compiled.tracks_of, definition.closing.closes_when, tuple(left),
    )  # fmt: skip


def _track(compiled: Compiled, name: str) -> Region:
    track = compiled.definition.tracks[name]
    moves = tuple(
        move
        for edge in compiled.definition.transitions
        if edge.track == name
        for move in _moves(compiled, edge)
    )
    title = Text(zh=track.zh or name, en=track.en or name)
    states = {key: Text(zh=state.zh, en=state.en) for key, state in track.states.items()}
    return Region(name, "track", title, track.initial, states, moves)


def _moves(compiled: Compiled, edge: Transition) -> Iterator[Move]:
    needs = [need for guard in edge.guards for need in (_need(guard),)]
    roles = () if edge.automatic or edge.role == ("engine",) else edge.role
    if len(compiled.tracks_of[edge.event]) > 1 and roles:
        needs.append(Flag(together(edge.event)))
    for source in edge.source:
        yield Move(
            source, source if edge.to == "same" else edge.to, edge.event, None, tuple(needs),
            roles, clauses=edge.clauses, automatic=edge.automatic,
        )  # fmt: skip


def together(event: str) -> str:
    """The flag that every other track the event concerns can take it: all of them move or none."""
    return f"{event}_in_every_track"


def acts_as(role: str) -> str:
    """The flag that somebody acts in a role."""
    return f"by_{role}"


def _need(guard: GuardRef) -> Need:
    name = slug(guard)
    if guard.name == "in_state":
        states = guard.args["states"]
        listed = (states,) if isinstance(states, str) else tuple(states)
        return Within(name, str(guard.args["track"]), listed)
    return Flag(name, guard)


def slug(guard: GuardRef) -> str:
    """A condition's name as a variable: the function and its arguments."""
    words = "_".join(_words(guard.args))
    whole = re.sub(r"[^a-z0-9]+", "_", f"{guard.name}__{words}".lower()).strip("_")
    whole = whole.replace(f"{guard.name}_", f"{guard.name}__", 1)
    if len(whole) <= LONGEST:
        return whole
    return f"{whole[:LONGEST]}_{crc32(whole.encode()):08x}"


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key in sorted(value):
            yield from _words(value[key])
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _words(one)
    else:
        yield str(value)


def occasion(ref: EventRef) -> str:
    """The event of a moment: its own name, or that of the service of a document."""
    return ref.event if ref.event is not None else f"serve__{ref.serve}__{ref.to}"


def _after(refs: Iterable[EventRef]) -> Iterator[tuple[str, tuple[Need, ...]]]:
    for ref in refs:
        yield occasion(ref), tuple(Flag(f"then_{slug(guard)}", guard, True) for guard in ref.when)


def over_at(duty: str) -> str:
    """The variable with the instant at which the period is over."""
    return f"{duty}_over_at"


def lawful_at(duty: str) -> str:
    """The variable with the instant from which the consequence of a miss is lawful."""
    return f"{duty}_lawful_at"


def over_in(duty: str) -> str:
    """The variable with the seconds until the period is over, for formats that have no clock."""
    return f"{duty}_over_in"


def lawful_in(duty: str) -> str:
    """The variable with the seconds until the consequence is lawful."""
    return f"{duty}_lawful_in"


def starts(duty: str) -> str:
    """The flag that an event starts the period: everything the law asks for that is given."""
    return f"{duty}_starts"


def dated(duty: str) -> str:
    """The signal that tells a period's dates, new or changed."""
    return f"{duty}_dated"


def paused(duty: str) -> str:
    """The signal that a period stands still."""
    return f"{duty}_paused"


def _duty(compiled: Compiled, duty: Obligation | Timer, labels: dict[str, Text]) -> Region:
    """The life of one period: what starts it, keeps it, and what happens when it is over."""
    for name, text in _signals(duty):
        labels.setdefault(name, text)
    moves = [*_begun(duty, "idle"), *_begun(duty, "running"), *_begun(duty, "paused")]
    moves.append(Move("running", "paused", paused(duty.id)))
    if isinstance(duty, Timer):
        moves += [Move("running", "idle", event, needs=needs)
                  for event, needs in _after(duty.stopped_by)]  # fmt: skip
        moves.append(Move("running", "idle", timer=over_at(duty.id), raises=(duty.raises,)))
        states = {"idle": IDLE, "running": RUNNING, "paused": PAUSED}
    else:
        moves += _lived(compiled, duty)
        states = {"idle": IDLE, "running": RUNNING, "paused": PAUSED, "filed": FILED,
                  "missed": MISSED}  # fmt: skip
    reached = {"idle"} | {move.target for move in moves}
    return Region(
        f"duty.{duty.id}", "duty", Text(zh=duty.zh, en=duty.en), "idle",
        {key: text for key, text in states.items() if key in reached},
        tuple(move for move in moves if move.source in reached), duty.clauses,
        isinstance(duty, Obligation) and duty.survives_close,
    )  # fmt: skip


def _signals(duty: Obligation | Timer) -> Iterator[tuple[str, Text]]:
    yield dated(duty.id), Text(zh=f"告知期限：{duty.zh}", en=f"dates told: {duty.en}")
    yield paused(duty.id), Text(zh=f"中止计时：{duty.zh}", en=f"paused: {duty.en}")
    refs = list(duty.starts.refs)
    if isinstance(duty, Obligation):
        yield missed(duty), Text(zh=f"逾期：{duty.zh}", en=f"missed: {duty.en}")
        yield enforced(duty), Text(zh=f"逾期后果：{duty.zh}", en=f"consequence: {duty.en}")
        refs += [*duty.filed_by, *duty.met_by, *duty.reopened_by, *duty.waived_by]
    for ref in refs:
        if ref.serve is not None:
            yield occasion(ref), Text(zh=f"送达 {ref.serve}", en=f"service of {ref.serve}")


def missed(duty: Obligation) -> str:
    """The event of the day after: the definition's own name for it, if it has one."""
    return duty.on_miss.mark or f"{duty.id}_missed"


def enforced(duty: Obligation) -> str:
    """The event of the consequence: the definition's own name for it, if it has one."""
    return duty.on_miss.event or f"{duty.id}_enforced"


def _begun(duty: Obligation | Timer, source: str) -> Iterator[Move]:
    for event in dict.fromkeys(occasion(ref) for ref in duty.starts.refs):
        yield Move(source, "running", event, needs=(Flag(starts(duty.id)),))
    yield Move(source, "running", dated(duty.id))


def _lived(compiled: Compiled, duty: Obligation) -> Iterator[Move]:
    """The moves of a duty once it runs, in the order in which the engine asks for them."""
    nothing = duty.on_miss.nothing
    after = "idle" if nothing else "missed"
    met, waived = list(_after(duty.met_by)), list(_after(duty.waived_by))
    begins = (Flag(starts(duty.id)),)
    for event in dict.fromkeys(occasion(ref) for ref in duty.starts.refs):
        yield Move("filed", "running", event, needs=begins)
    for source in ("running", "paused", "filed"):
        yield from (Move(source, "idle", event, needs=needs) for event, needs in met)
        if duty.due.until is not None:
            yield Move(source, "idle", duty.due.until)
    before = duty.due.before
    if before is not None and before not in compiled.duties:
        yield Move("running", after, before, raises=(missed(duty),))
    for event, needs in _after(duty.filed_by):
        yield Move("running", "filed", event, needs=needs)
    for event, needs in _after(duty.reopened_by):
        yield Move("filed", "running", event, needs=needs)
    for source in ("running", "paused", "filed"):
        yield from (Move(source, "idle", event, needs=needs) for event, needs in waived)
    yield Move("running", after, timer=over_at(duty.id), raises=(missed(duty),))
    if nothing:
        return
    if compiled.sides.get(duty.bearer, "third_party") != "authority":
        yield from (Move("missed", "idle", event, needs=needs) for event, needs in waived)
    yield Move("missed", "missed", dated(duty.id))
    yield Move("missed", "idle", timer=lawful_at(duty.id), raises=(enforced(duty),))
