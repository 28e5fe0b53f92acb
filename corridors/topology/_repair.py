"""Repair steps, each a pure function of a frame of lines: ``step(frame, …) -> Repaired(lines, repairs)``.

Assumptions
-----------
* Lines are in EPSG:4326; tolerances are metres everywhere on Earth, across the antimeridian too.
* Lines are joined at their ends, at vertices that they share, and where a loose end comes within the tolerance of the
  inside of another line (a T-junction). Two lines that cross without a shared vertex are a bridge and stay apart, unless
  `node_crossings` is asked to join them.
* A line's ends are never joined with each other for being near: a short line stays a line.
* The order of the input does not matter to the shapes that come out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors.topology._arrays import (
    Ends,
    Ragged,
    Repaired,
    chord_m,
    joined_rows,
    labels,
    names_of,
    no_repairs,
    on_sphere_m,
    repair_rows,
    vertex_keys,
    with_lines,
)
from corridors.topology._join import near_ends
from corridors.topology._near import Feet, feet
from corridors.units import Floats

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

SAME = ("mode", "gauge_mm", "status", "line_class")
"""Lines that differ in one of these columns are different lines, however alike their shapes: two gauges side by side."""

TOUCH_M = 0.5
"""An end that other lines share cuts a further line only this near: tracks side by side are not joined."""


def explode_lines(frame: gpd.GeoDataFrame) -> Repaired:
    """Make one row of each part of a line, and drop what has no length: null, empty, not finite, a single place.

    Parameters
    ----------
    frame
        Lines or multi-part lines; heights are left out.
    """
    geometries = np.asarray(frame.geometry.array, dtype=object)
    if shapely.has_z(geometries).any():
        with np.errstate(invalid="ignore"):  # what is not finite is dropped below
            geometries = shapely.force_2d(geometries)
    elif (shapely.get_type_id(geometries) == 1).all() and _all_good(geometries):
        return Repaired(frame.reset_index(drop=True), no_repairs())
    what, nowhere = names_of(frame), np.array([[np.nan, np.nan]])
    empty = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    parts, row = shapely.get_parts(geometries[~empty], return_index=True)
    row = np.flatnonzero(~empty)[row]
    finite = _finite(parts)
    good = finite & np.isin(shapely.get_type_id(parts), (1, 2))
    n_parts = np.bincount(row, minlength=len(geometries))
    several = np.flatnonzero(n_parts > 1)
    ragged = Ragged.of(parts[good])
    long = np.diff(ragged.start) > 1
    zero = np.flatnonzero(good)[~long]
    repairs = joined_rows(
        [
            repair_rows("no geometry", what[empty], np.repeat(nowhere, empty.sum(), axis=0), 0.0, "dropped"),
            repair_rows("broken geometry", what[row[~good]], np.repeat(nowhere, (~good).sum(), axis=0), 0.0,
                        "dropped: not a line, or coordinates that are not numbers"),
            repair_rows("multi-part", what[several], _first_xy(geometries[several]), 0.0, "one row a part"),
            repair_rows("zero length", what[row[zero]], _first_xy(parts[zero]), 0.0, "dropped"),
        ]
    )  # fmt: skip
    kept = row[good][long]
    if len(repairs) == 0 and not shapely.has_z(np.asarray(frame.geometry.array)).any():
        return Repaired(frame.reset_index(drop=True), repairs)
    lines = Ragged(ragged.xy[np.repeat(long, np.diff(ragged.start))], _starts(np.diff(ragged.start)[long])).lines()
    return Repaired(with_lines(frame, kept, lines), repairs)


def _all_good(lines: Any) -> bool:
    """Return whether every single-part line is finite and longer than nothing."""
    if shapely.is_empty(lines).any() or not np.isfinite(shapely.get_coordinates(lines)).all():
        return False
    return bool((np.diff(Ragged.of(lines).start) > 1).all())


def _finite(parts: Any) -> Any:
    xy, line = shapely.get_coordinates(parts, return_index=True)
    return np.bincount(line, ~np.isfinite(xy).all(axis=1), minlength=len(parts)) == 0


def _first_xy(geometries: Any) -> Floats:
    xy, line = shapely.get_coordinates(geometries, return_index=True)
    return xy[np.unique(line, return_index=True)[1]]


def _starts(counts: Any) -> Any:
    return np.concatenate([[0], np.cumsum(counts)])


def drop_duplicates(frame: gpd.GeoDataFrame, *, same: Sequence[str] = SAME) -> Repaired:
    """Drop lines whose vertices are those of another line, in either direction; the lowest ``line_id`` stays.

    Parameters
    ----------
    frame
        Lines.
    same
        Columns that must agree too, where the frame has them.
    """
    import pandas as pd

    ragged = Ragged.of(frame.geometry.array)
    what = names_of(frame)
    shape = pd.DataFrame(_fingerprints(ragged)).assign(**_plain(frame, same))
    # Most lines have no double: only those with a fingerprint that comes twice are compared and ordered.
    double = np.flatnonzero(shape.duplicated(keep=False).to_numpy())
    few = shape.iloc[double].assign(what=what[double], row=double)
    dropped = few[few.sort_values(["what", "row"]).duplicated(list(shape.columns)).reindex(few.index)]
    rows = np.sort(dropped["row"].to_numpy())
    if len(rows) == 0:
        return Repaired(frame, no_repairs())
    repairs = repair_rows("duplicate", what[rows], ragged.xy[ragged.start[rows]], ragged.lengths_m()[rows], "dropped")
    keep = np.ones(len(frame), dtype=bool)
    keep[rows] = False
    return Repaired(frame[keep].reset_index(drop=True), repairs)


def _plain(frame: gpd.GeoDataFrame, columns: Sequence[str]) -> dict[str, Any]:
    """Return codes of the columns that the frame has; equal codes are equal values."""
    import pandas as pd

    return {c: pd.factorize(frame[c])[0] for c in columns if c in frame}


def _fingerprints(ragged: Ragged) -> dict[str, Any]:
    """Return numbers that are equal for lines of the same vertices in either direction."""
    key = _mixed(vertex_keys(ragged.xy).astype(np.uint64))
    pair = np.zeros_like(key)
    pair[:-1] = _mixed(key[:-1] + key[1:]) ^ (key[:-1] * key[1:])
    pair[ragged.start[1:] - 1] = 0
    at = ragged.start[:-1]
    return (
        {"n": np.diff(ragged.start), "a": np.add.reduceat(key, at), "b": np.add.reduceat(pair, at)} if len(at) else {}
    )


def _mixed(x: Any) -> Any:
    """Return well-spread 64-bit numbers (splitmix64)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def snap_ends(frame: gpd.GeoDataFrame, *, snap_m: float) -> Repaired:
    """Make one node of the ends of lines that lie within ``snap_m`` of each other.

    The node takes the place that most ends share already. A line that shrinks to a loop shorter than ``snap_m`` is
    dropped.

    Parameters
    ----------
    frame
        Lines.
    snap_m
        Tolerance in metres; 0 joins nothing.
    """
    from scipy.spatial import cKDTree

    ragged = Ragged.of(frame.geometry.array)
    if snap_m <= 0 or len(ragged) == 0:
        return Repaired(frame, no_repairs())
    ends = Ends.of(ragged)
    pairs = cKDTree(on_sphere_m(ends.xy)).query_pairs(snap_m, output_type="ndarray")
    pairs = pairs[~_are_linked(pairs, ends)]
    target = _targets(labels(pairs, len(ends.key)), ends) if len(pairs) else np.arange(len(ends.key))
    moved = np.flatnonzero((target != np.arange(len(ends.key)))[ends.node.ravel()])
    rows, was = ragged.ends.ravel()[moved], ends.node.ravel()[moved]
    xy = ragged.xy.copy()
    xy[rows] = ends.xy[target[was]]
    metres = chord_m(ends.xy[was], ends.xy[target[was]])
    note = f"end moved to the node within {snap_m:g} m"
    repairs = repair_rows("snap", names_of(frame)[moved // 2], ends.xy[target[was]], metres, note)
    return _without_crumbs(frame, Ragged(xy, ragged.start), snap_m, repairs, changed=len(moved) > 0)


def _are_linked(pairs: Any, ends: Ends) -> Any:
    """Return a mask of the pairs of nodes that a line joins directly."""
    n = len(ends.key)
    links = np.sort(ends.node, axis=1)
    return np.isin(pairs.min(axis=1) * n + pairs.max(axis=1), links[:, 0] * n + links[:, 1])


def _targets(label: Any, ends: Ends) -> Any:
    """Return for each node the node of its cluster that most ends share; ties go to the lowest position."""
    n = len(ends.key)
    order = np.lexsort((ends.key, -ends.degree, label))
    first = order[np.unique(label[order], return_index=True)[1]]
    return first[np.unique(label, return_inverse=True)[1]] if n else np.arange(0)


def _without_crumbs(
    frame: gpd.GeoDataFrame, ragged: Ragged, snap_m: float, repairs: pd.DataFrame, *, changed: bool
) -> Repaired:
    """Drop loops shorter than the tolerance; what they were long is logged."""
    key = vertex_keys(ragged.xy)
    closed = key[ragged.ends[:, 0]] == key[ragged.ends[:, 1]]
    length = ragged.lengths_m()
    crumb = closed & (length <= snap_m)
    if not (changed or crumb.any()):
        return Repaired(frame, repairs)
    what, first = names_of(frame), ragged.xy[ragged.start[:-1]]
    repairs = joined_rows(
        [repairs, repair_rows("collapsed", what[crumb], first[crumb], length[crumb], f"shorter than {snap_m:g} m: dropped")]
    )  # fmt: skip
    clean, long = ragged.without_repeats()
    kept = np.flatnonzero(long & ~crumb)
    return Repaired(with_lines(frame, kept, clean.lines()[~crumb[long]]), repairs)


def node_vertices(frame: gpd.GeoDataFrame) -> Repaired:
    """Cut lines at the vertices that they share with other lines, or with themselves.

    Parameters
    ----------
    frame
        Lines; those of one mode, if modes must not meet.
    """
    ragged = Ragged.of(frame.geometry.array)
    if len(ragged) == 0:
        return Repaired(frame, no_repairs())
    _, number, count = np.unique(vertex_keys(ragged.xy), return_inverse=True, return_counts=True)
    at = count[number] > 1
    at[ragged.ends.ravel()] = False
    if not at.any():
        return Repaired(frame, no_repairs())
    pieces, owner = ragged.cut(at)
    repairs = repair_rows("junction", names_of(frame)[ragged.owner[at]], ragged.xy[at], 0.0, "cut at a shared vertex")
    return Repaired(with_lines(frame, owner, pieces.lines()), repairs)


def node_junctions(frame: gpd.GeoDataFrame, *, snap_m: float) -> Repaired:
    """Cut lines where a loose end comes within ``snap_m`` of their inside, and move the end there (a T-junction).

    Parameters
    ----------
    frame
        Lines, already cut at shared vertices.
    snap_m
        Tolerance in metres. An end that several lines share cuts a line only where it lies on it.
    """
    ragged = Ragged.of(frame.geometry.array)
    if len(ragged) == 0:
        return Repaired(frame, no_repairs())
    ends = Ends.of(ragged)
    found = _touches(ends, ragged, snap_m)
    if len(found.point) == 0:
        return Repaired(frame, no_repairs())
    xy = ragged.xy.copy()
    foot_of = np.full(len(ends.key), -1)
    foot_of[found.point] = np.arange(len(found.point))
    moved = np.flatnonzero(foot_of[ends.node.ravel()] >= 0)
    foot = foot_of[ends.node.ravel()[moved]]
    xy[ragged.ends.ravel()[moved]] = found.xy[foot]
    metres = chord_m(ends.xy[ends.node.ravel()[moved]], found.xy[foot])
    what = names_of(frame)
    repairs = joined_rows(
        [
            repair_rows("junction", what[found.line], found.xy, 0.0, "cut where an end touches"),
            repair_rows("snap", what[moved // 2], found.xy[foot], metres, f"end moved to the line within {snap_m:g} m"),
        ]
    )
    return Repaired(cut_at_feet(frame, Ragged(xy, ragged.start), found), repairs)


def _touches(ends: Ends, ragged: Ragged, snap_m: float) -> Feet:
    """Return the feet of ends on other lines: the nearest line of a loose end, all lines that a shared end lies on."""
    found = feet(ends.xy, ragged, max(snap_m, TOUCH_M))
    own = (ends.node[found.line] == found.point[:, None]).any(axis=1)
    reach = np.where(ends.degree[found.point] == 1, max(snap_m, TOUCH_M), TOUCH_M)
    found = found.where(~own & (found.metres <= reach) & ~is_at_an_end(found, ragged))
    order = np.lexsort((found.xy[:, 1], found.xy[:, 0], found.metres, found.point))
    nearest = order[np.unique(found.point[order], return_index=True)[1]]
    return found.where(np.sort(nearest))


def is_at_an_end(found: Feet, ragged: Ragged) -> Any:
    """Return a mask of the feet that are an end of their line."""
    return near_ends(found.xy, found.line, ragged, TOUCH_M / 10)


def cut_at_feet(frame: gpd.GeoDataFrame, ragged: Ragged, found: Any) -> gpd.GeoDataFrame:
    """Put the feet into the lines as vertices and cut there."""
    bigger = ragged.insert(found.vertex, found.along, found.xy)
    order = np.lexsort((found.along, found.vertex))
    mask = np.zeros(len(bigger.xy), dtype=bool)
    mask[found.vertex[order] + 1 + np.arange(len(order))] = True
    key = vertex_keys(bigger.xy)  # a foot on a vertex doubles it; both are the same place
    pieces, owner = bigger.cut(mask & ~_repeats(key, bigger.start))
    clean, long = pieces.without_repeats()
    return with_lines(frame, owner[long], clean.lines())


def _repeats(key: Any, start: Any) -> Any:
    again = np.zeros(len(key), dtype=bool)
    again[1:] = key[1:] == key[:-1]
    again[start[:-1]] = False
    return again


def node_crossings(frame: gpd.GeoDataFrame) -> Repaired:
    """Cut lines where they cross without a shared vertex. Bridges become junctions: only for lines known to be flat.

    Parameters
    ----------
    frame
        Lines.
    """
    geometries = np.asarray(frame.geometry.array)
    a, b = shapely.STRtree(geometries).query(geometries, predicate="crosses")
    a, b = a[a < b], b[a < b]
    points, pair = shapely.get_parts(shapely.intersection(geometries[a], geometries[b]), return_index=True)
    xy = shapely.get_coordinates(shapely.point_on_surface(points))
    if len(xy) == 0:
        return Repaired(frame, no_repairs())
    ragged = Ragged.of(geometries)
    found = feet(xy, ragged, TOUCH_M / 10)
    mine = (found.line == a[pair][found.point]) | (found.line == b[pair][found.point])
    found = found.where(mine & ~is_at_an_end(found, ragged))
    found = Feet(found.point, found.line, found.vertex, found.along, xy[found.point], found.metres)
    repairs = repair_rows("crossing", names_of(frame)[found.line], found.xy, 0.0, "cut where lines cross, as asked")
    return Repaired(cut_at_feet(frame, ragged, found), repairs)
