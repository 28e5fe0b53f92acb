"""What must always hold on the reference network."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from corridors.geodata import load
from corridors.network import MOVING, Network
from corridors.units import distance_km
from corridors.validation._rows import Row, row

TOLERANCE_KM = 0.05
"""An edge may be this much shorter than the great circle: coordinates are stored to a millionth of a degree."""


def invariants(network: Network) -> list[Row]:
    """Return one row for each invariant, and one for each part that lies outside the connected freight network."""
    return [
        *components(network),
        _invariant("no operating edge is shorter than the great circle between its ends", too_short(network)),
        _invariant("every rail crossing edge has the name of a crossing of the table", nameless_crossings(network)),
        _invariant("the gauge changes only at stations of the table", unlisted_gauge_changes(network)),
    ]


def _invariant(what: str, broken: list[str]) -> Row:
    shown = ", ".join(broken[:5]) + (f" and {len(broken) - 5} more" if len(broken) > 5 else "")
    return row("invariant", what, verdict="broken" if broken else "holds", unit="", reason=shown, computed=len(broken))


def freight(network: Network) -> Any:
    """Return a mask of the edges on which rail freight and ferries run: tracks, ferries, and what joins them."""
    edges, nodes = network.tables["edges"], network.tables["nodes"]
    on_land = np.isin(nodes["mode"], ("rail", "sea"))
    mask: Any = (edges["status"] == "operating") & (edges["line_class"] != "passenger_hs")
    return mask & on_land[edges["from"]] & on_land[edges["to"]]


def components(network: Network) -> list[Row]:
    """Return the invariant that operating freight rail and ferries hang together, and what lies outside with its reason."""
    edges, nodes = network.tables["edges"], network.tables["nodes"]
    n = len(nodes["node_id"])
    mask = freight(network)
    a, b = edges["from"][mask], edges["to"][mask]
    _, label = connected_components(csr_array((np.ones(len(a)), (a, b)), shape=(n, n)), directed=False)
    moving = mask & np.isin(edges["kind"], MOVING)
    km = np.bincount(label[edges["from"][moving]], weights=edges["length_km"][moving], minlength=label.max() + 1)
    main = int(np.argmax(km))
    outside = [int(part) for part in np.argsort(-km, kind="stable") if km[part] > 0 and part != main]
    rows, broken = [], []
    for part in outside:
        lines = sorted(set(edges["line_id"][moving & (label[edges["from"]] == part)]))
        reason = _why_outside(network, label == part)
        if not reason:
            broken.append(", ".join(lines))
        rows.append(
            row("outside", ", ".join(lines), computed=km[part], use="", verdict="outside", reason=reason or "not known")
        )
    what = (
        f"operating freight rail and ferries are one connected network ({km[main]:,.0f} km) but for parts with a reason"
    )
    return [_invariant(what, broken), *rows]


def _why_outside(network: Network, inside: Any) -> str:
    """Return what would join a part to the rest: edges from it to elsewhere that do not run, or a note of its line."""
    edges = network.tables["edges"]
    reaches = inside[edges["from"]] != inside[edges["to"]]
    not_running = reaches & (edges["status"] != "operating")
    found = {
        f"{'crossing' if edges['kind'][i] == 'crossing' else 'line'} "
        f"{edges['crossing_id'][i] if edges['kind'][i] == 'crossing' else edges['line_id'][i]} {edges['status'][i].replace('_', ' ')}"
        for i in np.flatnonzero(not_running)
    }
    road_only = reaches & (edges["status"] == "operating")
    if not found and road_only.any():
        return "joined by road only"
    if found:
        return "joined only by " + ", ".join(sorted(found))
    lines = network.lines
    notes = {
        str(lines.at[i, "note"])
        for i in set(edges["line_id"][inside[edges["from"]] & inside[edges["to"]]])
        if i in lines.index
    }
    return "; ".join(sorted(n for n in notes if n))


def too_short(network: Network) -> list[str]:
    """Return operating edges between two stations that are shorter than the great circle between them.

    The pieces of an edge that borders cut are judged together: a length belongs to the edge, not to its pieces.
    """
    edges, nodes = network.tables["edges"], network.tables["nodes"]
    km: dict[str, float] = {}
    ends: dict[str, list[int]] = {}
    for i in np.flatnonzero((edges["status"] == "operating") & np.isin(edges["kind"], MOVING)):
        whole = str(edges["edge_id"][i]).partition("/")[0]
        km[whole] = km.get(whole, 0.0) + float(edges["length_km"][i])
        pair = (edges["from"][i], edges["to"][i])
        ends.setdefault(whole, []).extend(int(n) for n in pair if nodes["station_id"][n])
    lon, lat = nodes["lon"], nodes["lat"]
    return [
        whole
        for whole, (a, b) in ((w, e) for w, e in ends.items() if len(e) == 2)
        if km[whole] < float(distance_km(lon[a], lat[a], lon[b], lat[b])) * 0.999 - TOLERANCE_KM
    ]


def nameless_crossings(network: Network) -> list[str]:
    """Return rail crossing edges without a crossing of the table."""
    edges = network.tables["edges"]
    known = set(load("crossings")["crossing_id"])
    rail = np.flatnonzero((edges["kind"] == "crossing") & (edges["mode"] == "rail"))
    return [str(edges["edge_id"][i]) for i in rail if edges["crossing_id"][i] not in known]


def unlisted_gauge_changes(network: Network) -> list[str]:
    """Return stations where the gauge changes on the network although the table does not list them."""
    edges, nodes = network.tables["edges"], network.tables["nodes"]
    listed = set(load("gauge_breaks")["station_id"])
    changes = np.flatnonzero(edges["kind"] == "gauge_change")
    return sorted({str(nodes["station_id"][edges["from"][i]]) for i in changes} - listed)
