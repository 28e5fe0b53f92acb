"""What is published about a border: lengths, status by date, exclaves, and the regimes that join the two sides."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import geodata
from corridors.schema import split_list

if TYPE_CHECKING:
    import pandas as pd

YARDSTICK = "cia-world-factbook-2026"
"""The one source with a length for nearly every pair, by one method: `Border.ratio` is against it where it is there."""

REGIME_KINDS = {
    "Customs Union of BLR, KAZ, RUS": "customs union",
    "EAEU": "customs union",
    "EU": "customs union",
    "EU customs union": "customs union",
    "CIS FTA": "free trade",
    "EAEU-Iran FTA": "free trade",
    "WTO": "trade rules",
    "TIR Convention": "transit",
    "TRACECA": "transit",
    "Ashgabat Agreement": "transit",
    "CSTO": "security",
}
"""What a bloc of ``blocs.csv`` does for a border; any other is ``cooperation``."""

RANK = ("customs union", "free trade", "trade rules")
"""Regimes of trade, closest first: the regime of a border in a year is the first that both sides share."""

TAKING_PART = ("member", "party", "founder")

BETWEEN = {"EAEU-Iran FTA": "IRN", "EU customs union": "TUR"}
"""Agreements of a bloc with one country: they join that country with the others, not the others with each other."""

BROKEN_OFF = {("CIS FTA", "RUS", "UKR"): "2015-12-31"}
"""Last day between two members that suspended an agreement towards each other (Russia by decree of 16 December 2015)."""


@cache
def _table(name: str) -> pd.DataFrame:
    """Return a table, read once; what leaves this module is a copy."""
    return geodata.load(name)


def published_lengths(pair: tuple[str, str]) -> pd.DataFrame:
    """Return every published length of a border: ``length_km, source, year, confidence, delimitation_status, note, source_id``."""
    table = _table("border_lengths")
    rows = table[(table["iso3_a"] == pair[0]) & (table["iso3_b"] == pair[1])]
    sources = _table("sources").set_index("source_id")
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
    table = _table("border_status")
    rows = table[(table["iso3_a"] == pair[0]) & (table["iso3_b"] == pair[1])]
    return rows.drop(columns=["iso3_a", "iso3_b"]).reset_index(drop=True)


def holds_on(rows: pd.DataFrame, day: str) -> pd.DataFrame:
    """Return the rows that hold on a day; ``valid_from`` and ``valid_to`` are the first and last."""
    holds = (rows["valid_from"] <= day) & ((rows["valid_to"] == "") | (rows["valid_to"] >= day))
    return rows[holds].reset_index(drop=True)


def exclaves_of(pair: tuple[str, str], day: str) -> pd.DataFrame:
    """Return the exclaves of one country of a pair that lie in, or touch, the other; those of a day are ``is_there``."""
    table = _table("exclaves")
    a, b = pair
    around = table["within"].map(split_list)
    mine = [(o == a and b in w) or (o == b and a in w) for o, w in zip(table["iso3"], around, strict=True)]
    rows = table[np.array(mine, dtype=bool)].reset_index(drop=True)
    return rows.assign(is_there=(rows["valid_from"] <= day) & ((rows["valid_to"] == "") | (rows["valid_to"] >= day)))


def regimes(pair: tuple[str, str]) -> pd.DataFrame:
    """Return what both countries take part in: ``bloc, kind, since, until, confidence, source_id``; since both are in."""
    import pandas as pd

    table = _table("blocs")
    table = table[table["status"].isin(TAKING_PART)]
    table = pd.concat([table, _through_the_eu(table)], ignore_index=True)
    a, b = (table[table["iso3"] == iso3] for iso3 in pair)
    rows = a.merge(b, on="bloc", suffixes=("_a", "_b"))
    out: list[dict[str, Any]] = []
    for row in rows.to_dict("records"):
        if row["bloc"] in BETWEEN and BETWEEN[row["bloc"]] not in pair:
            continue
        ends = [u for u in (row["until_a"], row["until_b"]) if u]
        since, until = max(row["since_a"], row["since_b"]), min(ends) if ends else ""
        until = min(filter(None, (until, BROKEN_OFF.get((row["bloc"], *pair), ""))), default="")
        if until and until < since:
            continue
        sure = max((row["confidence_a"], row["confidence_b"]), key=["high", "medium", "low"].index)
        out.append(
            {"bloc": row["bloc"], "kind": REGIME_KINDS.get(row["bloc"], "cooperation"), "since": since, "until": until,
             "confidence": sure, "source_id": "|".join(sorted({row["source_id_a"], row["source_id_b"]}))}
        )  # fmt: skip
    names = ["bloc", "kind", "since", "until", "confidence", "source_id"]
    return pd.DataFrame(out, columns=names).sort_values(["kind", "bloc", "since"]).reset_index(drop=True)


def _through_the_eu(table: pd.DataFrame) -> pd.DataFrame:
    """Return what members of the EU take part in with it, where the table has no row of their own.

    The EU is a member of the WTO and a party of the TIR Convention, and so is each of its members; all of them are in its
    customs union with Turkey. The date is that of their accession to the EU where it is later.
    """
    import pandas as pd

    members = table[table["bloc"] == "EU"]
    out = []
    for bloc, first in (("EU customs union", ""), ("WTO", "1995-01-01"), ("TIR Convention", "1983-06-20")):
        own = set(table.loc[table["bloc"] == bloc, "iso3"])
        rows = members[~members["iso3"].isin(own)]
        out.append(rows.assign(bloc=bloc, since=rows["since"].map(lambda day, first=first: max(day, first))))
    return pd.concat(out, ignore_index=True)


def in_year(rows: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the regimes that held during a year, in whole or in part."""
    first, last = f"{year}-01-01", f"{year}-12-31"
    began = rows["since"] <= last
    lasted = (rows["until"] == "") | (rows["until"] >= first[:4])
    return rows[began & lasted].reset_index(drop=True)


def trade_regime(rows: pd.DataFrame, year: int) -> str:
    """Return the closest regime of trade that both sides share in a year, with its bloc, or ``"none known"``."""
    held = in_year(rows, year)
    for kind in RANK:
        blocs = list(dict.fromkeys(held.loc[held["kind"] == kind, "bloc"]))
        if blocs:
            return f"{kind} ({', '.join(blocs)})"
    return "none known"
