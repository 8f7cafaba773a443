"""Whether an act is allowed: the named conditions a definition may use.

Here those on facts, numbers, materials and the case itself; credit, draws and linked cases have
modules of their own, registered by being imported here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from msgspec import structs

from rules import credit_guards, draw_guards, linked_guards, number_guards, restriction_guards
from rules.guard import GUARDS, first_unmet, guard, limit_of, named, reads, unmet
from rules.periods import shanghai_date
from rules.view import Unmet, View
from rules.wording import any_of, limit_words, listed_from, status_words, value_words

__all__ = ["GUARDS", "first_unmet", "reads"]
_REGISTERED = (credit_guards, draw_guards, linked_guards, number_guards, restriction_guards)


@guard
def fact_true(view: View, fact: str) -> Unmet | None:
    """The fact has been stated as true."""
    if view.facts.get(fact) is True:
        return None
    return unmet(view, f"{fact}_required", fact, "须为“是”。", "must hold.")


@guard
def fact_false(view: View, fact: str) -> Unmet | None:
    """The fact has not been stated as true."""
    if view.facts.get(fact) is not True:
        return None
    return unmet(view, f"{fact}_excludes", fact, "存在该情形，不得办理。", "excludes this act.")


@guard
def any_true(view: View, facts: Sequence[str]) -> Unmet | None:
    """At least one of the facts has been stated as true."""
    if any(view.facts.get(fact) is True for fact in facts):
        return None
    zh, en = named(view, facts)
    return Unmet("no_ground", f"须至少具备下列情形之一：{zh}。", f"needs one of: {en}.")


@guard
def all_true(view: View, facts: Sequence[str]) -> Unmet | None:
    """Every one of the facts has been stated as true."""
    missing = [fact for fact in facts if view.facts.get(fact) is not True]
    if not missing:
        return None
    zh, en = named(view, missing)
    return Unmet("not_all_hold", f"尚不具备：{zh}。", f"does not hold yet: {en}.")


@guard
def fact_is(view: View, fact: str, value: Any) -> Unmet | None:
    """The fact has exactly this value."""
    if view.facts.get(fact) == value:
        return None
    zh, en = value_words(view, fact, value)
    return unmet(view, f"{fact}_is_not_{value}", fact, f"须为“{zh}”。", f"must be “{en}”.")


@guard
def fact_is_not(view: View, fact: str, value: Any) -> Unmet | None:
    """The fact has another value than this one."""
    if view.facts.get(fact) != value:
        return None
    zh, en = value_words(view, fact, value)
    return unmet(view, f"{fact}_is_{value}", fact, f"不得为“{zh}”。", f"must not be “{en}”.")


def _listed(view: View, parameter: str) -> tuple[str, ...]:
    value = view.world.parameters.value(view.workflow, parameter, view.today)[1].value
    return value if isinstance(value, tuple) else ()


@guard
def fact_in(view: View, fact: str, parameter: str) -> Unmet | None:
    """The fact is on the dated list that the parameter holds (today's list)."""
    value = view.facts.get(fact)
    if value in _listed(view, parameter):
        return None
    reason = f"{fact}_not_listed"
    if value is None:
        return unmet(view, reason, fact, "尚未说明。", "has not been stated.")
    zh, en = value_words(view, fact, value)
    begins = listed_from(view, parameter, value)
    if begins is None:
        return unmet(view, reason, fact, f"“{zh}”不在清单内。", f"“{en}” is not on the list.")
    return unmet(view, reason, fact, f"“{zh}”自 {begins} 起才在清单内。",
                 f"“{en}” is on the list from {begins} on, and not before.")  # fmt: skip


@guard
def fact_not_in(view: View, fact: str, parameter: str) -> Unmet | None:
    """The fact is not on the dated list that the parameter holds (today's list)."""
    if view.facts.get(fact) not in _listed(view, parameter):
        return None
    zh, en = value_words(view, fact, view.facts.get(fact))
    return unmet(view, f"{fact}_listed", fact, f"“{zh}”在清单内。", f"“{en}” is on the list.")


@guard
def at_most(view: View, fact: str, parameter: str) -> Unmet | None:
    """The number is not above the parameter (inclusive, 民法典 1259: 以下, 以内)."""
    number, limit = view.facts.get(fact), limit_of(view, parameter)
    if isinstance(number, int | float) and number <= limit:
        return None
    zh, en = limit_words(view, fact, parameter)
    return unmet(view, f"{fact}_above", fact, f"不得超过 {zh}。", f"at most {en}.")


@guard
def at_least(view: View, fact: str, parameter: str) -> Unmet | None:
    """The number is not below the parameter (inclusive, 民法典 1259: 以上)."""
    number, limit = view.facts.get(fact), limit_of(view, parameter)
    if isinstance(number, int | float) and number >= limit:
        return None
    zh, en = limit_words(view, fact, parameter)
    return unmet(view, f"{fact}_below", fact, f"不得低于 {zh}。", f"at least {en}.")


@guard
def above(view: View, fact: str, parameter: str) -> Unmet | None:
    """The number is above the parameter (exclusive, 民法典 1259: 超过, 以外)."""
    number, limit = view.facts.get(fact), limit_of(view, parameter)
    if isinstance(number, int | float) and number > limit:
        return None
    zh, en = limit_words(view, fact, parameter)
    return unmet(view, f"{fact}_not_above", fact, f"须超过 {zh}。", f"must exceed {en}.")


@guard
def below(view: View, fact: str, parameter: str) -> Unmet | None:
    """The number is below the parameter (exclusive, 民法典 1259: 不满)."""
    number, limit = view.facts.get(fact), limit_of(view, parameter)
    if isinstance(number, int | float) and number < limit:
        return None
    zh, en = limit_words(view, fact, parameter)
    return unmet(view, f"{fact}_not_below", fact, f"须低于 {zh}。", f"must be below {en}.")


@guard
def within_band(view: View, fact: str, above: str, up_to: str) -> Unmet | None:
    """The number is above one parameter and not above another: bands that meet without a hole."""
    number = view.facts.get(fact)
    low, high = limit_of(view, above), limit_of(view, up_to)
    if isinstance(number, int | float) and low < number <= high:
        return None
    (low_zh, low_en), (high_zh, high_en) = (limit_words(view, fact, one) for one in (above, up_to))
    return unmet(view, f"{fact}_outside_band", fact, f"须超过 {low_zh} 且不超过 {high_zh}。",
                 f"must be above {low_en} and at most {high_en}.")  # fmt: skip


@guard
def fact_stated(view: View, fact: str) -> Unmet | None:
    """The fact has been stated, whatever it says."""
    if view.facts.get(fact) is not None:
        return None
    return unmet(view, f"{fact}_missing", fact, "尚未说明。", "has not been stated.")


@guard
def fact_absent(view: View, fact: str) -> Unmet | None:
    """The fact has not been stated."""
    if view.facts.get(fact) is None:
        return None
    return unmet(view, f"{fact}_stated", fact, "已存在，不得办理。", "exists; not possible.")


@guard
def date_before(view: View, fact: str, event: str) -> Unmet | None:
    """The stated date lies before the day on which the event happened."""
    stated, at = view.facts.get(fact), view.happened.get(event)
    if stated is not None and at is not None:
        day = date.fromisoformat(str(stated))
        return None if day < shanghai_date(at) else _not_before(view, fact, event)
    return _not_before(view, fact, event)


def _not_before(view: View, fact: str, event: str) -> Unmet:
    zh, en = view.label(event)
    return unmet(view, f"{fact}_not_before", fact, f"须早于“{zh}”。", f"must lie before “{en}”.")


@guard
def later_than_today(view: View, fact: str) -> Unmet | None:
    """The stated date lies after today: a period that is over when it is set is no period."""
    stated = view.facts.get(fact)
    if stated is not None and date.fromisoformat(str(stated)) > view.today:
        return None
    return unmet(view, f"{fact}_not_later", fact, "须晚于今天。", "must lie after today.")


def _missing(view: View, materials: str) -> list[tuple[str, ...]]:
    return [
        alternatives
        for alternatives in view.groups.get(materials, ())
        if not any(item in view.in_hand for item in alternatives)
    ]


@guard
def all_in_hand(view: View, materials: str) -> Unmet | None:
    """Every material of the group is in hand (of alternatives, one)."""
    missing = _missing(view, materials)
    if not missing:
        return None
    zh = "；".join("或".join(view.label(i)[0] for i in row) for row in missing)
    en = "; ".join(" or ".join(view.label(i)[1] for i in row) for row in missing)
    return Unmet("materials_missing", f"材料不齐，尚缺：{zh}。", f"Still missing: {en}.")


@guard
def all_in_hand_anew(view: View, materials: str, obligation: str) -> Unmet | None:
    """Every material of the group came after the obligation was last acted on: the papers of one
    period do not serve for the next."""
    since = view.acted.get(obligation)
    fresh = {name for name, at in view.handed_in.items() if since is None or at > since}
    return all_in_hand(structs.replace(view, in_hand=frozenset(fresh)), materials)


@guard
def something_missing(view: View, materials: str) -> Unmet | None:
    """At least one material of the group is not in hand."""
    if _missing(view, materials):
        return None
    return Unmet("materials_complete", "材料已齐全。", "Nothing is missing.")


@guard
def in_state(view: View, track: str, states: Sequence[str]) -> Unmet | None:
    """Another track is in one of the states."""
    if view.tracks.get(track) in states:
        return None
    named_zh, named_en = view.words.get(("track", track), ("本案", "the case"))
    at_zh, at_en = view.word("state", track, str(view.tracks.get(track)))
    zh, en = any_of(view.word("state", track, state) for state in states)
    return Unmet(f"{track}_not_ready", f"{named_zh}当前为“{at_zh}”，须为{zh}。",
                 f"{named_en} is in “{at_en}”; it must be in {en}.")  # fmt: skip


@guard
def obligation_is(view: View, obligation: str, statuses: Sequence[str]) -> Unmet | None:
    """The latest occurrence of the obligation has one of the statuses."""
    status = view.duties.get(obligation, "none")
    if status in statuses:
        return None
    zh, en = view.label(obligation)
    is_zh, is_en = status_words(status)
    must_zh, must_en = any_of(status_words(one) for one in statuses)
    return Unmet(f"{obligation}_{status}", f"{zh}：当前为“{is_zh}”，须为{must_zh}。",
                 f"{en}: its status is “{is_en}”; it must be {must_en}.")  # fmt: skip


@guard
def licence_live(view: View, licence: str) -> Unmet | None:
    """The licence has been issued and is in force."""
    if view.licences.get(licence) == "live":
        return None
    zh, en = view.label(licence)
    return Unmet("licence_not_live", f"{zh}未处于有效状态。", f"{en} is not in force.")


@guard
def happened(view: View, event: str) -> Unmet | None:
    """The event has happened in this case."""
    if event in view.happened:
        return None
    zh, en = view.label(event)
    return Unmet(f"not_yet_{event}", f"尚无“{zh}”的记录。", f"“{en}” has not happened yet.")


@guard
def not_happened(view: View, event: str) -> Unmet | None:
    """The event has not happened in this case."""
    if event not in view.happened:
        return None
    zh, en = view.label(event)
    return Unmet(f"already_{event}", f"已有“{zh}”的记录。", f"“{en}” has already happened.")
