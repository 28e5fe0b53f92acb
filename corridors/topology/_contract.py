"""Fewer, longer lines: chains between junctions become one line, tracks side by side become one on request."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors.topology._arrays import (
    Ends,
    Lines,
    Ragged,
    Repaired,
    Step,
    labels,
    no_repairs,
    on_frame,
    repair_rows,
    vertex_keys,
)
from corridors.topology._repair import SAME
from corridors.topology._sphere import chord_m
from corridors.units import Floats

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


def contract(
    frame: gpd.GeoDataFrame, *, same: Sequence[str] = (*SAME, "repair"), keep: Floats | None = None
) -> Repaired:
    """Make one line of each chain of lines between junctions; lines that run parallel between two nodes stay apart.

    A chain that comes back to where it starts keeps its farthest node: the end of a double track is a place.

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
    return on_frame(frame, join_chains, same=same, keep=keep)


def join_chains(lines: Lines, *, same: Sequence[str] = (*SAME, "repair"), keep: Floats | None = None) -> Step:
    """Do the work of `contract`."""
    return _chained(lines, same, keep)[:2]


def _chained(lines: Lines, same: Sequence[str], keep: Floats | None) -> tuple[Lines, pd.DataFrame, Any]:
    """Return chains, what was joined, and of each line the number of its chain."""
    ragged = lines.ragged
    ends = ragged.joints
    beyond = _never_closed(ends, _opened(ends, _beyond(ends, lines.codes(same), keep)))
    merged = _merged(beyond)
    if len(merged) == 0:
        return lines, no_repairs(), np.arange(len(ragged))
    order, backwards, chain = _in_order(ends, beyond, merged)
    is_first = _is_first(chain)
    xy = ragged.xy.copy()
    xy[ragged.ends] = ends.xy[ends.node]  # 180 and -180 degrees are one place, written in one way
    chains = Ragged(xy, ragged.start).take(order, backwards=backwards, joined=~is_first)
    what = lines.names(order).astype(str)
    lowest = order[np.lexsort((order, what, chain))][is_first]
    single = np.setdiff1d(np.arange(len(ragged)), merged, assume_unique=True)
    rows = np.concatenate([single, lowest])
    place = np.argsort(rows, kind="stable")
    count = np.diff(np.append(np.flatnonzero(is_first), len(order)))
    note = [f"{n} lines made one" for n in count.tolist()]
    repairs = repair_rows("contracted", lines.names(lowest), chains.xy[chains.start[:-1]], 0.0, note)
    of = np.empty(len(ragged), dtype=int)
    of[single], of[order] = np.arange(len(single)), len(single) + chain
    return lines.pieces(ragged.take(single).and_then(chains).take(place), rows[place]), repairs, np.argsort(place)[of]


def _merged(beyond: Any) -> Any:
    """Return the lines that go on in another one."""
    return np.flatnonzero((beyond >= 0).reshape(-1, 2).any(axis=1))


def _is_first(chain: Any) -> Any:
    """Return a mask of the first line of each chain."""
    first = np.ones(len(chain), dtype=bool)
    first[1:] = chain[1:] != chain[:-1]
    return first


