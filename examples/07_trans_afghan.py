"""What the Trans-Afghan railway changes for Tashkent and Karachi: against Iran, and against the lorries of before October 2025.

python examples/07_trans_afghan.py [-n DRAWS]
"""

from __future__ import annotations

import argparse

import corridors as cx

PAIR = ("Tashkent", "Karachi")
COLUMNS = [
    "scenario",
    "countries",
    "length_km",
    "days",
    "days_low",
    "days_high",
    "extra_h_pct",
    "assumed_km",
    "assumed_time_share",
]


def main() -> None:
    """Compare the alignments, then draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=1000, help="draws")
    n = parser.parse_args().n

    network = cx.load_network()
    plans = [cx.Scenario.load(f"trans-afghan-{way}") for way in ("kharlachi", "torkham", "western")]
    networks = {"today": network, **{plan.name: plan.apply(network) for plan in plans}}
    for cost in ("simple", "survey-2022"):
        found = cx.compare(networks, [PAIR], avoid=[], k=0, modes=["rail"], cost=cost)
        print(f"By rail, {cost}\n{found.table[COLUMNS].to_string(index=False, float_format=lambda v: f'{v:,.1f}')}\n")
        print(*found.sentences(), sep="\n", end="\n\n")

    lorries = {"today": network, "before October 2025": cx.Scenario.load("before-october-2025").apply(network)}
    for cost in ("simple", "survey-2022"):
        found = cx.compare(lorries, [PAIR], avoid=[], k=0, modes=["road"], cost=cost)
        print(f"By lorry, {cost}\n{found.table[COLUMNS].to_string(index=False, float_format=lambda v: f'{v:,.1f}')}\n")

    before = cx.Scenario.load("before-october-2025").then(plans[0]).apply(network)
    ways = {
        "Trans-Afghan railway": {"modes": ["rail"], "avoid": ["IRN"]},
        "railway through Iran": {"modes": ["rail"], "avoid": ["AFG"]},
        "lorry through Iran": {"modes": ["road"], "avoid": ["AFG"]},
        "lorry before October 2025": {"modes": ["road"], "avoid": ["IRN"]},
    }
    for cost in ("simple", "survey-2022"):
        drawn = cx.simulate(before, [PAIR], corridors=ways, n=n, cost=cost)
        hours = drawn.draws[PAIR]
        for other in list(ways)[1:]:
            low, middle, high = ((hours[other] - hours["Trans-Afghan railway"]) / 24).quantile([0.05, 0.5, 0.95])
            verb = "saves" if middle >= 0 else "loses"
            print(
                f"{cost}: the Trans-Afghan railway {verb} {abs(middle):.1f} days against the {other} "
                f"({low:+.1f} to {high:+.1f} saved in 90 % of {n:,} draws)"
            )
        print(*drawn.sentences(), sep="\n", end="\n\n")


if __name__ == "__main__":
    main()
