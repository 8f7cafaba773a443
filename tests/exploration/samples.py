"""A small sound reform in which faults are seeded, and how it is walked."""

from pathlib import Path

from machines.book import (
    Workflow,
    load_workflow,
    parameters_of,
    read_roles,
    rulebook,
    workflows_folder,
)
from machines.exploration.examine import Explored, explore, register_of
from machines.exploration.property import Register
from machines.lists import ListFile
from rules.working_days import load_calendar

HOME = Path(__file__).parent / "sample"
BOOK = rulebook()
CALENDAR = load_calendar()


def lists(way_out: str | None = "sample") -> ListFile:
    """The lists as they are, but that one leaves the black one by the sample."""
    black = BOOK.lists.find("black")
    assert black is not None
    out = black.way_out.model_copy(update={"workflow": way_out})
    own = black.model_copy(update={"way_out": out})
    every = tuple(own if one.id == "black" else one for one in BOOK.lists.lists)
    return BOOK.lists.model_copy(update={"lists": every})


def sample(folder: Path, *changes: tuple[str, str]) -> Workflow:
    """The sample with passages changed, each of which stands in it once."""
    here = folder / "sample"
    here.mkdir(parents=True)
    for file in HOME.glob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        for old, new in changes if file.stem == "machine" else ():
            assert text.count(old) == 1, f"{old!r} stands there {text.count(old)} times"
            text = text.replace(old, new)
        (here / file.name).write_text(text, encoding="utf-8")
    return load_workflow(here, read_roles(workflows_folder()), None, lists())


def walked(workflow: Workflow, register: Register | None = None) -> Explored:
    """The sample walked whole."""
    known = register or register_of(lists(), [workflow])
    return explore(workflow, CALENDAR, parameters_of([workflow]), None, known)
