"""Conditions that compare facts with each other, with a zone setting, or with the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from rules.draws import name_of
from rules.guard import guard, limit_of, named, unmet
from rules.parameters import ZoneSetting
from rules.periods import add_months, shanghai_date
from rules.view import Unmet, View
from rules.wording import amount, limit_words, unit_words, value_words


def _number(value: Any) -> float | None:
    fits = isinstance(value, int | float) and not isinstance(value, bool)
    return value if fits else None


def _same(one: Any, other: Any) -> bool:
    """Parties are the same by their code, else by their name; everything else by its value."""
    parties = isinstance(one, dict) and isinstance(other, dict)
    return name_of(one) == name_of(other) if parties else bool(one == other)


@guard
def fact_equals(view: View, fact: str, other: str) -> Unmet | None:
    """Two facts, both stated, say the same (parties: by their code, else their name)."""
    said = view.facts.get(fact), view.facts.get(other)
    if None not in said and _same(*said):
        return None
    zh, en = view.label(other)
    return unmet(view, f"{fact}_differs", fact, f"须与“{zh}”一致。", f"must equal {en}.")


@guard
def fact_differs(view: View, fact: str, other: str) -> Unmet | None:
    """Two facts, both stated, say different things (parties: by their code, else their name)."""
    said = view.facts.get(fact), view.facts.get(other)
    if None not in said and not _same(*said):
        return None
    zh, en = view.label(other)
    return unmet(view, f"{fact}_same", fact, f"与“{zh}”一致。", f"is the same as {en}.")


@guard
def no_more_than(view: View, fact: str, other: str) -> Unmet | None:
    """One number is not above another (inclusive)."""
    number, bound = _number(view.facts.get(fact)), _number(view.facts.get(other))
    if number is not None and bound is not None and number <= bound:
        return None
    zh, en = view.label(other)
    return unmet(view, f"{fact}_above", fact, f"不得超过“{zh}”。", f"at most {en}.")


@guard
def sum_at_most(view: View, facts: Sequence[str], parameter: str) -> Unmet | None:
    """The numbers together are not above the parameter (inclusive); an unstated one is nothing."""
    total = sum(_number(view.facts.get(fact)) or 0 for fact in facts)
    bound = limit_of(view, parameter)
    if total <= bound:
        return None
    zh, en = named(view, facts)
    total_zh, total_en = value_words(view, facts[0], total)
    most_zh, most_en = limit_words(view, facts[0], parameter)
    return Unmet("sum_above", f"{zh}合计 {total_zh}，不得超过 {most_zh}。",
                 f"{en} together are {total_en}: at most {most_en}.")  # fmt: skip


def _setting(view: View, setting: str) -> ZoneSetting:
    """The zone's number today, with its unit. Raises LookupError where the zone has set none."""
    found = view.world.settings.value(view.workflow, setting, view.today)
    if found is None:
        raise LookupError(f"{view.workflow} needs the zone setting {setting} on {view.today}")
    return found


@guard
def at_most_setting(view: View, fact: str, setting: str) -> Unmet | None:
    """The number is not above what the zone has set (inclusive)."""
    number, bound = _number(view.facts.get(fact)), _setting(view, setting)
    if number is not None and number <= bound.value:
        return None
    zh, en = amount(bound.value, unit_words(bound.unit))
    return unmet(view, f"{fact}_above", fact, f"不得超过 {zh}。", f"at most {en}.")


@guard
def at_least_setting(view: View, fact: str, setting: str) -> Unmet | None:
    """The number is not below what the zone has set (inclusive)."""
    number, bound = _number(view.facts.get(fact)), _setting(view, setting)
    if number is not None and number >= bound.value:
        return None
    zh, en = amount(bound.value, unit_words(bound.unit))
    return unmet(view, f"{fact}_below", fact, f"不得低于 {zh}。", f"at least {en}.")


