"""The tracks of a definition as one SVG: boxes for states, arrows for events, zh or en.

The current state is filled, the path taken outlined, what the engine does by itself dashed, what
the text does not state in italics. Only presentation attributes, so that a strict content policy
lets it through; classes beside them for a style sheet. Layout depends on definition and language
alone: keep the `Drawing`, mark it anew for each case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise

from machines.definition import Definition, Track, Transition
from machines.exports.layered import Layout, Link, Node, Place, Point, Route, layered
from machines.exports.lettering import EVENT, STATE, TITLE, extent, wrap
from machines.words import Text

FONT = "PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"
BLUE, INK, GREY, LINE, PAPER = "#0958d9", "#262626", "#595959", "#8c8c8c", "#ffffff"
PAD, MARGIN, HEAD = 10.0, 12.0, 26.0
_LEGEND = {
    "zh": {"now": "当前状态", "diagram": "状态图", "main": "主流程"},
    "en": {"now": "current state", "diagram": "state diagram", "main": "main procedure"},
}
Taken = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Marks:
    """Where a case is and how it got there. `current`: track -> state; `taken`: (track, from,
    to) of every move."""

    current: Mapping[str, str] = field(default_factory=dict)
    taken: frozenset[Taken] = frozenset()

    def visited(self, track: str) -> set[str]:
        """The states of a track the case has been in."""
        return {state for on, *ends in self.taken if on == track for state in ends}


@dataclass(frozen=True, slots=True)
class Arrow:
    """The events that lead from one state to another, as lines of text."""

    lines: tuple[str, ...]
    automatic: bool
    inferred: bool


@dataclass(frozen=True, slots=True)
class TrackDrawing:
    """One track laid out. `states`: lines of text by state; `staying`: events that record
    something and move nothing, by state."""

    track: str
    title: str
    layout: Layout
    states: Mapping[str, tuple[str, ...]]
    staying: Mapping[str, tuple[str, ...]]
    arrows: tuple[Arrow, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Every track of a definition, laid out for one language."""

    key: str
    title: str
    language: str
    tracks: tuple[TrackDrawing, ...]


def draw(definition: Definition, language: str = "zh") -> Drawing:
    """Lays out every track. `language`: zh or en; KeyError for another."""
    _LEGEND[language]
    tracks = tuple(
        _track(definition, name, track, language) for name, track in definition.tracks.items()
    )
    return Drawing(definition.key, _say(definition.title, language), language, tracks)


def _say(text: Text | Track, language: str) -> str:
    return text.zh if language == "zh" else text.en


def _track(definition: Definition, name: str, track: Track, language: str) -> TrackDrawing:
    edges = [edge for edge in definition.transitions if edge.track == name]
    states = {state: wrap(_say(text, language), STATE) for state, text in track.states.items()}
    kept: dict[str, dict[str, tuple[str, ...]]] = {}
    moving: dict[tuple[str, str], list[Transition]] = {}
    for edge in edges:
        said = _say(definition.events[edge.event], language)
        for source in edge.source:
            if edge.to in ("same", source):
                kept.setdefault(source, {})[said] = wrap(f"↻ {said}", EVENT)
            else:
                moving.setdefault((source, edge.to), []).append(edge)
    staying = {
        state: tuple(line for lines in said.values() for line in lines)
        for state, said in kept.items()
    }
    nodes = [_node(state, lines, staying.get(state, ())) for state, lines in states.items()]
    first = [node for node in nodes if node.key == track.initial]
    rest = [node for node in nodes if node.key != track.initial]
    arrows = tuple(_arrow(definition, found, language) for found in moving.values())
    links = [
        Link(*ends, *extent(arrow.lines, EVENT)) for ends, arrow in zip(moving, arrows, strict=True)
    ]
    title = _say(track, language) or (
        _LEGEND[language].get(name, name) if len(definition.tracks) > 1 else ""
    )
    return TrackDrawing(name, title, layered([*first, *rest], links), states, staying, arrows)


