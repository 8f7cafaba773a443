"""Dates that an act had moved before: pauses, extensions, rejections, named days, old papers.

In January 2020 the Spring Festival was to end on the 30th; the notice of the 27th added the days to
2 February, and the Labour Day week stayed as it was.
"""

from datetime import date
from pathlib import Path

import pytest

from cases.calendar_loading import Loading, Report, load
from cases.casework import Doing
from cases.ports import Store
from machines.acts import Evidence
from machines.case import Actor, Entry, Party
from machines.fold import evolve
from machines.importing import Import, imported
from machines.outage import told
from machines.outage_notices import Outage
from machines.recount import Order, recounted
from rules.calendar_change import CalendarChange
from rules.due import compute_due
from rules.holiday_notices import read_notices
from rules.parameters import Settings
from rules.periods import Period
from rules.view import World
from rules.working_days import load_calendar
from tests.recount.office import OFFICER, Office, at, before, book, code, made_up, published
from tests.recount.test_laws import world_of

THEN = load_calendar(as_of=date(2020, 1, 27))


@pytest.fixture
def office(quick: Store) -> Office:
    """Fifteen working days from 13 January 2020: told 6 February."""
    names = ("supply_days", "answer_days", "bank_days", "public_days")
    return Office(quick, before(date(2020, 1, 27)), dict.fromkeys(names, 15))


def loaded(office: Office, on: str, file: Path | None = None) -> Report:
    office.clock.at = at(on, 15)
    asked = Loading(read_notices(file or published(2020)), "wang", "li")
    return load(office.casework, asked, sandbox=False)


def pause(office: Office, case_id: str, first: str, last: str) -> None:
    office.act(case_id, "suspend", first, obligation="answer_request", reason="听证",
               notice="告知-1")  # fmt: skip
    office.act(case_id, "resume", last, obligation="answer_request", reason="听证结束")


def test_a_pause_that_is_over_stays_left_out(office: Office) -> None:
    case_id = office.grant("2020-01-13")
    pause(office, case_id, "2020-01-15", "2020-01-17")
    assert str(office.duty(case_id, "answer_request").due.on) == "2020-02-10"
    loaded(office, "2020-01-27")
    period = Period("wd", 15, ((date(2020, 1, 15), date(2020, 1, 17)),))
    expected = compute_due(date(2020, 1, 13), period, THEN, bearer="authority").on
    assert office.duty(case_id, "answer_request").due.on == expected == date(2020, 2, 12)


def test_a_period_that_rests_is_counted_on_the_new_calendar_when_it_goes_on(
    office: Office,
) -> None:
    case_id = office.grant("2020-01-13")
    office.act(case_id, "suspend", "2020-01-20", obligation="answer_request", reason="听证",
               notice="告知-1")  # fmt: skip
    loaded(office, "2020-01-27")
    assert office.duty(case_id, "answer_request").status == "suspended"
    office.act(case_id, "resume", "2020-02-12", obligation="answer_request", reason="听证结束")
    period = Period("wd", 15, ((date(2020, 1, 20), date(2020, 2, 12)),))
    expected = compute_due(date(2020, 1, 13), period, THEN, bearer="authority").on
    assert office.duty(case_id, "answer_request").due.on == expected


def test_a_granted_day_stays_and_is_moved_on_where_it_became_a_day_off(office: Office) -> None:
    first, second = office.grant("2020-01-02", 1), office.grant("2020-01-02", 2)
    for case_id, day in ((first, "2020-01-31"), (second, "2020-02-20")):
        office.act(case_id, "extend", "2020-01-10", obligation="supply_papers", new_due_on=day,
                   ground="other", reason="疫情", paper="营延〔2020〕1号")  # fmt: skip
        assert str(office.duty(case_id, "supply_papers").due.on) == day
    loaded(office, "2020-01-27")
    moved, kept = (office.duty(one, "supply_papers") for one in (first, second))
    assert (str(moved.due.on), str(moved.due.told_on)) == ("2020-02-03", "2020-02-03")
    assert str(kept.due.on) == "2020-02-20"
    assert "extended" in moved.receipt


def test_a_pause_lengthens_a_granted_day_from_where_it_was_moved_to(office: Office) -> None:
    """Granted to Friday 31 January, which the notice makes a day off: Monday the 3rd binds."""
    case_id = office.grant("2020-01-02")
    office.act(case_id, "extend", "2020-01-10", obligation="supply_papers", ground="other",
               new_due_on="2020-01-31", reason="疫情", paper="营延〔2020〕1号")  # fmt: skip
    loaded(office, "2020-01-27")
    office.act(case_id, "suspend", "2020-01-29", obligation="supply_papers", reason="检测",
               notice="告知-1")  # fmt: skip
    office.act(case_id, "resume", "2020-02-04", obligation="supply_papers", reason="检测完成")
    # Without the 3rd and the 4th: two working days after the 3rd.
    assert str(office.duty(case_id, "supply_papers").due.on) == "2020-02-05"


def test_a_pause_that_ends_on_the_day_of_the_recount_lengthens_the_day_told(quick: Store) -> None:
    """Told 2 May 2019, 30 April by the notice of 22 March; paused over the 21st and the 22nd."""
    office = Office(quick, before(date(2019, 3, 22)))
    case_id = office.grant("2019-03-19")
    office.act(case_id, "suspend", "2019-03-20", obligation="supply_papers", reason="检测",
               notice="告知-1")  # fmt: skip
    office.clock.at = at("2019-03-22", 15)
    load(office.casework, Loading(read_notices(published(2019)), "wang", "li"), sandbox=False)
    assert str(office.duty(case_id, "supply_papers").due.on) == "2019-05-02"
    office.clock.at = at("2019-03-22", 16)
    ends = Doing("resume", {"obligation": "supply_papers", "reason": "检测完成"})
    office.casework.act(case_id, ends, OFFICER)
    # The 1st to the 4th of May are off now, Sunday the 5th is worked.
    assert str(office.duty(case_id, "supply_papers").due.on) == "2019-05-06"