@guard
def includes(view: View, fact: str, value: str) -> Unmet | None:
    """The list holds this item: a choice, a text, or a party by its name."""
    stated = view.facts.get(fact) or ()
    names = [one.get("name") if isinstance(one, dict) else one for one in stated]
    if value in names:
        return None
    zh, en = value_words(view, fact, value)
    return unmet(view, f"{fact}_lacks_{value}", fact, f"须包含“{zh}”。", f"must hold “{en}”.")


@guard
def covers(view: View, fact: str, other: str) -> Unmet | None:
    """Every item of the other list stands in this one too: nothing was left out."""
    stated, wanted = view.facts.get(fact) or (), view.facts.get(other) or ()
    left_out = [one for one in wanted if one not in stated]
    if not left_out:
        return None
    zh, en = view.label(other)
    return unmet(view, f"{fact}_incomplete", fact, f"未涵盖全部“{zh}”。", f"does not cover {en}.")


@guard
def covered_by(view: View, fact: str, facts: Sequence[str]) -> Unmet | None:
    """Every item of the list stands in at least one of the other lists: nothing is left over."""
    found = [one for name in facts for one in view.facts.get(name) or ()]
    left_over = [one for one in view.facts.get(fact) or () if one not in found]
    if not left_over:
        return None
    zh, en = named(view, facts)
    return unmet(view, f"{fact}_left_over", fact, f"尚有未列入{zh}的。", f"not all in {en}.")


@guard
def rest_of(view: View, fact: str, whole: str, without: Sequence[str] = ()) -> Unmet | None:
    """The list is exactly what is left of the whole without the other lists (parties by their
    code, else their name)."""
    out = {name_of(one) for name in without for one in view.facts.get(name) or ()}
    left = [name_of(one) for one in view.facts.get(whole) or () if name_of(one) not in out]
    stated = [name_of(one) for one in view.facts.get(fact) or ()]
    wrong = [one for one in left if one not in stated] or [one for one in stated if one not in left]
    if not wrong and len(stated) == len(set(stated)):
        return None
    which = wrong[0] if wrong else stated[0]
    return unmet(view, f"{fact}_not_the_rest", fact, f"与应列名单不符：{which}。",
                 f"is not exactly what remains: {which}.")  # fmt: skip


@guard
def today_or_later(view: View, fact: str) -> Unmet | None:
    """The stated date is today or lies after it."""
    stated = view.facts.get(fact)
    if stated is not None and date.fromisoformat(str(stated)) >= view.today:
        return None
    return unmet(view, f"{fact}_past", fact, "不得早于今天。", "must not lie before today.")


@guard
def today_or_earlier(view: View, fact: str) -> Unmet | None:
    """The stated date is today or lies before it: what it reports has happened."""
    stated = view.facts.get(fact)
    if stated is not None and date.fromisoformat(str(stated)) <= view.today:
        return None
    return unmet(view, f"{fact}_future", fact, "不得晚于今天。", "must not lie after today.")


def corresponding_day(view: View, start: date, parameter: str) -> date:
    """The corresponding day so many months or years (a parameter) after a date.

    Raises TypeError for a parameter of another unit."""
    found, dated = view.world.parameters.value(view.workflow, parameter, view.today)
    factor = {"months": 1, "years": 12}.get(found.unit)
    if factor is None or not isinstance(dated.value, int):
        raise TypeError(f"{view.workflow}.{parameter} is no whole number of months or years")
    return add_months(start, dated.value * factor)


@guard
def elapsed_since(view: View, event: str, period: str) -> Unmet | None:
    """A period of months or years has fully elapsed since the event (满: from the day after the
    corresponding day, law/counting-time R16, R20)."""
    at = view.happened.get(event)
    if at is not None and view.today > corresponding_day(view, shanghai_date(at), period):
        return None
    zh, en = view.label(event)
    long_zh, long_en = limit_words(view, period, period)
    return Unmet(f"{period}_not_elapsed", f"自“{zh}”起尚未满 {long_zh}。",
                 f"the period of {long_en} since “{en}” has not fully elapsed.")  # fmt: skip
