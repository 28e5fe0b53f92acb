"""Somebody's planned lines onto a network: ends at its stations, cut at borders, gauge checked, closed until opened.

Assumptions
-----------
* A loose end within ``snap_km`` of a named rail station is meant to end there. Where two planned lines meet, only a station
  within `PASS_KM` is meant: they may just as well meet in the open.
* The way from the end of a line to its station is a straight line and counts as assumed.
* A line that passes a station without an end is not joined with it: a repair of the kind ``passes station`` says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from corridors import geodata
from corridors.errors import LayerError, SchemaError
from corridors.network._build import Layers, assemble
from corridors.network._graft import graft
from corridors.network._joined import PASS_KM, Joined, Stations
from corridors.network._network import Network
from corridors.network._own import (
    Cleaning,
    cleaned,
    edge_rows,
    gauge_break_rows,
    line_rows,
    listed,
    names_at,
    source_rows,
)
from corridors.network._reading import Reading, named_points, nothing, own_countries, own_lines
from corridors.network._repairs import with_places
from corridors.schema import columns as schema_columns
from corridors.schema import validate
from corridors.topology import CROSSING_RADIUS_KM, EXCURSION_TOLERANCE_KM, Boundaries, contract
from corridors.topology._arrays import Ragged, joined_rows, repair_rows
from corridors.topology._near import feet
from corridors.units import distance_km

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

SNAP_KM = 5.0
"""An end of a planned line belongs to the nearest named station within this distance."""

BROAD_MM = 1520
"""The gauge of a plan that says none, where the stations it joins have this one among others."""


def merge_lines(
    network: Network,
    lines: Any,
    *,
    snap_km: float = SNAP_KM,
    crossing_km: float = CROSSING_RADIUS_KM,
    snap_m: float = 50.0,
    borders: Any = None,
    places: Any = None,
    columns: Mapping[str, Any] | None = None,
    defaults: Mapping[str, Any] | None = None,
    encoding: str | None = None,
) -> Network:
    """Add planned rail lines to a network, which itself stays as it is.

    A loose end within ``snap_km`` of a named rail station is joined with it; planned lines are joined with each other where
    they meet. A line over a border gets a crossing: the known rail crossing point within ``crossing_km``, else one without a
    name and with the default hours. Where the gauge of a line is not that of its station, a gauge-change edge joins them.

    Parameters
    ----------
    network
        Any network, the embedded one for instance.
    lines
        A path to anything GDAL reads, or a GeoDataFrame; ``line_id``, ``name``, ``gauge_mm`` and ``status`` are used. A line of
        unknown gauge takes that of the stations it joins.
    snap_km
        How far from a station an end may lie; the way between is a straight, assumed part of the edge.
    crossing_km
        How far a known crossing point of the two countries may lie from where the line meets the border.
    snap_m
        How near planned lines must come to be joined with each other, in metres.
    borders
        Country polygons with ISO alpha-3 codes; None for the embedded ones.
    places
        Points with ``name``, which name the new ends; None for ``end of ...``.
    columns, defaults, encoding
        As in `build_network`.

    Returns
    -------
    Network
        With the lines in status ``proposed``, or that of their column ``status``; one that is ``operating`` there carries traffic
        at once, and ``repairs`` says so. ``Scenario(...).open("line-id")`` opens the others. ``report().plans`` has one row a
        line: where it was joined, what it crosses, where the gauge changes, which ends are loose; ``repairs`` says what was
        done, with place and metres.

    Raises
    ------
    LayerError
        The lines cannot be read, or none of them meets the network.
    SchemaError
        A line has the id of one that the network holds already, or the network's countries are not those of ``borders``.

    Examples
    --------
    >>> import corridors as cx
    >>> import geopandas as gpd
    >>> import shapely
    >>> way = [shapely.LineString([(65.51, 44.85), (63.55, 42.15)])]
    >>> plan = gpd.GeoDataFrame({"line_id": ["my-line"], "name": ["My line"], "gauge_mm": [1520]}, geometry=way, crs=4326)
    >>> network = cx.load_network()
    >>> future = cx.Scenario("plan").open("my-line").apply(cx.merge_lines(network, plan))
    >>> [round(cx.route(n, "Kyzylorda", "Navoi").length_km) for n in (network, future)]
    [1026, 660]
    """
    reading = Reading(columns or {}, defaults or {}, encoding)
    frame, read = own_lines(lines, "proposed", reading)
    taken = sorted(set(frame["line_id"]) & set(network.tables["lines"]["line_id"]))
    if taken:
        raise SchemaError(f"the network has a line {taken[0]!r} already; give the planned lines ids of their own")
    frame, repairs = cleaned(frame, [read], Cleaning(snap_m=snap_m))
    # A chain of short lines along a border would cross it at each wobble: only a whole line shows its countries.
    frame, chained = contract(frame, same=("line_id", "gauge_mm", "status"))
    joined = Joined.of(network, frame, snap_km)
    if not (joined.station >= 0).any():
        raise LayerError(
            f"no end of the {len(frame)} planned lines is within {snap_km:g} km of a rail station of the network; "
            f"the nearest is {joined.nearest()}; check the CRS, or give a larger snap_km"
        )
    repairs = joined_rows([repairs, chained, _gauges(frame, joined), joined.repairs(frame), _passed(frame, joined)])
    countries = _countries(network, borders, reading)
    points = None if places is None else named_points(places, reading)
    layers = _layers(network, frame, joined, countries, points, crossing_km, repairs)
    plan = with_places(assemble(layers, {"name": "plan", "verified": ""}), repairs)
    return graft(network, _with_crossings_said(plan, network))


def _countries(network: Network, borders: Any, reading: Reading) -> gpd.GeoDataFrame:
    if borders is not None:
        return own_countries(borders, reading)
    countries = geodata.load("borders")
    unknown = sorted(network.countries - set(countries["iso3"]))
    if unknown:
        raise SchemaError(
            f"the network has countries that the embedded borders do not know: {', '.join(unknown[:5])}; give borders="
        )
    return countries


def _gauges(frame: gpd.GeoDataFrame, joined: Joined) -> pd.DataFrame:
    """Give lines of unknown gauge that of the stations they join, in place; return what was assumed."""
    rows = []
    for line_id, part in frame[frame["gauge_mm"] == 0].groupby("line_id", sort=False):
        at = part.index.to_numpy()
        met = joined.station[joined.ends[at].ravel()]
        known = sorted({g for s in met if s >= 0 for g in joined.stations.gauges[s] if g})
        gauge = BROAD_MM if BROAD_MM in known or not known else known[0]
        frame.loc[at, "gauge_mm"] = gauge
        note = f"{gauge} mm, as the stations it joins have {known or 'none'}"
        rows.append(repair_rows("gauge assumed", line_id, joined.xy[joined.ends[at[0], 0]], 0.0, note))
    return joined_rows(rows)


def _passed(frame: gpd.GeoDataFrame, joined: Joined) -> pd.DataFrame:
    """Return the stations that a line passes without an end there."""
    found = feet(joined.stations.xy, Ragged.of(frame.geometry.array), PASS_KM * 1000.0)
    ends = joined.xy[joined.ends[found.line]]
    km = [distance_km(found.xy[:, 0], found.xy[:, 1], ends[:, k, 0], ends[:, k, 1]) for k in (0, 1)]
    is_end = (joined.station[joined.ends[found.line]] == found.point[:, None]).any(axis=1)
    found = found.where(~is_end & (np.minimum(*km) > PASS_KM))
    what = frame["line_id"].to_numpy(dtype=object)[found.line]
    names = joined.stations.name[found.point]
    notes = [f"passes {n} and is not joined: end a line there to join it" for n in names]
    return repair_rows("passes station", what, found.xy, found.metres).assign(note=notes)


def _layers(
    network: Network, frame: gpd.GeoDataFrame, joined: Joined, countries: gpd.GeoDataFrame, places: Any,
    crossing_km: float, repairs: pd.DataFrame,
) -> Layers:  # fmt: skip
    """Return the planned lines as layers: their nodes at stations are those stations."""
    import geopandas as gpd
    import pandas as pd

    stations = _station_rows(frame, joined, Boundaries(countries), places)
    edges = _edges(frame, joined, stations["station_id"].to_numpy(dtype=object))
    breaks, there = _breaks(edges, joined.stations)
    periods = pd.DataFrame(network.tables["crossing_periods"]).assign(note="")
    points, modes = (periods[[c.name for c in schema_columns(kind)]] for kind in ("crossings", "crossing_modes"))
    return Layers(
        edges=gpd.GeoDataFrame(validate(edges, "edges", name="planned lines"), crs=4326),
        stations=stations.drop_duplicates("station_id"), countries=countries, places=nothing("places"),
        lines=line_rows(edges), crossings=points.drop_duplicates("crossing_id"), crossing_modes=modes,
        crossing_dwell=nothing("crossing_dwell"), transfers=nothing("transfers"), gauge_breaks=breaks,
        ports=nothing("ports"), sources=source_rows(), tolerance_km=EXCURSION_TOLERANCE_KM, radius_km=crossing_km,
        there=there, repairs=listed(repairs),
    )  # fmt: skip


def _station_rows(frame: gpd.GeoDataFrame, joined: Joined, boundaries: Boundaries, places: Any) -> pd.DataFrame:
    """Return a row a node: that of the network's station, or a new one."""
    import pandas as pd

    n = len(joined.xy)
    line_id = joined.lines_at(frame)
    name_of = dict(zip(frame["line_id"], frame["line_name"], strict=True))
    names = np.array([f"end of {name_of[i]}" for i in line_id], dtype=object)
    if places is not None:
        given = names_at(joined.ends, joined.xy, *places, otherwise="")[0]
        names = np.array([g or n for g, n in zip(given, names, strict=True)], dtype=object)
    iso3 = boundaries.country_of(joined.xy[:, 0], joined.xy[:, 1])
    out = {
        "station_id": np.array([f"{i}-n{k + 1}" for k, i in enumerate(line_id)], dtype=object), "name": names,
        "place_id": np.full(n, "", dtype=object), "lon": joined.xy[:, 0].copy(), "lat": joined.xy[:, 1].copy(),
        "iso3": np.array([c or boundaries.nearest_country(*xy) for c, xy in zip(iso3, joined.xy, strict=True)], dtype=object),
    }  # fmt: skip
    met = joined.station >= 0
    known, at = joined.stations, joined.station[met]
    for column in ("station_id", "name", "place_id", "iso3"):
        out[column][met] = getattr(known, column)[at]
    out["lon"][met], out["lat"][met] = known.xy[at].T
    return pd.DataFrame(out).assign(aliases="", kind="station", position_source="own data", confidence="high", note="")


