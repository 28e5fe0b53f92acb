"""Which way: routes, and alternatives that really differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from corridors.cost import DEFAULT, CostModel
from corridors.network import MAX_CONNECTOR_KM, Asked, Network
from corridors.routing._alternatives import Alternatives, route_table
from corridors.routing._avoid import DEFAULT_MODES, MODES
from corridors.routing._route import Route
from corridors.routing._search import WEIGHTS, Question, Search, Weight

__all__ = ["DEFAULT_MODES", "MODES", "WEIGHTS", "Alternatives", "Route", "alternatives", "route", "route_table"]


def route(
    network: Network,
    origin: Asked,
    destination: Asked,
    *,
    weight: Weight = "time_h",
    avoid: Iterable[str] | str = (),
    avoid_strict: bool = False,
    modes: Sequence[str] | str | None = None,
    via: Sequence[Asked] = (),
    cost: str | Path | CostModel = DEFAULT,
    cargo: str | None = None,
    month: int | None = None,
    max_connector_km: float = MAX_CONNECTOR_KM,
) -> Route:
    """Return the best route between two places.

    Parameters
    ----------
    network
        Where to travel.
    origin, destination
        A name, id or UN/LOCODE, or (lon, lat) in degrees.
    weight
        ``"time_h"``, ``"length_km"``, ``"cost"`` (dollars), ``"generalised"`` (dollars plus time valued), ``"n_crossings"``,
        ``"n_transshipments"``, or a function of the frame `Network.edges` that returns a weight for each edge.
    avoid
        Countries (ISO alpha-3), blocs, ``crossing:…``, ``line:…`` or modes that must not be used.
    avoid_strict
        Refuse also edges whose generalised shape touches an avoided country by border noise.
    modes
        Modes that may move; None for rail and sea.
    via
        Places to pass, in this order.
    cost
        A preset, the path of a TOML file, or a `CostModel`.
    cargo
        What is priced: ``"teu"``, ``"feu"``, ``"tonne"`` or ``"truck"``; None for that of the model.
    month
        1 to 12: crossings that are shut in this month are closed; None ignores the season.
    max_connector_km
        How far a position may lie from the network; farther is refused.

    Raises
    ------
    PlaceError
        A place is unknown, ambiguous, or too far from the network.
    NoRouteError
        There is no path; the message says what stands in the way.
    UnknownNameError
        A weight, mode, cost model or something to avoid that does not exist.

    Examples
    --------
    >>> import corridors as cx
    >>> network = cx.load_network()
    >>> cx.route(network, "Moscow", "Tashkent").countries
    ('RUS', 'KAZ', 'UZB')
    """
    question = Question(
        origin, destination, via, weight, avoid, avoid_strict, modes, cost, cargo, month, max_connector_km
    )
    return Search(network, question).best()


def alternatives(
    network: Network,
    origin: Asked,
    destination: Asked,
    *,
    k: int = 4,
    max_overlap: float = 0.6,
    max_detour: float = 2.0,
    weight: Weight = "time_h",
    avoid: Iterable[str] | str = (),
    avoid_strict: bool = False,
    modes: Sequence[str] | str | None = None,
    via: Sequence[Asked] = (),
    cost: str | Path | CostModel = DEFAULT,
    cargo: str | None = None,
    month: int | None = None,
    max_connector_km: float = MAX_CONNECTOR_KM,
) -> Alternatives:
    """Return up to k routes that differ, the best first.

    Found by penalty: after each search the edges used are made heavier, and a route is kept if it shares at most
    ``max_overlap`` of the shorter one's kilometres with each kept before.

    Parameters
    ----------
    network, origin, destination, weight, avoid, avoid_strict, modes, via, cost, cargo, month, max_connector_km
        As for `route`.
    k
        How many at most.
    max_overlap
        Shared kilometres over those of the shorter route, 0 to 1.
    max_detour
        Weight over that of the best route.

    Raises
    ------
    PlaceError, NoRouteError, UnknownNameError
        As for `route`.
    """
    question = Question(
        origin, destination, via, weight, avoid, avoid_strict, modes, cost, cargo, month, max_connector_km
    )
    return Search(network, question).alternatives(k, max_overlap, max_detour)
