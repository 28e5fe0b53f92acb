"""Lines as arrays: all vertices in one array, and where each line starts in it. Distances are metric everywhere on Earth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from corridors.topology._boxes import Boxes, Runs, may_be_in
from corridors.topology._sphere import chord_m, on_sphere_m
from corridors.units import Floats

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_GRID = 1e7
"""Two coordinates are the same vertex if they agree to a ten-millionth of a degree (1 cm)."""

REPAIR_COLUMNS = ("kind", "what", "lon", "lat", "metres", "note")


class Repaired(NamedTuple):
    """What a step returns.

    Attributes
    ----------
    lines
        The lines after the step, EPSG:4326.
    repairs
        One row an edit: ``kind, what, lon, lat, metres, note``.
    """

    lines: gpd.GeoDataFrame
    repairs: pd.DataFrame


@dataclass(frozen=True)
class Ragged:
    """Vertices of many lines, one after the other; line i has the rows ``start[i]`` to ``start[i + 1]``."""

    xy: Floats
    start: Any
    shapes: Any = None
    """The same as shapely lines, where they are at hand: making them is what takes time."""

    @classmethod
    def of(cls, geometries: Any) -> Ragged:
        """Take shapely lines apart; vertices that repeat the one before are left out."""
        geometries = np.asarray(geometries, dtype=object)
        xy, line = shapely.get_coordinates(geometries, return_index=True)
        again = np.zeros(len(xy), dtype=bool)
        key = vertex_keys(xy)
        again[1:] = (key[1:] == key[:-1]) & (line[1:] == line[:-1])
        changed = bool(again.any())
        if changed:
            xy, line = xy[~again], line[~again]
        counts = np.bincount(line, minlength=len(geometries))
        return cls(xy, np.concatenate([[0], np.cumsum(counts)]), None if changed else geometries)

    def __len__(self) -> int:
        return len(self.start) - 1

    @cached_property
    def owner(self) -> Any:
        """The line of each vertex."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))

    @cached_property
    def ends(self) -> Any:
        """Rows of the first and last vertex of each line, shape (n, 2)."""
        return np.column_stack([self.start[:-1], self.start[1:] - 1])

    @cached_property
    def key(self) -> Any:
        """The key of each vertex: equal keys are the same place."""
        return vertex_keys(self.xy)

    @cached_property
    def joints(self) -> Ends:
        """The nodes that the ends of the lines make."""
        return Ends.of(self)

    @cached_property
    def runs(self) -> Runs:
        """The lines in short runs of segments, each in its box."""
        return Runs.of(self.xy, self.start)

    @cached_property
    def along_m(self) -> Floats:
        """How far along its line each vertex lies, in metres on great circles of the mean sphere."""
        if len(self.xy) == 0:
            return np.zeros(0)
        step = np.zeros(len(self.xy))
        step[1:] = chord_m(self.xy[:-1], self.xy[1:])
        total = np.cumsum(step)
        return total - total[self.start[self.owner]]

    def lengths_m(self, rows: Any = None) -> Floats:
        """Return the length of each line in metres, or of some of them."""
        if rows is not None:
            return self.take(rows).lengths_m()
        out = np.zeros(len(self))
        has = np.diff(self.start) > 0
        out[has] = self.along_m[self.start[1:][has] - 1]
        return out

    def take(self, rows: Any, *, backwards: Any = None, joined: Any = None) -> Ragged:
        """Return some of the lines, in the order given.

        Parameters
        ----------
        rows
            Numbers of lines.
        backwards
            Mask: these are turned round.
        joined
            Mask: these go on where the one before ends, and form one line with it; their first vertex is left out.
        """
        rows = np.asarray(rows, dtype=int)
        n = np.diff(self.start)[rows]
        first, step = self.start[rows], np.ones(len(rows), dtype=int)
        if backwards is not None:
            first, step = np.where(backwards, self.start[rows + 1] - 1, first), np.where(backwards, -1, step)
        if joined is not None:
            first, n = first + step * joined, n - joined
        before = np.concatenate([[0], np.cumsum(n)])
        inside = np.arange(before[-1]) - np.repeat(before[:-1], n)
        vertex = np.repeat(first, n) + inside * np.repeat(step, n)
        starts = before[:-1] if joined is None else before[:-1][~joined]
        return Ragged(self.xy.take(vertex, axis=0), np.append(starts, before[-1]))

    def lines(self) -> Any:
        """Return shapely lines; each needs two vertices or more."""
        if self.shapes is not None:
            return self.shapes.copy()
        if len(self) == 0:
            return np.empty(0, dtype=object)
        return shapely.linestrings(self.xy, indices=self.owner)

    def and_then(self, more: Ragged) -> Ragged:
        """Return these lines and others behind them."""
        return Ragged(np.vstack([self.xy, more.xy]), np.concatenate([self.start, more.start[1:] + self.start[-1]]))

    def without_repeats(self) -> tuple[Ragged, Any]:
        """Return lines without vertices that repeat the one before, and a mask of the lines with two vertices or more."""
        key = self.key
        keep = np.ones(len(key), dtype=bool)
        keep[1:] = key[1:] != key[:-1]
        keep[self.start[:-1]] = True
        if keep.all() and (np.diff(self.start) > 1).all():
            return self, np.ones(len(self), dtype=bool)
        n = np.add.reduceat(keep, self.start[:-1], dtype=int) if len(self) else np.zeros(0, dtype=int)
        long = n > 1
        keep &= np.repeat(long, np.diff(self.start))
        return Ragged(self.xy[keep], np.concatenate([[0], np.cumsum(n[long])])), long

    def put(self, rows: Any, lines: Ragged, of: Any) -> tuple[Ragged, Any]:
        """Put others in the place of some of the lines.

        Parameters
        ----------
        rows
            Numbers of the lines that go.
        lines
            Those that come.
        of
            For each that comes the number of the line in whose place it is.

        Returns
        -------
        Ragged
            The lines, in the order of the numbers.
        numpy.ndarray
            For each line the number that it had, or in whose place it is.
        """
        stay = np.delete(np.arange(len(self)), rows)
        number = np.concatenate([stay, of])
        order = np.argsort(number, kind="stable")
        source = np.concatenate([stay, len(self) + np.arange(len(of))])
        return self.and_then(lines).take(source[order]), number[order]

    def cut(self, at: Any) -> tuple[Ragged, Any]:
        """Cut lines at inner vertices.

        Parameters
        ----------
        at
            Mask over the vertices; ends are never cut.

        Returns
        -------
        Ragged
            The pieces, in the order of the lines.
        numpy.ndarray
            For each piece the line it is part of.
        """
        at = np.array(at, dtype=bool)
        at[self.ends.ravel()] = False
        copies = np.repeat(np.arange(len(self.xy)), 1 + at)  # a cut vertex ends one piece and starts the next
        second = np.zeros(len(copies), dtype=bool)
        second[1:] = copies[1:] == copies[:-1]
        first_of_line = np.zeros(len(self.xy), dtype=bool)
        first_of_line[self.start[:-1]] = True
        start = np.flatnonzero(second | first_of_line[copies])
        return Ragged(self.xy.take(copies, axis=0), np.append(start, len(copies))), self.owner[copies[start]]

    def insert(self, after: Any, along: Any, points: Floats) -> Ragged:
        """Put new vertices behind vertices ``after``; those behind one vertex are ordered by ``along``."""
        order = np.lexsort((along, after))
        rows = np.asarray(after)[order] + 1
        xy = np.insert(self.xy, rows, points[order], axis=0)
        added = np.concatenate([[0], np.cumsum(np.bincount(self.owner[after], minlength=len(self)))])
        return Ragged(xy, self.start + added)


