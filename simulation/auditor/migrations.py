"""A case goes on under another text: what the entry says of names is followed, its dates are not.

Each duty that runs on keeps its day, or is counted anew from its original start by the number its
receipt names. Whoever commits never has less time than before without a ground in the record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from simulation.auditor.arming import History, armed_from
from simulation.auditor.counting import day_of
from simulation.auditor.days import NotDerivable
from simulation.auditor.derivation import AUTHORITY, Derived
from simulation.auditor.record import Key, Line, Plain, held, key_of, recorded

MIGRATED = "migrated"


def rehome(history: History, entry: Plain) -> Iterator[Line]:
    """Everything known so far by its new name, before the entry's own duties are looked at."""
    if entry["kind"] != MIGRATED:
        return
    said = entry["marks"]["migration"]
    keys: dict[Key, Key] = {(str(a), int(b)): (str(c), int(d)) for a, b, c, d in said["duties"]}
    ended = {key_of(plain) for plain in said["ended"]}
    about = f"{said['from'][:12]} → {said['to'][:12]}"
    for key in history.duties.keys() - keys.keys() - ended:
        yield held(int(entry["seq"]), about, f"{key[0]}#{key[1]}", None, "kept, or ended")
    history.gone |= {key for key in history.duties if keys.get(key) != key}
    known = history.duties
    history.duties = {keys[key]: values for key, values in known.items() if key in keys}
    named, dropped = said.get("renamed", {}), said.get("dropped", {})
    licences = named.get("licences", {})
    history.licences = {licences.get(n, n): values for n, values in history.licences.items()}
    past = history.past
    past.happened = _renamed(past.happened, named.get("events", {}), ())
    past.noted = _renamed(past.noted, named.get("events", {}), ())
    past.facts = _renamed(past.facts, named.get("facts", {}), dropped.get("facts", ()))
    yield from _not_earlier(history, entry)


def _renamed(old: dict[str, Any], names: dict[str, str], gone: Any) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in old.items() if name not in gone}


def _not_earlier(history: History, entry: Plain) -> Iterator[Line]:
    """No day comes earlier for a party unless the plan named its ground."""
    lines = _lines(entry)
    for plain in entry.get("duties", ()):
        known, line = history.last(key_of(plain)), lines.get(key_of(plain))
        if known is None or known.derived is None or known.derived.side == AUTHORITY:
            continue
        old, new = known.derived.on, plain["due"].get("on")
        if old is not None and new is not None and str(new) < old.isoformat():
            allowed = line is not None and "ground" in line
            about = f"{plain['obligation']}#{plain['occurrence']}"
            yield Line(int(entry["seq"]), about, "not earlier", str(new), old.isoformat(),
                       "agree" if allowed else "differ", "a ground in the plan")  # fmt: skip


def _lines(entry: Plain) -> dict[Key, Plain]:
    return {
        (str(line["to"]), int(line["to_occurrence"])): line
        for line in entry["marks"]["migration"]["lines"]
        if "to" in line
    }


def migrated(history: History, entry: Plain, plain: Plain) -> Derived:
    """What a migration must have made of a duty. Raises NotDerivable."""
    known = history.last(key_of(plain))
    if known is None or known.derived is None:
        raise NotDerivable("a sound value of this duty under the text before")
    before = replace(known.derived, fresh=False)
    line = _lines(entry).get(key_of(plain))
    if line is None or line["timer"] == "keep":
        return before
    if before.anchor is None:
        raise NotDerivable("the original start of the period")
    anew = armed_from(history, entry, plain, before.anchor)
    today = day_of(recorded(entry))
    gone = {f"warn:{n}" for n, _ in before.warn_on} & set(plain.get("fired", ()))
    warn_on = tuple(one for one in anew.warn_on if one[1] > today or f"warn:{one[0]}" in gone)
    return replace(anew, warn_on=warn_on)
