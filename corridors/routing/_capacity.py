"""Published capacities on the way, ranked within each unit: containers, tonnes, wagons and trains are not one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corridors import geodata

if TYPE_CHECKING:
    import pandas as pd

    from corridors.routing._route import Route

_PER_DAY = {
    "TEU/day": ("TEU", 1.0),
    "TEU/year": ("TEU", 1.0 / 365.0),
    "Mt/year": ("tonnes", 1e6 / 365.0),
    "wagons/day": ("wagons", 1.0),
    "trains/day": ("trains", 1.0),
    "train pairs/day": ("pairs of trains", 1.0),
}
"""What each unit counts, and its factor to a day."""


def ranked(rows: pd.DataFrame, route: Route) -> pd.DataFrame:
    """Return rows of capacities with what they are a day, the tightest of each unit first; see `Route.capacities`."""
    counted = [_PER_DAY[unit] for unit in rows["unit"]]
    out = rows.assign(
        name=[_name(place, route) for place in rows["place"]],
        counts=[what for what, _ in counted],
        per_day=[value * factor for value, (_, factor) in zip(rows["value"], counted, strict=True)],
        low_per_day=[low * factor for low, (_, factor) in zip(rows["low"], counted, strict=True)],
    ).sort_values(["counts", "per_day", "place"], kind="stable", ignore_index=True)
    out["is_tightest"] = ~out["counts"].duplicated()
    first = ["place", "name", "counts", "per_day", "low_per_day", "is_tightest"]
    return out[[*first, *(c for c in out.columns if c not in first)]]


def tightest(capacities: pd.DataFrame) -> str:
    """Return the tightest capacity of each unit in words; see `Route.tightest_capacity`."""
    if not len(capacities):
        return "no capacity is published for any place on the way"
    least = capacities[capacities["is_tightest"]]
    parts = [
        f"{r.name_} {r.per_day:,.0f} {r.counts} a day ({r.year})"
        for r in least.rename(columns={"name": "name_"}).itertuples()
    ]
    apart = "; different units are not compared" if len(parts) > 1 else ""
    return "tightest published capacity: " + "; ".join(parts) + apart


def _name(place: str, route: Route) -> str:
    """Return what a place is called."""
    kind, _, identity = place.partition(":")
    if kind == "line":
        return str(route.network.line_names([identity])[0])
    if kind == "crossing":
        table = route.network.tables["crossings"]
        return next(
            (str(n) for c, n in zip(table["crossing_id"], table["name"], strict=True) if c == identity), identity
        )
    if kind == "port":
        ports = geodata.load("ports").set_index("port_id")["name"]
        return str(ports.get(identity, identity))
    return identity
