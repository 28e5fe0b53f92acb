"""Matrices: each cell is the route of its pair, or NaN with the reason."""

import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import corridors as cx
from corridors.network import Network

WEIGHTS = {"time_h": "time_h", "length_km": "length_km", "cost": "cost_usd_teu", "n_crossings": "n_crossings"}


def test_each_cell_is_the_best_of_its_pair_and_weight(toy: Network) -> None:
    places = ["Alpha", "Delta", "Coral", (2.0, 6.1)]
    table = cx.matrix(toy, places, ["Charlie", "Aleph"], weight=list(WEIGHTS))
    assert list(table.columns) == ["origin", "destination", *WEIGHTS.values(), "reason"]
    assert len(table) == 8
    for row, (a, b) in zip(
        table.to_dict("records"), [(a, b) for a in places for b in ("Charlie", "Aleph")], strict=True
    ):
        for weight, column in WEIGHTS.items():
            expected = getattr(cx.route(toy, a, b, weight=weight), column)
            assert row[column] == pytest.approx(expected, abs=1e-2), (a, b, weight)


def test_a_real_matrix_agrees_with_routes() -> None:
    network = cx.load_network()
    origins, destinations = ["Almaty", "Tashkent", "Urumqi"], ["Duisburg", "Karachi", "Poti", "Moscow"]
    table = cx.matrix(network, origins, destinations, weight=["time_h", "cost"], avoid="BLR")
    for row in table.iloc[[0, 5, 6, 11]].to_dict("records"):
        ends = row["origin"], row["destination"]
        assert row["time_h"] == pytest.approx(cx.route(network, *ends, avoid="BLR").time_h, abs=0.05)
        cheapest = cx.route(network, *ends, weight="cost", avoid="BLR")
        searched = cheapest.network.tables["edges"]["length_km"] is not None
        assert searched
        assert row["cost_usd_teu"] == pytest.approx(cheapest.cost_usd_teu, rel=0.02)


def test_a_pair_without_path_and_a_place_unknown_are_rows_with_a_reason(toy: Network) -> None:
    table = cx.matrix(toy, ["Alpha", "Nowhere"], ["Charlie", "Bravo"], avoid=["BBB", "DDD"], modes="rail")
    assert table["time_h"].isna().all()
    assert "no path by rail without BBB, DDD" in table["reason"].iloc[0]
    assert "Bravo is in BBB" in table["reason"].iloc[1]
    assert "no place 'Nowhere'" in table["reason"].iloc[2]
    assert cx.matrix(toy, [], ["Alpha"]).empty


def test_more_origins_than_destinations_give_the_same_numbers(toy: Network) -> None:
    names = ["Alpha", "Bravo", "Charlie", "Delta", "Coral"]
    wide = cx.matrix(toy, names[:1], names, weight="length_km")["length_km"].to_numpy()
    tall = cx.matrix(toy, names, names[:1], weight="length_km")["length_km"].to_numpy()
    assert np.allclose(wide, tall, atol=1e-3)
    assert not math.isnan(wide[0])


def test_a_function_is_a_weight_too(toy: Network) -> None:
    def double_km(edges):
        return 2 * edges["length_km"]

    table = cx.matrix(toy, ["Alpha"], ["Charlie"], weight=double_km)
    assert table["double_km"].iloc[0] == pytest.approx(2000)


def test_generalised_cost_is_money_and_time_valued(toy: cx.Network) -> None:
    # A shipment 150, 500 km at 0.35 and a border of 430 USD; 500 km at 40 km/h and a border of 12 h, at 1.5 USD an hour.
    found = cx.matrix(toy, ["Alpha"], ["Bravo"], weight=["cost", "generalised"], modes=["rail"])
    assert found["cost_usd_teu"][0] == pytest.approx(150 + 500 * 0.35 + 430)
    assert found["generalised_usd_teu"][0] == pytest.approx(755 + 24.5 * 1.5)


@pytest.mark.parametrize("executor", [None, ThreadPoolExecutor(1)])
def test_a_matrix_says_what_it_was_asked_and_under_which_cost_model(toy: Network, executor: Any) -> None:
    how = {"modes": "rail", "avoid": "DDD", "cargo": "feu", "month": 3}
    table = cx.matrix(toy, ["Alpha"], ["Bravo"], weight=["time_h", "cost"], executor=executor, **how)
    said = {"cost_model": "simple", "basis": "assumed", "weight": "time_h, cost_usd_feu", "as_of": toy.attrs["as_of"]}
    assert {**how, **said, "modes": ["rail"], "avoid": ["DDD"]}.items() <= table.attrs.items()


def test_one_place_is_not_taken_for_its_letters(toy: Network) -> None:
    table = cx.matrix(toy, "Alpha", (6.0, 6.05), modes="rail")
    assert table[["origin", "destination", "reason"]].to_numpy().tolist() == [["Alpha", "(6, 6.05)", ""]]
