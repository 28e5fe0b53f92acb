"""Landlockedness as a number: hours to the sea and to markets, gates to the sea, and the crossings that can least be spared.

python examples/14_landlocked.py [--small]
"""

from __future__ import annotations

import argparse

import corridors as cx

HOME = ["KAZ", "KGZ", "TJK", "TKM", "UZB", "AFG"]
ORIGINS = [
    "Almaty",
    "Astana",
    "Tashkent",
    "Samarkand",
    "Bishkek",
    "Osh",
    "Dushanbe",
    "Khujand",
    "Ashgabat",
    "Turkmenabat",
]
DESTINATIONS = ["Moscow", "Duisburg", "Istanbul", "Bandar Abbas", "Karachi", "Urumqi", "Poti"]
MARKETS = {"Moscow": 1.0, "Duisburg": 1.0, "Istanbul": 1.0, "Shanghai": 1.0, "Karachi": 1.0}


TRADE = {
    ("Almaty", "Dushanbe"): ("KAZ", "TJK"),
    ("Shymkent", "Khujand"): ("KAZ", "TJK"),
    ("Almaty", "Tashkent"): ("KAZ", "UZB"),
    ("Aktobe", "Nukus"): ("KAZ", "UZB"),
    ("Kostanay", "Mazar-i-Sharif"): ("KAZ", "AFG"),
}
SHOWN = ["id", "n_pairs", "n_cut_off", "mean_extra_h", "worst_pair", "worst_extra_h"]


def main() -> None:
    """Access, minimum cuts and criticality of Central Asia."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="few pairs")
    n = 2 if parser.parse_args().small else None

    network = cx.load_network()
    now = cx.access(network, markets=MARKETS, cost="survey-2022")
    avoiding = cx.access(network, avoid="RUS", markets=MARKETS, cost="survey-2022")
    table = now.by_country().loc[HOME, ["mean_h", "worst_h"]]
    table["mean_h_without_rus"] = avoiding.by_country()["mean_h"]
    for name, found in (("market_access", now), ("market_access_without_rus", avoiding)):
        table[name] = found.table.groupby("iso3")["market_access"].mean()
    print(f"Hours to the nearest seaport by rail and sea, and access to {len(MARKETS)} markets, survey-2022")
    print(table.round(2).to_string(), "\n")
    for plan in map(cx.Scenario.load, ("trans-afghan-kharlachi", "planned-2035")):
        after = cx.access(plan.apply(network), avoid="RUS", cost="survey-2022").change_from(avoiding)
        gain = after[after["iso3"].isin(HOME)].groupby("iso3")["extra_time_h"].mean()
        print(f"{plan.name}: mean hours to the sea without RUS change by {gain.round(1).to_dict()}")
    print()
    for iso3 in HOME[:n]:
        by_rail = cx.isolation(network, iso3, avoid="RUS")
        with_road = cx.isolation(network, iso3, avoid="RUS", modes=["rail", "sea", "road"])
        print(f"{iso3} without RUS: {by_rail.n} gates ({with_road.n} with lorries): {', '.join(by_rail.gates['name'])}")
    pairs = [(a, b) for a in ORIGINS[:n] for b in DESTINATIONS[:n]]
    for modes in (["rail", "sea"], ["rail", "sea", "road"]):
        found = cx.criticality(network, pairs, modes=modes, cost="survey-2022")
        print(f"\nLeast to be spared, {len(pairs)} pairs alike, {', '.join(modes)}")
        print(found.table.head(6)[SHOWN].round(1).to_string(index=False))
    found = cx.criticality(network, cx.trade_weights(TRADE), modes="rail", cost="survey-2022")
    print("\nLeast to be spared by rail, pairs weighted with the turnover of their countries in millions of dollars")
    print(
        found.table.head(6)[["id", "n_cut_off", "cut_off_weight", "weighted_extra_h"]].round(1).to_string(index=False)
    )


if __name__ == "__main__":
    main()
