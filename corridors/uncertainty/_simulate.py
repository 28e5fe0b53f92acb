"""Monte Carlo over the parameter ranges of a cost model.

Each corridor is a handful of candidate routes, found once at typical values; in each draw a corridor takes its quickest
candidate, and the quickest corridor wins; its dollars are those of this candidate. Hours and dollars are sums of terms, so that
a draw costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors._workers import do_all
from corridors.cost import DEFAULT, CostModel, cost_model
from corridors.errors import NoRouteError, PlaceError, UnknownNameError
from corridors.network import Asked, Network, as_pairs, name_of
from corridors.routing import Route, alternatives
from corridors.routing._question import Question, described
from corridors.uncertainty._draw import draw
from corridors.uncertainty._sobol import sobol_indices
from corridors.uncertainty._terms import Parameter, terms_of, total
from corridors.units import Floats

if TYPE_CHECKING:
    import pandas as pd

CORRELATION = 0.5
"""Of what is uncertain in one country or sea. An assumption; nobody has published one."""

_OF_A_CORRIDOR = (
    "weight", "avoid", "avoid_strict", "avoid_mode", "modes", "via", "corridor", "month", "max_overlap", "max_detour",
    "max_connector_km",
)  # fmt: skip
"""Options that a corridor may have of its own. Cost model and cargo are drawn alike for all, or nothing could be compared."""


@dataclass(frozen=True, eq=False)
class Simulation:
    """The result of `simulate`.

    Attributes
    ----------
    table
        One row a pair and corridor: ``origin, destination, corridor, via, n_routes, time_h`` (at typical values),
        ``time_h_p05, time_h_p50, time_h_p95``, the same of the dollars, ``share_quickest, share_cheapest`` (of the draws in
        which this corridor is best), ``assumed_time_share, is_lower_bound, reason``.
    drivers
        One row a pair and parameter: rank correlation (Spearman) of the parameter with the hours of the quickest corridor
        less those of the second; what decides who wins.
    draws
        Hours of each draw, by pair: columns are corridors.
    routes
        The candidate routes, by pair and corridor.
    attrs
        Cost model, date, scenario, seed, number of draws, correlation.
    """

    table: pd.DataFrame
    drivers: pd.DataFrame
    draws: Mapping[tuple[str, str], pd.DataFrame]
    routes: Mapping[tuple[str, str], Mapping[str, tuple[Route, ...]]]
    attrs: Mapping[str, Any]

    def __repr__(self) -> str:
        names = [
            "origin",
            "destination",
            "corridor",
            "time_h_p05",
            "time_h_p50",
            "time_h_p95",
            "share_quickest",
            "reason",
        ]
        return str(self.table[names].to_string(index=False, float_format=lambda v: f"{v:,.2f}"))

    def sentences(self) -> list[str]:
        """Return a sentence for each pair; nothing about winners where more than half of the hours are defaults.

        Returns
        -------
        list of str
            In the order of the pairs.
        """
        out = []
        head = (
            f"{self.attrs['cost_model']} ({self.attrs['basis']}), crossings as of {self.attrs.get('as_of', 'unknown')}"
        )
        for (origin, destination), rows in self.table.groupby(["origin", "destination"], sort=False):
            alive = rows[rows["reason"] == ""]
            start = f"{origin} to {destination}, {head}, {self.attrs['n']:,} draws: "
            if len(alive) < 2:
                out.append(start + "there is nothing to compare.")
            elif (alive["assumed_time_share"] > 0.5).any():
                out.append(start + "more than half of the hours of some corridor are defaults, so no winner is named.")
            else:
                best = alive.loc[alive["share_quickest"].idxmax()]
                out.append(
                    start + f"{best['corridor']} is the quickest in {best['share_quickest']:.0%} of the draws "
                    f"({best['time_h_p05'] / 24:.1f} to {best['time_h_p95'] / 24:.1f} days)."
                )
        return out

    def share_quicker(self, pair: tuple[str, str], corridor: str, other: str) -> float:
        """Return the share of draws in which one corridor is quicker than another.

        Parameters
        ----------
        pair
            Origin and destination, as in `table`.
        corridor, other
            Names of two of its corridors, as in `table`.

        Returns
        -------
        float
            0 to 1; a draw of equal hours counts for neither.
        """
        hours = self.draws[pair]
        return float((hours[corridor] < hours[other]).mean())

    @property
    def typical_routes(self) -> list[Route]:
        """The quickest route of each corridor at typical values, named by its corridor."""
        return [replace(found[0], name=name) for of in self.routes.values() for name, found in of.items()]

    def _repr_html_(self) -> str:
        from corridors import _display

        return _display.html(self, self.table)

    def sobol(self, pair: tuple[str, str], *, n: int = 512) -> pd.DataFrame:
        """Return what decides who wins as shares of variance, by SALib (the extra ``analysis``).

        Sobol's indices need parameters that are independent, so that here nothing is correlated by country; `drivers` are
        rank correlations of the draws as they are.

        Parameters
        ----------
        pair
            Origin and destination, as in `table`.
        n
            A power of two; hours are worked out ``n × (parameters + 2)`` times.

        Returns
        -------
        pandas.DataFrame
            One row a parameter, the weightiest first: ``hours_of`` (the quickest corridor less the second), ``parameter,
            first_order`` (share of the variance that goes if it alone becomes known), ``total_order`` (with all its
            interactions), and half widths of their 95 % intervals.

        Raises
        ------
        UnknownNameError
            The pair was not simulated, or has no route.
        MissingExtraError
            SALib is not installed.
        ValueError
            ``n`` is no power of two.
        """
        if pair not in self.draws:
            known = ", ".join(f"{a} - {b}" for a, b in self.draws)
            raise UnknownNameError(f"no draws of {' - '.join(pair)}; there are {known}")
        names = _in_order(self.draws[pair])[:2]
        table = sobol_indices([(name, self.routes[pair][name]) for name in names], n, int(self.attrs["seed"]))
        table.insert(0, "hours_of", " less ".join(names))
        table.attrs.update({**self.attrs, "correlation": 0.0, "n": n})
        return table


def simulate(
    network: Network,
    pairs: Sequence[tuple[Asked, Asked]],
    *,
    corridors: Mapping[str, Mapping[str, Any]] | None = None,
    n: int = 1000,
    seed: int = 1,
    k: int = 3,
    correlation: float = CORRELATION,
    cost: str | Path | CostModel = DEFAULT,
    cargo: str | None = None,
    avoid: Iterable[str] | str = (),
    modes: Sequence[str] | str | None = None,
    month: int | None = None,
    executor: Executor | None = None,
) -> Simulation:
    """Return distributions of hours and dollars, and how often each corridor wins.

    Parameters
    ----------
    network
        Where to travel.
    pairs
        Origins and destinations.
    corridors
        By name, what makes each corridor: options of `corridors.alternatives` (``{"avoid": ["RUS"]}``, ``{"via": [...]}``,
        ``{"corridor": "middle"}``), but for ``k, cost, cargo``, which are the same for all. None: each of up to k alternatives is a
        corridor.
    n, seed
        How many draws, and from where; the same seed gives the same bytes.
    k
        Candidate routes of each corridor; in each draw it takes the quickest of them.
    correlation
        Of parameters of one country or sea, 0 to 1.
    cost, cargo, avoid, modes, month
        As for `corridors.alternatives`; they hold for all corridors.
    executor
        Any executor of PEP 3148 (a process pool, Dask, mpi4py) that shares out the search for routes; None for this process.

    Returns
    -------
    Simulation
        A corridor without route is a row with NaN and its ``reason``.

    Raises
    ------
    ValueError
        ``n`` is not above zero, or the correlation not 0 to 1.
    TypeError
        A corridor has an option that it cannot have.

    Examples
    --------
    >>> import corridors as cx
    >>> network = cx.load_network()
    >>> ways = {"north": {}, "without Russia": {"avoid": ["RUS"]}}
    >>> found = cx.simulate(network, [("Almaty", "Duisburg")], corridors=ways, n=100)
    >>> round(float(found.table["share_quickest"].sum()), 6)
    1.0
    """
    if n < 1 or not 0.0 <= correlation <= 1.0:
        raise ValueError(f"n is {n!r} and correlation {correlation!r}; they must be above zero, and 0 to 1")
    model = cost_model(cost, cargo=cargo, level="typical")
    avoid = (avoid,) if isinstance(avoid, str) else tuple(avoid)
    shared: dict[str, Any] = {"avoid": avoid, "modes": modes, "cost": model, "month": month}
    pairs = as_pairs(pairs)
    asked = [(name_of(a), name_of(b)) for a, b in pairs]
    ways = {"": {}} if corridors is None else corridors
    tasks = [(*pair, k, _options(shared, own)) for pair in pairs for own in ways.values()]
    found = iter(do_all(network, _candidates, tasks, executor, "finding routes"))
    routes: dict[tuple[str, str], dict[str, tuple[Route, ...]]] = {key: {} for key in asked}
    reasons: dict[tuple[str, str, str], str] = {}
    for key in asked:
        for name in ways:
            result = next(found)
            if isinstance(result, str):
                reasons[(*key, name)] = result
                continue
            candidates = tuple(Route(network, model, *parts) for parts in result)
            if corridors is not None:  # found by another weight, the first need not be the quickest
                candidates = tuple(sorted(candidates, key=lambda r: r.time_h))
            routes[key] |= {r.name: (r,) for r in candidates} if corridors is None else {name: candidates}
    hours, usd, parameters, values = _evaluate(routes, n, seed, correlation)
    question = Question(avoid=avoid, modes=modes, cost=model, month=month)
    attrs = {**described(network, question), "n": n, "seed": seed, "correlation": correlation}
    table = _table(routes, reasons, hours, usd, model.cargo)
    drivers = _drivers(hours, parameters, values)
    table.attrs.update(attrs)
    drivers.attrs.update(attrs)
    return Simulation(table, drivers, _frames(hours), routes, attrs)


def _options(shared: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of one corridor: its own, and those for all; refuse those that it cannot have."""
    unknown = sorted(set(own) - set(_OF_A_CORRIDOR))
    if unknown:
        raise TypeError(
            f"a corridor has no option {', '.join(unknown)} of its own; there are {', '.join(_OF_A_CORRIDOR)}"
        )
    avoid = own.get("avoid", ())
    return {**shared, **own, "avoid": (*shared["avoid"], *((avoid,) if isinstance(avoid, str) else avoid))}


