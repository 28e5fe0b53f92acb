"""From a result to its tables: which frames it holds, under which names, with which geometry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.borders import Border, LineCrossings
from corridors.comparison import Comparison
from corridors.errors import LayerError, did_you_mean
from corridors.export import _metadata
from corridors.export._stages import stages
from corridors.network import Network, NetworkReport
from corridors.resilience import Access, Criticality, Isolation
from corridors.routing import Alternatives, Route, route_table
from corridors.sweeping import Sweep
from corridors.uncertainty import Simulation
from corridors.validation import Validation

if TYPE_CHECKING:
    import pandas as pd

Tables = dict[str, Any]


@dataclass(frozen=True)
class Document:
    """What a file is made of.

    Attributes
    ----------
    title
        What it is, in words.
    tables
        Frames by name, the main one first; those with geometry are GeoDataFrames in EPSG:4326.
    metadata
        Scenario, cost model, date, worldview, licence and the like, as text.
    citations
        ``source_id, citation, url, kind``.
    network
        Set where the result is a network, which has a file format of its own.
    """

    title: str
    tables: Mapping[str, pd.DataFrame]
    metadata: Mapping[str, str]
    citations: pd.DataFrame
    network: Network | None = None

    def only(self, name: str) -> Document:
        """Return this document with one of its tables."""
        if name not in self.tables:
            raise LayerError(
                f"there is no table {name!r} in it{did_you_mean(name, list(self.tables))}; there are {', '.join(self.tables)}"
            )
        return replace(self, tables={name: self.tables[name]}, network=None)


def document(x: Any, *, network: Network | None = None, title: str | None = None) -> Document:
    """Return a result as tables, metadata and citations; see `corridors.export.write`."""
    from corridors.export._frames import checked

    named, found, routes = _read(x, network)
    attrs = _attrs_of(x, found, routes)
    clean = {name: checked(frame, name) for name, frame in found.items()}
    is_network = isinstance(x, Network)
    sources = _metadata.citations(routes, x if is_network else network, attrs, clean)
    return Document(
        title or named, clean, _metadata.metadata(title or named, attrs), sources, x if is_network else None
    )


def _read(x: Any, network: Network | None) -> tuple[str, Tables, Sequence[Route]]:
    """Return title, tables and routes of a result."""
    if isinstance(x, Route):
        return f"{x.origin.name} – {x.destination.name}, {x.name}", _route(x), [x]
    if isinstance(x, Alternatives) or _is_routes(x):
        return _pair(list(x)), _alternatives(x), list(x)
    if isinstance(x, Comparison):
        pairs = x.table[["origin", "destination"]].drop_duplicates()
        what = f"{pairs.iloc[0, 0]} – {pairs.iloc[0, 1]}" if len(pairs) == 1 else f"{len(pairs)} pairs of places"
        return f"Comparison, {what}", _comparison(x), x.routes
    if isinstance(x, Simulation):
        return f"Simulation, {x.attrs['n']} draws", _simulation(x), [r[0] for r in _first_routes(x).values()]
    if isinstance(x, Criticality):
        closures = {"criticality": _with_parts(x.table, network), "losers": x.losers, **_failures(x)}
        return f"What shutting {x.attrs['of']} adds", closures, []
    if isinstance(x, Isolation):
        return f"Gates of {x.country}", {"gates": _with_parts(x.gates, network)}, []
    for kind, read in _OTHERS.items():
        if isinstance(x, kind):
            named, found = read(x)
            return named, found, []
    return "Table", _frames(x), []


def _is_routes(x: Any) -> bool:
    return isinstance(x, list | tuple) and len(x) > 0 and all(isinstance(r, Route) for r in x)


def _frames(x: Any) -> Tables:
    import pandas as pd

    if isinstance(x, pd.DataFrame):
        return {"table": x}
    if isinstance(x, Mapping) and x and all(isinstance(f, pd.DataFrame) for f in x.values()):
        return {str(name): frame for name, frame in x.items()}
    raise TypeError(
        f"there is no table in the {type(x).__name__} given; give a Route, Alternatives, Comparison, Border, Network, "
        "Criticality, Isolation, Access, Simulation, Sweep, Validation, a DataFrame, or a mapping from name to DataFrame"
    )


def _attrs_of(x: Any, found: Tables, routes: Sequence[Route]) -> Mapping[str, Any]:
    attrs = getattr(x, "attrs", None)
    if attrs:
        return dict(attrs)
    if routes:
        return routes[0].attrs
    return next((frame.attrs for frame in found.values() if frame.attrs), {})


# One function a result -----------------------------------------------------------------------------------------------


def _pair(routes: Sequence[Route]) -> str:
    pairs = list(dict.fromkeys(f"{r.origin.name} – {r.destination.name}" for r in routes))
    return pairs[0] if len(pairs) == 1 else f"{len(pairs)} pairs of places"


def _route(r: Route) -> Tables:
    return {
        "stages": stages(r),
        "route": _shaped(route_table([r]), [r]),
        **_ways([r], by_route=False),
        "profile": r.profile(),
        "restrictions": r.restrictions,
    }


def _alternatives(x: Sequence[Route]) -> Tables:
    table = x.table() if isinstance(x, Alternatives) else route_table(list(x))
    found: Tables = {"routes": _shaped(table, list(x)), **_ways(list(x))}
    return (
        {**found, "overlaps": x.overlaps().rename_axis("route")}
        if isinstance(x, Alternatives) and len(x) > 1
        else found
    )


def _comparison(x: Comparison) -> Tables:
    return {"comparison": _shaped(x.table, x.routes), **_ways(x.routes)}


def _shaped(table: pd.DataFrame, routes: Sequence[Route]) -> Any:
    """Return a table with the geometry of its routes; rows with a reason have none."""
    import geopandas as gpd

    has_route = (table["reason"] == "").to_numpy() if "reason" in table else np.ones(len(table), dtype=bool)
    shapes = np.full(len(table), None, dtype=object)
    for i, r in zip(np.flatnonzero(has_route), routes, strict=True):
        shapes[i] = r.geometry
    shaped = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(list(shapes), index=table.index, crs=4326), crs=4326)
    shaped.attrs.update(table.attrs)
    return shaped


def _ways(routes: Sequence[Route], *, by_route: bool = True) -> Tables:
    """Return legs and standstills of routes, with the name of the route where there are several."""
    parts: dict[str, Callable[[Route], Any]] = {
        "legs": lambda r: r.legs,
        "crossings": lambda r: r.crossings,
        "gauge_breaks": lambda r: r.gauge_breaks,
        "transshipments": lambda r: r.transshipments,
    }
    found: Tables = {}
    for name, read in parts.items():
        frames = [_labelled(read(r), r, k, by_route, name == "legs") for k, r in enumerate(routes)]
        if frames:
            found[name] = _stacked(frames)
    return found


def _labelled(frame: Any, route: Route, k: int, by_route: bool, has_order: bool) -> Any:
    frame = frame.copy()
    if has_order:
        frame.insert(0, "leg", np.arange(1, len(frame) + 1))
    if by_route:
        for name, value in (
            ("destination", route.destination.name),
            ("origin", route.origin.name),
            ("route", route.name),
        ):
            frame.insert(0, name, value)
        frame.insert(0, "row", k + 1)
    return frame


def _stacked(frames: Sequence[Any]) -> Any:
    import geopandas as gpd
    import pandas as pd

    kept = [f for f in frames if len(f)] or [frames[0]]
    stacked = pd.concat(kept, ignore_index=True)
    return gpd.GeoDataFrame(stacked, geometry="geometry", crs=4326) if "geometry" in stacked else stacked


def _border(b: Border) -> tuple[str, Tables]:
    import geopandas as gpd

    row = {
        "iso3_a": b.iso3_a, "iso3_b": b.iso3_b, "name": b.name, "kind": b.kind, "length_km": b.length_km,
        "published_km": b.published_km, "ratio": b.ratio, "n_crossings": b.n_crossings, "km_per_crossing": b.km_per_crossing,
    }  # fmt: skip
    whole = gpd.GeoDataFrame([row], geometry=[b.geometry], crs=4326)
    parts = ("crossings", "published", "segments", "status", "tripoints", "exclaves", "regimes")
    return f"Border {b.name}", {"border": whole, **{name: getattr(b, name) for name in parts}}


def _network(n: Network) -> tuple[str, Tables]:
    names = ("edges", "nodes", "crossings", "lines", "repairs")
    return f"Network {n.attrs.get('name', '')}".strip(), {name: getattr(n, name) for name in names}


def _network_report(x: NetworkReport) -> tuple[str, Tables]:
    names = ("components", "dangling", "chords", "unnamed_crossings", "gauge_changes", "repairs")
    return "Audit of a network", {name: getattr(x, name) for name in names}


def _failures(x: Criticality) -> Tables:
    """Return the pairs without a way as a table, if there are any."""
    import pandas as pd

    return {"failures": pd.DataFrame(x.attrs["failures"])} if x.attrs.get("failures") else {}


def _with_parts(table: pd.DataFrame, network: Network | None) -> Any:
    """Return a table of closures with the geometry of what is shut: crossings and ports are points, lines are lines."""
    if network is None:
        return table
    import geopandas as gpd
    import shapely

    nodes, edges, known = network.tables["nodes"], network.tables["edges"], network.tables["crossings"]
    crossings = dict(zip(known["crossing_id"], shapely.points(known["lon"], known["lat"]), strict=True))
    at_sea = nodes["mode"] == "sea"
    ports = dict(
        zip(nodes["station_id"][at_sea], shapely.points(nodes["lon"][at_sea], nodes["lat"][at_sea]), strict=True)
    )

    def shape(part: str) -> Any:
        kind, _, bare = part.partition(":")
        if kind == "line":
            return shapely.MultiLineString(list(network.shapes(np.flatnonzero(edges["line_id"] == bare))))
        return {"crossing": crossings, "port": ports}.get(kind, {}).get(bare)

    shapes = gpd.GeoSeries([shape(str(i)) for i in table["id"]], index=table.index, crs=4326)
    return gpd.GeoDataFrame(table, geometry=shapes, crs=4326)


def _access(x: Access) -> tuple[str, Tables]:
    return "Access", {"access": x.table, "countries": x.by_country()}


def _first_routes(x: Simulation) -> dict[tuple[str, str, str], tuple[Route, ...]]:
    return {(*pair, name): found for pair, ways in x.routes.items() for name, found in ways.items() if found}


def _simulation(x: Simulation) -> Tables:
    import geopandas as gpd
    import pandas as pd

    first = _first_routes(x)
    keys = zip(x.table["origin"], x.table["destination"], x.table["corridor"], strict=True)
    shapes = [first[key][0].geometry if key in first else None for key in keys]
    long = [
        frame.rename_axis("draw").reset_index().melt("draw", var_name="corridor", value_name="time_h")
        .assign(origin=pair[0], destination=pair[1])
        for pair, frame in x.draws.items()
    ]  # fmt: skip
    order = ["origin", "destination", "draw", "corridor", "time_h"]
    draws = pd.concat(long, ignore_index=True)[order] if long else pd.DataFrame(columns=order)
    table = gpd.GeoDataFrame(x.table, geometry=gpd.GeoSeries(shapes, index=x.table.index, crs=4326), crs=4326)
    return {"corridors": table, "drivers": x.drivers, "draws": draws}


def _sweep(x: Sweep) -> tuple[str, Tables]:
    return "Sweep", {"sweep": x.table()}


def _validation(x: Validation) -> tuple[str, Tables]:
    return "Computed against published", {"checks": x.table}


def _line_crossings(x: LineCrossings) -> tuple[str, Tables]:
    return "Where lines cross borders", {"crossings": x.crossings, "sequences": x.sequences, "noise": x.noise}


_OTHERS: Mapping[type, Callable[[Any], tuple[str, Tables]]] = {
    Border: _border,
    Network: _network,
    NetworkReport: _network_report,
    Access: _access,
    Sweep: _sweep,
    Validation: _validation,
    LineCrossings: _line_crossings,
}
