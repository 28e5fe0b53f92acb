"""Tashkent to Baku and Poti: by the Caspian, and when its sailings are halved and its waits doubled.

python examples/10_tashkent_baku_poti.py
"""

from __future__ import annotations

import corridors as cx

PAIRS = [("Tashkent", "Baku"), ("Tashkent", "Poti")]
COLUMNS = [
    "scenario",
    "destination",
    "role",
    "countries",
    "days",
    "days_low",
    "days_high",
    "n_transshipments",
    "assumed_time_share",
]


def main() -> None:
    """Compare, and show the standstills of the way over the Caspian."""
    network = cx.load_network()
    stress = cx.Scenario.load("caspian-halved")
    found = cx.compare({"today": network, stress.name: stress.apply(network)}, PAIRS, avoid=["RUS", "IRN"], k=1)
    print(found.table[COLUMNS].to_string(index=False, float_format=lambda v: f"{v:,.1f}"), "\n")
    print(*found.sentences(), sep="\n")
    way = cx.route(network, *PAIRS[1], avoid=["RUS", "IRN"])
    print("\n", way, "\n", way.transshipments[["name", "mode_from", "mode_to", "time_h"]].to_string(index=False))


if __name__ == "__main__":
    main()
