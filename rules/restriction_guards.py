"""Conditions about what the credit file closes to a party, or grants it.

Each looks at the applicant, or at the party named by `party`. What a list closes or grants is data
(`workflows/lists.yaml`).
"""

from __future__ import annotations

from collections.abc import Sequence

from rules.guard import guard, who
from rules.view import Restriction, Unmet, View, Words
from rules.wording import together


@guard
def commitment_route_open(view: View, party: str | None = None) -> Unmet | None:
    """No list entry or record closes the commitment route to the party."""
    closed = _closures(view, "commitment_route", party)
    if not closed:
        return None
    (who_zh, who_en), (zh, en) = who(view, party), _because(closed)
    return Unmet(
        "commitment_route_closed",
        f"{who_zh}不适用告知承诺，改按一般程序办理：{zh}。",
        f"The commitment route is closed to {who_en} (ordinary procedure): {en}.",
        closed[0].clause.split(" ")[0] or None,
    )


@guard
def commitment_route_closed(view: View, party: str | None = None) -> Unmet | None:
    """A list entry or record closes the commitment route to the party."""
    if _closures(view, "commitment_route", party):
        return None
    who_zh, who_en = who(view, party)
    return Unmet("commitment_route_open", f"{who_zh}可以适用告知承诺。",
                 f"The commitment route is open to {who_en}.")  # fmt: skip


@guard
def acceptance_open(view: View, party: str | None = None) -> Unmet | None:
    """No list entry or record restricts the acceptance of the party's applications."""
    closed = _closures(view, "acceptance", party)
    if not closed:
        return None
    (who_zh, who_en), (zh, en) = who(view, party), _because(closed)
    return Unmet(
        "acceptance_restricted",
        f"对{who_zh}实行有条件受理或不予受理：{zh}。",
        f"Applications of {who_en} are accepted on conditions or not at all: {en}.",
        closed[0].clause,
    )


@guard
def acceptance_restricted(view: View, party: str | None = None) -> Unmet | None:
    """A list entry or record restricts the acceptance of the party's applications."""
    if _closures(view, "acceptance", party):
        return None
    who_zh, who_en = who(view, party)
    return Unmet("acceptance_open", f"对{who_zh}的申请没有受理限制。",
                 f"Nothing restricts the acceptance of {who_en}.")  # fmt: skip


@guard
def benefits_open(view: View, party: str | None = None) -> Unmet | None:
    """No list entry or record restricts benefits (subsidies, public contracts) to the party."""
    closed = _closures(view, "benefits", party)
    if not closed:
        return None
    (who_zh, who_en), (zh, en) = who(view, party), _because(closed)
    return Unmet(
        "benefits_restricted",
        f"{who_zh}申请优惠支持受限：{zh}。",
        f"Benefits are restricted for {who_en}: {en}.",
        closed[0].clause,
    )


@guard
def privileged(view: View, privilege: str, party: str | None = None) -> Unmet | None:
    """A list grants the party this privilege, and nothing lets it rest."""
    if any(one.kind == privilege for one in view.credit_of(party).privileges):
        return None
    (who_zh, who_en), (zh, en) = who(view, party), view.word("privilege", privilege)
    return Unmet(f"not_{privilege}", f"{who_zh}不享有“{zh}”的便利。",
                 f"{who_en} does not have the privilege “{en}”.")  # fmt: skip


def _closures(view: View, kind: str, party: str | None) -> list[Restriction]:
    return [
        restriction
        for restriction in view.credit_of(party).restrictions
        if restriction.kind == kind and restriction.workflow in (None, view.workflow)
    ]


def _because(closed: Sequence[Restriction]) -> Words:
    """What closes it, each with its clause."""
    named = (
        (f"{one.because}（{one.clause}）", f"{one.because_en or one.because} ({one.clause})")
        if one.clause
        else (one.because, one.because_en or one.because)
        for one in closed
    )
    return together(dict.fromkeys(named))
