"""The lists there are, what being on one closes or grants, and what the facts of a credit file are
called: `workflows/lists.yaml`.

Data shared by all reforms, read as strictly as they are. A restriction rests on a clause, or on a
reading that says so; refusing acceptance needs a clause. Whether its names and those of the reforms
fit together is checked in `machines/list_checks.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from machines.defects import Wrong, kind_words
from machines.words import ClauseId, ClauseIds, Grounded, GuardRef, Name, Strict, Text
from rules.view import Privilege, Restriction, Words


class Closes(Strict):
    """What entry on a list closes or tightens, in one workflow or (`workflow` unset) in all."""

    restriction: Literal["commitment_route", "acceptance", "inspection_rate", "benefits"]
    workflow: Name | None = None
    clause: ClauseId | None = None
    reading: Text | None = None

    @model_validator(mode="after")
    def _has_a_ground(self) -> Self:
        if self.restriction == "acceptance" and self.clause is None:
            raise Wrong("acceptance_without_clause")
        if self.clause is None and self.reading is None:
            raise Wrong("closes_without_ground")
        return self


class Grants(Text):
    """What entry on a red list grants, and what it is called."""

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
            raise Wrong("red_list_closes")
        if self.side != "red" and self.privileges:
            raise Wrong("privileges_misplaced")
        if self.side != "red" and not self.restrictions:
            raise Wrong("list_closes_nothing")
        return self

    def closes(self) -> tuple[Restriction, ...]:
        """The restrictions of whoever is on it."""
        return tuple(
            Restriction(one.restriction, one.workflow, one.clause or "", self.zh, self.en)
            for one in self.restrictions
        )


class Recorded(Grounded, Text):
    """A fact that reforms write into credit files (`do: record_credit`), and what it is called."""

    id: Name


class Conflict(Strict):
    """What holds for a party on a red and a black list of the same field at once."""

    reading: Text


class ListFile(Strict):
    """`lists.yaml`, whole."""

    conflict: Conflict
    lists: tuple[ListSpec, ...]
    facts: tuple[Recorded, ...] = ()

    @model_validator(mode="after")
    def _once_each(self) -> Self:
        for kind, every in (("list", self.lists), ("credit fact", self.facts)):
            names = [one.id for one in every]
            twice = [name for name in names if names.count(name) > 1]
            if twice:
                raise Wrong("stands_twice", kind=kind_words(kind), name=twice[0])
        return self

    @property
    def words(self) -> dict[tuple[str, ...], Words]:
        """What lists, privileges and recorded facts are called, as a `View` looks them up."""
        granted = [one for spec in self.lists for one in spec.privileges]
        return {
            **{("list", one.id): (one.zh, one.en) for one in self.lists},
            **{("privilege", one.privilege): (one.zh, one.en) for one in granted},
            **{("credit", one.id): (one.zh, one.en) for one in self.facts},
        }

    def recorded(self, name: str) -> Recorded | None:
        """A fact of the credit file by its id; None for one that only an older text knows."""
        return next((one for one in self.facts if one.id == name), None)

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
