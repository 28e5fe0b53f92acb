"""Landlockedness as a number: hours and dollars from every place to the sea, to a market, to given targets.

One search from all targets at once, against the direction of travel, answers all places. Dollars are those on the
quickest way. Prices that hold for transit, import or export only, or for a through train, depend on the journey and are left
out of this one search.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.cost import DEFAULT, CostModel, EdgeCosts, cost_model
from corridors.network import Asked, Network, Place
from corridors.resilience._targets import target_places
from corridors.routing import Weight
from corridors.routing._avoid import check_modes, open_in_month, read_avoid, usable
from corridors.routing._engine import Engine
from corridors.routing._question import DOLLARS, Question, connector_weight, described, edge_weights, warn_of_unpriced

if TYPE_CHECKING:
    import geopandas as gpd

_AMOUNTS = ("time_h", "length_km", "usd", "n_crossings", "unpriced_km")
"""What is added up on the way to a target."""


@dataclass(frozen=True, eq=False)
class Access:
    """The result of `access`.

    Attributes
    ----------
    table
        One row a place, points in EPSG:4326: ``place_id, name, iso3, target, time_h, length_km, cost_usd_teu`` (or the cargo
        that is priced), ``is_lower_bound`` (some kilometres have no tariff), ``n_crossings, market_access, reason``.
    attrs
        Cost model, date, scenario, targets.
    """

    table: gpd.GeoDataFrame
    attrs: Mapping[str, Any]

    def __repr__(self) -> str:
        shown = self.table.drop(columns="geometry").sort_values("time_h", ascending=False)
        return str(shown.head(10).to_string(index=False, float_format=lambda v: f"{v:,.1f}"))

    def _repr_html_(self) -> str:
        from corridors import _display

        return _display.html(self, self.by_country().reset_index())

    def change_from(self, before: Access) -> gpd.GeoDataFrame:
        """Return hours, dollars and market access of each place before and after, and what changed.

        Parameters
        ----------
        before
            The same question on another network; places that only one of them has are left out.

        Returns
        -------
        geopandas.GeoDataFrame
            The rows of `table` with ``time_h_before``, ``market_access_before``, ``target_before``, the
            dollars before, and ``extra_…`` (after less before); what gains most hours first.
        """
        cost = _cost_column(self.table)
        names = ["time_h", cost, "market_access", "target"]
        old = before.table.set_index("place_id")[names].add_suffix("_before")
        frame = self.table.join(old, on="place_id", how="inner")
        for name in names[:3]:
            frame[f"extra_{name}"] = frame[name] - frame[f"{name}_before"]
        frame.attrs.update({**self.attrs, "before": before.attrs.get("scenario", "baseline")})
        return frame.sort_values("extra_time_h", kind="stable", ignore_index=True)

    def by_country(self) -> Any:
        """Return the mean and the worst hours of the places of each country.

        Returns
        -------
        pandas.DataFrame
            By ``iso3``: ``mean_h, worst_h`` (hours) and ``n_places``; the slowest first.
        """
        groups = self.table.groupby("iso3")["time_h"]
        return groups.agg(mean_h="mean", worst_h="max", n_places="size").sort_values("mean_h", ascending=False)


def access(
    network: Network,
    targets: str | Sequence[Asked] = "seaports",
    *,
    markets: Mapping[str, float] | None = None,
    decay_h: float = 100.0,
    avoid: Iterable[str] | str = (),
    modes: Sequence[str] | str | None = None,
    weight: Weight = "time_h",
    cost: str | Path | CostModel = DEFAULT,
    cargo: str | None = None,
    month: int | None = None,
) -> Access:
    """Return time and cost from every place to the nearest target.

    Parameters
    ----------
    network
        Where to travel.
    targets
        Places, or ``"seaports"``: the ports of the network that are not on the Caspian or a lake.
    markets
        Size of each market by the name of its place, in any unit; ``market_access`` is the sum over them of
        ``size × exp(-hours / decay_h)``.
    decay_h
        Hours after which a market counts for 1/e = 37 %. An assumption, to be varied.
    avoid, modes, weight, cost, cargo, month
        As for `corridors.route`. A scenario without transit through a country is respected.

    Returns
    -------
    Access
        A place from which no target can be reached has NaN and a ``reason``.

    Raises
    ------
    PlaceError
        A target or market is unknown.
    ValueError
        ``decay_h`` is not above zero.

    Examples
    --------
    >>> import corridors as cx
    >>> network = cx.load_network()
    >>> found = cx.access(network, ["Karachi", "Poti"])
    >>> sorted(set(found.table["target"].dropna()) - {""})
    ['Karachi', 'Poti']
    """
    if not decay_h > 0:
        raise ValueError(f"decay_h is {decay_h!r}; it must be hours above zero")
    question = Question(avoid=avoid, modes=modes, weight=weight, cost=cost, cargo=cargo, month=month)
    field = _Field(network, question)
    reached = target_places(network, targets, question)
    table = field.table(reached)
    table["market_access"] = np.nan
    for place, size in (markets or {}).items():
        hours = field.table(target_places(network, place, question))["time_h"].to_numpy()
        gain = size * np.where(np.isfinite(hours), np.exp(-hours / decay_h), 0.0)
        table["market_access"] = table["market_access"].fillna(0.0) + gain
    attrs = {**described(network, question), "targets": sorted({p.name for p in reached}), "decay_h": decay_h}
    table.attrs.update(attrs)
    return Access(table, attrs)


class _Field:
    """Weights and masks of one question, answered for sets of targets."""

    def __init__(self, network: Network, question: Question) -> None:
        self.network = network
        self.question = question
        self.modes = check_modes(question.modes)
        self.avoided = read_avoid(network, question.avoid)
        self.model = cost_model(question.cost, cargo=question.cargo)
        self.costs = EdgeCosts(network, self.model)
        self.weights = edge_weights(self.costs, question.weight)
        self.per_km = connector_weight(self.model, question.weight)
        self.in_season = open_in_month(network, question.month)
        if question.weight in DOLLARS:
            warn_of_unpriced(self.costs, usable(network, self.modes, self.avoided, self.model.unit) & self.in_season)

    def table(self, targets: Sequence[Place]) -> gpd.GeoDataFrame:
        """Return one row a place."""
        import geopandas as gpd
        import pandas as pd

        nodes = self.network.tables["nodes"]
        reached = self._reached(targets)
        served = np.flatnonzero(reached["is_served"] & (nodes["mode"] != "sea") & (nodes["station_id"] != ""))
        place = np.where(nodes["place_id"][served] == "", nodes["station_id"][served], nodes["place_id"][served])
        is_place = np.isin(place, self.network.tables["names"]["place_id"])  # points of an alignment are none
        served, place = served[is_place], place[is_place]
        order = np.lexsort((served, reached["weight"][served], place))
        first = np.ones(len(order), dtype=bool)
        first[1:] = place[order][1:] != place[order][:-1]
        best = served[order][first]
        target = reached["target"][best]
        is_reached = target >= 0
        frame = pd.DataFrame({
            "place_id": place[order][first], "name": nodes["name"][best], "iso3": nodes["iso3"][best],
            "target": [targets[t].name if t >= 0 else "" for t in target],
            "time_h": reached["time_h"][best], "length_km": reached["length_km"][best],
            f"cost_usd_{self.model.cargo}": reached["usd"][best],
            "is_lower_bound": reached["unpriced_km"][best] > 0,
            "n_crossings": reached["n_crossings"][best],
            "reason": np.where(is_reached, "", "no target can be reached"),
        })  # fmt: skip
        points = gpd.points_from_xy(nodes["lon"][best], nodes["lat"][best])
        return gpd.GeoDataFrame(frame, geometry=points, crs=4326)

    def _reached(self, targets: Sequence[Place]) -> dict[str, Any]:
        """Return for each node what lies between it and its nearest target.

        Without transit through a country, what begins or ends there still runs: one search for each country that bars
        transit as origin, and one for it as destination.
        """
        iso3 = self.network.tables["nodes"]["iso3"]
        barred = sorted(set(self.network.attrs.get("no_transit", ())) - self.avoided.countries)
        n = len(iso3)
        out: dict[str, Any] = {
            "weight": np.full(n, np.inf),
            "target": np.full(n, -1),
            "is_served": np.zeros(n, dtype=bool),
            **{name: np.full(n, np.nan) for name in _AMOUNTS},
        }
        for origin in ("", *barred):
            here = (iso3 == origin) if origin else ~np.isin(iso3, barred)
            for destination in ("", *barred):
                is_end = [(p.iso3 if p.iso3 in barred else "") == destination for p in targets]
                ends = {k: p for k, (p, is_one) in enumerate(zip(targets, is_end, strict=True)) if is_one}
                found = self._search(ends, frozenset(barred) - {origin, destination})
                better = here & (found["weight"] < out["weight"])
                for name in ("weight", "target", *_AMOUNTS):
                    out[name][better] = found[name][better]
                out["is_served"] |= here & found["is_served"]
        return out

    def _search(self, targets: Mapping[int, Place], shut: frozenset[str]) -> dict[str, Any]:
        """Return weight, target and amounts from each node to its nearest target, given with their positions in the list."""
        edges = self.network.tables["edges"]
        avoided = replace(self.avoided, countries=self.avoided.countries | shut)
        mask = usable(self.network, self.modes, avoided, self.model.unit) & self.in_season
        n = len(self.network.tables["nodes"]["node_id"])
        is_served = np.zeros(n, dtype=bool)
        is_served[edges["from"][mask]] = is_served[edges["to"][mask]] = True
        out = {"weight": np.full(n, np.inf), "target": np.full(n, -1), "is_served": is_served}
        amounts = {name: np.full(n, np.nan) for name in _AMOUNTS}
        engine = Engine(self.network, self.weights, mask)
        ends, target_of, km_of = self._ends(engine, targets)
        if not ends:
            return {**out, **amounts}
        graph, metric = engine.graph, engine.metric
        distance = metric.tree(list(ends), list(ends.values()), is_reversed=True)
        arc = graph.next_arcs(metric.reversed_cost, distance)
        onward = np.where(arc >= 0, graph.twin[arc], -1)  # the arc by which the way from each node goes on
        at_end = [node for node, cost in ends.items() if cost == distance[node]]
        onward[at_end] = -1
        own = self._amounts(graph.row, graph.edge)
        for node in np.argsort(distance, kind="stable").tolist():
            if not np.isfinite(distance[node]):
                break
            if onward[node] < 0:
                out["target"][node] = target_of[node]
                for name, value in self._connector(km_of[node]).items():
                    amounts[name][node] = value
                continue
            following = graph.head[onward[node]]
            out["target"][node] = out["target"][following]
            for name, value in own.items():
                amounts[name][node] = amounts[name][following] + value[onward[node]]
        amounts["usd"] += np.where(onward >= 0, self.costs.shipment.value, 0.0)
        out["weight"] = distance / engine.units
        return {**out, **amounts}

    def _ends(
        self, engine: Engine, targets: Mapping[int, Place]
    ) -> tuple[dict[int, float], dict[int, int], dict[int, float]]:
        """Return for each node of the targets the cost of its connector, which target it serves, and the kilometres to it."""
        cost: dict[int, float] = {}
        target_of: dict[int, int] = {}
        km_of: dict[int, float] = {}
        for k, place in targets.items():
            for (node, connector), km in zip(
                engine.connectors(place, self.per_km).items(), place.connector_km, strict=True
            ):
                if connector < cost.get(node, np.inf):
                    cost[node], target_of[node], km_of[node] = connector, k, km
        return cost, target_of, km_of

    def _amounts(self, row: Any, edge: Any) -> dict[str, Any]:
        """Return what passing each arc adds."""
        edges, costs = self.network.tables["edges"], self.costs
        km = edges["length_km"]
        values = (costs.hours[row, edge], km[edge], costs.usd[row, edge], edges["kind"][edge] == "crossing",
                  np.where(costs.has_price, 0.0, km)[edge])  # fmt: skip
        return dict(zip(_AMOUNTS, values, strict=True))

    def _connector(self, km: float) -> dict[str, float]:
        """Return what a connector adds; it has no price."""
        hours = km / self.model.value("connector", "speed_kph").value
        return dict(zip(_AMOUNTS, (hours, km, 0.0, 0.0, km), strict=True))


def _cost_column(table: Any) -> str:
    return next(str(c) for c in table.columns if str(c).startswith("cost_usd_"))
