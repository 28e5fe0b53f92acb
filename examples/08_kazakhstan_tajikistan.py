"""Kazakhstan and Tajikistan: Almaty-Dushanbe and Turkestan-Khujand, and what the Uzbek-Tajik blockade meant.

python examples/08_kazakhstan_tajikistan.py
"""

from __future__ import annotations

import corridors as cx

PAIRS = [("Almaty", "Dushanbe"), ("Turkestan", "Khujand"), ("Almaty", "Bokhtar"), ("Turkestan", "Panjakent")]
COLUMNS = [
    "scenario",
    "origin",
    "destination",
    "countries",
    "length_km",
    "days",
    "extra_h",
    "extra_h_pct",
    "n_crossings",
]


def main() -> None:
    """Compare today with the blockade, and without Uzbekistan."""
    network = cx.load_network()
    blockade = cx.Scenario.load("uzbek-tajik-blockade")
    cut = cx.Scenario("No transit through Uzbekistan").no_transit("UZB")
    networks = {"today": network, blockade.name: blockade.apply(network), cut.name: cut.apply(network)}
    print(blockade, "\n", blockade.note, "\n")
    for modes in (["rail"], ["road"]):
        found = cx.compare(networks, PAIRS, avoid=[], k=0, modes=modes, cost="survey-2022")
        rows = found.table[found.table["reason"] == ""]
        print(f"By {modes[0]}\n{rows[COLUMNS].to_string(index=False, float_format=lambda v: f'{v:,.1f}')}\n")
        for row in found.table[found.table["reason"] != ""].itertuples():
            print(f"{row.scenario}: {row.origin} to {row.destination}: {row.reason.partition(': from')[0]}")
        print()


if __name__ == "__main__":
    main()
