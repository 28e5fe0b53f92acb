"""What 43 km change: Rozanak to Rabat-i-Paryan, and the 47 km from there to Herat.

Herat to Bandar Abbas and to Istanbul by rail (and the ferry over Lake Van), today, with the 43 km, and with both sections of the Khaf-Herat railway.

    python examples/02_rozanak_rabattaryan.py [--gallery FOLDER]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import corridors as cx
from corridors import maps

PAIRS = [("Herat", "Bandar Abbas"), ("Herat", "Istanbul"), ("rabat-i-paryan", "Bandar Abbas")]


def main() -> None:
    """Compare, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gallery", type=Path, default=Path("maps/gallery"))
    gallery: Path = parser.parse_args().gallery

    network = cx.load_network()
    first = cx.Scenario("43 km to Rabat-i-Paryan").open("rozanak-rabattaryan")
    whole = cx.Scenario("Khaf-Herat complete").open("rozanak-rabattaryan", "rabattaryan-herat")
    networks = {"today": network, **{plan.name: plan.apply(network) for plan in (first, whole)}}

    found = cx.compare(networks, PAIRS, avoid=[], k=0)
    table = found.table[found.table["role"] == "unrestricted"]
    columns = ["scenario", "origin", "destination", "length_km", "days", "countries", "n_gauge_breaks", "assumed_km"]
    print(table[columns].to_string(index=False, float_format=lambda v: f"{v:,.0f}"), "\n")
    for row in table[table["reason"] != ""].itertuples():
        print(f"{row.scenario}: {row.origin} to {row.destination}: {row.reason}")

    complete = networks[whole.name]
    routes = [cx.route(complete, a, b) for a, b in PAIRS[:2]]
    for r in routes:
        print(f"\n{r.origin.name} to {r.destination.name}: {r.length_km:,.0f} km, gauge {r.gauges_mm} mm")
    path = gallery / "khaf-herat.html"
    title = "Herat by rail to the sea and to Istanbul, once Khaf-Herat is complete"
    maps.draw(routes, network=complete, title=title).save(path)
    print("wrote", path)


if __name__ == "__main__":
    main()