def _node(state: str, lines: tuple[str, ...], staying: tuple[str, ...]) -> Node:
    width, height = extent(lines, STATE)
    more, below = extent(staying, EVENT) if staying else (0.0, 0.0)
    return Node(state, max(width, more, 60.0) + 2 * PAD, height + below + 2 * PAD - 6)


def _arrow(definition: Definition, edges: list[Transition], language: str) -> Arrow:
    said = dict.fromkeys(_say(definition.events[edge.event], language) for edge in edges)
    lines = tuple(line for text in said for line in wrap(text, EVENT))
    automatic = all(edge.automatic or edge.role == ("engine",) for edge in edges)
    return Arrow(lines, automatic, all(edge.inferred for edge in edges))


def diagram(
    definition: Definition, language: str = "zh", *,
    current: Mapping[str, str] | None = None, taken: Iterable[Taken] = (), max_width: float = 1200,
) -> str:  # fmt: skip
    """The tracks of a definition as SVG text, in one step."""
    return svg(draw(definition, language), Marks(current or {}, frozenset(taken)), max_width)


def svg(drawing: Drawing, marks: Marks = Marks(), max_width: float = 1200) -> str:
    """A drawing as one `<svg>` element, the tracks side by side as far as `max_width` px go."""
    places, width, height = _packed(drawing.tracks, max_width)
    parts = [
        _group(track, marks, *place) for track, place in zip(drawing.tracks, places, strict=True)
    ]
    said = escape(_described(drawing, marks))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="diagram" role="img" aria-label="{said}" '
        f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'font-family="{FONT}"><title>{said}</title>{"".join(parts)}</svg>'
    )


def _packed(tracks: tuple[TrackDrawing, ...], max_width: float) -> tuple[list[Point], float, float]:
    """Where each track goes: below the one before it while a taller one stands beside, else to
    its right, else on a new row. Also the width and height of the whole."""
    places: list[Point] = []
    left, top, at_y, bottom, column, width = MARGIN, MARGIN, MARGIN, MARGIN, 0.0, 0.0
    for track in tracks:
        titled = extent((track.title,), TITLE)[0] if track.title else 0.0
        wide, high = max(track.layout.width, titled), track.layout.height + _head(track)
        if places and (at_y == top or at_y + high > bottom or left + wide > max_width - MARGIN):
            left, at_y = left + column + 3 * MARGIN, top
            if left + wide > max_width - MARGIN:
                left, top, at_y = MARGIN, bottom + 2 * MARGIN, bottom + 2 * MARGIN
            column = 0.0
        places.append((left, at_y))
        column = max(column, wide)
        at_y += high + 2 * MARGIN
        bottom = max(bottom, at_y - 2 * MARGIN)
        width = max(width, left + wide)
    return places, width + MARGIN, bottom + MARGIN


def _head(track: TrackDrawing) -> float:
    return HEAD if track.title else 0.0


def size(drawing: Drawing, max_width: float = 1200) -> tuple[float, float]:
    """Width and height of a drawing, in px."""
    return _packed(drawing.tracks, max_width)[1:]


def _described(drawing: Drawing, marks: Marks) -> str:
    words = _LEGEND[drawing.language]
    now = [
        "".join(track.states[marks.current[track.track]])
        if drawing.language == "zh"
        else " ".join(track.states[marks.current[track.track]])
        for track in drawing.tracks
        if marks.current.get(track.track) in track.states
    ]
    said = f"{drawing.title} {words['diagram']}"
    return f"{said}, {words['now']}: {', '.join(now)}" if now else said


