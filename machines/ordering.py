"""From an effect as a definition words it to the effects as ordered: against whom, with what.

One line may order several: one against each party named, one for each party of a list, one for
each linked case. What an effect takes from facts is resolved here, so that its record stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from machines.case import Case, EffectRecord
from machines.codec import to_plain
from machines.effects import ADVERSE, Effect, OpenCase, RecordCredit, Signal
from machines.frozen import replace
from machines.words import Grounded
from rules.guards import first_unmet
from rules.view import View


def ordered(
    case: Case, view: View, lines: Iterable[tuple[Effect, Grounded]]
) -> tuple[EffectRecord, ...]:
    """The effects whose conditions hold, one record for each party or case they reach."""
    found: list[EffectRecord] = []
    for effect, line in lines:
        if not effect.when or first_unmet(view, effect.when) is None:
            found.extend(_records(case, effect, line))
    return tuple(found)


def numbered(effects: tuple[EffectRecord, ...]) -> tuple[EffectRecord, ...]:
    """The effects of an entry, numbered from 1."""
    return tuple([replace(effect, n=n) for n, effect in enumerate(effects, 1)])


def _records(case: Case, effect: Effect, line: Grounded) -> Iterator[EffectRecord]:
    reading = effect.reading or line.reading
    for against, uscc, reached in _reached(case, effect):
        yield EffectRecord(
            n=0,
            do=effect.do,
            what={**_what(case, effect), **reached},
            against=against,
            uscc=uscc,
            clauses=effect.clauses or line.clauses,
            adverse=effect.do in ADVERSE,
            reading=None if reading is None else {"zh": reading.zh, "en": reading.en},
        )


def _reached(case: Case, effect: Effect) -> Iterator[tuple[str, str | None, Mapping[str, Any]]]:
    """Whom an effect reaches: role or party name, credit code, what else the record says."""
    if isinstance(effect, Signal):
        for target in _targets(case, effect.to):
            yield "subject", case.subject.credit_key, {"case": target}
    elif effect.for_each is not None:
        for one in case.facts.get(effect.for_each) or ():
            yield effect.for_each, one.get("uscc") or one.get("ref"), {"party": dict(one)}
    else:
        for against in effect.against or ("subject",):
            yield against, case.party(against).credit_key, {}


def _targets(case: Case, to: str) -> tuple[str, ...]:
    """The linked cases a signal goes to: none where there is no parent, or none was opened."""
    if to == "parent":
        return () if case.parent is None else (case.parent,)
    return case.linked.get(to, ())


def _what(case: Case, effect: Effect) -> dict[str, Any]:
    """The effect's own fields, with what they take from the facts of the case."""
    what = dict(effect.own)
    if isinstance(effect, RecordCredit):
        for name in ("on", "value"):
            if name in what:
                what[name] = to_plain(case.facts.get(what[name]))
    if isinstance(effect, OpenCase | Signal):
        stated = {theirs: case.facts.get(own) for theirs, own in effect.facts.items()}
        what["facts"] = {name: value for name, value in stated.items() if value is not None}
    return what
