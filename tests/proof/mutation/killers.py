"""Who can notice a mutant: the stories of the reforms with the independent auditor, the lists of
powers and duties, the tests of a module."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
import yaml

from machines.book import Rulebook, rulebook
from rules.working_days import CALENDARS, Calendar, load_calendar
from simulation.auditor import Almanacs, audit
from tests.powers.listed import FOLDER, PARTS, powers_of
from tests.proof.journals import journal_of
from tests.proof.mutation.apart import Verdict
from tests.proof.mutation.heart import (
    HeartMutant,
    Live,
    Planted,
    Reach,
    heart_mutants,
)
from tests.proof.mutation.texts import Mutant, Refused, made
from tests.scenarios.runner import Scenario, judge, play, scenarios

NOBODY: Verdict = ("", "")
TESTS: Mapping[str, tuple[str, ...]] = {
    "machines.suspension": ("tests/machines/test_suspension.py",),
    "machines.extension": ("tests/machines/test_extension.py",),
    "machines.service": ("tests/machines/test_service.py",),
    "machines.notices": ("tests/machines/test_service.py",),
    "machines.late_record": ("tests/machines/test_late_records.py",),
    "machines.acknowledgement": ("tests/recount/test_reviews.py",),
    "machines": ("tests/machines/test_step.py", "tests/machines/test_order.py",
                 "tests/machines/test_in_time.py",
                 "tests/machines/test_suspension.py", "tests/machines/test_extension.py",
                 "tests/machines/test_late_records.py", "tests/machines/test_service.py",
                 "tests/scheduler/test_undoing.py"),
    "rules.draws": ("tests/rules/test_draws.py",),
    "rules.draw_guards": ("tests/rules/test_draws.py",),
    "rules.credit": ("tests/rules/test_credit.py", "tests/rules/test_credit_guards.py"),
    "rules.credit_guards": ("tests/rules/test_credit_guards.py",),
    "rules.restriction_guards": ("tests/rules/test_credit_guards.py", "tests/rules/test_guards.py"),
    "rules.office_hours": ("tests/rules/test_office_hours.py",),
    "rules": ("tests/rules/test_guards.py", "tests/rules/test_deadlines.py",
              "tests/rules/test_periods.py", "tests/rules/test_due_laws.py",
              "tests/rules/test_receipts.py", "tests/rules/test_unpublished_years.py"),
}  # fmt: skip
"""The tests of a module where it has its own, else of its floor; each module's own come first."""


@dataclass
class Stories:
    """All stories by workflow, those first that noticed something last. For one mutant of the heart
    at most so many are played (`most`), of so many chosen by chance (`among`, 0: of all); then
    its tests, unless not `tests`."""

    most: int
    seed: int
    among: int = 0
    tests: bool = True
    book: Rulebook = field(default_factory=rulebook)
    calendar: Calendar = field(default_factory=load_calendar)
    of: dict[str, list[Scenario]] = field(default_factory=dict)
    reached: dict[Planted, list[Scenario]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.almanacs = Almanacs(CALENDARS)
        for one in scenarios():
            self.of.setdefault(one.workflow, []).append(one)

    def noticed(self, one: Scenario, book: Rulebook) -> Verdict:
        """Whether a story ends otherwise than it should, or the auditor counts otherwise."""
        try:
            stage = play(book, self.calendar, one)
            judge(stage)
        except Exception as error:
            return ("story", f"{one.workflow}: {one.name}: {str(error)[:80]}")
        if stage.case is None:
            return NOBODY
        try:
            found = audit(journal_of(stage.entries, stage.case.id), self.almanacs).findings
            findings = [str(one) for one in found]
        except Exception as error:
            findings = [str(error)]
        return (
            ("auditor", f"{one.workflow}: {one.name}: {findings[0]}"[:160]) if findings else NOBODY
        )

    def first(self, stories: Iterable[Scenario], book: Rulebook) -> Verdict:
        """The first of some stories to notice something."""
        found = (self.noticed(one, book) for one in stories)
        return next((verdict for verdict in found if verdict != NOBODY), NOBODY)

    def promote(self, stories: list[Scenario], what: str) -> None:
        """Who noticed this may notice the next."""
        for place, one in enumerate(stories):
            if what.startswith(f"{one.workflow}: {one.name}:"):
                stories.insert(0, stories.pop(place))
                return

    def tried(self, mutant: Mutant | HeartMutant) -> list[Scenario]:
        """The stories that are played for a mutant."""
        if isinstance(mutant, Mutant):
            return self.of[mutant.workflow]
        return self.reached[mutant.function]

    def text(self, mutant: Mutant) -> Verdict:
        """Who notices a mutant of a definition: the reader, the check, a story, the list of powers
        and duties."""
        try:
            book = made(self.book, mutant)
        except Refused as refused:
            return refused.by, refused.why[:160]
        verdict = self.first(self.of[mutant.workflow], book)
        return listed(book, mutant.workflow) if verdict == NOBODY else verdict

    def look_around(self, modules: Sequence[str]) -> None:
        """Finds out which stories come to which functions, some of each chosen by chance; every
        story must end as it should."""
        files = {str(one.file) for one in heart_mutants(modules, self.seed)}
        luck = random.Random(self.seed)
        every = [one for of in self.of.values() for one in of]
        luck.shuffle(every)
        for one in every[: self.among or None]:
            with Reach(files) as reach:
                assert self.noticed(one, self.book) == NOBODY, one.name
            for function in reach.entered:
                self.reached.setdefault(function, []).append(one)
        self.live = Live()

    def heart(self, mutant: HeartMutant) -> Verdict:
        """Who notices a mutant of the heart: a story that comes to its function, else a test."""
        stories = self.reached.get(mutant.function, [])[: self.most]
        self.live.plant(mutant)
        verdict = self.first(stories, self.book)
        return tested(mutant.module) if verdict == NOBODY and self.tests else verdict


def listed(book: Rulebook, key: str) -> Verdict:
    """Whether the list of powers and duties of a workflow says otherwise."""
    said = yaml.safe_load((FOLDER / f"{key}.yaml").read_text(encoding="utf-8"))
    found = powers_of(book.workflows[key].compiled)
    for part in PARTS:
        for name, wanted in said[part].items():
            if found[part].get(name) != wanted:
                return ("list", f"{part}: {name}: {found[part].get(name)}"[:160])
    return NOBODY


class _Failed:
    """The first test that fails."""

    def __init__(self) -> None:
        self.name = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.name:
            self.name = report.nodeid


def tested(module: str) -> Verdict:
    """Runs the tests of a module in this process, up to the first that fails."""
    floor = module.partition(".")[0]
    files = list(dict.fromkeys([*TESTS.get(module, ()), *TESTS[floor]]))
    ear = _Failed()
    quiet = ["-x", "-q", "-p", "no:cacheprovider"]
    quiet += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # much is imported already
    ended = pytest.main([*quiet, *files], [ear])
    if ended == pytest.ExitCode.OK:
        return NOBODY
    return ("test", ear.name or f"pytest ended with {ended}")
