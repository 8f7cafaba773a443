"""One event of a case, carried out on paper: which edges it takes, what it changes, its entry.

Everything that happens to a case, whoever caused it, is one `Occurrence` turned into one `Entry`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct, field

from machines.acts import Refused
from machines.case import Actor, Because, Case, Duty, EffectRecord, Entry, HandedIn, Licence
from machines.codec import to_plain
from machines.compiler import Compiled
from machines.definition import Obligation, Transition
from machines.duties import Happening, changes
from machines.effects import BindSubject, Effect
from machines.fold import advanced, begun, with_duties, with_duties_of
from machines.frozen import replace
from machines.ordering import numbered, ordered
from machines.rungs import closed
from machines.views import view_of
from machines.words import Grounded
from rules.view import View, World

Kind = Literal["opened", "act", "automatic", "enforced"]
_LICENCE_STATUS: dict[str, Literal["live", "suspended", "revoked", "withdrawn", "cancelled"]] = {
    "issue": "live",
    "suspend_licence": "suspended",
    "reinstate": "live",
    "revoke": "revoked",
    "withdraw_licence": "withdrawn",
    "cancel": "cancelled",
}
_BARE = frozenset({"keys", "sweep", "before", "warns", "unsent"})


class Occurrence(Struct, frozen=True):
    """An event about to happen.

    `event` None: nothing moves (a warning). `keys`: names under which the case remembers it;
    `lines`: effects ordered besides those of the edges, with the line that grounds them;
    `duties`: duty changes already known; `must_move`: refuse where no edge can be taken."""

    kind: Kind
    event: str
    at: datetime
    happened_at: datetime
    actor: Actor
    facts: Mapping[str, Any] = field(default_factory=dict)
    documents: tuple[HandedIn, ...] = ()
    keys: tuple[str, ...] = ()
    lines: tuple[tuple[Effect, Grounded], ...] = ()
    duties: tuple[Duty, ...] = ()
    licences: tuple[Licence, ...] = ()
    retracts: tuple[EffectRecord, ...] = ()
    moves: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    marks: Mapping[str, Any] = field(default_factory=dict)
    because: Because | None = None
    evidence: Mapping[str, Any] | None = None
    inputs: Mapping[str, str] = field(default_factory=dict)
    clauses: tuple[str, ...] = ()
    must_move: bool = True


def carry_out(
    compiled: Compiled, case: Case | None, now: Occurrence, world: World, *, hot: bool
) -> tuple[Entry, Case] | Refused:
    """The entry of one occurrence and the case after it, or why it cannot happen. `case` is None
    for an opening."""
    plain = plain_entry(now)
    before = begun(case, plain)
    stated = before if _says_nothing(now) else _stated(plain, case, before)
    view = view_of(compiled, stated, now.happened_at, world)
    chosen = _edges(compiled, stated, now, view, hot=hot)
    if isinstance(chosen, Refused):
        return chosen
    lines = [*((effect, edge) for edge in chosen for effect in edge.effects), *now.lines]
    effects = numbered((*now.retracts, *ordered(_bound(stated, lines), view, lines)))
    moved = {
        edge.track: (
            stated.tracks[edge.track],
            stated.tracks[edge.track] if edge.to == "same" else edge.to,
        )
        for edge in chosen
    }
    entry = replace(
        plain,
        moves={**now.moves, **moved},
        effects=effects,
        licences=(*now.licences, *_licences(compiled, stated, effects, now.at)),
        marks=_marks(plain.marks, effects, stated),
        clauses=_clauses(chosen, now),
    )
    return _with_consequences(compiled, before, entry, now, world)


def _says_nothing(now: Occurrence) -> bool:
    """Whether all it changes follows from where it leads, as it does with the engine's own."""
    return now.kind == "enforced" and not (now.facts or now.documents) and now.marks.keys() <= _BARE


def _stated(plain: Entry, case: Case | None, before: Case) -> Case:
    """The case as the guards are to see it: with what the act says, and nothing moved yet."""
    unsaid = plain.marks if case is None else {**plain.marks, "keys": []}
    return advanced(before, replace(plain, moves={}, licences=(), marks=unsaid))


def plain_entry(now: Occurrence) -> Entry:
    marks = dict(now.marks)
    if now.keys:
        marks["keys"] = list(now.keys)
    return Entry(
        kind=now.kind, event=now.event, at=now.at, happened_at=now.happened_at, actor=now.actor,
        facts=now.facts, documents=now.documents, moves=now.moves, duties=now.duties,
        licences=now.licences, marks=marks, because=now.because, evidence=now.evidence,
        inputs=now.inputs, clauses=now.clauses,
    )  # fmt: skip


