"""All borders of Kazakhstan: lengths, crossing points per 100 km, the regime of each, time to cross, and the way to the sea.

python examples/06_kazakhstan_borders.py
"""

from __future__ import annotations

import argparse

import pandas as pd

import corridors as cx


def show(title: str, table: pd.DataFrame, digits: int = 0) -> None:
    print(f"\n{title}")
    print(table.to_string(index=False, float_format=lambda v: f"{v:,.{digits}f}", na_rep="-"))


def main() -> None:
    """Print the report."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    network = cx.load_network()
    print("Kazakhstan borders on", ", ".join(cx.neighbours("KAZ")))

    table = cx.border_table(network, countries=["KAZ"])
    table["per_100_km"] = 100 * table["n_crossings"] / table["published_km"]
    columns = ["iso3_a", "iso3_b", "published_km", "length_km", "status", "n_crossings", "n_rail", "n_road"]
    show(f"Borders, as of {table.attrs['as_of']}; length_km is of this data set", table[columns])
    regime = pd.DataFrame({"border": table["iso3_a"] + "-" + table["iso3_b"], "per_100_km": table["per_100_km"]})
    for year in (2009, 2014, 2026):
        regime[str(year)] = cx.border_table(network, countries=["KAZ"], year=year)["trade_regime"]
    show("Operating crossing points per 100 km, and the regime of trade by year", regime, digits=2)

    regime = regime[["border"]].assign(tir=table["is_tir"], visas=table["visa_regime"])
    show(f"TIR and visas in {table.attrs['year']}", regime)

    rows = []
    for a, b in zip(table["iso3_a"], table["iso3_b"], strict=True):
        found = cx.crossing_table(network, border=(a, b))
        found = found[found["status"] == "operating"]
        for mode, part in found.groupby("mode"):
            model = pd.concat([part["model_ab_h"], part["model_ba_h"]])
            seen = pd.concat([part["dwell_ab_h"], part["dwell_ba_h"]]).dropna()
            rows.append({"border": f"{a}-{b}", "mode": mode, "points": len(part), "with a line": int(model.notna().sum() / 2),
                         "model_h_min": model.min(), "model_h_max": model.max(), "observed": len(seen),
                         "observed_h_min": seen.min(), "observed_h_max": seen.max()})  # fmt: skip
    show("Hours to cross: cost model (both sides), and observed on one side (CPMM)", pd.DataFrame(rows), digits=1)

    sea = cx.landlocked().set_index("iso3")["borders_to_sea"]
    print(
        f"\nBorders to the open sea: Kazakhstan {sea['KAZ']:.0f}, Uzbekistan {sea['UZB']:.0f}, Afghanistan {sea['AFG']:.0f}"
    )
    try:
        cx.border(network, "KAZ", "AFG")
    except cx.UnknownNameError as error:
        print(error)
    between = cx.transit_table(network, ["KAZ", "AFG", "PAK", "IRN", "TUR"])
    show("Countries between", between[(between["iso3_a"] == "KAZ") | (between["iso3_b"] == "KAZ")])
    print("\nIf Saryagash - Keles shuts for trains:")
    shut = cx.detour_if_shut(network, "saryagash-keles", mode="rail").iloc[0]
    print(
        f"  {shut['from_name']} to {shut['to_name']}: {shut['detour_km']:+,.0f} km, {shut['detour_h']:+,.0f} h, by {', '.join(shut['instead'])}"
    )
    print(f"\nBoundaries: {table.attrs['worldview']}")


if __name__ == "__main__":
    main()
