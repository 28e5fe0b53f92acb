"""The `Network`: an immutable multimodal supernetwork.

A place where rail of two gauges meets is two nodes joined by a *gauge-change* edge; a border is passed on a *crossing*
edge between a node on each side; a port or terminal has *transshipment* edges between modes. Standing still has its hours
on those edges, so a plain shortest path is right and a route's totals are sums over its edges.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import UnknownNameError, did_you_mean
from corridors.network._store import Table

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx
    import pandas as pd

    from corridors.network._report import NetworkReport

MODE_OF_KIND = {"track": "rail", "road": "road", "sea": "sea"}
"""The mode of each kind of edge that moves."""

MOVING = tuple(MODE_OF_KIND)
MODES = tuple(MODE_OF_KIND.values())
STANDING = ("crossing", "gauge_change", "transshipment")
HANDLING = ("gauge_change", "transshipment")
"""Kinds of edge on which cargo or wheels change; their ``mode`` says how: ``bulk``, ``bogie_exchange`` and so on."""

ANY_CARGO = "any"
"""How cargo changes where nothing is known of it, as in somebody's own lines: every cargo can."""


class Network:
    """Nodes, edges and crossings of a trade network; never changed, only copied with edits.

    Parameters
    ----------
    tables
        ``nodes``, ``edges``, ``shapes``, ``crossings``, ``dwell``, ``lines``, ``names``, ``noise``, ``repairs``,
        ``sources`` as columns of numpy arrays. `load_network` and `build_network` make them.
    attrs
        What the network is: ``name``, ``as_of``, ``scenario``, ``worldview``, ``attribution``.
    """

    def __init__(self, tables: Mapping[str, Table], attrs: Mapping[str, Any]) -> None:
        self.tables: Mapping[str, Table] = MappingProxyType(dict(tables))
        self.attrs: Mapping[str, Any] = MappingProxyType(dict(attrs))

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle tables and attributes; what was worked out from them is worked out again."""
        return Network, (dict(self.tables), dict(self.attrs))

    def __repr__(self) -> str:
        edges = self.tables["edges"]
        moving = np.isin(edges["kind"], MOVING)
        running = moving & (edges["status"] == "operating")
        return (
            f"<Network {self.attrs.get('name', '')!r} ({self.attrs.get('scenario', 'baseline')}, as of "
            f"{self.attrs.get('as_of', 'unknown')}): {len(self.tables['nodes']['node_id']):,} nodes, "
            f"{len(edges['edge_id']):,} edges, {edges['length_km'][running].sum():,.0f} km operating, "
            f"{edges['length_km'][moving & ~running].sum():,.0f} km not operating, {len(self.lines):,} lines>"
        )

    def _repr_html_(self) -> str:
        import pandas as pd

        from corridors import _display

        edges = pd.DataFrame({c: self.tables["edges"][c] for c in ("kind", "status", "length_km", "assumed_km")})
        lengths = edges[edges["kind"].isin(MOVING)].groupby(["kind", "status"], as_index=False).sum()
        return _display.html(self, lengths)

    # Views: frames of what the arrays hold ---------------------------------------------------------------------------

    @cached_property
    def nodes(self) -> gpd.GeoDataFrame:
        """Nodes: ``node_id, station_id, name, place_id, mode, gauge_mm, iso3, geometry`` (points, EPSG:4326)."""
        import geopandas as gpd

        columns = dict(self.tables["nodes"])
        points = gpd.points_from_xy(columns.pop("lon"), columns.pop("lat"))
        return self._stamped(gpd.GeoDataFrame(columns, geometry=points, crs=4326))

    @cached_property
    def edges(self) -> gpd.GeoDataFrame:
        """Edges, one row for both directions; columns as in ``geodata/schema/edges.csv``, geometry EPSG:4326 in the direction from → to."""
        import geopandas as gpd

        columns = dict(self.tables["edges"])
        node_id = self.tables["nodes"]["node_id"]
        first = {
            "edge_id": columns.pop("edge_id"),
            "from_id": node_id[columns.pop("from")],
            "to_id": node_id[columns.pop("to")],
        }
        columns.pop("first_vertex")
        columns.pop("n_vertices")
        columns["line_name"] = self.line_names(columns["line_id"])
        return self._stamped(gpd.GeoDataFrame({**first, **columns}, geometry=self.shapes(), crs=4326))

    @cached_property
    def crossings(self) -> gpd.GeoDataFrame:
        """Border crossing points, one row a crossing and mode, as they are on the network's date."""
        import geopandas as gpd

        columns = dict(self.tables["crossings"])
        points = gpd.points_from_xy(columns.pop("lon"), columns.pop("lat"))
        return self._stamped(gpd.GeoDataFrame(columns, geometry=points, crs=4326))

    @cached_property
    def repairs(self) -> pd.DataFrame:
        """What was matched, laid, cut or dropped to make this network: ``kind, what, place, km, note``."""
        import pandas as pd

        return self._stamped(pd.DataFrame(self.tables["repairs"]))

    @cached_property
    def graph(self) -> nx.MultiDiGraph:
        """The same data as a networkx MultiDiGraph: keys are edge ids, each edge stands in both directions."""
        import networkx as nx

        graph = nx.MultiDiGraph(**self.attrs)
        for row in self.nodes.drop(columns="geometry").to_dict("records"):
            graph.add_node(row.pop("node_id"), **row)
        lon, lat = self.tables["nodes"]["lon"], self.tables["nodes"]["lat"]
        for node, x, y in zip(self.tables["nodes"]["node_id"], lon, lat, strict=True):
            graph.nodes[node].update(lon=float(x), lat=float(y))
        for row in self.edges.to_dict("records"):
            a, b, key = row.pop("from_id"), row.pop("to_id"), row["edge_id"]
            graph.add_edge(a, b, key=key, **row)
            graph.add_edge(b, a, key=key, **{**row, "geometry": row["geometry"].reverse()})
        return graph

    @cached_property
    def lines(self) -> pd.DataFrame:
        """Lines: name, mode, gauge, class, status, date, and what opening one requires; index is the line id."""
        import pandas as pd

        return pd.DataFrame(self.tables["lines"]).set_index("line_id")

    @cached_property
    def sources(self) -> pd.DataFrame:
        """Sources by id: ``title, url, year, kind, note``; own knowledge and assumptions are no citations."""
        import pandas as pd

        return pd.DataFrame(self.tables["sources"]).set_index("source_id")

    def _stamped(self, frame: Any) -> Any:
        frame.attrs.update(self.attrs)
        return frame

    def report(self) -> NetworkReport:
        """Return the audit to read before trusting a network: pieces, loose ends, chords, crossings without a name, gauges.

        Returns
        -------
        NetworkReport
            Tables and counts; it prints as a summary.

        Examples
        --------
        >>> import corridors as cx
        >>> cx.load_network().report().components["length_km"].is_monotonic_decreasing
        True
        """
        from corridors.network._report import audit

        return audit(self)

    # Parts -----------------------------------------------------------------------------------------------------------

    def shapes(self, index: Any = None) -> Any:
        """Return the shapes of edges as shapely lines.

        Parameters
        ----------
        index
            Positions of edges; None for all.

        Returns
        -------
        numpy.ndarray of shapely.LineString
            In EPSG:4326, as digitised: from ``from_id`` to ``to_id``.
        """
        import shapely

        edges, shapes = self.tables["edges"], self.tables["shapes"]
        index = np.arange(len(edges["edge_id"])) if index is None else np.asarray(index, dtype=int)
        n = edges["n_vertices"][index].astype(int)
        start = np.repeat(edges["first_vertex"][index] - np.concatenate([[0], np.cumsum(n)[:-1]]), n)
        vertex = start.astype(int) + np.arange(n.sum())
        xy = np.column_stack([shapes["lon"][vertex], shapes["lat"][vertex]]) / 1e6
        return shapely.linestrings(xy, indices=np.repeat(np.arange(len(index)), n))

    def line_names(self, line_ids: Any) -> Any:
        """Return the names of lines by id; an id without a line keeps its id.

        Parameters
        ----------
        line_ids
            Ids of lines.

        Returns
        -------
        numpy.ndarray of str
            In the same order.
        """
        names = dict(zip(self.tables["lines"]["line_id"], self.tables["lines"]["name"], strict=True))
        out = np.empty(len(line_ids), dtype=object)
        out[:] = [names.get(i, i) for i in line_ids]
        return out

    @cached_property
    def countries(self) -> frozenset[str]:
        """Countries in which the network has nodes, ISO alpha-3."""
        return frozenset(str(c) for c in set(self.tables["nodes"]["iso3"]) if c)

    def edges_in(self, countries: Collection[str]) -> Any:
        """Return a mask of the edges that lie in some countries, lead over their borders, or call at their ports.

        Parameters
        ----------
        countries
            ISO alpha-3 codes.

        Returns
        -------
        numpy.ndarray of bool
            One value an edge.
        """
        edges, iso3 = self.tables["edges"], self.tables["nodes"]["iso3"]
        wanted = set(countries)
        hit = [c for c in set(edges["country"].tolist()) if wanted & set(c.split("|"))]
        mask = np.isin(edges["country"], np.array(hit, dtype=object))
        for end in ("from", "to"):  # a sea lane lies in no country, a port that it calls at does
            mask |= np.isin(iso3[edges[end]], list(wanted))
        return mask

    @cached_property
    def crossing_control(self) -> dict[tuple[str, str], str]:
        """Control at each crossing and mode: none, technical, joint or full."""
        table = self.tables["crossings"]
        return {(c, m): k for c, m, k in zip(table["crossing_id"], table["mode"], table["control"], strict=True)}

    @cached_property
    def crossing_sides(self) -> dict[str, tuple[str, str]]:
        """Countries A and B of each crossing."""
        table = self.tables["crossings"]
        return {c: (a, b) for c, a, b in zip(table["crossing_id"], table["iso3_a"], table["iso3_b"], strict=True)}

    @cached_property
    def crossing_gauges(self) -> dict[str, tuple[int, int]]:
        """Gauges on the sides A and B of each crossing with rail, where the two differ."""
        table = self.tables["crossings"]
        rows = zip(table["crossing_id"], table["mode"], table["gauge_a_mm"], table["gauge_b_mm"], strict=True)
        return {c: (int(a), int(b)) for c, m, a, b in rows if m == "rail" and a == a and b == b and a != b}

    def requires(self, line_id: str) -> list[str]:
        """Return what opening a line opens too, as its table says.

        Parameters
        ----------
        line_id
            The id of a line, without prefix.

        Returns
        -------
        list of str
            Ids with their prefix: ``line:…``, ``crossing:…``; empty for most lines.

        Examples
        --------
        >>> import corridors as cx
        >>> cx.load_network().requires("trans-afghan-kharlachi")
        ['line:naibabad-doshi', 'line:kohat-kharlachi', 'crossing:kharlachi']
        """
        lines = self.tables["lines"]
        at = np.flatnonzero(lines["line_id"] == line_id)
        return [item for item in str(lines["requires"][at[0]]).split("|") if item] if len(at) else []

    def resolve(self, name: str, *, kinds: tuple[str, ...] = ("line", "crossing", "port")) -> tuple[str, str]:
        """Return what a name is: ``("line" | "crossing" | "port", id)``.

        Parameters
        ----------
        name
            An id, bare or with its prefix (``crossing:hairatan``).
        kinds
            What it may be.

        Returns
        -------
        tuple of str
            The kind and the bare id.

        Raises
        ------
        UnknownNameError
            Nothing has this name, or more than one thing has and the prefix is missing.

        Examples
        --------
        >>> import corridors as cx
        >>> cx.load_network().resolve("hairatan")
        ('crossing', 'hairatan')
        """
        prefix, _, bare = name.rpartition(":")
        known = {
            "line": set(self.tables["lines"]["line_id"]),
            "crossing": set(self.tables["crossings"]["crossing_id"]),
            "port": {
                s
                for s, m in zip(self.tables["nodes"]["station_id"], self.tables["nodes"]["mode"], strict=True)
                if m == "sea"
            },
        }
        known = {kind: known[kind] for kind in kinds}
        found = [k for k in known if bare in known[k] and prefix in ("", k)]
        if len(found) == 1:
            return found[0], bare
        if found:
            raise UnknownNameError(
                f"{name!r} is {' and '.join(found)}; write {' or '.join(f'{k}:{bare}' for k in found)}"
            )
        every = sorted(set().union(*known.values()))
        raise UnknownNameError(f"no {' or '.join(kinds)} {name!r}{did_you_mean(bare, every)}")

    def with_tables(self, *, attrs: Mapping[str, Any] | None = None, **tables: Mapping[str, Any]) -> Network:
        """Return a copy in which columns of tables are replaced; this network stays as it is.

        Parameters
        ----------
        attrs
            Attributes to change.
        **tables
            Table name to replaced columns: ``edges={"status": array}``.

        Returns
        -------
        Network
            What is not replaced is shared with this one, and not copied.
        """
        merged = {**self.tables, **{t: {**self.tables[t], **columns} for t, columns in tables.items()}}
        return Network(merged, {**self.attrs, **(attrs or {})})

    def crossings_at(self, date: str) -> gpd.GeoDataFrame:
        """Return the crossings as they were on a day (``"2023-06-01"``).

        Parameters
        ----------
        date
            An ISO date.

        Returns
        -------
        geopandas.GeoDataFrame
            As `crossings`, one row a crossing and mode, with ``status`` and ``restriction`` of that day.

        Raises
        ------
        ScenarioError
            The date is neither ``"latest"`` nor an ISO date.
        """
        return self.as_of(date).crossings

    def as_of(self, date: str) -> Network:
        """Return this network with its crossings as they were on a day; ``"latest"`` is what was last verified. Lines stay as they are.

        Parameters
        ----------
        date
            ``"latest"`` or an ISO date.

        Returns
        -------
        Network
            ``attrs["as_of"]`` names the day.

        Raises
        ------
        ScenarioError
            The date is neither ``"latest"`` nor an ISO date.
        """
        from corridors.network._dates import at_date

        return at_date(self, date)
