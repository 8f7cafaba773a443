"""What is milder for whoever commits: each rule of comparison once, on plain values.

Milder: every consequence is one the other text knows too, no day the party owes comes earlier, no
more is asked of it. A comparison that the two values do not settle is `unclear`, never guessed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from machines.compiler import Compiled
from machines.definition import Obligation, Timer
from machines.effects import ADVERSE, Effect

Weight = Literal["milder", "harsher", "neutral", "unclear"]
Verdict = Literal["milder", "harsher", "equal", "incomparable"]
_TURNED: dict[Weight, Weight] = {"milder": "harsher", "harsher": "milder"}
_WITH_IT = {"revoke": "suspend_licence", "withdraw_licence": "suspend_licence",
            "cancel": "suspend_licence"}  # fmt: skip
"""Whoever loses a licence cannot use it either."""


@dataclass(frozen=True, slots=True)
class Length:
    """A period in natural days, as far as that is certain: at least, and at most (None: nobody can
    say, for working days depend on the holidays)."""

    least: float
    most: float | None

    @classmethod
    def of(cls, unit: str, value: float) -> Length | None:
        """None for a unit that counts no time."""
        match unit:
            case "hours":
                return cls(value / 24, value / 24)
            case "natural_days":
                return cls(value, value)
            case "working_days":
                return cls(value, None)
            case "months":
                return cls(28 * value, 31 * value)
            case "years":
                return cls(365 * value, 366 * value)
        return None


def turned(weight: Weight) -> Weight:
    """The same seen from the other side."""
    return _TURNED.get(weight, weight)


def longer(old: tuple[str, float], new: tuple[str, float]) -> Weight:
    """Whether a party that owes something has more time under the new number: (unit, value)."""
    if old == new:
        return "neutral"
    if old[0] == new[0]:
        return "milder" if new[1] > old[1] else "harsher"
    before, after = Length.of(*old), Length.of(*new)
    if before is None or after is None:
        return "unclear"
    if before.most is not None and after.least >= before.most:
        return "milder"
    if after.most is not None and after.most <= before.least:
        return "harsher"
    return "unclear"


def fewer(old: Collection[object], new: Collection[object]) -> Weight:
    """Whether less of something that burdens is left."""
    before, after = set(old), set(new)
    if before == after:
        return "neutral"
    if after < before:
        return "milder"
    return "harsher" if before < after else "unclear"


def harms(compiled: Compiled, spec: Obligation | Timer) -> frozenset[str]:
    """What can befall a party when a date passes: the effects of the miss itself, and those of the
    edges that its events take, with what lies in them."""
    if isinstance(spec, Timer):
        names: tuple[str, ...] = (spec.raises,)
        own: tuple[Effect, ...] = ()
    else:
        miss = spec.on_miss
        names = tuple(name for name in (miss.mark, miss.event) if name is not None)
        own = miss.effects
    edges = (e for e in compiled.definition.transitions if e.event in names)
    return adverse((*own, *(effect for edge in edges for effect in edge.effects)))


def adverse(effects: Iterable[Effect]) -> frozenset[str]:
    """The adverse ones as words: what is done, with what, against whom. A condition on which one
    depends is left out: that it may happen at all is what counts."""
    found: set[str] = set()
    for effect in effects:
        if effect.do not in ADVERSE:
            continue
        against = ",".join(effect.against) or "subject"
        about = ",".join(f"{name}={value}" for name, value in sorted(effect.own.items())
                         if name not in ("zh", "en"))  # fmt: skip
        for do in (effect.do, _WITH_IT.get(effect.do)):
            if do is not None:
                found.add(f"{do}({about})@{against}")
    return frozenset(found)


def verdict(weights: Iterable[Weight]) -> Verdict:
    """What a whole text is, by what its changes are. One that is better here and worse there is
    not compared by weighing: a person has to."""
    found = set(weights) - {"neutral"}
    if not found:
        return "equal"
    if found == {"milder"}:
        return "milder"
    return "harsher" if found == {"harsher"} else "incomparable"
