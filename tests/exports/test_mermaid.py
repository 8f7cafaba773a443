"""Mermaid: every state and every arrow is there, by a reading of our own and by Mermaid's."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from machines.book import rulebook
from machines.definition import Definition
from machines.exports.mermaid import escaped, mermaid
from tests.proof.exports import HAS_MERMAID, HOW, MERMAID

KEYS = sorted(rulebook().workflows)
STATE = re.compile(r'state "([^"]+)" as ([a-z0-9_]+?)__([a-z0-9_]+)')
ARROW = re.compile(r"([a-z0-9_]+?)__([a-z0-9_]+) --> ([a-z0-9_]+?)__([a-z0-9_]+) : ([^:]+)")
OTHER = re.compile(
    r'---|title: \'.+\'|stateDiagram-v2|state "[^"]+" as [a-z0-9_]+ \{|\}|\[\*\] --> [a-z0-9_]+'
    r"|[a-z0-9_]+ --> \[\*\]|classDef current .+|class [a-z0-9_,]+ current"
)


def _definition(key: str) -> Definition:
    return rulebook().workflows[key].definition


def _moves(definition: Definition) -> set[tuple[str, str, str]]:
    return {
        (edge.track, source, source if edge.to == "same" else edge.to)
        for edge in definition.transitions for source in edge.source
    }  # fmt: skip


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("key", KEYS)
def test_every_line_is_understood_and_nothing_is_missing(key: str, language: str) -> None:
    definition = _definition(key)
    states, moves = set(), set()
    for line in mermaid(definition, language).splitlines():
        if found := STATE.fullmatch(line):
            states.add((found[2], found[3]))
        elif found := ARROW.fullmatch(line):
            assert found[1] == found[3]
            moves.add((found[1], found[2], found[4]))
        else:
            assert OTHER.fullmatch(line), line
    tracks = definition.tracks.items()
    assert states == {(name, state) for name, track in tracks for state in track.states}
    assert moves == _moves(definition)


def test_no_letter_of_a_text_means_anything_to_mermaid() -> None:
    assert escaped('a;b: "c" #d {e} <f>') == "a#59;b#58; #34;c#34; #35;d #123;e#125; #60;f#62;"


def test_the_state_a_case_is_in_is_marked() -> None:
    text = mermaid(_definition("labour_dispatch"), current={"main": "committed", "check": "passed"})
    assert "class main__committed,check__passed current\n" in text


@pytest.mark.skipif(not HAS_MERMAID, reason=f"Mermaid's own parser {HOW}")
def test_mermaid_itself_reads_every_reform() -> None:
    texts = {f"{key}-{language}": mermaid(_definition(key), language)
             for key in KEYS for language in ("zh", "en")}  # fmt: skip
    script = Path(__file__).with_name("mermaid.mjs")
    done = subprocess.run(
        ["node", str(script)], input=json.dumps(texts), capture_output=True, text=True, check=True,
        cwd=MERMAID,
    )  # fmt: skip
    answers = json.loads(done.stdout)
    assert [key for key, one in answers.items() if "error" in one] == []
    for key in KEYS:
        definition = _definition(key)
        wanted = {f"{name}__{state}" for name, track in definition.tracks.items()
                  for state in track.states}  # fmt: skip
        ends = sum(state.final for track in definition.tracks.values()
                   for state in track.states.values())  # fmt: skip
        for language in ("zh", "en"):
            answer = answers[f"{key}-{language}"]
            assert wanted <= set(answer["states"])
            assert answer["arrows"] == len(_moves(definition)) + len(definition.tracks) + ends
