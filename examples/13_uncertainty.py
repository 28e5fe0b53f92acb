"""How sure are we: the Middle Corridor against the ways that compete with it, in a thousand draws.

python examples/13_uncertainty.py [-n DRAWS]

To north-western Europe its rival is the Northern Corridor by Brest; to Istanbul it is Russia's Black Sea coast, or Iran.
"""

from __future__ import annotations

import argparse

import corridors as cx

# What `titr-2024` declares is the Middle Corridor to Constanta; for Turkish ports it has nothing but those hours.
PRESETS = {"Duisburg": ("simple", "survey-2022", "titr-2024"), "Istanbul": ("simple", "survey-2022")}
MIDDLE = {"via": ["Baku"], "avoid": ["RUS", "BLR", "IRN"]}
QUESTIONS = [
    (
        [("Almaty", "Duisburg"), ("Tashkent", "Duisburg"), ("Xi'an", "Duisburg")],
        {"Northern": {"via": ["Brest"]}, "Middle": MIDDLE},
    ),
    (
        [("Almaty", "Istanbul"), ("Tashkent", "Istanbul")],
        {"Novorossiysk": {"via": ["Novorossiysk"]}, "Iran": {"via": ["Tehran"], "avoid": ["RUS"]}, "Middle": MIDDLE},
    ),
]
COLUMNS = ["origin", "destination", "corridor", "via", "days_p05", "days_p50", "days_p95", "share_quickest", "share_cheapest", "assumed_time_share"]  # fmt: skip


def main() -> None:
    """Draw under each preset by itself."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=1000, help="draws")
    n = parser.parse_args().n

    network = cx.load_network()
    for pairs, ways in QUESTIONS:
        for cost in PRESETS[pairs[0][1]]:
            found = cx.simulate(network, pairs, corridors=ways, n=n, cost=cost)
            table = found.table.assign(**{f"days_{p}": found.table[f"time_h_{p}"] / 24 for p in ("p05", "p50", "p95")})
            print(f"{cost} ({found.attrs['basis']})\n{table[COLUMNS].round(2).to_string(index=False)}\n")
            print(*found.sentences(), sep="\n")
            top = found.drivers.groupby(["origin", "destination"], sort=False).head(2)
            print(f"\nWhat decides\n{top.round(2).to_string(index=False)}\n")


if __name__ == "__main__":
    main()
