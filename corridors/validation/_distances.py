"""Distances between pairs: the shortest way on the network against timetables, tariff guides and km chains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.cost import DEFAULT, CostModel
from corridors.errors import CorridorError
from corridors.geodata import load
from corridors.network import Network
from corridors.routing import Route, route
from corridors.scenario import Scenario
from corridors.validation._rows import Row, row

if TYPE_CHECKING:
    import pandas as pd

PUBLISHED = ("published_route", "published_other", "km_post")
"""Sources of an edge's length that are published figures."""

SAME_FIGURE = 0.005
"""Two published figures this close, relative, are the same figure."""


def distances(network: Network) -> list[Row]:
    """Return one row for each published distance whose ends are places of the network."""
    table = load("benchmarks")
    table = table[(table["metric"] == "distance") & (table["from_id"] != "") & (table["to_id"] != "")]
    fitted = Fitted()
    return [_distance(network, record, fitted) for record in table.to_dict("records")]


def _distance(network: Network, record: Row, fitted: Fitted) -> Row:
    what = f"{record['from_name']} - {record['to_name']}"
    if record["via"]:
        what += f" by {record['via'].replace('|', ', ')}"
    if record["mode"] == "road":
        what += " (road)"
    given = {"source_id": record["source_id"], "use": record["use"], "published": float(record["value"])}
    reason = record["deviation"] or (record["reason"] if record["use"] != "validate" else "")
    try:
        found = way(network, record)
    except CorridorError as error:
        return row("distance", what, **given, verdict="no route", reason=reason or str(error).partition(":")[0])
    return row(
        "distance",
        what,
        computed=found.length_km,
        **given,
        is_fitted=record["use"] == "calibrate" or fitted.is_fitted(found, record),
        published_share=published_share(found),
        reason=reason,
    )


def way(network: Network, record: Row, *, weight: str = "length_km", cost: str | CostModel = DEFAULT) -> Route:
    """Return the best way that a row of the benchmarks describes, by default the shortest."""
    if record["as_of"]:
        network = network.as_of(record["as_of"])
    if record["opens"]:
        network = Scenario(record["benchmark_id"]).open(*_listed(record["opens"])).apply(network)
    modes = [mode for mode in ("rail", "road", "sea") if mode in record["mode"]] or ["rail", "sea"]
    return route(
        network, record["from_id"], record["to_id"], weight=weight, modes=modes, via=_listed(record["via"]),
        avoid=_listed(record["avoid"]), cost=cost,
    )  # fmt: skip


def _listed(text: str) -> list[str]:
    return [item for item in text.split("|") if item]


def published_share(found: Route) -> float:
    """Return the share of a route's kilometres whose length is a published figure."""
    edges = found.network.tables["edges"]
    km, source = edges["length_km"][found.path.edges], edges["length_source"][found.path.edges]
    return float(km[np.isin(source, PUBLISHED)].sum() / (km.sum() or 1.0))


class Fitted:
    """Which lines were fitted to which figures."""

    def __init__(self) -> None:
        lengths: pd.DataFrame = load("published_lengths")
        self._figures = lengths.groupby("line_id")["length_km"].apply(lambda km: [float(v) for v in km]).to_dict()
        self._sources = lengths.groupby("line_id")["source_id"].apply(set).to_dict()

    def is_fitted(self, found: Route, record: Row) -> bool:
        """Return whether this figure, or others of its source, made most of the route's length."""
        edges = found.network.tables["edges"]
        used = found.path.edges
        km, line, how = edges["length_km"][used], edges["line_id"][used], edges["length_source"][used]
        total = km.sum() or 1.0
        by_line = {name: float(km[(line == name) & np.isin(how, PUBLISHED)].sum()) for name in set(line)}
        same_source = sum(
            v for name, v in by_line.items() if record["source_id"] in self._sources_of(found, name, how[line == name])
        )
        value = float(record["value"])
        same_figure = any(
            by_line[name] > 0.8 * total
            and any(abs(f - value) <= SAME_FIGURE * value for f in self._figures.get(name, ()))
            for name in by_line
        )
        return same_figure or same_source > 0.5 * total

    def _sources_of(self, found: Route, line_id: str, how: Any) -> set[str]:
        """Return the sources of a line's length: of its published figures, and of the line itself for its km posts."""
        sources = set(self._sources.get(line_id, ()))
        lines = found.network.lines
        if "km_post" in how and line_id in lines.index:
            sources.add(str(lines.at[line_id, "source_id"]))
        return sources - {"own-knowledge"}
