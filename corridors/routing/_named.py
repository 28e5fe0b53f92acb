"""Named corridors: which stations they pass, how a route is held to one, and which one a route follows.

A corridor is an ordered list of stations (``geodata/tables/corridors.csv``). A route between two places uses the part of it that
lies between them: both places are projected onto the chain of its stations, and the stations from the one projection to the
other, in the direction of travel, become places to pass. A place beyond an end of the corridor is projected onto that end,
so that the whole corridor is used; a place beside it joins it at the nearest stretch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.cost import DEFAULT
from corridors.errors import CorridorError, NoRouteError, UnknownNameError, did_you_mean
from corridors.network import MAX_CONNECTOR_KM, MODES, Asked, Network, Place, find_place, fold
from corridors.routing._avoid import check_modes
from corridors.routing._question import Question
from corridors.routing._route import Route
from corridors.routing._search import Search
from corridors.units import Floats

if TYPE_CHECKING:
    import pandas as pd

NEAR_KM = 20.0
"""A kilometre of a route is on a corridor if the corridor's own way is closer than this: its lines, and those beside them."""

EARTH_KM = 6371.0088


@dataclass(frozen=True)
class NamedCorridor:
    """A corridor as analysts name it.

    Attributes
    ----------
    corridor_id, name, aliases
        How it is called.
    family
        ``main``, ``north-south``, ``trans-afghan``, ``planned``, ``carec`` or ``belt-and-road``.
    modes
        Modes it uses.
    via
        Stations or places it passes, in order.
    avoid
        Countries it keeps out of by definition.
    opens
        Lines that do not operate and that it needs.
    status
        Whether it works today.
    """

    corridor_id: str
    name: str
    aliases: tuple[str, ...]
    family: str
    modes: tuple[str, ...]
    via: tuple[str, ...]
    avoid: tuple[str, ...]
    opens: tuple[str, ...]
    status: str


