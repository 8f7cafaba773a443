"""A small town of freight cases on any store, and the judge of what is left of it."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime

from cases.casework import Answer, Casework, Doing, Opening
from cases.clock import FixedClock
from cases.identity import Identity
from cases.ports import Store
from cases.records import GENESIS, case_row, chain_hash, obligation_rows
from machines.book import rulebook
from machines.case import Case, Entry, Party
from machines.codec import from_plain
from machines.fold import replay
from machines.rungs import SHANGHAI
from rules.credit_code import check_character
from rules.working_days import load_calendar
from scheduler.enforcer import Enforcer

LICENSED_AT = datetime(2025, 1, 2, 9, tzinfo=SHANGHAI)
ENFORCEABLE_AT = datetime(2025, 7, 4, 0, 0, 1, tzinfo=SHANGHAI)
OFFICER = Identity("officer", frozenset({"approval"}))
UPFRONT = [
    "security_level_protection_filing_proof", "level3_protection_evaluation_report",
    "value_added_telecom_licence", "online_capability_determination",
]  # fmt: skip


def town(store: Store, at: datetime) -> tuple[Casework, FixedClock]:
    """The use cases on a store, at a fixed instant."""
    clock = FixedClock(at)
    return Casework(store, rulebook(), load_calendar(), clock), clock


def enforcer(store: Store, at: datetime, batch: int = 10) -> Enforcer:
    """An enforcer at a fixed instant."""
    return Enforcer(town(store, at)[0], batch=batch)


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


def open_case(casework: Casework, number: int) -> Answer:
    """Opens the n-th firm's case."""
    firm = Identity(f"firm-{number}", frozenset({"applicant"}), enterprise=code(number))
    party = Party("enterprise", f"虚构货运{number}号有限公司", code(number))
    return casework.open(Opening("network_freight", party, "yingkou"), firm, key=f"open-{number}")


def license_all(store: Store, numbers: range) -> list[str]:
    """Opens and licenses some firms on 2025-01-02; their case ids."""
    casework, _ = town(store, LICENSED_AT)
    found = []
    for number in numbers:
        case_id = str(open_case(casework, number).plain["id"])
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
            assert case_row(compiled, case, head, row.updated_at) == row
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


def due_on(store: Store, case_id: str) -> date | None:
    """The date by which a case owes its certificates."""
    with store.unit(write=False) as unit:
        rows = unit.obligations(case_ids=[case_id], running=False, limit=100)
    return next(r.due_on for r in rows if r.obligation == "supply_promised_materials")
