"""The Kyrgyz-Tajik border before and after the treaty of March 2025, and what shutting it does.

Lengths by status and date, crossings, exclaves, and the way from Dushanbe to Bishkek and from Khujand to Osh by road with the
border open and shut.

    python examples/05_kyrgyz_tajik_border.py
"""

from __future__ import annotations

import argparse

import pandas as pd

import corridors as cx

DAYS = ("2021-06-01", "2024-06-01", "2025-06-01", "2025-08-01")
PAIRS = [("Dushanbe", "Bishkek"), ("Khujand", "Osh")]


def show(title: str, table: pd.DataFrame) -> None:
    print(f"\n{title}")
    print(table.to_string(index=False, float_format=lambda v: f"{v:,.1f}", na_rep="-"))


def lengths(found: cx.Border) -> None:
    """Print the published lengths, and the status on these days."""
    columns = ["length_km", "ratio", "year", "source"]
    show(f"Published lengths; this data set has {found.length_km:,.0f} km", found.published[columns].round(2))
    parts = [found.status_on(day).assign(day=day) for day in DAYS]
    show("Kilometres by status", pd.concat(parts)[["day", "segment", "status", "length_km", "source_id"]])
    show("Ends at", found.tripoints[["iso3", "name", "off_km"]])
    show("Exclaves", found.exclaves[["name", "iso3", "within", "area_km2", "valid_to", "is_there"]])


def crossings(network: cx.Network) -> None:
    """Print the crossing points as they were on these days."""
    for day in DAYS:
        table = cx.crossing_table(network.as_of(day), border=("KGZ", "TJK"))
        columns = ["crossing_id", "name", "mode", "status", "dwell_ab_h", "model_ab_h"]
        show(f"Crossing points on {day}", table[columns])


def ways(network: cx.Network) -> None:
    """Print the way between two pairs with the border open and shut, and the same without Uzbekistan."""
    shared = cx.crossing_table(network, border=("KGZ", "TJK"))
    points = shared.loc[shared["status"] == "operating", "crossing_id"].drop_duplicates()
    shut = cx.Scenario("Kyrgyz-Tajik border shut").close(*(f"crossing:{c}" for c in points)).apply(network)
    rows = []
    for origin, destination in PAIRS:
        for avoid in ((), ("UZB",)):
            for name, where in (("open", network), ("shut", shut)):
                row = {"from": origin, "to": destination, "without": ", ".join(avoid) or "-", "border": name}
                try:
                    r = cx.route(where, origin, destination, modes=["road"], avoid=avoid)
                except cx.NoRouteError:
                    rows.append({**row, "countries": "no way"})
                    continue
                passed = ", ".join(c for c in r.crossings["crossing_id"])
                rows.append(
                    {**row, "km": r.length_km, "h": r.time_h, "countries": "-".join(r.countries), "passes": passed}
                )
    show("What shutting the border does, by road", pd.DataFrame(rows))
    idle = sorted(shared.loc[shared["model_ab_h"].isna(), "name"].unique())
    print("No road of this network runs through", " or ".join(idle) + ": what they would save is not in the table.")


def main() -> None:
    """Print the report."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    network = cx.load_network()
    found = cx.border(network, "KGZ", "TJK")
    print(found)
    lengths(found)
    crossings(network)
    ways(network)
    print(
        f"\nTrade in 2026: {found.trade_regime(2026)}. Visas: {found.visa_regime(2026)}. TIR: {'yes' if found.is_tir(2026) else 'no'}"
    )
    print(f"Boundaries: {found.attrs['worldview']}")


if __name__ == "__main__":
    main()
