"""Whatever a notice says: nobody's told date is shortened, no authority gains time, nothing adverse
happens on a date that is not firm. On invented calendars of 2027 and amendments of 2026."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from machines.acts import Act, Moved, Open
from machines.case import Actor, Case, Duty, Party
from machines.codec import from_plain, to_plain
from machines.duties import RUNNING, side_of
from machines.frozen import replace
from machines.recount import Order, recounted
from machines.rungs import pending
from machines.step import decide, evolve
from rules.calendar_change import CalendarChange, with_year
from rules.festivals import days_between, statutory_days
from rules.holiday_notices import Holiday, HolidayNotice
from rules.parameters import Settings, ZoneSetting
from rules.view import World
from rules.working_days import Calendar, load_calendar
from tests.recount.office import at, book, code

KNOWN = load_calendar(as_of=date(2026, 11, 1))
WORKFLOW = book().workflows["promise"]
Draw = Callable[[st.SearchStrategy[Any]], Any]


def weekends(first: date, last: date) -> list[date]:
    return [day for day in days_between(first, last) if day.weekday() >= 5]


@st.composite
def notice_of(draw: Draw, year: int, number: str, published_on: date) -> HolidayNotice:
    """A notice that gives every statutory day off, more days around it, and weekends for them."""
    days: dict[date, bool] = {}
    for day in statutory_days(year):
        first = day - timedelta(days=draw(st.integers(0, 3)))
        last = day + timedelta(days=draw(st.integers(0, 5)))
        days |= {
            one: False
            for one in days_between(
                max(first, date(year - 1, 12, 25)), min(last, date(year, 12, 31))
            )
        }
    spare = [day for day in weekends(date(year - 1, 12, 26), date(year, 12, 31)) if day not in days]
    chosen = draw(st.lists(st.sampled_from(spare), max_size=8, unique=True))
    holidays = [Holiday("假", day, day) for day in sorted(days)]
    worked = [Holiday("班", date(year, 1, 1), date(year, 1, 1), tuple(sorted(chosen)))]
    seen = [one for one in holidays if one.first != date(year, 1, 1)]
    return HolidayNotice(year, number, "虚构", published_on, (*worked, *seen))


@st.composite
def amendment(draw: Draw, year: int) -> HolidayNotice:
    """Some days are rearranged in the middle of the year."""
    first = date(year, 1, 2) + timedelta(days=draw(st.integers(0, 340)))
    rest = days_between(first, first + timedelta(days=draw(st.integers(0, 7))))
    off = [Holiday("延", day, day) for day in rest]
    return HolidayNotice(year, "虚构2号", "虚构", date(2026, 11, 20), tuple(off), amends=True)


@st.composite
def chains(draw: Draw) -> list[Calendar]:
    """One calendar after another, from what was known on 1 November 2026 on."""
    found = [KNOWN]
    for step in draw(st.permutations(["2027", "amend", "again"]))[: draw(st.integers(1, 3))]:
        last = found[-1]
        if step == "amend":
            more = draw(amendment(2026))
            found.append(with_year(last, (*last.of_year[2026], more)))
        else:
            notice = draw(notice_of(2027, "虚构1号", date(2026, 11, 10)))
            found.append(with_year(last, (notice,)))
    return found


def world_of(calendar: Calendar, days: dict[str, int]) -> World:
    entries = tuple(
        ZoneSetting("promise", one.id, one.unit, days.get(one.id, one.assumed), date(2017, 4, 10),
                    "虚构", False)
        for one in WORKFLOW.definition.settings
    )  # fmt: skip
    return World(calendar, book().parameters, Settings("yingkou", entries))


def granted(on: date, days: dict[str, int], stated_on: date) -> Case:
    """A case granted on a day, on what was known then."""
    world = world_of(KNOWN, days)
    firm = Actor("firm", "applicant", code(1))
    case: Case | None = None
    for act in (
        Open("c1", "yingkou", Party("enterprise", "虚构1号有限公司", code(1)), firm),
        Act("grant", Actor("qian", "approval"), {"stated_on": stated_on.isoformat()}),
    ):
        moved = decide(WORKFLOW.compiled, case, act, at(on), world)
        assert isinstance(moved, Moved), moved
        for entry in moved.entries:
            case = evolve(case, entry)
    assert case is not None
    return case


STARTS = st.dates(date(2026, 10, 8), date(2026, 12, 31))
LENGTHS = st.fixed_dictionaries({
    "supply_days": st.integers(1, 60), "answer_days": st.integers(1, 60),
    "bank_days": st.integers(1, 60), "public_days": st.integers(1, 60),
    "report_months": st.integers(1, 14),
})  # fmt: skip


@settings(max_examples=60)
@given(STARTS, LENGTHS, chains(), st.integers(1, 120), st.integers(0, 90))
def test_what_was_told_is_never_shortened_and_no_authority_gains_time(
    on: date, days: dict[str, int], chain: list[Calendar], stated: int, later: int
) -> None:
    case = granted(on, days, on + timedelta(days=stated))
    told = {duty.key: duty.due.on for duty in case.duties}
    today = on + timedelta(days=later)
    for number, (old, new) in enumerate(pairwise(chain), 2):
        order = Order(f"recount-{number}", number, CalendarChange(old, new))
        entry = recounted(WORKFLOW.compiled, case, order, at(today))
        if entry is None:
            continue
        assert from_plain(type(entry), to_plain(entry)) == entry  # what is kept is what was decided
        before, case = case, evolve(case, entry)
        assert recounted(WORKFLOW.compiled, case, order, at(today)) is None
        for duty in case.duties:
            judge(before, duty, told, new, today)


def judge(
    before: Case, duty: Duty, told: dict[tuple[str, int], date | None], new: Calendar, today: date
) -> None:
    """One duty after a recount, against every date that was ever told."""
    was, due = told[duty.key], duty.due
    assert due.on is not None
    assert was is not None
    spec = WORKFLOW.compiled.duties[duty.obligation]
    recount = duty.receipt.get("recounted", {})
    if side_of(spec, WORKFLOW.compiled.sides) != "authority":
        assert due.on >= was, "a told date was shortened"
    elif recount:
        statutory = date.fromisoformat(recount["recomputed"])
        assert due.on == statutory, "an authority has another date than the law gives"
        if statutory < was:
            assert due.on < was
    told[duty.key] = max(was, due.on)
    if side_of(spec, WORKFLOW.compiled.sides) == "authority":
        told[duty.key] = due.on
    if due.kind == "provisional":
        assert due.enforceable_from is None
        assert due.earliest is not None
        assert due.latest is not None
        assert due.earliest <= due.on <= due.latest
        assert due.on > new.firm_until or due.latest > new.firm_until
    elif due.enforceable_from is not None and duty != before.latest(duty.obligation):
        assert due.enforceable_from > due.on
        assert new.is_working(due.enforceable_from)
        assert due.enforceable_from <= new.firm_until


@settings(max_examples=60)
@given(STARTS, LENGTHS, chains(), st.integers(0, 400))
def test_no_rung_harms_anybody_on_a_provisional_date_or_on_the_day_it_becomes_firm(
    on: date, days: dict[str, int], chain: list[Calendar], later: int
) -> None:
    case = granted(on, days, on + timedelta(days=1))
    today = on + timedelta(days=later)
    for number, (old, new) in enumerate(pairwise(chain), 2):
        order = Order(f"recount-{number}", number, CalendarChange(old, new))
        entry = recounted(WORKFLOW.compiled, case, order, at(today))
        was = {duty.key: duty.due.kind for duty in case.duties}
        case = case if entry is None else evolve(case, entry)
        marked = replace(case, duties=tuple(map(missed, case.duties)))
        rungs = [one for one in pending(WORKFLOW.compiled, marked) if one.adverse]
        for rung in rungs:
            duty = next(d for d in case.duties if d.key == (rung.obligation, rung.occurrence))
            assert duty.due.kind in ("firm", "given")
            assert duty.due.on is not None
            day = rung.instant.date()
            assert day > duty.due.on
            if was[duty.key] == "provisional":
                assert day > today
        for duty in case.duties:
            if duty.due.kind == "provisional":
                names = {r.rung for r in pending(WORKFLOW.compiled, case)
                         if (r.obligation, r.occurrence) == duty.key}  # fmt: skip
                assert not names & {"missed", "enforced", "raised"}


def missed(duty: Duty) -> Duty:
    """The duty as if its day had passed: what would follow."""
    dated = duty.due.kind in ("firm", "given") and duty.status in RUNNING
    if not dated or duty.due.on is None or duty.bearer is None:
        return duty
    return replace(duty, status="missed", missed_on=duty.due.on + timedelta(days=1))


@settings(max_examples=40)
@given(STARTS, LENGTHS, chains())
def test_what_no_changed_day_touches_is_left_alone(
    on: date, days: dict[str, int], chain: list[Calendar]
) -> None:
    case = granted(on, days, on + timedelta(days=1))
    change = CalendarChange(chain[0], chain[1])
    entry = recounted(WORKFLOW.compiled, case, Order("r", 2, change), at(on))
    touched = {} if entry is None else {duty.key for duty in entry.duties}
    for duty in case.duties:
        last = duty.due.enforceable_from or date.max
        if not any(on <= day <= last for day in change.days):
            assert duty.key not in touched