def test_an_outage_told_after_the_recount_lengthens_the_day_told(quick: Store) -> None:
    """The same, where the office was out on the 20th and the 21st, and said so on the 22nd."""
    office = Office(quick, before(date(2019, 3, 22)))
    case_id = office.grant("2019-03-19")
    office.clock.at = at("2019-03-22", 15)
    load(office.casework, Loading(read_notices(published(2019)), "wang", "li"), sandbox=False)
    known = World(load_calendar(as_of=date(2019, 3, 22)), book().parameters, Settings("yingkou"))
    out = Outage(1, date(2019, 3, 20), date(2019, 3, 21), "机房断电", "a", "b")
    entry = told(book().workflows["promise"].compiled, office.case(case_id), out, known,
                 at("2019-03-22", 16))  # fmt: skip
    assert entry is not None
    duty = evolve(office.case(case_id), entry).latest("supply_papers")
    assert duty is not None
    assert str(duty.due.on) == "2019-05-06"


def test_a_rejection_must_be_served_on_any_calendar(office: Office) -> None:
    case_id = office.grant("2020-01-13")
    office.act(case_id, "supply", "2020-01-20")
    office.act(case_id, "reject", "2020-01-21")
    assert office.duty(case_id, "supply_papers").due.enforceable_from is None
    loaded(office, "2020-01-27")
    due = office.duty(case_id, "supply_papers").due
    assert (str(due.on), due.enforceable_from) == ("2020-02-10", None)
    assert "supply_papers:missed" in office.sweep("2020-02-11")
    assert office.case(case_id).licences["permit"].status == "live"
    office.act(case_id, "serve", "2020-02-12", document="rejection_notice", to="subject",
               channel="electronic", system="网上办事大厅", reference="回执1")  # fmt: skip
    office.sweep("2020-02-12")
    assert office.case(case_id).licences["permit"].status == "live"
    office.sweep("2020-02-13")
    assert office.case(case_id).licences["permit"].status == "revoked"


def test_a_day_named_in_the_act_is_moved_on_once_it_is_known_to_be_a_day_off(
    quick: Store, tmp_path: Path
) -> None:
    office = Office(quick, load_calendar(as_of=date(2026, 12, 1)))
    case_id = office.grant("2026-12-21", stated_on="2027-05-07")
    other = office.grant("2026-12-21", 2, stated_on="2027-05-03")
    assert {office.duty(one, "keep_day").due.kind for one in (case_id, other)} == {"provisional"}
    loaded(office, "2026-12-22", made_up(tmp_path))
    due = office.duty(case_id, "keep_day").due
    assert (due.kind, str(due.on), str(due.enforceable_from)) == (
        "given",
        "2027-05-07",
        "2027-05-08",
    )
    due = office.duty(other, "keep_day").due
    assert (due.kind, str(due.on)) == ("given", "2027-05-06")


def test_the_later_day_of_an_old_paper_is_kept() -> None:
    """An imported licence names 31 January 2020, later than the text."""
    workflow, old = book().workflows["promise"], before(date(2020, 1, 27))
    world: World = world_of(old, {"supply_days": 10, "answer_days": 10})
    act = Import(
        "old-1", "yingkou", Party("enterprise", "虚构1号有限公司", code(1)), Actor("a", "admin"),
        at("2020-01-06", 0), Evidence("证照1", "b"), facts={"stated_on": "2020-01-06"},
        told={"supply_papers": date(2020, 1, 31)},
    )  # fmt: skip
    opening = imported(workflow.compiled, act, at("2020-01-10"), world)
    assert isinstance(opening, Entry), opening
    case = evolve(None, opening)
    order = Order("recount-2", 2, CalendarChange(old, THEN))
    entry = recounted(workflow.compiled, case, order, at("2020-01-28"))
    assert entry is not None
    duty = evolve(case, entry).latest("supply_papers")
    assert duty is not None
    assert (str(duty.due.on), duty.receipt["told"]["on_the_paper"]) == ("2020-02-03", "2020-01-31")


def test_working_days_run_on_from_the_working_day_after_the_day_on_the_paper() -> None:
    """The paper names Saturday 15 February 2020, so Monday the 17th binds; an outage of two working
    days later it is Wednesday."""
    workflow, calendar = book().workflows["promise"], before(date(2020, 1, 27))
    world: World = world_of(calendar, {"supply_days": 10, "answer_days": 10})
    act = Import(
        "old-1", "yingkou", Party("enterprise", "虚构1号有限公司", code(1)), Actor("a", "admin"),
        at("2020-01-06", 0), Evidence("证照1", "b"), facts={"stated_on": "2020-01-06"},
        told={"supply_papers": date(2020, 2, 15)},
    )  # fmt: skip
    opening = imported(workflow.compiled, act, at("2020-01-07"), world)
    assert isinstance(opening, Entry), opening
    case = evolve(None, opening)
    paper = case.latest("supply_papers")
    assert paper is not None
    assert str(paper.due.on) == "2020-02-17"
    out = Outage(1, date(2020, 1, 8), date(2020, 1, 9), "机房断电", "a", "b")
    entry = told(workflow.compiled, case, out, world, at("2020-01-10"))
    assert entry is not None
    duty = evolve(case, entry).latest("supply_papers")
    assert duty is not None
    assert str(duty.due.on) == "2020-02-19"
