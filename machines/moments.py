"""The words for when: moments of a case, the start of a period, its end, and how it is counted."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, model_validator

from machines.defects import Wrong
from machines.words import GuardRef, Name, Strict


class EventRef(Strict):
    """A moment in a case: an event, or the service of a document on a party; `when` narrows it to
    acts after which the guards hold."""

    event: Name | None = None
    serve: Name | None = None
    to: Name | None = None
    when: tuple[GuardRef, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_name(cls, data: Any) -> Any:
        return {"event": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _event_or_service(self) -> Self:
        if (self.event is None) == (self.serve is None) or (self.serve is None) != (
            self.to is None
        ):
            raise Wrong("event_or_service")
        return self

    @property
    def key(self) -> str:
        """The name under which a case remembers when this happened."""
        return self.event if self.event is not None else f"serve:{self.serve}:{self.to}"


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


EventRefs = Annotated[
    tuple[EventRef, ...],
    BeforeValidator(_listed, json_schema_input_type=EventRef | tuple[EventRef, ...]),
]


class Start(Strict):
    """When a period begins: an event, or the earliest or latest of several. `counted_from`: the
    event arms the duty, but its period counts from when this other event happened."""

    earliest: EventRefs = ()
    latest: EventRefs = ()
    counted_from: Name | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_event(cls, data: Any) -> Any:
        if isinstance(data, dict) and ("earliest" in data or "latest" in data):
            return data
        if isinstance(data, dict) and "counted_from" in data:
            own = dict(data)
            return {"counted_from": own.pop("counted_from"), "earliest": (own,)}
        return {"earliest": (data,)}

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if bool(self.earliest) == bool(self.latest):
            raise Wrong("start_one_kind")
        return self

    @property
    def refs(self) -> EventRefs:
        """All the moments that matter for the start."""
        return self.earliest or self.latest


class Due(Strict):
    """By when. Exactly one of the words of the vocabulary; none of them is a number."""

    parameter: Name | None = None  # a dated parameter of the reform
    unset: Name | None = None  # a zone setting that must exist before a case may open
    given: Name | None = None  # the fact of the act that states the date
    before: Name | None = None  # an event, or another obligation
    opens: Name | None = None  # a window: parameters for its first and last day
    closes: Name | None = None
    word: Literal["immediate", "standing", "none"] | None = None
    until: Name | None = None  # a standing duty ends with this event

    @model_validator(mode="before")
    @classmethod
    def _from_word(cls, data: Any) -> Any:
        return {"word": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        said = [
            name
            for name in ("parameter", "unset", "given", "before", "closes", "word")
            if getattr(self, name) is not None
        ]
        if len(said) != 1:
            raise Wrong("due_one_word", said=", ".join(said) or ("没有写", "nothing"))
        if (self.opens is None) != (self.closes is None):
            raise Wrong("window_half")
        if self.until is not None and self.word != "standing":
            raise Wrong("until_misplaced")
        return self


class Counting(Strict):
    """How the days are counted; nothing here has a default, because every one moves a date."""

    starts_at: Literal["decision", "service", "receipt", "event"]
    ends_at: Literal["end_of_day", "close_of_business", "instant"]
    roll: Literal["next_working_day", "none"]
    calendar: Literal["national"]
    in_force_on: Name  # the event whose date selects the parameter's value, or `start`


def require_counting(due: Due, counting: Counting | None) -> None:
    """Raises Wrong unless a counted period, and only one, says how it is counted."""
    counted = bool(due.parameter or due.unset or due.given or due.closes)
    if counted and counting is None:
        raise Wrong("counting_missing")
    if not counted and counting is not None:
        raise Wrong("counting_misplaced")
