"""Who pays when the Afghan-Pakistani border is shut: Torkham alone, and all of it as since October 2025.

python examples/12_border_closure.py
"""

from __future__ import annotations

import corridors as cx

PAIRS = [
    ("Kabul", "Peshawar"), ("Kabul", "Karachi"), ("Tashkent", "Islamabad"), ("Tashkent", "Karachi"),
    ("Dushanbe", "Karachi"), ("Kandahar", "Karachi"), ("Herat", "Karachi"), ("Almaty", "Lahore"),
]  # fmt: skip

SHOWN = ["id", "n_pairs", "n_cut_off", "mean_extra_h", "worst_pair", "worst_extra_h"]


def main() -> None:
    """Shut crossings one at a time, then all at once."""
    today = cx.load_network()
    before = cx.load_network(as_of="2025-09-30")
    options = {"modes": "road", "cost": "survey-2022"}
    one = cx.criticality(before, PAIRS, **options)
    print(
        "Shut one at a time, as of 2025-09-30, lorries\n",
        one.table.head(8)[SHOWN].round(1).to_string(index=False),
        "\n",
    )
    torkham = one.losers[one.losers["id"] == "crossing:torkham"]
    print(
        "Who loses by Torkham alone\n",
        torkham[["origin", "destination", "time_h", "extra_h", "instead"]].round(1).to_string(index=False),
        "\n",
    )
    both = cx.compare({"2025-09-30": before, "latest": today}, PAIRS, avoid=[], k=0, **options)
    print("All Afghan-Pakistani crossings shut, hours\n", both.pivot().round(0).to_string(), "\n")
    print(*both.sentences(), sep="\n")


if __name__ == "__main__":
    main()
