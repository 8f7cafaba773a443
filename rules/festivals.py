"""What can be said of a year whose arrangement is not published yet.

The statutory days follow from the Measures on Holidays for Annual Festivals and Memorial Days
(全国年节及纪念日放假办法) and, for four of them, from astronomy. How weekends will be swapped
around them is unknown, so there are three readings: the `estimate` (statutory days and the
compensation of article 6, no swaps) between the `earliest` (as many working days as past notices
make likely) and the `latest` (as few). They are for planning; nothing adverse rests on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, get_args

Variant = Literal["earliest", "estimate", "latest"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)

ENGLISH = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Qingming Festival",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
}

# year: first day of the lunar year, Qingming, Dragon Boat, Mid-Autumn (month and day).
_MOVABLE = """
2019 0205 0405 0607 0913    2035 0208 0405 0610 0916
2020 0125 0404 0625 1001    2036 0128 0404 0530 1004
2021 0212 0404 0614 0921    2037 0215 0404 0618 0924
2022 0201 0405 0603 0910    2038 0204 0405 0607 0913
2023 0122 0405 0622 0929    2039 0124 0405 0527 1002
2024 0210 0404 0610 0917    2040 0212 0404 0614 0920
2025 0129 0404 0531 1006    2041 0201 0404 0603 0910
2026 0217 0405 0619 0925    2042 0122 0404 0622 0928
2027 0206 0405 0609 0915    2043 0210 0405 0611 0917
2028 0126 0404 0528 1003    2044 0130 0404 0531 1005
2029 0213 0404 0616 0922    2045 0217 0404 0619 0925
2030 0203 0405 0605 0912    2046 0206 0404 0608 0915
2031 0123 0405 0624 1001    2047 0126 0405 0529 1004
2032 0211 0404 0612 0919    2048 0214 0404 0615 0922
2033 0131 0404 0601 0908    2049 0202 0404 0604 0911
2034 0219 0405 0620 0927    2050 0123 0404 0623 0930
"""
_MOVABLE_NAMES = ("春节", "清明节", "端午节", "中秋节")

LONG_BLOCK_DAYS = 3  # from here on a block has drawn swaps from both sides in past notices
SOFT_DECEMBER_FROM = 25  # notices of the next year have reached back to 29 December; four days more


def movable() -> dict[int, tuple[date, ...]]:
    """By year: the days of 春节 (first of the lunar year), 清明节, 端午节 and 中秋节."""
    words = _MOVABLE.split()
    rows = (words[at : at + 5] for at in range(0, len(words), 5))
    return {
        int(year): tuple(date(int(year), int(day[:2]), int(day[2:])) for day in days)
        for year, *days in rows
    }


_DATES = movable()
LAST_YEAR = max(_DATES)


def statutory_days(year: int) -> dict[date, str]:
    """The statutory holidays of a year and their names; two more of them since 2025.

    Raises KeyError for a year outside 2019-2050."""
    spring, *single = _DATES[year]
    more = year >= 2025  # the amendment of 10 November 2024: New Year's Eve and 2 May
    days = {date(year, 1, 1): "元旦"}
    for offset in range(-1 if more else 0, 3):
        days[spring + timedelta(days=offset)] = "春节"
    days.update(zip(single, _MOVABLE_NAMES[1:], strict=True))
    for day in (1, 2) if more else (1,):
        days[date(year, 5, day)] = "劳动节"
    for day in (1, 2, 3):
        days.setdefault(date(year, 10, day), "国庆节")
    return days


@dataclass(frozen=True, slots=True)
class _Block:
    """Statutory days in a row."""

    first: date
    last: date

    @property
    def is_long(self) -> bool:
        return (self.last - self.first).days + 1 >= LONG_BLOCK_DAYS

    def around(self, before: int, after: int) -> Iterator[date]:
        """From so many days before the first to so many after the last."""
        yield from days_between(
            self.first - timedelta(days=before), self.last + timedelta(days=after)
        )


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    return (first + timedelta(days=i) for i in range((last - first).days + 1))


def assumed_flags(variant: Variant, first: date, last: date, published: bytes = b"") -> bytes:
    """Working-day flags of the days `first`...`last`, none of them firm.

    `published`: flags of as many first days as a notice has arranged all the same (the end of the
    last published December), where the estimate follows it. Raises KeyError past LAST_YEAR."""
    span = list(days_between(first, last))
    years = range(first.year, min(last.year + 1, LAST_YEAR) + 1)
    statutory = {day for year in years for day in statutory_days(year)}
    blocks = list(_blocks(statutory))
    working = {day for day in span if day.weekday() < 5} - statutory
    if variant == "earliest":
        working |= _likely_make_up_days(blocks) - statutory
        return bytes(day in working for day in span)
    working -= _compensation(statutory, blocks)
    working -= set(span[: len(published)])
    working |= {day for day, flag in zip(span, published, strict=False) if flag}
    if variant == "latest":
        working -= _likely_rest_days(blocks)
    return bytes(day in working for day in span)


def conceivable_flags(first: date, last: date) -> bytes:
    """Flags of the days `first`...`last` on which work is not ruled out: all but statutory days.

    Any weekend may still become a make-up day, so this bounds where a rolled date can come to."""
    years = range(first.year, last.year + 1)
    statutory = {day for year in years for day in statutory_days(year)}
    return bytes(day not in statutory for day in days_between(first, last))


def _blocks(statutory: set[date]) -> Iterator[_Block]:
    one = timedelta(days=1)
    for first in sorted(day for day in statutory if day - one not in statutory):
        last = first
        while last + one in statutory:
            last += one
        yield _Block(first, last)


def _compensation(statutory: set[date], blocks: Iterable[_Block]) -> set[date]:
    """Article 6: a statutory day on a weekend is made good on the next working day."""
    made_good: set[date] = set()
    for block in blocks:
        for day in days_between(block.first, block.last):
            if day.weekday() >= 5:
                free = block.last
                while free.weekday() >= 5 or free in statutory or free in made_good:
                    free += timedelta(days=1)
                made_good.add(free)
    return made_good


def _likely_make_up_days(blocks: Iterable[_Block]) -> set[date]:
    """Weekend days that a notice might turn into working days before a due date comes."""
    found: set[date] = set()
    for block in blocks:
        before = [day for day in block.around(10, 0) if day < block.first and day.weekday() >= 5]
        found.update(before[-4:] if block.is_long else before[-2:])
        found.update(days_between(date(block.first.year, 12, SOFT_DECEMBER_FROM),
                                  date(block.first.year, 12, 31)))  # fmt: skip
    return found


def _likely_rest_days(blocks: Iterable[_Block]) -> set[date]:
    """Days that a notice might make rest days around each festival, and the end of December."""
    found: set[date] = set()
    for block in blocks:
        if block.is_long:
            found.update(block.around(2, 7))
            found.update(days_between(block.first, block.first + timedelta(days=8)))
        else:
            found.update(block.around(2, 4))
        found.update(date(block.first.year, 12, day) for day in (29, 30, 31))
    return found