def _candidates(network: Network, task: tuple[Asked, Asked, int, dict[str, Any]]) -> list[tuple[Any, ...]] | str:
    """Return the routes of one corridor of a pair without their network, so that they can travel; or why there is none."""
    origin, destination, k, options = task
    try:
        found = alternatives(network, origin, destination, k=k, **options)
    except (NoRouteError, PlaceError) as error:
        return str(error)
    return [(r.origin, r.destination, r.path, r.name, r.weight) for r in found]


Draws = dict[tuple[str, str], dict[str, Floats]]


def _evaluate(
    routes: Mapping[tuple[str, str], Mapping[str, tuple[Route, ...]]], n: int, seed: int, correlation: float
) -> tuple[Draws, Draws, dict[tuple[str, str], list[Parameter]], dict[Parameter, Floats]]:
    """Return hours and dollars of each corridor in each draw, the parameters of each pair, and their draws."""
    terms = {(pair, name): [terms_of(r) for r in found] for pair, of in routes.items() for name, found in of.items()}
    every = {p for found in terms.values() for t in found for s in (t.hours, t.usd) for term in s for p in term}
    ordered = sorted(every, key=lambda p: (p.name, p.range))
    values = dict(zip(ordered, draw(ordered, n, seed, correlation), strict=True))
    hours: Draws = {}
    usd: Draws = {}
    parameters: dict[tuple[str, str], list[Parameter]] = {}
    for (pair, name), found in terms.items():
        each_h = np.stack([total(t.hours, values, n) for t in found])
        each_usd = np.stack([total(t.usd, values, n) for t in found])
        best = each_h.argmin(axis=0)
        hours.setdefault(pair, {})[name] = each_h[best, np.arange(n)]
        usd.setdefault(pair, {})[name] = each_usd[best, np.arange(n)]
        own = {p for t in found for term in t.hours for p in term if p.range[0] < p.range[2]}
        parameters[pair] = sorted({*parameters.get(pair, []), *own}, key=lambda p: (p.name, p.range))
    return hours, usd, parameters, values


