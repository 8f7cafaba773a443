"""An outage of the office, date by date: whose period it extends, and what becomes of a miss."""

from datetime import date

import pytest

from machines.acts import Enforce
from machines.case import Entry
from machines.frozen import replace
from machines.outage import told
from machines.outage_notices import Outage
from machines.rungs import pending
from machines.step import evolve
from tests.machines.invented import FIRM, HEAD, OFFICER, SUPERVISION, Story, at

REPLY, PAY, SUPPLY, CORRECT = "reply_to_order", "pay_the_fee", "supply_papers", "correct_in_time"


def outage(first: str, last: str, number: int = 1) -> Outage:
    days = date.fromisoformat(first), date.fromisoformat(last)
    return Outage(number, *days, "机房断电", "officer-1", "officer-2")


def out(story: Story, first: str, last: str, recorded: str, number: int = 1) -> Entry | None:
    """The case is told of an outage, on the day on which it is recorded."""
    story.until(recorded) if at(recorded) > story.walk.now else None
    entry = told(story.workflow.compiled, story.case, outage(first, last, number),
                 story.walk.world, story.walk.now)  # fmt: skip
    if entry is not None:
        story.walk.case = evolve(story.case, entry)
        story.entries.append(entry)
        story.replays()
    return entry


def lines(entry: Entry | None) -> dict[str, str]:
    assert entry is not None
    return {one["obligation"]: one["outcome"] for one in entry.marks["outage"]["lines"]}


def running() -> Story:
    """Licensed, ordered and served on Monday 3 March 2025: everything runs from that day."""
    return Story.ordered("2025-03-03", "2025-03-03", "2025-03-28").serve("2025-03-03")


def labelled(story: Story, name: str, recorded: str) -> Story:
    """The miss of a duty is on record, and nothing has followed: as while adverse acts are held."""
    story.walk.now = at(recorded)
    rung = next(r for r in pending(story.workflow.compiled, story.case)
                if (r.obligation, r.rung) == (name, "missed"))  # fmt: skip
    assert story.walk.do(Enforce(rung.because, "sweep"))
    return story


@pytest.mark.parametrize(
    ("name", "first", "last", "before", "due"),
    [
        # ten working days end on Monday 17 March; Monday to Wednesday out: three more
        (REPLY, "2025-03-10", "2025-03-12", "2025-03-17", "2025-03-20"),
        # one day out, and be it the last one, is one day more
        (REPLY, "2025-03-17", "2025-03-17", "2025-03-17", "2025-03-18"),
        # Friday to Monday out: two working days among them
        (REPLY, "2025-03-07", "2025-03-10", "2025-03-17", "2025-03-19"),
        # fifteen natural days end on the 18th; three more: Friday 21st
        (PAY, "2025-03-10", "2025-03-12", "2025-03-18", "2025-03-21"),
        # a Saturday counts among natural days
        (PAY, "2025-03-15", "2025-03-15", "2025-03-18", "2025-03-19"),
        # a month ends on 3 April; three more: Sunday 6th, after Qingming, so Monday 7th
        (SUPPLY, "2025-03-10", "2025-03-12", "2025-04-03", "2025-04-07"),
        # a date named in the order, 28 March: three more, Monday 31st
        (CORRECT, "2025-03-10", "2025-03-12", "2025-03-28", "2025-03-31"),
    ],
)
def test_the_days_of_an_outage_do_not_count(
    name: str, first: str, last: str, before: str, due: str
) -> None:
    story = running()
    assert story.due(name) == before
    entry = out(story, first, last, last)
    assert lines(entry)[name] == "later"
    assert story.due(name) == due
    move = story.duty(name).receipt["moves"][-1]
    assert (move["by"], move["from"], move["to"]) == ("outage", before, due)
    assert (move["reference"], move["reason"]) == ("outage 1", "机房断电")


@pytest.mark.parametrize(
    ("first", "last", "touched"),
    [
        ("2025-02-24", "2025-03-02", set()),  # before anything ran
        ("2025-03-03", "2025-03-03", set()),  # the day of the event does not count anyway
        ("2025-03-04", "2025-03-04", {REPLY, PAY, SUPPLY, CORRECT, "report_stock"}),
        ("2025-03-15", "2025-03-16", {PAY, CORRECT, SUPPLY}),  # a weekend is no working day
        ("2025-03-18", "2025-03-18", {PAY, CORRECT, SUPPLY}),  # the reply was due the day before
        ("2025-04-04", "2025-04-30", set()),  # after everything was due
    ],
)
def test_only_what_ran_during_it_is_touched(first: str, last: str, touched: set[str]) -> None:
    story = running()
    story.does("2025-03-13", FIRM, "reply") if first == "2025-03-18" else None
    entry = out(story, first, last, "2025-03-14")
    assert (set() if entry is None else set(lines(entry))) == touched


