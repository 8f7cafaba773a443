"""A calendar file that is wrong is refused with file, line and what would be right."""

from pathlib import Path

import pytest

from rules.holiday_notices import CalendarError, read_notices
from rules.working_days import load_calendar

NOTICE = """\
year: 2030
notices:
  - number: 国办发明电〔2029〕1号
    title: 国务院办公厅关于2030年部分节假日安排的通知
    published_on: 2029-11-01
    holidays:
      - {name: 元旦, from: 2030-01-01, through: 2030-01-01}
      - {name: 春节, from: 2030-02-02, through: 2030-02-08, make_up_days: [2030-02-09]}
"""
AMENDMENT = """\
  - number: 国办发明电〔2030〕2号
    title: 国务院办公厅关于调整2030年春节假期安排的通知
    published_on: 2030-01-20
    holidays:
      - {name: 春节, from: 2030-02-09, through: 2030-02-09, make_up_days: [2030-02-08]}
"""


def _file(folder: Path, text: str, name: str = "2030.yaml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_right_file_is_read(tmp_path: Path) -> None:
    (notice,) = read_notices(_file(tmp_path, NOTICE))
    assert notice.url is None
    assert [holiday.name for holiday in notice.holidays] == ["元旦", "春节"]
    assert sum(1 for _ in notice.days()) == 9


def test_an_amendment_may_take_a_weekday_off_back(tmp_path: Path) -> None:
    _file(tmp_path, NOTICE + AMENDMENT)
    calendar = load_calendar(tmp_path)
    friday, saturday = (notice.holidays[-1].last for notice in calendar.notices)
    assert (friday.day, saturday.day) == (8, 9)
    assert calendar.is_working(friday)
    assert not calendar.is_working(saturday)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("published_on", "publishd_on", r"30.yaml:5: unknown key `publishd_on`; did you mean `pub"),
        ("year: 2030", "year: 2031", r"30.yaml:1: the file is 2030.yaml, so the year must be 2030"),
        ("year: 2030", "year: soon", "expected a year such as 2026, not `soon`"),
        ("year: 2030\n", "", r"30.yaml:1: missing: year"),
        ("year: 2030", "year: 2030\nyear: 2030", r"30.yaml:2: the key `year` stands here twice"),
        ("from: 2030-02-02", "from: 2030-02-30", r"30.yaml:8: `2030-02-30` is not a day"),
        ("from: 2030-02-02", "from: 20300202", "write 2030-02-02"),
        ("from: 2030-02-02", "from: 2030-02-10", "ends before it starts"),
        ("through: 2030-02-08", "through: 2030-03-08", "35 days; .* check the month"),
        ("[2030-02-09]", "[2030-02-11]", r"30.yaml:.* 2030-02-11 \(春节\) is a Monday"),
        ("[2030-02-09]", "[2030-02-03]", "2030-02-03 .* arranged twice"),
        ("[2030-02-09]", "2030-02-09", "expected a list"),
        ("[2030-02-09]", "[2031-02-08]", "2031-02-08 is not a day of 2030"),
        ("2030-01-01, through: 2030-01-01", "2029-12-24, through: 2029-12-24", "from 2029-12-25"),
        ("name: 元旦", "name: ''", r"30.yaml:7: expected a text"),
        ("notices:", "notices: [", "not YAML"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in NOTICE
    with pytest.raises(CalendarError, match=message):
        read_notices(_file(tmp_path, NOTICE.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "2030.yaml:1: the file is empty"),
        ("- 1\n", "expected the keys notices, year"),
        ("year: 2030\nnotices: []\n", "at least its annual notice"),
    ],
)
def test_a_file_without_content_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CalendarError, match=message):
        read_notices(_file(tmp_path, text))


def test_a_notice_without_a_holiday_is_refused(tmp_path: Path) -> None:
    head = NOTICE[: NOTICE.index("holidays:")]
    with pytest.raises(CalendarError, match="at least one holiday"):
        read_notices(_file(tmp_path, head + "holidays: []\n"))


def test_holidays_are_a_list(tmp_path: Path) -> None:
    head = NOTICE[: NOTICE.index("holidays:")]
    with pytest.raises(CalendarError, match=r"30.yaml:6: expected a list"):
        read_notices(_file(tmp_path, head + "holidays: {name: 元旦}\n"))


def test_notices_stand_in_the_order_of_publication(tmp_path: Path) -> None:
    amendment = AMENDMENT.replace("2030-01-20", "2029-01-20")
    with pytest.raises(CalendarError, match="put the notices in the order of publication"):
        read_notices(_file(tmp_path, NOTICE + amendment))


def test_a_missing_year_is_named(tmp_path: Path) -> None:
    _file(tmp_path, NOTICE)
    later = NOTICE.replace("2030-", "2032-").replace("2030年", "2032年")
    later = later.replace("year: 2030", "year: 2032").replace("2029-11", "2031-11")
    _file(tmp_path, later.replace("[2032-02-09]", "[2032-02-14]"), "2032.yaml")
    with pytest.raises(CalendarError, match=r"2032.yaml follows 2030"):
        load_calendar(tmp_path)


def test_an_empty_folder_is_not_a_calendar(tmp_path: Path) -> None:
    with pytest.raises(CalendarError, match="no calendar files"):
        load_calendar(tmp_path)
