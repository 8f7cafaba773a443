"""Facts by the values at which a condition changes its mind.

A number is tried at a threshold and on both sides of it, a choice at every value a condition names
and at one it does not, a date before, on and after today. Two values between which no condition
can tell are taken as one; a condition on the sum of several numbers is tried at each of them alone.
A list that has to fit another (a draw, what remains of a whole) is tried as it has to be, and as
the definition's own example.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, timedelta
from itertools import product
from typing import Any

from machines.codec import to_plain
from machines.compiler import Compiled
from machines.definition import FactSpec
from machines.exploration.refs import all_guards
from machines.facts import check, example_of
from machines.words import GuardRef
from rules.draws import draw, name_of
from rules.guards import reads
from rules.view import World

MOST_TOGETHER = 48
"""Above so many combinations the facts of one act are varied one by one."""

_LIMITS = ("at_most", "at_least", "above", "below", "within_band", "sum_at_most")
_DATES = ("date_before", "later_than_today", "today_or_later", "today_or_earlier")
_OTHER = "其他"
_DIFFERENT: dict[str, Any] = {
    "text": _OTHER,
    "uscc": "91999999MA00000040",
    "list": [_OTHER],
    "party": {"name": "虚构另一方有限公司", "uscc": "91999999MA00000040"},
    "parties": [{"name": "虚构另一方有限公司", "uscc": "91999999MA00000040"}],
}
"""A value of each type that is not the example, for facts that are held against each other."""


class Partition:
    """The values to try of each fact that some condition looks at."""

    def __init__(self, compiled: Compiled, world: World, today: date) -> None:
        self.compiled, self.world, self.today = compiled, world, today
        self.guards = tuple(all_guards(compiled.definition))
        found: dict[str, list[Any]] = defaultdict(list)
        for one in self.guards:
            for fact, value in self._told(one):
                if fact in compiled.definition.facts and value not in found[fact]:
                    found[fact].append(value)
        looked_at = {name for one in self.guards for name in reads(one.args)}
        self.values: dict[str, tuple[Any, ...]] = {
            fact: self._fitting(fact, found[fact])
            for fact in compiled.definition.facts
            if fact in looked_at
        }

    def _fitting(self, fact: str, values: list[Any]) -> tuple[Any, ...]:
        """The values the fact accepts; its example where no condition names one."""
        spec = self.compiled.definition.facts[fact]
        fits = [one for one in values if check({fact: one}, (), (fact,), {fact: spec}) is None]
        return tuple(fits) or (to_plain(example_of(spec)),)

    def _told(self, one: GuardRef) -> Iterator[tuple[str, Any]]:
        """The values at which a condition changes its mind."""
        args, name = one.args, one.name
        for fact in reads(args):
            spec = self.compiled.definition.facts.get(fact)
            if spec is None:
                continue
            yield fact, to_plain(example_of(spec))
            if spec.type == "flag":
                yield from ((fact, True), (fact, False))
            elif spec.type == "choice":
                named = [args["value"]] if "value" in args else []
                other = next((c for c in spec.choices if c not in self._named(fact)), None)
                yield from ((fact, value) for value in (*named, *self._dated(one), other) if value)
            elif spec.type in ("integer", "number"):
                yield from ((fact, value) for value in self._numbers(one))
            elif spec.type == "date" and (name in _DATES or name == "clean_for"):
                long_ago = -36525 if name == "clean_for" else -1
                yield from ((fact, str(self.today + timedelta(n))) for n in (long_ago, 0, 30))
            elif spec.type in ("text", "uscc") and "value" in args:
                yield from ((fact, value) for value in (args["value"], _OTHER))
            elif name in ("fact_equals", "fact_differs") and spec.type in _DIFFERENT:
                yield fact, _DIFFERENT[spec.type]
            elif name == "includes":
                yield from ((fact, [args["value"]]), (fact, [_another(spec, args["value"])]))

    def _named(self, fact: str) -> set[Any]:
        """Every value of a fact that some condition names."""
        return {
            value
            for one in self.guards
            if fact in reads(one.args)
            for value in (one.args.get("value"), *self._dated(one))
        }

    def _dated(self, one: GuardRef) -> tuple[Any, ...]:
        """The values on the dated list of a condition."""
        if one.name not in ("fact_in", "fact_not_in"):
            return ()
        listed = self._parameter(one.args["parameter"])
        return tuple(listed) if isinstance(listed, tuple) else ()

    def _numbers(self, one: GuardRef) -> Iterator[float]:
        limits: list[float] = []
        if one.name in _LIMITS:
            names = [one.args[key] for key in ("parameter", "above", "up_to") if key in one.args]
            limits = [value for name in names
                      if isinstance(value := self._parameter(name), int | float)]  # fmt: skip
        elif one.name.endswith("_setting"):
            entry = self.world.settings.value(self._key, one.args["setting"], self.today)
            limits = [] if entry is None else [entry.value]
        elif "other" in one.args:
            limits = [2]  # one above, one below, and the other fact has the same three
        for limit in limits:
            yield from (limit, limit + 1, limit - 1)

    @property
    def _key(self) -> str:
        return self.compiled.definition.key

    def _parameter(self, name: str) -> Any:
        return self.world.parameters.value(self._key, name, self.today)[1].value

    def variants(
        self, needs: tuple[str, ...], may: tuple[str, ...], known: Mapping[str, Any]
    ) -> tuple[dict[str, Any], ...]:
        """What an act may state: every combination of what conditions look at, the rest as the
        definition's example. `known`: what the case has been told before."""
        fixed, free = self._choices(needs, may, known)
        return tuple({**fixed, **one} for one in _combined(free))

    def every(
        self, needs: tuple[str, ...], may: tuple[str, ...], known: Mapping[str, Any]
    ) -> Iterator[dict[str, Any]]:
        """Every combination of what an act may state, however many they are."""
        fixed, free = self._choices(needs, may, known)
        for chosen in product(*(values for _, values in free)):
            names = (name for name, _ in free)
            yield {**fixed, **_stated(dict(zip(names, chosen, strict=True)))}

    def _choices(
        self, needs: tuple[str, ...], may: tuple[str, ...], known: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[tuple[str, list[Any]]]]:
        facts = self.compiled.definition.facts
        fixed = {
            name: to_plain(example_of(facts[name])) for name in needs if name not in self.values
        }
        free: list[tuple[str, list[Any]]] = []
        given = {**known, **fixed}
        for name in (*needs, *may):
            if name in self.values:
                values = [*self.values[name], *self._fitted(name, given)]
                distinct = [one for n, one in enumerate(values) if one not in values[:n]]
                given[name] = distinct[0]
                free.append((name, distinct if name in needs else [*distinct, None]))
        return fixed, free

    def _fitted(self, fact: str, known: Mapping[str, Any]) -> Iterator[Any]:
        """What a list has to hold so that the conditions on it are met."""
        for one in self.guards:
            args = one.args
            if one.name == "drawn_from_seed" and args["drawn"] == fact:
                with suppress(ValueError):
                    pool = {name_of(item): item for item in known.get(args["pool"]) or ()}
                    count = int(known.get(args["take"]) or 0)
                    names = draw(list(pool.values()), str(known.get(args["seed"]) or ""), count)
                    yield [pool[name] for name in names]
            elif one.name == "rest_of" and args["fact"] == fact:
                out = {name_of(i) for f in args.get("without", ()) for i in known.get(f) or ()}
                yield [i for i in known.get(args["whole"]) or () if name_of(i) not in out]
            elif one.name == "covers" and args["fact"] == fact and known.get(args["other"]):
                yield known[args["other"]]
            elif one.name == "covered_by" and args["fact"] == fact:
                yield [i for name in args["facts"] for i in known.get(name) or ()]
            elif one.name == "covered_by" and fact in args["facts"] and known.get(args["fact"]):
                yield known[args["fact"]]
            elif one.name in ("fact_equals", "fact_differs"):
                pair = [args["fact"], args["other"]]
                other = known.get(pair[1] if fact == pair[0] else pair[0])
                if fact in pair and other is not None:
                    yield other


def _another(spec: FactSpec, value: Any) -> Any:
    return next((one for one in spec.choices if one != value), _OTHER)


def _combined(free: list[tuple[str, list[Any]]]) -> Iterator[dict[str, Any]]:
    """All combinations, or, where they are too many, each value once beside the first of the
    others and once beside the last."""
    sizes = 1
    for _, values in free:
        sizes *= len(values)
    if sizes <= MOST_TOGETHER:
        for chosen in product(*(values for _, values in free)):
            yield _stated(dict(zip((name for name, _ in free), chosen, strict=True)))
        return
    seen = set()
    for end in (0, -1):
        rest = {name: values[end] for name, values in free}
        for name, values in free:
            for value in values:
                one = {**rest, name: value}
                if repr(one) not in seen:
                    seen.add(repr(one))
                    yield _stated(one)


def _stated(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}
