"""The audit to read before trusting a network: is it one piece, what hangs loose, what is guessed, what has no name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

    from corridors.network._network import Network

CHORD_KM = 5.0
"""A longer edge that is drawn as one straight line is a chord: nobody surveyed it."""

_FEW = 12
"""So many countries are named one by one."""

_MOVING = ("track", "road", "sea")


@dataclass(frozen=True)
class NetworkReport:
    """What an audit found; each part is a table.

    Attributes
    ----------
    components
        One row a connected piece, the longest first: ``length_km``, numbers of nodes and edges, extent in degrees, modes and
        countries. Everything but the first row is an *island*.
    dangling
        Nodes where one edge ends and nothing else: a terminus, or a line that should go on.
    chords
        Edges longer than 5 km that are one straight line.
    unnamed_crossings
        Places where an edge meets a border and no crossing point is known.
    gauge_changes
        Stations where rail of two gauges stands side by side, without an edge that joins them (``joined`` is False) or
        without a transfer of cargo (``has_terminal`` is False).
    gauges
        Kilometres of rail by gauge; 0 mm is an unknown one.
    repairs
        What was done to the lines: number and metres by kind.
    plans
        One row a line of the user's own that does not operate: ``line_id, name, status, gauge_mm, length_km, assumed_km``, the
        ``stations`` it is joined with, its ``crossings`` and how many have no name (``n_unnamed``), where the ``gauge_changes``
        and which ends are loose (``n_loose``).
    """

    components: pd.DataFrame
    dangling: pd.DataFrame
    chords: pd.DataFrame
    unnamed_crossings: pd.DataFrame
    gauge_changes: pd.DataFrame
    gauges: pd.DataFrame
    repairs: pd.DataFrame
    plans: pd.DataFrame

    @property
    def islands(self) -> pd.DataFrame:
        """The components that the longest one does not reach."""
        return self.components.iloc[1:]

    def __str__(self) -> str:
        main = self.components["length_km"].iloc[0] if len(self.components) else 0.0
        total = self.components["length_km"].sum()
        alone = ~(self.gauge_changes["joined"] & self.gauge_changes["has_terminal"])
        rows = [
            f"{len(self.components)} components; the longest has {main:,.0f} of {total:,.0f} km",
            f"in {_countries(self.components['countries'])}",
            f"{len(self.islands)} islands, {self.islands['length_km'].sum():,.0f} km",
            f"{len(self.dangling)} dangling ends",
            f"{len(self.chords)} chords, {self.chords['length_km'].sum():,.0f} km",
            f"{len(self.unnamed_crossings)} crossings without a name",
            f"{int(alone.sum())} of {len(self.gauge_changes)} gauge changes without a terminal",
            f"rail: {', '.join(_gauge_words(*row) for row in self.gauges.itertuples(index=False)) or 'none'}",
            *(_plan_sentence(row) for row in self.plans.to_dict("records")),
            *(f"repairs: {k} ({n}, {m:,.0f} m)" for k, n, m in self.repairs.itertuples(index=False)),
        ]
        return "\n".join(rows)


def audit(network: Network) -> NetworkReport:
    """Return what `corridors.Network.report` returns."""
    return NetworkReport(
        components=_components(network),
        dangling=_dangling(network),
        chords=_chords(network),
        unnamed_crossings=_unnamed(network),
        gauge_changes=_gauge_changes(network),
        gauges=_gauges(network),
        repairs=_repairs(network),
        plans=_plans(network),
    )


def _components(network: Network) -> pd.DataFrame:
    import pandas as pd

    from corridors.topology import components

    nodes, edges = network.tables["nodes"], network.tables["edges"]
    n = len(nodes["node_id"])
    label = components(np.column_stack([edges["from"], edges["to"]]), n)
    moving = np.isin(edges["kind"], _MOVING)
    of_edge = label[edges["from"]]
    km = np.bincount(of_edge, np.where(moving, edges["length_km"], 0.0), minlength=label.max(initial=-1) + 1)
    at = pd.DataFrame({"component": label, **{c: nodes[c] for c in ("lon", "lat", "mode", "iso3")}})
    table = at.groupby("component").agg(
        n_nodes=("lon", "size"), west=("lon", "min"), south=("lat", "min"), east=("lon", "max"), north=("lat", "max"),
        modes=("mode", _several), countries=("iso3", _several),
    )  # fmt: skip
    table.insert(0, "length_km", km[table.index])
    table.insert(2, "n_edges", np.bincount(of_edge, minlength=len(km))[table.index])
    return table.sort_values(["length_km", "west", "south"], ascending=[False, True, True]).reset_index(drop=True)


def _several(values: Any) -> str:
    return "|".join(sorted({v for v in values if v}))


def _dangling(network: Network) -> pd.DataFrame:
    edges = network.tables["edges"]
    degree = np.bincount(np.concatenate([edges["from"], edges["to"]]), minlength=len(network.nodes))
    return network.nodes[degree == 1].reset_index(drop=True)


def _chords(network: Network) -> pd.DataFrame:
    edges = network.tables["edges"]
    straight = (edges["n_vertices"] <= 2) & np.isin(edges["kind"], ("track", "road")) & (edges["length_km"] > CHORD_KM)
    return network.edges[straight].reset_index(drop=True)


def _unnamed(network: Network) -> pd.DataFrame:
    edges = network.tables["edges"]
    return network.edges[(edges["kind"] == "crossing") & (edges["crossing_id"] == "")].reset_index(drop=True)


def _gauge_changes(network: Network) -> pd.DataFrame:
    import pandas as pd

    nodes, edges = network.tables["nodes"], network.tables["edges"]
    rail = nodes["mode"] == "rail"
    here = pd.DataFrame({c: nodes[c][rail] for c in ("station_id", "name", "gauge_mm", "lon", "lat")})
    here = here[here["station_id"] != ""]
    table = here.groupby("station_id", as_index=False).agg(
        name=("name", "first"), gauges_mm=("gauge_mm", lambda g: "|".join(map(str, sorted(set(g))))), lon=("lon", "first"),
        lat=("lat", "first"), n=("gauge_mm", "nunique"),
    )  # fmt: skip
    table = table[table["n"] > 1].drop(columns="n").reset_index(drop=True)
    ends = {k: {nodes["station_id"][e] for side in ("from", "to") for e in edges[side][edges["kind"] == k]}
            for k in ("gauge_change", "transshipment")}  # fmt: skip
    return table.assign(
        joined=table["station_id"].isin(ends["gauge_change"]).astype(bool),
        has_terminal=table["station_id"].isin(ends["transshipment"]).astype(bool),
    )


def _gauges(network: Network) -> pd.DataFrame:
    import pandas as pd

    edges = network.tables["edges"]
    track = edges["kind"] == "track"
    km = pd.DataFrame({c: edges[c][track] for c in ("gauge_mm", "length_km")})
    return (
        km.groupby("gauge_mm", as_index=False)["length_km"]
        .sum()
        .sort_values("length_km", ascending=False, ignore_index=True)
    )


def _gauge_words(gauge_mm: int, km: float) -> str:
    return f"{f'{gauge_mm} mm' if gauge_mm else 'unknown gauge'} {km:,.0f} km"


def _countries(listed: pd.Series) -> str:
    names = sorted({name for text in listed for name in text.split("|") if name})
    return ", ".join(names) if len(names) <= _FEW else f"{len(names)} countries"


def _repairs(network: Network) -> pd.DataFrame:
    repairs = network.repairs.assign(metres=network.repairs["km"] * 1000.0)
    return repairs.groupby("kind", as_index=False).agg(n=("what", "size"), metres=("metres", "sum"))


def _plans(network: Network) -> pd.DataFrame:
    """Return what each planned line of the user's own was joined with."""
    import pandas as pd

    nodes, edges, lines = (network.tables[t] for t in ("nodes", "edges", "lines"))
    planned = np.flatnonzero((lines["source_id"] == "own-data") & (lines["status"] != "operating"))
    ends = np.column_stack([edges["from"], edges["to"]])
    degree = np.bincount(ends.ravel(), minlength=len(nodes["node_id"]))
    at_change = np.zeros(len(degree), dtype=bool)
    at_change[ends[edges["kind"] == "gauge_change"]] = True
    of_line: dict[str, list[int]] = {str(lines["line_id"][i]): [] for i in planned.tolist()}
    for i, line_id in enumerate(edges["line_id"]):
        if line_id in of_line:
            of_line[line_id].append(i)
    elsewhere = _line_counts(edges, ends)
    rows = []
    for i in planned.tolist():
        mine = np.array(of_line[str(lines["line_id"][i])], dtype=int)
        at = np.unique(ends[mine])
        crossing = mine[edges["kind"][mine] == "crossing"]
        met = at[(elsewhere[at] > 1) | at_change[at]]
        rows.append(
            {"line_id": lines["line_id"][i], "name": lines["name"][i], "status": lines["status"][i],
             "gauge_mm": lines["gauge_mm"][i], "length_km": edges["length_km"][mine].sum(),
             "assumed_km": edges["assumed_km"][mine].sum(), "stations": _listed(nodes["name"][met]),
             "crossings": _listed(c or p.replace("|", "-") for c, p in
                                  zip(edges["crossing_id"][crossing], edges["country"][crossing], strict=True)),
             "n_unnamed": int((edges["crossing_id"][crossing] == "").sum()),
             "gauge_changes": _listed(nodes["name"][at[at_change[at]]]), "n_loose": int((degree[at] == 1).sum())}
        )  # fmt: skip
    columns = ("line_id", "name", "status", "gauge_mm", "length_km", "assumed_km", "stations", "crossings", "n_unnamed",
               "gauge_changes", "n_loose")  # fmt: skip
    return pd.DataFrame(rows, columns=list(columns))


