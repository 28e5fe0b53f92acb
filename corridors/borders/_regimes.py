"""What joins the two sides of a border, by year: customs unions, free trade, visas, transit.

Two tables make it up: who is in which bloc (``blocs.csv``), and what two neighbours agreed or one of them asks
(``border_regimes.csv``). Where neither has a row the answer is that there are no data, never that there is no regime.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from corridors.borders._facts import rows_of, table

if TYPE_CHECKING:
    import pandas as pd

KINDS = {
    "Customs Union of BLR, KAZ, RUS": "customs union",
    "EAEU": "customs union",
    "EU": "customs union",
    "EU customs union": "customs union",
    "CIS FTA": "free trade",
    "EAEU-Iran FTA": "free trade",
    "EurAsEC": "free trade",
    "CIS FTA of 1994": "free trade framework",
    "WTO": "trade rules",
    "TIR Convention": "transit",
    "TRACECA": "transit",
    "Ashgabat Agreement": "transit",
    "CSTO": "security",
}
"""What a bloc of ``blocs.csv`` does for a border; any other is ``cooperation``."""

CLOSEST_FIRST = ("customs union", "free trade", "free trade framework", "preferences", "trade rules")
"""Kinds of trade regime: the regime of a border in a year is the first of them that it has."""

VISAS = ("visa-free", "visa required")

NO_DATA = "no data"

TAKING_PART = ("member", "party", "founder")

BETWEEN = {"EAEU-Iran FTA": "IRN", "EU customs union": "TUR"}
"""Agreements of a bloc with one country: they join that country with the others, not the others with each other."""

REPLACED_BY = {"CIS FTA of 1994": "CIS FTA"}
"""An agreement ends between two countries when both are in the one that replaced it."""

COLUMNS = ["regime", "kind", "since", "until", "scope", "confidence", "source_id"]


def regimes(pair: tuple[str, str]) -> pd.DataFrame:
    """Return what two neighbours take part in or agreed: ``regime, kind, since, until, scope, confidence, source_id``."""
    import pandas as pd

    rows = rows_of("border_regimes", pair).rename(columns={"name": "regime"})
    in_force = rows["status"] == "in_force"
    suspended = dict(rows.loc[~in_force, ["regime", "since"]].itertuples(index=False))
    shared = _cut_short(_shared_blocs(pair), suspended)
    found = pd.concat([pd.DataFrame(shared, columns=COLUMNS), rows.loc[in_force, COLUMNS]], ignore_index=True)
    return found.sort_values(["kind", "regime", "since"], kind="stable").reset_index(drop=True)


def in_year(rows: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the regimes that held during a year, in whole or in part."""
    began = rows["since"] <= f"{year}-12-31"
    lasted = (rows["until"] == "") | (rows["until"] >= f"{year}")
    return rows[began & lasted].reset_index(drop=True)


def trade_regime(rows: pd.DataFrame, year: int) -> str:
    """Return the closest regime of trade of a year, with its name, or ``"no data"``."""
    held = in_year(rows, year)
    for kind in CLOSEST_FIRST:
        names = list(dict.fromkeys(held.loc[held["kind"] == kind, "regime"]))
        if names:
            return f"{kind} ({', '.join(names)})"
    return NO_DATA


def visa_regime(rows: pd.DataFrame, year: int) -> str:
    """Return whether citizens of both sides crossed without a visa in a year, with the rule that was the last to begin."""
    held = in_year(rows, year)
    held = held[held["kind"].isin(VISAS)].sort_values("since", kind="stable")
    if held.empty:
        return NO_DATA
    last = held.iloc[-1]
    return f"{last['kind']} ({last['regime']}{': ' if last['scope'] else ''}{last['scope']})"


def is_tir(rows: pd.DataFrame, year: int) -> bool:
    """Return whether both sides were bound by the TIR Convention in a year."""
    return "TIR Convention" in set(in_year(rows, year)["regime"])


def _shared_blocs(pair: tuple[str, str]) -> list[dict[str, Any]]:
    """Return the blocs that both are in, from the day on which both are."""
    import pandas as pd

    members = table("blocs")
    members = members[members["status"].isin(TAKING_PART)]
    members = pd.concat([members, _through_the_eu(members)], ignore_index=True)
    a, b = (members[members["iso3"] == iso3] for iso3 in pair)
    both = []
    for row in a.merge(b, on="bloc", suffixes=("_a", "_b")).to_dict("records"):
        if BETWEEN.get(row["bloc"], pair[0]) not in pair:
            continue
        ends = [until for until in (row["until_a"], row["until_b"]) if until]
        both.append(
            {
                "regime": row["bloc"],
                "kind": KINDS.get(row["bloc"], "cooperation"),
                "since": max(row["since_a"], row["since_b"]),
                "until": min(ends, default=""),
                "scope": "",
                "confidence": max((row["confidence_a"], row["confidence_b"]), key=["high", "medium", "low"].index),
                "source_id": "|".join(sorted({row["source_id_a"], row["source_id_b"]})),
            }
        )
    return both


def _cut_short(shared: list[dict[str, Any]], suspended: dict[str, str]) -> list[dict[str, Any]]:
    """End blocs where one side left, suspended it towards the other, or both are in what replaced it."""
    began = {row["regime"]: row["since"] for row in shared}
    kept = []
    for row in shared:
        ends = [row["until"], suspended.get(row["regime"], ""), began.get(REPLACED_BY.get(row["regime"], ""), "")]
        until = min((end for end in ends if end), default="")
        if not until or until > row["since"]:
            kept.append({**row, "until": until})
    return kept


def _through_the_eu(members: pd.DataFrame) -> pd.DataFrame:
    """Return what members of the EU take part in with it, where the table has no row of their own.

    The EU is a member of the WTO and a party of the TIR Convention, and so is each of its members; all of them are in its
    customs union with Turkey. The date is that of their accession to the EU where it is later.
    """
    import pandas as pd

    eu = members[members["bloc"] == "EU"]
    out = []
    for bloc, first in (("EU customs union", ""), ("WTO", "1995-01-01"), ("TIR Convention", "1983-06-20")):
        own = set(members.loc[members["bloc"] == bloc, "iso3"])
        rows = eu[~eu["iso3"].isin(own)]
        out.append(rows.assign(bloc=bloc, since=rows["since"].map(lambda day, first=first: max(day, first))))
    return pd.concat(out, ignore_index=True)
