"""Names that are declared and lead nowhere: used by no line, never stated, never issued; and texts
that stand in the other language.

A name counts as used wherever it stands outside its own section, so a use can be taken for granted
that is none; nothing that is used is ever called unused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from machines.book import Workflow
from machines.defects import kind_words
from machines.definition import Definition
from machines.engine_events import FACTS
from machines.findings import At, Finding, found
from machines.lists import ListFile
from machines.reader import Parsed
from machines.texts import RoleFile
from machines.trace import carriers
from rules.guards import reads

_SECTIONS = {
    "facts": "fact", "licences": "licence", "documents": "document", "settings": "setting",
}  # fmt: skip
_TEXTS = {"zh", "en", "annotation", "example", "unit", "basis"}
# An abbreviation is the same in Chinese.
_CHINESE = re.compile(r"[\u4e00-\u9fff]|^[A-Z0-9 .-]+$")
_LATIN = re.compile(r"[A-Za-z]")
_IN = {"zh": (("中文", "Chinese"), _CHINESE), "en": (("英文", "English"), _LATIN)}
_WATCH = {"analyst", "auditor", "admin", "supervisor"}  # who watch and run the system


def names(workflow: Workflow) -> Iterator[Finding]:
    """Every finding on the names and texts of one workflow."""
    yield from _unused(workflow)
    yield from _unused_numbers(workflow)
    yield from _never_handed_in(workflow)
    yield from _never_stated(workflow)
    yield from _never_issued(workflow)
    for parsed in (workflow.parsed, workflow.beside.clauses, workflow.beside.parameters):
        yield from untranslated(parsed)


def _unused(workflow: Workflow) -> Iterator[Finding]:
    plain = workflow.parsed.value
    for section, kind in _SECTIONS.items():
        declared = plain.get(section, {})
        used = set(_words({key: one for key, one in plain.items() if key != section}))
        used |= set(_words(list(declared.values()) if isinstance(declared, dict) else []))
        for key, one in _each(declared):
            name = str(one["id"]) if isinstance(key, int) else str(key)
            if name not in used and not one.get("issued_by"):  # a paper issued can be served
                yield _never(workflow.parsed, (section, key), kind, name)
    for track in workflow.definition.tracks:
        if not any(edge.track == track for edge in workflow.definition.transitions):
            yield _never(workflow.parsed, ("tracks", track), "track", track)


def _each(declared: Any) -> Iterable[tuple[Any, Any]]:
    return declared.items() if isinstance(declared, dict) else enumerate(declared)


def _never(parsed: Parsed, at: At, kind: str, name: str) -> Finding:
    return found(parsed, "unused", at, kind=kind_words(kind), name=name)


def _words(plain: Any) -> Iterator[str]:
    """Every name that stands in a part of a file; what people read is left out."""
    if isinstance(plain, dict):
        for key, value in plain.items():
            if key not in _TEXTS:
                yield str(key)
                yield from _words(value)
    elif isinstance(plain, list):
        for value in plain:
            yield from _words(value)
    elif isinstance(plain, str):
        yield from plain.split()  # a clause may be carried `by: ` something said in words


def _unused_numbers(workflow: Workflow) -> Iterator[Finding]:
    """Parameters that neither the machine nor the old procedure counts by."""
    beside = workflow.beside
    used = set(_words(workflow.parsed.value))
    used |= set(_words(beside.before.value)) if beside.before is not None else set()
    for name in workflow.parameters:
        if name not in used and beside.parameters is not None:
            yield _never(beside.parameters, (name,), "parameter", name)


def _never_handed_in(workflow: Workflow) -> Iterator[Finding]:
    definition = workflow.definition
    taken = {group for event in definition.events.values() for group in event.hands_in}
    for group in ("upfront", "committed", *definition.materials.named):
        if definition.materials.groups[group] and group not in taken:
            yield found(workflow.parsed, "never_handed_in", ("materials", group), group=group)


def _never_stated(workflow: Workflow) -> Iterator[Finding]:
    """Facts that a condition, an effect or a date looks at, and no act states."""
    definition = workflow.definition
    stated = {*definition.opening.needs, *definition.opening.may, *FACTS}
    for event in definition.events.values():
        stated |= {*event.needs, *event.may}
    seen = set()
    for at, name in _looked_at(definition, workflow.parsed.value, ()):
        if name not in stated and name not in seen:
            seen.add(name)
            yield found(workflow.parsed, "never_stated", at, fact=name)


def _looked_at(definition: Definition, plain: Any, at: At) -> Iterator[tuple[At, str]]:
    if isinstance(plain, dict):
        for key, value in plain.items():
            if key == "given" and isinstance(value, str):
                yield (*at, key), value
            elif isinstance(value, dict) and not key.startswith("parent_"):
                for name in reads(value) & definition.facts.keys():
                    yield (*at, key), name
            yield from _looked_at(definition, value, (*at, key))
    elif isinstance(plain, list):
        for index, value in enumerate(plain):
            yield from _looked_at(definition, value, (*at, index))


def _never_issued(workflow: Workflow) -> Iterator[Finding]:
    """Licences that are only ended, papers that are only served."""
    definition, plain = workflow.definition, workflow.parsed.value
    issued = {
        effect.licence
        for edge in definition.transitions for effect in edge.effects if effect.do == "issue"
    }  # fmt: skip
    used = {key: one for key, one in plain.items() if key not in ("licences", "documents")}
    words = set(_words(used))
    for name in definition.licences:
        if name in words and name not in issued:
            yield found(workflow.parsed, "never_issued", ("licences", name),
                        kind=kind_words("licence"), name=name)  # fmt: skip
    for name, document in definition.documents.items():
        if name in words and not document.issued_by:
            yield found(workflow.parsed, "never_issued", ("documents", name),
                        kind=kind_words("document"), name=name)  # fmt: skip


def untranslated(parsed: Parsed | None) -> Iterator[Finding]:
    """Texts whose Chinese is no Chinese, or whose English is none."""
    if parsed is None:
        return
    for at in parsed.lines:
        if not at or at[-1] not in _IN:
            continue
        text = _at(parsed.value, at)
        language, right = _IN[str(at[-1])]
        if not isinstance(text, str) or right.search(text) is None:
            yield found(parsed, "untranslated", at, key=str(at[-1]), language=language,
                        here=repr(text))  # fmt: skip


def _at(plain: Any, at: At) -> Any:
    for part in at:
        plain = plain[part]
    return plain


def together(
    workflows: Mapping[str, Workflow], roles: RoleFile, stands: Parsed, lists: ListFile
) -> Iterator[Finding]:
    """What only all workflows together can tell: roles nobody takes, clauses nothing carries.
    `stands`: the lines of `roles.yaml`."""
    used = {word for one in workflows.values() for word in _words(one.parsed.value)}
    used |= _WATCH | {one.keeper for one in lists.lists}
    used |= {role.department for role in roles.roles if role.department is not None}
    used |= {name for spoken in roles.maps.values() for name in spoken.values()}
    for index, name in enumerate(role.id for role in roles.roles):
        if name not in used:
            yield _never(stands, ("roles", index), "role", name)
    carried = {clause for one in workflows.values() for clause in carriers(one)}
    for one in workflows.values():
        if one.definition.clauses_of is not None:
            continue
        for index, clause in enumerate(one.clauses.clauses):
            if clause.force == "in_force" and clause.id not in carried:
                yield _never(one.beside.clauses, ("clauses", index), "clause", clause.id)
