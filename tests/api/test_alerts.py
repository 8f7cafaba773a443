"""The rules of docs/alerts.yml speak of figures that `/metrics` has, by the labels it has."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.api.desk import Desk

FILE = Path(__file__).parents[2] / "docs" / "alerts.yml"
FIGURE = re.compile(r"\b(chengnuo_\w+)(?:\{([^}]*)\})?")
GROUPED = re.compile(r"\b(?:by|without) \(([^)]*)\)")


def rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load(FILE.read_text(encoding="utf-8"))["groups"]
    found: list[dict[str, Any]] = [rule for group in groups for rule in group["rules"]]
    return found


def known(desk: Desk) -> dict[str, set[str]]:
    """Every figure that a database with something in it shows, with the names of its labels."""
    case = desk.licensed()
    desk.move(advance="P7M")
    desk.service.enforcer.beat()
    desk.post(f"/v1/cases/{case['id']}/events", {"event": "inform", "facts": {}}, "approval")
    text = desk.client.get("/metrics").text
    return {
        one.name: set(one.labels)
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def test_every_figure_and_label_of_a_rule_is_one_of_the_metrics(desk: Desk) -> None:
    there = known(desk)
    named: set[str] = set()
    for rule in rules():
        labels = {
            name.strip() for found in GROUPED.findall(rule["expr"]) for name in found.split(",")
        }
        for figure, chosen in FIGURE.findall(rule["expr"]):
            assert figure in there, f"{rule['alert']}: no figure {figure}"
            asked = {part.split("=")[0].strip("!~ ") for part in chosen.split(",") if part}
            assert asked | labels <= there[figure], f"{rule['alert']}: {figure} has {there[figure]}"
            named.add(figure)
    assert named >= {
        f"chengnuo_{name}"
        for name in (
            "oldest_overdue_seconds", "enforcement_lateness_seconds_bucket", "cases_set_aside",
            "brakes_standing", "oldest_held_seconds", "enforcement_hold", "heartbeat_age_seconds",
            "oldest_work_seconds", "cases_due",
        )
    }  # fmt: skip


def test_the_bound_of_lateness_is_one_of_the_histogram(desk: Desk) -> None:
    desk.licensed()
    desk.move(advance="P7M")
    text = desk.client.get("/metrics").text
    bounds = set(re.findall(r'lateness_seconds_bucket\{[^}]*le="([^"]+)"', text))
    for rule in rules():
        assert set(re.findall(r'le="([^"]+)"', rule["expr"])) <= bounds


def test_every_rule_says_what_is_wrong_and_what_to_do() -> None:
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert set(rule["annotations"]) == {"summary", "then"}


# Without Prometheus' own tool there is nothing to parametrize with, and pytest says so.
@pytest.mark.parametrize("promtool", [found for found in [shutil.which("promtool")] if found])
def test_prometheus_reads_them(promtool: str) -> None:
    done = subprocess.run([promtool, "check", "rules", str(FILE)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
