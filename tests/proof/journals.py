"""Entries as the journal of a case gives them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cases.records import GENESIS, chain_hash
from machines.case import Entry
from machines.codec import canonical, to_plain


def journal_of(entries: Sequence[Entry], case_id: str = "case-1") -> list[dict[str, Any]]:
    """Entries as the journal of a case gives them, with their chain."""
    rows: list[dict[str, Any]] = []
    head = GENESIS
    for seq, entry in enumerate(entries, 1):
        body = canonical(to_plain(entry))
        before, head = head, chain_hash(head, case_id, seq, body)
        rows.append({"seq": seq, "hash": head, "prev_hash": before, **json.loads(body)})
    return rows
