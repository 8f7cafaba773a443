"""In time or not, by channel: online to 24:00, at a counter to closing time, posted by the
postmark; and the words for counting agree with each other."""

import shutil
from pathlib import Path

import pytest

from machines.acts import Act
from machines.book import load, workflows_folder
from machines.reader import DefinitionError
from machines.step import decide
from tests.machines.invented import FIRM, FOLDER, OFFICER, SUPERVISION, Story, book

ORDERED = ("2025-03-03", "2025-03-03")
LAST = "2025-03-18"  # of the reply: served on Tuesday 4 March, ten working days


def served() -> Story:
    return Story.ordered(*ORDERED).serve("2025-03-04")


@pytest.mark.parametrize(
    ("clock", "via", "reason"),
    [
        ("23:59:59", "online", None),
        ("17:00:00", "counter", None),
        ("17:00:01", "counter", "late"),
        ("23:59:59", "post", None),
    ],
)
def test_the_last_day_ends_by_channel(clock: str, via: str, reason: str | None) -> None:
    story = served()
    refused = story.tries(f"{LAST}T{clock}", FIRM, "reply", via=via)  # type: ignore[arg-type]
    assert (refused.reason if refused else None) == reason
    status = "open" if reason else "met"
    assert story.duty("reply_to_order").status == status


def test_a_closed_counter_says_until_when_and_what_is_still_possible() -> None:
    refused = served().tries(f"{LAST}T17:30", FIRM, "reply", via="counter")
    assert refused is not None
    assert refused.context == {
        "obligation": "reply_to_order", "due_on": LAST, "closed_at": "17:00",
    }  # fmt: skip
    assert "midnight" in refused.en
    assert "24时" in refused.zh


def test_before_the_last_day_a_counter_may_close_as_it_likes() -> None:
    story = served().does("2025-03-17T20:00", FIRM, "reply", via="counter")
    assert story.duty("reply_to_order").status == "met"
    assert story.entries[-1].marks["channel"] == "counter"


def test_where_the_zone_has_not_said_when_it_closes_the_whole_day_counts() -> None:
    story = Story.begun("2025-03-03", closes=False).does("2025-03-03", OFFICER, "license")
    story.does("2025-03-03", SUPERVISION, "order", correct_by="2026-10-30").serve("2025-03-04")
    story.does(f"{LAST}T20:00", FIRM, "reply", via="counter")
    assert story.duty("reply_to_order").status == "met"


@pytest.mark.parametrize(
    ("clock", "via", "reason"),
    [("16:59:59", "online", None), ("17:00:01", "online", "late"), ("17:00:01", "counter", "late"),
     ("20:00:00", "post", None)],
)  # fmt: skip
def test_a_period_that_ends_with_business_ends_so_online(
    clock: str, via: str, reason: str | None
) -> None:
    """Fifteen natural days from Monday 3 March 2025: Tuesday 18 March."""
    story = Story.ordered(*ORDERED)
    assert story.due("pay_the_fee") == LAST
    assert story.duty("pay_the_fee").receipt["ends_at"] == "close_of_business"
    refused = story.tries(f"{LAST}T{clock}", FIRM, "pay", via=via)  # type: ignore[arg-type]
    assert (refused.reason if refused else None) == reason
    if refused is not None:
        assert "midnight" not in refused.en


def test_a_fee_not_paid_by_closing_time_can_be_paid_the_next_day_and_is_late() -> None:
    story = Story.ordered(*ORDERED)
    assert story.tries(f"{LAST}T18:00", FIRM, "pay") is not None
    story.does("2025-03-19", FIRM, "pay")
    duty = story.duty("pay_the_fee")
    assert (duty.status, str(duty.missed_on)) == ("missed", "2025-03-19")


def test_the_office_itself_has_the_whole_day() -> None:
    """Twenty working days from Monday 3 March 2025: Monday 31 March."""
    story = Story.begun("2025-03-03")
    assert story.due("decide") == "2025-03-31"
    story.does("2025-03-31T22:00", OFFICER, "license", via="counter")
    assert story.duty("decide").status == "met"


@pytest.mark.parametrize(("clock", "status"), [("21:00:00", "met"), ("21:00:01", "missed")])
def test_hours_end_at_their_instant(clock: str, status: str) -> None:
    """Twelve hours from nine o'clock; nothing rolls, nothing waits for the end of the day."""
    story = Story.begun("2025-03-03").does(f"2025-03-03T{clock}", OFFICER, "permit")
    assert story.duty("interim_permit").status == status


