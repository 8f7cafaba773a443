"""Service (送达): what each way of delivery has to show, when it is complete, and what fails.

A signed receipt counts by its date, and so does a paper left on the spot before a witness where
the signature is refused; an electronic delivery counts by its arrival in the named system, a
posted one by the day on the return card, never by dispatch (民事诉讼法 87 to 91, which
行政处罚法 61 and 行政强制法 38 apply to administrative papers; for licences by analogy). A public
notice counts once its period has run out (民事诉讼法 95): the whole of its last day has to pass, so
the service is of the day after. A delivery that failed starts nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from machines.acts import Refused
from machines.case import ENGINE, Because, Case, Service
from machines.codec import to_plain
from machines.engine_facts import FACTS
from machines.frozen import replace
from machines.notices import issued_at
from machines.occurrence import Occurrence
from machines.remedy import Remedy, unknown
from machines.rungs import midnight
from rules.due import compute_due
from rules.periods import Period, shanghai_date
from rules.statutes import statutory
from rules.view import World

NOTICE: Final = "public_notice"
SERVED: Final = "served"
_NAMED: Final = ("document", "to", "channel")


@dataclass(frozen=True, slots=True)
class Channel:
    """What a way of delivery must state besides document, party and channel, and what it can."""

    needs: tuple[str, ...]
    may: tuple[str, ...]
    article: str


CHANNELS: Final[dict[str, Channel]] = {
    "in_person": Channel(
        (), ("served_on", "signed_by", "refused_to_sign", "witness", "reference"),
        "民事诉讼法88",
    ),
    "electronic": Channel((), ("served_on", "system", "reference"), "民事诉讼法90"),
    "post": Channel(("reference",), ("served_on",), "民事诉讼法91"),
    NOTICE: Channel(("reference",), ("published_on", "reason"), "民事诉讼法95"),
}  # fmt: skip
"""Channel -> its rules."""


def serve(remedy: Remedy) -> Occurrence | Refused:
    """Records a delivery. Complete, it may start the party's clock; a public notice does so only
    when its period has run out, by a rung of its own."""
    refused = _document_and_party(remedy) or _facts_of_channel(remedy)
    if refused is not None:
        return refused
    channel = remedy.fact("channel")
    name = "published_on" if channel == NOTICE else "served_on"
    when = _when(remedy, name)
    if isinstance(when, Refused):
        return when
    proof = _proof(remedy, name)
    service = Service(
        n=len(remedy.case.services) + 1, document=remedy.fact("document"), to=remedy.fact("to"),
        channel=channel, status="served", on=shanghai_date(when), recorded_at=remedy.base.at,
        by=remedy.base.actor.user, proof=proof, served_at=when,
    )  # fmt: skip
    now = replace(remedy.base, happened_at=when)
    if channel == NOTICE:
        service = _published(service, remedy.world)
        return _marked(now, service, keys=())
    return _marked(now, service, keys=("serve", service.key))


def record_failed_service(remedy: Remedy) -> Occurrence | Refused:
    """Records a delivery that did not succeed: no clock starts, an officer has to try again."""
    refused = _document_and_party(remedy)
    if refused is not None:
        return refused
    when = _when(remedy, "attempted")
    if isinstance(when, Refused):
        return when
    service = Service(
        n=len(remedy.case.services) + 1, document=remedy.fact("document"), to=remedy.fact("to"),
        channel=remedy.fact("channel"), status="failed", on=shanghai_date(when),
        recorded_at=remedy.base.at, by=remedy.base.actor.user, proof=_proof(remedy, "attempted"),
    )  # fmt: skip
    return _marked(replace(remedy.base, happened_at=when), service, keys=())


def completed(case: Case, because: Because, at: datetime, world: World) -> Occurrence:
    """A public notice has run out: the document is served, once, and clocks may start."""
    waiting = next(one for one in case.services if one.n == because.occurrence)
    assert waiting.runs_to is not None, "only a public notice waits"
    over = midnight(waiting.runs_to + timedelta(days=1))
    service = replace(waiting, status="served", served_at=over)
    now = Occurrence(
        kind="enforced", event="serve", at=at, happened_at=over, actor=ENGINE, because=because,
        facts={"document": service.document, "to": service.to, "channel": service.channel},
        marks={"facts": {}}, inputs=world.versions(), must_move=False,
    )  # fmt: skip
    return _marked(now, service, keys=("serve", service.key))


def _document_and_party(remedy: Remedy) -> Refused | None:
    """Whether there is such a document, issued already, and such a party."""
    name, to = remedy.fact("document"), remedy.fact("to")
    documents = remedy.compiled.definition.documents
    if name not in documents:
        return unknown("document", name, tuple(documents))
    parties = ("subject", *remedy.compiled.definition.parties)
    if to not in parties:
        return unknown("party", to, parties)
    spec = documents[name]
    if not spec.issued_by or any(event in remedy.case.happened for event in spec.issued_by):
        return None
    return Refused(
        "document_not_issued", f"“{spec.zh}”尚未作出，不能送达。",
        f"{name} has not been issued yet ({', '.join(spec.issued_by)})",
        spec.clauses[0] if spec.clauses else None,
    )  # fmt: skip


def _facts_of_channel(remedy: Remedy) -> Refused | None:
    """What the channel asks for is there, and nothing that belongs to another one."""
    name, stated = remedy.fact("channel"), remedy.base.facts
    channel = CHANNELS[name]
    needs = (*channel.needs, *(("witness",) if stated.get("refused_to_sign") is True else ()))
    missing = [fact for fact in needs if stated.get(fact) is None]
    if missing:
        return Refused(
            "fact_missing", f"以此方式送达须写明：{_labels(missing)}。",
            f"service {name.replace('_', ' ')} must state: {', '.join(missing)}",
            channel.article, {"missing": missing},
        )  # fmt: skip
    known = (*_NAMED, *channel.needs, *channel.may)
    strange = [fact for fact, value in stated.items() if fact not in known and value]
    if strange:
        return Refused(
            "fact_unfit", f"此送达方式不使用：{_labels(strange)}。",
            f"service {name.replace('_', ' ')} knows no {', '.join(strange)}; "
            f"it may state {', '.join((*channel.needs, *channel.may))}",
            channel.article, {"fact": strange[0], "known": list(known)},
        )  # fmt: skip
    return None


def _labels(names: list[str]) -> str:
    return "、".join(FACTS[name].zh for name in names)


def _when(remedy: Remedy, name: str) -> datetime | Refused:
    """The instant of a delivery, publication or attempt. A day that is named stands for its first
    instant after the issue; nothing is served before it is issued, nor in the future."""
    stated, now = remedy.day(name), remedy.base
    issued = issued_at(remedy.case, remedy.compiled.definition.documents[remedy.fact("document")])
    said = shanghai_date(now.happened_at)
    day = stated if stated is not None else said
    if day > remedy.today:
        return Refused("in_future", f"{day} 晚于今天。", f"{name} {day} lies after today")
    if stated is not None and now.happened_at < now.at and stated != said:
        return Refused(
            "fact_wrong", f"{name} 与 happened_at 不是同一天。",
            f"{name} ({stated}) and happened_at ({said}) name different days",
            context={"fact": name},
        )  # fmt: skip
    if day < shanghai_date(issued) or now.happened_at < issued:
        return Refused(
            "before_issue", f"{day} 早于文书作出之日（{shanghai_date(issued)}）。",
            f"{day} lies before the document was issued ({shanghai_date(issued)})",
        )  # fmt: skip
    return now.happened_at if day == said else max(midnight(day), issued)


def _proof(remedy: Remedy, day: str) -> dict[str, str]:
    """What was stated besides the names and the day, as it will be shown."""
    said = {k: v for k, v in remedy.base.facts.items() if k not in (*_NAMED, day)}
    return {k: ("true" if v is True else "false" if v is False else str(v))
            for k, v in said.items() if v is not None}  # fmt: skip


def _published(service: Service, world: World) -> Service:
    """A public notice with the last day of its period, by the number in force on its day."""
    parameter, number = statutory(world.parameters, "public_notice_days", service.on)
    assert isinstance(number.value, int), "a period in days"
    due = compute_due(service.on, Period("cd-noroll", number.value), world.calendar)
    source = {
        "parameter": parameter.name, "value": number.value, "unit": parameter.unit,
        "looked_up_on": service.on.isoformat(), "since": number.since.isoformat(),
        "clause": number.clause,
    }  # fmt: skip
    receipt = {**due.receipt, "source": source}
    return replace(service, status="waiting", runs_to=due.on, served_at=None, receipt=receipt)


def _marked(now: Occurrence, service: Service, *, keys: tuple[str, ...]) -> Occurrence:
    marks: dict[str, Any] = {**now.marks, "service": to_plain(service)}
    if not keys:
        marks["keys"] = []
    return replace(now, marks=marks, keys=keys)
