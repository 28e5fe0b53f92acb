"""Which way: routes, and alternatives that really differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from corridors.cost import DEFAULT, CostModel, cost_model
from corridors.network import MAX_CONNECTOR_KM, MODES, Asked, Network
from corridors.routing._alternatives import Alternatives, route_table
from corridors.routing._avoid import DEFAULT_MODES
from corridors.routing._named import CorridorSearch, follows, hold_to
from corridors.routing._nearest import best_of, places_of
from corridors.routing._pareto import OBJECTIVES, check_objectives, pareto_front
from corridors.routing._question import WEIGHTS, Question, Weight
from corridors.routing._route import Route
from corridors.routing._search import Search

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd

__all__ = [
    "DEFAULT_MODES",
    "MODES",
    "OBJECTIVES",
    "WEIGHTS",
    "Alternatives",
    "Route",
    "Weight",
    "alternatives",
    "follows",
    "matrix",
    "pareto",
    "route",
    "route_table",
]


def route(
    network: Network,
    origin: Asked | Iterable[Asked],
    destination: Asked | Iterable[Asked],
    *,
    weight: Weight = "time_h",
    avoid: Iterable[str] | str = (),
    avoid_strict: bool = False,
    avoid_mode: str = "territory",
    modes: Sequence[str] | str | None = None,
    via: Asked | Sequence[Asked] = (),
    corridor: str | None = None,
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
        A name, id or UN/LOCODE, or (lon, lat) in degrees. Or several of these: the route is the best between any of them, from the
        nearest port of a set, say.
    weight
        ``"time_h"``, ``"length_km"``, ``"cost"`` (dollars), ``"generalised"`` (dollars plus time valued), ``"n_crossings"``,
        ``"n_transshipments"``, or a function of the frame `Network.edges` that returns a weight for each edge; a connector then
        weighs its hours.
    avoid
        Countries (ISO alpha-3 or English name), blocs, ``crossing:…``, ``line:…`` or modes that must not be used.
    avoid_strict
        Refuse also edges whose generalised shape touches an avoided country by border noise.
    avoid_mode
        ``"territory"``: no edge lies in an avoided country. ``"control"``: sections where a line runs through it from border to
        border without a stop are allowed. `Route.run_through` names the sections used, and those cut.
    modes
        Modes that may move; None for rail and sea. Every ferry is sea, that of a railway over a lake (Van) or the Caspian too.
    via
        A place to pass, or several in this order. A position stands for a station near it: the way between the two decides which
        one, and is no part of the route.
    corridor
        A named corridor, by id, name or alias (``"middle"``, ``"Central Line"``): the route passes its stations that lie
        between the two places, uses its modes if none are given, and keeps out of what it avoids by definition. Not with
        ``via``. ``cx.load("corridors")`` lists them.
    cost
        A preset, the path of a TOML file, or a `CostModel`.
    cargo
        What is carried and priced: ``"teu"``, ``"feu"``, ``"tonne"`` (of bulk) or ``"truck"``; None for that of the model. It
        changes mode and gauge only where the place takes it (`CostModel.unit`).
    month
        1 to 12: crossings that are shut in this month are closed; None ignores the season.
    max_connector_km
        How far a position may lie from the network; farther is refused.

    Returns
    -------
    Route
        Its totals have their unit in their names; ``legs``, ``crossings`` and ``profile()`` are tables.

    Raises
    ------
    PlaceError
        A place is unknown, ambiguous, or too far from the network.
    NoRouteError
        There is no path; the message says what stands in the way.
    UnknownNameError
        A weight, mode, cost model, corridor or something to avoid that does not exist.

    Examples
    --------
    >>> import corridors as cx
    >>> network = cx.load_network()
    >>> cx.route(network, "Moscow", "Tashkent").countries
    ('RUS', 'KAZ', 'UZB')
    """
    question = Question(
        "", "", places_of(via), weight, avoid, avoid_strict, modes, cost, cargo, month, max_connector_km, avoid_mode
    )

    def search(start: Asked, end: Asked) -> Search:
        return _search(network, replace(question, origin=start, destination=end), corridor)

    return best_of(search, places_of(origin), places_of(destination))


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
    avoid_mode: str = "territory",
    modes: Sequence[str] | str | None = None,
    via: Asked | Sequence[Asked] = (),
    corridor: str | None = None,
    cost: str | Path | CostModel = DEFAULT,
    cargo: str | None = None,
    month: int | None = None,
    max_connector_km: float = MAX_CONNECTOR_KM,
) -> Alternatives:
    """Return up to k routes that differ, the best first.

    First routes that cannot be bettered locally (plateaus of the tree from the origin and the tree to the destination), lightest
    first; then, until there are k, by penalty: after each search the edges used are made heavier. A route is kept if it shares
    at most ``max_overlap`` of the shorter one's kilometres with each kept before.

    Parameters
    ----------
    origin, destination
        One place each; only `route` takes the best of several.
    network, weight, avoid, avoid_strict, avoid_mode, modes, via, corridor, cost, cargo, month, max_connector_km
        As for `route`.
    k
        How many at most.
    max_overlap
        Shared kilometres over those of the shorter route, 0 to 1.
    max_detour
        Weight over that of the best route.

    Returns
    -------
    Alternatives
        A sequence of `Route`, the best first, with ``table()`` and ``overlaps()``; fewer than k where no more
        differ enough.

    Raises
    ------
    PlaceError, NoRouteError, UnknownNameError
        As for `route`.
    ValueError
        k is less than one, ``max_overlap`` not 0 to 1, or ``max_detour`` less than one.

    Examples
    --------
    >>> import corridors as cx
    >>> routes = cx.alternatives(cx.load_network(), "Tashkent", "Karachi", k=2, modes=["rail", "sea"])
    >>> routes[0].countries
    ('UZB', 'TKM', 'IRN', 'PAK')
    >>> float(routes.overlaps().iloc[0, 1]) <= 0.6
    True
    """
    if k < 1:
        raise ValueError(f"k is {k!r}; it must be 1 or more routes")
    if not 0.0 <= max_overlap <= 1.0 or not max_detour >= 1.0:
        raise ValueError(
            f"max_overlap is {max_overlap!r} and max_detour {max_detour!r}; they must be a share, 0 to 1, and a multiple of the best "
            "route's weight, 1 or more"
        )
    question = Question(
        origin, destination, places_of(via), weight, avoid, avoid_strict, modes, cost, cargo, month, max_connector_km,
        avoid_mode,
    )  # fmt: skip
    return _search(network, question, corridor).alternatives(k, max_overlap, max_detour)


