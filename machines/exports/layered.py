"""A layered layout (Sugiyama): boxes in rows from top to bottom, arrows that cross no box.

Every arrow carries its label as a cell of its own row, so that labels need as much room as boxes
do and nothing can lie on anything else. Rows alternate: even rows hold boxes, odd rows labels.
Own code, because the layout libraries need a browser, a C library or a `dot` program.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from machines.exports.rows import Cell, align, order

BETWEEN = 14.0  # room between rows, in px; twice that where arrows run far aside
THIN = 10.0  # what a passing arrow takes of a row
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Node:
    """A box to be placed, in px."""

    key: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow between two different boxes, with the size of its label in px."""

    source: str
    target: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box or a label is: its top left corner and size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> Point:
        """The middle of it."""
        return (self.x + self.width / 2, self.y + self.height / 2)


@dataclass(frozen=True, slots=True)
class Route:
    """One arrow, from the edge of its source to the edge of its target. Between two points of the
    same x it runs straight, else as a curve that leaves and arrives upright."""

    link: Link
    points: tuple[Point, ...]
    label: Place


@dataclass(frozen=True, slots=True)
class Layout:
    """Boxes by key, arrows in the order of the links, and the size of the whole."""

    boxes: dict[str, Place]
    routes: tuple[Route, ...]
    width: float
    height: float


@dataclass(slots=True)
class _Chain:
    """The cells of one arrow from the upper box to the lower; `up`: it points upwards."""

    cells: list[Cell]
    label: Cell
    up: bool


def layered(nodes: Sequence[Node], links: Sequence[Link]) -> Layout:
    """Places boxes and arrows; the first node is where reading begins. Same input, same output."""
    reversed_ = _back(nodes, links)
    ranks = _ranks(nodes, links, reversed_)
    cells = {n.key: Cell(2 * ranks[n.key], n.width, n.height, True) for n in nodes}
    chains = [_chain(cells, link, i in reversed_) for i, link in enumerate(links)]
    rows = _rows(cells, chains)
    order(rows)
    align(rows)
    tops, heights = _heights(rows)
    left = min((c.x - c.width / 2 for row in rows for c in row), default=0.0)
    for row in rows:
        for cell in row:
            cell.x = round(cell.x - left, 1)

    def placed(cell: Cell) -> Place:
        y = tops[cell.rank] + (heights[cell.rank] - cell.height) / 2
        return Place(round(cell.x - cell.width / 2, 1), round(y, 1), cell.width, cell.height)

    boxes = {key: placed(cell) for key, cell in cells.items()}
    ports = _ports(chains)
    routes = tuple(
        Route(
            link,
            _points(chain, ports[(index, 0)], ports[(index, 1)],
                    (placed(chain.cells[0]), placed(chain.cells[-1])), tops, heights),
            placed(chain.label),
        )
        for index, (link, chain) in enumerate(zip(links, chains, strict=True))
    )  # fmt: skip
    width = max((c.x + c.width / 2 for row in rows for c in row), default=0.0)
    return Layout(boxes, routes, round(width, 1), round(tops[-1] + heights[-1], 1))


def _back(nodes: Sequence[Node], links: Sequence[Link]) -> set[int]:
    """The links that lead back to where a walk from the first node already is."""
    onward: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for index, link in enumerate(links):
        onward[link.source].append((index, link.target))
    back: set[int] = set()
    done: set[str] = set()
    for start in nodes:
        if start.key in done:
            continue
        open_, walk = {start.key}, [(start.key, iter(onward[start.key]))]
        while walk:
            key, rest = walk[-1]
            step = next(rest, None)
            if step is None:
                walk.pop()
                open_.discard(key)
                done.add(key)
            elif step[1] in open_:
                back.add(step[0])
            elif step[1] not in done:
                open_.add(step[1])
                walk.append((step[1], iter(onward[step[1]])))
    return back