def _edges(frame: gpd.GeoDataFrame, joined: Joined, ids: Any) -> pd.DataFrame:
    """Return the planned lines as edges: drawn on to the stations they end at, what was drawn on being assumed."""
    met = joined.station[joined.ends] >= 0
    at = joined.stations.xy[joined.station[joined.ends]]
    km = np.where(met, joined.km[joined.ends], 0.0)
    shapes = [
        shapely.LineString(
            np.vstack(
                [*([at[i, 0]] if met[i, 0] else []), shapely.get_coordinates(line), *([at[i, 1]] if met[i, 1] else [])]
            )
        )
        for i, line in enumerate(frame.geometry.array)
    ]
    positions = joined.xy.copy()
    positions[joined.station >= 0] = joined.stations.xy[joined.station[joined.station >= 0]]
    edges = edge_rows(frame.set_geometry(shapes, crs=4326), joined.ends, positions, ids)
    return edges.assign(assumed_km=edges["assumed_km"] + km.sum(axis=1))


def _breaks(edges: pd.DataFrame, stations: Stations) -> tuple[pd.DataFrame, list[tuple[str, str, int]]]:
    """Return the breaks of gauge that the lines make, and the nodes of the network that they need for that.

    At a station of the network the network says how its own gauges are joined; a gauge that it does not have there is joined
    with each that it has.
    """
    import pandas as pd

    gauges = dict(zip(stations.station_id, stations.gauges, strict=True))
    own = gauge_break_rows(edges)
    own = own[~own["station_id"].isin(list(gauges))]
    ends = pd.concat([edges[["from_id", "gauge_mm"]].set_axis(["station_id", "gauge_mm"], axis=1),
                      edges[["to_id", "gauge_mm"]].set_axis(["station_id", "gauge_mm"], axis=1)])  # fmt: skip
    rows, there = [], []
    for station_id, gauge in sorted(set(ends.itertuples(index=False, name=None))):
        have = gauges.get(station_id, [])
        if have and gauge not in have:
            there += [(station_id, "rail", g) for g in have]
            rows += [
                {"station_id": station_id, "gauge_a_mm": min(gauge, g), "gauge_b_mm": max(gauge, g), "method": "reload",
                 "status": "operating", "source_id": "own-data", "note": ""}
                for g in have
            ]  # fmt: skip
    return pd.concat([own, pd.DataFrame(rows)], ignore_index=True) if rows else own, sorted(set(there))


