"""The layers that travel with the package, as a network is built from them."""

from __future__ import annotations

import csv
import math
from typing import TYPE_CHECKING, Any

from corridors import geodata
from corridors._files import GEODATA
from corridors.network._build import Layers

if TYPE_CHECKING:
    import geopandas as gpd


def embedded_layers() -> Layers:
    """Return the layers that travel with the package."""
    import pandas as pd

    edges = pd.concat([geodata.load(n) for n in ("rail", "road", "sea", "proposed")], ignore_index=True)
    tables = {
        name: geodata.load(name)
        for name in (
            "stations", "places", "lines", "crossings", "crossing_modes", "crossing_dwell", "transfers", "gauge_breaks",
            "ports", "sources",
        )
    }  # fmt: skip
    # The stops carry their country, so however far a generalised shape strays, they decide.
    return Layers(
        edges=edges, countries=geodata.load("borders"), tolerance_km=math.inf, repairs=_embedded_repairs(edges), **tables
    )  # fmt: skip


def _embedded_repairs(edges: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    """Return what the workshop did: each leg matched or laid, gaps of the rail graph closed, bends dropped."""
    kinds = edges["shape_source"].map({"rail_graph": "matched", "sea_lanes": "matched", "stops": "laid"})
    legs = zip(
        kinds,
        edges["edge_id"],
        edges["from_id"],
        edges["to_id"],
        edges["length_km"],
        edges["length_source"],
        strict=True,
    )
    rows = [
        {"kind": kind, "what": what, "place": f"{a} - {b}", "km": km, "note": f"length: {source.replace('_', ' ')}"}
        for kind, what, a, b, km, source in legs
    ]
    rows += [
        {
            "kind": "gap closed",
            "what": "rail graph",
            "place": f"{gap['lat_a']}, {gap['lon_a']}",
            "km": float(gap["gap_km"]),
            "note": f"rule: {gap['rule']}",
        }
        for gap in _csv_rows("rail/closed_gaps.csv")
    ]
    rows += [
        {
            "kind": "bend dropped",
            "what": bend["line_id"],
            "place": bend["station_id"],
            "km": 0.0,
            "note": "off the rail graph",
        }
        for bend in _csv_rows("rail/refuted_bends.csv")
    ]
    return rows


def _csv_rows(path: str) -> list[dict[str, str]]:
    with (GEODATA / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
