"""Landlockedness as a number: hours and dollars from every place to the sea, to a market, to given targets.

One Dijkstra search from all targets at once, against the direction of travel, answers all places. Dollars are those on the
quickest way. Prices that hold for transit, import or export only depend on the pair and are left out of this one search.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from corridors.cost import DEFAULT, CostModel, EdgeCosts, cost_model
from corridors.network import MAX_CONNECTOR_KM, Asked, Network, find_place
from corridors.resilience._isolation import target_nodes
from corridors.routing import Weight
from corridors.routing._avoid import Avoided, check_modes, open_in_month, read_avoid, usable
from corridors.routing._question import edge_weights

if TYPE_CHECKING:
    import geopandas as gpd

_TINY = 1e-9
"""Added to every edge, since scipy takes a weight of zero for no edge."""


@dataclass(frozen=True, eq=False)
class Access:
    """The result of `access`.

    Attributes
    ----------
    table
        One row a place, points in EPSG:4326: ``place_id, name, iso3, target, time_h, length_km, cost_usd_teu`` (or the cargo
        that is priced), ``n_crossings, market_access, reason``.
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
    field = _Field(network, avoid, modes, weight, cost_model(cost, cargo=cargo), month)
    named = target_nodes(network, targets, field.modes)
    table = field.table(named)
    table["market_access"] = np.nan
    for place, size in (markets or {}).items():
        found = find_place(network, place, modes=field.modes, max_connector_km=MAX_CONNECTOR_KM)
        hours = field.table(dict.fromkeys(found.nodes, place))["time_h"].to_numpy()
        gain = size * np.where(np.isfinite(hours), np.exp(-hours / decay_h), 0.0)
        table["market_access"] = table["market_access"].fillna(0.0) + gain
    model = field.costs.model
    attrs = {**network.attrs, "cost_model": model.name, "basis": model.basis, "cargo": model.cargo, "targets": sorted(set(named.values())),
             "modes": list(field.modes), "decay_h": decay_h}  # fmt: skip
    table.attrs.update(attrs)
    return Access(table, attrs)