def _edges(
    compiled: Compiled, case: Case, now: Occurrence, view: View, *, hot: bool
) -> tuple[Transition, ...] | Refused:
    """The edge each track takes: all or nothing."""
    tracks = compiled.tracks_of.get(now.event, ())
    if not tracks or (now.kind == "enforced" and not now.keys):
        return ()  # a rung without an event of its own moves nothing, whatever it is called
    edges: list[Transition] = []
    for track in tracks:
        choice = compiled.choose(
            (track, case.tracks[track], now.event), now.actor.role, view, hot=hot
        )
        if choice.edge is None:
            if not now.must_move:
                return ()
            return _why_not(compiled, case, now.event, track, choice.unmet)
        edges.append(choice.edge)
    return tuple(edges)


def _why_not(compiled: Compiled, case: Case, event: str, track: str, unmet: Any) -> Refused:
    if unmet:
        edge, why = unmet[0]
        clause = why.clause or (edge.clauses[0] if edge.clauses else None)
        return Refused(why.reason, why.zh, why.en, clause)
    state = compiled.definition.tracks[track].states[case.tracks[track]]
    label = compiled.labels.get(event, (event, event))
    possible = compiled.possible(case.tracks)
    edge = next(e for e in compiled.definition.transitions if e.event == event)
    return Refused(
        "not_possible_now",
        f"当前状态“{state.zh}”不允许“{label[0]}”；案件未改变。",
        f"“{label[1]}” is not possible in state “{state.en}” ({case.tracks[track]}). "
        f"Possible now: {', '.join(possible) or 'nothing'}. Nothing was changed.",
        edge.clauses[0] if edge.clauses else None,
        {"track": track, "state": case.tracks[track], "possible": list(possible)},
    )


def _licences(
    compiled: Compiled, case: Case, effects: tuple[EffectRecord, ...], at: datetime
) -> tuple[Licence, ...]:
    """The licences as the effects leave them. An act takes effect on the day it is made."""
    changed: dict[str, Licence] = {}
    for effect in effects:
        name = effect.what.get("licence")
        if name is None:
            continue
        old = changed.get(name) or case.licences.get(name)
        if effect.do == "annotate":
            assert old is not None, f"{name} is annotated before it is issued"
            text = compiled.definition.licences[name].annotation
            changed[name] = replace(old, annotation=text)
            continue
        status = _LICENCE_STATUS[effect.do]
        if effect.do == "issue":
            changed[name] = Licence(name, status, at)
        elif old is not None:
            ended = at if status in ("revoked", "withdrawn", "cancelled") else None
            changed[name] = replace(old, status=status, ended_at=ended)
    return tuple(changed.values())


def _bound(case: Case, lines: list[tuple[Effect, Grounded]]) -> Case:
    """The case as its effects see it: a code bound in the same act is the subject's already."""
    for effect, _ in lines:
        if isinstance(effect, BindSubject):
            return replace(case, subject=replace(case.subject, uscc=str(case.facts[effect.uscc])))
    return case


def _marks(
    marks: Mapping[str, Any], effects: tuple[EffectRecord, ...], case: Case
) -> Mapping[str, Any]:
    for effect in effects:
        if effect.do == "bind_subject":
            code = case.facts[str(effect.what["uscc"])]
            party = replace(case.subject, uscc=str(code))
            return {**marks, "subject": to_plain(party)}
    return marks


def _clauses(edges: tuple[Transition, ...], now: Occurrence) -> tuple[str, ...]:
    found = [clause for edge in edges for clause in edge.clauses]
    return tuple(dict.fromkeys((*now.clauses, *found)))


def _with_consequences(
    compiled: Compiled, before: Case, entry: Entry, now: Occurrence, world: World
) -> tuple[Entry, Case]:
    """The entry with every duty it arms, files, meets, reopens or waives; the case after it."""
    moved = advanced(before, entry)
    duties = with_duties(entry.duties, _changed(compiled, before, moved, entry, now, world))
    if closed(compiled, moved):
        last = replace(moved, duties=with_duties(before.duties, duties))
        duties = with_duties(duties, _waived(compiled, last))
    entry = replace(entry, duties=duties)
    return entry, with_duties_of(entry, before, moved)


def _changed(
    compiled: Compiled, before: Case, moved: Case, entry: Entry, now: Occurrence, world: World
) -> tuple[Duty, ...]:
    """The duties that the event touches."""
    keys = tuple(entry.marks.get("keys", (entry.event,)))
    if not any(key in compiled.concerned for key in keys):
        return ()
    after = replace(moved, duties=with_duties(before.duties, entry.duties))
    happening = Happening(
        keys=keys,
        happened_at=now.happened_at,
        at=now.at,
        after=after,
        view=view_of(compiled, after, now.happened_at, world),
        world=world,
        sides=compiled.sides,
    )
    return changes(compiled, happening)


def _waived(compiled: Compiled, case: Case) -> tuple[Duty, ...]:
    """When a case closes, what is still running is waived, unless it says that it survives."""
    found: list[Duty] = []
    for duty in case.duties:
        spec = compiled.duties[duty.obligation]
        survives = isinstance(spec, Obligation) and spec.survives_close
        if duty.status in ("open", "filed", "suspended") and not survives:
            found.append(replace(duty, status="waived"))
    return tuple(found)
