"""Bulk wheat from Kostanay to Kabul: rail to Afghanistan, lorry from there, for one tonne.

python examples/11_wheat_to_kabul.py
"""

from __future__ import annotations

import corridors as cx

COLUMNS = [
    "scenario",
    "route",
    "countries",
    "length_km",
    "days",
    "days_low",
    "days_high",
    "cost_usd_tonne",
    "extra_usd",
    "n_transshipments",
]


def main() -> None:
    """Compare today with the railways that are planned towards Kabul."""
    network = cx.load_network()
    plan = cx.Scenario.load("trans-afghan-torkham")
    networks = {"today": network, plan.name: plan.apply(network)}
    found = cx.compare(networks, [("Kostanay", "Kabul")], avoid=[], k=1, modes=["rail", "road"], cargo="tonne")
    print(found.table[COLUMNS].to_string(index=False, float_format=lambda v: f"{v:,.1f}"), "\n")
    print(*found.sentences(), sep="\n")
    print(
        "\nPrices per tonne of the preset",
        found.attrs["cost_model"],
        "are assumptions; they rank ways and quote nothing.",
    )


if __name__ == "__main__":
    main()
