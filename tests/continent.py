"""One small continent, drawn, on which every number can be checked by hand.

::

      lat
       8  +-----------+-----------+-----------+
          |   AAA     x   BBB     x   CCC     |      ===  rail 1520 mm
       6  |  Alpha====1===Bravo===2===Charlie |      ---  rail 1435 mm
          |   ‖   \\   |           |   /  :    |      ...  road
       4  |   ‖    ~~~~~~proposed~~~~~    :    |      ~~~  proposed, 1520 mm, straight through DDD's north
          |   ‖       +-----------+       :    |      :::  ferry
       2  |  Aleph====3===Delta---4---Coral    |      x    border, crossing points 1 to 4
          |   AAA     |   DDD     |   CCC     |      Delta is the break of gauge 1520/1435, Charlie has both
       0  +-----------+-----------+-----------+
         lon 0        4           8          12

    Alpha-Bravo 500, Bravo-Charlie 500, Alpha-Aleph 300, Aleph-Delta 400, Delta-Coral 400, Coral-Charlie 300 km rail;
    Aleph-Coral 900 km road; Bravo North-Delta South 600 km proposed; Aleph Port-Coral Port 700 km ferry.
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, box

from corridors.network._build import Layers
from corridors.schema import columns

STATIONS = {
    "alpha": ("Alpha", 2.0, 6.0, "AAA"),
    "aleph": ("Aleph", 2.0, 2.0, "AAA"),
    "aleph-port": ("Aleph Port", 2.0, 1.9, "AAA"),
    "bravo": ("Bravo", 6.0, 6.0, "BBB"),
    "charlie": ("Charlie", 10.0, 6.0, "CCC"),
    "delta": ("Delta", 6.0, 2.0, "DDD"),
    "coral": ("Coral", 10.0, 2.0, "CCC"),
    "coral-port": ("Coral Port", 10.0, 1.9, "CCC"),
    "twin-a": ("Twin", 1.0, 7.0, "AAA"),
    "twin-c": ("Twin", 11.0, 7.0, "CCC"),
}
LEGS = [
    # edge, line, from, to, mode, gauge, km, status, class
    ("north.1", "north", "alpha", "bravo", "rail", 1520, 500.0, "operating", "main"),
    ("north.2", "north", "bravo", "charlie", "rail", 1520, 500.0, "operating", "main"),
    ("west.1", "west", "alpha", "aleph", "rail", 1520, 300.0, "operating", "main"),
    ("south.1", "south-broad", "aleph", "delta", "rail", 1520, 400.0, "operating", "main"),
    ("south.2", "south-standard", "delta", "coral", "rail", 1435, 400.0, "operating", "main"),
    ("east.1", "east", "coral", "charlie", "rail", 1435, 300.0, "operating", "main"),
    ("road.1", "southern-road", "aleph", "coral", "road", 0, 900.0, "operating", "main"),
    ("cut-off.1", "cut-off", "bravo", "delta", "rail", 1520, 460.0, "proposed", "main"),
    ("spur.1", "spur", "twin-a", "alpha", "rail", 1520, 150.0, "operating", "main"),
    ("spur.2", "far-spur", "charlie", "twin-c", "rail", 1520, 150.0, "operating", "main"),
    ("fast.1", "high-speed", "alpha", "charlie", "rail", 1435, 900.0, "operating", "passenger_hs"),
    ("ferry.1", "ferry", "aleph-port", "coral-port", "sea", 0, 700.0, "operating", "ferry"),
    ("island.1", "island", "isle", "islet", "rail", 1435, 50.0, "proposed", "main"),
]  # fmt: skip
STATIONS |= {"isle": ("Isle", 1.0, 0.5, "AAA"), "islet": ("Islet", 1.4, 0.5, "AAA")}
CROSSINGS = [
    ("one", "AAA", "BBB", 4.0, 6.0, ("rail",), "full"),
    ("two", "BBB", "CCC", 8.0, 6.0, ("rail",), "none"),
    ("three", "AAA", "DDD", 4.0, 2.0, ("rail", "road"), "full"),
    ("four", "DDD", "CCC", 8.0, 2.0, ("rail", "road"), "full"),
    ("five", "BBB", "DDD", 6.0, 4.0, ("rail",), "full"),
]


def frame(kind: str, rows: list[dict]) -> pd.DataFrame:
    """Rows with the columns of a schema, empty where nothing is given."""
    empty = {c.name: float("nan") if c.dtype in ("int", "float") else "" for c in columns(kind)}
    return pd.DataFrame([{**empty, **row} for row in rows], columns=list(empty))


def countries() -> gpd.GeoDataFrame:
    """The four countries of the drawing."""
    shapes = {"AAA": box(0, 0, 4, 8), "BBB": box(4, 4, 8, 8), "CCC": box(8, 0, 12, 8), "DDD": box(4, 0, 8, 4)}
    return gpd.GeoDataFrame({"iso3": list(shapes)}, geometry=list(shapes.values()), crs=4326)


def layers() -> Layers:
    """The layers of the drawing."""
    at = {s: (lon, lat) for s, (_, lon, lat, _) in STATIONS.items()}
    edges = gpd.GeoDataFrame(
        frame("edges", [
            {"edge_id": e, "line_id": line, "from_id": a, "to_id": b, "mode": m, "gauge_mm": g, "length_km": km,
             "status": s, "line_class": c, "as_of": "2026", "length_source": "published_route", "assumed_km": 0.0,
             "shape_source": "stops", "source_id": "drawing"}
            for e, line, a, b, m, g, km, s, c in LEGS
        ]),
        geometry=[LineString([at[a], at[b]]) for _, _, a, b, *_ in LEGS],
        crs=4326,
    )  # fmt: skip
    lines = {line: (m, g, s, c) for _, line, _, _, m, g, _, s, c in LEGS}
    return Layers(
        edges=edges,
        stations=frame("stations", [
            {"station_id": s, "name": n, "lon": lon, "lat": lat, "iso3": c, "kind": "station",
             "place_id": {"aleph-port": "aleph", "coral-port": "coral"}.get(s, s if s in ("aleph", "coral") else ""),
             "aliases": "Alfa|Ålpha-Town" if s == "alpha" else ""}
            for s, (n, lon, lat, c) in STATIONS.items()
        ]),
        countries=countries(),
        places=frame("places", [{"place_id": p, "name": p.title(), "iso3": c} for p, c in (("aleph", "AAA"), ("coral", "CCC"))]),
        lines=frame("lines", [
            {"line_id": line, "name": line.replace("-", " ").title(), "mode": m, "gauge_mm": str(g), "line_class": c,
             "status": s, "as_of": "2026", "source_id": "drawing", "confidence": "high",
             "requires": "crossing:five" if line == "cut-off" else ""}
            for line, (m, g, s, c) in lines.items()
        ]),
        crossings=frame("crossings", [
            {"crossing_id": x, "name": x.title(), "name_a": x.title(), "name_b": x.title(), "iso3_a": a, "iso3_b": b,
             "lon": lon, "lat": lat, "source_id": "drawing", "confidence": "high"}
            for x, a, b, lon, lat, _, _ in CROSSINGS
        ]),
        crossing_modes=frame("crossing_modes", [
            {"crossing_id": x, "mode": m, "status": s, "valid_from": start, "valid_to": end, "control": control,
             "as_of": "2026", "source_id": "drawing", "confidence": "high"}
            for x, _, _, _, _, modes, control in CROSSINGS
            for m in modes
            for s, start, end in (
                [("proposed", "", "")] if x == "five"
                else [("operating", "", "2025-06-30"), ("closed", "2025-07-01", "")] if (x, m) == ("four", "road")
                else [("operating", "", "")]
            )
        ]),
        crossing_dwell=frame("crossing_dwell", []),
        transfers=frame("transfers", [
            {"from_id": "aleph", "from_mode": "rail", "to_id": "aleph-port", "to_mode": "sea", "kind": "container", "length_km": 10.0, "source_id": "drawing"},
            {"from_id": "coral", "from_mode": "rail", "to_id": "coral-port", "to_mode": "sea", "kind": "container", "source_id": "drawing"},
            {"from_id": "aleph", "from_mode": "rail", "to_id": "aleph", "to_mode": "road", "kind": "container", "source_id": "drawing"},
        ]),
        gauge_breaks=frame("gauge_breaks", [
            {"station_id": s, "gauge_a_mm": 1435, "gauge_b_mm": 1520, "method": "reload", "status": "operating", "source_id": "drawing"}
            for s in ("delta", "charlie")
        ]),
        ports=frame("ports", [{"port_id": "aleph-port", "name": "Aleph Port", "iso3": "AAA", "lat": 1.9, "lon": 2.0, "locode": "AAALP",
                               "station_id": "aleph-port", "sea": "inner", "source_id": "drawing", "confidence": "high"}]),
        tolerance_km=10.0,
        sources=frame("sources", [{"source_id": "drawing", "title": "Drawn for the tests", "kind": "assumption"}]),
    )  # fmt: skip
