"""Fewer, longer lines: chains between junctions become one line, tracks side by side become one on request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors.topology._arrays import (
    Ends,
    Ragged,
    Repaired,
    joined_rows,
    labels,
    names_of,
    no_repairs,
    repair_rows,
    vertex_keys,
    with_lines,
)
from corridors.topology._repair import SAME
from corridors.units import Floats

if TYPE_CHECKING:
    import geopandas as gpd


def contract(
    frame: gpd.GeoDataFrame, *, same: Sequence[str] = (*SAME, "repair"), keep: Floats | None = None
) -> Repaired:
    """Make one line of each chain of lines between junctions; lines that run parallel between two nodes stay apart.

    Parameters
    ----------
    frame
        Lines that are already cut where they meet.
    same
        Lines are joined only where these columns agree, as far as the frame has them. The other columns are those of the
        lowest ``line_id`` in the chain.
    keep
        Positions (lon, lat) of nodes that stay nodes; None for junctions and loose ends alone.
    """
    ragged = Ragged.of(frame.geometry.array)
    ends = Ends.of(ragged)
    pairs, passed = _passed(ends, _codes(frame, same), keep)
    if len(pairs) == 0:
        return Repaired(frame, no_repairs())
    chain = labels(pairs, len(ragged))
    size = np.bincount(chain)
    merged = np.flatnonzero(size[chain] > 1)
    _, number = np.unique(chain[merged], return_inverse=True)
    shapes = _merged(ragged, ends, merged, number, passed)
    what = names_of(frame)
    lowest = np.lexsort((merged, what[merged].astype(str), number))
    row = merged[lowest[np.unique(number[lowest], return_index=True)[1]]]
    single = np.flatnonzero(size[chain] == 1)
    geometries = np.asarray(frame.geometry.array, dtype=object)
    rows = np.concatenate([single, row])
    order = np.argsort(rows, kind="stable")
    lines = np.concatenate([geometries[single], shapes])[order]
    count = np.bincount(number)
    notes = [f"{n} lines made one" for n in count]
    repairs = repair_rows("contracted", what[row], shapely.get_coordinates(shapely.get_point(shapes, 0)), 0.0)
    return Repaired(with_lines(frame, rows[order], lines), repairs.assign(note=notes))


def _codes(frame: gpd.GeoDataFrame, same: Sequence[str]) -> Any:
    """Return a number a line that is equal where all columns agree."""
    columns = [c for c in same if c in frame]
    if not columns:
        return np.zeros(len(frame), dtype=int)
    return frame.groupby(columns, sort=False, dropna=False).ngroup().to_numpy()


def _passed(ends: Ends, code: Any, keep: Floats | None) -> tuple[Any, Any]:
    """Return the pairs of lines that meet in a node and nothing else does, and a mask of those nodes."""
    end = np.argsort(ends.node.ravel(), kind="stable")
    first = np.concatenate([[0], np.cumsum(ends.degree)])[:-1]
    two = np.flatnonzero(ends.degree == 2)
    a, b = end[first[two]] // 2, end[first[two] + 1] // 2
    ok = (a != b) & (code[a] == code[b])
    if keep is not None and len(keep):
        ok &= ~np.isin(ends.key[two], vertex_keys(np.asarray(keep, dtype=float)))
    passed = np.zeros(len(ends.key), dtype=bool)
    passed[two[ok]] = True
    return np.column_stack([a[ok], b[ok]]), passed


def _merged(ragged: Ragged, ends: Ends, lines: Any, number: Any, passed: Any) -> Any:
    """Return one line a chain: from its end of lower position to the other; rings start at their junction."""
    xy = ragged.xy.copy()
    xy[ragged.ends] = ends.xy[ends.node]  # the same bits, so that GEOS sees that they meet
    same = np.array_equal(xy, ragged.xy)
    pieces = (ragged if same else Ragged(xy, ragged.start)).lines()[lines]
    order = np.argsort(number, kind="stable")
    merged = shapely.line_merge(shapely.multilinestrings(pieces[order], indices=number[order]))
    start = np.full(len(merged), np.iinfo(np.int64).max)
    for side in (0, 1):
        node = ends.node[lines, side]
        np.minimum.at(start, number, np.where(passed[node], np.iinfo(np.int64).max, ends.key[node]))
    first, last = (vertex_keys(shapely.get_coordinates(shapely.get_point(merged, k))) for k in (0, -1))
    flip = last < first
    merged[flip] = shapely.reverse(merged[flip])
    for k in np.flatnonzero(first == last):
        merged[k] = _turned(merged[k], start[k])
    return merged


def _turned(ring: shapely.LineString, start: int) -> shapely.LineString:
    """Return a closed line that starts at a vertex (if it has it, else at its lowest), in a settled direction."""
    xy = shapely.get_coordinates(ring)[:-1]
    key = vertex_keys(xy)
    at = np.flatnonzero(key == start)
    k = int(at[0]) if len(at) else int(np.argmin(key))
    xy, key = np.roll(xy, -k, axis=0), np.roll(key, -k)
    if key[-1] < key[1]:
        xy = np.vstack([xy[:1], xy[:0:-1]])
    return shapely.LineString(np.vstack([xy, xy[:1]]))


def drop_parallels(frame: gpd.GeoDataFrame, *, apart_m: float, same: Sequence[str] = (*SAME, "repair")) -> Repaired:
    """Drop tracks side by side: lines between the same two nodes that are nowhere farther apart than ``apart_m``.

    Parameters
    ----------
    frame
        Lines, best contracted before.
    apart_m
        Metres; the shortest of such lines stays. Routes that part farther are kept, all of them.
    same
        Lines that differ in one of these columns are both kept.
    """
    rows: list[Any] = []
    while True:
        dropped, repairs = _parallel(frame, apart_m, same)
        if not dropped.any():
            return Repaired(frame, joined_rows(rows))
        rows.append(repairs)
        frame = frame[~dropped].reset_index(drop=True)


def _parallel(frame: gpd.GeoDataFrame, apart_m: float, same: Sequence[str]) -> tuple[Any, Any]:
    """Return a mask of lines that run beside the shortest line of their group, and their rows."""
    ragged = Ragged.of(frame.geometry.array)
    ends = Ends.of(ragged)
    length = ragged.lengths_m()
    pair, code = np.sort(ends.node, axis=1), _codes(frame, same)
    what = names_of(frame)
    order = np.lexsort((what.astype(str), np.round(length, 3), code, pair[:, 1], pair[:, 0]))
    new = np.ones(len(order), dtype=bool)
    key = np.column_stack([pair, code])[order]
    new[1:] = (key[1:] != key[:-1]).any(axis=1)
    best = order[np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))]
    k, best = order[~new], best[~new]
    lat = np.radians(ends.xy[pair[:, 0], 1])
    a, b = (_flat(ragged, np.cos(lat)).lines()[i] if len(i) else np.empty(0, dtype=object) for i in (k, best))
    metres = shapely.hausdorff_distance(a, b, densify=0.25) * 111_195.0 if len(k) else np.empty(0)
    beside = metres <= apart_m
    dropped = np.zeros(len(frame), dtype=bool)
    dropped[k[beside]] = True
    rows = np.flatnonzero(dropped)
    note = f"runs within {apart_m:g} m of a shorter one"
    return dropped, repair_rows("parallel", what[rows], ragged.xy[ragged.start[rows]], length[rows], note)


def _flat(ragged: Ragged, cos: Floats) -> Ragged:
    """Return lines whose longitudes are as long as their latitudes."""
    return Ragged(np.column_stack([ragged.xy[:, 0] * cos[ragged.owner], ragged.xy[:, 1]]), ragged.start)
