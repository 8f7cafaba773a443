"""What becomes of an enterprise itself: another name, a merger, its end; and what goes over."""

import json
from datetime import timedelta

import pytest

from cases.casework import Casework, Doing, Opening
from cases.credit import credit_of
from cases.errors import ActRefused, Forbidden, Misused
from cases.identity import Identity
from cases.ports import Conflict, Store
from cases.rows import Batch, ChangeRow, WorkRow
from cases.settings import declared, set_setting
from cases.succession import Change, record_change
from machines.case import Case, Entry, Party
from machines.codec import from_plain
from machines.frozen import replace
from scheduler.enforcer import Enforcer
from tests.faults.town import (
    ENFORCEABLE_AT,
    LICENSED_AT,
    OFFICER,
    code,
    judge,
    license_all,
    open_case,
    town,
)
from tests.stores import samples as s

FIRM, HEIR = code(1), code(2)
TODAY = LICENSED_AT.date()
RENAME = Change(FIRM, "rename", TODAY, "登字1号", "second", name="虚构新名货运有限公司")
MERGER = Change(FIRM, "merger", TODAY, "登字2号", "second", "虚构承继货运有限公司", HEIR)
END = Change(FIRM, "deregistration", TODAY, "登字3号", "second")


def record(store: Store, change: Change, by: str = "registrar", days: int = 0) -> ChangeRow:
    with store.unit() as unit:
        return record_change(unit, change, by, LICENSED_AT + timedelta(days=days))


def told(store: Store) -> Casework:
    """Everything that was ordered has been applied."""
    casework, clock = town(store, LICENSED_AT)
    with store.unit() as unit:
        unit.set_meta({"heartbeat": clock.at.isoformat()})
    report = Enforcer(casework).sweep()
    assert report.set_aside == {}
    return casework


def the_case(store: Store, case_id: str) -> Case:
    with store.unit(write=False) as unit:
        row = unit.case(case_id)
        assert row is not None
        return from_plain(Case, json.loads(row.state))


def last_entry(store: Store, case_id: str) -> Entry:
    with store.unit(write=False) as unit:
        return from_plain(Entry, json.loads(unit.entries(case_id)[-1].body))


def test_a_new_name_stands_in_every_open_case_and_the_code_stays(store: Store) -> None:
    licensed, other = license_all(store, range(1, 3))
    row = record(store, RENAME)
    assert (row.seq, row.uscc, row.name) == (1, FIRM, RENAME.name)
    told(store)
    case = the_case(store, licensed)
    assert case.subject == Party("enterprise", str(RENAME.name), FIRM)
    assert the_case(store, other).subject.uscc == HEIR
    entry = last_entry(store, licensed)
    assert (entry.event, entry.actor.role, entry.effects) == ("succeed", "engine", ())
    assert entry.facts["paper"] == "登字1号"
    assert (entry.facts["recorded_by"], entry.facts["confirmed_by"]) == ("registrar", "second")
    assert judge(store) == {"licensed_provisional": 2}


def test_duties_go_over_to_the_successor_with_their_dates(store: Store) -> None:
    (case_id,) = license_all(store, range(1, 2))
    before = the_case(store, case_id)
    record(store, MERGER)
    casework = told(store)
    after = the_case(store, case_id)
    assert after.subject == Party("enterprise", str(MERGER.name), HEIR)
    assert after.duties == before.duties
    assert after.licences == before.licences
    (task,) = last_entry(store, case_id).effects
    assert (task.do, task.what["role"]) == ("task", "approval")
    heir = Identity("heir", frozenset({"applicant"}), enterprise=HEIR)
    gone = Identity("firm-1", frozenset({"applicant"}), enterprise=FIRM)
    assert casework.look(case_id, heir).plain["subject"]["uscc"] == HEIR
    owed = ["principal_exam_pass_certificate", "safety_manager_exam_pass_certificate"]
    supplied = Doing("supply_all", documents=dict.fromkeys(owed))
    with pytest.raises(ActRefused) as refused:
        casework.act(case_id, supplied, gone)
    assert refused.value.reason == "not_your_case"
    done = casework.act(case_id, supplied, heir).plain
    (duty,) = [one for one in done["obligations"] if one["id"] == "supply_promised_materials"]
    assert duty["status"] in ("filed", "met")


