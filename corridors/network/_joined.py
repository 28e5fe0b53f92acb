"""Where planned lines meet a network: the stations that their ends become."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import LayerError
from corridors.network._network import Network
from corridors.network._own import nodes_of
from corridors.topology._arrays import joined_rows, repair_rows
from corridors.topology._sphere import on_sphere_m
from corridors.units import distance_km

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

PASS_KM = 1.0
"""A planned line that comes this near to a station passes it."""

GAP_KM = 5.0
"""Two loose ends of planned lines this near to each other were perhaps meant to meet."""


@dataclass(frozen=True)
class Stations:
    """The named rail stations of a network, one row a station."""

    station_id: Any
    name: Any
    place_id: Any
    iso3: Any
    xy: Any
    gauges: list[list[int]]

    @classmethod
    def of(cls, network: Network) -> Stations:
        nodes = network.tables["nodes"]
        rail = np.flatnonzero((nodes["mode"] == "rail") & (nodes["station_id"] != "") & (nodes["name"] != ""))
        ids, first, number = np.unique(nodes["station_id"][rail].astype(str), return_index=True, return_inverse=True)
        row = rail[first]
        gauges: list[list[int]] = [[] for _ in ids]
        for k, gauge in zip(number.tolist(), nodes["gauge_mm"][rail].tolist(), strict=True):
            gauges[k] = sorted({*gauges[k], gauge})
        xy = np.column_stack([nodes["lon"][row], nodes["lat"][row]])
        return cls(nodes["station_id"][row], nodes["name"][row], nodes["place_id"][row], nodes["iso3"][row], xy, gauges)


@dataclass(frozen=True)
class Joined:
    """The nodes of planned lines, and the station of the network that each is.

    Attributes
    ----------
    ends
        Node of the first and last end of each line.
    xy
        Position of each node as drawn.
    near, km
        The nearest station of each node and how far it is.
    station
        The station that the node becomes, -1 for none.
    """

    stations: Stations
    ends: Any
    xy: Any
    near: Any
    km: Any
    station: Any

    @classmethod
    def of(cls, network: Network, frame: gpd.GeoDataFrame, snap_km: float) -> Joined:
        from scipy.spatial import cKDTree

        stations = Stations.of(network)
        if len(stations.xy) == 0:
            raise LayerError("the network has no named rail station that a planned line could end at")
        ends, xy = nodes_of(frame, 0.0)
        _, near = cKDTree(on_sphere_m(stations.xy)).query(on_sphere_m(xy))
        km = distance_km(xy[:, 0], xy[:, 1], stations.xy[near, 0], stations.xy[near, 1])
        loose = np.bincount(ends.ravel(), minlength=len(xy)) == 1
        is_met = km <= np.where(loose, snap_km, min(snap_km, PASS_KM))
        return cls(stations, ends, xy, near, km, np.where(is_met, near, -1))

    def nearest(self) -> str:
        """Return the name of the nearest station of all and its distance."""
        k = int(np.argmin(self.km))
        return f"{self.stations.name[self.near[k]]}, {self.km[k]:,.1f} km off"

    def lines_at(self, frame: gpd.GeoDataFrame) -> Any:
        """Return a line that each node is an end of."""
        line = np.empty(len(self.xy), dtype=object)
        line[self.ends.ravel()[::-1]] = np.repeat(frame["line_id"].to_numpy(dtype=object), 2)[::-1]
        return line

    def repairs(self, frame: gpd.GeoDataFrame) -> pd.DataFrame:
        """Return what each end was joined with, and which stays loose."""
        line, names = self.lines_at(frame), self.stations.name[self.near]
        met = np.flatnonzero(self.station >= 0)
        loose = np.flatnonzero((self.station < 0) & (np.bincount(self.ends.ravel(), minlength=len(self.xy)) == 1))
        km = self.km
        return joined_rows(
            [
                repair_rows("joined to station", line[met], self.stations.xy[self.near[met]], km[met] * 1000.0).assign(
                    note=[f"an end lies {km[k]:.2f} km from {names[k]}" for k in met]
                ),
                repair_rows("loose end", line[loose], self.xy[loose], 0.0).assign(
                    note=["joined with nothing: " + self._beside(k, loose) for k in loose.tolist()]
                ),
            ]
        )

    def _beside(self, node: int, loose: Any) -> str:
        """Return what a loose end lies nearest to: the loose end of a planned line, or a station."""
        others = loose[loose != node]
        lon, lat = self.xy[node]
        km = float(distance_km(lon, lat, self.xy[others, 0], self.xy[others, 1]).min()) if len(others) else np.inf
        if km < min(self.km[node], GAP_KM):
            return f"another loose end of a planned line lies {km * 1000:,.0f} m off; draw on to it, or give a larger snap_m"
        name = self.stations.name[self.near[node]]
        return f"the nearest station is {name}, {self.km[node]:.1f} km off; draw on to it, or give a larger snap_km"