def _ranks(nodes: Sequence[Node], links: Sequence[Link], back: set[int]) -> dict[str, int]:
    """The longest way to each node; links that lead back count the other way round."""
    onward: dict[str, list[str]] = defaultdict(list)
    waits = {node.key: 0 for node in nodes}
    for index, link in enumerate(links):
        source, target = link.source, link.target
        if index in back:
            source, target = target, source
        onward[source].append(target)
        waits[target] += 1
    ranks = {node.key: 0 for node in nodes}
    ready = [key for key, count in waits.items() if count == 0]
    while ready:
        key = ready.pop(0)
        for target in onward[key]:
            ranks[target] = max(ranks[target], ranks[key] + 1)
            waits[target] -= 1
            if waits[target] == 0:
                ready.append(target)
    return ranks


def _chain(cells: dict[str, Cell], link: Link, up: bool) -> _Chain:
    first, last = cells[link.source], cells[link.target]
    if up:
        first, last = last, first
    named = last.rank - 1 if up else first.rank + 1  # beside the source: what leads away from it
    made = [
        Cell(rank, link.width if rank == named else THIN, link.height if rank == named else 0.0)
        for rank in range(first.rank + 1, last.rank)
    ]
    whole = [first, *made, last]
    for above, below in pairwise(whole):
        above.downs.append(below)
        below.ups.append(above)
    return _Chain(whole, whole[named - first.rank], up)


def _rows(cells: dict[str, Cell], chains: Sequence[_Chain]) -> list[list[Cell]]:
    """The cells by row, in the order in which a walk from the top finds them."""
    everything = [*cells.values(), *(c for chain in chains for c in chain.cells[1:-1])]
    rows: list[list[Cell]] = [[] for _ in range(max((c.rank for c in everything), default=0) + 1)]
    found: set[int] = set()
    waiting = [cell for cell in everything if not cell.ups]
    while waiting:
        cell = waiting.pop(0)
        if id(cell) not in found:
            found.add(id(cell))
            cell.place = len(rows[cell.rank])
            rows[cell.rank].append(cell)
            waiting.extend(cell.downs)
    return rows


def _heights(rows: list[list[Cell]]) -> tuple[list[float], list[float]]:
    """The top and the height of each row; where arrows run far aside, rows stand further apart."""
    heights = [max((cell.height for cell in row), default=0.0) for row in rows]
    tops, at = [], 0.0
    for row, height in zip(rows, heights, strict=True):
        tops.append(at)
        aside = max((abs(cell.x - below.x) for cell in row for below in cell.downs), default=0.0)
        at += height + min(BETWEEN + aside / 12, 2 * BETWEEN)
    return tops, heights


def _ports(chains: Sequence[_Chain]) -> dict[tuple[int, int], float]:
    """Where each chain meets its boxes: (chain, 0 at its upper box or 1 at its lower) -> x. The
    ends on one side of a box are spread over it in the order of where they come from."""
    sides: dict[tuple[int, int], list[tuple[float, int, Cell]]] = defaultdict(list)
    for index, chain in enumerate(chains):
        upper, lower = chain.cells[0], chain.cells[-1]
        sides[(id(upper), 0)].append((chain.cells[1].x, index, upper))
        sides[(id(lower), 1)].append((chain.cells[-2].x, index, lower))
    ports: dict[tuple[int, int], float] = {}
    for (_, end), found in sides.items():
        found.sort(key=lambda one: one[:2])
        box = found[0][2]
        room = min(28.0, (box.width - 20) / len(found))
        first = box.x - room * (len(found) - 1) / 2
        for number, (_, index, _) in enumerate(found):
            ports[(index, end)] = round(first + room * number, 1)
    return ports


def _points(
    chain: _Chain, start: float, end: float, boxes: tuple[Place, Place],
    tops: list[float], heights: list[float],
) -> tuple[Point, ...]:  # fmt: skip
    """From box to box, upright through every row and bending only between rows."""
    first, last = chain.cells[0], chain.cells[-1]
    points = [
        (start, boxes[0].y + boxes[0].height),
        (start, tops[first.rank] + heights[first.rank]),
    ]
    for cell in chain.cells[1:-1]:
        points.append((cell.x, tops[cell.rank]))
        points.append((cell.x, tops[cell.rank] + heights[cell.rank]))
    points.append((end, tops[last.rank]))
    points.append((end, boxes[1].y))
    rounded = [(x, round(y, 1)) for x, y in points]
    single = [p for p, before in zip(rounded, [None, *rounded], strict=False) if p != before]
    return tuple(reversed(single) if chain.up else single)
