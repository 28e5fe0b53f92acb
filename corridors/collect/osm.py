"""Rail and road of OpenStreetMap: from a PBF or XML file, from Overpass, from and to an osmnx graph.

Assumptions
-----------
* A way is a line; ways meet where they share a vertex, which `corridors.build_network` finds.
* Of several gauges (``1520;1435``) the first is taken; what is no number, or no gauge of a railway, is unknown (0).
* A way is cut where the file does not hold its nodes: nothing is drawn over them.
* ``railway=construction`` is under construction, ``proposed`` proposed, ``disused`` suspended; abandoned and razed lines
  are left out, and so are trams, metros and monorails.
* OpenStreetMap data are © OpenStreetMap contributors, ODbL 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.errors import LayerError, MissingExtraError, SchemaError, missing_extra, warn
from corridors.units import GAUGES_MM

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx

RAIL = {"rail": "operating", "narrow_gauge": "operating", "construction": "under_construction", "proposed": "proposed",
        "disused": "suspended"}  # fmt: skip
"""Values of ``railway`` that are taken, and the status each gives."""

ROADS = ("motorway", "trunk", "primary", "secondary", "motorway_link", "trunk_link", "primary_link", "secondary_link")
"""Values of ``highway`` that carry trade."""

KEPT = (
    "gauge",
    "electrified",
    "usage",
    "service",
    "name",
    "name:en",
    "ref",
    "construction",
    "proposed",
    "railway",
    "highway",
)
"""Tags that stay as columns."""

_NO_LINES = {"tram", "subway", "light_rail", "monorail", "funicular", "miniature", "preserved"}


def read_osm(path: str | Path, *, mode: str = "rail", yards: bool = True) -> gpd.GeoDataFrame:
    """Read rail or road from an OpenStreetMap file.

    Parameters
    ----------
    path
        A ``.osm.pbf``, ``.osm``, ``.osm.gz`` or ``.osm.bz2`` file.
    mode
        ``"rail"`` or ``"road"``.
    yards
        False leaves out yard tracks, sidings and spurs (``service=*``).

    Returns
    -------
    geopandas.GeoDataFrame
        One row a way: ``line_id, name, mode, gauge_mm, line_class, status`` and the tags of `KEPT`; ready for
        ``build_network(rail=...)``.

    Raises
    ------
    MissingExtraError
        osmium is not installed.
    LayerError
        The file is missing, damaged, or holds no such way.

    Examples
    --------
    >>> from corridors.collect import osm
    >>> lines = osm.read_osm("kyrgyzstan.osm.pbf")                       # doctest: +SKIP
    >>> network = cx.build_network(rail=lines, snap_m=2, gap_m=100)      # doctest: +SKIP
    """
    path = Path(path)
    key = _key(mode)
    if not path.exists():
        raise LayerError(f"there is no OpenStreetMap file {str(path)!r}")
    if path.stat().st_size == 0:
        raise LayerError(f"the OpenStreetMap file {path.name!r} is empty (0 bytes)")
    import shapely

    try:
        import osmium
    except ImportError as error:
        raise missing_extra("reading OpenStreetMap files", "osmium", "pbf") from error
    rows, shapes, n_cut = [], [], 0
    try:
        ways: Any = osmium.FileProcessor(str(path)).with_locations().with_filter(osmium.filter.KeyFilter(key))
        for way in ways:
            tags = dict(way.tags) if way.is_way() else {}
            if is_wanted(tags, mode, yards=yards):
                runs, is_cut = _runs([(n.lon, n.lat) if n.location.valid() else None for n in way.nodes])
                n_cut += is_cut
                if runs:
                    rows.append({"osm_id": way.id, **tags})
                    shapes.append(shapely.MultiLineString(runs) if len(runs) > 1 else shapely.LineString(runs[0]))
    except (RuntimeError, OSError, ValueError, osmium.InvalidLocationError) as error:
        raise LayerError(f"cannot read the OpenStreetMap file {path.name!r}: {error}; is it complete?") from error
    if not rows:
        raise LayerError(f"the OpenStreetMap file {path.name!r} holds no {mode}")
    if n_cut:
        warn(
            f"{n_cut} ways of {path.name!r} are cut, or left out, where the file does not hold their nodes; is it a complete extract?"
        )
    return _frame(rows, shapes, mode)


def _runs(nodes: list[tuple[float, float] | None]) -> tuple[list[list[tuple[float, float]]], bool]:
    """Return the stretches of a way whose nodes are known, and whether some are not."""
    runs: list[list[tuple[float, float]]] = [[]]
    for xy in nodes:
        if xy is not None:
            runs[-1].append(xy)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) > 1], None in nodes


def _key(mode: str) -> str:
    keys = {"rail": "railway", "road": "highway"}
    if mode not in keys:
        raise SchemaError(f"mode is {mode!r}; allowed are rail, road")
    return keys[mode]


def is_wanted(tags: Mapping[str, str], mode: str, *, yards: bool = True) -> bool:
    """Return whether a way with these tags is rail or road that can carry trade."""
    if mode == "road":
        return tags.get("highway") in ROADS
    kind = tags.get("railway", "")
    becomes = tags.get(kind, "") if kind in ("construction", "proposed") else ""
    return kind in RAIL and becomes not in _NO_LINES and (yards or not tags.get("service"))


def gauge_mm(text: Any) -> int:
    """Return the first gauge of a tag in millimetres; 0 if it says none.

    Examples
    --------
    >>> gauge_mm("1520;1435"), gauge_mm("1520 mm"), gauge_mm("broad"), gauge_mm("5000"), gauge_mm(None)
    (1520, 1520, 0, 0, 0)
    """
    found = re.match(r"\s*(\d{3,4})(?!\d)", str(text)) if text is not None and text == text else None
    mm = int(found.group(1)) if found else 0
    return mm if GAUGES_MM[0] <= mm <= GAUGES_MM[1] else 0


def _frame(rows: list[dict[str, Any]], shapes: Iterable[Any], mode: str, crs: Any = 4326) -> gpd.GeoDataFrame:
    import geopandas as gpd

    def tag(name: str) -> list[str]:
        return [str(v) if (v := row.get(name)) is not None and v == v else "" for row in rows]

    kind = tag("railway")
    columns: dict[str, Any] = {
        "line_id": [f"way-{row['osm_id']}" for row in rows],
        "mode": mode,
        "status": [RAIL.get(k, "operating") for k in kind] if mode == "rail" else "operating",
        "line_class": ["secondary" if s else "main" for s in tag("service")],
        "gauge_mm": [gauge_mm(row.get("gauge")) for row in rows] if mode == "rail" else 0,
        **{name: tag(name) for name in KEPT},
    }
    columns["name"] = [a or b or c for a, b, c in zip(columns["name:en"], columns["name"], columns["ref"], strict=True)]
    frame = gpd.GeoDataFrame(columns, geometry=list(shapes), crs=crs).to_crs(4326)
    frame.attrs.update(source="OpenStreetMap", attribution="© OpenStreetMap contributors, ODbL 1.0")
    return frame


def from_overpass(
    where: Any,
    *,
    mode: str = "rail",
    yards: bool = False,
    timeout_s: float = 180.0,
    cache: str | Path | None = "cache/osm",
) -> gpd.GeoDataFrame:
    """Ask Overpass for rail or road, through osmnx: politely, and only once where there is a cache.

    Parameters
    ----------
    where
        A place name, a polygon in EPSG:4326, or ``(west, south, east, north)`` in degrees.
    mode, yards
        As in `read_osm`.
    timeout_s
        Seconds to wait for an answer.
    cache
        Folder of answers; None asks anew each time.

    Raises
    ------
    LayerError
        The server did not answer, was too busy or sent half an answer; the message says which.
    """
    ox = _osmnx()
    key = _key(mode)
    tags = {key: list(RAIL) if mode == "rail" else list(ROADS)}
    before = {k: getattr(ox.settings, k) for k in ("requests_timeout", "use_cache", "cache_folder")}
    ox.settings.requests_timeout, ox.settings.use_cache = timeout_s, cache is not None
    ox.settings.cache_folder = str(cache or before["cache_folder"])
    try:
        found = _features(ox, where, tags)
    except Exception as error:  # requests, osmnx and json have no common class
        raise LayerError(
            f"Overpass gave no lines for {_called(where)}: {type(error).__name__}: {str(error)[:200]}; "
            "try a smaller area, wait a minute, or read a .osm.pbf with read_osm"
        ) from error
    finally:
        for name, value in before.items():
            setattr(ox.settings, name, value)
    found = found[found.geom_type == "LineString"].reset_index()
    rows = [{**row, "osm_id": row.get("id", row.get("osmid"))} for row in _records(found)]
    keep = [i for i, row in enumerate(rows) if is_wanted(row, mode, yards=yards)]
    if not keep:
        raise LayerError(f"OpenStreetMap has no {mode} in {_called(where)}")
    return _frame([rows[i] for i in keep], [found.geometry.iloc[i] for i in keep], mode)


def _records(found: Any) -> list[dict[str, Any]]:
    """Return the tags of each way, without those that only other ways have."""
    return [{k: v for k, v in row.items() if v == v} for row in found.drop(columns="geometry").to_dict("records")]


def _osmnx() -> Any:
    try:
        import osmnx
    except ImportError as error:
        raise MissingExtraError("this needs osmnx: pip install osmnx") from error
    return osmnx


def _features(ox: Any, where: Any, tags: dict[str, list[str]]) -> Any:
    if isinstance(where, str):
        return ox.features_from_place(where, tags)
    if isinstance(where, (tuple, list)):
        return ox.features_from_bbox(tuple(where), tags)
    return ox.features_from_polygon(where, tags)


def _called(where: Any) -> str:
    return repr(where) if isinstance(where, (str, tuple, list)) else "the polygon"


def from_osmnx(graph: nx.MultiDiGraph, *, mode: str = "rail") -> gpd.GeoDataFrame:
    """Return the edges of an osmnx graph as lines for `corridors.build_network`; both directions are one line."""
    import shapely

    rows, shapes, seen = [], [], set()
    for u, v, key, data in graph.edges(keys=True, data=True):
        line = data.get("geometry") or shapely.LineString([(graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in (u, v)])
        shape = shapely.normalize(line).wkb
        if shape not in seen and len(line.coords) > 1:
            seen.add(shape)
            flat = {k: (x[0] if isinstance(x, list) and x else x) for k, x in data.items() if k != "geometry"}
            rows.append({**flat, "osm_id": f"{u}-{v}-{key}"})
            shapes.append(line)
    if not rows:
        raise LayerError("the graph has no edges")
    return _frame(rows, shapes, mode, graph.graph.get("crs", 4326))


def to_osmnx(network: Any) -> nx.MultiDiGraph:
    """Return a network as a graph that osmnx understands: ``x, y`` on nodes, ``length`` in metres on edges, a CRS.

    Every edge stands in both directions; nodes are numbered, ``node_id`` keeps what they are called here.

    Parameters
    ----------
    network
        A `corridors.Network`.
    """
    import networkx as nx

    nodes, edges = network.tables["nodes"], network.tables["edges"]
    graph = nx.MultiDiGraph(crs="epsg:4326", simplified=True, created_with="corridors")
    for i, (x, y, name) in enumerate(zip(nodes["lon"], nodes["lat"], nodes["node_id"], strict=True)):
        graph.add_node(i, x=float(x), y=float(y), node_id=name)
    kept = ("edge_id", "kind", "mode", "line_id", "status")
    for i, shape in enumerate(network.shapes()):
        a, b = int(edges["from"][i]), int(edges["to"][i])
        data = {"osmid": i, "length": float(edges["length_km"][i] * 1000.0), "oneway": False,
                "gauge": str(edges["gauge_mm"][i]), **{c: edges[c][i] for c in kept}}  # fmt: skip
        graph.add_edge(a, b, geometry=shape, reversed=False, **data)
        graph.add_edge(b, a, geometry=shape.reverse(), reversed=True, **data)
    return graph
