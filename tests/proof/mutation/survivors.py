"""Mutants that nobody notices, and why that is so: `survivors.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.proof.mutation.record import Found

FILE = Path(__file__).with_name("survivors.yaml")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why some mutants are left: `where` is the workflow or module (a pattern), `what` the rest of
    the name (a pattern)."""

    where: re.Pattern[str]
    what: re.Pattern[str]
    why: str

    def covers(self, found: Found) -> bool:
        """Whether it speaks of this mutant."""
        rest = found.key.partition(" / ")[2]
        return bool(self.where.fullmatch(found.where) and self.what.search(rest))


def reasons() -> list[Reason]:
    """Every reason of the file."""
    plain = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return [Reason(re.compile(one["where"]), re.compile(one["what"]), one["why"]) for one in plain]


def explained(found: Iterable[Found], known: Iterable[Reason]) -> dict[str, str]:
    """The survivors for which there is a reason, with it."""
    every = list(known)
    told: dict[str, str] = {}
    for one in found:
        reason = next((r for r in every if not one.by and r.covers(one)), None)
        if reason is not None:
            told[one.key] = reason.why
    return told
