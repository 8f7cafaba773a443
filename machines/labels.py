"""What everything in a definition is called, worked out once when it is compiled."""

from __future__ import annotations

from collections.abc import Mapping

from machines.definition import Definition
from machines.effects import RecordCredit
from machines.links import effects_of
from machines.lists import ListFile
from machines.texts import Role
from machines.words import Text
from rules.view import Words
from rules.wording import unit_words


def labels_of(definition: Definition, roles: Mapping[str, Role]) -> dict[str, Words]:
    """Roles, parties, facts, licences, documents, events, duties and materials by their id."""
    groups = definition.materials.groups.values()
    named: list[tuple[str, Text]] = [
        ("open", Text(zh="立案", en="the opening of the case")),
        *roles.items(),
        ("subject", Text(zh="申请人", en="the applicant")),
        *definition.parties.items(),
        *definition.facts.items(),
        *definition.licences.items(),
        *definition.documents.items(),
        *definition.events.items(),
        *((one.id, one) for one in definition.duties),
        *((item.id, item) for group in groups for item in group),
        *((one.id, one) for group in groups for item in group for one in item.one_of),
    ]
    return {name: _pair(text) for name, text in named}


def words_of(definition: Definition, lists: ListFile) -> dict[tuple[str, ...], Words]:
    """Choices, units, tracks, states, grades, and what `lists.yaml` names: by kind and name, as
    `View.words` says."""
    found = dict(lists.words)
    for name, spec in definition.facts.items():
        if spec.unit is not None:
            found["unit", name] = unit_words(spec.unit)
        for value, text in spec.choices.items():
            found["choice", name, value] = _pair(text)
    for name, track in definition.tracks.items():
        if track.zh and len(definition.tracks) > 1:
            found["track", name] = (track.zh, track.en)
        for state, text in track.states.items():
            found["state", name, state] = _pair(text)
    for _, effect in effects_of(definition):
        if isinstance(effect, RecordCredit) and effect.value is not None:
            for value, text in definition.facts[effect.value].choices.items():
                found["grade", effect.fact, value] = _pair(text)
    return found


def _pair(text: Text) -> Words:
    return text.zh, text.en
