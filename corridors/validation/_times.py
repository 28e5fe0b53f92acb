"""Published times and costs beside what the cost models give.

A figure is computed only with the preset that measures the same thing (column ``preset`` of the benchmarks): declared block
trains are not held against surveys. A computed time is a range; the verdict is whether the published one meets it.
"""

from __future__ import annotations

import re

from corridors.cost import cost_model
from corridors.errors import CorridorError
from corridors.geodata import load
from corridors.network import Network
from corridors.validation._distances import way
from corridors.validation._rows import Row, row

HOURS = {"h": 1.0, "days": 24.0}
METRICS = ("time", "time_ratio", "cost", "cost_ratio", "border_time", "border_cost")


def times(network: Network) -> list[Row]:
    """Return one row for each published time and cost, computed where a cost model measures the same."""
    table = load("benchmarks")
    return [_time(network, r) for r in table[table["metric"].isin(METRICS)].to_dict("records")]


def _time(network: Network, record: Row) -> Row:
    ends = [record["from_name"], record["to_name"]]
    what = f"{record['metric'].replace('_', ' ')}: {' - '.join(e for e in ends if e and e != '-')} ({record['mode'] or 'any mode'})"
    low, high = span(record["value"])
    is_time = record["unit"] in HOURS
    factor = HOURS.get(record["unit"], 1.0)
    given = {
        "published": (low + high) / 2 * factor,
        "unit": "h" if is_time else record["unit"],
        "source_id": record["source_id"],
        "use": f"{record['use']} ({record['basis']})",
        "is_fitted": record["use"] == "calibrate",
    }
    if not record["preset"] or not is_time:
        return row("time", what, **given, verdict="not computed", reason=record["reason"])
    try:
        found = way(network, record, weight="time_h", cost=record["preset"])
    except CorridorError as error:
        return row("time", what, **given, verdict="no route", reason=str(error).partition(":")[0])
    least, typical, most = found.time_range_h
    meets = least <= high * factor and low * factor <= most
    basis = cost_model(record["preset"]).basis
    reason = f"{record['preset']} ({basis}): {least:,.0f} to {most:,.0f} h, {found.assumed_time_share:.0%} assumed"
    if record["deviation"]:
        reason += f"; {record['deviation']}"
    return row("time", what, computed=typical, **given, verdict="in range" if meets else "outside", reason=reason)


def span(text: str) -> tuple[float, float]:
    """Return the least and most of a published value.

    Examples
    --------
    >>> span("20-22"), span("309"), span("25 vs 45")
    ((20.0, 22.0), (309.0, 309.0), (25.0, 45.0))
    """
    numbers = [float(n) for n in re.findall(r"\d+(?:\.\d+)?", text)]
    return (min(numbers), max(numbers)) if numbers else (float("nan"), float("nan"))
