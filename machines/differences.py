"""What differs between two texts of one procedure, in a lawyer's words, and for whom.

    differences(old, new) -> (Change, ...)        verdict(weights) -> milder | harsher | equal | ...

The wording of a state or a form matters to nobody's rights and is `neutral`; what nobody has a rule
of comparison for is `unclear`, and then a person has to read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from machines.definition import Definition, Material, Transition
from machines.duty_differences import Change, Edition, duties_changed
from machines.milder import Verdict, Weight, adverse, fewer, turned, verdict

__all__ = ["Change", "Edition", "differences", "milder_of"]

_GROUP_BURDEN = {"upfront": 2, "committed": 1, "verified_online": 0, "optional": 0}
_MERE_WORDS = {
    "title": ("名称", "the title"), "basis": ("依据文件", "the documents it rests on"),
    "documents": ("文书", "the documents"), "targets": ("目标时限", "the targets"),
    "carried": ("由系统承担的条款", "the clauses carried by the engine"),
    "version": ("施行日期与适用规则", "the first day and the rule of transition"),
    "reform": ("编号", "the number"), "clauses_of": ("条款出处", "where its clauses are"),
}  # fmt: skip
_OTHERS = {
    "closing": ("办结条件", "when a case ends"), "settings": ("片区设定", "the zone's settings"),
    "parties": ("当事人", "the parties"), "service_rules": ("服务规则", "the service rules"),
    "subject": ("申请主体", "who it is about"), "unique_open": ("是否限一件", "one open case only"),
}  # fmt: skip


def differences(old: Edition, new: Edition) -> tuple[Change, ...]:
    """Every change from one text to the other, duties first."""
    before, after = old.compiled.definition, new.compiled.definition
    return (
        *duties_changed(old, new),
        *_opening(before, after),
        *_materials(before, after),
        *_edges(old, new),
        *_names(before, after),
        *_events(before, after),
        *_rest(before, after),
    )


def milder_of(old: Edition, new: Edition) -> Verdict:
    """Whether the new text is milder for whoever commits."""
    return verdict(change.weight for change in differences(old, new))


def _opening(before: Definition, after: Definition) -> Iterator[Change]:
    was, now = before.opening, after.opening

    def change(kind: str, weight: Weight, zh: str, en: str) -> Change:
        return Change(kind, "opening", weight, ("applicant",), zh, en, now.clauses)

    if was.needs != now.needs:
        weight = fewer(_needed(before), _needed(after))
        listed = _listed(was.needs, now.needs)
        yield change("facts", weight, f"申请须载明的事项{listed}",
                     f"what an application must state: {listed}")  # fmt: skip
    guards = [str(one) for one in was.guards], [str(one) for one in now.guards]
    if guards[0] != guards[1]:
        yield change("condition", fewer(*guards), "受理条件有变化", "the conditions of acceptance")
    if was.role != now.role:
        weight = turned(fewer([r for r in was.role if r == "applicant"],
                              [r for r in now.role if r == "applicant"]))  # fmt: skip
        yield change("role", weight, f"可发起的角色{_listed(was.role, now.role)}",
                     f"who may open a case: {_listed(was.role, now.role)}")  # fmt: skip


def _needed(definition: Definition) -> set[str]:
    """What an application must state, but for the date by which the text itself is chosen."""
    return set(definition.opening.needs) - {str(definition.version.by_fact)}


def _listed(was: Any, now: Any) -> str:
    more, less = [one for one in now if one not in was], [one for one in was if one not in now]
    return " ".join((*(f"+{one}" for one in more), *(f"−{one}" for one in less)))


def _materials(before: Definition, after: Definition) -> Iterator[Change]:
    was, now = _by_id(before), _by_id(after)
    for name in dict.fromkeys((*was, *now)):
        old, new = was.get(name), now.get(name)
        burden = [0 if one is None else _GROUP_BURDEN.get(one[0], 1) for one in (old, new)]
        held = (new or old or ("", None))[1]
        assert held is not None, "it is in one of the two"
        if old is None or new is None or old[0] != new[0]:
            weight: Weight = ("neutral" if burden[0] == burden[1]
                              else "milder" if burden[1] < burden[0] else "harsher")  # fmt: skip
            places = [_GROUPS.get(one[0], (one[0], one[0])) if one else ("不要求", "not asked for")
                      for one in (old, new)]  # fmt: skip
            yield Change("material", name, weight, ("applicant",),
                         f"材料“{held.zh}”：{places[0][0]} → {places[1][0]}",
                         f"material “{held.en}”: {places[0][1]} → {places[1][1]}",
                         held.clauses)  # fmt: skip
        elif old[1].accepted != new[1].accepted or old[1].when != new[1].when:
            same = old[1].when == new[1].when
            weight = turned(fewer(old[1].accepted, new[1].accepted)) if same else "unclear"
            yield Change("material", name, weight, ("applicant",),
                         f"材料“{held.zh}”的可替代文件或条件有变化",
                         f"material “{held.en}”: what is accepted, or when it is owed",
                         held.clauses)  # fmt: skip


_GROUPS = {
    "upfront": ("当场提交", "due at once"), "committed": ("承诺后补", "due by the promise"),
    "verified_online": ("在线核验（免交）", "verified online"), "optional": ("可选", "optional"),
}  # fmt: skip


def _by_id(definition: Definition) -> dict[str, tuple[str, Material]]:
    groups = definition.materials.groups.items()
    return {one.id: (group, one) for group, listed in groups for one in listed}


def _edges(old: Edition, new: Edition) -> Iterator[Change]:
    was, now = _by_place(old), _by_place(new)
    for place in dict.fromkeys((*was, *now)):
        before, after = was.get(place), now.get(place)
        if before == after:
            continue
        edition, edge = (new, after) if after is not None else (old, before)
        assert edge is not None, "it is in one of the two"
        zh, en = edition.compiled.labels.get(edge.event, (edge.event, edge.event))
        route = f"{place[0]}: {place[2]} → {place[3]}"
        kind = ("transition_added" if before is None
                else "transition_removed" if after is None else "transition")  # fmt: skip
        told_zh, told_en = {
            "transition_added": ("新增", "is possible now"),
            "transition_removed": ("取消", "is no longer possible"),
            "transition": ("条件、角色或后果有变化", "its conditions, roles or effects"),
        }[kind]
        who = tuple(dict.fromkeys((*(before.role if before else ()), *edge.role)))
        yield Change(kind, edge.event, _edge_weight(before, after), who,
                     f"“{zh}”（{route}）{told_zh}", f"“{en}” ({route}): {told_en}",
                     edge.clauses)  # fmt: skip


Place = tuple[str, str, str, str, int]


def _by_place(edition: Edition) -> dict[Place, Transition]:
    """Every edge by track, event, from and to; of several alike the first, the second, ..."""
    found: dict[Place, Transition] = {}
    for edge in edition.compiled.definition.transitions:
        for source in edge.source:
            n = 0
            while (edge.track, edge.event, source, edge.to, n) in found:
                n += 1
            found[edge.track, edge.event, source, edge.to, n] = edge.model_copy(
                update={"source": (source,)}
            )
    return found


def _edge_weight(before: Transition | None, after: Transition | None) -> Weight:
    """What harms, the fewer the milder; what the applicant may do itself, the more."""
    harm = [adverse(one.effects) if one else frozenset() for one in (before, after)]
    own = [one is not None and "applicant" in one.role for one in (before, after)]
    weights: set[Weight] = {fewer(*harm)}
    weights.add(turned(fewer([1] * own[0], [1] * own[1])))
    if before is not None and after is not None:
        guards = fewer([str(g) for g in before.guards], [str(g) for g in after.guards])
        if harm[0] and harm[1]:
            weights.add(turned(guards))
        elif own[0] or any(one.do == "issue" for one in after.effects):
            weights.add(guards)
        if harm[0] == harm[1] and _conditions(before) != _conditions(after):
            weights.add("unclear")
    elif any(one.do in ("issue", "reinstate", "delist") for e in (before, after) if e
             for one in e.effects):  # fmt: skip
        weights.add("milder" if before is None else "harsher")
    weights.discard("neutral")
    if not weights:
        return "neutral"
    return weights.pop() if len(weights) == 1 else "unclear"


def _conditions(edge: Transition) -> list[str]:
    """When its harm comes about."""
    return [str(one.when) for one in edge.effects if adverse((one,))]


_NAMED = {
    "states": ("状态", "state"), "facts": ("事项", "fact"), "licences": ("证照", "licence"),
    "events": ("操作", "event"),
}  # fmt: skip


def _names(before: Definition, after: Definition) -> Iterator[Change]:
    """What has a name and carries no right of its own: it came, or it went."""
    for kind, (zh, en) in _NAMED.items():
        was, now = _named(before, kind), _named(after, kind)
        for name in dict.fromkeys((*was, *now)):
            if name not in was or name not in now:
                text = now.get(name) or was.get(name) or ("", "")
                sign = "+" if name in now else "−"
                weight: Weight = "harsher" if kind == "licences" and sign == "−" else "neutral"
                yield Change(f"{kind[:-1]}_{'added' if sign == '+' else 'removed'}", name, weight,
                             (), f"{sign}{zh}“{text[0]}”", f"{sign}{en} “{text[1]}”")  # fmt: skip


def _named(definition: Definition, kind: str) -> Mapping[str, tuple[str, str]]:
    if kind == "states":
        return {f"{track}:{name}": (state.zh, state.en)
                for track, one in definition.tracks.items()
                for name, state in one.states.items()}  # fmt: skip
    found: Mapping[str, Any] = getattr(definition, kind)
    return {name: (one.zh, one.en) for name, one in found.items()}


def _events(before: Definition, after: Definition) -> Iterator[Change]:
    """What an act must bring with it."""
    applicants = {e.event for e in after.transitions if "applicant" in e.role}
    for name, was in before.events.items():
        now = after.events.get(name)
        if now is None:
            continue
        asked = [(*one.needs, *(f"materials:{group}" for group in one.hands_in))
                 for one in (was, now)]  # fmt: skip
        if set(asked[0]) == set(asked[1]) and was.duty == now.duty:
            continue
        weight = fewer(*asked) if name in applicants else "neutral"
        listed = _listed(*asked)
        yield Change("event", name, weight, ("applicant",) if name in applicants else (),
                     f"“{now.zh}”须载明或提交的内容{listed}",
                     f"“{now.en}”: what it must bring: {listed}")  # fmt: skip


def _rest(before: Definition, after: Definition) -> Iterator[Change]:
    for names, weight in ((_MERE_WORDS, "neutral"), (_OTHERS, "unclear")):
        for name, (zh, en) in names.items():
            if getattr(before, name) != getattr(after, name):
                yield Change(name, name, _weight(weight), (), f"{zh}有变化", f"{en} differ")
    shared = before.facts.keys() & after.facts.keys()
    for name in sorted(shared):
        was, now = before.facts[name], after.facts[name]
        limits = [(one.minimum, one.maximum, one.unit, one.type, tuple(one.choices))
                  for one in (was, now)]  # fmt: skip
        if limits[0] != limits[1]:
            yield Change("fact", name, "unclear", (), f"“{now.zh}”的取值范围有变化",
                         f"“{now.en}”: what may be stated differs")  # fmt: skip


def _weight(text: str) -> Weight:
    return "unclear" if text == "unclear" else "neutral"
