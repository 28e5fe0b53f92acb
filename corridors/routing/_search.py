"""The answers to one question: the best route, one round a closure, several that differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from corridors.errors import NoRouteError
from corridors.network import Place
from corridors.routing._alternatives import Alternatives, label
from corridors.routing._distinct import Chooser, distinct_paths
from corridors.routing._engine import Engine, Path
from corridors.routing._obstacle import obstacle
from corridors.routing._question import Ready
from corridors.routing._route import Route


class Search(Ready):
    """What answers a question on a network."""

    @property
    def weight_name(self) -> str:
        """What a route is the best of."""
        weight = self.question.weight
        return weight if isinstance(weight, str) else getattr(weight, "__name__", "custom")

    def _route(self, path: Path) -> Route:
        return self.as_route(path, self.weight_name)

    def as_route(self, path: Path, name: str, *, ends: Sequence[Place] | None = None) -> Route:
        """Return a path as a route that is the best of what is named; between the places asked for, or other ends."""
        path = replace(path, cut=self.cut)
        origin, *_, destination = ends or self.places
        found = Route(self.network, self.model, origin, destination, path, "", name)
        return replace(found, name=label(found))

    def best(self) -> Route:
        """Return the best route.

        Raises
        ------
        NoRouteError
            There is none; the message says what stands in the way.
        """
        path = self.path()
        if path is None:
            raise NoRouteError(obstacle(self))
        return self._route(path)

    def without(self, shut: Any) -> Route | None:
        """Return the best route without the edges of a mask, None if there is none."""
        engine = Engine(self.network, self.weights, self.usable & ~shut)
        path = engine.path(self.places[0], self.places[-1], via=self.places[1:-1], per_km=self.per_km)
        return None if path is None else self._route(path)

    def alternatives(self, k: int, max_overlap: float, max_detour: float) -> Alternatives:
        """Return up to k routes that differ, the best first: by plateaus, then by penalty until there are k."""
        first = self.best()
        limit = max_detour * self.weight_of(first.path)
        km = self.network.tables["edges"]["length_km"]
        chooser = Chooser(km, self.weight_of, max_overlap, limit)
        paths = distinct_paths(
            self.engine, first.path, self.places, chooser, k=k, per_km=self.per_km, max_stretch=max_detour
        )
        ordered = [first, *(self._route(p) for p in sorted(paths[1:], key=self.weight_of))]
        return Alternatives(tuple(distinct_names(ordered)), tuple(self.weight_of(r.path) for r in ordered))


def distinct_names(routes: list[Route]) -> list[Route]:
    """Return the routes, numbered where they would carry one name."""
    seen: dict[str, int] = {}
    out = []
    for found in routes:
        seen[found.name] = seen.get(found.name, 0) + 1
        out.append(found if seen[found.name] == 1 else replace(found, name=f"{found.name} ({seen[found.name]})"))
    return out
