"""Networks: the embedded one, and anybody's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors._files import GEODATA
from corridors.errors import LayerError
from corridors.network._columns import check_tables
from corridors.network._network import ANY_CARGO, HANDLING, MODE_OF_KIND, MODES, MOVING, STANDING, Network
from corridors.network._places import MAX_CONNECTOR_KM, Asked, Place, as_pairs, find_place, fold, name_of
from corridors.network._report import NetworkReport
from corridors.network._store import load_tables, save_tables

if TYPE_CHECKING:
    from corridors.network._merge import SNAP_KM, merge_lines

__all__ = [
    "ANY_CARGO", "HANDLING", "MAX_CONNECTOR_KM", "MODES", "MODE_OF_KIND", "MOVING", "SNAP_KM", "STANDING", "Asked", "Network", "NetworkReport", "Place", "as_pairs", "build_network", "find_place", "fold",
    "load_network", "merge_lines", "name_of", "save_network",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Return what merges plans, imported at first use: it needs shapely, which a route on a network does not."""
    if name not in ("SNAP_KM", "merge_lines"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from corridors.network import _merge

    return getattr(_merge, name)


EMBEDDED = GEODATA / "network.npz"


def load_network(path: str | Path | None = None, *, as_of: str = "latest") -> Network:
    """Load the embedded Eurasian network, or one that `save_network` wrote.

    Parameters
    ----------
    path
        A network file, .npz or .gpkg; None for the embedded one.
    as_of
        The day whose state of the border crossings holds, as ``"2025-09-30"``; ``"latest"`` is what was last verified. Lines
        are those of today on any day; `Network.lines` says when each was opened.

    Returns
    -------
    Network
        Immutable; its tables are read once, frames and graph are made when they are asked for.

    Raises
    ------
    LayerError
        The file is missing, damaged or of another version.
    ScenarioError
        The date is neither ``"latest"`` nor an ISO date.

    Examples
    --------
    >>> import corridors as cx
    >>> network = cx.load_network(as_of="2025-09-30")
    >>> network.attrs["as_of"]
    '2025-09-30'
    """
    file = Path(path) if path is not None else EMBEDDED
    if file.suffix.lower() == ".gpkg":
        from corridors.network._gpkg import load_gpkg

        tables, attrs = load_gpkg(file)
    else:
        tables, attrs = load_tables(file)
    if path is not None:
        check_tables(tables, f"the network {file.name!r}")
    network = Network(tables, attrs)
    return network if as_of == "latest" else network.as_of(as_of)


def save_network(network: Network, path: str | Path) -> None:
    """Write a network to one file, whole or not at all; the same network gives the same bytes.

    Parameters
    ----------
    network
        What to write.
    path
        ``.gpkg`` for a GeoPackage that any GIS opens, ``.npz`` for a smaller file that loads quicker.

    Raises
    ------
    LayerError
        The ending is another one, or the file cannot be written.

    Examples
    --------
    >>> import corridors as cx
    >>> network = cx.load_network()
    >>> cx.save_network(network, "mine.npz")
    >>> len(cx.load_network("mine.npz").edges) == len(network.edges)
    True
    """
    path = Path(path)
    if path.suffix.lower() == ".gpkg":
        from corridors.network._gpkg import save_gpkg

        save_gpkg(path, network.tables, network.attrs)
    elif path.suffix.lower() == ".npz":
        save_tables(path, network.tables, network.attrs)
    else:
        raise LayerError(f"cannot write a network to {path.name!r}; the ending must be .gpkg or .npz")


def build_network(
    *,
    rail: Any = None,
    road: Any = None,
    sea: Any = None,
    proposed: Any = None,
    borders: Any = None,
    crossings: Any = None,
    places: Any = None,
    snap_m: float = 50.0,
    gap_m: float = 0.0,
    parallels_m: float = 0.0,
    repair: bool = True,
    contract: bool = False,
    columns: Mapping[str, Any] | None = None,
    defaults: Mapping[str, Any] | None = None,
    encoding: str | None = None,
    name: str = "own network",
) -> Network:
    """Build a network from layers: anybody's own files, or, with no argument, the embedded ones.

    Parameters
    ----------
    rail, road, sea, proposed
        Lines: a path to anything GDAL reads, or a GeoDataFrame, in any CRS; ``"file.gpkg|layername=rail"`` is one layer of several.
        Columns ``line_id``, ``name``, ``gauge_mm`` (or ``gauge``), ``line_class`` and ``status`` are used where they exist, in any
        case. Lines of ``proposed`` carry no traffic until a
        scenario opens them, unless their own ``status`` is operating, which ``repairs`` says.
    borders
        Country polygons with ISO alpha-3 codes; None for the embedded ones.
    crossings
        Points with ``crossing_id, name, iso3_a, iso3_b`` and, if known, ``mode, status``; None for the embedded table.
    places
        Points with ``name`` and, if known, ``iso3``, which name the nodes within 5 km, the nearest each, and cut a line that
        passes within 1 km of them without a node there; None for the embedded stations, which cut nothing.
    snap_m
        Ends of lines closer than this, in metres, are one node; an end this close to the inside of a line cuts it.
    gap_m
        Loose ends closer than this, in metres, to another component, or to a part of their own that is far by rail, are
        joined by a straight edge, which counts as assumed. 0 closes none.
    parallels_m
        Tracks that run closer than this between the same nodes become one; 0 keeps all.
    repair
        False: the lines stay as they are, and ``repairs`` lists what was found.
    contract
        Make one edge of each chain of edges between junctions; places on the way have no node.
    columns
        What the columns are called in the files, as ``{"name": "NAME_RU", "gauge_mm": "KOLEYA"}``, or a rule that is called
        with the frame, as ``{"gauge_mm": lambda f: ...}``; ``"places.name"`` is that of one layer.
    defaults
        What holds where a file says nothing, as ``{"gauge_mm": 1520}``.
    encoding
        Of the text in Shapefiles that is no UTF-8, as ``"cp1251"``; None for what their .cpg says.
    name
        What to call the network.

    Returns
    -------
    Network
        Its ``repairs`` list what was cut, joined or dropped.

    Raises
    ------
    LayerError
        A file cannot be read, is empty, has no CRS or the wrong kind of geometry.
    SchemaError
        A column is missing or holds a value that is not allowed.

    Examples
    --------
    >>> import corridors as cx
    >>> import geopandas as gpd
    >>> import shapely
    >>> ways = shapely.linestrings([[(66.98, 39.65), (65.79, 39.09)], [(65.79, 39.09), (67.28, 37.22)]])
    >>> lines = gpd.GeoDataFrame({"name": ["north", "south"], "gauge_mm": [1520, 1435]}, geometry=ways, crs=4326)
    >>> r = cx.route(cx.build_network(rail=lines), (66.98, 39.65), (67.28, 37.22))
    >>> round(r.length_km), r.countries, r.n_gauge_breaks
    (365, ('UZB',), 1)
    """
    from corridors.network._build import assemble
    from corridors.network._layers import embedded_layers
    from corridors.network._own import Cleaning, own_layers
    from corridors.network._reading import Reading
    from corridors.network._repairs import with_places

    lines = {"rail": rail, "road": road, "sea": sea, "proposed": proposed}
    if all(layer is None for layer in (*lines.values(), borders, crossings, places)):
        return assemble(embedded_layers(), embedded_attrs())
    layers, repairs = own_layers(
        lines, borders=borders, crossings=crossings, places=places,
        cleaning=Cleaning(snap_m=snap_m, gap_m=gap_m, parallels_m=parallels_m, contract=contract, repair=repair),
        reading=Reading(columns or {}, defaults or {}, encoding),
    )  # fmt: skip
    worldview = "the borders layer given" if borders is not None else embedded_attrs()["worldview"]
    attrs = {"name": name, "worldview": worldview, "attribution": "", "verified": "undated"}
    return with_places(assemble(layers, attrs), repairs)


def embedded_attrs() -> dict[str, Any]:
    """Return what the embedded network says about itself."""
    from corridors.geodata import provenance

    rail, borders = provenance("rail"), provenance("borders")
    return {
        "name": "corridors",
        "verified": provenance("crossing_modes")["vintage"],
        "worldview": borders["worldview"],
        "attribution": f"{rail['attribution']} {borders['attribution']}",
    }
