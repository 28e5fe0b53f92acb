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


def main() -> None:
    """Access, minimum cuts and criticality of Central Asia."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="few pairs")
    n = 2 if parser.parse_args().small else None

    network = cx.load_network()
    now = cx.access(network, markets=MARKETS, cost="survey-2022")
    print(
        "Hours to the nearest seaport by rail and sea, survey-2022\n",
        now.by_country().loc[HOME].round(0).to_string(),
        "\n",
    )
    avoiding = cx.access(network, avoid="RUS", cost="survey-2022")
    print("The same without RUS\n", avoiding.by_country().loc[HOME].round(0).to_string(), "\n")
    for plan in map(cx.Scenario.load, ("trans-afghan-kharlachi", "planned-2035")):
        after = cx.access(plan.apply(network), avoid="RUS", cost="survey-2022").change_from(avoiding)
        gain = after[after["iso3"].isin(HOME)].groupby("iso3")["extra_time_h"].mean()
        print(f"{plan.name}: hours to the sea without RUS change by {gain.round(1).to_dict()}")
    for iso3 in HOME[:n]:
        print(cx.isolation(network, iso3, avoid="RUS"))
    pairs = [(a, b) for a in ORIGINS[:n] for b in DESTINATIONS[:n]]
    for modes in (["rail", "sea"], ["rail", "sea", "road"]):
        found = cx.criticality(network, pairs, modes=modes, cost="survey-2022")
        print(
            f"\nLeast to be spared, {len(pairs)} pairs, {', '.join(modes)}\n",
            found.table.head(6).to_string(index=False),
        )


if __name__ == "__main__":
    main()