def _table(
    routes: Mapping[tuple[str, str], Mapping[str, tuple[Route, ...]]],
    reasons: Mapping[tuple[str, str, str], str],
    hours: Draws,
    usd: Draws,
    cargo: str,
) -> pd.DataFrame:
    import pandas as pd

    cost = f"cost_usd_{cargo}"
    rows = []
    for pair, of in routes.items():
        head = {"origin": pair[0], "destination": pair[1]}
        shares = {}
        for label, draws in (("share_quickest", hours), ("share_cheapest", usd)):
            every = np.stack(list(draws[pair].values())) if draws.get(pair) else np.zeros((0, 1))
            shares[label] = _shares_of_least(every)
        for j, (name, found) in enumerate(of.items()):
            first = found[0]
            row = {**head, "corridor": name, "via": " > ".join(first.countries), "n_routes": len(found)}
            for column, typical, draws in (("time_h", first.time_h, hours), (cost, first.cost_usd, usd)):
                low, middle, high = np.percentile(draws[pair][name], [5, 50, 95])
                row |= {column: typical, f"{column}_p05": low, f"{column}_p50": middle, f"{column}_p95": high}
            row |= {label: float(values[j]) for label, values in shares.items()}
            row |= {
                "assumed_time_share": first.assumed_time_share,
                "is_lower_bound": first.is_lower_bound,
                "reason": "",
            }
            rows.append(row)
        rows += [
            {**head, "corridor": c, "n_routes": 0, "reason": why}
            for (a, b, c), why in reasons.items()
            if (a, b) == pair
        ]
    ranges = [f"{c}{p}" for c in ("time_h", cost) for p in ("", "_p05", "_p50", "_p95")]
    names = ["origin", "destination", "corridor", "via", "n_routes", *ranges, "share_quickest", "share_cheapest",
             "assumed_time_share", "is_lower_bound", "reason"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def _shares_of_least(draws: Floats) -> Floats:
    """Return for each row the share of columns in which it is the least; ties are shared."""
    if not draws.size:
        return np.zeros(len(draws))
    is_least = np.isclose(draws, draws.min(axis=0), rtol=0.0, atol=1e-9)
    return np.asarray((is_least / is_least.sum(axis=0)).mean(axis=1))


def _drivers(
    hours: Draws, parameters: Mapping[tuple[str, str], list[Parameter]], values: Mapping[Parameter, Floats]
) -> pd.DataFrame:
    """Return rank correlations of each parameter with the lead of the quickest corridor over the second."""
    import pandas as pd
    from scipy.stats import rankdata

    rows = []
    for pair, of in hours.items():
        order = _in_order(of)
        lead = of[order[0]] - of[order[1]] if len(order) > 1 else of[order[0]]
        what = f"{order[0]} less {order[1]}" if len(order) > 1 else order[0]
        ranked = rankdata(lead)
        for p in parameters[pair]:
            rho = _correlation(ranked, rankdata(values[p]))
            rows.append(
                {
                    "origin": pair[0],
                    "destination": pair[1],
                    "hours_of": what,
                    "parameter": p.name,
                    "rank_correlation": rho,
                }
            )
    table = pd.DataFrame(rows, columns=["origin", "destination", "hours_of", "parameter", "rank_correlation"])
    order_by = table.assign(_size=-table["rank_correlation"].abs(), _pair=table["origin"] + table["destination"])
    return table.loc[order_by.sort_values(["_pair", "_size", "parameter"], kind="stable").index].reset_index(drop=True)


def _in_order(of: Mapping[str, Floats]) -> list[str]:
    """Return the corridors, the one of the least median hours first."""
    return sorted(of, key=lambda name: (float(np.median(of[name])), name))


def _correlation(a: Floats, b: Floats) -> float:
    if a.std() == 0 or b.std() == 0:
        return 0.0
    return float(((a - a.mean()) * (b - b.mean())).mean() / (a.std() * b.std()))


def _frames(hours: Draws) -> dict[tuple[str, str], pd.DataFrame]:
    import pandas as pd

    return {pair: pd.DataFrame(of) for pair, of in hours.items()}
