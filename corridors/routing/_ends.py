"""Where a journey may begin and end: nodes of a place that are allowed, and connectors that cross no border."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from corridors.errors import NoRouteError, PlaceError
from corridors.network import Asked, Network, Place
from corridors.routing._avoid import Avoided


def allowed_nodes(network: Network, place: Place, avoided: Avoided) -> Place:
    """Return a place with the nodes at which cargo may begin or end.

    Cargo begins and ends on land: a place with rail or road is not served at its quay alone, so that loading counts.

    Raises
    ------
    NoRouteError
        The place lies in an avoided country.
    """
    nodes = network.tables["nodes"]
    has_land = any(nodes["mode"][n] != "sea" for n in place.nodes)
    keep = [
        i
        for i, n in enumerate(place.nodes)
        if nodes["iso3"][n] not in avoided.countries and not (has_land and nodes["mode"][n] == "sea")
    ]
    if not keep or place.iso3 in avoided.countries:
        raise NoRouteError(f"no route that avoids {place.iso3}: {place.name} is in {place.iso3}")
    return _with_nodes(place, keep)


def within_country(network: Network, place: Place, asked: Asked) -> Place:
    """Return a place asked for by position with those connectors that stay in its country.

    The country is that of the borders layer. Where that is none of the network's (a drawn continent, a position at sea), it is
    the country of the nearest station.

    Raises
    ------
    PlaceError
        All stations in reach are across a border.
    """
    if isinstance(asked, str):
        return place
    iso3 = _country_at(place.lon, place.lat)
    if iso3 not in network.countries:
        iso3 = place.iso3
    nodes = network.tables["nodes"]
    keep = [i for i, n in enumerate(place.nodes) if nodes["iso3"][n] == iso3]
    if not keep:
        n = place.nodes[0]
        raise PlaceError(
            f"{place.name} is in {iso3}, the stations in reach are across a border; nearest is {nodes['name'][n]} "
            f"({nodes['iso3'][n]}), {place.connector_km[0]:.0f} km away; ask for it by name"
        )
    return replace(_with_nodes(place, keep), iso3=iso3)


def _with_nodes(place: Place, keep: list[int]) -> Place:
    return replace(
        place,
        nodes=tuple(place.nodes[i] for i in keep),
        connector_km=tuple(place.connector_km[i] for i in keep),
    )


def _country_at(lon: float, lat: float) -> str:
    """Return the country of a position, empty at sea."""
    import shapely

    tree, names = _countries()
    found = tree.query(shapely.Point(lon, lat), predicate="intersects")
    return str(np.sort(names[found])[0]) if len(found) else ""


@cache
def _countries() -> tuple[Any, Any]:
    """Return a tree of the country polygons, and their codes."""
    import shapely

    from corridors import geodata

    borders = geodata.load("borders")
    return shapely.STRtree(borders.geometry.to_numpy()), borders["iso3"].to_numpy()
