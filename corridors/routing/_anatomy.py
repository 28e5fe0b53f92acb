"""A route taken apart: legs, borders, breaks of gauge, transfers, shares, indicators, and what each number rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import geodata
from corridors.cost import RESTS_ON
from corridors.errors import UnknownNameError
from corridors.network import MOVING
from corridors.units import Floats

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from corridors.routing._route import Route

LEG_COLUMNS = (
    "kind", "mode", "line_id", "line_name", "gauge_mm", "status", "country", "from_name", "to_name", "length_km", "time_h",
    "assumed_km", "length_source", "shape_source", "as_of", "crossing_id", "edge_id", "source_id",
)  # fmt: skip
_FROM_EDGES = (
    "kind", "mode", "line_id", "gauge_mm", "status", "country", "length_km", "assumed_km", "length_source", "shape_source",
    "as_of", "crossing_id", "edge_id", "source_id",
)  # fmt: skip


def legs(route: Route) -> gpd.GeoDataFrame:
    """Return every edge as travelled, connectors included; see `Route.legs`."""
    import geopandas as gpd
    import pandas as pd
    import shapely

    tail, head = route.ends
    columns: dict[str, Any] = {name: route.edge(name) for name in _FROM_EDGES}
    columns["country"] = np.where(
        route.path.is_forward, columns["country"], ["|".join(c.split("|")[::-1]) for c in columns["country"]]
    )
    columns["line_name"] = route.network.line_names(columns["line_id"])
    columns["from_name"], columns["to_name"] = route.node("name")[tail], route.node("name")[head]
    columns["time_h"] = route.moving_hours + route.standing_hours
    columns[route.cost_column] = np.where(route.has_price, route.dollars, np.nan)
    shapes = route.network.shapes(route.path.edges)
    if len(shapes):
        shapes = np.where(route.path.is_forward, shapes, shapely.reverse(shapes))
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=4326)
    parts = [
        _shipment(route),
        _connector(route, route.path.start_km, is_start=True),
        frame,
        _connector(route, route.path.end_km, is_start=False),
    ]
    kept = [p for p in parts if p is not None and len(p)]
    frame = gpd.GeoDataFrame(pd.concat(kept, ignore_index=True), crs=4326) if kept else frame
    order = [*LEG_COLUMNS[:11], route.cost_column, *LEG_COLUMNS[11:], "geometry"]
    frame = gpd.GeoDataFrame(frame[order], geometry="geometry", crs=4326)
    frame.attrs.update(route.attrs)
    return frame


def _shipment(route: Route) -> gpd.GeoDataFrame | None:
    """Return the row of what a shipment costs once, at the place of origin and without a shape; None where that is nothing."""
    import geopandas as gpd

    if route.shipment_usd == 0.0:
        return None
    place = route.origin
    row = dict.fromkeys(LEG_COLUMNS, "") | {
        "kind": "shipment", "line_name": "fixed cost of a shipment", "gauge_mm": 0, "status": "operating",
        "country": place.iso3, "from_name": place.name, "to_name": place.name, "length_km": 0.0, "time_h": 0.0,
        route.cost_column: route.shipment_usd, "assumed_km": 0.0,
    }  # fmt: skip
    return gpd.GeoDataFrame([row], geometry=[None], crs=4326)


def _connector(route: Route, km: float, *, is_start: bool) -> gpd.GeoDataFrame | None:
    """Return the leg between an asked position and the network, None where there is none."""
    import geopandas as gpd
    import shapely

    if km == 0:
        return None
    place = route.origin if is_start else route.destination
    # Not that of the first edge: two positions near one station have none.
    node = place.nodes[place.connector_km.index(km)]
    points = [(place.lon, place.lat), (float(route.node("lon")[node]), float(route.node("lat")[node]))]
    names = [place.name, route.node("name")[node]]
    if not is_start:
        points.reverse()
        names.reverse()
    row = dict.fromkeys(LEG_COLUMNS, "") | {
        "kind": "connector", "mode": "road", "line_name": "connector", "gauge_mm": 0, "status": "operating",
        "country": route.node("iso3")[node], "from_name": names[0], "to_name": names[1], "length_km": km,
        "time_h": route.connector_h(km), route.cost_column: float("nan"), "assumed_km": 0.0,
        "length_source": "great circle",
    }  # fmt: skip
    return gpd.GeoDataFrame([row], geometry=[shapely.LineString(points)], crs=4326)


def crossings(route: Route) -> pd.DataFrame:
    """Return the borders in order; see `Route.crossings`."""
    import pandas as pd

    known = route.network.tables["crossings"]
    row_of = {key: i for i, key in enumerate(zip(known["crossing_id"], known["mode"], strict=True))}
    at_km = np.cumsum(route.edge("length_km")) + route.path.start_km
    names = (
        "crossing_id", "name", "iso3_from", "iso3_to", "mode", "control", "status", "dwell_h", "dwell_rests_on",
        "is_default", "fee_usd", "fee_rests_on", "at_km", "lon", "lat", "source_id",
    )  # fmt: skip
    standing, dollars = route.standing_parts, route.dollar_parts
    assumption = RESTS_ON.index("assumption")
    rows = []
    for k in np.flatnonzero(route.edge("kind") == "crossing"):
        tail, head = route.ends[0][k], route.ends[1][k]
        i = row_of.get((route.edge("crossing_id")[k], route.edge("mode")[k]))
        rows.append(
            (
                route.edge("crossing_id")[k],
                route.node("name")[tail],
                route.node("iso3")[tail],
                route.node("iso3")[head],
                route.edge("mode")[k],
                known["control"][i] if i is not None else "full",
                route.edge("status")[k],
                route.standing_hours[k],
                _rests_on(standing[:, k]),
                bool(standing[assumption, k] > 0),
                route.dollars[k],
                _rests_on(dollars[:, k]),
                at_km[k],
                route.node("lon")[tail],
                route.node("lat")[tail],
                known["source_id"][i] if i is not None else "",
            )
        )
    return pd.DataFrame(rows, columns=list(names))


def _rests_on(parts: Floats) -> str:
    """Return what an amount rests on, in words; empty for nothing."""
    return " + ".join(name for name, part in zip(RESTS_ON, parts, strict=True) if part > 0)


def standstills(route: Route, kind: str, what: str) -> pd.DataFrame:
    """Return gauge changes (``what="gauge"``) or transshipments (``"mode"``) in order."""
    import pandas as pd

    column, unit = ("gauge_mm", "_mm") if what == "gauge" else ("mode", "")
    at_km = np.cumsum(route.edge("length_km")) + route.path.start_km
    at = np.flatnonzero(route.edge("kind") == kind)
    tail, head = route.ends[0][at], route.ends[1][at]
    return pd.DataFrame(
        {
            "name": route.node("name")[head],
            f"{what}_from{unit}": route.node(column)[tail],
            f"{what}_to{unit}": route.node(column)[head],
            "kind": route.edge("mode")[at],
            "time_h": route.standing_hours[at],
            "at_km": at_km[at],
            "lon": route.node("lon")[head],
            "lat": route.node("lat")[head],
            "source_id": route.edge("source_id")[at],
        }
    )


def shares(route: Route, by: str) -> pd.DataFrame:
    """Return kilometres, hours and dollars by country or mode; see `Route.shares`."""
    if by not in ("country", "mode"):
        raise UnknownNameError(f"cannot share a route by {by!r}; it must be 'country' or 'mode'")
    moving = route.legs
    key = moving["country"].replace("", "at sea") if by == "country" else moving["kind"].replace({"track": "rail"})
    frame = moving.assign(**{by: key})[[by, "length_km", "time_h", route.cost_column]].groupby(by, sort=False).sum()
    for name in ("length_km", "time_h", route.cost_column):
        total = frame[name].sum()
        frame[f"{name}_share"] = frame[name] / total if total else 0.0
    return frame


def profile(route: Route) -> pd.DataFrame:
    """Return the time/cost-distance table of UNESCAP; see `Route.profile`."""
    names = ["from_name", "to_name", "kind", "mode", "country", "length_km", "time_h", route.cost_column]
    frame = route.legs[names].copy()
    frame["cumulative_km"] = frame["length_km"].cumsum()
    frame["cumulative_h"] = frame["time_h"].cumsum()
    frame[f"cumulative_{route.cost_column.removeprefix('cost_')}"] = frame[route.cost_column].fillna(0.0).cumsum()
    return frame


_PUBLISHED_INDICATORS = {
    "tfi1_model": ("h at a border", "cpmm-carec-{}-2022-border-h"),
    "tfi2_model": ("USD at a border", "cpmm-carec-{}-2022-border-usd"),
    "tfi3_model": ("USD for 500 km and 20 t", "cpmm-carec-{}-2022-usd-500-km"),
    "tfi4_swod_model": ("km/h without delay", "cpmm-carec-{}-2022-swod"),
    "tfi4_swd_model": ("km/h with delay", "cpmm-carec-{}-2022-swd"),
}


def indicators(route: Route) -> pd.DataFrame:
    """Return the CAREC indicators of a route beside the published means; see `Route.indicators`."""
    import pandas as pd

    borders = route.crossings
    model = {
        "tfi1_model": borders["dwell_h"].mean() if len(borders) else np.nan,
        "tfi2_model": borders["fee_usd"].mean() if len(borders) else np.nan,
        "tfi3_model": np.nan,  # an indicator of samples, no tariff: reported, never modelled nor summed
        "tfi4_swod_model": route.swod_kph,
        "tfi4_swd_model": route.swd_kph,
    }
    mode = "road" if (route.legs["kind"] == "road").any() and not (route.legs["kind"] == "track").any() else "rail"
    published = geodata.load("benchmarks").set_index("benchmark_id")["value"]
    rows = []
    for name, (unit, benchmark) in _PUBLISHED_INDICATORS.items():
        benchmark_id = benchmark.format(mode)
        value = float(published[benchmark_id]) if benchmark_id in published else np.nan
        rows.append((name, model[name], value, unit, benchmark_id))
    return pd.DataFrame(rows, columns=["indicator", "model", "published", "unit", "benchmark_id"])


def concerned(route: Route, table: str) -> pd.DataFrame:
    """Return the rows of a table (restrictions, capacities) whose place is on the way."""
    frame = geodata.load(table)
    passed = {f"country:{c}" for c in route.countries}
    for a, b in zip(route.countries, route.countries[1:], strict=False):
        passed |= {f"border:{a}-{b}", f"border:{b}-{a}"}
    tail, head = route.ends
    stations = {str(s) for s in route.node("station_id")[np.concatenate([tail, head])] if s}
    passed |= {f"crossing:{c}" for c in route.edge("crossing_id") if c}
    passed |= {f"line:{line}" for line in route.edge("line_id") if line}
    passed |= {f"station:{s}" for s in stations}
    ports = geodata.load("ports")
    passed |= {
        f"port:{p}" for p in ports["port_id"][ports["station_id"].isin(stations) | ports["port_id"].isin(stations)]
    }
    return frame[frame["place"].isin(passed)].reset_index(drop=True)


def sources(route: Route) -> pd.DataFrame:
    """Return the sources of a route's lines, borders, transfers, hours and dollars; see `Route.sources`."""
    import pandas as pd

    km = pd.Series(route.edge("length_km")).groupby(pd.Series(route.edge("source_id"))).sum()
    km = km[km.index != ""]
    used: dict[str, list[str]] = {i: ["lines and borders"] for i in [*km.index, *route.crossings["source_id"]] if i}
    known = route.network.sources
    model = f"cost-model:{route.cost_model.name}"
    for source, what in _cost_sources(route):
        source_id = source.partition(":")[0]
        of = used.setdefault(source_id if source_id in known.index else model, [])
        of.extend([what] if what not in of else [])
    frame = known.reindex(list(used)).fillna("")
    if model in used:
        title = f"Cost model {route.cost_model.name}: {route.cost_model.title}, its assumptions"
        frame.loc[model, ["title", "kind"]] = [title, "assumption"]
    frame["length_km"] = km.reindex(list(used)).fillna(0.0)
    frame["used_for"] = [", ".join(of) for of in used.values()]
    frame["citation"] = [citation(i, row) for i, row in frame.iterrows()]
    return frame.sort_values("length_km", ascending=False, kind="stable")


