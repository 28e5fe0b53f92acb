"""The northern route and its alternatives: Almaty to Duisburg, and Tashkent to Karachi.

For each pair, today and with the Trans-Afghan railway by Kharlachi open: the best route, and the best that keep out of
Russia. Prints the table and draws one map a pair.

    python examples/01_northern_alternatives.py [--gallery FOLDER]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import corridors as cx
from corridors import maps

PAIRS = [("Almaty", "Duisburg"), ("Tashkent", "Karachi")]


def main() -> None:
    """Compare, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gallery", type=Path, default=Path("maps/gallery"))
    gallery: Path = parser.parse_args().gallery

    network = cx.load_network()
    plan = cx.Scenario("Trans-Afghan by Kharlachi").open("trans-afghan-kharlachi")
    future = plan.apply(network)
    print(plan, "\n  opened:", ", ".join(future.attrs["opened"]), "\n")

    networks = {"today": network, plan.name: future}
    for origin, destination in PAIRS:
        found = cx.compare(networks, [(origin, destination)], avoid=["RUS"], k=2)
        columns = ["scenario", "role", "countries", "length_km", "days", "n_crossings", "n_gauge_breaks", "assumed_km"]
        columns.append("assumed_time_share")
        print(f"{origin} to {destination}")
        print(
            found.table[columns].to_string(index=False, float_format=lambda v: f"{v:,.0f}" if v > 2 else f"{v:.2f}"),
            "\n",
        )
        for reason in found.table.loc[found.table["reason"] != "", "reason"]:
            print(" ", reason)
        path = gallery / f"{origin}-{destination}.html".lower()
        title = f"{origin} to {destination}: the best way, and without Russia"
        maps.draw(found, network=future, title=title).save(path)
        print("wrote", path, "\n")


if __name__ == "__main__":
    main()
