"""Conditions about credit: lists, restrictions, privileges and the record of a party.

Each looks at the applicant, or at the party named by `party`. What a list closes or grants is data
(`workflows/lists.yaml`); how records are counted is in `rules/credit.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from rules import credit
from rules.guard import guard, limit_of
from rules.number_guards import corresponding_day
from rules.view import CreditFact, Restriction, Unmet, View


@guard
def commitment_route_open(view: View, party: str | None = None) -> Unmet | None:
    """No list entry or record closes the commitment route to the party."""
    closed = _closures(view, "commitment_route", party)
    if not closed:
        return None
    who_zh, who_en = _who(view, party)
    return Unmet(
        "commitment_route_closed",
        f"{who_zh}不适用告知承诺，改按一般程序办理：{_because(closed)}。",
        f"The commitment route is closed to {who_en} (ordinary procedure): {_because(closed)}.",
        closed[0].clause.split(" ")[0] or None,
    )


@guard
def commitment_route_closed(view: View, party: str | None = None) -> Unmet | None:
    """A list entry or record closes the commitment route to the party."""
    if _closures(view, "commitment_route", party):
        return None
    who_zh, who_en = _who(view, party)
    return Unmet("commitment_route_open", f"{who_zh}可以适用告知承诺。",
                 f"The commitment route is open to {who_en}.")  # fmt: skip


@guard
def acceptance_open(view: View, party: str | None = None) -> Unmet | None:
    """No list entry or record restricts the acceptance of the party's applications."""
    closed = _closures(view, "acceptance", party)
    if not closed:
        return None
    who_zh, who_en = _who(view, party)
    return Unmet(
        "acceptance_restricted",
        f"对{who_zh}实行有条件受理或不予受理：{_because(closed)}。",
        f"Applications of {who_en} are accepted on conditions or not at all: {_because(closed)}.",
        closed[0].clause,
    )


@guard
def acceptance_restricted(view: View, party: str | None = None) -> Unmet | None:
    """A list entry or record restricts the acceptance of the party's applications."""
    if _closures(view, "acceptance", party):
        return None
    who_zh, who_en = _who(view, party)
    return Unmet("acceptance_open", f"对{who_zh}的申请没有受理限制。",
                 f"Nothing restricts the acceptance of {who_en}.")  # fmt: skip


@guard
def benefits_open(view: View, party: str | None = None) -> Unmet | None:
    """No list entry or record restricts benefits (subsidies, public contracts) to the party."""
    closed = _closures(view, "benefits", party)
    if not closed:
        return None
    who_zh, who_en = _who(view, party)
    return Unmet(
        "benefits_restricted",
        f"{who_zh}申请优惠支持受限：{_because(closed)}。",
        f"Benefits are restricted for {who_en}: {_because(closed)}.",
        closed[0].clause,
    )


@guard
def privileged(view: View, privilege: str, party: str | None = None) -> Unmet | None:
    """A list grants the party this privilege, and nothing lets it rest."""
    if any(one.kind == privilege for one in view.credit_of(party).privileges):
        return None
    who_zh, who_en = _who(view, party)
    return Unmet(f"not_{privilege}", f"{who_zh}不享有该项便利（{privilege}）。",
                 f"{who_en} does not have this privilege ({privilege}).")  # fmt: skip


@guard
def listed(view: View, list: str, party: str | None = None) -> Unmet | None:
    """The party is on the list."""
    if list in view.credit_of(party).lists:
        return None
    who_zh, who_en = _who(view, party)
    return Unmet(f"not_on_{list}", f"{who_zh}不在名单（{list}）内。",
                 f"{who_en} is not on the list {list}.")  # fmt: skip


@guard
def not_listed(view: View, list: str, party: str | None = None) -> Unmet | None:
    """The party is not on the list."""
    if list not in view.credit_of(party).lists:
        return None
    who_zh, who_en = _who(view, party)
    return Unmet(f"on_{list}", f"{who_zh}已在名单（{list}）内。",
                 f"{who_en} is on the list {list}.")  # fmt: skip


@guard
def listed_for(view: View, list: str, period: str, party: str | None = None) -> Unmet | None:
    """The party is on the list, and a period has fully elapsed since it was (last) entered
    (列入之日满N年, R20)."""
    no = listed(view, list, party)
    if no is not None:
        return no
    since, last_day = _listed_until(view, list, period, party)
    if view.today > last_day:
        return None
    return Unmet(
        f"{list}_period_not_over",
        f"自 {since} 列入名单（{list}）起尚未满规定期限，{last_day} 期满，次日起可以办理。",
        f"the period since entry on {list} on {since} ends on {last_day}; possible from the day "
        "after",
    )


@guard
def not_listed_for(view: View, list: str, period: str, party: str | None = None) -> Unmet | None:
    """The party is not on the list, or the period since its entry has not fully elapsed."""
    if listed_for(view, list, period, party) is not None:
        return None
    since, last_day = _listed_until(view, list, period, party)
    return Unmet(f"{list}_period_over", f"自 {since} 列入名单（{list}）起已于 {last_day} 期满。",
                 f"the period since entry on {list} on {since} was over on {last_day}")  # fmt: skip


