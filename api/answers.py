"""What an answer looks like: the models behind the documented responses.

Answers are written as plain JSON; the tests hold every one of them against these models."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas import CODE

Json = dict[str, Any]
Side = Literal["applicant", "authority", "third_party", "nobody"]


class Answer(BaseModel):
    """An answer says what is here and nothing else."""

    model_config = ConfigDict(extra="forbid")


class Bilingual(Answer):
    """The same words in both languages."""

    zh: str
    en: str


class ProblemAnswer(BaseModel):
    """RFC 9457. `reason` is a stable code, `clause` the clause that forbids, `rule` the rule of the
    engine or the law where none does; a refusal may carry more members (`missing`, `possible`,
    `obligation`, ...)."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:chengnuo:problem:late",
                    "title": "依规不能办理",
                    "status": 409,
                    "detail": "“补齐承诺补充材料”的期限已于 2025-07-02 届满；案件未改变。",
                    "reason": "late",
                    "clause": "9.24",
                    "instance": "/v1/cases/20250102-1a2b3c4d/events",
                    "obligation": "supply_promised_materials",
                    "due_on": "2025-07-02",
                }
            ]
        },
    )

    type: str
    title: str
    status: int
    detail: str
    reason: str
    instance: str
    clause: str | None = None


class PartyAnswer(Answer):
    """Somebody a case is about."""

    kind: str
    name: str
    uscc: str | None = Field(None, examples=[CODE])
    ref: str | None = None


class DueAnswer(Answer):
    """By when. `on` is the estimate while provisional; `enforceable_from` the first day of an
    adverse act."""

    kind: Literal["firm", "provisional", "event", "given", "standing", "none"]
    on: date | None = None
    at: datetime | None = None
    opens_on: date | None = None
    earliest: date | None = None
    latest: date | None = None
    told_on: date | None = None
    enforceable_from: date | None = None
    event: str | None = None


class ObligationAnswer(Answer):
    """One occurrence of an obligation. `receipt`: how the date was counted; `held`: it can go on
    only once more of the calendar is published."""

    id: str
    occurrence: int
    bearer: str | None
    side: Side | None
    due: DueAnswer
    status: Literal["open", "filed", "met", "missed", "waived", "suspended"]
    missed_on: date | None
    acted_at: datetime | None
    receipt: Json
    zh: str
    en: str
    clauses: list[str]
    pauses: list[Json]
    extensions: list[Json]
    request: Json | None
    bearer_label: Bilingual | None = None
    on_miss: Json | None = None
    held: Literal["AWAITING_CALENDAR"] | None = None


class DiaryLine(ObligationAnswer):
    """An obligation with the case it belongs to. `urgency`, `working_days_left` (below nothing:
    passed since): by its earliest day; null without a date, handed in, or resting."""

    case: str
    workflow: str
    zone: str
    subject: PartyAnswer
    urgency: Literal["overdue", "today", "week", "later"] | None
    working_days_left: int | None


class ServiceAnswer(Bilingual):
    """One delivery of a document, with its proof. `on`: the day of the receipt, arrival,
    publication or attempt; `served_on`: the day of service, once it is complete; `runs_to`: the
    last day of the period of a public notice."""

    n: int
    document: str
    to: str
    to_label: Bilingual
    channel: Literal["in_person", "electronic", "post", "public_notice"]
    channel_label: Bilingual
    status: Literal["served", "waiting", "failed"]
    on: date
    served_on: date | None
    runs_to: date | None
    recorded_at: datetime
    by: str
    proof: dict[str, str]
    receipt: Json


class DeliveryLine(Bilingual):
    """A document towards one party (`to` null: nobody in particular). `since`: when its state
    began; `last`: the delivery the state rests on; `attempts`: all since the issue."""

    case: str
    workflow: str
    zone: str
    subject: PartyAnswer
    document: str
    to: str | None
    state: Literal["failed", "waiting", "served"]
    since: datetime
    clauses: list[str]
    last: ServiceAnswer | None
    attempts: list[ServiceAnswer]


class DeliveryPage(Answer):
    """A page of documents; `next` is the address of the next one."""

    items: list[DeliveryLine]
    next: str | None


class Available(Answer):
    """An event that can happen now, in which role, and the JSON Schema of its facts."""

    event: str
    role: str
    facts_schema: Json
    clauses: list[str]
    zh: str
    en: str


class Blocked(Answer):
    """An event that cannot happen now, and why."""

    event: str
    role: str
    reason: str
    clause: str | None
    rule: Bilingual | None
    detail: Bilingual
    zh: str
    en: str


class CaseAnswer(Answer):
    """A case as its caller may see it."""

    id: str = Field(examples=["20250102-1a2b3c4d"])
    version: int
    workflow: str = Field(examples=["network_freight"])
    definition: str
    zone: str
    subject: PartyAnswer
    parties: dict[str, PartyAnswer]
    facts: Json
    tracks: dict[str, str] = Field(examples=[{"main": "licensed_provisional"}])
    labels: dict[str, Bilingual]
    settled: bool
    closed: bool
    ended: str | None
    stayed: str | None
    held: Literal["AWAITING_CALENDAR"] | None
    first_asked: str | None
    opened_at: datetime
    licences: list[Json]
    obligations: list[ObligationAnswer]
    timers: list[ObligationAnswer]
    documents: list[Json]
    materials: dict[str, list[Json]]
    services: list[ServiceAnswer]
    targets: list[Json]
    restrictions: list[Json]
    privileges: list[Json]
    parent: str | None
    linked: dict[str, list[str]]
    available: list[Available]
    blocked: list[Blocked]


class NextDue(Bilingual):
    """The running duty with the earliest date."""

    id: str
    on: date
    bearer: str


class CaseLine(Answer):
    """A case in a list."""

    id: str
    version: int
    workflow: str
    title: Bilingual
    definition: str
    zone: str
    subject: PartyAnswer
    parties: dict[str, PartyAnswer]
    tracks: dict[str, str]
    labels: dict[str, Bilingual]
    settled: bool
    closed: bool
    opened_at: datetime
    updated_at: datetime
    next_due: NextDue | None


class CasePage(Answer):
    """A page of cases; `next` is the address of the next one."""

    items: list[CaseLine]
    next: str | None


class DiaryPage(Answer):
    """A page of the diary, by earliest due date."""

    items: list[DiaryLine]
    next: str | None


class JournalEntry(BaseModel):
    """One entry: `hash` covers `prev_hash`, the case, `seq` and the rest of the entry."""

    model_config = ConfigDict(extra="allow")

    seq: int
    hash: str
    prev_hash: str
    kind: Literal["opened", "act", "automatic", "enforced", "recounted", "migrated"]
    event: str
    at: datetime
    happened_at: datetime
    actor: Json


class ExplainedEntry(Answer):
    """Why an entry was written without anybody acting: the sentence, its clauses, and the rule of
    the engine it came by. It is computed, and no part of what `hash` covers."""

    seq: int
    zh: str
    en: str
    clauses: list[str]
    rule: Bilingual


class JournalAnswer(Answer):
    """The journal of a case, in order; its automatic entries explained."""

    case: str
    items: list[JournalEntry]
    explained: list[ExplainedEntry]
