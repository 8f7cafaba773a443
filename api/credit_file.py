"""How a credit file reads: each entry with what it closes or grants and how it ends, each ground
with its clause and the records counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from api.summaries import bilingual, local
from cases.credit import not_taken_back, reported_on
from cases.grounds import Ground
from cases.rows import ChangeRow, CreditFactRow, ListRow
from machines.book import Rulebook
from machines.definition import Definition
from machines.effects import Effect, ListEffect
from machines.lists import ListSpec
from rules.periods import shanghai_date

_NO_WAY_OUT: dict[str, Any] = {
    "kind": "none_stated",
    "events": [],
    "workflow": None,
    "clauses": [],
    "zh": "条文未规定移出的条件；仅在原处理被撤销（恢复）时终止。",
    "en": "the text states no way out; it ends only where the act behind it is undone (restore)",
}


def facts(rows: Iterable[CreditFactRow], book: Rulebook) -> list[dict[str, Any]]:
    """The credit file, oldest first; a fact taken back stays, and says so."""
    every = [row for row in rows]
    standing = {(row.case_id, row.seq, row.n) for row in not_taken_back(every)}
    return [
        {
            **_fact(book, row.fact, row.value, row.workflow), "uscc": row.uscc,
            "case": row.case_id, "entry": row.seq, "at": local(row.at),
            "on": reported_on(row).isoformat(), "clauses": row.clauses.split(),
            "retracted": (row.case_id, row.seq, row.n) not in standing,
        }
        for row in every
        if row.retracts is None
    ]  # fmt: skip


def _fact(book: Rulebook, fact: str, value: str | None, workflow: str | None) -> dict[str, Any]:
    """A fact and its value with what they are called, where the rulebook still knows them."""
    spec, recorder = book.lists.recorded(fact), book.workflows.get(workflow or "")
    grade = None if recorder is None else recorder.compiled.words.get(("grade", fact, value or ""))
    return {
        "fact": fact,
        "label": None if spec is None else bilingual(spec),
        "value": value,
        "value_label": None if grade is None else {"zh": grade[0], "en": grade[1]},
        "workflow": workflow,
    }


def entry(row: ListRow, book: Rulebook) -> dict[str, Any]:
    """An entry on a list, or a restriction outside of one, with its ground and its end."""
    spec = None if row.list is None else book.lists.find(row.list)
    return {
        "list": row.list,
        "label": None if spec is None else bilingual(spec),
        "side": None if spec is None else spec.side,
        "restriction": row.restriction,
        "for_workflow": row.for_workflow,
        "uscc": row.uscc,
        "workflow": row.workflow,
        "case": row.case_id,
        "clauses": row.clauses.split(),
        "since": shanghai_date(row.since_at).isoformat(),
        "ended": shanghai_date(row.ended_at).isoformat() if row.ended_at else None,
        "ended_by": row.ended_by,
        "ends": None if row.ended_at else ways_out(book, row.list),
    }


def restrictions(rows: Sequence[ListRow], book: Rulebook) -> list[dict[str, Any]]:
    """What is closed to the enterprise: for each live entry, each restriction with the clause or
    the reading it rests on."""
    found: list[dict[str, Any]] = []
    for row in rows:
        if row.ended_at is not None:
            continue
        plain = entry(row, book)
        if row.list is None:
            found.append({**plain, "clause": None, "reading": None})
            continue
        for closes, clause, reading in _closes(book.lists.find(row.list)):
            found.append({**plain, "restriction": closes[0], "for_workflow": closes[1],
                          "clause": clause, "reading": reading})  # fmt: skip
    return found


def _closes(spec: ListSpec | None) -> Iterator[tuple[tuple[str, str | None], str | None, Any]]:
    """The restrictions of a list; of one that no file knows any more, the commitment route."""
    if spec is None:
        yield ("commitment_route", None), None, None
        return
    for one in spec.restrictions:
        reading = None if one.reading is None else bilingual(one.reading)
        yield (one.restriction, one.workflow), one.clause, reading


def privileges(rows: Sequence[ListRow], book: Rulebook) -> list[dict[str, Any]]:
    """What is granted to the enterprise by its own entries, and what rests for now, with the
    reading that says so."""
    live = [row for row in rows if row.ended_at is None and row.list is not None]
    resting = book.lists.resting([str(row.list) for row in live])
    return [
        {
            "privilege": one.privilege, **bilingual(one), "clause": one.clause, "list": row.list,
            "label": bilingual(spec), "case": row.case_id,
            "since": shanghai_date(row.since_at).isoformat(),
            "resting": bilingual(book.lists.conflict.reading) if row.list in resting else None,
            "ends": ways_out(book, row.list),
        }
        for row in live
        for spec in [book.lists.find(str(row.list))]
        if spec is not None
        for one in spec.privileges
    ]  # fmt: skip


def grounds(
    found: Iterable[Ground], live: Sequence[ListRow], book: Rulebook
) -> list[dict[str, Any]]:
    """The criteria met, each with its clauses, the records counted, and whether the enterprise is
    on that list already."""
    entered = {row.list for row in live if row.ended_at is None}
    return [
        {
            "list": one.spec.id,
            "side": one.spec.side,
            "on_list": one.spec.id in entered,
            "criterion": one.criterion.id,
            **bilingual(one.criterion),
            "clauses": list(one.criterion.clauses),
            "reading": bilingual(one.criterion.reading) if one.criterion.reading else None,
            "workflow": one.criterion.workflow,
            "counted": [
                {**_fact(book, fact.fact, fact.value, fact.workflow), "on": fact.on.isoformat()}
                for fact in one.counted
            ],
        }
        for one in found
    ]  # fmt: skip


def change(row: ChangeRow) -> dict[str, Any]:
    """A change of an enterprise as the register recorded it."""
    heir = None if row.successor is None else {"uscc": row.successor, "name": row.name}
    return {
        "seq": row.seq,
        "uscc": row.uscc,
        "kind": row.kind,
        "name": None if heir else row.name,
        "successor": heir,
        "on": row.on_date.isoformat(),
        "paper": row.paper,
        "recorded_by": row.recorded_by,
        "confirmed_by": row.confirmed_by,
        "at": local(row.at),
    }


def ways_out(book: Rulebook, name: str | None) -> dict[str, Any]:
    """How an entry ends: the events that take an enterprise off the list, by clause, and what the
    list itself says of it; or that the text states no way out."""
    spec = None if name is None else book.lists.find(name)
    events = [
        {"workflow": key, "event": event, "clauses": clauses}
        for key, one in book.workflows.items()
        for event, effect, clauses in effects_of(one.definition)
        if isinstance(effect, ListEffect) and effect.do == "delist" and effect.list == name
    ]
    if spec is None and (name is None or not events):
        return dict(_NO_WAY_OUT)
    spoken = "、".join(f"{one['workflow']}.{one['event']}" for one in events)
    zh = f"经以下办理移出：{spoken}。" if spec is None else spec.way_out.zh
    en = "taken off the list by the events named" if spec is None else spec.way_out.en
    return {
        "kind": "delisted_by" if events else "none_stated",
        "events": events,
        "workflow": None if spec is None else spec.way_out.workflow,
        "clauses": [] if spec is None else list(spec.way_out.clauses),
        "zh": zh,
        "en": en,
    }


def effects_of(definition: Definition) -> list[tuple[str, Effect, list[str]]]:
    """Every effect of a definition with the event it belongs to and its clauses."""
    found: list[tuple[str, Effect, list[str]]] = []
    for edge in definition.transitions:
        for effect in edge.effects:
            found.append((edge.event, effect, list(effect.clauses or edge.clauses)))
    for duty in definition.obligations:
        miss = duty.on_miss
        for effect in miss.effects:
            clauses = effect.clauses or miss.clauses or duty.clauses
            found.append((miss.event or duty.id, effect, list(clauses)))
    return found


def known_lists(book: Rulebook) -> frozenset[str]:
    """The lists there are."""
    return frozenset(spec.id for spec in book.lists.lists)
