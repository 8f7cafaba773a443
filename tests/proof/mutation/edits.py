"""What can be changed in a plain definition: the edits of its edges, conditions and effects.

An edit replaces or takes out one value of the parsed `machine.yaml`. Its name is made of what the
lines are called, not of where they stand, so that it outlives lines being added above.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

At = tuple[str | int, ...]
OUT: Any = object()  # in place of a value: take the line out


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: by which operator, where, and what stands there afterwards."""

    operator: str
    at: At
    new: Any

    def name(self, plain: Any) -> str:
        """Operator and place, in words of the file."""
        said = "" if self.new is OUT else f" := {_short(self.new)}"
        return f"{self.operator}: {place(plain, self.at)}{said}"


def changed(plain: Any, at: At, new: Any) -> Any:
    """The same document with one value replaced, or taken out; the rest is shared."""
    if not at:
        return new
    head, rest = at[0], at[1:]
    if new is OUT and not rest:
        if isinstance(plain, list):
            return [one for index, one in enumerate(plain) if index != head]
        return {key: one for key, one in plain.items() if key != head}
    if isinstance(plain, list):
        return [changed(one, rest, new) if n == head else one for n, one in enumerate(plain)]
    return {**plain, head: changed(plain[head] if rest else None, rest, new)}


def value_at(plain: Any, at: At) -> Any:
    """What stands at a place."""
    for part in at:
        plain = plain[part]
    return plain


def place(plain: Any, at: At) -> str:
    """A place in words: an edge by its event and states, everything else by its id or name."""
    words: list[str] = []
    for depth, part in enumerate(at):
        if isinstance(part, str):
            words.append(part)
            continue
        around = value_at(plain, at[:depth])
        labels = [_label(one) for one in around]
        twins = labels[: part + 1].count(labels[part])
        again = f"#{twins}" if labels.count(labels[part]) > 1 else ""
        words.append(f"[{labels[part]}{again}]")
    return ".".join(words).replace(".[", "[")


def _label(one: Any) -> str:
    if not isinstance(one, Mapping):
        return str(one)
    if "from" in one and "event" in one:
        source = "+".join(listed(one["from"]))
        return f"{one['event']} {one.get('track', 'main')} {source}>{one['to']}"
    if "do" in one:
        return f"{one['do']} {_short(_what(one))}".strip()
    if "before_working_days" in one:
        return f"{one['before_working_days']} days before"
    named = one.get("id") or one.get("event") or one.get("serve")
    if named is not None:
        return str(named)
    ((key, value),) = list(one.items())[:1]
    return f"{key} {_short(value)}" if isinstance(value, Mapping) else str(key)


def _what(effect: Mapping[str, Any]) -> str:
    for key in ("licence", "list", "fact", "restriction", "what", "workflow", "event", "document",
                "register", "role", "to", "uscc"):  # fmt: skip
        if key in effect:
            return str(effect[key])
    return ""


def _short(value: Any) -> str:
    if isinstance(value, Mapping):
        return "/".join(_short(one) for key, one in value.items() if key != "clause")
    if isinstance(value, list):
        return "+".join(map(_short, value))
    return str(value)


def listed(value: Any) -> list[Any]:
    """What may be written as one name or as several."""
    return [] if value is None else list(value) if isinstance(value, list) else [value]


def following(names: Sequence[str], name: str) -> str | None:
    """The next of some names after one, the first after the last; None where there is no other."""
    others = [one for one in names if one != name]
    if not others:
        return None
    place_of = list(names).index(name) if name in names else -1
    return next((one for one in names[place_of + 1 :] if one != name), others[0])


def each_out(operator: str, at: At, value: Any, least: int = 0) -> Iterator[Edit]:
    """Each item of a list taken out, where more than `least` stand there."""
    if isinstance(value, list) and len(value) > least:
        yield from (Edit(operator, (*at, index), OUT) for index in range(len(value)))


def flipped(operator: str, at: At, value: Any, words: Sequence[Any]) -> Iterator[Edit]:
    """The next word in place of a word."""
    if value in words:
        yield Edit(operator, at, words[(words.index(value) + 1) % len(words)])
