"""What a request may say: strict models with examples. Answers are in `api/answers.py`."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

CODE = "91999999MA0000001N"
ZONE = r"^[a-z][a-z0-9_]{0,49}$"


def _date(value: Any) -> Any:
    """A civil date, and not one of the numbers pydantic would read as one."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise PydanticCustomError("date_wrong", "must be a date such as 2025-02-28")


def _instant(value: Any) -> Any:
    try:
        if isinstance(value, str):
            read = datetime.fromisoformat(value)
            if read.utcoffset() is not None and 1900 <= read.year <= 9000:
                return read
    except ValueError:
        pass
    raise PydanticCustomError(
        "instant_without_offset",
        "must be a time with an offset such as 2025-02-28T10:00:00+08:00",
    )


Day = Annotated[date, BeforeValidator(_date)]
Instant = Annotated[datetime, BeforeValidator(_instant)]


class Body(BaseModel):
    """A request body: an unknown name is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PartyBody(Body):
    """Somebody a case is about. `uscc`: the unified social credit code, where the kind has one."""

    kind: str = Field(max_length=50, examples=["enterprise"])
    name: str = Field(max_length=200, examples=["虚构货运科技有限公司"])
    uscc: str | None = Field(None, max_length=50, examples=[CODE])
    ref: str | None = Field(None, max_length=200, description="another identifier, e.g. of a ship")


class OpeningBody(Body):
    """Opens a case. `zone`: the token's zone where it has one, else `yingkou`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "workflow": "network_freight",
                    "subject": {"kind": "enterprise", "uscc": CODE, "name": "虚构货运科技有限公司"},
                    "facts": {},
                }
            ]
        }
    )

    workflow: str = Field(max_length=100, examples=["network_freight"])
    subject: PartyBody
    parties: dict[str, PartyBody] = Field(default_factory=dict, max_length=50)
    facts: dict[str, Any] = Field(default_factory=dict)
    zone: str | None = Field(None, pattern=ZONE, examples=["yingkou"])


class EvidenceBody(Body):
    """Proof of an act recorded late: a receipt or postmark, confirmed by a second person."""

    reference: str = Field(min_length=1, max_length=200, examples=["EMS-1099"])
    confirmed_by: str = Field(min_length=1, max_length=200, examples=["officer-2"])


class ActBody(Body):
    """Acts on a case. The reserved fact `documents` lists the materials handed in: their ids, or
    `{id, sha256}` with the hash of the file."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "event": "supply_all",
                    "facts": {
                        "documents": [
                            "principal_exam_pass_certificate",
                            {"id": "safety_manager_exam_pass_certificate", "sha256": "0" * 64},
                        ]
                    },
                },
                {
                    "event": "commit",
                    "facts": {
                        "in_writing": True,
                        "notice_known": True,
                        "six_months_promised": True,
                        "supervision_accepted": True,
                    },
                },
            ]
        }
    )

    event: str = Field(min_length=1, max_length=100)
    facts: dict[str, Any] = Field(default_factory=dict)
    happened_at: Instant | None = Field(
        None, description="when it really happened, if earlier than now; with an offset"
    )
    evidence: EvidenceBody | None = None
    channel: Literal["online", "counter", "post"] = Field(
        "online",
        description="how the act came in: on the last day an online act is in time until 24:00, "
        "one at a counter until it closes, a posted one by its postmark (`happened_at` with "
        "`evidence`)",
    )


class HandedInBody(Body):
    """A material handed in, with the sha256 of its file."""

    id: str = Field(min_length=1, max_length=100)
    sha256: str | None = Field(None, pattern=r"^[0-9a-f]{64}$")


class SettingBody(Body):
    """Sets a number that the text leaves to the zone, from a date on."""

    path: str = Field(max_length=200, examples=["labour_dispatch.check_working_days"])
    value: int = Field(strict=True, ge=1, le=100_000, examples=[20])
    since: Day = Field(examples=["2025-01-02"])
    basis: str = Field(min_length=1, max_length=1000, examples=["营自贸发〔2025〕1号"])
    confirmed_by: str = Field(min_length=1, max_length=200, examples=["supervisor-2"])
    zone: str | None = Field(None, pattern=ZONE, examples=["yingkou"])


class SuccessorBody(Body):
    """The enterprise that takes over after a merger."""

    uscc: str = Field(max_length=50, examples=["91999999MA0000002R"])
    name: str = Field(min_length=1, max_length=200, examples=["虚构货运集团有限公司"])


class ChangeBody(Body):
    """What became of an enterprise: `rename` with `name`, `merger` with `successor`, or
    `deregistration` with neither. `on`: the day of the register; `paper`: its document."""

    kind: Literal["rename", "merger", "deregistration"] = Field(examples=["rename"])
    name: str | None = Field(None, min_length=1, max_length=200, examples=["虚构物流有限公司"])
    successor: SuccessorBody | None = None
    on: Day = Field(examples=["2025-01-02"])
    paper: str = Field(min_length=1, max_length=200, examples=["（营）登字〔2025〕第1号"])
    confirmed_by: str = Field(min_length=1, max_length=200, examples=["registry-2"])


class ReleaseBody(Body):
    """Confirms that adverse enforcement may go on: all of it, or what one `brake` holds (its name
    as `GET /v1/enforcement` gives it: zone/workflow/consequence)."""

    brake: str | None = Field(
        None, max_length=300, examples=["yingkou/network_freight/revoke_for_breach"]
    )
    reason: str = Field(
        min_length=1, max_length=1000, examples=["停机为计划内维护，已核对待执行清单"]
    )


class OutageBody(Body):
    """An outage of the office: `from` an instant up to another (`to`), both past; every Shanghai
    day it touched does not count. `zone`: of one zone alone; unset, of the token's zone or of
    all."""

    from_at: Instant = Field(alias="from", examples=["2025-03-10T00:00:00+08:00"])
    to_at: Instant = Field(alias="to", examples=["2025-03-13T00:00:00+08:00"])
    reason: str = Field(min_length=1, max_length=1000, examples=["机房断电"])
    confirmed_by: str = Field(min_length=1, max_length=200, examples=["supervisor-2"])
    zone: str | None = Field(None, pattern=ZONE, examples=["yingkou"])


class ClockBody(Body):
    """Moves the sandbox clock: `advance` by an ISO 8601 duration (months by the law of periods),
    or `to` a date (nine in the morning) or an instant with an offset."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"advance": "P6M"}, {"to": "2025-05-01"}]}
    )

    advance: str | None = Field(None, max_length=50, examples=["P6M", "P30D", "PT12H"])
    to: Day | Instant | None = Field(None, examples=["2025-05-01", "2025-05-01T17:00:00+08:00"])

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.advance is None) == (self.to is None):
            raise PydanticCustomError("one_of_both", "say either `advance` or `to`")
        return self
