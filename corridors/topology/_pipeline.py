"""All repair steps in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.topology._arrays import Lines, Repaired, joined_rows
from corridors.topology._boxes import may_be_in
from corridors.topology._contract import join_chains, without_parallel_chains
from corridors.topology._gaps import close
from corridors.topology._repair import (
    TOUCH_M,
    cut_at_crossings,
    cut_at_touches,
    cut_at_vertices,
    explode,
    snap,
    without_duplicates,
)
from corridors.units import Floats

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

_ROUNDS = 6


def repair_lines(
    frame: gpd.GeoDataFrame,
    *,
    snap_m: float = 50.0,
    gap_m: float = 0.0,
    parallels_m: float = 0.0,
    crossings: bool = False,
    contract: bool = False,
    keep: Floats | None = None,
) -> Repaired:
    """Make lines that meet where they should, and say what was done.

    Parts are taken apart, doubles dropped, lines cut at shared vertices, ends snapped, lines cut at T-junctions, gaps
    closed. A second call changes nothing.

    Parameters
    ----------
    frame
        Lines of one mode in EPSG:4326; ``line_id`` names them in the repairs.
    snap_m
        Ends this near are one node, and an end this near to the inside of a line cuts it; metres.
    gap_m
        Loose ends this near are joined by a line of their own; metres, 0 for none. See `close_gaps`.
    parallels_m
        Tracks that run this near between the same nodes become one; metres, 0 keeps them.
    crossings
        Also cut lines that cross without a shared vertex. Bridges become junctions.
    contract
        Make one line of each chain between junctions.
    keep
        Positions of nodes that `contract` keeps.

    Returns
    -------
    Repaired
        The lines and the table of repairs: ``kind, what, lon, lat, metres, note``.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> trunk, branch = shapely.from_wkt(["LINESTRING (0 0, 2 0)", "LINESTRING (1 0.0001, 1 1)"])
    >>> lines, repairs = repair_lines(gpd.GeoDataFrame(geometry=[trunk, branch], crs=4326))
    >>> len(lines), repairs["kind"].tolist(), repairs["metres"].round().tolist()
    (3, ['junction', 'snap'], [0.0, 11.0])
    """
    lines, exploded = explode(frame)
    lines, doubles = without_duplicates(lines)
    rows = [exploded, doubles]
    if crossings:
        lines, repairs = cut_at_crossings(lines)
        rows.append(repairs)
    lines, repairs = _settled(lines, snap_m, gap_m)
    rows += repairs
    if parallels_m > 0:
        lines, repairs = _without_parallels(lines, parallels_m, keep)
        rows += repairs
    if contract:
        lines, joined = join_chains(lines, keep=keep)
        rows.append(joined)
    return Repaired(lines.framed(), joined_rows(rows))


def _settled(lines: Lines, snap_m: float, gap_m: float) -> tuple[Lines, list[pd.DataFrame]]:
    """Cut, snap and close gaps until nothing moves: what moves an end can bring two others together.

    The first round looks at every end, the others at those that may still move.
    """
    rows: list[pd.DataFrame] = []
    last: list[pd.DataFrame] | None = None
    for _ in range(_ROUNDS):
        lines, shared = cut_at_vertices(lines)
        lines, snapped = snap(lines, snap_m=snap_m, among=_may_move(lines, last, [shared], snap_m))
        lines, touched = cut_at_touches(lines, snap_m=snap_m, among=_may_move(lines, last, [shared, snapped], snap_m))
        lines, doubles = without_duplicates(lines)
        new = [shared, snapped, touched, doubles]
        if last is not None and not any(len(r) for r in new):
            break  # the gaps were closed in these very lines
        lines, gaps = close(lines, gap_m=gap_m)
        last = [*new, gaps]
        rows += last
        # Shared vertices and doubles settle at once.
        if not any(len(r) for r in (snapped, touched, gaps)):
            break
    return lines, rows


def _may_move(lines: Lines, last: list[pd.DataFrame] | None, new: list[pd.DataFrame], snap_m: float) -> Any:
    """Return the numbers of the nodes that may still move: those near the lines that an edit changed.

    Two things that both stayed as they were are no nearer than when they were looked at. A line that an edit changed, or
    left alone at its end, ends at the place of the edit or shares a node with a line that does: a gap is logged at its
    loose end, and cuts what lies beyond it.

    Parameters
    ----------
    lines
        As they are now.
    last, new
        The edits of the round before, None if there was none and all may move, and those of this round.
    snap_m
        How far an end moves; metres.
    """
    if last is None or len(lines) == 0:
        return None
    ends, runs = lines.ragged.joints, lines.ragged.runs
    edits = joined_rows([*last, *new])
    at = ends.lines_at(ends.at(edits[["lon", "lat"]].to_numpy()))
    changed = np.isin(runs.line, ends.lines_at(ends.node[at]))
    return np.flatnonzero(may_be_in(ends.xy, runs.boxes.take(changed).widened(max(snap_m, TOUCH_M))))


def _without_parallels(lines: Lines, metres: float, keep: Floats | None) -> tuple[Lines, list[pd.DataFrame]]:
    """Drop parallel chains until none is left: a track that is gone leaves nodes that are no junctions any more."""
    rows: list[pd.DataFrame] = []
    for _ in range(_ROUNDS):
        lines, dropped = without_parallel_chains(lines, apart_m=metres, keep=keep)
        if len(dropped) == 0:
            break
        rows.append(dropped)
    return lines, rows
