"""What a scenario says of the world around its case: the credit file, the case that opened it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from rules.view import CreditFact, CreditView, Listed, ParentView, Privilege, Restriction


def credit_view(plain: Mapping[str, Any]) -> CreditView:
    """The credit file a scenario describes."""
    entries = tuple(
        Listed(one, date(2024, 1, 2)) if isinstance(one, str)
        else Listed(one["list"], one["since"], one.get("clause", ""))
        for one in plain.get("lists", ())
    )  # fmt: skip
    return CreditView(
        lists=tuple(one.list for one in entries),
        restrictions=tuple(
            Restriction(r["kind"], r.get("workflow"), r["clause"], r.get("because", "listed"))
            for r in plain.get("restrictions", ())
        ),
        entries=entries,
        facts=tuple(
            CreditFact(one["fact"], one["on"], one.get("value")) for one in plain.get("facts", ())
        ),
        privileges=tuple(
            Privilege(one, "", "listed") if isinstance(one, str)
            else Privilege(one["kind"], one.get("clause", ""), one.get("because", "listed"))
            for one in plain.get("privileges", ())
        ),
    )  # fmt: skip


def parent_view(plain: Mapping[str, Any] | None) -> ParentView | None:
    """The case that opened this one, as a scenario describes it."""
    if plain is None:
        return None
    return ParentView(
        "parent-1", plain["workflow"], plain.get("tracks", {}), plain.get("licences", {}),
        bool(plain.get("closed")),
    )  # fmt: skip
