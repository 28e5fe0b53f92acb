"""Routes and a network that look like the real ones, made of a table of stops; nothing is computed here.

The maps know their subjects only by what they have, so these stand for ``corridors.routing.Route``,
``Alternatives``, ``Comparison`` and ``Network``. Places are real, lengths are great circles times 1.2 and hours are
made up: they test drawing, not transport.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString, Point

# lon, lat, country
STOPS: dict[str, tuple[float, float, str]] = {
    "Almaty": (76.95, 43.26, "KAZ"),
    "Shu": (73.76, 43.60, "KAZ"),
    "Karagandy": (73.10, 49.80, "KAZ"),
    "Astana": (71.43, 51.17, "KAZ"),
    "Petropavl": (69.15, 54.87, "KAZ"),
    "Kurgan": (65.33, 55.45, "RUS"),
    "Yekaterinburg": (60.61, 56.84, "RUS"),
    "Kazan": (49.11, 55.80, "RUS"),
    "Moscow": (37.62, 55.75, "RUS"),
    "Smolensk": (32.05, 54.78, "RUS"),
    "Minsk": (27.56, 53.90, "BLR"),
    "Brest": (23.68, 52.10, "BLR"),
    "Małaszewicze": (23.53, 52.02, "POL"),
    "Warsaw": (21.01, 52.23, "POL"),
    "Frankfurt (Oder)": (14.55, 52.34, "DEU"),
    "Hannover": (9.73, 52.37, "DEU"),
    "Duisburg": (6.76, 51.43, "DEU"),
    "Kyzylorda": (65.51, 44.85, "KAZ"),
    "Beyneu": (55.19, 45.32, "KAZ"),
    "Aktau Port": (51.20, 43.60, "KAZ"),
    "Alat": (49.41, 39.94, "AZE"),
    "Ganja": (46.36, 40.68, "AZE"),
    "Tbilisi": (44.80, 41.70, "GEO"),
    "Poti": (41.66, 42.15, "GEO"),
    "Constanța": (28.65, 44.17, "ROU"),
    "Arad": (21.32, 46.19, "ROU"),
    "Budapest": (19.04, 47.50, "HUN"),
    "Vienna": (16.37, 48.21, "AUT"),
    "Nuremberg": (11.08, 49.45, "DEU"),
    "Akhalkalaki": (43.49, 41.41, "GEO"),
    "Kars": (43.10, 40.60, "TUR"),
    "Ankara": (32.85, 39.93, "TUR"),
    "Istanbul": (28.80, 41.00, "TUR"),
    "Kapıkule": (26.53, 41.72, "TUR"),
    "Sofia": (23.32, 42.71, "BGR"),
    "Belgrade": (20.45, 44.80, "SRB"),
    "Tashkent": (69.29, 41.30, "UZB"),
    "Bukhara": (64.42, 39.77, "UZB"),
    "Turkmenabat": (63.57, 39.10, "TKM"),
    "Mary": (61.83, 37.60, "TKM"),
    "Sarakhs": (61.15, 36.54, "IRN"),
    "Mashhad": (59.60, 36.30, "IRN"),
    "Tehran": (51.40, 35.66, "IRN"),
    "Tabriz": (46.27, 38.06, "IRN"),
    "Van": (43.38, 38.50, "TUR"),
    "Tatvan": (42.28, 38.50, "TUR"),
    "Samara": (50.15, 53.20, "RUS"),
    "Termez": (67.28, 37.22, "UZB"),
    "Mazar-i-Sharif": (67.11, 36.71, "AFG"),
    "Kabul": (69.17, 34.53, "AFG"),
    "Peshawar": (71.58, 34.01, "PAK"),
}

PATHS: dict[str, list[str]] = {
    "Northern, by Moscow and Brest": [
        *("Almaty", "Shu", "Karagandy", "Astana", "Petropavl", "Kurgan", "Yekaterinburg", "Kazan", "Moscow"),
        *("Smolensk", "Minsk", "Brest", "Małaszewicze", "Warsaw", "Frankfurt (Oder)", "Hannover", "Duisburg"),
    ],
    "Middle Corridor, by Poti and the Black Sea": [
        *("Almaty", "Shu", "Kyzylorda", "Beyneu", "Aktau Port", "Alat", "Ganja", "Tbilisi", "Poti", "Constanța"),
        *("Arad", "Budapest", "Vienna", "Nuremberg", "Duisburg"),
    ],
    "Middle Corridor, by Kars and Istanbul": [
        *("Almaty", "Shu", "Kyzylorda", "Beyneu", "Aktau Port", "Alat", "Ganja", "Tbilisi", "Akhalkalaki", "Kars"),
        *("Ankara", "Istanbul", "Kapıkule", "Sofia", "Belgrade", "Budapest", "Vienna", "Nuremberg", "Duisburg"),
    ],
    "Southern, by Sarakhs and Tehran": [
        *("Almaty", "Shu", "Tashkent", "Bukhara", "Turkmenabat", "Mary", "Sarakhs", "Mashhad", "Tehran", "Tabriz"),
        *("Van", "Tatvan", "Ankara", "Istanbul", "Kapıkule", "Sofia", "Belgrade", "Budapest", "Vienna"),
        *("Nuremberg", "Duisburg"),
    ],
}

SEA = {("Aktau Port", "Alat"), ("Poti", "Constanța"), ("Van", "Tatvan")}
ASSUMED = {("Akhalkalaki", "Kars")}
STATUS = {
    ("Termez", "Mazar-i-Sharif"): "operating",
    ("Mazar-i-Sharif", "Kabul"): "proposed",
    ("Kabul", "Peshawar"): "superseded",
    ("Shu", "Kyzylorda"): "under_construction",
}
BROAD = {"KAZ", "RUS", "BLR", "AZE", "GEO", "UZB", "TKM"}
DWELL_H = {
    "Brest / Terespol": 21.0,
    "Serakhs / Sarakhs": 60.0,
    "Kapıkule / Kapitan Andreevo": 14.5,
    "Razi / Kapıköy": 30.0,
}
NAMES = {
    ("BLR", "POL"): "Brest / Terespol",
    ("TKM", "IRN"): "Serakhs / Sarakhs",
    ("TUR", "BGR"): "Kapıkule / Kapitan Andreevo",
    ("IRN", "TUR"): "Razi / Kapıköy",
    ("KAZ", "RUS"): "Petropavl / Petukhovo",
}
NO_STOP = {("POL", "DEU"), ("HUN", "AUT"), ("AUT", "DEU"), ("ROU", "HUN"), ("RUS", "BLR")}


@dataclass
class FakeRoute:
    """What ``maps`` asks of a route."""

    name: str
    origin: str
    destination: str
    length_km: float
    time_h: float
    cost_usd: float | None
    network_km: float
    connector_km: float
    assumed_km: float
    n_borders: int
    countries: list[str]
    gauge_breaks: Any
    crossings: pd.DataFrame
    transshipments: pd.DataFrame
    legs: gpd.GeoDataFrame
    attrs: dict[str, Any] = field(default_factory=dict)
    sources: pd.DataFrame | None = None
    network: Any = None


@dataclass
class FakeNetwork:
    """What ``maps`` asks of a network."""

    edges: gpd.GeoDataFrame
    nodes: gpd.GeoDataFrame
    crossings: gpd.GeoDataFrame
    attrs: dict[str, Any] = field(default_factory=dict)
    lines: pd.DataFrame | None = None


class FakeAlternatives(Sequence[FakeRoute]):
    """A sequence of routes with a ``table`` method, as ``alternatives`` returns."""

    def __init__(self, routes: list[FakeRoute]) -> None:
        self._routes = routes

    def __getitem__(self, i: Any) -> Any:
        return self._routes[i]

    def __len__(self) -> int:
        return len(self._routes)

    def table(self) -> pd.DataFrame:
        return pd.DataFrame({"length_km": [r.length_km for r in self._routes]})


@dataclass
class FakeComparison:
    """What ``compare`` returns: the routes and their table."""

    routes: list[FakeRoute]
    table: pd.DataFrame
    attrs: dict[str, Any] = field(default_factory=dict)


def line(a: str, b: str, n: int = 24) -> LineString:
    """A line from stop to stop that wanders a little, always the same way."""
    (x0, y0, _), (x1, y1, _) = STOPS[a], STOPS[b]
    length = math.hypot(x1 - x0, y1 - y0)
    swing = 0.0 if (a, b) in SEA else 0.035 * length
    points = []
    for i in range(n + 1):
        t = i / n
        side = swing * (math.sin(math.pi * t) * math.sin(5 * math.pi * t + len(a)))
        points.append((x0 + (x1 - x0) * t - (y1 - y0) / length * side, y0 + (y1 - y0) * t + (x1 - x0) / length * side))
    return LineString(points)


def great_circle_km(a: str, b: str) -> float:
    """Haversine distance; good enough for a drawing."""
    (x0, y0, _), (x1, y1, _) = STOPS[a], STOPS[b]
    p0, p1 = math.radians(y0), math.radians(y1)
    h = math.sin((p1 - p0) / 2) ** 2 + math.cos(p0) * math.cos(p1) * math.sin(math.radians(x1 - x0) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(h))


def track(a: str, b: str) -> dict[str, Any]:
    """One edge between stops, as a row of ``legs`` or ``edges``."""
    is_sea = (a, b) in SEA
    country = STOPS[a][2] if STOPS[a][2] == STOPS[b][2] else f"{STOPS[a][2]}-{STOPS[b][2]}"
    km = great_circle_km(a, b) * (1.0 if is_sea else 1.2)
    return {
        "edge_id": f"{a}|{b}",
        "kind": "sea" if is_sea else "track",
        "mode": "sea" if is_sea else "rail",
        "line_id": f"{a}-{b}".lower(),
        "line_name": f"{a}–{b}",
        "gauge_mm": float("nan") if is_sea else (1520 if STOPS[a][2] in BROAD and STOPS[b][2] in BROAD else 1435),
        "status": STATUS.get((a, b), "operating"),
        "country": "" if is_sea else country,
        "from_name": a,
        "to_name": b,
        "length_km": km,
        "time_h": km / (25.0 if is_sea else 35.0),
        "cost_usd_teu": km * 0.4,
        "assumed_km": km if (a, b) in ASSUMED else 0.0,
        "length_source": "published route length",
        "source_id": "tariff-manual-4" if STOPS[a][2] in BROAD else "oti-atlas",
        "geometry": line(a, b),
    }


def standing(kind: str, name: str, hours: float | None, at: tuple[float, float]) -> dict[str, Any]:
    """A leg where nothing moves: a crossing, a gauge change, a transshipment."""
    row = track("Almaty", "Shu")
    row |= {"edge_id": f"{kind}|{name}", "kind": kind, "line_id": None, "line_name": None, "from_name": name}
    row |= {"to_name": name, "length_km": 0.0, "time_h": hours, "cost_usd_teu": None, "assumed_km": 0.0}
    return row | {"geometry": Point(at) if kind != "crossing" else None, "country": None}


def make_route(name: str, stops: list[str], *, priced: bool = True, **attrs: Any) -> FakeRoute:
    """A route by its stops, with a crossing at each change of country and a diamond at each change of gauge."""
    legs: list[dict[str, Any]] = []
    crossings, breaks, transshipments = [], [], []
    countries = [STOPS[stops[0]][2]]
    mode, gauge = "rail", 1520
    for a, b in pairwise(stops):
        edge = track(a, b)
        (x0, y0, ca), (x1, y1, cb) = STOPS[a], STOPS[b]
        middle = ((x0 + x1) / 2, (y0 + y1) / 2)
        if edge["mode"] != mode:
            at = (x0, y0)
            transshipments.append(
                {"name": a, "from_mode": mode, "to_mode": edge["mode"], "lon": at[0], "lat": at[1], "time_h": 48.0}
            )
            legs.append(standing("transshipment", a, 48.0, at))
            mode = edge["mode"]
        edge_gauge = edge["gauge_mm"]
        if edge_gauge == edge_gauge and edge_gauge != gauge:
            breaks.append(
                {"name": a, "gauge_a_mm": gauge, "gauge_b_mm": edge_gauge, "lon": x0, "lat": y0, "time_h": 12.0}
            )
            legs.append(standing("gauge_change", a, 12.0, (x0, y0)))
            gauge = int(edge_gauge)
        legs.append(edge)
        if ca != cb:
            countries.append(cb)
            if edge["mode"] == "rail":
                crossing = NAMES.get((ca, cb), f"{a} / {b}")
                dwell = 0.0 if (ca, cb) in NO_STOP else DWELL_H.get(crossing, 6.0 if "R" in cb else float("nan"))
                crossings.append(
                    {
                        "crossing_id": crossing.lower().replace(" / ", "-"),
                        "name": crossing,
                        "iso3_a": ca,
                        "iso3_b": cb,
                        "mode": "rail",
                        "dwell_h": dwell,
                        "status": "operating",
                        "lon": middle[0],
                        "lat": middle[1],
                        "source_id": "cpmm-2024",
                    }
                )
                legs.append(standing("crossing", crossing, dwell, middle))
    frame = gpd.GeoDataFrame(legs, geometry="geometry", crs="EPSG:4326")
    km = float(frame["length_km"].sum())
    point_columns = ["name", "from_mode", "to_mode", "lon", "lat", "time_h"]
    return FakeRoute(
        name=name,
        origin=stops[0],
        destination=stops[-1],
        length_km=km,
        time_h=float(frame["time_h"].sum()),
        cost_usd=km * 0.4 + 900 * len(transshipments) if priced else None,
        network_km=km,
        connector_km=0.0,
        assumed_km=float(frame["assumed_km"].sum()),
        n_borders=len(countries) - 1,
        countries=countries,
        gauge_breaks=breaks,
        crossings=pd.DataFrame(crossings),
        transshipments=pd.DataFrame(transshipments, columns=point_columns),
        legs=frame,
        attrs={
            "scenario": "baseline",
            "cost_model": "block-train-2024",
            "as_of": "2026-11-20",
            "worldview": "Natural Earth, de facto",
        }
        | attrs,
        sources=pd.DataFrame(
            {
                "source_id": ["tariff-manual-4", "oti-atlas", "cpmm-2024"],
                "title": ["Tariff Manual No. 4, OSJD, 2024", "Railway atlas, OTI", "CAREC CPMM annual report 2024"],
                "url": ["https://example.org/tm4", "", "https://example.org/cpmm"],
            }
        ),
    )


def almaty_duisburg() -> list[FakeRoute]:
    """Four ways from Almaty to Duisburg; the last without a price."""
    return [make_route(name, stops, priced=not name.startswith("Southern")) for name, stops in PATHS.items()]


def make_network() -> FakeNetwork:
    """Every track of the paths, some more lines, one of them proposed and one superseded."""
    pairs: dict[tuple[str, str], None] = {}
    for stops in PATHS.values():
        pairs |= dict.fromkeys(pairwise(stops))
    extra = (
        ["Moscow", "Samara", "Kazan"],
        ["Samara", "Beyneu"],
        ["Bukhara", "Termez", "Mazar-i-Sharif", "Kabul", "Peshawar"],
    )
    for stops in extra:
        pairs |= dict.fromkeys(pairwise(stops))
    edges = gpd.GeoDataFrame([track(a, b) for a, b in pairs], geometry="geometry", crs="EPSG:4326")
    rows = []
    for i, (name, status) in enumerate({"Torkham": "closed", "Hairatan": "operating", "Dostyk": "operating"}.items()):
        point = Point([(71.09, 34.12), (67.42, 37.22), (82.48, 45.25)][i])
        for mode in ("rail", "road"):
            rows.append(
                {
                    "crossing_id": name.lower(),
                    "name": name,
                    "iso3_a": "AFG",
                    "iso3_b": "UZB",
                    "mode": mode,
                    "status": status,
                    "source_id": "cpmm-2024",
                    "geometry": point,
                }
            )
    crossings = gpd.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")
    nodes = gpd.GeoDataFrame(
        {"node_id": list(STOPS)}, geometry=[Point(x, y) for x, y, _ in STOPS.values()], crs="EPSG:4326"
    )
    return FakeNetwork(edges, nodes, crossings, {"as_of": "2026-11-20", "worldview": "Natural Earth, de facto"})


def many_lines(n: int, vertices: int = 12) -> Iterator[LineString]:
    """``n`` wandering lines over Eurasia, the same each time."""
    for i in range(n):
        x, y = 20 + (i * 7919 % 12000) / 100, 30 + (i * 104729 % 3500) / 100
        yield LineString([(x + 0.08 * k, y + 0.05 * math.sin(i + 0.9 * k)) for k in range(vertices)])
