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
    Attributes,
    Ends,
    Lines,
    Ragged,
    Repaired,
    Step,
    joined_rows,
    labels,
    no_repairs,
    on_frame,
    repair_rows,
    tree_m,
)
from corridors.topology._join import near_ends
from corridors.topology._near import Feet, feet, feet_of_nodes
from corridors.topology._sphere import chord_m, on_sphere_m
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
    lines, repairs = explode(frame)
    unchanged = len(repairs) == 0 and not frame.has_z.any()
    return Repaired(frame.reset_index(drop=True) if unchanged else lines.framed(), repairs)


def explode(frame: gpd.GeoDataFrame) -> Step:
    """Do the work of `explode_lines`."""
    geometries = np.asarray(frame.geometry.array, dtype=object)
    if shapely.has_z(geometries).any():
        with np.errstate(invalid="ignore"):  # what is not finite is dropped below
            geometries = shapely.force_2d(geometries)
    elif (shapely.get_type_id(geometries) == 1).all() and not shapely.is_empty(geometries).any():
        lines = Lines.read(frame)
        if np.isfinite(lines.ragged.xy).all() and (np.diff(lines.ragged.start) > 1).all():
            return lines, no_repairs()
    of, nowhere = Attributes(frame), np.array([[np.nan, np.nan]])
    what = of.names
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
    row = row[good][long]
    gap = (frame["repair"] == "gap").to_numpy()[row] if "repair" in frame else np.zeros(len(row), dtype=bool)
    return Lines(of, ragged.take(np.flatnonzero(long)), row, gap), repairs


def _finite(parts: Any) -> Any:
    xy, line = shapely.get_coordinates(parts, return_index=True)
    return np.bincount(line, ~np.isfinite(xy).all(axis=1), minlength=len(parts)) == 0


def _first_xy(geometries: Any) -> Floats:
    xy, line = shapely.get_coordinates(geometries, return_index=True)
    return xy[np.unique(line, return_index=True)[1]]


def drop_duplicates(frame: gpd.GeoDataFrame, *, same: Sequence[str] = SAME) -> Repaired:
    """Drop lines whose vertices are those of another line, in either direction; the lowest ``line_id`` stays.

    Parameters
    ----------
    frame
        Lines.
    same
        Columns that must agree too, where the frame has them.
    """
    return on_frame(frame, without_duplicates, same=same)


def without_duplicates(lines: Lines, *, same: Sequence[str] = SAME) -> Step:
    """Do the work of `drop_duplicates`."""
    import pandas as pd

    ragged = lines.ragged
    if len(ragged) == 0:
        return lines, no_repairs()
    shape = pd.DataFrame(_fingerprints(ragged))
    # Most lines have no double: only those with a fingerprint that comes twice are compared and ordered.
    double = np.flatnonzero(shape["b"].duplicated(keep=False).to_numpy())
    if len(double) == 0:
        return lines, no_repairs()
    few = shape.iloc[double].assign(code=lines.codes(same)[double], what=lines.names(double), row=double)
    dropped = few[few.sort_values(["what", "row"]).duplicated([*shape.columns, "code"]).reindex(few.index)]
    rows = np.sort(dropped["row"].to_numpy())
    if len(rows) == 0:
        return lines, no_repairs()
    what, at = lines.names(rows), ragged.xy[ragged.start[rows]]
    repairs = repair_rows("duplicate", what, at, ragged.lengths_m(rows), "dropped")
    keep = np.delete(np.arange(len(ragged)), rows)
    return lines.pieces(ragged.take(keep), keep), repairs


def _fingerprints(ragged: Ragged) -> dict[str, Any]:
    """Return numbers that are equal for lines of the same vertices in either direction."""
    key = _mixed(ragged.key.astype(np.uint64))
    pair = np.zeros_like(key)
    pair[:-1] = _mixed(key[:-1] + key[1:]) ^ (key[:-1] * key[1:])
    pair[ragged.start[1:] - 1] = 0
    at = ragged.start[:-1]
    return {"n": np.diff(ragged.start), "a": np.add.reduceat(key, at), "b": np.add.reduceat(pair, at)}


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
    return on_frame(frame, snap, snap_m=snap_m)