def _with_crossings_said(plan: Network, network: Network) -> Network:
    """Return the plan with a repair for each crossing and gauge change that it got."""
    nodes, edges, said = (plan.tables[name] for name in ("nodes", "edges", "repairs"))
    # How the gauges of a station of the network are joined is the network's business.
    keep = ~np.isin(said["kind"], ("gauges meet", "unnamed crossing"))
    rows = []
    for i in np.flatnonzero(np.isin(edges["kind"], ("crossing", "gauge_change"))):
        a, b = edges["from"][i], edges["to"][i]
        lon, lat = float(nodes["lon"][a]), float(nodes["lat"][a])
        row = {
            "kind": "gauge change",
            "what": edges["edge_id"][i],
            "place": nodes["name"][a],
            "lon": lon,
            "lat": lat,
            "metres": 0.0,
        }
        if edges["kind"][i] == "crossing":
            row |= {"what": edges["line_id"][i], "place": edges["country"][i]}
            row |= _crossing_said(network, lon, lat, str(edges["country"][i]), str(edges["crossing_id"][i]))
        else:
            row["note"] = f"{nodes['gauge_mm'][a]} mm meets {nodes['gauge_mm'][b]} mm: a gauge-change edge joins them"
        rows.append({**row, "km": row["metres"] / 1000.0})
    repairs = {c: np.concatenate([v[keep], np.array([r[c] for r in rows], dtype=v.dtype)]) for c, v in said.items()}
    return Network({**plan.tables, "repairs": repairs}, plan.attrs)


def _crossing_said(network: Network, lon: float, lat: float, pair: str, crossing_id: str) -> dict[str, Any]:
    """Return kind, metres and note of the repair for a crossing: how far off its point is, or what else is known near."""
    points = network.tables["crossing_periods"]
    both = frozenset(pair.split("|"))
    is_of_pair = [frozenset(ab) == both for ab in zip(points["iso3_a"], points["iso3_b"], strict=True)]
    rows = np.flatnonzero(points["crossing_id"] == crossing_id if crossing_id else is_of_pair)
    km = distance_km(lon, lat, points["lon"][rows], points["lat"][rows])
    k = rows[int(np.argmin(km))] if len(rows) else -1
    if crossing_id:
        return {"kind": "crossing", "metres": float(km.min()) * 1000.0,
                "note": f"crosses at {points['name'][k]}, {km.min():.1f} km off the line"}  # fmt: skip
    known = (
        f"the nearest known is {points['name'][k]} ({points['mode'][k]}), {km.min():.0f} km off"
        if len(rows)
        else "none is known"
    )
    return {
        "kind": "unnamed crossing",
        "metres": 0.0,
        "note": f"no rail crossing point near: the default hours count; {known}",
    }
