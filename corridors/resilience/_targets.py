"""What is to be reached: places as a route reaches them, or the seaports."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from corridors.errors import NoRouteError, PlaceError
from corridors.network import Asked, Network, Place
from corridors.routing._avoid import check_modes, read_avoid
from corridors.routing._ends import allowed_nodes
from corridors.routing._nearest import places_of
from corridors.routing._question import Question, Ready

LAND_SEAS = ("", "caspian", "inland")
"""Waters whose ports are no seaports: one cannot sail from them to the ocean without a canal through RUS."""


def target_places(network: Network, targets: str | Sequence[Asked], question: Question) -> list[Place]:
    """Return places with the nodes at which a journey to them ends; those in a country that is avoided are left out.

    As for a route, a place with rail or road is not reached at its quay: discharging counts.

    Parameters
    ----------
    network
        Where to look.
    targets
        ``"seaports"``, one place, or several.
    question
        Its modes, what it avoids, and how far a position may lie from the network.

    Raises
    ------
    PlaceError
        A place is unknown, or not served by the modes; or none is given.
    """
    found: list[Place] = []
    avoided, finder = read_avoid(network, question.avoid), Ready.finder(network, question)
    is_any_port = isinstance(targets, str) and targets == "seaports"
    asked = seaports(network, check_modes(question.modes)) if is_any_port else places_of(targets)
    if not asked:
        raise PlaceError(
            f"there is nothing to reach: targets is {targets!r}; name places, or 'seaports' where the network has some"
        )
    for one in asked:
        try:
            found.append(allowed_nodes(network, one, avoided) if isinstance(one, Place) else finder(one))
        except NoRouteError:
            continue
    return found


def seaports(network: Network, modes: tuple[str, ...]) -> list[Place]:
    """Return the seaports: the stations that the table of ports puts on an open sea, with their nodes of some modes."""
    from corridors import geodata

    table, nodes = geodata.load("ports"), network.tables["nodes"]
    table = table[~table["sea"].isin(LAND_SEAS) & (table["station_id"] != "")]
    is_served = np.isin(nodes["mode"], modes)
    out = []
    for station_id, name in dict(zip(table["station_id"], table["name"], strict=True)).items():
        here = np.flatnonzero(is_served & (nodes["station_id"] == station_id))
        if len(here):
            first = here[0]
            lon, lat, iso3 = (nodes[column][first] for column in ("lon", "lat", "iso3"))
            out.append(Place(str(name), tuple(here.tolist()), (0.0,) * len(here), float(lon), float(lat), str(iso3)))
    return out
