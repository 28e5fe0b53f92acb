"""What is published about a border: lengths, status by date, exclaves."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from corridors import geodata
from corridors.schema import split_list

if TYPE_CHECKING:
    import pandas as pd

YARDSTICK = "cia-world-factbook-2026"
"""The one source with a length for nearly every pair, by one method: `Border.ratio` is against it where it is there."""


@cache
def table(name: str) -> pd.DataFrame:
    """Return a table, read once; what leaves this module is a copy."""
    return geodata.load(name)


def rows_of(name: str, pair: tuple[str, str]) -> pd.DataFrame:
    """Return the rows of a table that tell of a border; the table has its countries as ``iso3_a`` and ``iso3_b``."""
    rows = table(name)
    return rows[(rows["iso3_a"] == pair[0]) & (rows["iso3_b"] == pair[1])]


def published_lengths(pair: tuple[str, str]) -> pd.DataFrame:
    """Return every published length of a border: ``length_km, source, year, confidence, delimitation_status, note, source_id``."""
    rows = rows_of("border_lengths", pair)
    sources = table("sources").set_index("source_id")
    rows = rows.assign(
        source=rows["source_id"].map(sources["title"]).fillna(""),
        year=rows["source_id"].map(sources["year"]).fillna(""),
    )
    names = ["length_km", "source", "year", "confidence", "delimitation_status", "note", "source_id"]
    return rows[names].sort_values(["year", "source_id", "length_km"], kind="stable").reset_index(drop=True)


def yardstick_km(published: pd.DataFrame) -> float:
    """Return the published length to compare with: that of the Factbook, else the surest and latest; NaN if there is none."""
    if published.empty:
        return float("nan")
    order = published.assign(
        is_yardstick=published["source_id"] == YARDSTICK,
        sureness=published["confidence"].map({"high": 2, "medium": 1, "low": 0}),
    ).sort_values(["is_yardstick", "sureness", "year"], kind="stable")
    return float(order["length_km"].iloc[-1])


def status_periods(pair: tuple[str, str]) -> pd.DataFrame:
    """Return the parts of a border with their status and dates, as in ``border_status.csv``."""
    rows = rows_of("border_status", pair)
    return rows.drop(columns=["iso3_a", "iso3_b"]).reset_index(drop=True)


def holds_on(rows: pd.DataFrame, day: str) -> pd.DataFrame:
    """Return the rows that hold on a day; ``valid_from`` and ``valid_to`` are the first and last."""
    holds = (rows["valid_from"] <= day) & ((rows["valid_to"] == "") | (rows["valid_to"] >= day))
    return rows[holds].reset_index(drop=True)


def exclaves_of(pair: tuple[str, str], day: str) -> pd.DataFrame:
    """Return the exclaves of one country of a pair that lie in, or touch, the other; those of a day are ``is_there``."""
    known = table("exclaves")
    a, b = pair
    around = known["within"].map(split_list)
    mine = [(o == a and b in w) or (o == b and a in w) for o, w in zip(known["iso3"], around, strict=True)]
    rows = known[np.array(mine, dtype=bool)].reset_index(drop=True)
    return rows.assign(is_there=(rows["valid_from"] <= day) & ((rows["valid_to"] == "") | (rows["valid_to"] >= day)))