def snap(lines: Lines, *, snap_m: float, among: Any = None) -> Step:
    """Do the work of `snap_ends`; ``among`` are the numbers of the nodes that may move, None for all."""
    ragged = lines.ragged
    if snap_m <= 0 or len(ragged) == 0:
        return lines, no_repairs()
    ends = ragged.joints
    pairs = ends.pairs_within(snap_m, among)
    pairs = pairs[~ends.are_linked(pairs)]
    if len(pairs) == 0:
        return _without_crumbs(lines, snap_m, no_repairs())
    target = _targets(labels(pairs, len(ends.key)), ends)
    moved = np.flatnonzero((target != np.arange(len(ends.key)))[ends.node.ravel()])
    rows, was = ragged.ends.ravel()[moved], ends.node.ravel()[moved]
    xy = ragged.xy.copy()
    xy[rows] = ends.xy[target[was]]
    metres = chord_m(ends.xy[was], ends.xy[target[was]])
    note = f"end moved to the node within {snap_m:g} m"
    repairs = repair_rows("snap", lines.names(moved // 2), ends.xy[target[was]], metres, note)
    lines, repairs = _without_crumbs(lines.pieces(Ragged(xy, ragged.start), slice(None)), snap_m, repairs)
    clean, long = lines.ragged.without_repeats()
    return lines.pieces(clean, long), repairs


def _targets(label: Any, ends: Ends) -> Any:
    """Return for each node the node of its cluster that most ends share; ties go to the lowest position."""
    n = len(ends.key)
    order = np.lexsort((ends.key, -ends.degree, label))
    first = order[np.unique(label[order], return_index=True)[1]]
    return first[np.unique(label, return_inverse=True)[1]] if n else np.arange(0)


def _without_crumbs(lines: Lines, snap_m: float, repairs: pd.DataFrame) -> Step:
    """Drop loops shorter than the tolerance; what they were long is logged."""
    ragged = lines.ragged
    closed = np.flatnonzero(ragged.key[ragged.ends[:, 0]] == ragged.key[ragged.ends[:, 1]])
    crumbs = closed[ragged.lengths_m(closed) <= snap_m]
    if len(crumbs):
        note = f"shorter than {snap_m:g} m: dropped"
        first = ragged.xy[ragged.start[crumbs]]
        gone = repair_rows("collapsed", lines.names(crumbs), first, ragged.lengths_m(crumbs), note)
        repairs = joined_rows([repairs, gone])
        keep = np.delete(np.arange(len(ragged)), crumbs)
        lines = lines.pieces(ragged.take(keep), keep)
    return lines, repairs


def node_vertices(frame: gpd.GeoDataFrame) -> Repaired:
    """Cut lines at the vertices that they share with other lines, or with themselves.

    Parameters
    ----------
    frame
        Lines; those of one mode, if modes must not meet.
    """
    return on_frame(frame, cut_at_vertices)


def cut_at_vertices(lines: Lines) -> Step:
    """Do the work of `node_vertices`."""
    ragged = lines.ragged
    at = _comes_again(ragged.key)
    at[ragged.ends.ravel()] = False
    if not at.any():
        return lines, no_repairs()
    pieces, owner = ragged.cut(at)
    repairs = repair_rows("junction", lines.names(ragged.owner[at]), ragged.xy[at], 0.0, "cut at a shared vertex")
    return lines.pieces(pieces, owner), repairs


def _comes_again(key: Any) -> Any:
    """Return a mask of the keys that come more than once."""
    import pandas as pd

    return pd.Index(key).duplicated(keep=False)


def node_junctions(frame: gpd.GeoDataFrame, *, snap_m: float) -> Repaired:
    """Cut lines where a loose end comes within ``snap_m`` of their inside, and move the end there (a T-junction).

    Parameters
    ----------
    frame
        Lines, already cut at shared vertices.
    snap_m
        Tolerance in metres. An end that several lines share cuts a line only where it lies on it.
    """
    return on_frame(frame, cut_at_touches, snap_m=snap_m)


def cut_at_touches(lines: Lines, *, snap_m: float, among: Any = None) -> Step:
    """Do the work of `node_junctions`; ``among`` are the numbers of the nodes that may move, None for all."""
    ragged = lines.ragged
    if len(ragged) == 0:
        return lines, no_repairs()
    ends = ragged.joints
    found = _touches(ends, ragged, snap_m, among)
    if len(found.point) == 0:
        return lines, no_repairs()
    xy = ragged.xy.copy()
    foot_of = np.full(len(ends.key), -1)
    foot_of[found.point] = np.arange(len(found.point))
    moved = np.flatnonzero(foot_of[ends.node.ravel()] >= 0)
    foot = foot_of[ends.node.ravel()[moved]]
    xy[ragged.ends.ravel()[moved]] = found.xy[foot]
    metres = chord_m(ends.xy[ends.node.ravel()[moved]], found.xy[foot])
    note = f"end moved to the line within {snap_m:g} m"
    repairs = joined_rows(
        [
            repair_rows("junction", lines.names(found.line), found.xy, 0.0, "cut where an end touches"),
            repair_rows("snap", lines.names(moved // 2), found.xy[foot], metres, note),
        ]
    )
    return cut_at_feet(lines.pieces(Ragged(xy, ragged.start), slice(None)), found), repairs


def _touches(ends: Ends, ragged: Ragged, snap_m: float, among: Any) -> Feet:
    """Return the feet of ends on other lines: the nearest line of a loose end, all lines that a shared end lies on."""
    nodes = ends.some(among)
    reach = np.where(ends.degree[nodes] == 1, max(snap_m, TOUCH_M), TOUCH_M)
    found = feet_of_nodes(nodes, ragged, reach)
    found = found.where(~is_at_an_end(found, ragged))
    order = np.lexsort((found.xy[:, 1], found.xy[:, 0], found.metres, found.point))
    nearest = order[np.unique(found.point[order], return_index=True)[1]]
    return found.where(np.sort(nearest))


def node_points(frame: gpd.GeoDataFrame, points: Floats, *, within_m: float) -> Repaired:
    """Cut lines where a point lies beside their inside, as stations do beside a line that is drawn in one piece.

    Parameters
    ----------
    frame
        Lines, already joined.
    points
        Shape (n, 2), longitude and latitude. A point cuts the nearest line of each component beside it, unless the component
        has an end within the distance.
    within_m
        How far a point may lie from its line, in metres.
    """
    if len(points) == 0:
        return Repaired(frame, no_repairs())
    return on_frame(frame, cut_at_points, points=points, within_m=within_m)


def cut_at_points(lines: Lines, *, points: Floats, within_m: float) -> Step:
    """Do the work of `node_points`."""
    ragged = lines.ragged
    found = feet(points, ragged, within_m)
    if len(found.point) == 0:
        return lines, no_repairs()
    ends = ragged.joints
    component = ends.components()
    of = component[ends.node[found.line, 0]]
    order = np.lexsort((found.xy[:, 1], found.xy[:, 0], found.metres, of, found.point))
    is_first = np.append(True, (np.diff(found.point[order]) != 0) | (np.diff(of[order]) != 0))
    nearest = order[is_first]
    around = tree_m(ends.xy).query_ball_point(on_sphere_m(points[found.point[nearest]]), within_m)
    is_bare = [not (component[nodes] == c).any() for nodes, c in zip(around, of[nearest], strict=True)]
    found = found.where(nearest[np.array(is_bare, dtype=bool)])
    if len(found.point) == 0:
        return lines, no_repairs()
    repairs = repair_rows("place on a line", lines.names(found.line), found.xy, 0.0, "cut where a place lies")
    return cut_at_feet(lines, found), repairs


def is_at_an_end(found: Feet, ragged: Ragged) -> Any:
    """Return a mask of the feet that are an end of their line."""
    return near_ends(found.xy, found.line, ragged, TOUCH_M / 10)


def cut_at_feet(lines: Lines, found: Any) -> Lines:
    """Put the feet into the lines as vertices and cut there."""
    ragged = lines.ragged
    met, number = np.unique(found.line, return_inverse=True)
    few = ragged.take(met)
    vertex = found.vertex - ragged.start[found.line] + few.start[number]
    bigger = few.insert(vertex, found.along, found.xy)
    order = np.lexsort((found.along, vertex))
    mask = np.zeros(len(bigger.xy), dtype=bool)
    mask[vertex[order] + 1 + np.arange(len(order))] = True
    # A foot on a vertex doubles it; both are the same place, and the vertex is where the line is cut.
    doubled = mask & _repeats(bigger.key, bigger.start)
    pieces, owner = bigger.cut((mask & ~doubled) | np.append(doubled[1:], False))
    cut, of = ragged.put(met, pieces, met[owner])
    clean, long = cut.without_repeats()
    return lines.pieces(clean, of[long])


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
    return on_frame(frame, cut_at_crossings)


def cut_at_crossings(lines: Lines) -> Step:
    """Do the work of `node_crossings`."""
    ragged, geometries = lines.ragged, lines.ragged.lines()
    a, b = shapely.STRtree(geometries).query(geometries, predicate="crosses")
    a, b = a[a < b], b[a < b]
    points, pair = shapely.get_parts(shapely.intersection(geometries[a], geometries[b]), return_index=True)
    xy = shapely.get_coordinates(shapely.point_on_surface(points))
    if len(xy) == 0:
        return lines, no_repairs()

    found = feet(xy, ragged, TOUCH_M / 10)
    mine = (found.line == a[pair][found.point]) | (found.line == b[pair][found.point])
    found = found.where(mine & ~is_at_an_end(found, ragged))
    found = Feet(found.point, found.line, found.vertex, found.along, xy[found.point], found.metres)
    repairs = repair_rows("crossing", lines.names(found.line), found.xy, 0.0, "cut where lines cross, as asked")
    return cut_at_feet(lines, found), repairs
