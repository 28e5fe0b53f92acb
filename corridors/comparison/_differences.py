"""What a scenario changes: each row of a comparison against the row of the baseline, and who is quickest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.routing import Route

if TYPE_CHECKING:
    import pandas as pd

AVOIDING = ["avoiding_km", "avoiding_h", "avoiding_usd"]
DIFFERENCES = ["extra_h", "extra_h_pct", "extra_usd", "extra_usd_pct", *AVOIDING, "is_quickest"]
CONCERNS = ["sanctioned_transit", "restrictions"]
_SANCTIONS = ("sanctions",)


def concerns(route: Route) -> dict[str, str]:
    """Return the countries passed in transit that are under sanctions, and the ids of all restrictions on the way."""
    rows = route.restrictions
    ends = {route.origin.iso3, route.destination.iso3}
    places = rows.loc[rows["kind"].isin(_SANCTIONS), "place"]
    countries = {p.partition(":")[2] for p in places if p.startswith("country:")}
    transit = [c for c in dict.fromkeys(route.countries) if c in countries - ends]
    return {
        "sanctioned_transit": ", ".join(transit),
        "restrictions": ", ".join(dict.fromkeys(rows["restriction_id"])),
    }


def add_differences(table: pd.DataFrame, cargo: str, baseline: str) -> pd.DataFrame:
    """Return the table with hours and dollars over those of the baseline, what avoiding costs, and a mark at the quickest route.

    Avoiding costs what a route takes over the unrestricted one of the same pair, scenario and cost model. With the baseline are compared the best routes of one pair, role and cost model; the n-th route of a role with the n-th one of the
    baseline. Models of different bases never share a ranking: the quickest is marked for each model by itself.
    """
    cost = f"cost_usd_{cargo}"
    key = ["origin", "destination", "role", "cost_model"]
    table = table.assign(_rank=table.groupby([*key, "scenario"], sort=False).cumcount())
    base = table[table["scenario"] == baseline].set_index([*key, "_rank"])[["time_h", cost]].add_suffix("_base")
    table = table.join(base, on=[*key, "_rank"])
    for name, column in (("extra_h", "time_h"), ("extra_usd", cost)):
        table[name] = table[column].astype(float) - table[f"{column}_base"].astype(float)
        known = table[f"{column}_base"].astype(float)
        table[f"{name}_pct"] = 100.0 * table[name] / known.where(known > 0)
    same = ["origin", "destination", "scenario", "cost_model"]
    free = table[table["role"] == "unrestricted"].drop_duplicates(same).set_index(same)
    for name, column in zip(AVOIDING, ("length_km", "time_h", cost), strict=True):
        known = table[same].join(free[column].astype(float), on=same)[column]
        table[name] = table[column].astype(float) - known
    group = table.groupby(same, sort=False)["time_h"]
    table["is_quickest"] = table["time_h"].notna() & (table["time_h"] <= group.transform("min"))
    return table.drop(columns=["_rank", "time_h_base", f"{cost}_base"])


def sentences(table: pd.DataFrame, as_of: dict[str, str]) -> list[str]:
    """Return what the table says, one sentence for each pair, cost model and scenario, fit to be printed."""
    out = []
    for keys, rows in table.groupby(["origin", "destination", "cost_model", "basis"], sort=False):
        scenarios = list(dict.fromkeys(rows["scenario"]))
        base = _best(rows[rows["scenario"] == scenarios[0]])
        if len(scenarios) == 1:
            out.append(_head(keys, as_of.get(scenarios[0], "")) + _alone(rows, base))
        for scenario in scenarios[1:]:
            found = _best(rows[rows["scenario"] == scenario])
            dates = " and ".join(dict.fromkeys(d for d in (as_of.get(scenarios[0]), as_of.get(scenario)) if d))
            out.append(_head(keys, dates) + _against(scenarios[0], base, scenario, found))
    return out


def _head(keys: Any, date: str) -> str:
    origin, destination, model, basis = keys
    return f"{origin} to {destination} ({model}, {basis}{f'; crossings as of {date}' if date else ''}): "


def _best(rows: pd.DataFrame) -> dict[str, Any] | None:
    alive = rows[rows["time_h"].notna()]
    if not len(alive):
        return None
    return {str(k): v for k, v in alive.loc[alive["time_h"].idxmin()].items()}


def _days(row: dict[str, Any]) -> str:
    return f"{row['days']:.1f} days ({row['days_low']:.1f} to {row['days_high']:.1f})"


def _alone(rows: pd.DataFrame, base: dict[str, Any] | None) -> str:
    """Say which way is quickest, and how the best way of the other role compares."""
    if base is None:
        return "there is no way."
    text = f"{base['route']} takes {_days(base)}"
    others = rows[rows["time_h"].notna() & (rows["role"] != base["role"])]
    if not len(others):
        missing = [r for r in rows["role"].unique() if r != base["role"]]
        return text + (f"; {missing[0]}, there is no way." if missing else ".")
    other = {str(k): v for k, v in others.loc[others["time_h"].idxmin()].items()}
    if _is_same(base, other):
        return text + f", and is also the best {other['role']}."
    text += f"; {other['role']}, {other['route']} takes {_days(other)}: "
    return text + _verdict(base, other, "longer")


def _against(baseline: str, base: dict[str, Any] | None, scenario: str, found: dict[str, Any] | None) -> str:
    """Say what a scenario changes for the best way."""
    if base is None or found is None:
        if base is found:
            return f"there is no way, neither with “{baseline}” nor with “{scenario}”."
        there, lost = (scenario, baseline) if base is None else (baseline, scenario)
        row = found if base is None else base
        assert row is not None
        return f"with “{lost}” there is no way; with “{there}”, {row['route']} takes {_days(row)}."
    if _is_same(base, found):
        return f"“{scenario}” changes nothing, {_days(base)} as with “{baseline}”."
    text = f"{_days(base)} with “{baseline}”, {_days(found)} with “{scenario}”: "
    return text + _verdict(base, found, "longer" if found["time_h"] >= base["time_h"] else "shorter")


def _is_same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Return whether two rows are of one way, and as quick."""
    return bool(a["crossings"] == b["crossings"] and a["length_km"] == b["length_km"] and a["time_h"] == b["time_h"])


def _verdict(a: dict[str, Any], b: dict[str, Any], word: str) -> str:
    """Name a difference only where it is clear, and only where the hours are known better than by defaults."""
    if max(a["assumed_time_share"], b["assumed_time_share"]) > 0.5:
        return "more than half of these hours are defaults, so no winner is named."
    if a["days_low"] <= b["days_high"] and b["days_low"] <= a["days_high"]:
        return "no clear difference, the ranges overlap."
    change = abs(b["time_h"] - a["time_h"])
    return f"{change / 24:.1f} days {word} ({100 * change / a['time_h']:.0f} %)." if np.isfinite(change) else "unknown."
