"""What officers read is in words: no id of a choice, a state, a register or a recorded fact."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, get_args, get_type_hints

import pytest

from machines.book import Workflow, rulebook
from machines.case import Duty
from machines.compiler import Compiled
from machines.effects import EnterRegister, Freeze
from machines.facts import example_of
from machines.frozen import replace
from machines.links import effects_of
from machines.reader import DefinitionError, read
from machines.words import GuardRef
from rules.guards import GUARDS
from rules.parameters import Settings, ZoneSetting
from rules.periods import SHANGHAI
from rules.view import (
    CreditFact,
    CreditView,
    Listed,
    ParentView,
    Privilege,
    Restriction,
    Unmet,
    View,
    World,
)
from rules.wording import STATUS_WORDS, UNIT_WORDS
from rules.working_days import load_calendar

BOOK, CALENDAR = rulebook(), load_calendar()
KEYS = sorted(BOOK.workflows)
DAY = date(2026, 11, 21)
AN_ID = re.compile(r"[a-z]+_[a-z_]+|\bNone\b|\bTrue\b|\bFalse\b")


def calls_of(one: Workflow) -> Iterator[GuardRef]:
    """Every condition a definition names, wherever it stands, each once."""
    seen = []
    for plain in _mappings(one.definition.model_dump()):
        if set(plain) == {"name", "args", "clause"} and plain["name"] in GUARDS:
            ref = GuardRef(name=plain["name"], args=plain["args"], clause=plain["clause"])
            if ref not in seen:
                seen.append(ref)
                yield ref


def _mappings(plain: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(plain, Mapping):
        yield plain
        for value in plain.values():
            yield from _mappings(value)
    elif isinstance(plain, list | tuple):
        for value in plain:
            yield from _mappings(value)


def world_of(compiled: Compiled, credit: CreditView, parent: ParentView | None) -> World:
    key = compiled.definition.key
    settings = tuple(
        ZoneSetting(key, one.id, one.unit, one.assumed, date(2017, 4, 10), "test")
        for one in compiled.definition.settings
    )
    return World(CALENDAR, BOOK.parameters, Settings("yingkou", settings), {"code": credit}, parent)


def views_of(one: Workflow) -> Iterator[View]:
    """A case in which nothing has happened, and one in which much has, everybody is listed and
    on file, and the facts say what the examples say, or the first or last of their choices."""
    definition, compiled = one.definition, one.compiled
    parent = ParentView("p", one.key, {name: track.initial for name, track in
                                       definition.tracks.items()}, {}, False,
                        compiled.words)  # fmt: skip
    nothing = View(
        workflow=one.key, today=DAY, facts={}, in_hand=frozenset(), groups=compiled.groups,
        tracks={name: track.initial for name, track in definition.tracks.items()},
        duties={}, licences={}, happened={}, credit=CreditView(), labels=compiled.labels,
        world=world_of(compiled, CreditView(), parent), words=compiled.words,
        codes=dict.fromkeys(definition.parties, "code"),
    )  # fmt: skip
    yield nothing
    credit = CreditView(
        lists=tuple(spec.id for spec in BOOK.lists.lists),
        restrictions=tuple(r for spec in BOOK.lists.lists for r in spec.closes()),
        entries=tuple(Listed(spec.id, date(2026, 9, 1)) for spec in BOOK.lists.lists),
        facts=tuple(CreditFact(fact.id, DAY) for fact in BOOK.lists.facts for _ in range(3)),
    )
    said = {name: example_of(spec) for name, spec in definition.facts.items()}
    ends = [
        {**said, **{name: list(spec.choices)[at] for name, spec in definition.facts.items()
                    if spec.type == "choice"}}
        for at in (0, -1)
    ]  # fmt: skip
    for facts in (said, *ends):
        yield replace(
            nothing, facts=facts, credit=credit, world=world_of(compiled, credit, parent),
            tracks={name: list(track.states)[-1] for name, track in definition.tracks.items()},
            duties={duty.id: "waived" for duty in definition.duties},
            happened=dict.fromkeys(definition.events, datetime(2026, 11, 20, tzinfo=SHANGHAI)),
        )  # fmt: skip


@pytest.mark.parametrize("key", KEYS)
def test_no_condition_of_any_reform_answers_with_an_id(key: str) -> None:
    one = BOOK.workflows[key]
    said = [
        no
        for view in views_of(one)
        for ref in calls_of(one)
        if (no := GUARDS[ref.name].function(view, **ref.args)) is not None
    ]
    for no in said:
        assert isinstance(no, Unmet)
        assert not AN_ID.search(no.zh), no.zh
        assert not re.search("[a-z]{2,}", no.zh), no.zh
        assert not AN_ID.search(no.en), no.en
    assert said or not list(calls_of(one))


@pytest.mark.parametrize("key", KEYS)
def test_what_is_frozen_and_every_register_has_words(key: str) -> None:
    for at, effect in effects_of(BOOK.workflows[key].definition):
        if isinstance(effect, Freeze | EnterRegister):
            assert effect.zh, at
            assert effect.en, at


def test_words_of_a_register_belong_together_and_may_be_absent() -> None:
    text = "do: enter_register\nregister: book\n"
    assert read(EnterRegister, "m.yaml", text)[0].zh is None, "older texts stay readable"
    with pytest.raises(DefinitionError, match="belong together"):
        read(EnterRegister, "m.yaml", text + "zh: 台账\n")


def test_every_unit_and_every_status_has_words() -> None:
    units = {
        spec.unit
        for one in BOOK.workflows.values()
        for spec in one.definition.facts.values()
        if spec.unit is not None
    }
    units |= {dated.unit for table in BOOK.parameters.tables.values() for dated in table.values()}
    assert units - {"list"} <= set(UNIT_WORDS)
    assert set(STATUS_WORDS) == {"none", *get_args(get_type_hints(Duty)["status"])}


def test_every_privilege_that_is_asked_for_is_called_something() -> None:
    granted = Privilege("green_channel", "4.27", "诚信红名单")
    compiled = BOOK.workflows["credit_system"].compiled
    assert compiled.words["privilege", granted.kind] == ("绿色通道", "green channel")
    assert Restriction("credit", None, "1.1", "甲").because_en == ""
