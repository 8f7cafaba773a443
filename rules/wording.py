"""How a condition speaks: numbers with their unit, values and statuses in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from rules.view import View, Words

UNIT_WORDS: Mapping[str, Words] = {
    "count": ("", ""),
    "hours": ("小时", "hours"),
    "items": ("项", "items"),
    "kVA": ("kVA", "kVA"),
    "m": ("米", "m"),
    "m3": ("立方米", "m³"),
    "months": ("个月", "months"),
    "office_hours": ("个办公小时", "office hours"),
    "natural_days": ("个自然日", "natural days"),
    "per year": ("次/年", "a year"),
    "percent": ("%", "%"),
    "persons": ("人", "persons"),
    "subjects": ("户", "subjects"),
    "working_days": ("个工作日", "working days"),
    "years": ("年", "years"),
    "yuan": ("元", "yuan"),
}
STATUS_WORDS: Mapping[str, Words] = {
    "none": ("尚未产生", "not arisen yet"),
    "open": ("履行中", "open"),
    "filed": ("已提交，待答复", "filed, awaiting the answer"),
    "met": ("已履行", "met"),
    "missed": ("逾期", "missed"),
    "waived": ("已免除", "waived"),
    "suspended": ("中止计时", "suspended"),
}
_TRUTH: Mapping[bool, Words] = {True: ("是", "yes"), False: ("否", "no")}


def status_words(status: str) -> Words:
    """What the status of an obligation is called."""
    return STATUS_WORDS.get(status, (status, status))


def unit_words(unit: str) -> Words:
    """What a number of this unit counts; the unit itself where it has no words of its own."""
    return UNIT_WORDS.get(unit, (unit, unit))


def amount(number: float, unit: Words) -> Words:
    """A number with the words of its unit: 6 个月, 1 month, 30%."""
    english = unit[1].removesuffix("s") if number == 1 else unit[1]
    return _joined(number, unit[0]), _joined(number, english)


def _joined(number: float, word: str) -> str:
    return f"{number}%" if word == "%" else f"{number} {word}".rstrip()


def value_words(view: View, fact: str, value: Any) -> Words:
    """A value of a fact as it is called: yes or no, a choice's label, a number with its unit, a
    party's name; what is none of these as it stands."""
    if isinstance(value, bool):
        return _TRUTH[value]
    if isinstance(value, int | float):
        return amount(value, view.words.get(("unit", fact), ("", "")))
    if isinstance(value, dict):
        return str(value.get("name")), str(value.get("name"))
    return view.word("choice", fact, str(value))


def limit_words(view: View, fact: str, parameter: str) -> Words:
    """The parameter's number in force today with its unit, or with the fact's own where the
    parameter merely counts."""
    found, dated = view.world.parameters.value(view.workflow, parameter, view.today)
    unit = view.words.get(("unit", fact)) if found.unit == "count" else None
    number = dated.value
    assert isinstance(number, int | float), f"{view.workflow}.{parameter} is not a number"
    return amount(number, unit or unit_words(found.unit))


def listed_from(view: View, parameter: str, item: Any) -> date | None:
    """The first day after today from which the dated list holds the item; None if none is known."""
    found, _ = view.world.parameters.value(view.workflow, parameter, view.today)
    days = [
        one.since
        for one in found.values
        if one.since > view.today and isinstance(one.value, tuple) and item in one.value
    ]
    return min(days, default=None)


def any_of(words: Iterable[Words]) -> Words:
    """One of several, each in quotation marks."""
    known = list(words)
    return (
        "或".join(f"“{zh}”" for zh, _ in known),
        " or ".join(f"“{en}”" for _, en in known),
    )


def together(words: Iterable[Words]) -> Words:
    """Several as one phrase in each language."""
    known = list(words)
    return "、".join(zh for zh, _ in known), ", ".join(en for _, en in known)
