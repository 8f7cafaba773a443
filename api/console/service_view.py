"""The deliveries of a case as its page shows them: what, to whom, how, with which proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.console.visit import Visit
from api.console.wording import fact_label, fact_words
from machines.compiler import Compiled

_TONES = {"served": "ok", "waiting": "warn", "failed": "bad"}


@dataclass(frozen=True, slots=True)
class ServiceView:
    """One delivery in words."""

    plain: Mapping[str, Any]
    words: str
    tone: str
    proof: tuple[tuple[str, str], ...]


def services(
    visit: Visit, compiled: Compiled, plain: Sequence[Mapping[str, Any]]
) -> list[ServiceView]:
    """Every delivery, the latest first."""
    return [_service(visit, compiled, one) for one in reversed(plain)]


def _service(visit: Visit, compiled: Compiled, one: Mapping[str, Any]) -> ServiceView:
    proof = [
        (fact_label(visit, compiled, "serve", name), _value(visit, compiled, name, value))
        for name, value in one["proof"].items()
    ]
    if one["channel"] == "public_notice" and "reason" not in one["proof"]:
        proof.append((fact_label(visit, compiled, "serve", "reason"),
                      visit.say("service.no_reason")))  # fmt: skip
    if one["status"] == "served" and not proof:
        proof.append((visit.say("service.proof"), visit.say("service.unproven")))
    return ServiceView(one, _words(visit, one), _TONES[one["status"]], tuple(proof))


def _value(visit: Visit, compiled: Compiled, name: str, value: str) -> str:
    if value in ("true", "false"):
        return visit.say("yes" if value == "true" else "no")
    return fact_words(visit, compiled, "serve", name, value)


def _words(visit: Visit, one: Mapping[str, Any]) -> str:
    if one["status"] == "served":
        return visit.say("service.on", on=one["served_on"])
    if one["status"] == "waiting":
        return visit.say("service.waiting", on=one["runs_to"])
    return visit.say("service.failed", on=one["on"])
