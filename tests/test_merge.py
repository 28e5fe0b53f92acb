"""A plan of one's own on a network: joined at stations, cut at borders, gauge checked, and all of it said."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString, Point

import corridors as cx
from continent import countries
from corridors.units import length_km

ALPHA, DELTA, BRAVO = (2.0, 6.0), (6.0, 2.0), (6.0, 6.0)


def lines(*shapes: list, **columns: object) -> gpd.GeoDataFrame:
    names = [f"plan-{k + 1}" for k in range(len(shapes))]
    return gpd.GeoDataFrame(
        {"line_id": names, "name": [n.title() for n in names], **columns},
        geometry=[LineString(s) for s in shapes],
        crs=4326,
    )


def merged(toy: cx.Network, *shapes: list, options: dict | None = None, **columns: object) -> cx.Network:
    return cx.merge_lines(toy, lines(*shapes, **columns), **{"borders": countries(), **(options or {})})


def opened(network: cx.Network, *line_ids: str) -> cx.Network:
    return cx.Scenario("plan").open(*line_ids).apply(network)


def test_a_plan_is_joined_at_stations_and_waits_for_a_scenario(toy: cx.Network) -> None:
    # Alpha (drawn 1.1 km too far north) to Delta, over the border of AAA and DDD where no crossing point is near.
    n = merged(toy, [(2, 6.01), DELTA])
    before = cx.route(toy, "Alpha", "Delta", weight="length_km", modes=["rail"])
    assert cx.route(n, "Alpha", "Delta", weight="length_km", modes=["rail"]).length_km == before.length_km
    joined = n.repairs[n.repairs["kind"] == "joined to station"]
    assert joined["metres"].round(-1).tolist() == [1110, 0]
    found = cx.route(opened(n, "plan-1"), "Alpha", "Delta", weight="length_km", modes=["rail"])
    assert found.length_km == pytest.approx(length_km(np.array([ALPHA, [2, 6.01], DELTA])), rel=1e-4)
    assert found.assumed_km == pytest.approx(1.106, abs=0.01)
    assert len(toy.edges) + 3 == len(n.edges)  # two pieces and the crossing between them


def test_a_border_without_a_known_point_is_crossed_by_an_unnamed_crossing_that_costs_time(toy: cx.Network) -> None:
    n = merged(toy, [ALPHA, DELTA])
    found = cx.route(opened(n, "plan-1"), "Alpha", "Delta", weight="length_km", modes=["rail"])
    assert found.countries == ("AAA", "DDD")
    assert found.crossings["crossing_id"].tolist() == [""]
    assert found.crossings["dwell_h"].iloc[0] > 0
    assert found.crossings["is_default"].all()
    row = n.repairs[n.repairs["kind"] == "unnamed crossing"].iloc[0]
    assert "the nearest known is Three (rail), 221 km off" in row["note"]
    assert (row["lon"], row["lat"]) == pytest.approx((4.0, 4.0), abs=0.01)
    plan = n.report().plans.iloc[0]
    assert plan[["stations", "crossings", "n_unnamed", "n_loose"]].tolist() == ["Alpha|Delta", "AAA-DDD", 1, 0]


def test_a_known_crossing_point_near_the_line_names_the_crossing_and_is_opened_with_it(toy: cx.Network) -> None:
    # Bravo to Delta passes lat 4 at lon 6.1, 11 km from crossing five, which is proposed for rail.
    shape = [BRAVO, (6.1, 4.0), DELTA]
    n = merged(toy, shape)
    row = n.repairs[n.repairs["kind"] == "crossing"].iloc[0]
    assert row["note"].startswith("crosses at Five, 11.")
    assert row["metres"] == pytest.approx(0.1 * 111_320 * np.cos(np.radians(4)), rel=0.01)
    edge = n.edges[(n.edges["line_id"] == "plan-1") & (n.edges["kind"] == "crossing")].iloc[0]
    assert (edge["crossing_id"], edge["status"]) == ("five", "proposed")
    assert cx.route(opened(n, "plan-1"), "Bravo", "Delta", weight="length_km").crossings["crossing_id"].tolist() == [
        "five"
    ]
    strict = merged(toy, shape, options={"crossing_km": 5.0})
    assert strict.report().plans["n_unnamed"].tolist() == [1]


def test_the_crossings_have_the_state_of_the_network_they_are_merged_into(toy: cx.Network) -> None:
    shut = cx.Scenario("shut").close("crossing:one").apply(toy)
    n = merged(shut, [ALPHA, (4, 6.05), BRAVO])
    mine = n.edges[(n.edges["crossing_id"] == "one") & (n.edges["line_id"] == "plan-1")]
    assert mine["status"].tolist() == ["closed"]


def test_another_gauge_gets_a_gauge_change_at_its_station(toy: cx.Network) -> None:
    n = merged(toy, [ALPHA, DELTA], gauge_mm=1067)
    changes = n.repairs[n.repairs["kind"] == "gauge change"]["note"].tolist()
    assert len(changes) == 4  # both stations have 1435 and 1520
    assert changes[0] == "1067 mm meets 1435 mm: a gauge-change edge joins them"
    assert n.report().plans["gauge_changes"].tolist() == ["Alpha|Delta"]
    narrow = opened(merged(toy, [ALPHA, (3, 6.5), BRAVO], gauge_mm=1067), "plan-1")
    assert cx.route(narrow, "Aleph", "Bravo", weight="length_km", avoid=["line:north"]).gauges_mm == (1520, 1067)
    assert "gauge change" not in set(merged(toy, [ALPHA, BRAVO], gauge_mm=1520).repairs["kind"])


def test_a_plan_of_unknown_gauge_takes_that_of_its_stations(toy: cx.Network) -> None:
    n = merged(toy, [(10.0, 2.0), (6.5, 1.0), DELTA])  # Coral has 1435, Delta 1435 and 1520
    assert n.repairs[n.repairs["kind"] == "gauge assumed"]["note"].str.contains(r"\[1435, 1520\]").all()


def test_planned_lines_join_each_other_and_one_along_a_border_crosses_it_once(toy: cx.Network) -> None:
    # Two lines that meet at (4, 5) within 20 m; the second wobbles along the border before it enters BBB for good.
    wobble = [(3.99, 5.0), (4.01, 5.02), (3.99, 5.05), (4.01, 5.08), (4.5, 5.5), BRAVO]
    n = merged(toy, [ALPHA, (3.9901, 5.0)], wobble)
    found = cx.route(opened(n, "plan-1", "plan-2"), "Alpha", "Bravo", weight="length_km", avoid=["line:north"])
    assert found.countries == ("AAA", "BBB")
    assert found.n_crossings == 1


def test_ends_far_from_stations_stay_loose_and_say_what_is_near(toy: cx.Network) -> None:
    n = merged(toy, [ALPHA, (3, 3)], [(1.995, 4.0), (2.5, 2.5), (2.05, 1.998), (3.5, 1.0)])
    loose = n.repairs[n.repairs["kind"] == "loose end"]
    assert len(loose) == 3
    assert loose["note"].str.contains("the nearest station is Al", regex=False).all()
    named = merged(
        toy, [ALPHA, (3, 3)], options={"places": gpd.GeoDataFrame({"name": ["Mine"]}, geometry=[Point(3, 3)], crs=4326)}
    )
    assert cx.route(opened(named, "plan-1"), "Bravo", "Mine", weight="length_km").length_km > 500


def test_a_station_on_the_way_is_not_joined_but_said(toy: cx.Network) -> None:
    n = merged(toy, [BRAVO, (2.005, 6.0), (1.0, 5.0)])
    row = n.repairs[n.repairs["kind"] == "passes station"].iloc[0]
    assert "passes Alpha and is not joined" in row["note"]
    assert row["metres"] < 1000


def test_a_second_plan_goes_onto_the_first_and_files_keep_both(toy: cx.Network, tmp_path: Path) -> None:
    first = merged(toy, [ALPHA, (3, 3)])
    plan = lines([(3, 3), (4.5, 1.5), DELTA]).assign(line_id="other")
    both = cx.merge_lines(first, plan, borders=countries())
    assert both.nodes["node_id"].is_unique
    assert both.edges["edge_id"].is_unique
    cx.save_network(both, tmp_path / "both.gpkg")
    again = opened(cx.load_network(tmp_path / "both.gpkg"), "plan-1", "other")
    assert cx.route(again, "Alpha", "Delta", weight="length_km", avoid=["line:west"]).countries == ("AAA", "DDD")


def test_what_cannot_be_merged_is_a_clear_error(toy: cx.Network) -> None:
    with pytest.raises(cx.LayerError, match=r"no end of the 1 planned lines .* the nearest is .* km off"):
        merged(toy, [(50, 50), (51, 51)])
    once = merged(toy, [ALPHA, DELTA])
    with pytest.raises(cx.SchemaError, match="has a line 'plan-1' already"):
        merged(once, [ALPHA, DELTA])
    with pytest.raises(cx.SchemaError, match="embedded borders do not know: AAA, BBB"):
        cx.merge_lines(toy, lines([ALPHA, DELTA]))


def test_a_plan_over_a_real_border_gets_its_crossing_point() -> None:
    """From Landi Kotal (1676 mm) to Jalalabad by Torkham on 1435: named, with a change of gauge, and shut until opened."""
    network = cx.load_network()
    at = network.nodes[network.nodes["station_id"] == "landi-kotal"].geometry.iloc[0]
    plan = lines([(70.45, 34.43), (71.05, 34.12), (at.x, at.y)], gauge_mm=1435)
    n = cx.merge_lines(network, plan)
    row = n.report().plans.iloc[0]
    assert row["crossings"] == "torkham"
    assert row["gauge_changes"] == "Jalalabad|Landi Kotal"  # 1520 planned in the one, 1676 in the other
    assert row["length_km"] == pytest.approx(length_km(np.array(plan.geometry.iloc[0].coords)), abs=5.0)
    assert row["n_loose"] == 0


def test_an_end_farther_than_the_snap_is_not_joined(toy: cx.Network) -> None:
    # 0.05 degrees north of Alpha are 5.5 km.
    plan = [(2, 6.05), (2, 7.5)]
    near = merged(toy, plan, options={"snap_km": 6.0})
    joined = near.repairs.set_index("kind").loc[["joined to station"]]
    assert joined["metres"].tolist() == [pytest.approx(5530, abs=20)]
    with pytest.raises(cx.LayerError, match="within 5 km of a rail station of the network"):
        merged(toy, plan, options={"snap_km": 5.0})


def test_a_gap_inside_a_plan_is_said_as_one_and_not_as_a_far_station(toy: cx.Network) -> None:
    n = merged(toy, [ALPHA, (3, 5)], [(3.003, 5), (3.5, 4.5)])  # 332 m between
    said = n.repairs[n.repairs["kind"] == "loose end"]["note"].tolist()
    assert [text.startswith("joined with nothing: another loose end of a planned line lies 33") for text in said] == [
        True, True, False
    ]  # fmt: skip
    joined = merged(toy, [ALPHA, (3, 5)], [(3.003, 5), (3.5, 4.5)], options={"snap_m": 400})
    assert (joined.repairs["kind"] == "loose end").sum() == 1


def test_a_plan_whose_file_calls_it_operating_carries_traffic_and_that_is_said(toy: cx.Network) -> None:
    n = merged(toy, [ALPHA, DELTA], status=["Operating"])
    assert n.repairs[n.repairs["kind"] == "operates"]["what"].tolist() == ["plan-1"]
    assert "line_id" in merged(toy, [ALPHA, DELTA]).report().plans
    assert not (merged(toy, [ALPHA, DELTA]).repairs["kind"] == "operates").any()