@cache
def named_corridors() -> tuple[NamedCorridor, ...]:
    """Return the embedded corridors, in the order of their ids."""
    from corridors.geodata import load

    frame = load("corridors").sort_values("corridor_id")
    return tuple(
        NamedCorridor(
            corridor_id=row["corridor_id"],
            name=row["name"],
            aliases=_listed(row["aliases"]),
            family=row["family"],
            modes=_listed(row["modes"]),
            via=_listed(row["via"]),
            avoid=_listed(row["avoid"]),
            opens=_listed(row["opens"]),
            status=row["status"],
        )
        for row in frame.to_dict("records")
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(item for item in text.split("|") if item)


def find_corridor(name: str) -> NamedCorridor:
    """Return the corridor of an id, name or alias.

    Raises
    ------
    UnknownNameError
        There is no such corridor.
    """
    known: dict[str, NamedCorridor] = {}
    for named in named_corridors():
        for text in (named.corridor_id, named.name, *named.aliases):
            known.setdefault(fold(text), named)
    key = fold(name.removeprefix("corridor:"))
    for variant in (key, key.removesuffix(" corridor")):
        if variant in known:
            return known[variant]
    ids = ", ".join(c.corridor_id for c in named_corridors())
    raise UnknownNameError(f"no corridor {name!r}{did_you_mean(key, list(known))}; there are {ids}")


def hold_to(network: Network, name: str, question: Question) -> Question:
    """Return a question that passes the stations of a corridor between its two places.

    Without ``modes`` those of the corridor are used; what the corridor avoids by definition is avoided, unless origin or
    destination lie there.

    Raises
    ------
    UnknownNameError
        There is no such corridor.
    ValueError
        ``via`` is given as well.
    NoRouteError
        No part of the corridor lies between the two places.
    """
    named = find_corridor(name)
    if question.via:
        raise ValueError(f"give via or corridor, not both; {named.name} passes {', '.join(named.via)}")
    modes = check_modes(question.modes if question.modes is not None else named.modes)
    ends = [
        find_place(network, asked, modes=modes, max_connector_km=question.max_connector_km)
        for asked in (question.origin, question.destination)
    ]
    via = stations_between(network, named, ends[0], ends[1])
    avoid = (question.avoid,) if isinstance(question.avoid, str) else tuple(question.avoid)
    extra = [iso3 for iso3 in named.avoid if iso3 not in {end.iso3 for end in ends}]
    return replace(question, via=via, modes=modes, avoid=tuple(dict.fromkeys((*avoid, *extra))))


class CorridorSearch(Search):
    """A search held to a corridor; without a path its error also says what the corridor needs opened."""

    def __init__(self, network: Network, question: Question, name: str) -> None:
        self.named = find_corridor(name)
        try:
            super().__init__(network, question)
        except NoRouteError as error:
            raise NoRouteError(f"{error}; {self.named.name} passes {', '.join(map(str, question.via))}") from error

    def best(self) -> Route:
        """Return the best route.

        Raises
        ------
        NoRouteError
            There is no path.
        """
        try:
            return super().best()
        except NoRouteError as error:
            if not self.named.opens:
                raise
            needed = f"{self.named.name} is {self.named.status.replace('_', ' ')}: open {', '.join(self.named.opens)}"
            raise NoRouteError(f"{error}; {needed} in a Scenario") from error


def stations_between(network: Network, named: NamedCorridor, origin: Place, destination: Place) -> tuple[str, ...]:
    """Return the stations of a corridor between two places, in the direction of travel.

    Raises
    ------
    NoRouteError
        Both places project onto the same point of it, or no station is between.
    """
    places = _places(network, named)
    chain = np.array([(p.lon, p.lat) for p in places])
    start, end = (_position(chain, place) for place in (origin, destination))
    low, high = min(start, end), max(start, end)
    taken = {*origin.nodes, *destination.nodes}
    inside = [
        via
        for k, (via, place) in enumerate(zip(named.via, places, strict=True))
        if low <= k <= high and not taken & set(place.nodes)
    ]
    if high - low < 1e-6 or not inside:
        raise NoRouteError(
            f"no part of {named.name} lies between {origin.name} and {destination.name}; it passes {', '.join(named.via)}"
        )
    return tuple(inside if start <= end else reversed(inside))


def _places(network: Network, named: NamedCorridor) -> list[Place]:
    return [find_place(network, via, modes=MODES, max_connector_km=MAX_CONNECTOR_KM) for via in named.via]


def _position(chain: Floats, place: Place) -> float:
    """Return where a place projects onto a chain of points: 2.5 is halfway between the third and the fourth."""
    scale = np.array([np.cos(np.radians(place.lat)), 1.0])
    points = (chain - [place.lon, place.lat]) * scale
    a, b = points[:-1], points[1:]
    step = b - a
    share = np.clip(-(a * step).sum(axis=1) / np.maximum((step * step).sum(axis=1), 1e-12), 0.0, 1.0)
    off = np.hypot(*(a + share[:, None] * step).T)
    k = int(np.argmin(off))
    return k + float(share[k])


# Which corridor a route follows --------------------------------------------------------------------------------------


def follows(route: Route, *, min_share: float = 0.5) -> pd.DataFrame:
    """Return the named corridors that a route follows, the one it follows most first.

    Parameters
    ----------
    route
        A route.
    min_share
        Least share of the route's kilometres that must be on the corridor, 0 to 1.

    Returns
    -------
    pandas.DataFrame
        ``corridor_id, name, family, near_km, share, covered``: kilometres of the route within 20 km of the corridor's own
        shortest way, their share of the route, and the share of that way which the route covers. A corridor whose lines
        do not operate on the route's network has no way and is left out.

    Examples
    --------
    >>> import corridors as cx
    >>> network = cx.load_network()
    >>> r = cx.route(network, "Khorgos", "Poti", corridor="middle")
    >>> cx.follows(r)["corridor_id"].iloc[0]
    'middle'
    """
    import pandas as pd

    own = _samples(route.network, route.path.edges)
    rows = []
    for named in named_corridors():
        edges = corridor_way(route.network, named.corridor_id)
        if edges is None:
            continue
        way = _samples(route.network, edges)
        near, back = _near_km(own, way), _near_km(way, own)
        share, covered = near / (own.km.sum() or 1.0), back / (way.km.sum() or 1.0)
        rows.append((named.corridor_id, named.name, named.family, near, share, covered))
    table = pd.DataFrame(rows, columns=["corridor_id", "name", "family", "near_km", "share", "covered"])
    table = table[table["share"] >= min_share]
    order = (table["share"] * table["covered"]).rename("both")
    ranked = table.assign(both=order).sort_values(["both", "corridor_id"], ascending=[False, True], kind="stable")
    return ranked.drop(columns="both").reset_index(drop=True)


@lru_cache(maxsize=256)
def corridor_way(network: Network, corridor_id: str) -> Any:
    """Return the edges of the shortest way along a corridor, or None where the network has none."""
    named = find_corridor(corridor_id)
    try:
        return Search(network, corridor_question(named)).best().path.edges
    except CorridorError:
        return None


def corridor_question(named: NamedCorridor, origin: str = "", destination: str = "") -> Question:
    """Return the question whose answer is the way along a corridor, or along the part between two of its stations."""
    first, last = origin or named.via[0], destination or named.via[-1]
    i = named.via.index(first) if first in named.via else 0
    j = named.via.index(last) if last in named.via else len(named.via) - 1
    between: Sequence[Asked] = named.via[i : j + 1] if i <= j else named.via[j : i + 1][::-1]
    via = tuple(v for v in between if v not in (first, last))
    return Question(
        origin=first,
        destination=last,
        via=via,
        weight="length_km",
        avoid=named.avoid,
        avoid_strict=False,
        modes=named.modes,
        cost=DEFAULT,
        cargo=None,
        month=None,
        max_connector_km=MAX_CONNECTOR_KM,
    )


@dataclass(frozen=True)
class _Samples:
    """Points along edges, every ten kilometres or so, as unit vectors, and the kilometres each stands for."""

    vectors: Any
    km: Floats


def _samples(network: Network, edges: Any) -> _Samples:
    import shapely

    table = network.tables["edges"]
    moving = edges[np.asarray(table["length_km"])[edges] > 0]
    shapes = shapely.segmentize(network.shapes(moving), 0.1)
    xy, index = shapely.get_coordinates(shapes, return_index=True)
    counts = np.bincount(index, minlength=len(moving))
    km = np.asarray(table["length_km"])[moving] / np.maximum(counts, 1)
    lon, lat = np.radians(xy).T
    vectors = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    return _Samples(vectors, np.repeat(km, counts))


def _near_km(samples: _Samples, other: _Samples) -> float:
    from scipy.spatial import KDTree

    if not len(samples.vectors) or not len(other.vectors):
        return 0.0
    chord = 2.0 * np.sin(NEAR_KM / EARTH_KM / 2.0)
    distance, _ = KDTree(other.vectors).query(samples.vectors, distance_upper_bound=chord)
    return float(samples.km[np.isfinite(distance)].sum())
