"""Paths that really differ: plateaus first, then penalties until there are enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from corridors.routing._engine import Engine, Path
from corridors.routing._plateau import Between
from corridors.units import Floats

if TYPE_CHECKING:
    from corridors.network import Place

PENALTY = 1.4
"""Factor on edges of routes already found (the notes measured 1.4 against Yen: mean overlap 0.12 instead of 0.999)."""

MAX_TRIES = 40
"""Searches before alternatives gives up; each one raises the penalty of what was used."""


class Chooser:
    """What counts as another way.

    Parameters
    ----------
    km
        Kilometres of each edge, for the overlap.
    weight_of
        Weight of a path without penalties.
    max_overlap
        Shared kilometres over those of the shorter path.
    limit
        Weight that none may exceed.
    """

    def __init__(self, km: Floats, weight_of: Callable[[Path], float], max_overlap: float, limit: float) -> None:
        self._km, self._weight_of, self._max_overlap, self._limit = km, weight_of, max_overlap, limit

    def is_another(self, path: Path, kept: Sequence[Path]) -> bool:
        """Return whether a path is light enough and shares little enough with each kept."""
        is_light = self._weight_of(path) <= self._limit
        return is_light and all(self.overlap(path, other) <= self._max_overlap for other in kept)

    def overlap(self, one: Path, other: Path) -> float:
        """Return shared kilometres over those of the shorter path, as `Route.overlap`."""
        shorter = min(self._km[one.edges].sum(), self._km[other.edges].sum())
        shared = self._km[np.intersect1d(one.edges, other.edges)].sum()
        return float(shared / shorter) if shorter else 1.0


def distinct_paths(
    engine: Engine,
    first: Path,
    places: Sequence[Place],
    chooser: Chooser,
    *,
    k: int,
    per_km: float,
    max_stretch: float,
) -> list[Path]:
    """Return up to k paths between the first and the last place, the best one first, the others as they were found.

    Parameters
    ----------
    engine
        A network made ready.
    first
        The best path.
    places
        Origin, places to pass, destination; with places to pass only penalties are used.
    chooser
        What counts as another way.
    k
        How many at most.
    per_km
        Weight of a kilometre of connector.
    max_stretch
        Weight over that of the best path.
    """
    kept, is_near = [first], None
    if len(places) == 2 and k > 1:
        between = Between(engine, places[0], places[1], per_km=per_km, max_stretch=max_stretch)
        is_near = between.is_near
        for path in between.candidates():
            if chooser.is_another(path, kept):
                kept.append(path)
            if len(kept) == k:
                break
    factor = np.ones(int(engine.graph.edge.max(initial=-1)) + 1)
    for path in kept:
        factor[path.edges] *= PENALTY
    for _ in range(MAX_TRIES):
        if len(kept) >= k:
            break
        metric = engine.penalised(factor, is_near)
        found = engine.path(places[0], places[-1], via=places[1:-1], per_km=per_km, metric=metric)
        if found is None:
            break
        factor[found.edges] *= PENALTY
        if chooser.is_another(found, kept):
            kept.append(found)
    return kept