def _cost_sources(route: Route) -> list[tuple[str, str]]:
    """Return the sources of the hours and dollars on the way, each with which of the two it gives."""
    found = [
        (s, what) for what, texts in route.costs.sources(np.where(route.path.is_forward, 0, 1)).items() for s in texts
    ]
    fixed = [(route.costs.shipment.source, "dollars")] if route.shipment_usd else []
    connector = [("assumption", "hours")] if route.connector_km else []
    return list(dict.fromkeys([*found, *fixed, *connector]))


def citation(source_id: str, row: Any) -> str:
    """Return a source as one line of text; knowledge and assumptions are called so."""
    if row["kind"] in ("own_knowledge", "assumption", ""):
        return f"{row['title'] or source_id} (no publication: {str(row['kind'] or 'unknown').replace('_', ' ')})"
    year = f" ({row['year']})" if row["year"] else ""
    return f"{row['title']}{year}. {row['url']}".strip()


def bibtex(frame: pd.DataFrame) -> str:
    """Return the published sources of a route as BibTeX entries."""
    entries = []
    for source_id, row in frame[~frame["kind"].isin(["own_knowledge", "assumption", ""])].iterrows():
        fields = {"title": row["title"], "year": row["year"], "url": row["url"]}
        body = ",\n".join(f"  {name} = {{{_escaped(value)}}}" for name, value in fields.items() if value)
        entries.append(f"@misc{{{source_id},\n{body}\n}}")
    return "\n\n".join(entries) + ("\n" if entries else "")


def _escaped(text: str) -> str:
    return "".join("\\" + c if c in "&%$#_{}" else c for c in str(text))


def moving_lines(route: Route) -> list[Any]:
    """Return the shapes of the legs that move."""
    return [g for g, k in zip(route.legs.geometry, route.legs["kind"], strict=True) if k in (*MOVING, "connector")]
