"""Names to be written on the map, and who comes first where there is no room for all."""

from __future__ import annotations

import re
from typing import Any

from corridors.maps._encode import encode_point
from corridors.maps._gazetteer import Gazetteer
from corridors.maps._schema import PlacePayload
from corridors.maps._values import records, text

_NUMBERED = re.compile(r"node \d+")
"""What nodes of somebody's own lines are called where no place gives them a name."""

MAX_NAMED_JUNCTIONS = 600
JUNCTION_DEGREE = 5  # line ends that meet in a place: more than lines that pass and one that branches off

# Names are placed in this order while there is room, after those of the routes' ends; labels.js has the same order.
_RANKS = {
    name: rank
    for rank, name in enumerate(
        ("subject", "part", "transshipment", "gauge_break", "junction", "turn", "crossing", "stop", "end")
    )
}


class Places:
    """Collects the names of a map.

    Parameters
    ----------
    gazetteer
        Knows the place of a stop.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self._places: dict[tuple[str, int, int], PlacePayload] = {}
        self._degree: dict[tuple[str, int, int], int] = {}

    def put(self, name: str, at: list[float], what: str, degree: int = 0) -> PlacePayload:
        """Add a name, or let the one that is there rank higher.

        Parameters
        ----------
        name, at
            The name; lon, lat.
        what
            What it is the name of: ``junction``, ``stop``, ``subject``, ``part`` (one of many subjects) …
        degree
            Line ends that meet there.
        """
        # One name within about half a degree is one place: a city's stations, or both sides of a crossing.
        key = (name, round(at[0] * 2), round(at[1] * 2))
        rank = _RANKS[what]
        place = self._places.setdefault(key, {"name": name, "at": at, "rank": rank, "routes": [], "ends": []})
        place["rank"] = min(place["rank"], rank)
        self._degree[key] = max(self._degree.get(key, 0), degree)
        return place

    def put_on_route(self, route: int, name: str, at: list[float], what: str, degree: int = 0) -> None:
        """Add a name that is shown with a route; nothing for an empty one, or for a junction that only has a number."""
        if not name or (_NUMBERED.fullmatch(name) and what != "end"):
            return
        place = self.put(name, at, what, degree)
        if what == "end":
            place["at"] = at
            if route not in place["ends"]:
                place["ends"].append(route)
        if route not in place["routes"]:
            place["routes"].append(route)

    def put_junctions(self, network: Any) -> None:
        """Add the names of a network's places, those where most line ends meet first."""
        found: dict[str, tuple[int, list[float]]] = {}
        for row in records(network.nodes):
            place = self.gazetteer.of_node(text(row.get("node_id")))
            geometry: Any = row.get("geometry")
            if place is None or not place.name or geometry is None:
                continue
            at = encode_point(geometry.x, geometry.y)
            if at is not None:
                found.setdefault(place.name, (place.degree, at))
        busiest = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))
        for name, (degree, at) in busiest[:MAX_NAMED_JUNCTIONS]:
            self.put(name, at, "junction" if degree >= JUNCTION_DEGREE else "stop", degree)

    def ranked(self) -> list[PlacePayload]:
        """Return the names in the order in which they are placed."""
        keys = sorted(self._places, key=lambda k: (self._places[k]["rank"], -self._degree[k]))  # else as they came
        return [self._places[k] for k in keys]
