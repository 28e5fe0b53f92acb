"""Which of a network's many stops deserve a name on the map.

Assumptions: the more line ends meet in a place (all its stations and modes together), the likelier a reader looks for
it. That needs no list of populations, which none of the layers has. A stop is called by its place: Moscow Belorussky
is Moscow.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from corridors.maps._background import MOVING
from corridors.maps._values import text


@dataclass(frozen=True)
class NamedPlace:
    """A place as the map calls it, and how many line ends meet there."""

    name: str
    degree: int


class Gazetteer:
    """Looks up the place of a stop by the stop's name.

    Parameters
    ----------
    network
        Its ``nodes`` with ``node_id, name, place_id``, its ``edges`` with ``from_id, to_id``. Anything else, None
        included, makes a gazetteer that knows no place.
    """

    def __init__(self, network: Any) -> None:
        self._of_stop: dict[str, NamedPlace] = {}
        self._of_node: dict[str, NamedPlace] = {}
        nodes, edges = getattr(network, "nodes", None), getattr(network, "edges", None)
        if nodes is None or edges is None or not {"node_id", "name"} <= set(nodes.columns):
            return
        if "iso3" in nodes.columns:
            # Waypoints of sea lanes lie in no country; their names belong on no map.
            nodes = nodes[nodes["iso3"].map(text) != ""]
        degree = _degrees(edges)
        ids, names = list(map(text, nodes["node_id"])), list(map(text, nodes["name"]))
        own = list(map(text, nodes["place_id"])) if "place_id" in nodes.columns else [""] * len(ids)
        place_ids = [place or node for place, node in zip(own, ids, strict=True)]
        stops: defaultdict[str, list[int]] = defaultdict(list)
        for i, place in enumerate(place_ids):
            stops[place].append(i)
        places = {
            place: NamedPlace(_name_of(place, [names[i] for i in rows]), sum(degree[ids[i]] for i in rows))
            for place, rows in stops.items()
        }
        self._of_node = {node: places[place] for node, place in zip(ids, place_ids, strict=True)}
        homes: defaultdict[str, set[str]] = defaultdict(set)
        for name, place in zip(names, place_ids, strict=True):
            homes[name].add(place)
        # A name that several places have says nothing about which one is meant.
        self._of_stop = {name: places[min(found)] for name, found in homes.items() if len(found) == 1}

    def __bool__(self) -> bool:
        return bool(self._of_stop)

    def of_stop(self, name: str) -> NamedPlace | None:
        """Return the place of the stop with this name, None if there is none or more than one."""
        return self._of_stop.get(name)

    def of_node(self, node_id: str) -> NamedPlace | None:
        """Return the place of a node."""
        return self._of_node.get(node_id)


def _degrees(edges: Any) -> Counter[str]:
    """Return how many moving edges end at each node."""
    if not {"from_id", "to_id"} <= set(edges.columns):
        return Counter()
    if "kind" in edges.columns:
        edges = edges[edges["kind"].isin(MOVING)]
    return Counter(map(text, [*edges["from_id"], *edges["to_id"]]))


def _name_of(place_id: str, names: list[str]) -> str:
    """Return the name that the place's id was made from, or the shortest."""
    return min(names, key=lambda name: (_slug(name) != place_id, len(name), name))


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