@guard
def records_within(
    view: View, credit_facts: Sequence[str], count: str, window: str, party: str | None = None
) -> Unmet | None:
    """At least so many records (a parameter) lie within one window (a parameter of months or
    years), its first and last day included (R17, R18)."""
    if _run(view, credit_facts, count, window, party):
        return None
    wanted, there = int(limit_of(view, count)), len(_records(view, credit_facts, party))
    return Unmet(
        "too_few_records",
        f"任一规定期间内的记录均不足 {wanted} 次（信用档案现有此类记录 {there} 条）。",
        f"no window holds {wanted} such records ({there} are on file)",
    )


@guard
def fewer_records_within(
    view: View, credit_facts: Sequence[str], count: str, window: str, party: str | None = None
) -> Unmet | None:
    """No window holds so many records."""
    run = _run(view, credit_facts, count, window, party)
    if not run:
        return None
    first, last = run[0].on, run[-1].on
    return Unmet("too_many_records", f"{first} 至 {last} 已有 {len(run)} 次此类记录。",
                 f"{len(run)} such records from {first} to {last}")  # fmt: skip


@guard
def clean_for(
    view: View, credit_facts: Sequence[str], period: str, since: str, party: str | None = None
) -> Unmet | None:
    """A period has fully elapsed since the later of a stated date and the last such record
    (连续N年未产生, R16)."""
    stated = view.facts.get(since)
    if stated is None:
        zh, en = view.label(since)
        return Unmet(f"{since}_missing", f"{zh}：尚未说明。", f"{en}: has not been stated.")
    start = credit.clean_from(_records(view, credit_facts, party), date.fromisoformat(str(stated)))
    if credit.has_elapsed(start, _until(view, period), view.today):
        return None
    return Unmet("not_clean_long_enough", f"自 {start} 起无此类记录，尚未满规定期限。",
                 f"clean since {start}: the period has not fully elapsed")  # fmt: skip


@guard
def graded_in_a_row(
    view: View, credit_fact: str, value: str, years: str, party: str | None = None
) -> Unmet | None:
    """The same grade in so many consecutive calendar years, the last this year's or last year's."""
    if _row(view, credit_fact, value, years, party):
        return None
    wanted = int(limit_of(view, years))
    return Unmet("grades_not_in_a_row", f"未连续 {wanted} 年被评为 {value}。",
                 f"not graded {value} in {wanted} consecutive years")  # fmt: skip


@guard
def no_record(
    view: View, credit_facts: Sequence[str], within: str | None = None, party: str | None = None
) -> Unmet | None:
    """No such record stands (or none whose period, from its day on, is still running): a first
    offence."""
    found = _recorded(view, credit_facts, within, party)
    if not found:
        return None
    last = found[-1]
    return Unmet("recorded_before", f"{last.on} 已有此类记录（{last.fact}）。",
                 f"there is such a record of {last.on} ({last.fact})")  # fmt: skip


@guard
def has_record(
    view: View, credit_facts: Sequence[str], within: str | None = None, party: str | None = None
) -> Unmet | None:
    """At least one such record stands (whose period, from its day on, is still running)."""
    if _recorded(view, credit_facts, within, party):
        return None
    return Unmet("no_such_record", "信用档案中没有此类记录。", "the credit file has no such record")


def _run(
    view: View, credit_facts: Sequence[str], count: str, window: str, party: str | None = None
) -> tuple[CreditFact, ...]:
    wanted = int(limit_of(view, count))
    return credit.run_within(_records(view, credit_facts, party), wanted, _until(view, window))


def _row(
    view: View, credit_fact: str, value: str, years: str, party: str | None = None
) -> tuple[CreditFact, ...]:
    wanted = int(limit_of(view, years))
    return credit.in_a_row(_records(view, [credit_fact], party), value, wanted, view.today)


def _recorded(
    view: View, credit_facts: Sequence[str], within: str | None = None, party: str | None = None
) -> tuple[CreditFact, ...]:
    found = _records(view, credit_facts, party)
    return found if within is None else credit.recent(found, _until(view, within), view.today)


def _records(view: View, kinds: Sequence[str], party: str | None) -> tuple[CreditFact, ...]:
    return credit.records(view.credit_of(party).facts, kinds, view.today)


def _until(view: View, parameter: str) -> credit.Until:
    """The last day of the parameter's period from a date on."""
    return partial(corresponding_day, view, parameter=parameter)


def _listed_until(view: View, name: str, period: str, party: str | None) -> tuple[date, date]:
    """Since when the party is on the list (its last entry), and the last day of the period."""
    since = max(one.since for one in view.credit_of(party).entries if one.list == name)
    return since, corresponding_day(view, since, period)


def _closures(view: View, kind: str, party: str | None) -> list[Restriction]:
    return [
        restriction
        for restriction in view.credit_of(party).restrictions
        if restriction.kind == kind and restriction.workflow in (None, view.workflow)
    ]


def _because(closed: Sequence[Restriction]) -> str:
    named = (f"{one.because}（{one.clause}）" if one.clause else one.because for one in closed)
    return "、".join(dict.fromkeys(named))


def _who(view: View, party: str | None) -> tuple[str, str]:
    return ("申请人", "the applicant") if party is None else view.label(party)


_COUNTS: dict[str, Callable[..., tuple[CreditFact, ...]]] = {
    "records_within": _run,
    "has_record": _recorded,
    "graded_in_a_row": _row,
}


def counted(view: View, name: str, args: Mapping[str, Any]) -> tuple[CreditFact, ...]:
    """The records for whose sake a guard holds; none where it holds because there are none, or
    for a reason that is no record."""
    return _COUNTS[name](view, **args) if name in _COUNTS else ()
