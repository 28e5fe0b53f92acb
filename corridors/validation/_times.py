"""Published times and costs beside what the cost models give.

A figure is computed only with the preset that measures the same thing (column ``preset`` of the benchmarks): declared block
trains are not held against surveys. What is computed is a range; the verdict is whether the published figure meets it. A published
mean that is itself a parameter of a preset proves nothing and is called so.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from corridors.cost import LEVELS, cost_model
from corridors.errors import CorridorError
from corridors.geodata import load
from corridors.network import MODE_OF_KIND, Network
from corridors.routing import Route
from corridors.validation._distances import way
from corridors.validation._rows import Row, row

HOURS = {"h": 1.0, "days": 24.0}
METRICS = ("time", "sailing_time", "time_ratio", "cost", "cost_ratio", "border_time", "border_cost")
_PARAMETERS = ("border_time", "border_cost")


def times(network: Network) -> list[Row]:
    """Return one row for each published time and cost, computed where a cost model measures the same."""
    table = load("benchmarks")
    return [_time(network, r) for r in table[table["metric"].isin(METRICS)].to_dict("records")]


def _time(network: Network, record: Row) -> Row:
    ends = [record["from_name"], record["to_name"]]
    what = f"{record['metric'].replace('_', ' ')}: {' - '.join(e for e in ends if e and e != '-')} ({record['mode'] or 'any mode'})"
    factor = HOURS.get(record["unit"], 1.0)
    low, high = (value * factor for value in span(record["value"]))
    given = {
        "published": (low + high) / 2,
        "unit": "h" if record["unit"] in HOURS else record["unit"],
        "source_id": record["source_id"],
        "use": f"{record['use']} ({record['basis']})",
        "is_fitted": record["use"] == "calibrate",
    }
    if not record["preset"]:
        return row("time", what, **given, verdict="not computed", reason=record["reason"])
    if record["metric"] in _PARAMETERS:
        return row("time", what, **given, verdict="parameter", reason=f"{record['preset']}: {record['reason']}")
    try:
        (least, typical, most), note = _computed(network, record)
    except CorridorError as error:
        return row("time", what, **given, verdict="no route", reason=str(error).partition(":")[0])
    meets = least <= high and low <= most
    basis = cost_model(record["preset"]).basis
    digits = 1 if most < 10 else 0
    unit = {"h": " h", "x": ""}.get(given["unit"], " USD")
    reason = f"{record['preset']} ({basis}): {least:,.{digits}f} to {most:,.{digits}f}{unit}{note}"
    reason += "".join(f"; {record[name]}" for name in ("reason", "deviation") if record[name])
    return row("time", what, computed=typical, **given, verdict="in range" if meets else "outside", reason=reason)


def _computed(network: Network, record: Row) -> tuple[tuple[float, float, float], str]:
    """Return what a row says at low, typical and high values, and how much of it is assumed."""
    metric = record["metric"]
    preset = cost_model(record["preset"], cargo="feu" if record["unit"].endswith("FEU") else None)
    found = way(network, record, weight="time_h", cost=preset)
    if metric == "time":
        return found.time_range_h, f", {found.assumed_time_share:.0%} assumed"
    if metric == "time_ratio":
        best = way(network, {**record, "via": "", "avoid": ""}, weight="time_h", cost=preset)
        low, typical, high = sorted(a / b for a, b in zip(found.time_range_h, best.time_range_h, strict=True))
        return (low, found.time_h / best.time_h, high), f"; {found.name} over {best.name}"
    of = _sailing_h if metric == "sailing_time" else _carrying_usd
    low, typical, high = (of(replace(found, cost_model=found.cost_model.at(level))) for level in LEVELS)
    return (low, typical, high), ""


def _sailing_h(found: Route) -> float:
    return float(found.moving_hours[found.edge("kind") == "sea"].sum())


def _carrying_usd(found: Route) -> float:
    """Return the dollars of tariffs alone: neither fees and handling nor the fixed cost of a shipment."""
    return float(found.dollars[np.isin(found.edge("kind"), list(MODE_OF_KIND))].sum())


def span(text: str) -> tuple[float, float]:
    """Return the least and most of a published value.

    Examples
    --------
    >>> span("20-22"), span("309"), span("25 vs 45")
    ((20.0, 22.0), (309.0, 309.0), (25.0, 45.0))
    """
    numbers = [float(n) for n in re.findall(r"\d+(?:\.\d+)?", text)]
    return (min(numbers), max(numbers)) if numbers else (float("nan"), float("nan"))
