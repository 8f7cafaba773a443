"""The demonstration zone: its accounts with fixed tokens, and the cases it opens with.

A sandbox only: the tokens are public. Every number the texts leave to the zone is set to its
assumed value and marked so. The cases are told forward to the sandbox's first day, so that some
are due soon, some overdue, some ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from api.service import Service
from api.stage import StoryBroken, Telling, tell
from api.stories import (
    BUILDER,
    BUILDER_2,
    DISPATCH,
    FALSE_ADDRESS,
    FILED_ON_THE_LAST_DAY,
    FREIGHT,
    FREIGHT_2,
    FREIGHT_3,
    FREIGHT_4,
    MATERIALS_LATE,
    NOT_CORRECTED,
    OWED_SOON,
    PREPARER,
    REAL_FREIGHT,
    REVISION_RUNS_OUT,
    SAME_DAY,
    SIX_MONTHS_MISSED,
    SUPPLIED,
    WAITING_FOR_DECISION,
)
from cases.clock import SANDBOX_START
from cases.errors import Misused
from cases.identity import Identity, keep_token
from cases.ports import Unit
from cases.settings import declared, set_setting
from machines.book import Rulebook, rulebook
from machines.case import Party
from machines.rungs import midnight
from rules.credit_code import check_character

ZONE = "yingkou"
OPENED_ON = date(2017, 4, 10)  # the area was opened; settings apply from then on
EARLIEST_START = date(2021, 1, 4)  # the stories reach a year back, into dated parameters and days


@dataclass(frozen=True, slots=True)
class Account:
    """A ready-made sign-in. `enterprise`: the credit code an applicant acts for; officers see
    their zone, overseers every zone."""

    user: str
    zh: str
    en: str
    roles: tuple[str, ...]
    enterprise: str | None = None

    @property
    def token(self) -> str:
        """Readable and fixed: for sandboxes only."""
        return f"sandbox-{self.user}"

    @property
    def identity(self) -> Identity:
        """Who acts when this token is shown."""
        zone = None if set(self.roles) & {"admin", "auditor", "analyst"} else ZONE
        return Identity(self.user, frozenset(self.roles), zone, self.enterprise)


def _applicant(user: str, party: Party) -> Account:
    return Account(user, party.name, "applicant", ("applicant",), party.uscc)


_NAMED: tuple[Account, ...] = (
    Account("approval", "审批人员甲", "approval officer", ("approval",)),
    Account("approval-2", "审批人员乙", "second approval officer", ("approval",)),
    Account("review", "审核人员", "review officer", ("review",)),
    Account("supervision", "监管人员", "supervision officer", ("supervision",)),
    Account("enforcement", "执法人员", "enforcement officer", ("enforcement",)),
    Account("registry", "登记人员", "registry officer", ("registry",)),
    Account("real_estate", "不动产部门人员", "real-estate officer", ("real_estate",)),
    Account("information_supervision", "信息监管人员", "information supervision",
            ("information_supervision",)),
    Account("management", "管理部门人员", "management officer", ("management",)),
    Account("supervisor", "督查人员", "superior", ("supervisor",)),
    Account("admin", "系统管理员", "administrator", ("admin",)),
    Account("auditor", "审计人员", "auditor", ("auditor",)),
    Account("analyst", "政策分析人员", "policy analyst", ("analyst",)),
    _applicant("applicant", FREIGHT),
    _applicant("applicant-2", FREIGHT_2),
    _applicant("applicant-3", BUILDER),
    _applicant("applicant-4", BUILDER_2),
    _applicant("applicant-5", DISPATCH),
    _applicant("applicant-6", FREIGHT_4),
    _applicant("applicant-7", FREIGHT_3),
    _applicant("applicant-real", REAL_FREIGHT),
    Account("founder", "半月湾贸易（虚构，设立中）", "founder", ("applicant",)),
    Account("founder-2", "沙洲咨询（虚构，设立中）", "second founder", ("applicant",)),
    Account("preparer", PREPARER.name, "EIA preparer", ("preparer",), PREPARER.uscc),
)  # fmt: skip


def _others(book: Rulebook) -> tuple[Account, ...]:
    """An account for each further role in which somebody acts in some reform."""
    covered = {role for account in _NAMED for role in account.roles} | {"engine"}
    acting = {
        role
        for workflow in book.workflows.values()
        for edge in workflow.definition.transitions
        for role in edge.role
    }
    return tuple(
        Account(role, book.roles[role].zh, book.roles[role].en, (role,), _code(book, role, number))
        for number, role in enumerate(sorted(acting - covered))
    )


def _code(book: Rulebook, role: str, number: int) -> str | None:
    """A fictional credit code for a third party: a case names it by its code."""
    if book.roles[role].side != "third_party":
        return None
    stem = f"91999999MA9{number:06d}"
    return stem + check_character(stem)


ACCOUNTS = (*_NAMED, *_others(rulebook()))
CAST = {account.user: account.identity for account in ACCOUNTS}

# Each story with the number of days before the zone's first day on which it opens.
SEEDED = (
    (REVISION_RUNS_OUT, 110),  # revoked, the builder listed
    (FALSE_ADDRESS, 150),  # on the list of abnormal operations
    (SIX_MONTHS_MISSED, 240),  # revoked, in the credit file
    (SUPPLIED, 185),  # the last day to supply is about now
    (OWED_SOON, 165),  # due in about three weeks
    (MATERIALS_LATE, 75),  # the office has missed its check; materials due soon
    (NOT_CORRECTED, 60),  # the order ran out: a person is to decide
    (FILED_ON_THE_LAST_DAY, 40),  # a revision is owed by the preparer
    (SAME_DAY, 20),
    (WAITING_FOR_DECISION, 0),
)


def is_empty(service: Service) -> bool:
    """Whether the database holds no case yet."""
    with service.store.unit(write=False) as unit:
        return unit.counts()["cases"] == 0


def seed(service: Service, start: datetime = SANDBOX_START) -> int:
    """Fills an empty sandbox and leaves its clock at `start`. Answers how many cases there are.

    Raises Misused where the database is no sandbox or not empty, or where `start` lies outside
    the days for which numbers and calendar are published."""
    calendar = service.casework.calendar
    if not service.sandbox:
        raise Misused("只有沙盒数据库可以写入演示数据。",
                      "only a sandbox takes the demonstration zone")  # fmt: skip
    if not is_empty(service):
        raise Misused("数据库已有案件。", "the database holds cases already")
    last = calendar.firm_until
    if not EARLIEST_START <= start.date() <= last:
        raise Misused(
            f"演示的起始日须在 {EARLIEST_START} 至 {last} 之间。",
            f"the sandbox may begin from {EARLIEST_START} to {last}: inside the published calendar",
        )
    with service.store.unit() as unit:
        first = start - timedelta(days=max(days for _, days in SEEDED) + 5)
        unit.set_meta({"clock": first.isoformat()})  # never set before: the clock does not run back
        _settings(service, unit, first)
        accounts(unit, first)
    tellings = [
        Telling(service, CAST, story, start.date() - timedelta(days=days), ZONE)
        for story, days in SEEDED
    ]
    for _ in tell(service, tellings, until=start):
        pass
    return sum(len(one.case_ids) for one in tellings)


def _settings(service: Service, unit: Unit, at: datetime) -> None:
    for path, setting in declared(service.book).items():
        set_setting(
            unit, service.book, ZONE, path, setting.assumed, since=OPENED_ON,
            basis="演示假定，并非片区规定 assumed for the demonstration, no rule of the zone",
            set_by="admin", confirmed_by=None, at=at, assumed=True,
        )  # fmt: skip


def accounts(unit: Unit, at: datetime) -> None:
    """Keeps the fixed token of every account."""
    for account in ACCOUNTS:
        keep_token(unit, account.token, account.identity, "sandbox", at)


def staged(service: Service) -> None:
    """Settings alone, for a story told on an otherwise empty store. Raises StoryBroken outside a
    sandbox."""
    if not service.sandbox:
        raise StoryBroken("stories are told in a sandbox only")
    with service.store.unit() as unit:
        _settings(service, unit, midnight(SANDBOX_START.date()))
