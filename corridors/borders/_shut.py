"""What shutting a border crossing point does to the stations on its two sides.

The crossing is looked at alone: from the last station before it to the first behind it. What a closure does to journeys from farther
off is asked of `corridors.reached_through` for one crossing, and of `corridors.criticality` for all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.borders._crossings import crossing_id_of
from corridors.cost import DEFAULT, CostModel, cost_model
from corridors.errors import CorridorError, NoRouteError, UnknownNameError
from corridors.network import Network
from corridors.routing._question import Question
from corridors.routing._search import Search
from corridors.units import distance_km

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def detour_if_shut(
    network: Network,
    crossing: str,
    *,
    mode: str = "",
    modes: Sequence[str] | str | None = None,
    cost: str | Path | CostModel = DEFAULT,
) -> pd.DataFrame:
    """Return what shutting a crossing point does to the stations on its two sides.

    Parameters
    ----------
    network
        Where the crossing is.
    crossing
        Its id, bare or as ``crossing:…``, or any of its names (``"Friendship Bridge"``, ``"حیرتان"``).
    mode
        Shut it for this mode only; all modes if empty.
    modes
        Modes that the detour may use; None for the mode that is shut alone.
    cost
        The cost model.

    Returns
    -------
    pandas.DataFrame
        One row a pair of stations joined over the crossing by operating lines: ``crossing_id, mode, line_id, from_name, to_name`` (the stations on both sides),
        ``length_km, time_h`` (today), ``detour_km, detour_h`` (what is added), ``instead`` (crossings passed instead),
        ``nearest_id, nearest_km`` (the nearest other operating crossing of the same border and mode, straight),
        ``without_line`` (others of them that could be nearer than the detour, but that no line of the network passes: the
        detour is then an upper bound), ``cut_off`` (countries whose stations can no longer all be reached from each other
        by that mode), ``reason`` (why there is no route or no detour).

    Raises
    ------
    UnknownNameError
        There is no such crossing, or no line of the network passes it.

    Examples
    --------
    >>> import corridors as cx
    >>> cx.detour_if_shut(cx.load_network(), "hairatan", mode="rail")["cut_off"].tolist()
    [('AFG',)]
    """
    import pandas as pd

    crossing_id, here = edges_of(network, crossing, mode)
    edges = network.tables["edges"]
    rows: list[dict[str, Any]] = []
    for by in sorted(set(edges["mode"][here])):
        shut = here & (edges["mode"] == by)
        others, cut_off = _others_open(network, crossing_id, by), _cut_off(network, shut, by)
        for i, ends in _station_pairs(network, np.flatnonzero(shut)).items():
            head = {"crossing_id": crossing_id, "mode": by, "line_id": str(edges["line_id"][i])}
            detour = _detour(network, shut, i, ends, modes or by, cost)
            within = detour["length_km"] + detour["detour_km"]
            rows.append({**head, **detour, **_nearest(others, within), "cut_off": cut_off})
    names = ["crossing_id", "mode", "line_id", "from_name", "to_name", "length_km", "time_h", "detour_km", "detour_h",
             "instead", "nearest_id", "nearest_km", "without_line", "cut_off", "reason"]  # fmt: skip
    table = pd.DataFrame(rows, columns=names)
    table.attrs.update({**network.attrs, "scenario": f"{crossing_id} shut", "cost_model": cost_model(cost).name})
    return table


def edges_of(network: Network, crossing: str, mode: str) -> tuple[str, Any]:
    """Return the id of a crossing point and the mask of its edges, of one mode or of all."""
    crossing_id = crossing_id_of(network, crossing)
    edges = network.tables["edges"]
    here = (edges["kind"] == "crossing") & (edges["crossing_id"] == crossing_id)
    here &= (edges["mode"] == mode) if mode else True
    if not here.any():
        what = f"by {mode} " if mode else ""
        raise UnknownNameError(f"no line of this network passes {crossing_id!r} {what}".rstrip() + "; nothing to shut")
    return crossing_id, here


def _station_pairs(network: Network, crossing_edges: Any) -> dict[int, tuple[int, int]]:
    """Return crossing edges of operating lines with the stations on their two sides; parallel tracks count once."""
    edges, nodes = network.tables["edges"], network.tables["nodes"]
    found: dict[tuple[str, str], int] = {}
    stations: dict[int, tuple[int, int]] = {}
    for i in map(int, crossing_edges):
        ends = [_station_beyond(network, i, int(edges[side][i])) for side in ("from", "to")]
        if ends[0] is None or ends[1] is None:
            continue
        names = (str(nodes["station_id"][ends[0]]), str(nodes["station_id"][ends[1]]))
        if names not in found:
            found[names] = i
            stations[i] = (ends[0], ends[1])
    return stations


def _detour(
    network: Network,
    shut: Any,
    edge: int,
    ends: tuple[int, int],
    modes: Sequence[str] | str,
    cost: str | Path | CostModel,
) -> dict[str, Any]:
    """Return the way between the stations on both sides of a crossing edge, before and after some edges are shut."""
    nodes = network.tables["nodes"]
    names = [str(nodes["name"][n]) for n in ends]
    out: dict[str, Any] = dict.fromkeys(("length_km", "time_h", "detour_km", "detour_h"), np.nan)
    out |= {"from_name": names[0], "to_name": names[1], "instead": (), "reason": ""}
    if network.tables["edges"]["status"][edge] != "operating":
        return {**out, "reason": f"it is shut already as of {network.attrs.get('as_of', 'this date')}"}
    origin, destination = (str(nodes["station_id"][n]) for n in ends)
    try:
        search = Search(network, Question(origin, destination, modes=modes, cost=cost))
        before = search.best()
    except CorridorError as error:
        missing = "no route" if isinstance(error, NoRouteError) else "cannot be asked"
        return {**out, "reason": f"{missing} today: {error}"}
    out |= {"length_km": before.length_km, "time_h": before.time_h}
    after = search.without(shut)
    if after is None:
        return {**out, "reason": f"no path from {names[0]} to {names[1]} {search.conditions()} when it is shut"}
    return {
        **out,
        "detour_km": after.length_km - before.length_km,
        "detour_h": after.time_h - before.time_h,
        "instead": tuple(c for c in after.crossings["crossing_id"] if c),
    }


def _station_beyond(network: Network, crossing_edge: int, node: int) -> int | None:
    """Follow the line from a border node, away from the border, to its first station; None if it carries no freight."""
    edges, nodes = network.tables["edges"], network.tables["nodes"]
    seen = {crossing_edge}
    while nodes["station_id"][node] == "":
        touching = np.flatnonzero((edges["from"] == node) | (edges["to"] == node))
        onward = next(int(i) for i in touching if int(i) not in seen)
        is_freight = edges["status"][onward] == "operating" and edges["line_class"][onward] != "passenger_hs"
        if edges["kind"][onward] != "crossing" and not is_freight:
            return None
        seen.add(onward)
        node = int(edges["to"][onward] if edges["from"][onward] == node else edges["from"][onward])
    return node


def _others_open(network: Network, crossing_id: str, mode: str) -> list[tuple[float, str, bool]]:
    """Return the other operating crossing points of the same border and mode: straight km, id, whether a line passes."""
    table, edges = network.tables["crossings"], network.tables["edges"]
    at = int(np.flatnonzero(table["crossing_id"] == crossing_id)[0])
    pair = {table["iso3_a"][at], table["iso3_b"][at]}
    same = np.array([{a, b} == pair for a, b in zip(table["iso3_a"], table["iso3_b"], strict=True)])
    same &= (table["mode"] == mode) & (table["status"] == "operating") & (table["crossing_id"] != crossing_id)
    others = np.flatnonzero(same)
    km = distance_km(table["lon"][at], table["lat"][at], table["lon"][others], table["lat"][others])
    ids = [str(table["crossing_id"][k]) for k in others]
    used = (edges["kind"] == "crossing") & (edges["mode"] == mode) & (edges["status"] == "operating")
    passed = set(edges["crossing_id"][used].tolist())
    return sorted((float(d), i, i in passed) for d, i in zip(km, ids, strict=True))


def _nearest(others: list[tuple[float, str, bool]], way_km: float) -> dict[str, Any]:
    """Return the nearest of the other crossing points, and those without a line that a way of some length could have used."""
    first = others[0] if others else (np.nan, "", False)
    # A way there and back cannot be shorter than twice the straight line. NaN, no way at all, is not below anything.
    could = tuple(i for km, i, has_line in others if not has_line and not 2 * km >= way_km)
    return {"nearest_id": first[1], "nearest_km": first[0], "without_line": could}


def _cut_off(network: Network, shut: Any, mode: str) -> tuple[str, ...]:
    """Return the countries that lose stations from the largest connected part of a mode when some edges are shut."""
    whole = np.ones(len(shut), dtype=bool)
    lost = np.setdiff1d(_largest_part(network, mode, whole), _largest_part(network, mode, ~shut))
    return tuple(sorted({str(c) for c in network.tables["nodes"]["iso3"][lost]}))


def _largest_part(network: Network, mode: str, is_open: Any) -> Any:
    """Return the nodes of the largest connected part that operates for a mode over open edges."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    edges, nodes = network.tables["edges"], network.tables["nodes"]
    n = len(nodes["node_id"])
    used = is_open & (edges["status"] == "operating") & (edges["line_class"] != "passenger_hs")
    used &= (nodes["mode"][edges["from"]] == mode) & (nodes["mode"][edges["to"]] == mode)
    tail, head = edges["from"][used], edges["to"][used]
    _, part = connected_components(coo_array((np.ones(len(tail)), (tail, head)), shape=(n, n)), directed=False)
    return np.flatnonzero(part == np.bincount(part).argmax())
