"""Why something happened by itself, and why something was refused, in a sentence. Every story of
every workflow is judged by `tests/scenarios/explained.py`; here each kind is read as it stands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from machines.acts import Refused
from machines.book import rulebook
from machines.explain import Explained
from machines.explain import explained as journal_explained
from machines.explain_words import RULES as WRITTEN_BY
from machines.explain_words import SENTENCES
from machines.refusal_rules import CONDITION, RULES, rule_of
from rules.working_days import load_calendar
from tests.scenarios.explained import CHINESE, TITLES
from tests.scenarios.runner import play, scenarios

ROOT = Path(__file__).parents[2]
CALENDAR = load_calendar()


@cache
def explained(workflow: str) -> tuple[tuple[str, Explained], ...]:
    """Every automatic entry of the stories of a workflow, by its rung or its kind."""
    found = []
    for one in scenarios():
        if one.workflow != workflow:
            continue
        stage = play(rulebook(), CALENDAR, one)
        for _, entry, said in journal_explained(stage.workflow.compiled, stage.entries, TITLES):
            if said is not None:
                rung = entry.because.rung if entry.because is not None else entry.kind
                found.append((rung.partition(":")[0], said))
    return tuple(found)


def said_of(workflow: str, kind: str) -> set[str]:
    return {text for rung, one in explained(workflow) if rung == kind for text in (one.zh, one.en)}


def like(pattern: str, texts: set[str]) -> bool:
    return any(re.search(pattern, text) for text in texts)


def test_a_reminder_names_the_day_and_what_a_miss_would_bring() -> None:
    said = said_of("network_freight", "warn")
    assert like(
        "^提醒申请人：“补齐承诺补充材料”应于2025-07-02前完成，还有30个工作日；"
        "逾期的后果：.*撤销网络货运经营许可证、联合惩戒",
        said,
    )
    assert like("“complete the promised materials” is due by 2025-07-02, 30 working days", said)


def test_a_miss_names_its_day_and_from_when_on_the_consequence_is_lawful() -> None:
    said = said_of("network_freight", "missed")
    assert like(
        "“补齐承诺补充材料”的期限于2025-07-02届满，未见履行，自2025-07-03起为逾期；"
        "后果（.*撤销.*）最早于2025-07-04作出",
        said,
    )
    assert like("was due by 2025-07-02 and was not kept: missed as of 2025-07-03", said)


def test_a_revocation_names_the_broken_duty_and_everything_that_was_done() -> None:
    said = (one for rung, one in explained("network_freight") if rung == "enforced")
    one = next(one for one in said if "补齐承诺补充材料" in one.zh)
    assert re.match("因“补齐承诺补充材料”于[-0-9]+届满仍未履行，系统于[-0-9]+依原文", one.zh)
    assert "联合惩戒" in one.zh
    assert "joint punishment" in one.en
    assert "9.24" in one.clauses


def test_what_a_linked_case_says_and_opens_is_explained() -> None:
    assert any("关联案件于" in text for text in said_of("approval_supervision_loop", "act"))
    opened = said_of("three_random_inspection", "opened")
    assert any("关联案件parent-1于2025-03-03自动发起本案" in text for text in opened), opened


def test_a_public_notice_that_runs_out_says_what_it_starts_and_by_which_article() -> None:
    served = [one for rung, one in explained("domicile_commitment") if rung == "served"]
    assert served
    assert all(one.clauses == ("民事诉讼法95",) for one in served)
    assert any("在责令的期限内改正住所" in one.zh for one in served)


def test_every_sentence_and_rule_is_in_both_languages() -> None:
    for zh, en in (*SENTENCES.values(), *WRITTEN_BY.values(), *RULES.values(), CONDITION):
        assert CHINESE.search(zh), zh
        assert not CHINESE.search(en), en


def _reasons() -> Iterator[tuple[str, str]]:
    """Every reason that the engine refuses for without a clause, with its file."""
    for folder in ("machines", "cases"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "Refused":
                    continue
                named = {one.arg for one in node.keywords}
                reason = node.args[0]
                if (
                    len(node.args) < 4
                    and "clause" not in named
                    and isinstance(reason, ast.Constant)
                ):
                    yield str(reason.value), file.name


def test_every_refusal_of_the_engine_itself_says_by_which_rule() -> None:
    found = dict(_reasons())
    assert len(found) > 30
    assert {reason: file for reason, file in found.items() if reason not in RULES} == {}


@pytest.mark.parametrize("reason", ["separation_of_duties", "certificate_not_ready"])
def test_a_refusal_has_a_clause_or_a_rule_and_never_both(reason: str) -> None:
    assert Refused(reason, "不可", "no").rule == rule_of(reason)
    assert Refused(reason, "不可", "no", "9.24").rule is None
