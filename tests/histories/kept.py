"""The histories on disk: read, written once, and their index."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cases.records import GENESIS, chain_hash
from machines.book import hash_of
from machines.case import Case, Entry
from machines.codec import canonical, from_plain, to_plain

HERE = Path(__file__).parent
JOURNALS, TEXTS, INDEX = HERE / "journals", HERE / "texts", HERE / "index.json"
CHAIN = ("seq", "hash", "prev_hash")


@dataclass(frozen=True)
class History:
    """One case: its journal as anybody may export it, and what it led to."""

    name: str
    workflow: str
    journal: Sequence[dict[str, Any]]
    state: dict[str, Any]
    ends: dict[str, Any]

    @property
    def entries(self) -> list[Entry]:
        """The entries as values."""
        return [
            from_plain(Entry, {name: value for name, value in one.items() if name not in CHAIN})
            for one in self.journal
        ]

    @property
    def definitions(self) -> list[str]:
        """The texts that governed it, one after the other."""
        moved = [one["marks"]["migration"]["to"] for one in self.journal
                 if one["kind"] == "migrated"]  # fmt: skip
        return [self.journal[0]["marks"]["opens"]["definition"], *moved]


def histories() -> list[History]:
    """Every one, by name."""
    return [
        History(file.stem, **json.loads(file.read_text(encoding="utf-8")))
        for file in sorted(JOURNALS.glob("*.json"))
    ]


def text_of(text_hash: str) -> str:
    """A definition as it was."""
    return (TEXTS / f"{text_hash}.yaml").read_text(encoding="utf-8")


def hashes() -> dict[str, str]:
    """Every file with its sha256."""
    files = (*JOURNALS.glob("*.json"), *TEXTS.glob("*.yaml"))
    return {
        f"{file.parent.name}/{file.name}": hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(files)
    }


def chained(entries: Iterable[Entry], case_id: str) -> list[dict[str, Any]]:
    """Entries with their hashes."""
    rows, head = [], GENESIS
    for seq, entry in enumerate(entries, 1):
        body = canonical(to_plain(entry))
        before, head = head, chain_hash(head, case_id, seq, body)
        rows.append({"seq": seq, "hash": head, "prev_hash": before, **json.loads(body)})
    return rows


def outcome(case: Case, *, closed: bool, settled: bool) -> dict[str, Any]:
    """What a reader should see at a glance; the whole state stands beside it."""
    return {
        "tracks": dict(sorted(case.tracks.items())),
        "licences": {name: one.status for name, one in sorted(case.licences.items())},
        "duties": [
            [duty.obligation, duty.occurrence, duty.status, str(duty.due.on or ""),
             str(duty.due.enforceable_from or ""), str(duty.missed_on or "")]
            for duty in case.duties
        ],
        "closed": closed,
        "settled": settled,
    }  # fmt: skip


def write(history: History, texts: Iterable[str]) -> None:
    """Writes a new one. Raises FileExistsError for a name that is taken."""
    for text in texts:
        file = TEXTS / f"{hash_of(text)}.yaml"
        if not file.exists():
            file.write_text(text, encoding="utf-8")
    lines = ",\n".join(json.dumps(one, ensure_ascii=False, sort_keys=True)
                       for one in history.journal)  # fmt: skip
    rest = {"workflow": history.workflow, "ends": history.ends, "state": history.state}
    head = json.dumps(rest, ensure_ascii=False, sort_keys=True, indent=None)
    with (JOURNALS / f"{history.name}.json").open("x", encoding="utf-8") as out:
        out.write(f'{head[:-1]}, "journal": [\n{lines}\n]}}\n')
    INDEX.write_text(json.dumps(hashes(), indent=1, sort_keys=True) + "\n", encoding="utf-8")