def vertex_keys(xy: Floats) -> Any:
    """Return one integer a position: equal integers are the same vertex; 180 and -180 degrees are one meridian."""
    lon = np.round(xy[:, 0] * _GRID).astype(np.int64)
    lon[lon == round(-180 * _GRID)] = round(180 * _GRID)
    lat = np.round(xy[:, 1] * _GRID).astype(np.int64)
    return (lon + round(180 * _GRID)) * (1 << 31) + lat + round(90 * _GRID)


def repair_rows(kind: str, what: Any, lonlat: Floats, metres: Any, note: Any = "") -> pd.DataFrame:
    """Return rows for the table of repairs."""
    import pandas as pd

    lonlat = np.asarray(lonlat, dtype=float).reshape(-1, 2)
    return pd.DataFrame(
        {"kind": kind, "what": what, "lon": lonlat[:, 0], "lat": lonlat[:, 1], "metres": metres, "note": note},
        columns=list(REPAIR_COLUMNS),
    )


def no_repairs() -> pd.DataFrame:
    """Return a table of repairs without rows."""
    return repair_rows("", np.empty(0, dtype=object), np.empty((0, 2)), np.empty(0))


def joined_rows(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Return tables of repairs below each other."""
    import pandas as pd

    parts = [p for p in parts if len(p)]
    return pd.concat(parts, ignore_index=True) if parts else no_repairs()


@dataclass(frozen=True)
class Attributes:
    """What the lines of a frame are, besides their shapes; the pieces of a line share its row."""

    frame: gpd.GeoDataFrame

    @cached_property
    def names(self) -> Any:
        """What repairs call each line: its ``line_id``, else its row counted from 1."""
        if "line_id" in self.frame:
            return self.frame["line_id"].astype(str).to_numpy(dtype=object)
        return np.array([f"row {i + 1}" for i in range(len(self.frame))], dtype=object)

    def codes(self, same: Sequence[str]) -> Any:
        """Return a number a row that is equal where all of these columns agree, as far as the frame has them."""
        columns = [c for c in same if c in self.frame]
        if not columns:
            return np.zeros(len(self.frame), dtype=int)
        return self.frame.groupby(columns, sort=False, dropna=False).ngroup().to_numpy()


@dataclass(frozen=True)
class Lines:
    """Lines in work, as arrays: a step of the repair takes and returns them, and shapes are made once, at the end.

    Attributes
    ----------
    of
        The attributes of the lines that they were made from.
    ragged
        The vertices.
    row
        The row of the attributes of each line.
    gap
        Mask of the lines that were laid over a gap.
    """

    of: Attributes
    ragged: Ragged
    row: Any
    gap: Any = field(repr=False)

    @classmethod
    def read(cls, frame: gpd.GeoDataFrame) -> Lines:
        """Take a frame of single-part lines apart."""
        gap = (frame["repair"] == "gap").to_numpy() if "repair" in frame else np.zeros(len(frame), dtype=bool)
        return cls(Attributes(frame), Ragged.of(frame.geometry.array), np.arange(len(frame)), gap)

    def __len__(self) -> int:
        return len(self.ragged)

    def names(self, rows: Any) -> Any:
        """Return what repairs call some of the lines."""
        return self.of.names[self.row[rows]]

    def codes(self, same: Sequence[str]) -> Any:
        """Return a number a line that is equal where all of these columns agree; ``repair`` is one of them."""
        code = self.of.codes([c for c in same if c != "repair"])[self.row]
        return code * 2 + self.gap if "repair" in same else code

    def pieces(self, ragged: Ragged, of: Any) -> Lines:
        """Return other shapes, each with the attributes of one of these lines: its number, or a mask of those that stay."""
        return Lines(self.of, ragged, self.row[of], self.gap[of])

    def framed(self) -> gpd.GeoDataFrame:
        """Return the lines as a frame; the frame they came from if nothing was changed."""
        frame = self.of.frame
        out = frame.take(self.row).reset_index(drop=True).set_geometry(self.ragged.lines(), crs=frame.crs)
        if self.gap.any() or "repair" in frame:
            out["repair"] = np.where(self.gap, "gap", "")
        return out


Step = tuple[Lines, "pd.DataFrame"]
"""What the work of a step returns: lines and repairs."""


def on_frame(frame: gpd.GeoDataFrame, work: Callable[..., Step], **options: Any) -> Repaired:
    """Do the work of one step on a frame."""
    lines = Lines.read(frame)
    after, repairs = work(lines, **options)
    return Repaired(frame if after is lines else after.framed(), repairs)


@dataclass(frozen=True)
class Ends:
    """Nodes made of the ends of lines that are exactly the same vertex.

    Attributes
    ----------
    node
        Node of first and last end, shape (n_lines, 2); nodes are numbered by position, whatever the order of lines.
    xy
        Position of each node.
    degree
        How many ends each node has.
    key
        The vertex key of each node, ascending.
    """

    node: Any
    xy: Floats
    degree: Any
    key: Any

    @classmethod
    def of(cls, ragged: Ragged) -> Ends:
        """Number the ends of lines."""
        rows = ragged.ends.ravel()
        key, first, node = np.unique(ragged.key.take(rows), return_index=True, return_inverse=True)
        return cls(node.reshape(-1, 2), ragged.xy.take(rows[first], axis=0), np.bincount(node, minlength=len(key)), key)

    def at(self, xy: Floats) -> Any:
        """Return the numbers of the nodes at some positions, as far as there are any."""
        key = vertex_keys(xy)
        number = np.minimum(np.searchsorted(self.key, key), len(self.key) - 1)
        return number[self.key[number] == key]

    def are_linked(self, pairs: Any) -> Any:
        """Return a mask of the pairs of nodes, shape (n, 2), that a line joins directly."""
        links = self.node[self.lines_between(pairs.ravel())]
        n = len(self.key)
        wanted, linked = (np.minimum(x[:, 0], x[:, 1]) * n + np.maximum(x[:, 0], x[:, 1]) for x in (pairs, links))
        return np.isin(wanted, linked)

    def lines_between(self, nodes: Any) -> Any:
        """Return the numbers of the lines both ends of which are among some nodes."""
        a, b = self._are_among(nodes)
        return np.flatnonzero(a & b)

    def lines_at(self, nodes: Any) -> Any:
        """Return the numbers of the lines that end at one of some nodes."""
        a, b = self._are_among(nodes)
        return np.flatnonzero(a | b)

    def _are_among(self, nodes: Any) -> tuple[Any, Any]:
        is_one = np.zeros(len(self.key), dtype=bool)
        is_one[nodes] = True
        return is_one[self.node[:, 0]], is_one[self.node[:, 1]]

    def some(self, nodes: Any) -> Any:
        """Return the numbers of some nodes, or of all for None."""
        return np.arange(len(self.key)) if nodes is None else nodes

    def pairs_within(self, metres: float, among: Any = None) -> Any:
        """Return the pairs of nodes that are at most so far apart, shape (n, 2); ``among`` are the nodes to look at."""
        nodes = self.some(among)
        return nodes[tree_m(self.xy[nodes]).query_pairs(metres, output_type="ndarray")]

    def around(self, nodes: Any, metres: Any) -> list[Any]:
        """Return for each of some nodes the nodes that are at most so far away, itself too."""
        if len(nodes) == 0:
            return []
        near = np.flatnonzero(may_be_in(self.xy, Boxes.at(self.xy[nodes]).widened(float(np.max(metres)))))
        found = tree_m(self.xy[near]).query_ball_point(on_sphere_m(self.xy[nodes]), metres)
        return [near[np.asarray(x, dtype=int)] for x in found]

    def components(self, extra: Any = None) -> Any:
        """Return the component of each node; ``extra`` are further pairs of nodes that count as joined."""
        return labels(self.node if extra is None else np.vstack([self.node, extra]), len(self.key))


def tree_m(lonlat: Floats) -> Any:
    """Return an index of points that are put on the sphere, in metres."""
    from scipy.spatial import cKDTree

    return cKDTree(on_sphere_m(lonlat), balanced_tree=False, compact_nodes=False)


def labels(pairs: Any, n: int) -> Any:
    """Return the component number of n things, given pairs that are joined."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    pairs = np.asarray(pairs).reshape(-1, 2)
    graph = coo_array((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    return connected_components(graph, directed=False)[1]
