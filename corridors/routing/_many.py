"""Routes of many pairs under one question: one tree from each origin answers all of its destinations.

Each route is the one that `corridors.route` returns, ties included. Dollars, and who may pass where a scenario bars transit,
depend on the countries of the two ends; nothing else does, so that pairs share the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from corridors.errors import NoRouteError, PlaceError
from corridors.network import Asked, Network, Place
from corridors.routing._engine import Path
from corridors.routing._metric import walk
from corridors.routing._question import DOLLARS, Question
from corridors.routing._route import Route
from corridors.routing._search import Search

Pair = tuple[Asked, Asked]


def routes_of(
    network: Network, pairs: Sequence[Pair], question: Question
) -> Iterator[tuple[int, Route | NoRouteError | PlaceError]]:
    """Yield the position of each pair with its route, or with why there is none; in an order that shares the most work."""
    finder = _Finder(network, question)
    groups: dict[tuple[str, str], dict[Asked, list[int]]] = {}
    depends = depends_on_ends(network, question)
    ends: dict[int, tuple[Place, Place]] = {}
    for k, (origin, destination) in enumerate(pairs):
        found = (finder.place(origin), finder.place(destination))
        for place in found:
            if not isinstance(place, Place):
                yield k, place
                break
        else:
            start, end = found
            assert isinstance(start, Place)
            assert isinstance(end, Place)
            ends[k] = start, end
            group = groups.setdefault((start.iso3, end.iso3) if depends else ("", ""), {})
            group.setdefault(origin, []).append(k)
    for group in groups.values():
        first = ends[next(iter(group.values()))[0]]
        search = Search(network, question, places=first)
        paths = {}
        for rows in group.values():
            paths.update(_paths(search, ends[rows[0]][0], {k: ends[k][1] for k in rows}))
        # Routes between two countries one after another: they share their prices.
        for k in sorted(paths, key=lambda k: (ends[k][0].iso3, ends[k][1].iso3, k)):
            yield k, _route(search, pairs[k], ends[k], paths[k])


def depends_on_ends(network: Network, question: Question) -> bool:
    """Return whether weights or what is usable depend on the countries of the two ends."""
    return question.weight in DOLLARS or bool(network.attrs.get("no_transit"))


class _Finder:
    """Places by what was asked, each looked up once."""

    def __init__(self, network: Network, question: Question) -> None:
        self._find = Search.finder(network, question)
        self._found: dict[Asked, Place | NoRouteError | PlaceError] = {}

    def place(self, asked: Asked) -> Place | NoRouteError | PlaceError:
        """Return a place, or why it cannot be one."""
        if asked not in self._found:
            try:
                self._found[asked] = self._find(asked)
            except (NoRouteError, PlaceError) as error:
                self._found[asked] = error
        return self._found[asked]


def _paths(search: Search, origin: Place, destinations: dict[int, Place]) -> dict[int, Path | None]:
    """Return the best path from one place to each of several, None where there is none."""
    engine, graph = search.engine, search.engine.graph
    starts = engine.connectors(origin, search.per_km)
    distance = engine.metric.tree(list(starts), list(starts.values()))
    before = graph.next_arcs(engine.metric.cost, distance)
    out: dict[int, Path | None] = {}
    for k, destination in destinations.items():
        there = {n: distance[n] + c for n, c in engine.connectors(destination, search.per_km).items()}
        last = min(there, key=lambda n: there[n])
        if not np.isfinite(there[last]):
            out[k] = None
            continue
        arcs: Any = walk(graph, before, distance, starts, last)
        first = int(graph.tail[arcs[0]]) if arcs else last
        out[k] = engine.as_path(arcs, origin, destination, first, last)
    return out


def _route(search: Search, pair: Pair, ends: tuple[Place, Place], path: Path | None) -> Route | NoRouteError:
    """Return a path as a route between its places, or what stands in the way."""
    if path is not None:
        return search.as_route(path, search.weight_name, ends=ends)
    question = replace(search.question, origin=pair[0], destination=pair[1])
    try:
        return Search(search.network, question, places=ends).best()
    except NoRouteError as error:
        return error
