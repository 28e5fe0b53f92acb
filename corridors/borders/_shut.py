"""What shutting a border crossing point does to the stations on its two sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.cost import DEFAULT, CostModel, cost_model
from corridors.errors import CorridorError, NoRouteError, UnknownNameError
from corridors.network import Network
from corridors.routing import Route, route
from corridors.scenario import Scenario
from corridors.units import distance_km

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


def detour_if_shut(
    network: Network,
    crossing: str,
    *,
    mode: str = "",
    modes: Sequence[str] | None = None,
    cost: str | Path | CostModel = DEFAULT,
) -> pd.DataFrame:
    """Return what shutting a crossing point does to the stations on its two sides.

    Parameters
    ----------
    network
        Where the crossing is.
    crossing
        Its id, bare or as ``crossing:…``.
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
        ``nearest_id, nearest_km`` (the nearest other operating crossing of the same border and mode, straight), ``cut_off``
        (countries whose stations can no longer all be reached from each other by that mode), ``reason`` (why there is no
        route or no detour).

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

    _, crossing_id = network.resolve(crossing, kinds=("crossing",))
    edges = network.tables["edges"]
    here = np.flatnonzero((edges["kind"] == "crossing") & (edges["crossing_id"] == crossing_id))
    here = here[edges["mode"][here] == mode] if mode else here
    if len(here) == 0:
        what = f"by {mode} " if mode else ""
        raise UnknownNameError(f"no line of this network passes {crossing_id!r} {what}".rstrip() + "; nothing to shut")
    rows: list[dict[str, Any]] = []
    for shut in sorted(set(edges["mode"][here])):
        closed = Scenario(f"{crossing_id} shut").close(f"crossing:{crossing_id}", mode=shut).apply(network)
        same = {**_nearest_open(network, crossing_id, shut), "cut_off": _cut_off(network, closed, shut)}
        for i, ends in _station_pairs(network, here[edges["mode"][here] == shut]).items():
            head = {"crossing_id": crossing_id, "mode": shut, "line_id": str(edges["line_id"][i])}
            detour = _detour(network, closed, i, ends, tuple(modes or (shut,)), cost)
            rows.append({**head, **detour, **same})
    names = ["crossing_id", "mode", "line_id", "from_name", "to_name", "length_km", "time_h", "detour_km", "detour_h",
             "instead", "nearest_id", "nearest_km", "cut_off", "reason"]  # fmt: skip
    table = pd.DataFrame(rows, columns=names)
    table.attrs.update({**network.attrs, "scenario": f"{crossing_id} shut", "cost_model": cost_model(cost).name})
    return table


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
    closed: Network,
    edge: int,
    ends: tuple[int, int],
    modes: tuple[str, ...],
    cost: str | Path | CostModel,
) -> dict[str, Any]:
    """Return the way between the stations on both sides of a crossing edge, before and after it is shut."""
    nodes = network.tables["nodes"]
    out: dict[str, Any] = {
        "from_name": str(nodes["name"][ends[0]]),
        "to_name": str(nodes["name"][ends[1]]),
        "reason": "",
    }
    if network.tables["edges"]["status"][edge] != "operating":
        return {**out, "reason": f"it is shut already as of {network.attrs.get('as_of', 'this date')}"}
    asked = [str(nodes["station_id"][n]) for n in ends]
    found: list[Route] = []
    for where in (network, closed):
        try:
            found.append(route(where, asked[0], asked[1], modes=modes, weight="time_h", cost=cost))
        except CorridorError as error:
            when = "today" if not found else "when it is shut"
            missing = "no route" if isinstance(error, NoRouteError) else "cannot be asked"
            return {**out, **_today(found), "reason": f"{missing} {when}: {error}"}
    before, after = found
    return {
        **out,
        **_today(found),
        "detour_km": after.length_km - before.length_km,
        "detour_h": after.time_h - before.time_h,
        "instead": tuple(c for c in after.crossings["crossing_id"] if c),
    }


def _today(found: list[Route]) -> dict[str, float]:
    return {"length_km": found[0].length_km, "time_h": found[0].time_h} if found else {}


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


def _nearest_open(network: Network, crossing_id: str, mode: str) -> dict[str, Any]:
    """Return the nearest other operating crossing point of the same border and mode."""
    table = network.tables["crossings"]
    at = int(np.flatnonzero(table["crossing_id"] == crossing_id)[0])
    pair = {table["iso3_a"][at], table["iso3_b"][at]}
    same = np.array([{a, b} == pair for a, b in zip(table["iso3_a"], table["iso3_b"], strict=True)])
    same &= (table["mode"] == mode) & (table["status"] == "operating") & (table["crossing_id"] != crossing_id)
    others = np.flatnonzero(same)
    if len(others) == 0:
        return {"nearest_id": "", "nearest_km": np.nan}
    km = distance_km(table["lon"][at], table["lat"][at], table["lon"][others], table["lat"][others])
    best = int(np.argmin(km))
    return {"nearest_id": str(table["crossing_id"][others[best]]), "nearest_km": float(km[best])}


def _cut_off(before: Network, after: Network, mode: str) -> tuple[str, ...]:
    """Return the countries that lose stations from the largest connected part of a mode."""
    lost = np.setdiff1d(_largest_part(before, mode), _largest_part(after, mode))
    return tuple(sorted({str(c) for c in before.tables["nodes"]["iso3"][lost]}))


def _largest_part(network: Network, mode: str) -> Any:
    """Return the nodes of the largest connected part that operates for a mode."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    edges, nodes = network.tables["edges"], network.tables["nodes"]
    n = len(nodes["node_id"])
    used = (edges["status"] == "operating") & (edges["line_class"] != "passenger_hs")
    used &= (nodes["mode"][edges["from"]] == mode) & (nodes["mode"][edges["to"]] == mode)
    tail, head = edges["from"][used], edges["to"][used]
    _, part = connected_components(coo_array((np.ones(len(tail)), (tail, head)), shape=(n, n)), directed=False)
    return np.flatnonzero(part == np.bincount(part).argmax())
