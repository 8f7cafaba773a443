"""The plain record of a case: the entries of its journal, their chain, and what had happened when.

An entry is a JSON object as `GET /v1/cases/{id}/journal` gives it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from simulation.auditor.counting import day_of
from simulation.auditor.days import NotDerivable

Plain = Mapping[str, Any]
Key = tuple[str, int]
Verdict = Literal["agree", "differ", "not derivable"]
CHAIN = ("seq", "hash", "prev_hash")
IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing the record says, held against its derivation. `seq`: the entry; `about`: a duty
    with its occurrence, a licence, the journal; `why`: what is missing, where something is."""

    seq: int
    about: str
    name: str
    recorded: str | None
    derived: str | None
    verdict: Verdict
    why: str = ""


def held(seq: int, about: str, name: str, recorded: Any, derived: Any) -> Line:
    """The verdict on one value. Instants are compared as instants, everything else as text."""
    said, found = _text(recorded), _text(derived)
    same = said == found or _instant(said) == _instant(found) is not None
    return Line(seq, about, name, said, found, "agree" if same else "differ")


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value.isoformat() if isinstance(value, date) else value)


def _instant(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def chain(case_id: str, entries: Sequence[Plain]) -> Iterator[Line]:
    """The hashes of a journal: each over the hash before it, the case, its number and its text."""
    head = "0" * 64
    for place, entry in enumerate(entries, 1):
        seq = int(entry["seq"])
        body = {name: value for name, value in entry.items() if name not in CHAIN}
        text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        whole = f"{entry['prev_hash']}\n{case_id}\n{seq}\n{text}"
        yield held(place, "journal", "seq", seq, place)
        yield held(place, "journal", "prev_hash", entry["prev_hash"], head)
        found = hashlib.sha256(whole.encode()).hexdigest()
        yield held(place, "journal", "hash", entry["hash"], found)
        head = str(entry["hash"])


@dataclass
class Past:
    """What had happened up to an entry: by event the instant, and when it was put on record if
    that was later; by fact the value."""

    case_id: str
    opened_on: date
    happened: dict[str, datetime] = field(default_factory=dict)
    noted: dict[str, datetime] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def before(cls, opening: Plain) -> Past:
        """A case about to be opened. A licence that is imported counts as opened on its issue: the
        numbers of that day govern it. Raises NotDerivable for an entry that opens nothing."""
        try:
            opened_on = day_of(datetime.fromisoformat(opening["happened_at"]))
            return cls(str(opening["marks"]["opens"]["id"]), opened_on)
        except KeyError as missing:
            raise NotDerivable(f"the opening of the case ({missing} of its first entry)") from None

    def take(self, entry: Plain) -> None:
        """One entry more."""
        marks = entry.get("marks", {})
        for name in keys_of(entry):
            self.happened[name] = happened(entry)
            self.noted[name] = recorded(entry)
        self.facts.update(marks.get("facts", entry.get("facts", {})))


def keys_of(entry: Plain) -> list[str]:
    """The names under which an entry counts as having happened."""
    names: list[str] = entry.get("marks", {}).get("keys", [entry["event"]])
    return names


def happened(entry: Plain) -> datetime:
    """When an act happened."""
    return datetime.fromisoformat(entry["happened_at"])


def recorded(entry: Plain) -> datetime:
    """When it was recorded; an adverse act takes effect then."""
    return datetime.fromisoformat(entry["at"])


def key_of(duty: Plain) -> Key:
    """Obligation and occurrence."""
    return str(duty["obligation"]), int(duty["occurrence"])
