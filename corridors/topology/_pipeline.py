"""All repair steps in their order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.topology._arrays import Repaired, joined_rows
from corridors.topology._contract import contract as contract_chains
from corridors.topology._contract import drop_parallels
from corridors.topology._gaps import close_gaps
from corridors.topology._repair import (
    drop_duplicates,
    explode_lines,
    node_crossings,
    node_junctions,
    node_vertices,
    snap_ends,
)
from corridors.units import Floats

if TYPE_CHECKING:
    import geopandas as gpd

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
    frame, rows = _all(frame, explode_lines, drop_duplicates)
    if crossings:
        frame, repairs = node_crossings(frame)
        rows.append(repairs)
    for _ in range(_ROUNDS):
        frame, new = _all(frame, node_vertices, (snap_ends, snap_m), (node_junctions, snap_m), drop_duplicates)
        frame, gaps = close_gaps(frame, gap_m=gap_m)
        rows += [*new, gaps]
        # Shared vertices and doubles settle at once; what moves an end can bring two others together.
        if not any(len(r) for r in [new[1], new[2], gaps]):
            break
    if parallels_m > 0:
        frame, new = _without_parallels(frame, parallels_m, keep)
        rows += new
    if contract:
        frame, repairs = contract_chains(frame, keep=keep)
        rows.append(repairs)
    return Repaired(frame, joined_rows(rows))


def _all(frame: gpd.GeoDataFrame, *steps: Any) -> tuple[gpd.GeoDataFrame, list[Any]]:
    rows = []
    for step in steps:
        run, options = (step[0], {"snap_m": step[1]}) if isinstance(step, tuple) else (step, {})
        frame, repairs = run(frame, **options)
        rows.append(repairs)
    return frame, rows


def _without_parallels(
    frame: gpd.GeoDataFrame, metres: float, keep: Floats | None
) -> tuple[gpd.GeoDataFrame, list[Any]]:
    """Join chains and drop parallels in turn: a track that is gone leaves nodes that are no junctions any more."""
    rows = []
    for _ in range(_ROUNDS):
        frame, joined = contract_chains(frame, keep=keep)
        frame, dropped = drop_parallels(frame, apart_m=metres)
        rows += [joined, dropped]
        if len(dropped) == 0:
            break
    return frame, rows
