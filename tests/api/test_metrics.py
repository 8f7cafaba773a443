"""The metrics: what waits, how late enforcement was, and nobody's name."""

from datetime import timedelta

from prometheus_client.parser import text_string_to_metric_families

from cases.clock import SANDBOX_START
from scheduler.brake import Limits
from tests.api.desk import Desk

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]
ADVERSE = {"workflow": "network_freight", "kind": "adverse"}
MILD = {**ADVERSE, "kind": "mild"}
FREIGHT = {"zone": "yingkou", "workflow": "network_freight"}


def figures(desk: Desk) -> Figures:
    """Every figure by its name and labels, read by the reference parser."""
    answer = desk.client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return {
        (one.name.removeprefix("chengnuo_"), frozenset(one.labels.items())): one.value
        for family in text_string_to_metric_families(answer.text)
        for one in family.samples
    }


def of(found: Figures, name: str, **labels: str) -> float | None:
    return found.get((name, frozenset(labels.items())))


def test_an_empty_database_has_nothing_to_tell(desk: Desk) -> None:
    found = figures(desk)
    for name in ("cases_due", "cases_held", "cases_set_aside", "work_items_waiting",
                 "brakes_standing", "enforcement_hold", "oldest_overdue_seconds",
                 "oldest_held_seconds"):  # fmt: skip
        assert of(found, name) == 0


def test_open_cases_and_live_licences_follow_the_cases(desk: Desk) -> None:
    desk.open()
    assert of(figures(desk), "cases_open", **FREIGHT) == 1
    assert of(figures(desk), "licences_live", **FREIGHT) is None
    desk.licensed()
    found = figures(desk)
    assert (of(found, "cases_open", **FREIGHT), of(found, "licences_live", **FREIGHT)) == (2, 1)
    desk.move(advance="P7M")
    found = figures(desk)
    assert of(found, "licences_live", **FREIGHT) == 0


def test_lateness_counts_from_the_first_instant_of_each_step(desk: Desk) -> None:
    desk.licensed()
    desk.move(advance="P7M")  # the clock stops at each instant: nothing is late
    found = figures(desk)
    assert of(found, "enforcement_lateness_seconds_bucket", le="1", **ADVERSE) == 1
    assert of(found, "enforcement_lateness_seconds_count", **ADVERSE) == 1
    assert of(found, "enforcement_lateness_seconds_bucket", le="1", **MILD) == 4
    assert of(found, "enforcement_lateness_seconds_sum", **ADVERSE) == 0


def test_what_a_brake_held_was_late_when_it_was_let_go(desk: Desk) -> None:
    desk.service.enforcer.limits = Limits(most=0, percent=0, at_least=0)
    desk.licensed()
    desk.move(to="2025-07-04")
    found = figures(desk)
    assert (of(found, "cases_held"), of(found, "brakes_standing")) == (1, 1)
    assert of(found, "oldest_held_seconds") == 0
    desk.move(advance="PT2H")
    assert of(figures(desk), "oldest_held_seconds") == 2 * 3600
    body = {"brake": "yingkou/network_freight/revoke_for_breach", "reason": "核对完毕"}
    desk.post("/v1/enforcement/release", body, "supervisor")
    found = figures(desk)
    assert (of(found, "cases_due"), of(found, "oldest_overdue_seconds")) == (1, 7200)
    desk.service.enforcer.sweep()
    found = figures(desk)
    assert (of(found, "cases_due"), of(found, "cases_held")) == (0, 0)
    assert of(found, "enforcement_lateness_seconds_bucket", le="3600", **ADVERSE) == 0
    assert of(found, "enforcement_lateness_seconds_bucket", le="21600", **ADVERSE) == 1
    assert of(found, "enforcement_lateness_seconds_sum", **ADVERSE) == 7200


def test_acts_are_counted_by_outcome(desk: Desk) -> None:
    case = desk.open()
    path = f"/v1/cases/{case['id']}/events"
    desk.post(path, {"event": "inform", "facts": {}}, "applicant")
    for _ in range(2):
        desk.post(path, {"event": "inform", "facts": {}}, "approval",
                  headers={"Idempotency-Key": "k1"})  # fmt: skip
    found = figures(desk)
    assert of(found, "acts_total", outcome="done") == 2
    assert of(found, "acts_total", outcome="repeated") == 1
    assert of(found, "acts_total", outcome="role_not_allowed") == 1


def test_a_case_set_aside_and_a_hold_are_seen(desk: Desk) -> None:
    case = desk.open()
    with desk.service.store.unit() as unit:
        unit.set_aside(case["id"], "why", SANDBOX_START + timedelta(days=1))
        unit.set_meta({"hold": '{"reason": "r", "since": "s", "detail": "d"}'})
    found = figures(desk)
    assert (of(found, "cases_set_aside"), of(found, "enforcement_hold")) == (1, 1)


def test_an_enforcer_that_never_was_has_no_heartbeat_and_one_that_ended_an_old_one(
    desk: Desk,
) -> None:
    assert of(figures(desk), "heartbeat_age_seconds") is None
    desk.service.enforcer.sweep()
    desk.service.enforcer.beat()
    assert of(figures(desk), "heartbeat_age_seconds") == 0
    with desk.service.store.unit() as unit:
        unit.set_meta({"heartbeat": (SANDBOX_START - timedelta(hours=2)).isoformat()})
    assert of(figures(desk), "heartbeat_age_seconds") == 7200


def test_nobody_is_named(desk: Desk) -> None:
    case = desk.licensed()
    text = desk.client.get("/metrics").text
    for secret in (case["id"], case["subject"]["uscc"], case["subject"]["name"], "applicant"):
        assert secret not in text
