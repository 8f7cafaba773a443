"""A small town of freight cases on any store, and the judge of what is left of it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from cases.answer import Answer
from cases.casework import Casework, Doing, Opening
from cases.clock import FixedClock
from cases.identity import Identity
from cases.ports import Store
from cases.records import GENESIS, case_row, chain_hash, obligation_rows
from machines.book import rulebook
from machines.case import Case, Entry, Party
from machines.codec import from_plain
from machines.fold import replay
from machines.frozen import replace
from machines.rungs import SHANGHAI
from rules.credit_code import check_character
from rules.working_days import Calendar, load_calendar
from scheduler.enforcer import Enforcer

LICENSED_AT = datetime(2025, 1, 2, 9, tzinfo=SHANGHAI)
ENFORCEABLE_AT = datetime(2025, 7, 4, 0, 0, 1, tzinfo=SHANGHAI)
OFFICER = Identity("officer", frozenset({"approval"}))
_PROMISE = Doing("commit", {
    **dict.fromkeys(("in_writing", "voluntary", "conditions_promised", "supervision_accepted",
                     "materials_promised"), True),
    "commitment_due": "2025-06-30",
})  # fmt: skip
_HAND_IN = Doing("hand_in_upfront", documents=dict.fromkeys(
    ("application_form", "capital_verification_report", "financial_audit_report",
     "premises_use_proof")
))  # fmt: skip
_DECIDE = Doing("decide_and_issue", dict.fromkeys(
    ("formal_review_ok", "risk_controllable", "cancelled_items_verified",
     "business_licence_verified"), True,
))  # fmt: skip
SUPPLY = Doing(
    "supply_all",
    documents=dict.fromkeys(
        ("principal_exam_pass_certificate", "safety_manager_exam_pass_certificate")
    ),
)
UPFRONT = [
    "security_level_protection_filing_proof", "level3_protection_evaluation_report",
    "value_added_telecom_licence", "online_capability_determination",
]  # fmt: skip


@cache
def calendar() -> Calendar:
    """The published calendar, read once."""
    return load_calendar()


def town(store: Store, at: datetime) -> tuple[Casework, FixedClock]:
    """The use cases on a store, at a fixed instant."""
    clock = FixedClock(at)
    return Casework(store, rulebook(), calendar(), clock), clock


def enforcer(store: Store, at: datetime, batch: int = 10) -> Enforcer:
    """An enforcer at a fixed instant."""
    return Enforcer(town(store, at)[0], batch=batch)


def dispatch_all(store: Store, numbers: range, times: int) -> list[str]:
    """Licences for labour dispatch, several to a firm, whose promised materials are due on
    2025-06-30; their case ids."""
    casework, _ = town(store, LICENSED_AT)
    found = []
    for number in [number for number in numbers for _ in range(times)]:
        firm = Identity(f"firm-{number}", frozenset({"applicant"}), enterprise=code(number))
        party = Party("enterprise", f"虚构派遣{number}号有限公司", code(number))
        case_id = str(casework.open(Opening("labour_dispatch", party, "yingkou"), firm).plain["id"])
        for identity, doing in ((OFFICER, Doing("inform_once")), (firm, _PROMISE),
                                (firm, _HAND_IN), (OFFICER, _DECIDE)):  # fmt: skip
            casework.act(case_id, doing, identity)
        found.append(case_id)
    return found


def beating(store: Store, at: datetime) -> None:
    """A heartbeat a minute ago: days that a test leaps over are no outage, and nothing is held."""
    with store.unit() as unit:
        unit.set_meta({"heartbeat": (at - timedelta(minutes=1)).isoformat()})


def code(number: int) -> str:
    """The credit code of the n-th firm of the town; its region does not exist."""
    stem = f"91999999MA{number:07d}"
    return stem + check_character(stem)


def steps(number: int) -> list[tuple[Identity, Doing]]:
    """The acts from the notice to the licence of one firm."""
    firm = Identity(f"firm-{number}", frozenset({"applicant"}), enterprise=code(number))
    yes = {
        name: True
        for name in ("in_writing", "notice_known", "six_months_promised", "supervision_accepted")
    }
    return [
        (OFFICER, Doing("inform")),
        (OFFICER, Doing("determine_eligible", {"risk_controllable": True},
                        dict.fromkeys(UPFRONT))),
        (firm, Doing("commit", yes)),
        (firm, Doing("file_application")),
        (OFFICER, Doing("issue_licence", {"formal_review_passed": True})),
    ]  # fmt: skip


def open_case(casework: Casework, number: int, zone: str = "yingkou") -> Answer:
    """Opens the n-th firm's case."""
    firm = Identity(f"firm-{number}", frozenset({"applicant"}), enterprise=code(number))
    party = Party("enterprise", f"虚构货运{number}号有限公司", code(number))
    return casework.open(Opening("network_freight", party, zone), firm, key=f"open-{number}")