def pareto(
    network: Network,
    origin: Asked,
    destination: Asked,
    *,
    objectives: Sequence[str] = ("time_h", "cost", "n_crossings"),
    epsilon: float = 0.0,
    avoid: Iterable[str] | str = (),
    avoid_strict: bool = False,
    avoid_mode: str = "territory",
    modes: Sequence[str] | str | None = None,
    cost: str | Path | CostModel = DEFAULT,
    cargo: str | None = None,
    month: int | None = None,
    max_connector_km: float = MAX_CONNECTOR_KM,
) -> Alternatives:
    """Return the routes that none beats on every criterion, sorted by the criteria in their order.

    The front is exact, down to a decimetre, a third of a second and a hundredth of a cent an edge; of routes with the same
    totals it holds one. It tells routes apart that differ by one station track: an epsilon thins it.

    Parameters
    ----------
    origin, destination
        One place each; only `route` takes the best of several.
    network, avoid, avoid_strict, avoid_mode, modes, cost, cargo, month, max_connector_km
        As for `route`.
    objectives
        Criteria, any of ``"time_h"``, ``"cost"`` (dollars; also by the name of their column, ``"cost_usd_teu"`` or that of the
        cargo), ``"n_crossings"``, ``"length_km"``, ``"n_gauge_breaks"``, ``"n_transshipments"``. Two or three are quick; more work, slowly.
    epsilon
        0.01 leaves out routes as long as, for each route of the exact front, one stays that is at most 1 % worse in every
        criterion. 0 for the exact front.

    Returns
    -------
    Alternatives
        A sequence of `Route` with ``table()`` and ``overlaps()``.

    Raises
    ------
    PlaceError, NoRouteError, UnknownNameError
        As for `route`; the latter also for an objective that does not exist.

    Notes
    -----
    A through tariff asks which borders a route passes. The search grants it where it could hold; routes that do not earn it
    are priced without it, and dropped if another route then beats them.

    Examples
    --------
    >>> import corridors as cx
    >>> network = cx.load_network()
    >>> front = cx.pareto(network, "Almaty", "Tashkent", objectives=("time_h", "n_crossings"))
    >>> [(round(r.time_h), r.n_crossings) for r in front]
    [(36, 3), (85, 1)]
    """
    model = cost_model(cost, cargo=cargo)
    names = check_objectives(objectives, model.cargo)
    question = Question(
        origin, destination, (), "time_h", avoid, avoid_strict, modes, model, cargo, month, max_connector_km, avoid_mode
    )
    return pareto_front(Search(network, question), names, epsilon)


def matrix(
    network: Network,
    origins: Asked | Iterable[Asked],
    destinations: Asked | Iterable[Asked],
    *,
    weight: Weight | Sequence[Weight] = "time_h",
    avoid: Iterable[str] | str = (),
    avoid_strict: bool = False,
    avoid_mode: str = "territory",
    modes: Sequence[str] | str | None = None,
    cost: str | Path | CostModel = DEFAULT,
    cargo: str | None = None,
    month: int | None = None,
    max_connector_km: float = MAX_CONNECTOR_KM,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Return every origin to every destination as a tidy table.

    Parameters
    ----------
    network, avoid, avoid_strict, avoid_mode, modes, cost, cargo, month, max_connector_km
        As for `route`.
    origins, destinations
        Places, or one; a large matrix is quickest with no more origins than destinations.
    weight
        One weight as for `route`, or several; each is the least of its own, not of one route.
    executor
        Any executor of PEP 3148 (a process pool, Dask, mpi4py) that shares out the origins; None for this process.

    Returns
    -------
    pandas.DataFrame
        ``origin, destination``, one column a weight (``time_h``, ``length_km``, ``cost_usd_teu`` …), ``reason``. A pair without
        path, or a place that is not found, has NaN and a reason. Each number is that of `route`, rounded on every edge to the
        search's unit (a decimetre, a third of a second on the embedded network). Dollars grant a through tariff wherever it could
        hold: `Route.cost_usd` asks which borders its way passes.

    Examples
    --------
    >>> import corridors as cx
    >>> network = cx.load_network()
    >>> table = cx.matrix(network, ["Almaty", "Tashkent"], ["Moscow", "Karachi"], weight=["time_h", "length_km"])
    >>> table.shape
    (4, 5)
    """
    from corridors.routing._matrix import cost_matrix

    weights = [weight] if isinstance(weight, str) or callable(weight) else list(weight)
    question = Question(
        "", "", (), "time_h", avoid, avoid_strict, modes, cost, cargo, month, max_connector_km, avoid_mode
    )
    return cost_matrix(network, origins, destinations, weights, question, executor)


def _search(network: Network, question: Question, corridor: str | None) -> Search:
    """Return the search for a question, held to a named corridor if one is given."""
    if corridor is None:
        return Search(network, question)
    return CorridorSearch(network, hold_to(network, corridor, question), corridor)
