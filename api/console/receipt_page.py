"""`/cases/{id}/receipts`: how each date of a case was counted, one sheet of paper a receipt.

Only what was dated has a sheet. `?duty=NAME` or `?duty=NAME.2` prints one obligation alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from api.console.case_view import DutyView, duties
from api.console.pages import page
from api.console.visit import SignedIn
from cases.errors import NotFound

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One receipt, and the last entry of the journal that wrote it: its number and hash."""

    duty: DutyView
    seq: int
    hash: str


@router.get("/cases/{case_id}/receipts")
def show(visit: SignedIn, case_id: str, duty: str = "") -> Response:
    """The sheets of a case. Raises NotFound, Forbidden."""
    casework = visit.service.casework
    plain = casework.look(case_id, visit.who).plain
    journal = casework.journal(case_id, visit.who)
    with visit.service.store.unit(write=False) as unit:
        compiled = casework.pinned(unit, plain["definition"])
    views = duties(visit, compiled, [*plain["obligations"], *plain["timers"]])
    sheets = [
        Sheet(view, *_written(journal, view.plain))
        for view in views
        if _dated(view.plain) and _wanted(view.plain, duty)
    ]
    if duty and not sheets:
        raise NotFound(f"本案没有期限“{duty}”。", f"this case has no dated duty {duty}")
    return page(
        visit, "receipts.html", case=plain, sheets=sheets,
        title=visit.text(compiled.definition.title), here=f"/cases/{quote(case_id)}/receipts",
    )  # fmt: skip


def _dated(plain: Mapping[str, Any]) -> bool:
    return "on" in plain["due"] and bool(plain.get("receipt"))


def _wanted(plain: Mapping[str, Any], duty: str) -> bool:
    name, _, occurrence = duty.partition(".")
    return name in ("", plain["id"]) and occurrence in ("", str(plain["occurrence"]))


def _written(journal: Sequence[Mapping[str, Any]], plain: Mapping[str, Any]) -> tuple[int, str]:
    """The last entry that wrote this duty: where a court finds it."""
    for entry in reversed(journal):
        for one in entry.get("duties", ()):
            if (one["obligation"], one["occurrence"]) == (plain["id"], plain["occurrence"]):
                return entry["seq"], entry["hash"]
    raise AssertionError(f"no entry wrote {plain['id']}")