def _group(track: TrackDrawing, marks: Marks, x: float, y: float) -> str:
    parts = []
    if track.title:
        parts.append(_text(track.title, 0, 14, TITLE.size, INK, anchor="start", bold=True))
    taken = {ends[1:] for ends in marks.taken if ends[0] == track.track}
    inner = [
        *(_line(route, arrow, (route.link.source, route.link.target) in taken)
          for route, arrow in zip(track.layout.routes, track.arrows, strict=True)),
        *(_label(route, arrow, (route.link.source, route.link.target) in taken)
          for route, arrow in zip(track.layout.routes, track.arrows, strict=True)),
        *(_box(track, state, place, marks) for state, place in track.layout.boxes.items()),
    ]  # fmt: skip
    body = "".join(inner)
    parts.append(f'<g transform="translate(0 {_head(track):.0f})">{body}</g>')
    return f'<g class="track" transform="translate({x:.0f} {y:.0f})">{"".join(parts)}</g>'


def _box(track: TrackDrawing, state: str, place: Place, marks: Marks) -> str:
    kind, fill, edge, ink, wide = "state", PAPER, LINE, GREY, 1.0
    if state in marks.visited(track.track):
        kind, edge, ink, wide = "state visited", BLUE, INK, 2.0
    if marks.current.get(track.track) == state:
        kind, fill, edge, ink, wide = "state current", BLUE, BLUE, PAPER, 2.0
    elif not marks.current:
        ink = INK
    middle = place.x + place.width / 2
    lines = [
        *((line, STATE) for line in track.states[state]),
        *((line, EVENT) for line in track.staying.get(state, ())),
    ]
    y = place.y + PAD - 3
    words = []
    for line, letters in lines:
        words.append(_text(line, middle, y + letters.rise, letters.size, ink))
        y += letters.line
    return (
        f'<g class="{kind}" data-state="{escape(state)}"><rect x="{place.x:g}" y="{place.y:g}" '
        f'width="{place.width:g}" height="{place.height:g}" rx="6" fill="{fill}" '
        f'stroke="{edge}" stroke-width="{wide:g}"/>{"".join(words)}</g>'
    )


def _line(route: Route, arrow: Arrow, taken: bool) -> str:
    colour, wide = (BLUE, 2.0) if taken else (LINE, 1.0)
    dashes = ' stroke-dasharray="5 4"' if arrow.automatic else ""
    (_, before), (x, y) = route.points[-2:]
    back = 7.0 if y > before else -7.0
    kind = "edge taken" if taken else "edge"
    return (
        f'<g class="{kind}"><path d="{_path(route.points)}" fill="none" stroke="{colour}" '
        f'stroke-width="{wide:g}"{dashes}/><path d="M{x:g} {y:g}l-4 {-back:g}h8z" '
        f'fill="{colour}"/></g>'
    )


def _path(points: tuple[Point, ...]) -> str:
    steps = [f"M{points[0][0]:g} {points[0][1]:g}"]
    for (x0, y0), (x1, y1) in pairwise(points):
        if x0 == x1:
            steps.append(f"V{y1:g}")
        else:
            middle = round((y0 + y1) / 2, 1)
            steps.append(f"C{x0:g} {middle:g} {x1:g} {middle:g} {x1:g} {y1:g}")
    return "".join(steps)


def _label(route: Route, arrow: Arrow, taken: bool) -> str:
    place, ink = route.label, BLUE if taken else GREY
    middle = place.x + place.width / 2
    ground = (
        f'<rect x="{place.x:g}" y="{place.y:g}" width="{place.width:g}" '
        f'height="{place.height:g}" fill="{PAPER}"/>'
    )
    words = [
        _text(line, middle, place.y + EVENT.line * number + EVENT.rise, EVENT.size, ink,
              italic=arrow.inferred)
        for number, line in enumerate(arrow.lines)
    ]  # fmt: skip
    return f'<g class="label">{ground}{"".join(words)}</g>'


def _text(
    line: str, x: float, y: float, size: float, ink: str, *,
    anchor: str = "middle", bold: bool = False, italic: bool = False,
) -> str:  # fmt: skip
    extra = ' font-weight="600"' if bold else ""
    extra += ' font-style="italic"' if italic else ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" fill="{ink}" '
        f'text-anchor="{anchor}"{extra}>{escape(line)}</text>'
    )
