"""A look from afar: which points may lie in which boxes. What is told apart here needs no closer look; no pair is missed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from corridors.topology._sphere import METRES_A_DEGREE
from corridors.units import Floats

_CELLS = 512
"""Points are counted in so many columns and rows of cells."""

_POLAR = 89.0
"""Beyond this latitude a margin in metres goes over all longitudes."""

_RUN = 8
"""So many segments of a line are in one box: whole long lines have boxes that hold half a country."""


@dataclass(frozen=True)
class Boxes:
    """Boxes between two meridians and two parallels: degrees, or columns and rows of cells."""

    west: Any
    south: Any
    east: Any
    north: Any

    def __len__(self) -> int:
        return len(self.west)

    @classmethod
    def at(cls, xy: Floats) -> Boxes:
        """Return a box without extent at each point."""
        x, y = xy[:, 0], xy[:, 1]
        return cls(x, y, x, y)

    def take(self, rows: Any) -> Boxes:
        """Return some of the boxes."""
        return Boxes(self.west[rows], self.south[rows], self.east[rows], self.north[rows])

    def widened(self, metres: float) -> Boxes:
        """Return boxes that hold all within some metres; those that reach the antimeridian or a pole go all round."""
        lat = 1.01 * metres / METRES_A_DEGREE
        south, north = self.south - lat, self.north + lat
        farthest = np.maximum(-south, north)
        lon = lat / np.cos(np.radians(np.minimum(farthest, _POLAR)))
        west, east = self.west - lon, self.east + lon
        all_round = (west <= -180.0) | (east >= 180.0) | (farthest > _POLAR)
        return Boxes(np.where(all_round, -np.inf, west), south, np.where(all_round, np.inf, east), north)

    def hold(self, x: Any, y: Any) -> Any:
        """Return a mask of the boxes that hold a point each."""
        return (self.west <= x) & (x <= self.east) & (self.south <= y) & (y <= self.north)


@dataclass(frozen=True)
class Runs:
    """Lines in short runs of segments, each in its box.

    Attributes
    ----------
    xy
        The vertices of the lines; no line jumps from 180 to -180 degrees: such lines go on beyond 180.
    line
        The line of each run.
    first, last
        The first and last vertex of each run.
    boxes
        The box of each run, in degrees.
    """

    xy: Floats
    line: Any
    first: Any
    last: Any
    boxes: Boxes

    @classmethod
    def of(cls, xy: Floats, start: Any) -> Runs:
        """Take lines apart: their vertices, and where each line starts in them."""
        xy = _unwrapped(xy, start)
        n = -(-(np.diff(start) - 1) // _RUN)
        line = np.repeat(np.arange(len(n)), n)
        number = np.arange(len(line)) - np.repeat(np.cumsum(n) - n, n)
        first = start[line] + number * _RUN
        last = np.minimum(first + _RUN, start[line + 1] - 1)

        def outermost(f: Any, x: Floats) -> Any:
            return f(f.reduceat(x, first), x[last]) if len(first) else np.empty(0)

        x, y = xy[:, 0], xy[:, 1]
        sides = ((np.minimum, x), (np.minimum, y), (np.maximum, x), (np.maximum, y))
        return cls(xy, line, first, last, Boxes(*(outermost(f, side) for f, side in sides)))


def _unwrapped(xy: Floats, start: Any) -> Floats:
    """Return vertices so that no line jumps from 180 to -180 degrees."""
    step = np.diff(xy[:, 0], prepend=xy[:1, 0])
    step[start[:-1]] = 0.0
    turn = np.where(step > 180.0, -360.0, np.where(step < -180.0, 360.0, 0.0))
    if not turn.any():
        return xy
    total = np.cumsum(turn)
    return np.column_stack([xy[:, 0] + total - np.repeat(total[start[:-1]], np.diff(start)), xy[:, 1]])


class Cells:
    """Points in the cells of a grid, which is laid over them all.

    Attributes
    ----------
    column, row
        The cell of each point.
    """

    def __init__(self, points: Floats) -> None:
        self._x, self._y = _Axis(points[:, 0]), _Axis(points[:, 1])
        self.column, self.row = self._x.cell(points[:, 0]), self._y.cell(points[:, 1])

    def under(self, boxes: Boxes) -> Boxes:
        """Return the cells that each box touches."""
        x, y = self._x, self._y
        return Boxes(x.cell(boxes.west), y.cell(boxes.south), x.cell(boxes.east), y.cell(boxes.north))

    def count(self, cells: Boxes) -> Any:
        """Return how many points there are in each block of cells; sums over columns and rows make it four look-ups."""
        here = np.bincount(self.column * _CELLS + self.row, minlength=_CELLS**2).astype(np.int32)
        total = np.zeros((_CELLS + 1, _CELLS + 1), dtype=np.int32)
        total[1:, 1:] = here.reshape(_CELLS, _CELLS).cumsum(axis=0).cumsum(axis=1)
        w, s, e, n = cells.west, cells.south, cells.east + 1, cells.north + 1
        return total[e, n] - total[w, n] - total[e, s] + total[w, s]

    def are_in(self, cells: Boxes) -> Any:
        """Return a mask of the points in any of the blocks of cells; the same sums, the other way round."""
        w, s, e, n = cells.west, cells.south, cells.east + 1, cells.north + 1
        change = np.zeros((_CELLS + 1, _CELLS + 1), dtype=np.int32)
        for x, y, by in ((w, s, 1), (e, s, -1), (w, n, -1), (e, n, 1)):
            np.add.at(change, (x, y), by)
        return (change.cumsum(axis=0).cumsum(axis=1) > 0)[self.column, self.row]


class _Axis:
    """Equal steps from the lowest to the highest of some numbers."""

    def __init__(self, numbers: Floats) -> None:
        self._start = numbers.min()
        self._step = max((numbers.max() - self._start) / (_CELLS - 1), 1e-9)

    def cell(self, numbers: Floats) -> Any:
        """Return the step of each number; what lies outside belongs to the first and the last."""
        return np.clip((numbers - self._start) / self._step, 0, _CELLS - 1).astype(np.int32)


def may_be_in(points: Floats, boxes: Boxes) -> Any:
    """Return a mask of the points that may lie in any of the boxes."""
    if len(points) == 0 or len(boxes) == 0:
        return np.zeros(len(points), dtype=bool)
    cells = Cells(points)
    return cells.are_in(cells.under(boxes))
