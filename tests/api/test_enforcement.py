"""Brakes and the list of tomorrow, over HTTP."""

from scheduler.brake import Limits
from tests.api.desk import Desk

BRAKE = "yingkou/network_freight/revoke_for_breach"


def braked(desk: Desk) -> dict[str, object]:
    """A licensed case whose revocation a brake keeps back; what the clock answered."""
    desk.service.enforcer.limits = Limits(most=0, percent=0, at_least=0)
    desk.licensed()
    return desk.move(advance="P1Y")


def test_the_clock_stops_at_a_brake_and_says_what_is_held(desk: Desk) -> None:
    stopped = braked(desk)
    assert str(stopped["now"]).startswith("2025-07-04T00:00:00")
    held = stopped["held"]
    assert isinstance(held, list)
    assert [(one["consequence"], one["obligation"]) for one in held] == [
        ("revoke_for_breach", "supply_promised_materials")
    ]
    assert desk.get("/v1/sandbox/clock").json()["now"] == stopped["now"]
    on = desk.move(advance="P1D")
    assert (on["enforced"], on["held"]) == ([], [])


def test_a_brake_is_shown_and_let_go_by_a_supervisor(desk: Desk) -> None:
    braked(desk)
    (brake,) = desk.get("/v1/enforcement").json()["brakes"]
    assert (brake["name"], brake["cases"], brake["taken"], brake["allowed"]) == (BRAKE, 1, 0, 0)
    assert desk.get("/v1/enforcement", "stranger").json()["brakes"] == []
    body = {"brake": BRAKE, "reason": "逐件核对完毕"}
    assert desk.post("/v1/enforcement/release", body, "approval").status_code == 403
    for wrong in ("no-brake", "yingkou/network_freight/freeze"):
        answer = desk.post("/v1/enforcement/release", {**body, "brake": wrong}, "supervisor")
        assert answer.status_code == 422
    done = desk.post("/v1/enforcement/release", body, "supervisor").json()["released"]
    assert (done["brake"], done["cases"]) == (BRAKE, 1)
    (revoked,) = desk.move(advance="PT1H")["enforced"]
    assert (revoked["event"], revoked["adverse"]) == ("revoke_for_breach", True)
    assert desk.get("/v1/enforcement").json()["brakes"] == []
    with desk.service.store.unit(write=False) as unit:
        (kept,) = unit.releases()
    assert (kept.released_by, kept.because) == ("supervisor", "逐件核对完毕")


def test_a_brake_of_another_zone_is_not_let_go(desk: Desk) -> None:
    braked(desk)
    other = {"brake": "elsewhere/network_freight/revoke_for_breach", "reason": "x"}
    assert desk.post("/v1/enforcement/release", other, "supervisor").status_code == 403


def test_tomorrow_is_listed_for_officers_page_by_page(desk: Desk) -> None:
    case = desk.licensed()
    desk.move(to="2025-07-02")
    found = desk.get("/v1/enforcement/tomorrow").json()
    assert (found["day"], found["total"], found["adverse"], found["held"]) == (
        "2025-07-03", 1, 0, 0
    )  # fmt: skip
    (line,) = found["items"]
    assert (line["case"], line["rung"], line["due"]) == (
        case["id"], "missed", "2025-07-03T00:00:00+08:00"
    )  # fmt: skip
    desk.move(to="2025-07-03")
    (line,) = desk.get("/v1/enforcement/tomorrow", "approval").json()["items"]
    assert (line["act"], line["adverse"], line["consequence"]) == (
        "revoke_for_breach", True, "revoke_for_breach"
    )  # fmt: skip
    assert "revoke" in line["effects"]
    assert line["clauses"]
    assert desk.get("/v1/enforcement/tomorrow", "stranger").json()["items"] == []
    assert desk.get("/v1/enforcement/tomorrow", "applicant").status_code == 403


def test_a_long_list_of_tomorrow_has_pages(desk: Desk) -> None:
    ids = {desk.licensed()["id"] for _ in range(2)}
    desk.move(to="2025-07-03")
    first = desk.get("/v1/enforcement/tomorrow?limit=1").json()
    assert (first["total"], len(first["items"])) == (2, 1)
    second = desk.get(first["next"]).json()
    assert second["next"] is None
    assert {one["case"] for one in (*first["items"], *second["items"])} == ids
    assert desk.get("/v1/enforcement/tomorrow?cursor=x").status_code == 422
