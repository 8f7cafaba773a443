"""Diagrams of every reform: complete, in both languages, marked, escaped, fast."""

import re
import xml.etree.ElementTree as ET

import pytest

from machines.book import rulebook
from machines.definition import Definition
from machines.exports.diagram import Marks, diagram, draw, size, svg
from machines.exports.lettering import EVENT, STATE, width, wrap
from tests.exports.test_layered import check

KEYS = sorted(rulebook().workflows)
SVG = "{http://www.w3.org/2000/svg}"


def _definition(key: str) -> Definition:
    return rulebook().workflows[key].definition


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("key", KEYS)
def test_every_reform_is_drawn_whole(key: str, language: str) -> None:
    definition = _definition(key)
    drawing = draw(definition, language)
    text = svg(drawing)
    for track in drawing.tracks:
        nodes = [*track.layout.boxes]
        assert sorted(nodes) == sorted(definition.tracks[track.track].states)
        links = [route.link for route in track.layout.routes]
        moves = {
            (source, edge.to)
            for edge in definition.transitions
            for source in edge.source
            if edge.track == track.track and edge.to not in ("same", source)
        }
        assert {(link.source, link.target) for link in links} == moves
    root = ET.fromstring(text)
    written = "".join("".join(root.itertext()).split())
    for track_ in definition.tracks.values():
        for state in track_.states.values():
            assert "".join((state.zh if language == "zh" else state.en).split()) in written


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("key", KEYS)
def test_no_reform_has_boxes_or_labels_on_one_another(key: str, language: str) -> None:
    from machines.exports.layered import Node

    for track in draw(_definition(key), language).tracks:
        boxes = track.layout.boxes
        nodes = [Node(name, place.width, place.height) for name, place in boxes.items()]
        check(nodes, [route.link for route in track.layout.routes], track.layout)


@pytest.mark.parametrize("max_width", [400, 720, 1200])
@pytest.mark.parametrize("key", KEYS)
def test_tracks_do_not_lie_on_one_another(key: str, max_width: float) -> None:
    drawing = draw(_definition(key))
    root = ET.fromstring(svg(drawing, max_width=max_width))
    wide, high = size(drawing, max_width)
    assert (float(root.attrib["width"]), float(root.attrib["height"])) == pytest.approx(
        (wide, high), abs=1
    )
    corners = [
        tuple(map(float, re.findall(r"[\d.]+", group.attrib["transform"])))
        for group in root
        if group.attrib.get("class") == "track"
    ]
    places = [
        (x, y, x + track.layout.width, y + track.layout.height)
        for (x, y), track in zip(corners, drawing.tracks, strict=True)
    ]
    for index, one in enumerate(places):
        assert one[2] <= wide + 1
        assert one[3] <= high + 1
        for other in places[index + 1 :]:
            apart = (
                one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            )
            assert apart


def test_the_same_definition_gives_the_same_text() -> None:
    definition = _definition("network_freight")
    assert diagram(definition) == diagram(definition)
    assert diagram(definition, "zh") != diagram(definition, "en")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(KeyError):
        draw(_definition("network_freight"), "fr")


def test_where_a_case_is_and_how_it_came_there() -> None:
    taken = [("main", "inquiry", "informed"), ("main", "informed", "ordinary_route")]
    text = diagram(_definition("network_freight"), current={"main": "ordinary_route"}, taken=taken)
    assert re.findall(r'class="state current" data-state="(\w+)"', text) == ["ordinary_route"]
    assert set(re.findall(r'class="state visited" data-state="(\w+)"', text)) == {
        "inquiry", "informed",
    }  # fmt: skip
    assert text.count('class="edge taken"') == 2
    assert "当前状态: 转一般程序" in text


def test_text_is_escaped_and_nothing_is_inline() -> None:
    definition = _definition("network_freight")
    bad = '<script>"&'
    main = definition.tracks["main"]
    states = {**main.states, "inquiry": main.states["inquiry"].model_copy(update={"zh": bad})}
    tracks = {"main": main.model_copy(update={"states": states})}
    text = diagram(definition.model_copy(update={"tracks": tracks}), current={"main": "inquiry"})
    root = ET.fromstring(text)
    assert "<script" not in text
    assert bad in "".join(root.itertext())
    for element in root.iter():
        assert "style" not in element.attrib
        assert element.tag != f"{SVG}style"
        assert not [name for name in element.attrib if name.startswith("on")]


def test_what_the_engine_does_is_dashed_and_what_is_inferred_is_italic() -> None:
    text = diagram(_definition("network_freight"))
    assert 'stroke-dasharray="5 4"' in text
    assert re.search(r'font-style="italic">选择一般程序<', text)


@pytest.mark.parametrize(
    "text",
    ["未履行承诺而撤销许可并移交监管执法部门处理（材料未齐）", "Enforcement ends, still owed",
     "A", "", "Unbrechbarlangeswortohneleerzeichenundohneende"],
)  # fmt: skip
@pytest.mark.parametrize("letters", [STATE, EVENT])
def test_wrapping_loses_nothing(text: str, letters: object) -> None:
    assert letters in (STATE, EVENT)
    lines = wrap(text, STATE if letters is STATE else EVENT)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_lines_keep_within_the_limit() -> None:
    for words in (
        "责令限期改正通知书送达之后仍未改正并且拒不配合检查",
        "one two three four five six seven",
    ):
        lines = wrap(words, EVENT)
        assert len(lines) > 1
        assert all(width(line, EVENT) <= EVENT.limit * 1.3 for line in lines)


def test_marks_know_the_states_of_one_track_only() -> None:
    marks = Marks({}, frozenset({("main", "a", "b"), ("other", "c", "d")}))
    assert marks.visited("main") == {"a", "b"}
