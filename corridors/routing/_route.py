"""A route: what it passes, how far, how long, and what every number rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.cost import LEVELS, RESTS_ON, CostModel, EdgeCosts, Journey
from corridors.network import Network, Place
from corridors.routing import _anatomy, _capacity, _through
from corridors.routing._engine import Path
from corridors.units import Floats, distance_km

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import shapely


@dataclass(frozen=True, eq=False)
class Route:
    """A way through a network; made by `corridors.route` and `corridors.alternatives`.

    Attributes
    ----------
    network, cost_model
        What it was computed on and with.
    origin, destination
        The places asked for.
    path
        Edges, directions and connectors.
    name
        How tables and maps call it.
    weight
        What it is the best of.
    """

    network: Network
    cost_model: CostModel
    origin: Place
    destination: Place
    path: Path
    name: str
    weight: str

    def __repr__(self) -> str:
        return (
            f"<Route {self.name!r}: {self.length_km:,.0f} km, {self.time_h:,.0f} h, {' > '.join(self.countries)}, "
            f"{self.n_borders} borders ({self.n_crossings} on land), {self.n_gauge_breaks} gauge breaks, {self.n_transshipments} transfers>"
        )

    def _repr_html_(self) -> str:
        import pandas as pd

        from corridors import _display
        from corridors.routing._alternatives import summary

        return _display.html(self, pd.DataFrame([summary(self)]).drop(columns="crossings"))

    # Totals ----------------------------------------------------------------------------------------------------------

    @property
    def length_km(self) -> float:
        """Length on the network and to it: ``network_km + connector_km``."""
        return self.network_km + self.connector_km

    @cached_property
    def network_km(self) -> float:
        """Length on the network."""
        return float(self.edge("length_km").sum())

    @property
    def connector_km(self) -> float:
        """Distance from the asked points to the network, great circle."""
        return self.path.start_km + self.path.end_km

    @cached_property
    def assumed_km(self) -> float:
        """Part of ``network_km`` whose length was guessed."""
        return float(self.edge("assumed_km").sum())

    @property
    def time_h(self) -> float:
        """Hours in all: moving, standing and connectors."""
        return self.moving_h + self.standing_h

    @cached_property
    def moving_h(self) -> float:
        """Hours under way and stopped on the way, connectors included."""
        return float(self.moving_hours.sum()) + self.connector_h(self.connector_km)

    @cached_property
    def standing_h(self) -> float:
        """Hours at borders, gauge changes and transfers."""
        return float(self.standing_hours.sum())

    @property
    def time_range_h(self) -> tuple[float, float, float]:
        """Hours on this way with all parameters low, typical, and high."""
        low, typical, high = (r.time_h for r in self._at_levels)
        return low, typical, high

    @cached_property
    def _at_levels(self) -> tuple[Route, ...]:
        """The same way at low, typical and high values; only its own edges are priced."""
        return tuple(replace(self, cost_model=self.cost_model.at(level)) for level in LEVELS)

    @cached_property
    def time_shares(self) -> dict[str, float]:
        """Share of the hours that is ``published`` for the place, a published ``average``, or an ``assumption``; they sum to 1."""
        moving = self.costs.moving_parts.sum(axis=1)
        return _shares(moving + self.standing_parts.sum(axis=1), self.connector_h(self.connector_km))

    @property
    def assumed_time_share(self) -> float:
        """Share of the hours that rests on defaults and assumptions, 0 to 1."""
        return self.time_shares["assumption"]

    # Dollars ---------------------------------------------------------------------------------------------------------

    @property
    def cargo(self) -> str:
        """What is priced: teu, feu, tonne or truck."""
        return self.cost_model.cargo

    @cached_property
    def cost_usd(self) -> float:
        """Dollars for one unit of `cargo`: tariffs, border fees, handling, and `shipment_usd`. See `is_lower_bound`."""
        return float(self.dollars.sum()) + self.shipment_usd

    @property
    def shipment_usd(self) -> float:
        """Dollars that one unit costs once, however far it goes; zero where nothing is carried."""
        return self.costs.shipment.value if len(self.path.edges) else 0.0

    @property
    def cost_usd_teu(self) -> float:
        """Dollars for one loaded 20-foot container; NaN if the route is priced for other cargo."""
        return self.cost_usd if self.cargo == "teu" else float("nan")

    @property
    def cost_range_usd(self) -> tuple[float, float, float]:
        """Dollars on this way with all parameters low, typical, and high."""
        low, typical, high = (r.cost_usd for r in self._at_levels)
        return low, typical, high

    @cached_property
    def priced_km_share(self) -> float:
        """Share of the kilometres under a tariff, 0 to 1."""
        km = self.edge("length_km")
        return float(km[self.has_price].sum() / km.sum()) if km.sum() else 1.0

    @property
    def is_lower_bound(self) -> bool:
        """Whether the cost is a lower bound: some kilometres have no tariff, or a connector is used."""
        return self.priced_km_share < 1.0 - 1e-9 or self.connector_km > 0

    @cached_property
    def cost_shares(self) -> dict[str, float]:
        """Share of the dollars that is ``published``, a published ``average``, or an ``assumption``; they sum to 1."""
        parts = self.dollar_parts.sum(axis=1)
        parts[RESTS_ON.index(self.costs.shipment.rests_on)] += self.shipment_usd
        return _shares(parts)

    @property
    def assumed_cost_share(self) -> float:
        """Share of the dollars that rests on assumptions, 0 to 1."""
        return self.cost_shares["assumption"]

    @property
    def swod_kph(self) -> float:
        """Speed without delay: kilometres over hours under way (CAREC CPMM)."""
        return self.length_km / self.moving_h if self.moving_h else float("nan")

    @property
    def swd_kph(self) -> float:
        """Speed with delay: kilometres over all hours (CAREC CPMM)."""
        return self.length_km / self.time_h if self.time_h else float("nan")

    @cached_property
    def detour_factor(self) -> float:
        """Length over the great circle between the two places."""
        a, b = self.origin, self.destination
        straight = float(distance_km(a.lon, a.lat, b.lon, b.lat))
        return self.length_km / straight if straight else float("nan")

    # What it passes --------------------------------------------------------------------------------------------------

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Countries in order; one that is entered twice stands twice."""
        passed = self.node("iso3")[np.column_stack(self.ends)].ravel().tolist()
        order = [iso3 for iso3, _ in groupby(iso3 for iso3 in passed if iso3)]
        return tuple(order) or (self.origin.iso3,)

    @property
    def n_borders(self) -> int:
        """How often the country changes, on land or by sea."""
        return len(self.countries) - 1

    @property
    def n_crossings(self) -> int:
        """How many borders are crossed on land; a port of entry is none, its hours are those of the port."""
        return int((self.edge("kind") == "crossing").sum())

    @property
    def n_gauge_breaks(self) -> int:
        """How many times the gauge changes."""
        return int((self.edge("kind") == "gauge_change").sum())

    @property
    def n_transshipments(self) -> int:
        """How many times the mode changes."""
        return int((self.edge("kind") == "transshipment").sum())

    @cached_property
    def gauges_mm(self) -> tuple[int, ...]:
        """Gauges in order of travel."""
        order: list[int] = []
        for gauge, kind in zip(self.edge("gauge_mm"), self.edge("kind"), strict=True):
            if kind == "track" and (not order or order[-1] != gauge):
                order.append(int(gauge))
        return tuple(order)

    @cached_property
    def crossings(self) -> pd.DataFrame:
        """Borders in order.

        Columns: ``crossing_id, name, iso3_from, iso3_to, mode, control, status, dwell_h, dwell_rests_on`` (published for this
        crossing, a published average, an assumption, or several of them), ``is_default`` (whether a part of the dwell is an
        assumption), ``fee_usd, fee_rests_on, at_km, lon, lat, source_id``.
        """
        return _anatomy.crossings(self)

    @cached_property
    def gauge_breaks(self) -> pd.DataFrame:
        """Changes of gauge in order: ``name, gauge_from_mm, gauge_to_mm, kind, time_h, at_km, lon, lat, source_id``; ``kind`` says how."""
        return _anatomy.standstills(self, "gauge_change", "gauge")

    @cached_property
    def transshipments(self) -> pd.DataFrame:
        """Changes of mode in order: ``name, mode_from, mode_to, kind, time_h, at_km, lon, lat, source_id``."""
        return _anatomy.standstills(self, "transshipment", "mode")

    @cached_property
    def border_noise(self) -> pd.DataFrame:
        """Countries whose polygon the generalised shape touches though the line stays out: ``edge_id, iso3, km``."""
        import pandas as pd

        noise = pd.DataFrame(self.network.tables["noise"])
        own = {str(e).partition("/")[0] for e in self.edge("edge_id")}
        return noise[noise["edge_id"].isin(own)].reset_index(drop=True)

    @cached_property
    def run_through(self) -> pd.DataFrame:
        """Sections on which a line leaves a country and comes back without a stop: those used, and those cut by `avoid`.

        Columns: ``line_id, iso3, iso3_around, crossings, length_km, state`` (``used`` or ``cut``).
        """
        return _through.table(self.network, self.path.edges, self.path.cut)

    @cached_property
    def restrictions(self) -> pd.DataFrame:
        """Sanctions and security regimes of the countries, borders, lines and ports on the way; no legal advice."""
        return _anatomy.concerned(self, "restrictions")

    @cached_property
    def capacities(self) -> pd.DataFrame:
        """Published capacities on the way, the tightest of each unit first; units that count different things are not compared.

        Columns: ``place, name, counts`` (TEU, tonnes, wagons, trains or pairs of trains), ``per_day, low_per_day`` (the least
        published, NaN where there is one figure), ``is_tightest`` (of its unit), ``value, low, unit, year, source_id,
        confidence, note``.
        """
        return _capacity.ranked(_anatomy.concerned(self, "capacities"), self)

    @property
    def tightest_capacity(self) -> str:
        """The tightest published capacity on the way in words, one for each unit; most places have none."""
        return _capacity.tightest(self.capacities)

    # Leg by leg ------------------------------------------------------------------------------------------------------

    @cached_property
    def legs(self) -> gpd.GeoDataFrame:
        """Every edge as travelled, in order, connectors included; lengths, hours and dollars add up to the totals.

        The first row, of kind ``shipment``, holds what a shipment costs once; it is missing where that is nothing.
        Columns: ``kind, mode, line_id, line_name, gauge_mm, status, country, from_name, to_name, length_km, time_h,
        cost_usd_teu`` (or the cargo that is priced; NaN without tariff), ``assumed_km, length_source, shape_source, as_of,
        crossing_id, edge_id, source_id, geometry``.
        """
        return _anatomy.legs(self)

    @cached_property
    def geometry(self) -> shapely.MultiLineString:
        """The way as one shape, in the direction of travel."""
        import shapely

        return shapely.MultiLineString(_anatomy.moving_lines(self))

    def profile(self) -> pd.DataFrame:
        """Return the time/cost-distance table of UNESCAP: one row a leg, with what has been covered at its end.

        Columns: ``from_name, to_name, kind, mode, country, length_km, time_h, cost_usd_teu, cumulative_km, cumulative_h,
        cumulative_usd_teu``.

        Returns
        -------
        pandas.DataFrame
            Kilometres, hours and dollars of the leg, and cumulative ones; what a shipment costs once is a
            row at the start.
        """
        return _anatomy.profile(self)

    def shares(self, by: str = "country") -> pd.DataFrame:
        """Return kilometres, hours and dollars by ``"country"`` or ``"mode"``, with their shares of the whole.

        A border belongs to both countries and has a row of its own; hours at sea are ``at sea``; what a shipment costs once
        belongs to the country of origin, and is the mode ``shipment``.

        Parameters
        ----------
        by
            ``"country"`` or ``"mode"``.

        Returns
        -------
        pandas.DataFrame
            ``length_km, time_h`` and the dollars, then the share of each (``length_km_share`` …, 0 to 1), in the order of travel.

        Raises
        ------
        UnknownNameError
            ``by`` is something else.
        """
        return _anatomy.shares(self, by)

    def indicators(self) -> pd.DataFrame:
        """Return CAREC's trade facilitation indicators of this route beside the published means.

        TFI1 and TFI2 are hours and dollars at a border crossing point, TFI4 the speeds without and with delay. TFI3, dollars
        for 500 km and 20 t, is no tariff and is not modelled. A published mean is of one side of a border, a model value of
        both.

        Returns
        -------
        pandas.DataFrame
            ``indicator, model, published, unit, benchmark_id``; NaN where there is none.
        """
        return _anatomy.indicators(self)

    @cached_property
    def sources(self) -> pd.DataFrame:
        """What this route rests on: one row a source with ``title, url, year, kind, note, length_km, used_for, citation``.

        ``used_for`` says whether lines and borders, hours or dollars come from it; what the cost model assumes is one row of kind
        ``assumption``.
        """
        return _anatomy.sources(self)

    def bibtex(self) -> str:
        """Return the published sources as BibTeX; assumptions and own knowledge are not citations.

        Returns
        -------
        str
            One entry a source, keyed by its ``source_id``.
        """
        return _anatomy.bibtex(self.sources)

    @cached_property
    def attrs(self) -> dict[str, Any]:
        """Scenario, cost model, date and worldview of this route."""
        model = {"cost_model": self.cost_model.name, "cost_model_title": self.cost_model.title, "cargo": self.cargo}
        return {**self.network.attrs, **model, "basis": self.cost_model.basis, "weight": self.weight}

    # Columns of the edges on the way, for the tables -----------------------------------------------------------------

    def edge(self, column: str) -> Any:
        """Return a column of the network's edges for the edges on the way.

        Parameters
        ----------
        column
            A column of ``network.tables["edges"]``.

        Returns
        -------
        numpy.ndarray
            In the order of travel.
        """
        return self.network.tables["edges"][column][self.path.edges]

    def node(self, column: str) -> Any:
        """Return a column of the network's nodes, for all nodes.

        Parameters
        ----------
        column
            A column of ``network.tables["nodes"]``.

        Returns
        -------
        numpy.ndarray
            In the order of the table.
        """
        return self.network.tables["nodes"][column]

    @cached_property
    def ends(self) -> tuple[Any, Any]:
        """Node at which each edge is entered, and left."""
        a, b = self.edge("from"), self.edge("to")
        return np.where(self.path.is_forward, a, b), np.where(self.path.is_forward, b, a)

    @cached_property
    def moving_hours(self) -> Floats:
        """Hours under way on each edge."""
        return self.costs.moving_h

    @cached_property
    def standing_hours(self) -> Floats:
        """Hours standing on each edge."""
        return self.standing_parts.sum(axis=0)

    @cached_property
    def standing_parts(self) -> Floats:
        """Hours standing on each edge by what they rest on (`corridors.cost.RESTS_ON`); shape (3, n)."""
        return self.costs.standing_parts[:, self._direction, self._all]

    @cached_property
    def dollars(self) -> Floats:
        """Dollars on each edge; zero where it has no tariff."""
        return self.dollar_parts.sum(axis=0)

    @cached_property
    def dollar_parts(self) -> Floats:
        """Dollars on each edge by what they rest on; shape (3, n)."""
        return self.costs.usd_parts[:, self._direction, self._all]

    @cached_property
    def has_price(self) -> Any:
        """Whether each edge is priced."""
        return self.costs.has_price

    @property
    def cost_column(self) -> str:
        """Name of the column of dollars in tables: ``cost_usd_teu`` and the like."""
        return f"cost_usd_{self.cargo}"

    def connector_h(self, km: float) -> float:
        """Return the hours on a connector.

        Parameters
        ----------
        km
            Its length.

        Returns
        -------
        float
            At the connector speed of the cost model.
        """
        return km / self.cost_model.value("connector", "speed_kph").value

    @cached_property
    def _direction(self) -> Any:
        """Row of the arrays of shape (2, n) for each edge: 0 from → to, 1 back."""
        return np.where(self.path.is_forward, 0, 1)

    @property
    def _all(self) -> Any:
        """Positions of all edges on the way, in order."""
        return np.arange(len(self.path.edges))

    @cached_property
    def costs(self) -> EdgeCosts:
        """Hours and dollars of the edges on the way, at the level of the cost model."""
        passed = frozenset(str(c) for c in self.edge("crossing_id") if c)
        journey = Journey(self.origin.iso3, self.destination.iso3, passed)
        return EdgeCosts(self.network, self.cost_model, journey, rows=self.path.edges)

    def shared_km(self, other: Route) -> float:
        """Return the kilometres on edges that two routes share.

        Parameters
        ----------
        other
            A route on the same network.

        Returns
        -------
        float
            Connectors are never shared.
        """
        common = np.intersect1d(self.path.edges, other.path.edges)
        return float(self.network.tables["edges"]["length_km"][common].sum())

    def overlap(self, other: Route) -> float:
        """Return shared kilometres over the kilometres of the shorter route.

        Parameters
        ----------
        other
            A route on the same network.

        Returns
        -------
        float
            0 to 1.
        """
        shorter = min(self.network_km, other.network_km)
        return self.shared_km(other) / shorter if shorter else 1.0


def _shares(parts: Floats, assumed: float = 0.0) -> dict[str, float]:
    """Return the shares of a total by what it rests on; all are zero where the total is."""
    amounts = dict(zip(RESTS_ON, parts.tolist(), strict=True))
    amounts["assumption"] += assumed
    total = sum(amounts.values())
    return {name: value / total for name, value in amounts.items()} if total else dict.fromkeys(RESTS_ON, 0.0)