def license_all(store: Store, numbers: range, *, to_a_zone: int = 0) -> list[str]:
    """Opens and licenses some firms on 2025-01-02; their case ids. `to_a_zone`: so many to each
    zone, all in one where it is 0."""
    casework, _ = town(store, LICENSED_AT)
    found = []
    for number in numbers:
        zone = f"area-{number // to_a_zone}" if to_a_zone else "yingkou"
        case_id = str(open_case(casework, number, zone).plain["id"])
        for identity, doing in steps(number):
            casework.act(case_id, doing, identity)
        found.append(case_id)
    return found


def judge(store: Store) -> Counter[str]:
    """Every chain and projection of the store, recomputed; the count of cases by main state."""
    book, states = rulebook(), Counter[str]()
    with store.unit(write=False) as unit:
        for row in unit.cases(limit=100_000):
            head, entries = GENESIS, []
            for number, kept in enumerate(unit.entries(row.id), 1):
                assert kept.seq == number, f"{row.id}: entry {number} is missing"
                assert kept.prev_hash == head, f"{row.id}: the chain breaks at {number}"
                head = chain_hash(head, row.id, number, kept.body)
                assert kept.hash == head, f"{row.id}: entry {number} was altered"
                entries.append(from_plain(Entry, json.loads(kept.body)))
            case = replay(entries)
            compiled = book.by_hash[case.definition]
            assert from_plain(Case, json.loads(row.state)) == case
            kept_row = case_row(compiled, case, head, row.updated_at)
            # `held`, `held_after` and `released` are the brake's, not the case's
            kept_row = replace(kept_row, held=row.held, held_after=row.held_after)
            assert replace(kept_row, released=row.released) == row
            rows = set(unit.obligations(case_ids=[row.id], running=False, limit=1000))
            assert rows == set(obligation_rows(compiled, case, case.duties))
            rungs = [entry.because for entry in entries if entry.because is not None]
            assert len(rungs) == len(set(rungs)), f"{row.id}: a rung was taken twice"
            facts = unit.credit_facts(case.subject.uscc or "")
            wanted = sum(
                (effect.what["do"] if effect.do == "retract" else effect.do)
                in ("record_credit", "joint_punishment")
                for entry in entries
                for effect in entry.effects
            )
            assert len(facts) == wanted, f"{row.id}: {len(facts)} credit facts, not {wanted}"
            states[case.tracks["main"]] += 1
    return states


def journals(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Every journal of the store as it is handed out, by case."""
    with store.unit(write=False) as unit:
        return {
            row.id: [
                {"seq": kept.seq, "hash": kept.hash, "prev_hash": kept.prev_hash,
                 **json.loads(kept.body)}
                for kept in unit.entries(row.id)
            ]
            for row in unit.cases(limit=100_000)
        }  # fmt: skip


def due_on(store: Store, case_id: str) -> date | None:
    """The date by which a case owes its certificates."""
    with store.unit(write=False) as unit:
        rows = unit.obligations(case_ids=[case_id], running=False, limit=100)
    return next(r.due_on for r in rows if r.obligation == "supply_promised_materials")