def _line_counts(edges: Any, ends: Any) -> Any:
    """Return how many lines meet in each node; standing still is no line."""
    import pandas as pd

    moving = np.isin(edges["kind"], _MOVING)
    pairs = pd.DataFrame(
        {"node": ends[moving].ravel(), "line": np.repeat(edges["line_id"][moving], 2)}
    ).drop_duplicates()
    return np.bincount(pairs["node"], minlength=ends.max(initial=-1) + 1)


def _listed(names: Any) -> str:
    return "|".join(dict.fromkeys(n for n in names if n))


def _plan_sentence(row: dict[str, Any]) -> str:
    def said(names: str, before: str) -> str:
        return f"{before} {names.replace('|', ', ')}" if names else ""

    parts = [
        f"{row['length_km']:,.0f} km of {row['gauge_mm']} mm, {row['assumed_km']:.1f} of it assumed",
        said(row["stations"], "joined at") or "joined nowhere", said(row["crossings"], "over"),
        f"{row['n_unnamed']} crossings without a name" if row["n_unnamed"] else "",
        said(row["gauge_changes"], "gauge change at"), f"{row['n_loose']} loose ends" if row["n_loose"] else "",
    ]  # fmt: skip
    return f"{row['status'].replace('_', ' ')} {row['line_id']}: " + "; ".join(p for p in parts if p)