class _Field:
    """Weights and masks of one question, answered for sets of target nodes."""

    def __init__(
        self,
        network: Network,
        avoid: Iterable[str] | str,
        modes: Sequence[str] | str | None,
        weight: Weight,
        model: CostModel,
        month: int | None,
    ) -> None:
        self.network = network
        self.modes = check_modes(modes)
        self.avoided = read_avoid(network, avoid)
        self.costs = EdgeCosts(network, model)
        self.weights = edge_weights(self.costs, weight)
        self.in_season = open_in_month(network, month)

    def table(self, targets: Mapping[int, str]) -> gpd.GeoDataFrame:
        """Return one row a place; targets are nodes and their names."""
        import geopandas as gpd
        import pandas as pd

        nodes = self.network.tables["nodes"]
        reached = self._reached(np.array(sorted(targets), dtype=int))
        served = np.flatnonzero(reached["is_served"] & (nodes["mode"] != "sea") & (nodes["station_id"] != ""))
        place = np.where(nodes["place_id"][served] == "", nodes["station_id"][served], nodes["place_id"][served])
        order = np.lexsort((served, reached["weight"][served], place))
        first = np.ones(len(order), dtype=bool)
        first[1:] = place[order][1:] != place[order][:-1]
        best = served[order][first]
        target = reached["target"][best]
        is_reached = target >= 0
        cost = f"cost_usd_{self.costs.model.cargo}"
        frame = pd.DataFrame({
            "place_id": place[order][first], "name": nodes["name"][best], "iso3": nodes["iso3"][best],
            "target": [targets.get(int(t), "") for t in target],
            "time_h": reached["time_h"][best], "length_km": reached["length_km"][best], cost: reached["usd"][best],
            "n_crossings": np.where(is_reached, reached["n_crossings"][best], np.nan),
            "reason": np.where(is_reached, "", "no target can be reached"),
        })  # fmt: skip
        points = gpd.points_from_xy(nodes["lon"][best], nodes["lat"][best])
        return gpd.GeoDataFrame(frame, geometry=points, crs=4326)

    def _reached(self, targets: Any) -> dict[str, Any]:
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
        }
        for name in ("time_h", "length_km", "usd", "n_crossings"):
            out[name] = np.full(n, np.nan)
        for origin in ("", *barred):
            here = (iso3 == origin) if origin else ~np.isin(iso3, barred)
            for destination in ("", *barred):
                ends = targets[(iso3[targets] == destination) if destination else ~np.isin(iso3[targets], barred)]
                shut = frozenset(barred) - {origin, destination}
                found = self._search(ends, shut)
                better = here & (found["weight"] < out["weight"])
                for name in ("weight", "target", "time_h", "length_km", "usd", "n_crossings"):
                    out[name][better] = found[name][better]
                out["is_served"] |= here & found["is_served"]
        return out

    def _search(self, targets: Any, shut: frozenset[str]) -> dict[str, Any]:
        """Return hours, kilometres, dollars and borders from each node to its nearest target."""
        edges = self.network.tables["edges"]
        avoided = Avoided(self.avoided.countries | shut, self.avoided.crossings, self.avoided.lines, self.avoided.modes)
        rows = np.flatnonzero(usable(self.network, self.modes, avoided, self.costs.model.unit) & self.in_season)
        n = len(self.network.tables["nodes"]["node_id"])
        a, b = edges["from"][rows].astype(int), edges["to"][rows].astype(int)
        # Against the direction of travel: who goes a -> b is found from b, with the weight of a -> b.
        tail, head = np.concatenate([b, a]), np.concatenate([a, b])
        row = np.concatenate([rows, rows])
        direction = np.repeat([0, 1], len(rows))
        weight = self.weights[direction, row] + _TINY
        order = np.lexsort((row, weight, head, tail))
        first = np.ones(len(order), dtype=bool)
        first[1:] = (tail[order][1:] != tail[order][:-1]) | (head[order][1:] != head[order][:-1])
        keep = order[first]
        matrix = csr_array((weight[keep], (tail[keep], head[keep])), shape=(n, n))
        is_served = np.zeros(n, dtype=bool)
        is_served[a] = is_served[b] = True
        targets = targets[is_served[targets]] if len(targets) else targets
        if not len(targets):
            nothing = np.full(n, np.nan)
            return {"weight": np.full(n, np.inf), "target": np.full(n, -1), "is_served": is_served, "time_h": nothing,
                    "length_km": nothing, "usd": nothing, "n_crossings": nothing}  # fmt: skip
        far, before, nearest = dijkstra(matrix, indices=targets, min_only=True, return_predecessors=True)
        arc = {(int(tail[k]), int(head[k])): int(k) for k in keep}
        amounts = np.stack([
            self.costs.hours[direction, row], edges["length_km"][row], self.costs.usd[direction, row],
            (edges["kind"][row] == "crossing").astype(float),
        ])  # fmt: skip
        sums = np.full((4, n), np.nan)
        sums[:, targets] = 0.0
        for node in np.argsort(far, kind="stable"):
            if np.isfinite(far[node]) and before[node] >= 0:
                sums[:, node] = sums[:, before[node]] + amounts[:, arc[int(before[node]), int(node)]]
        sums[2] += np.where(far > 0, self.costs.shipment.value, 0.0)
        target = np.where(np.isfinite(far), nearest, -1)
        return {"weight": far, "target": target, "is_served": is_served, "time_h": sums[0], "length_km": sums[1],
                "usd": sums[2], "n_crossings": sums[3]}  # fmt: skip


def _cost_column(table: Any) -> str:
    return next(str(c) for c in table.columns if str(c).startswith("cost_usd_"))
