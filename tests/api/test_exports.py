"""Definitions for other tools over HTTP, and the drawing of a case for those who may see it."""

import xml.etree.ElementTree as ET

import pytest

from tests.api.desk import Desk

MEDIA = {"diagram": "image/svg+xml", "mermaid": "text/plain; charset=utf-8",
         "bpmn": "application/xml", "scxml": "application/scxml+xml"}  # fmt: skip


def _get(desk: Desk, path: str, by: str | None = "applicant"):
    headers = {} if by is None else {"Authorization": f"Bearer test-{by}"}
    return desk.client.get(path, headers=headers)


@pytest.mark.parametrize("name", MEDIA)
def test_every_format_is_there_in_both_languages(desk: Desk, name: str) -> None:
    path = f"/v1/workflows/network_freight/{name}"
    chinese, english = _get(desk, path), _get(desk, f"{path}?lang=en")
    assert (chinese.status_code, english.status_code) == (200, 200)
    assert chinese.headers["content-type"] == english.headers["content-type"] == MEDIA[name]
    assert chinese.text != english.text
    assert "货运" in chinese.text
    if name != "mermaid":
        ET.fromstring(chinese.text)


@pytest.mark.parametrize("name", MEDIA)
def test_what_is_asked_wrongly_is_refused(desk: Desk, name: str) -> None:
    assert desk.get(f"/v1/workflows/nothing/{name}").status_code == 404
    assert desk.get(f"/v1/workflows/network_freight/{name}?lang=fr").status_code == 422
    assert desk.get(f"/v1/workflows/network_freight/{name}", None).status_code == 401


def test_the_drawing_of_a_case_shows_where_it_is_and_how_it_came_there(desk: Desk) -> None:
    case = desk.open()
    desk.done(case, "inform", "approval")
    path = f"/v1/cases/{case['id']}/diagram"
    root = ET.fromstring(_get(desk, path).text)
    kinds = {one.get("data-state"): one.get("class") for one in root.iter()
             if one.get("data-state")}  # fmt: skip
    assert kinds["informed"] == "state current"
    assert kinds["inquiry"] == "state visited"
    assert kinds["committed"] == "state"
    assert sum(one.get("class") == "edge taken" for one in root.iter()) == 1
    assert "已告知" in str(root.get("aria-label"))


def test_the_drawing_of_a_case_is_for_those_who_may_see_the_case(desk: Desk) -> None:
    case = desk.open()
    path = f"/v1/cases/{case['id']}/diagram"
    assert desk.get(path, "rival").status_code == 403
    assert desk.get(path, "stranger").status_code == 403
    assert desk.get(path, None).status_code == 401
    assert desk.get("/v1/cases/20250102-00000000/diagram").status_code == 404