def test_the_authority_gains_nothing() -> None:
    story = Story.begun("2025-03-03")
    before = {name: story.duty(name) for name in ("decide", "interim_permit")}
    assert out(story, "2025-03-03", "2025-03-14", "2025-03-03") is None
    assert {name: story.duty(name) for name in before} == before


def test_a_third_partys_date_is_extended_too() -> None:
    story = running().serve("2025-03-05", "report", "preparer").serve("2025-03-05", "report")
    assert story.due("survey_report") == "2025-03-12"
    entry = out(story, "2025-03-10", "2025-03-10", "2025-03-11")
    assert story.due("survey_report") == "2025-03-13"
    assert entry is not None
    notices = [one.what["to"] for one in entry.effects if one.what["outage"] == 1]
    assert ["preparer", "applicant"] in [to[:2] for to in notices]


def test_a_clock_that_stood_still_gains_nothing_one_that_ran_does() -> None:
    story = running()
    filed = replace(story.duty(REPLY), status="filed", acted_at=at("2025-03-07"))
    for first, moved in (("2025-03-10", None), ("2025-03-07", "2025-03-20")):
        case = replace(story.case, duties=(filed,))
        entry = told(story.workflow.compiled, case, outage(first, "2025-03-11"),
                     story.walk.world, at("2025-03-12"))  # fmt: skip
        due = None if entry is None else str(entry.duties[0].due.on)
        assert due == moved
        assert entry is None or entry.duties[0].status == "filed"


def test_an_outage_before_a_pause_counts_beside_it() -> None:
    """Ten working days to the 17th; three days out, one day of pause: four more, the 21st."""
    story = running()
    story.does("2025-03-13", OFFICER, "suspend", obligation=REPLY, reason="专家评审", notice="告-1")
    assert lines(out(story, "2025-03-10", "2025-03-12", "2025-03-13"))[REPLY] == "later"
    assert story.duty(REPLY).status == "suspended"
    story.does("2025-03-14", HEAD, "resume", obligation=REPLY, reason="已办毕")
    assert story.due(REPLY) == "2025-03-21"


def test_an_outage_during_a_pause_changes_nothing() -> None:
    story = running()
    story.does("2025-03-07", OFFICER, "suspend", obligation=REPLY, reason="专家评审", notice="告-1")
    entry = out(story, "2025-03-10", "2025-03-12", "2025-03-13")
    assert REPLY not in lines(entry)


def test_the_same_outage_is_told_once_and_an_overlapping_one_counts_no_day_twice() -> None:
    story = running()
    assert out(story, "2025-03-10", "2025-03-12", "2025-03-13") is not None
    assert out(story, "2025-03-10", "2025-03-12", "2025-03-13") is None
    entry = out(story, "2025-03-12", "2025-03-13", "2025-03-14", 2)
    assert lines(entry)[REPLY] == "later"
    assert story.due(REPLY) == "2025-03-21"


def test_a_miss_that_only_the_outage_made_is_taken_back() -> None:
    """Due on the 17th, out from the 14th to the 18th, recorded on the 19th: three days more."""
    story = labelled(running(), REPLY, "2025-03-19")
    assert story.case.tracks["reply"] == "late"
    entry = out(story, "2025-03-14", "2025-03-18", "2025-03-19")
    assert lines(entry)[REPLY] == "reopened"
    assert story.case.tracks["reply"] == "none"
    old, new = (d for d in story.case.duties if d.obligation == REPLY)
    assert (old.status, new.occurrence, new.status, str(new.due.on)) == (
        "waived", 2, "open", "2025-03-20"
    )  # fmt: skip
    assert story.case.undo == ()
    story.does("2025-03-20", FIRM, "reply")
    assert (story.case.tracks["reply"], story.duty(REPLY).status) == ("replied", "met")


