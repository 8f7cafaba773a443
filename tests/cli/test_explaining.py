"""`chengnuo explain`: why a case is where it is though nobody acted."""

from pathlib import Path

import pytest

from tests.cli.running import answer, run
from tests.cli.test_audit import Audited, audited

__all__ = ["audited"]


def test_every_automatic_entry_is_told_with_the_duty_the_days_and_the_rule(
    audited: Audited,
) -> None:
    (row,) = answer("explain", audited.case, "--db", audited.url)["explained"]
    assert "重新计算" in row["zh"]
    assert "2027-" in row["zh"]
    assert "→" in row["zh"]
    assert "counted anew" in row["en"]
    assert row["rule"]["zh"].startswith("系统规则：日历公布")
    told = run("explain", audited.case, "--db", audited.url).stdout
    assert row["zh"] in told
    assert row["en"] in told


def test_an_entry_may_be_asked_for_alone(audited: Audited) -> None:
    (row,) = answer("explain", audited.case, "--db", audited.url)["explained"]
    alone = run("explain", audited.case, "--entry", str(row["seq"]), "--db", audited.url).stdout
    assert row["zh"] in alone
    other = run("explain", audited.case, "--entry", "1", "--db", audited.url).stdout
    assert "nothing here happened by itself" in other


@pytest.mark.parametrize("case", ["20250102-00000000"])
def test_a_case_there_is_not_is_misuse(audited: Audited, case: str, tmp_path: Path) -> None:
    assert case in run("explain", case, "--db", audited.url, code=2).stderr
