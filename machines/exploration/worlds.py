"""The worlds a case may live in: nothing known of anybody, or all that conditions ask about.

Every setting has the value it is assumed to have. What a condition says of the credit of a party is
tried for all parties at once: nothing on file; on every list and with every restriction; with
every privilege; with every record, lately and long ago.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from machines.compiler import Compiled
from machines.exploration.moves import CODES
from machines.exploration.refs import all_guards, looks_of
from machines.exploration.symbolic import START
from rules.parameters import ParameterBook, Settings, ZoneSetting
from rules.view import CreditFact, CreditView, Listed, ParentView, Privilege, Restriction, World
from rules.working_days import Calendar

_LONG_AGO = date(2017, 4, 10)
_KINDS = ("commitment_route", "acceptance", "benefits", "credit")


def worlds_of(
    compiled: Compiled, calendar: Calendar, parameters: ParameterBook
) -> tuple[World, ...]:
    """The worlds worth trying; one where nothing asks about credit or about a parent case."""
    looks = looks_of(all_guards(compiled.definition))
    views = [CreditView(), *(_asked_about(compiled) if looks.credit else ())]
    return worlds_in(compiled, calendar, parameters, views)


def worlds_in(
    compiled: Compiled, calendar: Calendar, parameters: ParameterBook, views: Iterable[CreditView]
) -> tuple[World, ...]:
    """One world for each view of everybody's credit, with and without a case that opened this."""
    key = compiled.definition.key
    entries = tuple(
        ZoneSetting(key, one.id, one.unit, one.assumed, _LONG_AGO, "assumed", True)
        for one in compiled.definition.settings
    )
    plain = World(calendar, parameters, Settings("yingkou", entries))
    parents = [None, *_parents(compiled)]
    return tuple(
        World(plain.calendar, plain.parameters, plain.settings, _everybody(view), parent)
        for view in views
        for parent in parents
    )


def _everybody(view: CreditView) -> dict[str, CreditView]:
    refs = [f"虚构{index}号" for index in range(9)]
    return dict.fromkeys((*CODES, *refs), view)


def _asked_about(compiled: Compiled) -> list[CreditView]:
    lists: dict[str, None] = {}
    privileges: dict[str, None] = {}
    facts: dict[tuple[str, str | None], None] = {}
    for one in all_guards(compiled.definition):
        if "list" in one.args:
            lists[str(one.args["list"])] = None
        if "privilege" in one.args:
            privileges[str(one.args["privilege"])] = None
        for name in one.args.get("credit_facts", ()):
            facts[str(name), None] = None
        if "credit_fact" in one.args:
            facts[str(one.args["credit_fact"]), str(one.args["value"])] = None
    today = START.date()
    listed = CreditView(
        lists=tuple(lists),
        restrictions=tuple(Restriction(kind, None, "", "名单") for kind in _KINDS),
        entries=tuple(Listed(name, _LONG_AGO) for name in lists),
    )
    lately = [today - timedelta(days=n) for n in (1, 20, 40, 370, 735, 1100)]
    days = [_LONG_AGO, *reversed(lately)]
    recorded = CreditView(
        facts=tuple(CreditFact(name, day, value) for day in days for name, value in facts)
    )
    granted = CreditView(privileges=tuple(Privilege(one, "", "名单") for one in privileges))
    return [listed, *([granted] if privileges else ()), *([recorded] if facts else ())]


def parents_of(compiled: Compiled) -> int:
    """How many of the worlds in a row differ only in the case that opened this one."""
    return 1 + len(_parents(compiled))


def _parents(compiled: Compiled) -> list[ParentView]:
    if not looks_of(all_guards(compiled.definition)).parent:
        return []
    tracks: dict[str, str] = {}
    licences: dict[str, str] = {}
    for one in all_guards(compiled.definition):
        if one.name == "parent_in_state":
            tracks[str(one.args["track"])] = str(one.args["states"][0])
        elif one.name == "parent_licence_live":
            licences[str(one.args["licence"])] = "live"
    return [ParentView("explored-parent", "explored", tracks, licences, closed=False)]
