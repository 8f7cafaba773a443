"""Rows to try a store with: each has every field, and a test names only what it is about."""

from datetime import date, datetime, timedelta, timezone
from typing import Any

from cases.rows import (
    Batch,
    BrakeRow,
    CalendarRow,
    CaseRow,
    ChangeRow,
    CreditFactRow,
    DefinitionRow,
    EntryRow,
    FiredRow,
    IdempotencyRow,
    ListRow,
    ObligationRow,
    OutageRow,
    OutageRunRow,
    OutboxRow,
    RecountRow,
    ReleaseRow,
    ReleaseRunRow,
    SettingRow,
    TallyRow,
    TokenRow,
    WorkRow,
)
from machines.frozen import replace

SHANGHAI = timezone(timedelta(hours=8))
AT = datetime(2025, 1, 2, 9, 0, tzinfo=SHANGHAI)
DAY = date(2025, 3, 1)
USCC = "91999999MA00000009"


def later(**by: float) -> datetime:
    """An instant after AT."""
    return AT + timedelta(**by)


def case(case_id: str = "c1", **fields: Any) -> CaseRow:
    """A case in its first version, in which nothing falls due."""
    row = CaseRow(
        id=case_id, zone="yingkou", workflow="freight", definition="d1",
        subject_kind="enterprise", subject_name="海风货运", subject_uscc=USCC,
        state='{"tracks":{"main":"filed"}}', version=1, head_hash="h1", settled=False,
        closed=False, opened_at=AT, updated_at=AT, next_enforce_at=None, next_mild_at=None,
    )  # fmt: skip
    return replace(row, **fields)


def entry(case_id: str = "c1", seq: int = 1, **fields: Any) -> EntryRow:
    """A line of a journal."""
    row = EntryRow(case_id, seq, AT, "act", "apply", "wang", "{}", f"h{seq - 1}", f"h{seq}")
    return replace(row, **fields)


def obligation(case_id: str = "c1", name: str = "supply", **fields: Any) -> ObligationRow:
    """An open duty of the applicant."""
    row = ObligationRow(
        case_id=case_id, obligation=name, occurrence=1, zone="yingkou", workflow="freight",
        bearer="applicant", side="applicant", status="open", kind="firm", due_on=DAY,
        due_at=None, earliest=DAY, latest=None, enforceable_from=None, missed_on=None,
    )  # fmt: skip
    return replace(row, **fields)


def fired(case_id: str = "c1", rung: str = "missed", **fields: Any) -> FiredRow:
    """A rung taken."""
    return replace(FiredRow(case_id, "supply", 1, rung, 1, AT), **fields)


def credit_fact(case_id: str = "c1", **fields: Any) -> CreditFactRow:
    """A fact of the credit file."""
    row = CreditFactRow(case_id, 1, 1, USCC, "broken_commitment", "freight", AT, "6.1 6.2")
    return replace(row, **fields)


def outbox(case_id: str = "c1", **fields: Any) -> OutboxRow:
    """An effect towards somebody."""
    row = OutboxRow(case_id, 1, 1, "notify", "yingkou", "freight", USCC, "{}", AT)
    return replace(row, **fields)


def work(case_id: str = "c1", **fields: Any) -> WorkRow:
    """A work item on an enterprise."""
    return replace(WorkRow(case_id, 1, 1, "list", USCC, "{}", AT), **fields)


def listed(case_id: str = "c1", **fields: Any) -> ListRow:
    """An entry on a list."""
    row = ListRow(case_id, 1, 1, USCC, "海风货运", "black", None, None, "freight", "6.3", AT)
    return replace(row, **fields)


def change(seq: int = 1, **fields: Any) -> ChangeRow:
    """An enterprise that takes another name."""
    row = ChangeRow(seq, USCC, "rename", "海风物流", None, DAY, "a paper", "wang", "li", AT)
    return replace(row, **fields)


def calendar(seq: int = 1, **fields: Any) -> CalendarRow:
    """A version of the calendar that two people have seen."""
    row = CalendarRow(seq, f"v{seq}", "[]", "a notice", "wang", "li", None, AT)
    return replace(row, **fields)


def recount(seq: int = 1, **fields: Any) -> RecountRow:
    """A recount that has come to no case yet."""
    return replace(RecountRow(seq, f"recount-{seq}", seq - 1, "", 0, 0, AT), **fields)


def brake(**fields: Any) -> BrakeRow:
    """A counter that has not stopped."""
    row = BrakeRow("yingkou", "freight", "revoke", DAY, 10, 3)
    return replace(row, **fields)


def release(seq: int = 1, **fields: Any) -> ReleaseRow:
    """A brake let go."""
    row = ReleaseRow(
        seq, "brake", "yingkou", "freight", "revoke", 7, AT, "chief", "checked", later(hours=1)
    )
    return replace(row, **fields)


def release_run(seq: int = 1, **fields: Any) -> ReleaseRunRow:
    """The cases of a brake are being let go."""
    return replace(ReleaseRunRow(seq, 0, AT), **fields)


def outage(seq: int = 1, **fields: Any) -> OutageRow:
    """An outage of every zone."""
    row = OutageRow(seq, None, AT, later(days=3), "no power", "wang", "li", later(days=4))
    return replace(row, **fields)


def outage_run(seq: int = 1, **fields: Any) -> OutageRunRow:
    """An outage of which nobody has been told yet."""
    return replace(OutageRunRow(seq, "", 0, 0, AT), **fields)


def tally(**fields: Any) -> TallyRow:
    """A number of cases."""
    return replace(TallyRow("open", "yingkou", "freight", "", 0, 1), **fields)


def setting(seq: int = 1, **fields: Any) -> SettingRow:
    """A zone setting."""
    row = SettingRow(
        "yingkou", seq, "freight", "pledge_days", "working_days", 10, DAY, "a ruling", False,
        "wang", "li", AT, f"s{seq - 1}", f"s{seq}",
    )  # fmt: skip
    return replace(row, **fields)


def definition(text_hash: str = "d1", **fields: Any) -> DefinitionRow:
    """A text of a workflow."""
    return replace(DefinitionRow(text_hash, "freight", "key: freight\n", AT), **fields)


def token(sha256: str = "t1", **fields: Any) -> TokenRow:
    """A bearer token."""
    row = TokenRow(sha256, "wang", "approval admin", "yingkou", None, "a desk", AT)
    return replace(row, **fields)


def answer(key: str = "k1", **fields: Any) -> IdempotencyRow:
    """A stored answer."""
    return replace(IdempotencyRow("wang", key, "b1", '{"id":"c1"}', AT), **fields)


def opened(*cases: CaseRow, **rest: Any) -> Batch:
    """A batch that opens cases."""
    return Batch(cases=tuple((row, 0) for row in cases or (case(),)), **rest)
