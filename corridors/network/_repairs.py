"""The table of repairs of a network of somebody's own lines: with the place and the metres of each edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from corridors.network._network import Network

if TYPE_CHECKING:
    import pandas as pd


def with_places(network: Network, repairs: pd.DataFrame) -> Network:
    """Return the network with ``lon, lat, metres`` in its repairs, so that they can be put on a map.

    Parameters
    ----------
    network
        Its first repairs are those given; what the assembling added (unnamed crossings, gauges that meet) follows.
    repairs
        Rows of `corridors.topology.repair_lines`.
    """
    table = network.tables["repairs"]
    n = len(table["kind"])
    lon, lat, metres = (np.full(n, np.nan) for _ in range(3))
    k = len(repairs)
    lon[:k], lat[:k], metres[:k] = (repairs[c].to_numpy(dtype=float) for c in ("lon", "lat", "metres"))
    at = _places_by_id(network)
    for i in range(k, n):
        lon[i], lat[i] = at.get(table["what"][i], at.get(table["place"][i], (np.nan, np.nan)))
        metres[i] = table["km"][i] * 1000.0
    return network.with_tables(repairs={"lon": lon, "lat": lat, "metres": metres})


def _places_by_id(network: Network) -> dict[str, tuple[float, float]]:
    nodes, edges = network.tables["nodes"], network.tables["edges"]
    at = dict(zip(nodes["station_id"], zip(nodes["lon"], nodes["lat"], strict=True), strict=True))
    first = edges["from"]
    return at | dict(zip(edges["edge_id"], zip(nodes["lon"][first], nodes["lat"][first], strict=True), strict=True))
