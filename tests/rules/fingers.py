"""A third count, with a finger on a paper calendar: the notices typed by hand, one day at a time.

Shares no line and no data with the rules, their year files or any library. Knows 2019 to 2026 as
arranged in the end, and 2027 by the statute alone: its days and the days given for those that fall
on a weekend (全国年节及纪念日放假办法 2, 6), without any weekend worked for them.
"""

from datetime import date, datetime, timedelta, timezone

DAY = timedelta(days=1)
BEIJING = timezone(timedelta(hours=8))
# Year: days off as first-last (month.day), "+" before a weekend day that was worked.
TYPED = """
2018 12.30-12.31 +12.29
2019 1.1 2.4-2.10 4.5-4.7 5.1-5.4 6.7-6.9 9.13-9.15 10.1-10.7 +2.2 +2.3 +4.28 +5.5 +9.29 +10.12
2020 1.1 1.24-2.2 4.4-4.6 5.1-5.5 6.25-6.27 10.1-10.8 +1.19 +4.26 +5.9 +6.28 +9.27 +10.10
2021 1.1-1.3 2.11-2.17 4.3-4.5 5.1-5.5 6.12-6.14 9.19-9.21 10.1-10.7 +2.7 +2.20 +4.25 +5.8 +9.18
2021 +9.26 +10.9
2022 1.1-1.3 1.31-2.6 4.3-4.5 4.30-5.4 6.3-6.5 9.10-9.12 10.1-10.7 12.31 +1.29 +1.30 +4.2 +4.24
2022 +5.7 +10.8 +10.9
2023 1.1-1.2 1.21-1.27 4.5 4.29-5.3 6.22-6.24 9.29-10.6 +1.28 +1.29 +4.23 +5.6 +6.25 +10.7 +10.8
2024 1.1 2.10-2.17 4.4-4.6 5.1-5.5 6.10 9.15-9.17 10.1-10.7 +2.4 +2.18 +4.7 +4.28 +5.11 +9.14
2024 +9.29 +10.12
2025 1.1 1.28-2.4 4.4-4.6 5.1-5.5 5.31-6.2 10.1-10.8 +1.26 +2.8 +4.27 +9.28 +10.11
2026 1.1-1.3 2.15-2.23 4.4-4.6 5.1-5.5 6.19-6.21 9.25-9.27 10.1-10.7 +1.4 +2.14 +2.28 +5.9 +9.20
2026 +10.10
2027 1.1 2.5-2.10 4.5 5.1-5.4 6.9 9.15 10.1-10.5
"""


def _typed() -> dict[date, bool]:
    found: dict[date, bool] = {}
    for line in TYPED.split("\n"):
        year, *words = line.split() or [""]
        for word in words:
            ends = [
                date(int(year), *map(int, end.split("."))) for end in word.strip("+").split("-")
            ]
            day = ends[0]
            while day <= ends[-1]:
                found[day] = word.startswith("+")
                day += DAY
    return found


ARRANGED = _typed()


def is_working(day: date) -> bool:
    """Whether people work on a day."""
    return ARRANGED.get(day, day.isoweekday() <= 5)


def due(unit: str, amount: int, start: str) -> str:
    """What the file of cases must say: a date, for hours an instant. `unit`, `start` as there."""
    unit, _, pause = unit.partition(":")
    if unit == "h":
        return (datetime.fromisoformat(start).astimezone(BEIJING)
                + timedelta(hours=amount)).isoformat()  # fmt: skip
    event = datetime.fromisoformat(start).astimezone(BEIJING).date() if "T" in start else (
        date.fromisoformat(start))  # fmt: skip
    rests = [date.fromisoformat(end) for end in pause.split("/")] if pause else [date.max, date.max]
    return str(_due(unit.replace("-susp", ""), amount, event, rests))


def _due(unit: str, amount: int, event: date, rests: list[date]) -> date:
    kind, _, manner = unit.partition("-")
    day, left = event, amount
    step = -DAY if manner.startswith("back") else DAY
    if kind in ("mo", "yr"):
        day = _same_number(event, amount * (12 if kind == "yr" else 1))
        rested = rests[0] < day and event < rests[1]
        return _ended(day + (rests[1] - max(rests[0], event) if rested else 0 * DAY), manner, rests)
    while left:
        day += step
        counts = kind == "cd" or is_working(day)
        if counts and not rests[0] < day <= rests[1]:
            left -= 1
    return _ended(day, manner, rests)


def _ended(day: date, manner: str, rests: list[date]) -> date:
    """The last day as counted, and what becomes of it."""
    if manner == "elapsed":
        return day + DAY
    while manner == "roll" and (not is_working(day) or rests[0] < day <= rests[1]):
        day += DAY
    while manner == "back-safe" and not is_working(day):
        day -= DAY
    return day


def _same_number(day: date, months: int) -> date:
    """The day of that number, so many leaves of a monthly calendar on; else the leaf's last day."""
    leaf = day.replace(day=1)
    for _ in range(months):
        leaf = (leaf + 31 * DAY).replace(day=1)
    last = (leaf + 31 * DAY).replace(day=1) - DAY
    return leaf.replace(day=min(day.day, last.day))
