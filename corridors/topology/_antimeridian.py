"""Lines that go over 180 degrees: one piece a side, so that no shape spans the whole map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.topology._arrays import Lines, Ragged, Repaired, Step, no_repairs, on_frame, repair_rows

if TYPE_CHECKING:
    import geopandas as gpd


def node_antimeridian(frame: gpd.GeoDataFrame) -> Repaired:
    """Cut lines where they jump from 180 to -180 degrees; both pieces end there, and the two ends are one node.

    Parameters
    ----------
    frame
        Lines.
    """
    return on_frame(frame, _cut)


def _cut(lines: Lines) -> Step:
    ragged = lines.ragged
    xy, owner = ragged.xy, ragged.owner
    jump = np.flatnonzero((np.abs(np.diff(xy[:, 0])) > 180.0) & (owner[1:] == owner[:-1]))
    if len(jump) == 0:
        return lines, no_repairs()
    a, b = xy[jump], xy[jump + 1]
    side = np.copysign(180.0, a[:, 0])
    t = (side - a[:, 0]) / (b[:, 0] + 2 * side - a[:, 0])
    lat = a[:, 1] + t * (b[:, 1] - a[:, 1])
    here, there = np.column_stack([side, lat]), np.column_stack([-side, lat])
    longer = np.insert(xy, np.repeat(jump + 1, 2), np.stack([here, there], axis=1).reshape(-1, 2), axis=0)
    start = ragged.start + 2 * np.searchsorted(jump, ragged.start)
    pieces = Ragged(longer, np.sort(np.concatenate([start, jump + 2 + 2 * np.arange(len(jump))])))
    of = np.searchsorted(start, pieces.start[:-1], side="right") - 1
    clean, long = pieces.without_repeats()  # a line that starts at 180 degrees has nothing on that side
    repairs = repair_rows("antimeridian", lines.names(owner[jump]), here, 0.0, "cut at 180 degrees")
    return lines.pieces(clean, of[long]), repairs
