"""Turns entries into rows: the journal chain, the projections, facts, outbox and work items.

Pure: the same entries always give the same rows, which is what `audit verify` relies on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cases.desk import desk_of
from cases.rows import (
    Batch,
    CaseRow,
    CreditFactRow,
    DefinitionRow,
    EntryRow,
    FiredRow,
    ObligationRow,
    OutboxRow,
    WorkRow,
)
from cases.tally import of_case
from machines.case import Case, Duty, EffectRecord, Entry
from machines.codec import canonical, to_plain
from machines.compiler import Compiled
from machines.fold import child_id, evolve
from machines.rungs import Rung, closed, pending, settled
from rules.periods import shanghai_date

GENESIS = "0" * 64
_WORK = frozenset({"list", "delist", "restrict", "open_case", "signal"})
_CREDIT = frozenset({"record_credit", "joint_punishment"})
_OWN = frozenset({"issue", "annotate", "suspend_licence", "reinstate", "revoke",
                  "withdraw_licence", "cancel", "bind_subject"})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """A case after an act, and everything to be written for it."""

    case: Case
    row: CaseRow
    batch: Batch


def chain_hash(prev_hash: str, case_id: str, seq: int, body: str) -> str:
    """The hash of an entry: sha256 over the previous hash, the case, the number and the body."""
    text = f"{prev_hash}\n{case_id}\n{seq}\n{body}"
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def rows_of(
    compiled: Compiled,
    before: Case | None,
    stored: CaseRow | None,
    entries: Sequence[Entry],
    at: datetime,
    *,
    definition: DefinitionRow | None = None,
    folded: Sequence[Case] | None = None,
    rungs: Sequence[Rung] | None = None,
) -> Written:
    """Everything one act writes. `stored` is the row read with `before`, None when opening;
    `folded`: the case after each of the entries, `rungs`: what is pending after the last, where
    that is known already."""
    case = before
    journal: list[EntryRow] = []
    head = GENESIS if stored is None else stored.head_hash
    for n, entry in enumerate(entries):
        case = evolve(case, entry) if folded is None else folded[n]
        body = canonical(entry)
        head_before, head = head, chain_hash(head, case.id, case.version, body)
        journal.append(
            EntryRow(case.id, case.version, entry.at, entry.kind, entry.event, entry.actor.user,
                     body, head_before, head)
        )  # fmt: skip
    assert case is not None, "an act writes at least one entry"
    row = case_row(compiled, case, head, at, rungs)
    numbered = list(zip((entry.seq for entry in journal), entries, strict=True))
    facts, outbox, work = _beyond(case, numbered)
    batch = Batch(
        cases=((row, 0 if stored is None else stored.version),),
        entries=tuple(journal),
        obligations=tuple(obligation_rows(compiled, case, _changed(before, case))),
        fired=tuple(_fired(case.id, numbered)),
        credit_facts=tuple(facts),
        outbox=tuple(outbox),
        work=tuple(work),
        definitions=() if definition is None else (definition,),
        tallies=tuple(of_case(stored, before, row, case)),
    )
    return Written(case, row, batch)


def case_row(
    compiled: Compiled,
    case: Case,
    head_hash: str,
    at: datetime,
    rungs: Sequence[Rung] | None = None,
) -> CaseRow:
    """The projection of a case. `rungs`: those pending, where they are known already."""
    if rungs is None:
        rungs = pending(compiled, case)
    mild = [rung.instant for rung in rungs if not rung.adverse]
    return CaseRow(
        id=case.id,
        zone=case.zone,
        workflow=case.workflow,
        definition=case.definition,
        subject_kind=case.subject.kind,
        subject_name=case.subject.name,
        subject_uscc=case.subject.uscc,
        state=canonical(case),
        version=case.version,
        head_hash=head_hash,
        settled=settled(compiled, case),
        closed=closed(compiled, case),
        opened_at=case.opened_at,
        updated_at=at,
        next_enforce_at=rungs[0].instant if rungs else None,
        next_mild_at=mild[0] if mild else None,
        desk=desk_of(compiled, case),
    )


def _changed(before: Case | None, after: Case) -> Iterable[Duty]:
    old = {duty.key: duty for duty in before.duties} if before is not None else {}
    for duty in after.duties:
        was = old.get(duty.key)
        if was is not duty and was != duty:
            yield duty


def obligation_rows(
    compiled: Compiled, case: Case, duties: Iterable[Duty]
) -> Iterable[ObligationRow]:
    """The diary rows of some duties."""
    for duty in duties:
        due = duty.due
        side = compiled.sides.get(duty.bearer, "third_party") if duty.bearer else "nobody"
        yield ObligationRow(
            case_id=case.id, obligation=duty.obligation, occurrence=duty.occurrence,
            zone=case.zone, workflow=case.workflow, bearer=duty.bearer, side=side,
            status=duty.status, kind=due.kind, due_on=due.on, due_at=due.at,
            earliest=due.earliest or due.on, latest=due.latest,
            enforceable_from=due.enforceable_from, missed_on=duty.missed_on,
        )  # fmt: skip


def _fired(case_id: str, numbered: Iterable[tuple[int, Entry]]) -> Iterable[FiredRow]:
    for seq, entry in numbered:
        because = entry.because
        if because is not None:
            yield FiredRow(
                case_id, because.obligation, because.occurrence, because.rung, seq, entry.at
            )


def _beyond(
    case: Case, numbered: Iterable[tuple[int, Entry]]
) -> tuple[list[CreditFactRow], list[OutboxRow], list[WorkRow]]:
    """What entries order beyond their case: facts of the credit file, messages, work on others."""
    facts: list[CreditFactRow] = []
    outbox: list[OutboxRow] = []
    work: list[WorkRow] = []
    for seq, entry in numbered:
        for effect in entry.effects:
            fact = _credit(case, seq, entry, effect)
            if fact is not None:
                facts.append(fact)
            ordered = _ordered(effect)  # a retraction reaches whom the order reached
            if ordered in _WORK:
                work.append(_work(case, seq, entry, effect))
            elif ordered not in _OWN:
                outbox.append(_message(case, seq, entry, effect))
        warned = entry.marks.get("warns")
        if warned and entry.because is not None:
            outbox.append(_warning(case, seq, entry, warned))
    return facts, outbox, work


def _credit(case: Case, seq: int, entry: Entry, effect: EffectRecord) -> CreditFactRow | None:
    """A fact of the credit file, or the taking back of one by a restoration."""
    what = effect.what
    taken_back = effect.do == "retract"
    done = str(what.get("do")) if taken_back else effect.do
    if done not in _CREDIT or effect.uscc is None:
        return None
    return CreditFactRow(
        case_id=case.id, seq=seq, n=effect.n, uscc=effect.uscc,
        fact=str(what.get("fact", done)), workflow=case.workflow, at=entry.at,
        clauses=" ".join(effect.clauses),
        retracts=f"{what['entry']}.{what['effect']}" if taken_back else None,
        on_date=_reported_on(what, entry), value=_text(what.get("value")),
    )  # fmt: skip


def _reported_on(what: Mapping[str, Any], entry: Entry) -> date:
    """The day of what a fact reports: as the act states it, else the day of the act."""
    stated = what.get("on")
    return shanghai_date(entry.at) if stated is None else date.fromisoformat(str(stated))


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _message(case: Case, seq: int, entry: Entry, effect: EffectRecord) -> OutboxRow:
    """What must reach people or other systems."""
    return OutboxRow(case.id, seq, effect.n, effect.do, case.zone, case.workflow, effect.uscc,
                     canonical(effect), entry.at)  # fmt: skip


def _warning(case: Case, seq: int, entry: Entry, warned: Iterable[str]) -> OutboxRow:
    """A warning is a notice of the engine's own."""
    body = canonical({"to": list(warned), "because": entry.because})
    return OutboxRow(case.id, seq, 0, "warn", case.zone, case.workflow, case.subject.uscc, body,
                     entry.at)  # fmt: skip


def _work(case: Case, seq: int, entry: Entry, effect: EffectRecord) -> WorkRow:
    name = effect.what.get("party", {}).get("name") or case.party(effect.against).name
    body = canonical({**to_plain(effect), "name": name, "workflow": case.workflow})
    return WorkRow(case.id, seq, effect.n, effect.do, _target(case, seq, effect), body, entry.at)


def _ordered(effect: EffectRecord) -> str:
    """What an effect orders, or takes back."""
    return str(effect.what["do"]) if effect.do == "retract" else effect.do


def _target(case: Case, seq: int, effect: EffectRecord) -> str:
    """What an item changes, one at a time: a case told or to be opened, else an enterprise. What
    takes one back has the target of what it takes back, and comes after it."""
    ordered, what, source = _ordered(effect), effect.what, (seq, effect.n)
    if effect.do == "retract":
        source, what = (what["entry"], what["effect"]), what.get("of", {})
    if ordered == "signal" and "case" in what:
        return f"case:{what['case']}"
    if ordered == "open_case":
        return f"case:{child_id(case.id, *source)}"
    return effect.uscc or f"case:{case.id}"