def test_a_miss_after_the_merger_is_the_successors(store: Store) -> None:
    (case_id,) = license_all(store, range(1, 2))
    record(store, MERGER)
    told(store)
    casework, clock = town(store, ENFORCEABLE_AT)
    with store.unit() as unit:
        unit.set_meta({"heartbeat": (clock.at - timedelta(minutes=1)).isoformat()})
    Enforcer(casework).sweep()
    assert the_case(store, case_id).tracks["main"] == "revoked"
    with store.unit(write=False) as unit:
        assert {row.uscc for row in unit.credit_facts(HEIR)} == {HEIR}
        assert list(unit.credit_facts(FIRM)) == []


def test_the_end_of_an_enterprise_ends_its_cases_and_keeps_its_record(store: Store) -> None:
    licensed, _ = license_all(store, range(1, 3))
    with store.unit() as unit:
        unit.add_list(s.listed("c9", uscc=FIRM))
        unit.write(Batch(credit_facts=(s.credit_fact("c9", uscc=FIRM),)))
    record(store, END)
    casework = told(store)
    case = the_case(store, licensed)
    assert (case.ended, case.licences["network_freight_licence"].status) == (
        "cancelled", "cancelled",
    )  # fmt: skip
    entry = last_entry(store, licensed)
    assert (entry.event, entry.actor.user, entry.actor.role) == (
        "cancel_registration", "registrar", "registry",
    )  # fmt: skip
    with store.unit(write=False) as unit:
        found = credit_of(unit, casework.book.lists, FIRM)
        running = {row.case_id for row in unit.obligations()}
    assert (found.lists, len(found.facts)) == (("black",), 1)
    assert licensed not in running


def test_the_end_of_a_party_is_not_the_end_of_anothers_case(store: Store) -> None:
    case_id = _eia(store)
    record(store, replace(END, uscc=code(3)))
    told(store)
    assert the_case(store, case_id).ended is None


def test_whoever_merges_stays_a_party_under_the_successor(store: Store) -> None:
    case_id = _eia(store)
    record(store, replace(MERGER, uscc=code(3)))
    told(store)
    case = the_case(store, case_id)
    assert case.parties["preparer"].uscc == HEIR
    assert case.subject.uscc == FIRM
    assert last_entry(store, case_id).effects == ()


def _eia(store: Store) -> str:
    """An open case about the firm, in which another enterprise is a party."""
    casework, _ = town(store, LICENSED_AT)
    firm = Identity("firm-1", frozenset({"applicant"}), enterprise=FIRM)
    subject = Party(casework.workflow("eia_commitment").definition.subject, "虚构项目", FIRM)
    preparer = Party("enterprise", "虚构环评编制有限公司", code(3))
    with store.unit() as unit:
        for path, setting in declared(casework.book).items():
            if path.startswith("eia_commitment."):
                set_setting(unit, casework.book, "yingkou", path, setting.assumed, since=TODAY,
                            basis="演示", set_by="supervisor", confirmed_by=None, at=LICENSED_AT,
                            assumed=True)  # fmt: skip
    facts = {"industry": "metal_products", "eia_level": "report_form"}
    opening = Opening("eia_commitment", subject, "yingkou", {"preparer": preparer}, facts)
    return str(casework.open(opening, firm).plain["id"])


def test_a_listed_enterprise_cannot_shed_its_list_by_merging(store: Store) -> None:
    """An intake of the successor meets the entry of what merged into it; so does one that still
    names the old code: there is no such enterprise any more."""
    with store.unit() as unit:
        unit.add_list(s.listed("c9", uscc=FIRM))
    record(store, MERGER)
    casework = told(store)
    case_id = str(open_case(casework, 2).plain["id"])
    casework.act(case_id, Doing("inform"), OFFICER)
    blocked = {b["event"]: b["reason"] for b in casework.look(case_id, OFFICER).plain["blocked"]}
    assert blocked["determine_eligible"] == "commitment_route_closed"
    with pytest.raises(ActRefused) as refused:
        open_case(casework, 1)
    assert refused.value.reason == "enterprise_ended"
    assert refused.value.context["successor"] == HEIR


