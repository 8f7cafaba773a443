"""The rows of a layered layout: the order of the cells in each, and where each cell stands."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field

SWEEPS = 12
BESIDE = 14.0  # room between two cells of a row, in px


@dataclass(slots=True, eq=False)
class Cell:
    """A box, a label or a passing arrow in its row. `ups`, `downs`: its neighbours there."""

    rank: int
    width: float
    height: float
    real: bool = False
    ups: list[Cell] = field(default_factory=list)
    downs: list[Cell] = field(default_factory=list)
    x: float = 0.0  # of the centre
    place: int = 0  # in its row


def order(rows: list[list[Cell]]) -> None:
    """Barycentre sweeps; the order with the fewest crossings is kept."""
    best, kept = _crossings(rows), [list(row) for row in rows]
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            weights = {id(c): _mean([n.place for n in (c.ups if down else c.downs)], c.place)
                       for c in row}  # fmt: skip
            row.sort(key=lambda cell: weights[id(cell)])
            for place, cell in enumerate(row):
                cell.place = place
        crossings = _crossings(rows)
        if crossings < best:
            best, kept = crossings, [list(row) for row in rows]
    for row, order in zip(rows, kept, strict=True):
        row[:] = order
        for place, cell in enumerate(row):
            cell.place = place


def _mean(places: Sequence[float], otherwise: float) -> float:
    return sum(places) / len(places) if places else otherwise


def _crossings(rows: list[list[Cell]]) -> int:
    total = 0
    for row in rows:
        seen: list[int] = []
        for cell in row:
            for place in sorted(below.place for below in cell.downs):
                total += len(seen) - bisect_right(seen, place)
            for below in cell.downs:
                insort(seen, below.place)
    return total


def align(rows: list[list[Cell]]) -> None:
    """Moves every cell towards its neighbours as far as the row's order and gaps allow."""
    for row in rows:
        at = 0.0
        for cell in row:
            cell.x = at + cell.width / 2
            at += cell.width + BESIDE
    for sweep in range(2 * SWEEPS):
        down = sweep % 2 == 0
        for row in rows if down else reversed(rows):
            wanted = []
            for cell in row:
                near = (cell.ups if down else cell.downs) or cell.ups or cell.downs
                if sweep >= SWEEPS:
                    near = cell.ups + cell.downs
                wanted.append(_pull(cell, near))
            _settle(row, wanted)


def _pull(cell: Cell, near: Sequence[Cell]) -> float:
    """Where its neighbours would have a cell; a passing arrow follows itself before boxes."""
    weights = [1.0 if cell.real or one.real else 8.0 for one in near]
    total = sum(weight * one.x for weight, one in zip(weights, near, strict=True))
    return total / sum(weights) if near else cell.x


def _settle(row: list[Cell], wanted: list[float]) -> None:
    """The positions nearest to the wanted ones (least squares) that keep order and distance:
    pool adjacent violators."""
    offset, offsets = 0.0, []
    for before, cell in zip([None, *row], row, strict=False):
        if before is not None:
            offset += (before.width + cell.width) / 2 + BESIDE
        offsets.append(offset)
    pools: list[tuple[float, float, int]] = []  # sum, weight, cells
    for cell, want, shift in zip(row, wanted, offsets, strict=True):
        weight = 1.0 if cell.real else 4.0  # a straight arrow is worth more than a centred box
        pool = ((want - shift) * weight, weight, 1)
        while pools and pools[-1][0] / pools[-1][1] >= pool[0] / pool[1]:
            last = pools.pop()
            pool = (last[0] + pool[0], last[1] + pool[1], last[2] + pool[2])
        pools.append(pool)
    means = [total / weight for total, weight, count in pools for _ in range(count)]
    for cell, mean, shift in zip(row, means, offsets, strict=True):
        cell.x = mean + shift
