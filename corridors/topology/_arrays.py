"""Lines as arrays: all vertices in one array, and where each line starts in it. Distances are metric everywhere on Earth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely

from corridors.units import Floats

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

EARTH_M = 6_371_008.8
"""Mean radius: tolerances are small, so a sphere measures them to 0.5 %."""

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

    @property
    def owner(self) -> Any:
        """The line of each vertex."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))

    @property
    def ends(self) -> Any:
        """Rows of the first and last vertex of each line, shape (n, 2)."""
        return np.column_stack([self.start[:-1], self.start[1:] - 1])

    def lengths_m(self) -> Floats:
        """Return the length of each line in metres, along great circles of the mean sphere."""
        if len(self.xy) == 0:
            return np.zeros(len(self))
        step = np.zeros(len(self.xy))
        step[1:] = chord_m(self.xy[:-1], self.xy[1:])
        step[self.start[:-1][np.diff(self.start) > 0]] = 0.0
        total = np.concatenate([[0.0], np.cumsum(step)])
        return total[self.start[1:]] - total[self.start[:-1]]

    def lines(self) -> Any:
        """Return shapely lines; each needs two vertices or more."""
        if self.shapes is not None:
            return self.shapes.copy()
        if len(self) == 0:
            return np.empty(0, dtype=object)
        return shapely.linestrings(self.xy, indices=self.owner)

    def without_repeats(self) -> tuple[Ragged, Any]:
        """Return lines without vertices that repeat the one before, and a mask of the lines with two vertices or more."""
        key = vertex_keys(self.xy)
        keep = np.ones(len(key), dtype=bool)
        keep[1:] = key[1:] != key[:-1]
        keep[self.start[:-1]] = True
        n = np.add.reduceat(keep, self.start[:-1], dtype=int) if len(self) else np.zeros(0, dtype=int)
        long = n > 1
        keep &= np.repeat(long, np.diff(self.start))
        return Ragged(self.xy[keep], np.concatenate([[0], np.cumsum(n[long])])), long

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
        return Ragged(self.xy[copies], np.append(start, len(copies))), self.owner[copies[start]]

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


def on_sphere_m(lonlat: Floats) -> Floats:
    """Return points on a sphere of the Earth's mean radius, in metres, so that straight distances are metric."""
    lon, lat = np.radians(np.asarray(lonlat, dtype=float)).reshape(-1, 2).T
    return EARTH_M * np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])


def chord_m(a: Floats, b: Floats) -> Floats:
    """Return the great-circle distance of pairs of points (lon, lat) in metres."""
    lon, lat = np.radians(b - a).T
    c = np.cos(np.radians(a[:, 1])) * np.cos(np.radians(b[:, 1]))
    h = np.sin(lat / 2) ** 2 + c * np.sin(lon / 2) ** 2
    return np.asarray(2 * EARTH_M * np.arcsin(np.sqrt(np.minimum(h, 1.0))))


def names_of(frame: gpd.GeoDataFrame) -> Any:
    """Return what repairs call each line: its ``line_id``, else its row counted from 1."""
    if "line_id" in frame:
        return frame["line_id"].astype(str).to_numpy(dtype=object)
    return np.array([f"row {i + 1}" for i in range(len(frame))], dtype=object)


def repair_rows(kind: str, what: Any, lonlat: Floats, metres: Any, note: str = "") -> pd.DataFrame:
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


def with_lines(frame: gpd.GeoDataFrame, rows: Any, geometries: Any) -> gpd.GeoDataFrame:
    """Return the given rows of a frame with other geometries."""
    out = frame.take(np.asarray(rows)).reset_index(drop=True)
    return out.set_geometry(np.asarray(geometries, dtype=object), crs=frame.crs)


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
        key, first, node = np.unique(vertex_keys(ragged.xy[rows]), return_index=True, return_inverse=True)
        return cls(node.reshape(-1, 2), ragged.xy[rows[first]], np.bincount(node, minlength=len(key)), key)

    def components(self, extra: Any = None) -> Any:
        """Return the component of each node; ``extra`` are further pairs of nodes that count as joined."""
        return labels(self.node if extra is None else np.vstack([self.node, extra]), len(self.key))


def labels(pairs: Any, n: int) -> Any:
    """Return the component number of n things, given pairs that are joined."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    pairs = np.asarray(pairs).reshape(-1, 2)
    graph = coo_array((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    return connected_components(graph, directed=False)[1]
