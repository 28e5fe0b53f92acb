"""The legs of a route put together as a reader tells it: one row for each stretch on one line in one country."""

from __future__ import annotations

from typing import Any

from corridors.network import MOVING
from corridors.routing import Route


def stages(route: Route) -> Any:
    """Return the stages of a route: a stretch on one line in one country and gauge, or one standstill.

    Columns: ``stage, kind, line, country, gauge_mm`` (NaN where there is no rail), ``from, to, length_km, time_h, cost_usd_teu`` (or
    the cargo that is priced; NaN without tariff), ``cumulative_km, cumulative_h, geometry``; all add up to the totals of the route.
    """
    import geopandas as gpd
    import numpy as np
    import pandas as pd
    import shapely

    legs = route.legs
    key = legs["kind"] + "|" + legs["line_id"] + "|" + legs["country"] + "|" + legs["gauge_mm"].astype(str)
    run = ((key != key.shift()) | ~legs["kind"].isin(MOVING)).cumsum()
    rows = []
    for number, part in legs.groupby(run):
        first, way = part.iloc[0], part.geometry[part.geometry.notna() & ~part.geometry.is_empty]
        rows.append({
            "stage": int(number), "kind": first["kind"], "line": first["line_name"],
            "country": first["country"].replace("|", "-"), "gauge_mm": float(first["gauge_mm"]) or np.nan,
            "from": first["from_name"], "to": part["to_name"].iloc[-1], "length_km": part["length_km"].sum(),
            "time_h": part["time_h"].sum(), route.cost_column: part[route.cost_column].sum(min_count=1),
            "geometry": shapely.MultiLineString(list(way)),
        })  # fmt: skip
    names = [
        "stage",
        "kind",
        "line",
        "country",
        "gauge_mm",
        "from",
        "to",
        "length_km",
        "time_h",
        route.cost_column,
        "geometry",
    ]
    table = pd.DataFrame(rows, columns=names)
    shapes = table.pop("geometry")
    table["cumulative_km"], table["cumulative_h"] = table["length_km"].cumsum(), table["time_h"].cumsum()
    found = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(list(shapes), crs=4326), crs=4326)
    found.attrs.update(route.attrs)
    return found
