"""A service to call over HTTP, and people to call it as. Every answer is held against the
documented models and statuses while the tests talk to it."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel
from starlette.exceptions import StarletteDeprecationWarning

from api.answers import (
    CaseAnswer,
    CasePage,
    DeliveryPage,
    DiaryPage,
    JournalAnswer,
    ProblemAnswer,
)
from api.app import create_app
from api.health import Alive, Ready
from api.service import Service
from api.v1.enforcement import EnforcementAnswer, ReleaseAnswer, TomorrowAnswer
from api.v1.enterprises import ChangeRecord, EnterpriseAnswer, ListAnswer
from api.v1.outages import OutageLine, OutageList
from api.v1.sandbox import AdvanceAnswer, ClockAnswer
from api.v1.settings import SettingList, SettingRecord
from api.v1.workflows import WorkflowAnswer, WorkflowList
from cases.casework import Casework
from cases.clock import Clock, SandboxClock, SystemClock, machine_time
from cases.identity import Identity, keep_token
from cases.store import open_store
from machines.book import rulebook
from rules.working_days import Calendar, load_calendar
from scheduler.enforcer import Enforcer

with warnings.catch_warnings():  # Starlette warns of httpx where it finds no httpx2
    warnings.simplefilter("ignore", StarletteDeprecationWarning)
    from starlette.testclient import TestClient

Response = Any  # of httpx or of httpx2, whichever the test client was built on
CODE, OTHER_CODE = "91999999MA0000001N", "91999999MA0000002R"
UPFRONT = [
    "security_level_protection_filing_proof",
    "level3_protection_evaluation_report",
    "value_added_telecom_licence",
    "online_capability_determination",
]
OWED = ["principal_exam_pass_certificate", "safety_manager_exam_pass_certificate"]
COMMITMENT = dict.fromkeys(
    ["in_writing", "notice_known", "six_months_promised", "supervision_accepted"], True
)
PEOPLE = {
    "applicant": Identity("applicant", frozenset({"applicant"}), "yingkou", CODE),
    "rival": Identity("rival", frozenset({"applicant"}), "yingkou", OTHER_CODE),
    "founder": Identity("founder", frozenset({"applicant"}), "yingkou"),
    "approval": Identity("approval", frozenset({"approval"}), "yingkou"),
    "supervision": Identity("supervision", frozenset({"supervision"}), "yingkou"),
    "stranger": Identity("stranger", frozenset({"approval"}), "elsewhere"),
    "registry": Identity("registry", frozenset({"registry"}), "yingkou"),
    "supervisor": Identity("supervisor", frozenset({"supervisor"}), "yingkou"),
    "admin": Identity("admin", frozenset({"admin"})),
}
ANSWERS: dict[tuple[str, str], type[BaseModel]] = {
    ("GET", r"/v1/workflows"): WorkflowList,
    ("GET", r"/v1/workflows/[^/]+"): WorkflowAnswer,
    ("POST", r"/v1/cases"): CaseAnswer,
    ("GET", r"/v1/cases"): CasePage,
    ("GET", r"/v1/cases/[^/]+"): CaseAnswer,
    ("POST", r"/v1/cases/[^/]+/events"): CaseAnswer,
    ("GET", r"/v1/cases/[^/]+/journal"): JournalAnswer,
    ("GET", r"/v1/obligations"): DiaryPage,
    ("GET", r"/v1/services"): DeliveryPage,
    ("GET", r"/v1/enterprises/[^/]+"): EnterpriseAnswer,
    ("POST", r"/v1/enterprises/[^/]+/changes"): ChangeRecord,
    ("GET", r"/v1/lists/[^/]+"): ListAnswer,
    ("GET", r"/v1/settings"): SettingList,
    ("PUT", r"/v1/settings"): SettingRecord,
    ("GET", r"/v1/sandbox/clock"): ClockAnswer,
    ("POST", r"/v1/sandbox/clock"): AdvanceAnswer,
    ("GET", r"/v1/enforcement"): EnforcementAnswer,
    ("GET", r"/v1/enforcement/tomorrow"): TomorrowAnswer,
    ("POST", r"/v1/enforcement/release"): ReleaseAnswer,
    ("GET", r"/v1/outages"): OutageList,
    ("POST", r"/v1/outages"): OutageLine,
    ("GET", r"/healthz"): Alive,
    ("GET", r"/readyz"): Ready,
}


@cache
def documented() -> dict[str, Any]:
    """The documented addresses; they depend on no database."""
    with desk_on("memory://", people=False) as desk:
        paths: dict[str, Any] = desk.client.get("/openapi.json").json()["paths"]
    return paths


@cache
def published() -> Calendar:
    """The calendar, read once for all tests."""
    return load_calendar()


@dataclass
class Desk:
    """A client of one application, and the service behind it."""

    client: TestClient
    service: Service

    def call(self, method: str, path: str, by: str | None = "admin", **more: Any) -> Response:
        """One request as somebody (None: without a token); the answer is a documented one."""
        headers = {**more.pop("headers", {})}
        if by is not None:
            headers["Authorization"] = f"Bearer test-{by}"
        answer = self.client.request(method, path, headers=headers, **more)
        self.must_be_documented(method, answer)
        return answer

    def get(self, path: str, by: str | None = "admin", **more: Any) -> Response:
        """A GET as somebody."""
        return self.call("GET", path, by, **more)

    def post(self, path: str, body: Any, by: str | None = "admin", **more: Any) -> Response:
        """A POST of JSON as somebody."""
        return self.call("POST", path, by, json=body, **more)

    def must_be_documented(self, method: str, answer: Response) -> None:
        """The status stands in the OpenAPI document, and the body fits its model."""
        path = answer.request.url.path
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json", answer.text
            problem = ProblemAnswer.model_validate(answer.json())
            assert problem.status == answer.status_code
            assert problem.instance == path
            assert answer.headers["content-language"] in ("zh-CN", "en")
        else:
            models = [m for (verb, form), m in ANSWERS.items()
                      if verb == method and re.fullmatch(form, path)]  # fmt: skip
            assert len(models) == 1, f"no one model for {method} {path}"
            models[0].model_validate(answer.json())
        operation = self.operation(method, path)
        if operation is not None:
            assert str(answer.status_code) in operation["responses"], f"{method} {path}: {answer}"

    def operation(self, method: str, path: str) -> dict[str, Any] | None:
        """The documented operation of an address, None where there is none."""
        for template, operations in documented().items():
            form = re.sub(r"\{[^}]+\}", "[^/]+", template)
            if re.fullmatch(form, path) and method.lower() in operations:
                found: dict[str, Any] = operations[method.lower()]
                return found
        return None

    def open(self, by: str = "applicant", **more: Any) -> dict[str, Any]:
        """Opens a freight case; `more` goes into the body."""
        body = {
            "workflow": "network_freight",
            "subject": {"kind": "enterprise", "uscc": CODE, "name": "虚构货运科技有限公司"},
            "facts": {},
        }
        answer = self.post("/v1/cases", {**body, **more}, by)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def act(self, case: Any, event: str, by: str, **more: Any) -> Response:
        """An event on a case; `documents`, `happened_at`, `evidence` and facts as keywords."""
        body: dict[str, Any] = {"event": event, "facts": {}}
        for name in ("happened_at", "evidence"):
            if name in more:
                body[name] = more.pop(name)
        headers = more.pop("headers", {})
        body["facts"] = more
        name = case if isinstance(case, str) else case["id"]
        return self.post(f"/v1/cases/{name}/events", body, by, headers=headers)

    def done(self, case: Any, event: str, by: str, **more: Any) -> dict[str, Any]:
        """An event that must succeed."""
        answer = self.act(case, event, by, **more)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def licensed(self) -> dict[str, Any]:
        """A freight case with its licence, the certificates owed."""
        case = self.open()
        self.done(case, "inform", "approval")
        self.done(case, "determine_eligible", "approval", risk_controllable=True,
                  documents=UPFRONT)  # fmt: skip
        self.done(case, "commit", "applicant", **COMMITMENT)
        self.done(case, "file_application", "applicant")
        return self.done(case, "issue_licence", "approval", formal_review_passed=True)

    def move(self, **body: Any) -> dict[str, Any]:
        """Moves the sandbox clock."""
        answer = self.post("/v1/sandbox/clock", body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


@contextmanager
def desk_on(
    url: str, *, sandbox: bool = True, with_runner: bool = False, people: bool = True
) -> Iterator[Desk]:
    """A desk on a new database, with a token for everybody."""
    store = open_store(url, clock=machine_time)
    store.upgrade("sandbox" if sandbox else "production")
    clock: Clock = SandboxClock() if sandbox else SystemClock()
    casework = Casework(store, rulebook(), published(), clock)
    service = Service(store, casework, Enforcer(casework), clock, sandbox)
    if people:
        with store.unit() as unit:
            for name, identity in PEOPLE.items():
                keep_token(unit, f"test-{name}", identity, name, unit.now())
    with TestClient(create_app(service, with_runner=with_runner)) as client:
        yield Desk(client, service)
    service.close()


def duty(case: dict[str, Any], name: str) -> dict[str, Any]:
    """The latest occurrence of an obligation of a case."""
    return dict([one for one in case["obligations"] if one["id"] == name][-1])
