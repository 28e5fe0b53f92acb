"""How sure are we: the Northern and the Middle Corridor in a thousand draws.

python examples/13_uncertainty.py [-n DRAWS]
"""

from __future__ import annotations

import argparse

import corridors as cx

PAIRS = [
    ("Almaty", "Duisburg"),
    ("Tashkent", "Duisburg"),
    ("Xi'an", "Duisburg"),
    ("Almaty", "Istanbul"),
    ("Tashkent", "Istanbul"),
]
WAYS = {"Northern": {"via": ["Brest"]}, "Middle": {"via": ["Baku"], "avoid": ["RUS", "BLR", "IRN"]}}
COLUMNS = ["origin", "destination", "corridor", "time_h_p05", "time_h_p50", "time_h_p95", "share_quickest", "share_cheapest", "assumed_time_share"]  # fmt: skip


def main() -> None:
    """Draw under three presets, each by itself."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=1000, help="draws")
    n = parser.parse_args().n

    network = cx.load_network()
    for cost in ("simple", "survey-2022", "titr-2024"):
        found = cx.simulate(network, PAIRS, corridors=WAYS, n=n, cost=cost)
        print(f"{cost} ({found.attrs['basis']})\n{found.table[COLUMNS].round(2).to_string(index=False)}\n")
        print(*found.sentences(), sep="\n")
        print(
            "\nWhat decides Almaty to Istanbul\n",
            found.drivers[found.drivers["destination"] == "Istanbul"].head(3).to_string(index=False),
            "\n",
        )


if __name__ == "__main__":
    main()
