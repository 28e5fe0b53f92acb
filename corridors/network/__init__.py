"""Networks: the embedded one, and anybody's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from corridors._files import GEODATA
from corridors.network._network import MOVING, STANDING, Network
from corridors.network._places import MAX_CONNECTOR_KM, Asked, Place, find_place, fold
from corridors.network._store import load_tables, save_tables

__all__ = [
    "MAX_CONNECTOR_KM", "MOVING", "STANDING", "Asked", "Network", "Place", "build_network", "find_place", "fold",
    "load_network", "save_network",
]  # fmt: skip

EMBEDDED = GEODATA / "network.npz"


def load_network(path: str | Path | None = None, *, as_of: str = "latest") -> Network:
    """Load the embedded Eurasian network, or one that `save_network` wrote.

    Parameters
    ----------
    path
        A network file; None for the embedded one.
    as_of
        The day whose state of the border crossings holds, as ``"2025-09-30"``; ``"latest"`` is what was last verified.

    Raises
    ------
    LayerError
        The file is missing, damaged or of another version.

    Examples
    --------
    >>> import corridors as cx
    >>> network = cx.load_network(as_of="2025-09-30")
    >>> network.attrs["as_of"]
    '2025-09-30'
    """
    tables, attrs = load_tables(Path(path) if path is not None else EMBEDDED)
    network = Network(tables, attrs)
    return network if as_of == "latest" else network.as_of(as_of)


def save_network(network: Network, path: str | Path) -> None:
    """Write a network to one file, whole or not at all; the same network gives the same bytes."""
    save_tables(Path(path), network.tables, network.attrs)


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
    name: str = "own network",
) -> Network:
    """Build a network from layers: anybody's own files, or, with no argument, the embedded ones.

    Parameters
    ----------
    rail, road, sea, proposed
        Lines: a path to anything GDAL reads, or a GeoDataFrame, in any CRS. Columns ``line_id``, ``name``, ``gauge_mm`` (or
        ``gauge``), ``line_class`` and ``status`` are used where they exist. Lines of ``proposed`` carry no traffic until a
        scenario opens them.
    borders
        Country polygons with ISO alpha-3 codes; None for the embedded ones.
    crossings
        Points with ``crossing_id, name, iso3_a, iso3_b`` and, if known, ``mode, status``; None for the embedded table.
    places
        Points with ``name``, which name the nodes; None for the embedded stations.
    snap_m
        Ends of lines closer than this, in metres, are one node; an end this close to the inside of a line cuts it.
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
    """
    from corridors.network._build import assemble
    from corridors.network._layers import embedded_layers, own_layers

    given = {"rail": rail, "road": road, "sea": sea, "proposed": proposed, "borders": borders, "crossings": crossings,
             "places": places}  # fmt: skip
    if all(layer is None for layer in given.values()):
        return assemble(embedded_layers(), embedded_attrs())
    layers = own_layers(**given, snap_m=snap_m)
    worldview = "the borders layer given" if borders is not None else embedded_attrs()["worldview"]
    return assemble(layers, {"name": name, "worldview": worldview, "attribution": "", "verified": "undated"})


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
