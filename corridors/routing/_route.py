"""A route: what it passes, how far, how long, and what every number rests on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.cost import CostModel
from corridors.network import MOVING, Network, Place
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
    noise_ignored
        Avoided countries whose polygon the generalised shape touches, with kilometres: ``(iso3, km)``.
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
            f"{self.n_crossings} borders, {self.n_gauge_breaks} gauge breaks, {self.n_transshipments} transfers>"
        )

    # Totals ----------------------------------------------------------------------------------------------------------

    @property
    def length_km(self) -> float:
        """Length on the network and to it: ``network_km + connector_km``."""
        return self.network_km + self.connector_km

    @cached_property
    def network_km(self) -> float:
        """Length on the network."""
        return float(self._edge("length_km").sum())

    @property
    def connector_km(self) -> float:
        """Distance from the asked points to the network, great circle."""
        return self.path.start_km + self.path.end_km

    @cached_property
    def assumed_km(self) -> float:
        """Part of ``network_km`` whose length was guessed."""
        return float(self._edge("assumed_km").sum())

    @property
    def time_h(self) -> float:
        """Hours in all: moving, standing and connectors."""
        return self.moving_h + self.standing_h

    @cached_property
    def moving_h(self) -> float:
        """Hours under way, connectors included."""
        return float(self._moving_hours.sum() + self.cost_model.connector_hours(self.connector_km))

    @cached_property
    def standing_h(self) -> float:
        """Hours at borders, gauge changes and transfers."""
        return float(self._standing_hours.sum())

    @property
    def cost_usd_teu(self) -> float:
        """Dollars for a loaded 20-foot container; NaN, since this cost model holds no tariffs."""
        return float("nan")

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
        order: list[str] = []
        for tail, head in zip(*self._ends, strict=True):
            for iso3 in (self._node("iso3")[tail], self._node("iso3")[head]):
                if iso3 and (not order or order[-1] != iso3):
                    order.append(str(iso3))
        return tuple(order) or (self.origin.iso3,)

    @property
    def n_crossings(self) -> int:
        """How many borders are crossed on land."""
        return int((self._edge("kind") == "crossing").sum())

    @property
    def n_gauge_breaks(self) -> int:
        """How many times the gauge changes."""
        return int((self._edge("kind") == "gauge_change").sum())

    @property
    def n_transshipments(self) -> int:
        """How many times the mode changes."""
        return int((self._edge("kind") == "transshipment").sum())

    @cached_property
    def gauges_mm(self) -> tuple[int, ...]:
        """Gauges in order of travel."""
        order: list[int] = []
        for gauge, kind in zip(self._edge("gauge_mm"), self._edge("kind"), strict=True):
            if kind == "track" and (not order or order[-1] != gauge):
                order.append(int(gauge))
        return tuple(order)

    @cached_property
    def crossings(self) -> pd.DataFrame:
        """Borders in order: ``crossing_id, name, iso3_from, iso3_to, mode, control, status, dwell_h, at_km, lon, lat, source_id``."""
        import pandas as pd

        known = self.network.tables["crossings"]
        row_of = {(c, m): i for i, (c, m) in enumerate(zip(known["crossing_id"], known["mode"], strict=True))}
        at_km = np.cumsum(self._edge("length_km")) + self.path.start_km
        rows = []
        for k in np.flatnonzero(self._edge("kind") == "crossing"):
            tail, head = self._ends[0][k], self._ends[1][k]
            crossing_id, mode = self._edge("crossing_id")[k], self._edge("mode")[k]
            i = row_of.get((crossing_id, mode))
            rows.append(
                {
                    "crossing_id": crossing_id,
                    "name": self._node("name")[tail],
                    "iso3_from": self._node("iso3")[tail],
                    "iso3_to": self._node("iso3")[head],
                    "mode": mode,
                    "control": known["control"][i] if i is not None else "full",
                    "status": self._edge("status")[k],
                    "dwell_h": self._standing_hours[k],
                    "at_km": at_km[k],
                    "lon": self._node("lon")[tail],
                    "lat": self._node("lat")[tail],
                    "source_id": known["source_id"][i] if i is not None else "",
                }
            )
        names = [
            "crossing_id",
            "name",
            "iso3_from",
            "iso3_to",
            "mode",
            "control",
            "status",
            "dwell_h",
            "at_km",
            "lon",
            "lat",
            "source_id",
        ]
        return pd.DataFrame(rows, columns=names)

    @cached_property
    def gauge_breaks(self) -> pd.DataFrame:
        """Changes of gauge in order: ``name, gauge_from_mm, gauge_to_mm, time_h, at_km, lon, lat, source_id``."""
        return self._standing("gauge_change", "gauge", "gauge_mm")

    @cached_property
    def transshipments(self) -> pd.DataFrame:
        """Changes of mode in order: ``name, mode_from, mode_to, kind, time_h, at_km, lon, lat, source_id``."""
        frame = self._standing("transshipment", "mode", "mode")
        frame.insert(3, "kind", list(self._edge("mode")[self._edge("kind") == "transshipment"]))
        return frame

    def _standing(self, kind: str, what: str, column: str) -> pd.DataFrame:
        import pandas as pd

        unit = "_mm" if what == "gauge" else ""
        at_km = np.cumsum(self._edge("length_km")) + self.path.start_km
        rows = []
        for k in np.flatnonzero(self._edge("kind") == kind):
            tail, head = self._ends[0][k], self._ends[1][k]
            rows.append(
                (
                    self._node("name")[head], self._node(column)[tail], self._node(column)[head], self._standing_hours[k],
                    at_km[k], self._node("lon")[head], self._node("lat")[head], self._edge("source_id")[k],
                )
            )  # fmt: skip
        names = [
            "name",
            f"{what}_from{unit}",
            f"{what}_to{unit}",
            "time_h",
            "at_km",
            "lon",
            "lat",
            "source_id",
        ]
        return pd.DataFrame(rows, columns=names)

    @cached_property
    def border_noise(self) -> pd.DataFrame:
        """Countries whose polygon the generalised shape touches though the line stays out: ``edge_id, iso3, km``."""
        import pandas as pd

        noise = pd.DataFrame(self.network.tables["noise"])
        own = {str(e).partition("/")[0] for e in self._edge("edge_id")}
        return noise[noise["edge_id"].isin(own)].reset_index(drop=True)

    # Leg by leg ------------------------------------------------------------------------------------------------------

    @cached_property
    def legs(self) -> gpd.GeoDataFrame:
        """Every edge as travelled, in order, connectors included; its lengths and hours add up to the totals.

        Columns: ``kind, mode, line_id, line_name, gauge_mm, status, country, from_name, to_name, length_km, time_h,
        cost_usd_teu, assumed_km, length_source, shape_source, as_of, crossing_id, edge_id, source_id, geometry``.
        """
        import geopandas as gpd
        import pandas as pd
        import shapely

        tail, head = self._ends
        columns: dict[str, Any] = {name: self._edge(name) for name in (
            "kind", "mode", "line_id", "gauge_mm", "status", "country", "length_km", "assumed_km", "length_source",
            "shape_source", "as_of", "crossing_id", "edge_id", "source_id",
        )}  # fmt: skip
        columns["line_name"] = self.network.line_names(columns["line_id"])
        columns["from_name"], columns["to_name"] = self._node("name")[tail], self._node("name")[head]
        columns["time_h"] = self._moving_hours + self._standing_hours
        shapes = self.network.shapes(self.path.edges)
        shapes = np.where(self.path.is_forward, shapes, shapely.reverse(shapes)) if len(shapes) else shapes
        frame = pd.DataFrame(columns)
        frame["cost_usd_teu"] = float("nan")
        legs = gpd.GeoDataFrame(frame, geometry=shapes, crs=4326)
        parts = [
            self._connector(self.path.start_km, is_start=True),
            legs,
            self._connector(self.path.end_km, is_start=False),
        ]
        legs = pd.concat([p for p in parts if p is not None and len(p)], ignore_index=True) if len(legs) else legs
        order = [
            "kind",
            "mode",
            "line_id",
            "line_name",
            "gauge_mm",
            "status",
            "country",
            "from_name",
            "to_name",
            "length_km",
            "time_h",
            "cost_usd_teu",
            "assumed_km",
            "length_source",
            "shape_source",
            "as_of",
            "crossing_id",
            "edge_id",
            "source_id",
            "geometry",
        ]
        legs = gpd.GeoDataFrame(legs[order], geometry="geometry", crs=4326)
        legs.attrs.update(self.attrs)
        return legs

    def _connector(self, km: float, *, is_start: bool) -> gpd.GeoDataFrame | None:
        import geopandas as gpd
        import shapely

        if km == 0 or len(self.path.edges) == 0:
            return None
        place = self.origin if is_start else self.destination
        node = self._ends[0][0] if is_start else self._ends[1][-1]
        points = [(place.lon, place.lat), (float(self._node("lon")[node]), float(self._node("lat")[node]))]
        names = [place.name, self._node("name")[node]]
        if not is_start:
            points.reverse()
            names.reverse()
        row = {
            "kind": "connector", "mode": "road", "line_id": "", "line_name": "connector", "gauge_mm": 0,
            "status": "operating", "country": self._node("iso3")[node], "from_name": names[0], "to_name": names[1],
            "length_km": km, "time_h": self.cost_model.connector_hours(km), "cost_usd_teu": float("nan"),
            "assumed_km": 0.0, "length_source": "great circle", "shape_source": "", "as_of": "", "crossing_id": "",
            "edge_id": "", "source_id": "",
        }  # fmt: skip
        return gpd.GeoDataFrame([row], geometry=[shapely.LineString(points)], crs=4326)

    @cached_property
    def geometry(self) -> shapely.MultiLineString:
        """The way as one shape, in the direction of travel."""
        import shapely

        lines = [g for g, k in zip(self.legs.geometry, self.legs["kind"], strict=True) if k in (*MOVING, "connector")]
        return shapely.MultiLineString(lines)

    def profile(self) -> pd.DataFrame:
        """Return the time-distance table of UNESCAP: one row a leg, with what has been covered at its end.

        Columns: ``to_name, kind, country, length_km, time_h, cumulative_km, cumulative_h``.
        """
        legs = self.legs[["from_name", "to_name", "kind", "mode", "country", "length_km", "time_h"]].copy()
        legs["cumulative_km"] = legs["length_km"].cumsum()
        legs["cumulative_h"] = legs["time_h"].cumsum()
        return legs

    @cached_property
    def sources(self) -> pd.DataFrame:
        """What the numbers of this route rest on: one row a source with title, address, year and the km it covers."""
        import pandas as pd

        km = pd.Series(self._edge("length_km")).groupby(pd.Series(self._edge("source_id"))).sum()
        known = pd.DataFrame(self.network.tables["sources"]).set_index("source_id")
        ids = [i for i in km.index if i]
        return known.reindex(ids).assign(length_km=km[ids]).sort_values("length_km", ascending=False)

    @cached_property
    def attrs(self) -> dict[str, Any]:
        """Scenario, cost model, date and worldview of this route."""
        return {**self.network.attrs, "cost_model": self.cost_model.name, "cost_model_title": self.cost_model.title,
                "weight": self.weight}  # fmt: skip

    # Columns of the edges on the way ---------------------------------------------------------------------------------

    def _edge(self, column: str) -> Any:
        return self.network.tables["edges"][column][self.path.edges]

    def _node(self, column: str) -> Any:
        return self.network.tables["nodes"][column]

    @cached_property
    def _ends(self) -> tuple[Any, Any]:
        a, b = self._edge("from"), self._edge("to")
        return np.where(self.path.is_forward, a, b), np.where(self.path.is_forward, b, a)

    @cached_property
    def _moving_hours(self) -> Floats:
        return np.asarray(self.cost_model.moving_hours(self.network)[self.path.edges])

    @cached_property
    def _standing_hours(self) -> Floats:
        return np.asarray(self.cost_model.standing_hours(self.network)[self.path.edges])

    def shared_km(self, other: Route) -> float:
        """Return the kilometres on edges that two routes share."""
        common = np.intersect1d(self.path.edges, other.path.edges)
        return float(self.network.tables["edges"]["length_km"][common].sum())

    def overlap(self, other: Route) -> float:
        """Return shared kilometres over the kilometres of the shorter route."""
        shorter = min(self.network_km, other.network_km)
        return self.shared_km(other) / shorter if shorter else 1.0