def test_a_posted_reply_is_in_time_by_its_postmark() -> None:
    story = served()
    late = story.tries("2025-03-20", FIRM, "reply", via="post")
    assert late is not None
    assert late.reason == "late"
    refused = story.tries("2025-03-20", FIRM, "reply", via="post", happened="2025-03-18T19:00")
    assert refused is not None
    assert refused.reason == "evidence_required"
    story.does("2025-03-20", FIRM, "reply", via="post", happened="2025-03-18T19:00",
               evidence=("EMS-7", "supervision-2"))  # fmt: skip
    last = story.entries[-1]  # the label is on record: a person restores
    assert (last.event, [effect.do for effect in last.effects]) == ("record_late", ["task"])
    assert last.marks["channel"] == "post"


def test_a_counter_that_was_closed_cannot_be_dated_back_without_proof() -> None:
    story = served()
    bare = story.tries(f"{LAST}T18:00", FIRM, "reply", via="counter", happened=f"{LAST}T16:00")
    assert bare is not None
    assert bare.reason == "evidence_required"
    story.does(f"{LAST}T18:00", FIRM, "reply", via="counter", happened=f"{LAST}T16:00",
               evidence=("回执-1", "supervision-2"))  # fmt: skip
    assert story.duty("reply_to_order").status == "met"


def test_both_executors_agree_on_a_closed_counter() -> None:
    story = served()
    story.until(f"{LAST}T18:00")
    act = Act("reply", FIRM, channel="counter")
    compiled = book().workflows["periods"].compiled
    answers = [decide(compiled, story.case, act, story.walk.now, story.walk.world, hot=hot)
               for hot in (False, True)]  # fmt: skip
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("ends_at: instant, roll: none", "ends_at: end_of_day, roll: none",
         "hours end at an instant"),
        ("ends_at: close_of_business", "ends_at: instant", "belongs to hours"),
        ("ends_at: end_of_day, roll: none, calendar: national, in_force_on: open",
         "ends_at: end_of_day, roll: next_working_day, calendar: national, in_force_on: open",
         "means nothing for working days"),
        ("ends_at: instant, roll: none", "ends_at: instant, roll: next_working_day",
         "means nothing for hours"),
        ("{starts_at: decision, ends_at: close", "{starts_at: service, ends_at: close",
         "names no service"),
        ("{starts_at: service, ends_at: end_of_day, roll: next",
         "{starts_at: event, ends_at: end_of_day, roll: next", "it starts with a service"),
        ("{starts_at: receipt, ends_at: end_of_day", "{starts_at: decision, ends_at: end_of_day",
         "no authority can bring about"),
    ],
)  # fmt: skip
def test_words_that_contradict_each_other_do_not_load(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    error = _loading(tmp_path, "machine.yaml", old, new)
    assert words in str(error)
    assert "machine.yaml" in str(error)


def test_what_is_no_period_does_not_load(tmp_path: Path) -> None:
    error = _loading(tmp_path, "parameters.yaml", "unit: natural_days", "unit: yuan")
    assert "yuan is no unit of a period" in str(error)


def test_a_window_has_one_unit(tmp_path: Path) -> None:
    error = _loading(tmp_path, "machine.yaml", "due: {parameter: pay_days}",
                     "due: {opens: reply_days, closes: pay_days}")  # fmt: skip
    assert "both days of a window have one unit" in str(error)


def test_nobody_acts_on_the_last_day_of_a_timer(tmp_path: Path) -> None:
    timer = """timers:
  - id: shown
    zh: 公示
    en: on show
    starts: license
    due: {parameter: pay_days}
    counting:
      starts_at: decision
      ends_at: close_of_business
      roll: none
      calendar: national
      in_force_on: start
    raises: close
    clauses: ["9998.1"]
closing:"""
    error = _loading(tmp_path, "machine.yaml", "closing:", timer)
    assert "nobody acts on the last day of a timer" in str(error)


def _loading(folder: Path, file: str, old: str, new: str) -> DefinitionError:
    """The error of the invented procedure with one line changed."""
    shutil.copy(workflows_folder() / "roles.yaml", folder / "roles.yaml")
    shutil.copytree(FOLDER, folder / "periods")
    path = folder / "periods" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load(folder)
    return caught.value
