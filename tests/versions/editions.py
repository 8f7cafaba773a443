"""An invented permit in as many texts as a test wants: that of the folder, words replaced."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cases.casework import Casework, Doing, Opening
from cases.clock import FixedClock
from cases.identity import Identity
from cases.ports import Store
from machines.book import Rulebook, Workflow, load, workflows_folder
from machines.case import Party
from machines.rungs import SHANGHAI
from rules.working_days import load_calendar
from scheduler.enforcer import Enforcer

FOLDER = Path(__file__).parent / "permit"
FIRM = Party("enterprise", "虚构甲有限公司", "91999999MA0000001N")
APPLICANT = Identity("zhao", frozenset({"applicant"}), enterprise=FIRM.uscc)
OFFICER = Identity("qian", frozenset({"approval"}))
INSPECTOR = Identity("sun", frozenset({"supervision"}))
AUDITOR = Identity("audit", frozenset({"auditor"}))
FROM_JULY = ("version: {chosen_by: application}",
             "version: {chosen_by: application, in_force_from: 2025-07-01}")  # fmt: skip
Change = tuple[str, str]


def at(month: int, day: int, hour: int = 9) -> datetime:
    """An instant of 2025 in Shanghai."""
    return datetime(2025, month, day, hour, tzinfo=SHANGHAI)


def book(
    folder: Path, *changes: Change, numbers: tuple[Change, ...] = (), more: str = ""
) -> Rulebook:
    """A rulebook of the permit alone. `changes`: words of the text and what stands in their
    place; `numbers`: the same of the dated numbers; `more`: appended to these."""
    place = folder / "permit"
    shutil.copytree(FOLDER, place, dirs_exist_ok=True)
    shutil.copy(workflows_folder() / "roles.yaml", folder / "roles.yaml")
    for file, replaced in (("machine.yaml", changes), ("parameters.yaml", numbers)):
        text = (FOLDER / file).read_text(encoding="utf-8")
        for old, new in replaced:
            assert old in text, f"{file} does not say: {old}"
            text = text.replace(old, new)
        (place / file).write_text(text + (more if file == "parameters.yaml" else ""), "utf-8")
    return load(folder)


def permit(folder: Path, *changes: Change, **rest: Any) -> Workflow:
    """The permit in that text."""
    return book(folder, *changes, **rest).workflows["permit"]


def office(store: Store, texts: Rulebook, now: datetime) -> Casework:
    """The use cases with the texts of one release, at an instant."""
    return Casework(store, texts, load_calendar(), FixedClock(now))


def served(casework: Casework) -> Casework:
    """The same after its texts were kept, as at the start of a process."""
    with casework.store.unit() as unit:
        casework.texts.keep_own(unit, casework.clock.now(unit))
    return casework


def applied(casework: Casework, signed_on: str = "2025-05-20") -> str:
    """A case opened: its number."""
    opening = Opening("permit", FIRM, "yingkou", facts={"signed_on": signed_on})
    return str(casework.open(opening, APPLICANT).plain["id"])


def licensed(casework: Casework, signed_on: str = "2025-05-20") -> str:
    """A case whose permit is issued."""
    case_id = applied(casework, signed_on)
    casework.act(case_id, Doing("issue", documents={"form": None}), OFFICER)
    return case_id


def swept(store: Store, texts: Rulebook, *instants: datetime) -> None:
    """What the scheduler does at each of these instants."""
    for now in instants:
        with store.unit() as unit:  # a process that has beaten all the time
            unit.set_meta({"heartbeat": now.isoformat(), "hold": None})
        Enforcer(office(store, texts, now + timedelta(seconds=1))).sweep()


def definition_of(casework: Casework, case_id: str) -> str:
    """The hash of the text that governs a case."""
    return str(casework.look(case_id, AUDITOR).plain["definition"])
