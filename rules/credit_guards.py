"""Conditions about credit: the lists a party is on and the record it has.

Each looks at the applicant, or at the party named by `party`. What a list closes or grants is in
`rules/restriction_guards.py`; how records are counted in `rules/credit.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

from rules import credit
from rules.guard import guard, limit_of, who
from rules.number_guards import corresponding_day
from rules.view import CreditFact, Unmet, View, Words
from rules.wording import limit_words, together


@guard
def listed(view: View, list: str, party: str | None = None) -> Unmet | None:
    """The party is on the list."""
    if list in view.credit_of(party).lists:
        return None
    (who_zh, who_en), (zh, en) = who(view, party), view.word("list", list)
    return Unmet(f"not_on_{list}", f"{who_zh}不在“{zh}”内。",
                 f"{who_en} is not on the {en}.")  # fmt: skip


@guard
def not_listed(view: View, list: str, party: str | None = None) -> Unmet | None:
    """The party is not on the list."""
    if list not in view.credit_of(party).lists:
        return None
    (who_zh, who_en), (zh, en) = who(view, party), view.word("list", list)
    return Unmet(f"on_{list}", f"{who_zh}已在“{zh}”内。",
                 f"{who_en} is on the {en}.")  # fmt: skip


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
    (zh, en), (long_zh, long_en) = view.word("list", list), limit_words(view, period, period)
    return Unmet(
        f"{list}_period_not_over",
        f"自 {since} 列入“{zh}”起尚未满 {long_zh}，{last_day} 期满，次日起可以办理。",
        f"the period of {long_en} since entry on the {en} on {since} ends on {last_day}; possible "
        "from the day after",
    )


@guard
def not_listed_for(view: View, list: str, period: str, party: str | None = None) -> Unmet | None:
    """The party is not on the list, or the period since its entry has not fully elapsed."""
    if listed_for(view, list, period, party) is not None:
        return None
    since, last_day = _listed_until(view, list, period, party)
    zh, en = view.word("list", list)
    return Unmet(
        f"{list}_period_over",
        f"自 {since} 列入“{zh}”起已于 {last_day} 期满。",
        f"the period since entry on the {en} on {since} was over on {last_day}",
    )


@guard
def records_within(
    view: View, credit_facts: Sequence[str], count: str, window: str, party: str | None = None
) -> Unmet | None:
    """At least so many records (a parameter) lie within one window (a parameter of months or
    years), its first and last day included (R17, R18)."""
    if _run(view, credit_facts, count, window, party):
        return None
    wanted, there = int(limit_of(view, count)), len(_records(view, credit_facts, party))
    (zh, en), (long_zh, long_en) = _kinds(view, credit_facts), limit_words(view, window, window)
    return Unmet(
        "too_few_records",
        f"任一 {long_zh}内“{zh}”的记录均不足 {wanted} 次（信用档案现有 {there} 条）。",
        f"no window of {long_en} holds {wanted} records of “{en}” ({there} on file)",
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
    zh, en = _kinds(view, credit_facts)
    return Unmet("too_many_records", f"{first} 至 {last} 已有 {len(run)} 次“{zh}”的记录。",
                 f"{len(run)} records of “{en}” from {first} to {last}")  # fmt: skip


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
    zh, en = limit_words(view, period, period)
    return Unmet("not_clean_long_enough", f"自 {start} 起无不良记录，尚未满 {zh}。",
                 f"clean since {start}: the period of {en} has not fully elapsed")  # fmt: skip


@guard
def graded_in_a_row(
    view: View, credit_fact: str, value: str, years: str, party: str | None = None
) -> Unmet | None:
    """The same grade in so many consecutive calendar years, the last this year's or last year's."""
    if _row(view, credit_fact, value, years, party):
        return None
    wanted, (zh, en) = int(limit_of(view, years)), view.word("grade", credit_fact, value)
    return Unmet("grades_not_in_a_row", f"未连续 {wanted} 年被评为“{zh}”。",
                 f"not graded “{en}” in {wanted} consecutive years")  # fmt: skip


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
    zh, en = view.word("credit", last.fact)
    return Unmet("recorded_before", f"信用档案已有 {last.on} 的记录：{zh}。",
                 f"the credit file has a record of {last.on}: {en}")  # fmt: skip


@guard
def has_record(
    view: View, credit_facts: Sequence[str], within: str | None = None, party: str | None = None
) -> Unmet | None:
    """At least one such record stands (whose period, from its day on, is still running)."""
    if _recorded(view, credit_facts, within, party):
        return None
    zh, en = _kinds(view, credit_facts)
    return Unmet("no_such_record", f"信用档案中没有“{zh}”的记录。",
                 f"the credit file has no record of “{en}”")  # fmt: skip


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


def _kinds(view: View, credit_facts: Sequence[str]) -> Words:
    """What the facts counted are called."""
    return together(view.word("credit", one) for one in credit_facts)


_COUNTS: dict[str, Callable[..., tuple[CreditFact, ...]]] = {
    "records_within": _run,
    "has_record": _recorded,
    "graded_in_a_row": _row,
}


def counted(view: View, name: str, args: Mapping[str, Any]) -> tuple[CreditFact, ...]:
    """The records for whose sake a guard holds; none where it holds because there are none, or
    for a reason that is no record."""
    return _COUNTS[name](view, **args) if name in _COUNTS else ()
