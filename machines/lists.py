"""The lists there are, and what being on one closes or grants: `workflows/lists.yaml`.

Data shared by all reforms, read as strictly as they are. A restriction rests on a clause, or on a
reading that says so; refusing acceptance needs a clause. What reforms that are not in the folder
would have to bear out (their clauses, parameters, reforms) is checked as soon as they are.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from machines.reader import DefinitionError, Parsed
from machines.words import ClauseId, ClauseIds, Grounded, GuardRef, Name, Strict, Text
from rules.guards import GUARDS
from rules.view import Privilege, Restriction

At = tuple[str | int, ...]
_ASKS = {
    "listed": "list",
    "not_listed": "list",
    "listed_for": "list",
    "not_listed_for": "list",
    "privileged": "privilege",
}
_COUNTS = ("count", "window", "period", "years", "within")
_STATED = ("since", "fact")


class Closes(Strict):
    """What entry on a list closes or tightens, in one workflow or (`workflow` unset) in all."""

    restriction: Literal["commitment_route", "acceptance", "inspection_rate", "benefits"]
    workflow: Name | None = None
    clause: ClauseId | None = None
    reading: Text | None = None

    @model_validator(mode="after")
    def _has_a_ground(self) -> Self:
        if self.restriction == "acceptance" and self.clause is None:
            raise ValueError("`clause` is missing: only a clause can refuse acceptance")
        if self.clause is None and self.reading is None:
            raise ValueError("`clause` is missing; what no clause states says `reading`")
        return self


class Grants(Strict):
    """What entry on a red list grants."""

    privilege: Name
    clause: ClauseId
    reading: Text | None = None


class WayOut(Text):
    """How an entry ends: by which workflow, or in words where the text states none."""

    workflow: Name | None = None
    clauses: ClauseIds = ()


class Criterion(Grounded, Text):
    """One ground for the list: the conditions that must all hold, with the parameters of a
    workflow. Alternatives are criteria of their own."""

    id: Name
    workflow: Name
    guards: Annotated[tuple[GuardRef, ...], Field(min_length=1)]


class ListSpec(Grounded, Text):
    """One list. `field`: the matter it is about; a black entry lets the privileges of the red
    lists of its field rest. `keeper`: the role that enters and removes."""

    id: Name
    side: Literal["red", "black", "watch"]
    field: Name
    keeper: Name
    restrictions: tuple[Closes, ...] = ()
    privileges: tuple[Grants, ...] = ()
    way_out: WayOut
    criteria: tuple[Criterion, ...] = ()

    @model_validator(mode="after")
    def _praise_or_blame(self) -> Self:
        if self.side == "red" and self.restrictions:
            raise ValueError("a red list closes nothing: `restrictions` belongs to the others")
        if self.side != "red" and self.privileges:
            raise ValueError("`privileges` belongs to red lists")
        if self.side != "red" and not self.restrictions:
            raise ValueError("`restrictions` is missing: what does entry on this list close?")
        return self

    def closes(self) -> tuple[Restriction, ...]:
        """The restrictions of whoever is on it."""
        return tuple(
            Restriction(one.restriction, one.workflow, one.clause or "", self.zh)
            for one in self.restrictions
        )


class Conflict(Strict):
    """What holds for a party on a red and a black list of the same field at once."""

    reading: Text


class ListFile(Strict):
    """`lists.yaml`, whole."""

    conflict: Conflict
    lists: tuple[ListSpec, ...]

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        names = [one.id for one in self.lists]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise ValueError(f"the list `{twice[0]}` stands here twice")
        return self

    def find(self, name: str) -> ListSpec | None:
        """A list by its id."""
        return next((one for one in self.lists if one.id == name), None)

    def closed_to(self, name: str, clauses: str) -> tuple[Restriction, ...]:
        """What is closed to a party on a list. On a list that only an older text knows it is the
        commitment route, by the clauses of the entry."""
        spec = self.find(name)
        if spec is None:
            return (Restriction("commitment_route", None, clauses, name),)
        return spec.closes()

    def granted(self, names: Iterable[str]) -> tuple[Privilege, ...]:
        """What is granted to a party on these lists: nothing by a red list in whose field it is
        on a black one, too."""
        live = [spec for spec in map(self.find, names) if spec is not None]
        black = {spec.field for spec in live if spec.side == "black"}
        return tuple(
            Privilege(one.privilege, one.clause, spec.zh)
            for spec in live
            if spec.side == "red" and spec.field not in black
            for one in spec.privileges
        )

    def resting(self, names: Iterable[str]) -> tuple[str, ...]:
        """The red lists among these whose privileges rest."""
        live = [spec for spec in map(self.find, names) if spec is not None]
        black = {spec.field for spec in live if spec.side == "black"}
        return tuple(one.id for one in live if one.side == "red" and one.field in black)


NO_LISTS = ListFile(
    conflict=Conflict(reading=Text(zh="没有名单。", en="there are no lists.")), lists=()
)


@dataclass(frozen=True, slots=True)
class Reform:
    """What a reform in the folder bears out: its definition as read, its clauses and parameters."""

    parsed: Parsed
    clauses: frozenset[str]
    parameters: frozenset[str]


def check_lists(
    listed: ListFile, parsed: Parsed, roles: Iterable[str], reforms: Mapping[str, Reform]
) -> None:
    """Raises DefinitionError for the first name in `lists.yaml` that means nothing, or for the
    first list or privilege that a reform names and `lists.yaml` does not."""
    for at, text in _problems(listed, roles, reforms):
        raise DefinitionError(parsed.file, parsed.line(at), text)
    known = {
        "list": [one.id for one in listed.lists],
        "privilege": sorted({one.privilege for spec in listed.lists for one in spec.privileges}),
    }
    for reform in reforms.values():
        for at, name in _named(reform.parsed.value):
            kind = str(at[-1])
            for _, text in _one(at, kind, name, known[kind]):
                raise DefinitionError(reform.parsed.file, reform.parsed.line(at), text)


def _problems(
    listed: ListFile, roles: Iterable[str], reforms: Mapping[str, Reform]
) -> Iterator[tuple[At, str]]:
    known_roles = list(roles)
    for index, spec in enumerate(listed.lists):
        at: At = ("lists", index)
        yield from _one((*at, "keeper"), "role", spec.keeper, known_roles)
        yield from _cited((*at, "clauses"), spec.clauses, reforms)
        yield from _cited((*at, "way_out"), spec.way_out.clauses, reforms)
        for n, closes in enumerate(spec.restrictions):
            yield from _cited((*at, "restrictions", n), [closes.clause], reforms)
        for n, grants in enumerate(spec.privileges):
            yield from _cited((*at, "privileges", n), [grants.clause], reforms)
        for n, criterion in enumerate(spec.criteria):
            where: At = (*at, "criteria", n)
            yield from _cited(where, criterion.clauses, reforms)
            yield from _criterion(where, criterion, reforms.get(criterion.workflow))


def _criterion(at: At, criterion: Criterion, reform: Reform | None) -> Iterator[tuple[At, str]]:
    for ref in criterion.guards:
        if ref.name not in GUARDS:
            yield from _one(at, "guard", ref.name, GUARDS)
            continue
        guard = GUARDS[ref.name]
        for argument in ref.args:
            yield from _one(at, f"argument of `{ref.name}`", argument, guard.allowed)
        for argument in sorted(guard.required - set(ref.args)):
            yield at, f"guard `{ref.name}` needs the argument `{argument}`"
        if reform is None:
            continue
        stated = reform.parsed.value.get("facts", {})
        for kind, arguments, known in (
            ("parameter", _COUNTS, reform.parameters),
            ("fact", _STATED, stated),
        ):
            for argument in arguments:
                if argument in ref.args:
                    yield from _one(at, kind, str(ref.args[argument]), known)


def _cited(
    at: At, clauses: Iterable[str | None], reforms: Mapping[str, Reform]
) -> Iterator[tuple[At, str]]:
    """A clause of a reform that is here must stand in its `clauses.yaml`."""
    for clause in clauses:
        if clause is None:
            continue
        text = clause.rpartition(".")[0]
        here = [
            known
            for reform in reforms.values()
            for known in reform.clauses
            if known.rpartition(".")[0] == text
        ]
        if here and clause not in here:
            yield at, f"unknown clause `{clause}`"


def _one(at: At, kind: str, name: str, known: Iterable[str]) -> Iterator[tuple[At, str]]:
    names = list(known)
    if name not in names:
        near = difflib.get_close_matches(name, names, 1)
        hint = f"; did you mean `{near[0]}`?" if near else f"; known: {', '.join(names) or 'none'}"
        yield at, f"unknown {kind} `{name}`{hint}"


def _named(plain: Any, at: At = ()) -> Iterator[tuple[At, str]]:
    """The lists and privileges that a definition's effects and conditions name, each with its
    place, the last part of which says which of the two it is."""
    if isinstance(plain, dict):
        if plain.get("do") in ("list", "delist") and "list" in plain:
            yield (*at, "list"), str(plain["list"])
        for key, value in plain.items():
            asks = _ASKS.get(key)
            if asks is not None and isinstance(value, dict) and asks in value:
                yield (*at, key, asks), str(value[asks])
            else:
                yield from _named(value, (*at, key))
    elif isinstance(plain, list):
        for index, value in enumerate(plain):
            yield from _named(value, (*at, index))
