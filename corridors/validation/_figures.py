"""Lines, networks by country, crossings and corridors against what is published of them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import CorridorError, NoRouteError
from corridors.geodata import load
from corridors.network import MOVING, Network
from corridors.routing._named import corridor_question, find_corridor
from corridors.routing._search import Search
from corridors.scenario import Scenario
from corridors.units import distance_km
from corridors.validation._distances import PUBLISHED, published_share
from corridors.validation._rows import Row, row

if TYPE_CHECKING:
    import networkx as nx

CROSSING_KM = 3.0
"""How far the node of a rail crossing may lie from the crossings table."""


# Lines ---------------------------------------------------------------------------------------------------------------


def line_lengths(network: Network) -> list[Row]:
    """Return one row for each published route length of a line or of a stretch between two of its stations."""
    table = load("published_lengths")
    table = table[(table["length_kind"] == "route") & (table["extent"] == "")]
    stops = load("line_stops").sort_values(["line_id", "seq"])
    ends = stops.groupby("line_id")["station_id"].agg(["first", "last"])
    graphs = _line_graphs(network)
    rows = []
    for record in table.to_dict("records"):
        line_id = record["line_id"]
        if line_id not in graphs or line_id not in ends.index:
            continue
        stretch = (record["from_id"] or ends.at[line_id, "first"], record["to_id"] or ends.at[line_id, "last"])
        computed, share = _along(graphs[line_id], *stretch)
        what = line_id if not record["from_id"] else f"{line_id}: {record['from_id']} - {record['to_id']}"
        rows.append(
            row(
                "line",
                what,
                computed=computed,
                published=float(record["length_km"]),
                source_id=record["source_id"],
                is_fitted=share > 0.5,
                published_share=share,
                reason=record["note"] if np.isfinite(computed) else "its ends are not joined by its own edges",
            )
        )
    return rows


def _line_graphs(network: Network) -> dict[str, nx.Graph]:
    """Return the edges of each line as a graph of stations and border points; of two gauges side by side one counts."""
    import networkx as nx

    edges, nodes = network.tables["edges"], network.tables["nodes"]
    name = np.where(nodes["station_id"] != "", nodes["station_id"], _without_gauge(nodes["node_id"]))
    graphs: dict[str, nx.Graph] = {}
    for i in np.flatnonzero(np.isin(edges["kind"], (*MOVING, "crossing"))):
        graph = graphs.setdefault(str(edges["line_id"][i]), nx.Graph())
        graph.add_edge(
            name[edges["from"][i]],
            name[edges["to"][i]],
            km=float(edges["length_km"][i]),
            published=edges["length_source"][i] in PUBLISHED,
        )
    return graphs


def _without_gauge(ids: Any) -> Any:
    out = np.empty(len(ids), dtype=object)
    out[:] = [re.sub(r"\.\d{4}(?=/|$)", "", str(i)) for i in ids]
    return out


def _along(graph: nx.Graph, from_id: str, to_id: str) -> tuple[float, float]:
    """Return the length between two stations on one line, and the share of it that is a published figure."""
    import networkx as nx

    if from_id == to_id:
        return float("nan"), float("nan")
    try:
        path = nx.shortest_path(graph, from_id, to_id, weight="km")
    except (nx.NetworkXNoPath, nx.NodeNotFound):
        return float("nan"), float("nan")
    parts = [graph.edges[a, b] for a, b in pairwise(path)]
    km = sum(part["km"] for part in parts)
    return km, sum(part["km"] for part in parts if part["published"]) / (km or 1.0)


# Networks ------------------------------------------------------------------------------------------------------------


def network_lengths(network: Network) -> list[Row]:
    """Return one row for each country whose published network length is known: how much of it the network holds."""
    edges = network.tables["edges"]
    rail = (edges["kind"] == "track") & (edges["status"] == "operating")
    _, first = np.unique(_without_gauge(edges["edge_id"][rail]), return_index=True)
    km, country = edges["length_km"][rail][first], edges["country"][rail][first]
    rows = []
    for record in load("network_lengths").to_dict("records"):
        held = float(km[country == record["iso3"]].sum())
        published = float(record["length_km"])
        share = held / published
        rows.append(
            row(
                "network",
                f"rail network of {record['iso3']}, {record['year']}",
                computed=held,
                published=published,
                source_id=record["source_id"],
                use="claim",
                verdict="more than published" if share > 1.0 else f"holds {share:.0%}",
                reason=record["note"],
            )
        )
    return rows


# Crossings -----------------------------------------------------------------------------------------------------------


def crossing_positions(network: Network) -> list[Row]:
    """Return one row for each rail crossing: how far its node lies from the table; one that no line passes is missing."""
    edges, nodes = network.tables["edges"], network.tables["nodes"]
    known = load("crossings").set_index("crossing_id")
    at: dict[str, list[float]] = {}
    for i in np.flatnonzero((edges["kind"] == "crossing") & (edges["mode"] == "rail") & (edges["crossing_id"] != "")):
        crossing_id, node = str(edges["crossing_id"][i]), edges["from"][i]
        lon, lat = (float(known.at[crossing_id, c]) for c in ("lon", "lat"))
        at.setdefault(crossing_id, []).append(float(distance_km(lon, lat, nodes["lon"][node], nodes["lat"][node])))
    table = network.tables["crossings"]
    listed = {str(c) for c, m, s in zip(table["crossing_id"], table["mode"], table["status"], strict=True)
              if m == "rail" and s == "operating"}  # fmt: skip
    rows = []
    for crossing_id in sorted(listed | set(at)):
        source_id, name = str(known.at[crossing_id, "source_id"]), str(known.at[crossing_id, "name"])
        if crossing_id in at:
            off = max(at[crossing_id])
            verdict, reason = ("ok", "") if off <= CROSSING_KM else ("far", str(known.at[crossing_id, "note"]))
        else:
            off, verdict, reason = float("nan"), "missing", "no line of the network passes it"
        rows.append(
            row(
                "crossing", f"{name} ({crossing_id})", computed=off, source_id=source_id, verdict=verdict, reason=reason
            )
        )
    return rows


# Corridors -----------------------------------------------------------------------------------------------------------


def corridor_lengths(network: Network) -> list[Row]:
    """Return one row for each named corridor: the way through its stations, and its published length where there is one."""
    return [_corridor(network, record) for record in load("corridors").to_dict("records")]


def _corridor(network: Network, record: Row) -> Row:
    named = find_corridor(record["corridor_id"])
    published = float(record["length_km"]) if record["length_km"] == record["length_km"] else float("nan")
    given = {"published": published, "source_id": record["source_id"], "use": "claim", "reason": record["note"]}
    what = record["name"]
    if record["length_from"]:
        what += f", {record['length_from']} - {record['length_to']}"
    try:
        if named.opens:
            network = Scenario(named.name).open(*named.opens).apply(network)
        found = Search(network, corridor_question(named, record["length_from"], record["length_to"])).best()
    except NoRouteError as error:
        return row("corridor", what, **given | {"verdict": "no route", "reason": str(error).partition(":")[0]})
    except CorridorError as error:
        return row("corridor", what, **given | {"verdict": "no route", "reason": str(error)})
    return row("corridor", what, computed=found.length_km, published_share=published_share(found), **given)
