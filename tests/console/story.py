"""The freight story told through the pages, one form after another."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from tests.console.visitor import Visitor

NAME = "海岚网络货运有限公司（虚构）"
PROMISES = ("in_writing", "notice_known", "six_months_promised", "supervision_accepted")
UPFRONT = ["security_level_protection_filing_proof", "level3_protection_evaluation_report",
           "value_added_telecom_licence", "online_capability_determination"]  # fmt: skip


def open_freight(visitor: Visitor, name: str = NAME) -> str:
    """Opens a case; the path of its page."""
    form = visitor.see("/cases/new?workflow=network_freight").form("/cases/new")
    return str(visitor.send(form, **{"subject.name": name}).headers["location"])


def do(visitor: Visitor, path: str, event: str, status: int = 303, /, **values: Any) -> Any:
    """Sends the form of an event with these facts."""
    form = visitor.see(path).form(f"{path}/events", event=event)
    return visitor.send(form, status, **{f"fact.{name}": one for name, one in values.items()})


def reviewed(app: FastAPI) -> str:
    """A case in formal review; the path of its page."""
    applicant, approval = Visitor(app).sign_in("applicant"), Visitor(app).sign_in("approval")
    path = open_freight(applicant)
    do(approval, path, "inform")
    do(approval, path, "determine_eligible", risk_controllable="true", documents=UPFRONT)
    do(applicant, path, "commit", **dict.fromkeys(PROMISES, "true"))
    do(applicant, path, "file_application")
    return path


def licensed(app: FastAPI) -> str:
    """A case with its licence, the certificates owed; the path of its page."""
    path = reviewed(app)
    do(Visitor(app).sign_in("approval"), path, "issue_licence", formal_review_passed="true")
    return path