def _beyond(ends: Ends, code: Any, keep: Floats | None) -> Any:
    """Return where each end of a line goes on: ``2 * line + side`` of the end that alone meets it, -1 for nowhere."""
    end = np.argsort(ends.node.ravel(), kind="stable")
    first = np.concatenate([[0], np.cumsum(ends.degree)])[:-1]
    two = np.flatnonzero(ends.degree == 2)
    a, b = end[first[two]], end[first[two] + 1]
    ok = (a // 2 != b // 2) & (code[a // 2] == code[b // 2])
    if keep is not None and len(keep):
        ok &= ~np.isin(ends.key[two], vertex_keys(np.asarray(keep, dtype=float)))
    beyond = np.full(ends.node.size, -1)
    beyond[a[ok]], beyond[b[ok]] = b[ok], a[ok]
    return beyond


def _opened(ends: Ends, beyond: Any) -> Any:
    """Return where ends go on, with each ring that meets no junction opened at its lowest node."""
    merged = _merged(beyond)
    mine = beyond.reshape(-1, 2)[merged]
    inner = mine[mine >= 0]
    number = np.zeros(len(ends.node), dtype=int)
    number[merged] = np.arange(len(merged))
    pairs = np.column_stack([np.repeat(np.arange(len(merged)), (mine >= 0).sum(axis=1)), number[inner // 2]])
    chain = labels(pairs, len(merged))
    is_open = np.zeros(chain.max(initial=-1) + 1, dtype=bool)
    is_open[chain[(mine < 0).any(axis=1)]] = True
    ring = np.flatnonzero(~is_open[chain])
    if len(ring) == 0:
        return beyond
    end = (2 * merged[ring][:, None] + (0, 1)).ravel()
    of = np.repeat(chain[ring], 2)
    order = np.lexsort((end, ends.node.ravel()[end], of))
    return _cut(beyond, end[order[np.unique(of[order], return_index=True)[1]]])


def _never_closed(ends: Ends, beyond: Any) -> Any:
    """Return where ends go on, with each chain that comes back to where it starts cut at its farthest node.

    That is the terminus of a double track, or of a balloon: as one closed line it would be no place any more.
    """
    merged = _merged(beyond)
    order, backwards, chain = _in_order(ends, beyond, merged)
    is_first = _is_first(chain)
    start, last = ends.node[order, backwards.astype(int)], ends.node[order, (~backwards).astype(int)]
    begin = start[is_first][chain]
    is_closed = (
        begin == last[np.append(np.flatnonzero(is_first)[1:], len(chain)) - 1][chain] if len(chain) else is_first
    )
    inner = np.flatnonzero(is_closed & ~is_first)
    if len(inner) == 0:
        return beyond
    far = chord_m(ends.xy[begin[inner]], ends.xy[start[inner]])
    inner = inner[np.lexsort((start[inner], -far, chain[inner]))]
    inner = inner[_is_first(chain[inner])]
    return _cut(beyond, 2 * order[inner] + backwards[inner])


def _cut(beyond: Any, at: Any) -> Any:
    """Return where ends go on, but for some ends and those that they went on in."""
    out = beyond.copy()
    out[out[at]] = -1
    out[at] = -1
    return out


def _in_order(ends: Ends, beyond: Any, merged: Any) -> tuple[Any, Any, Any]:
    """Return the lines of chains in the order in which one travels them, which are travelled backwards, and their chains.

    A line is travelled from either end, and each way has a next one: how far the last one is, is found by doubling the
    stride. Of the two directions of a chain the one stays that starts at the lower node.
    """
    number = np.zeros(len(ends.node), dtype=int)
    number[merged] = np.arange(len(merged))
    way = (2 * merged[:, None] + (0, 1)).ravel()  # the end that it starts from
    goes_on = beyond[way ^ 1]
    here = np.arange(len(way))
    far = np.where(goes_on >= 0, 2 * number[goes_on // 2] + goes_on % 2, here)
    steps = (goes_on >= 0).astype(int)
    while True:
        steps, farther = steps + steps[far], far[far]
        if (farther == far).all():
            break
        far = farther
    start, last = way[far[here ^ 1] ^ 1], way[far] ^ 1
    node = ends.node.ravel()
    is_kept = (node[start] < node[last]) | ((node[start] == node[last]) & (start < last))
    chain = np.unique(start[is_kept], return_inverse=True)[1]
    order = np.lexsort((-steps[is_kept], chain))
    way = way[is_kept][order]
    return way // 2, way % 2 == 1, chain[order]


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
    return on_frame(frame, without_parallels, apart_m=apart_m, same=same)


def without_parallels(lines: Lines, *, apart_m: float, same: Sequence[str] = (*SAME, "repair")) -> Step:
    """Do the work of `drop_parallels`."""
    dropped, repairs = _parallel(lines, apart_m, same)
    keep = np.flatnonzero(~dropped)
    return lines.pieces(lines.ragged.take(keep), keep), repairs


def without_parallel_chains(lines: Lines, *, apart_m: float, keep: Floats | None = None) -> Step:
    """Drop the lines of chains that run beside a shorter chain; the others stay as they are, with their nodes."""
    same = (*SAME, "repair")
    chains, _, of = _chained(lines, same, keep)
    dropped, repairs = _parallel(chains, apart_m, same)
    stay = np.flatnonzero(~dropped[of])
    return lines.pieces(lines.ragged.take(stay), stay), repairs


def _parallel(lines: Lines, apart_m: float, same: Sequence[str]) -> tuple[Any, Any]:
    """Return a mask of lines that run beside the shortest line of their group, and their rows."""
    ragged = lines.ragged
    ends = ragged.joints
    dropped = np.zeros(len(ragged), dtype=bool)
    pair, code = np.sort(ends.node, axis=1), lines.codes(same)
    key = np.column_stack([pair, code])
    order = np.lexsort(key.T)
    again = (key[order][1:] == key[order][:-1]).all(axis=1)
    some = np.zeros(len(ragged), dtype=bool)
    some[order[1:][again]] = some[order[:-1][again]] = True
    some = np.flatnonzero(some)
    if len(some) == 0:
        return dropped, no_repairs()
    ragged, key, what = ragged.take(some), key[some], lines.names(some)
    length = ragged.lengths_m()
    order = np.lexsort((what.astype(str), np.round(length, 3), *key.T))
    new = np.ones(len(order), dtype=bool)
    new[1:] = (key[order][1:] != key[order][:-1]).any(axis=1)
    best = order[np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))]
    k, best = order[~new], best[~new]
    flat = _flat(ragged, np.cos(np.radians(ends.xy[key[:, 0], 1]))).lines()
    beside = shapely.hausdorff_distance(flat[k], flat[best], densify=0.25) * 111_195.0 <= apart_m
    rows = np.sort(k[beside])
    dropped[some[rows]] = True
    note = f"runs within {apart_m:g} m of a shorter one"
    return dropped, repair_rows("parallel", what[rows], ragged.xy[ragged.start[rows]], length[rows], note)


def _flat(ragged: Ragged, cos: Floats) -> Ragged:
    """Return lines whose longitudes are as long as their latitudes."""
    return Ragged(np.column_stack([ragged.xy[:, 0] * cos[ragged.owner], ragged.xy[:, 1]]), ragged.start)