def test_a_task_that_went_out_meanwhile_does_not_keep_a_miss_alive() -> None:
    """Out from 16 to 20 March; the fee was due on the 18th, the officers were told on the 19th.
    Five days on from the 18th is Sunday, so Monday 24th."""
    story = running().until("2025-03-20")
    assert story.duty(PAY).fired == ("missed", "enforced")
    assert lines(out(story, "2025-03-16", "2025-03-20", "2025-03-20"))[PAY] == "reopened"
    assert (story.due(PAY), story.duty(PAY).occurrence) == ("2025-03-24", 2)
    story.does("2025-03-24", FIRM, "pay")
    assert story.duty(PAY).status == "met"


def test_who_lets_the_new_date_pass_too_has_missed_it_once() -> None:
    story = labelled(running(), REPLY, "2025-03-19")
    out(story, "2025-03-14", "2025-03-18", "2025-03-19")
    story.until("2025-03-24")
    taken = [
        (one.because.occurrence, one.because.rung)
        for one in story.entries
        if one.because is not None and one.because.obligation == REPLY
    ]
    assert taken == [(1, "missed"), (2, "missed"), (2, "enforced")]
    assert story.duty(REPLY).missed_on == date(2025, 3, 21)
    assert story.effects().count("record_credit") == 1


def test_who_is_late_by_the_new_date_as_well_stays_late_and_is_not_hit_sooner() -> None:
    story = labelled(running(), REPLY, "2025-03-24")
    before = story.duty(REPLY)
    assert before.due.enforceable_from == date(2025, 3, 18)
    entry = out(story, "2025-03-14", "2025-03-18", "2025-03-24")
    assert lines(entry)[REPLY] == "stays"
    after = story.duty(REPLY)
    assert (after.status, after.due.on, after.missed_on) == ("missed", before.due.on,
                                                             before.missed_on)  # fmt: skip
    assert after.due.enforceable_from == date(2025, 3, 21)


def test_what_was_enforced_already_is_for_a_person_to_restore() -> None:
    story = running().until("2025-03-19")
    assert "record_credit" in story.effects()
    duty = story.duty(REPLY)
    entry = out(story, "2025-03-14", "2025-03-18", "2025-03-19")
    assert lines(entry)[REPLY] == "review"
    assert entry is not None
    assert story.duty(REPLY) == duty
    (task,) = [one for one in entry.effects if one.do == "task"]
    assert (task.what["role"], task.adverse) == ("supervisor", False)
    assert "restore" in task.what["en"]
    assert story.case.stayed is None


def test_an_adverse_miss_with_more_behind_it_waits_for_a_person() -> None:
    """The office has gone on from the label: nobody takes that back by itself, and until somebody
    has looked nothing adverse follows."""
    story = labelled(running(), REPLY, "2025-03-19")
    story.walk.case = replace(story.case, tracks={**story.case.tracks, "reply": "replied"})
    entry = told(story.workflow.compiled, story.case, outage("2025-03-14", "2025-03-18"),
                 story.walk.world, story.walk.now)  # fmt: skip
    assert entry is not None
    assert lines(entry)[REPLY] == "review"
    after = evolve(story.case, entry)
    assert after.tracks["reply"] == "replied"
    assert "由人复核" in str(after.stayed)
    assert [r for r in pending(story.workflow.compiled, after) if r.adverse] == []


def test_what_was_done_late_but_within_the_new_date_is_for_a_person() -> None:
    story = labelled(running(), PAY, "2025-03-19")
    story.does("2025-03-20", FIRM, "pay")
    assert story.duty(PAY).acted_at is not None
    entry = out(story, "2025-03-17", "2025-03-18", "2025-03-21")
    assert lines(entry)[PAY] == "review"  # due on the 20th with the two days left out
    assert story.case.stayed is None  # nothing adverse hangs on it


def test_a_closed_case_is_left_alone() -> None:
    story = running()
    story.does("2025-03-12", SUPERVISION, "close")
    assert out(story, "2025-03-10", "2025-03-11", "2025-03-13") is None


def test_the_journal_says_what_happened_in_one_sentence() -> None:
    entry = out(running(), "2025-03-10", "2025-03-12", "2025-03-13")
    assert entry is not None
    assert (entry.kind, entry.event, entry.actor.user) == ("recounted", "outage", "engine")
    assert "2025-03-10 至 2025-03-12" in entry.explains["zh"]
    assert "机房断电" in entry.explains["en"]
    assert entry.inputs["calendar"]
    marks = entry.marks["outage"]
    assert (marks["number"], marks["recorded_by"], marks["confirmed_by"]) == (
        1, "officer-1", "officer-2"
    )  # fmt: skip