def test_the_successors_repair_ends_what_it_inherited(store: Store) -> None:
    with store.unit() as unit:
        unit.add_list(s.listed("c9", uscc=FIRM))
        unit.add_list(s.listed("c8", uscc=FIRM, list="abnormal"))
    record(store, MERGER)
    repaired = WorkRow("c7", 5, 1, "delist", HEIR, '{"what":{"list":"black"}}', LICENSED_AT)
    with store.unit() as unit:
        unit.write(Batch(work=(repaired,)))
    casework = told(store)
    with store.unit(write=False) as unit:
        assert credit_of(unit, casework.book.lists, HEIR).lists == ("abnormal",)
        ended = {row.list: row.ended_by for row in unit.lists(uscc=FIRM, live=False)}
    assert ended == {"black": "c7/5", "abnormal": None}


def test_nobody_raises_it_in_a_case(store: Store) -> None:
    (case_id,) = license_all(store, range(1, 2))
    casework, _ = town(store, LICENSED_AT)
    facts = {"old_code": FIRM, "new_code": HEIR, "new_name": "虚构", "changed_on": "2025-01-02",
             "paper": "1", "recorded_by": "a", "confirmed_by": "b"}  # fmt: skip
    for role in ("registry", "applicant"):
        person = Identity("registrar", frozenset({role}), enterprise=FIRM)
        with pytest.raises((ActRefused, Forbidden)) as refused:
            casework.act(case_id, Doing("succeed", facts), person)
        assert refused.value.reason == "role_not_allowed"
    offered = casework.look(case_id, OFFICER).plain
    assert "succeed" not in {e["event"] for e in (*offered["available"], *offered["blocked"])}


def test_the_same_change_again_records_nothing(store: Store) -> None:
    license_all(store, range(1, 2))
    first = record(store, RENAME)
    assert record(store, RENAME, days=1) == first
    with store.unit(write=False) as unit:
        assert len(unit.changes()) == 1


CHANGES = [
    (replace(RENAME, name=None), "change_incomplete"),
    (replace(RENAME, name="  "), "change_incomplete"),
    (replace(RENAME, successor=HEIR), "change_incomplete"),
    (replace(MERGER, successor=None), "change_incomplete"),
    (replace(MERGER, name=None), "change_incomplete"),
    (replace(MERGER, successor=FIRM), "change_incomplete"),
    (replace(END, name="虚构"), "change_incomplete"),
    (replace(END, on=TODAY + timedelta(days=1)), "in_future"),
    (replace(END, paper=" "), "paper_missing"),
    (replace(END, confirmed_by="registrar"), "second_person_required"),
    (replace(END, confirmed_by=""), "second_person_required"),
    (replace(END, uscc="91999999MA00000010"), "uscc_wrong"),
    (replace(MERGER, successor="91999999MA00000010"), "uscc_wrong"),
]


@pytest.mark.parametrize(("change", "reason"), CHANGES)
def test_a_change_that_is_none(store: Store, change: Change, reason: str) -> None:
    with pytest.raises(Misused) as refused:
        record(store, change)
    assert refused.value.reason == reason
    with store.unit(write=False) as unit:
        assert list(unit.changes()) == []


@pytest.mark.parametrize("end", [MERGER, END])
@pytest.mark.parametrize(
    "then", [RENAME, END, replace(MERGER, successor=code(3)),
             Change(HEIR, "merger", TODAY, "登字4号", "second", "虚构", FIRM)],
)  # fmt: skip
def test_what_has_ended_changes_no_more_and_takes_nobody_over(
    store: Store, end: Change, then: Change
) -> None:
    record(store, end)
    if then == end:
        assert record(store, then).seq == 1
        return
    with pytest.raises(ActRefused) as refused:
        record(store, then)
    assert refused.value.reason == "enterprise_ended"
    with store.unit(write=False) as unit:
        assert len(unit.changes()) == 1


def test_changes_are_recorded_in_the_order_of_the_register(store: Store) -> None:
    record(store, RENAME)
    with pytest.raises(Misused) as refused:
        record(store, replace(END, on=TODAY - timedelta(days=1)))
    assert refused.value.reason == "out_of_order"


def test_two_that_record_at_once_do_not_make_a_circle(store: Store) -> None:
    """Both saw a register without changes; the second finds the number taken."""
    record(store, MERGER)
    back = ChangeRow(1, HEIR, "merger", "虚构", FIRM, TODAY, "登字9号", "a", "b", LICENSED_AT)
    with pytest.raises(Conflict), store.unit() as unit:
        unit.add_change(back)
