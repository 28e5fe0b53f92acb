"""What the page is told, without a browser."""

from __future__ import annotations

import itertools
import json
import math
from typing import Any

import geopandas as gpd
import map_fakes
import numpy as np
import pandas as pd
import pytest
import shapely

import corridors as cx
from corridors.errors import CorridorError
from corridors.maps import NotDrawableError, _compact, _encode, _routes, _values, payload

HOSTILE = [
    '<img src=x onerror="window.__x=1">',
    "</script><script>window.__x=1</script>",
    "<!--<script>",
    "${window.__x=1}",
    "`+(window.__x=1)+`",
    "C:\\2019\\new",
    'it\'s "quoted" & {{ 7*7 }} {% raw %}',
    "line\u2028separator\u0000nul\ud800",
    "constructor",
    "__proto__",
]


def decoded(line: list[int], precision: int) -> np.ndarray:
    return np.cumsum(np.array(line).reshape(-1, 2), axis=0) / 10**precision


class TestJson:
    @pytest.mark.parametrize("text", HOSTILE)
    def test_hostile_text_survives_and_cannot_close_the_element(self, text: str) -> None:
        written = _compact.to_json({"name": text})
        assert "<" not in written
        assert written.isascii()
        assert json.loads(written)["name"] == text

    @pytest.mark.parametrize("value", [math.nan, math.inf])
    def test_a_number_that_is_none_is_refused(self, value: float) -> None:
        with pytest.raises(ValueError, match="JSON compliant"):
            _compact.to_json({"x": value})


class TestCompact:
    def test_undoing_it_gives_the_payload_back(
        self, four_routes: list[map_fakes.FakeRoute], network: map_fakes.FakeNetwork
    ) -> None:
        data = payload.payload_of(four_routes, network=network)
        small = _compact.compact(data)
        assert len(_compact.to_json(small)) < 0.75 * len(_compact.to_json(data))

        def expanded(kind: str, table: Any) -> list[dict[str, Any]]:
            rows: list[dict[str, Any]] = [dict(small["defaults"][kind]) for _ in range(table["n"])]
            for key, column in table["columns"].items():
                is_dense = isinstance(column, list)
                at = range(len(column)) if is_dense else itertools.accumulate(column["step"])
                for i, value in zip(at, column if is_dense else column["value"], strict=True):
                    rows[i][key] = small["words"][value] if key in small["shared"][kind] else value
            return rows

        for kind in ("edges", "points", "places"):
            usual = small["defaults"][kind]
            assert expanded(kind, small[kind]) == [usual | row for row in data[kind]]  # type: ignore[literal-required]
        for thin, full in zip(small["routes"], data["routes"], strict=True):
            assert expanded("legs", thin["legs"]) == full["legs"]
        assert small["network"] is not None
        assert data["network"] is not None
        for kind, rows in (("lines", "lines"), ("points", "crossings")):
            usual = small["defaults"][kind]
            assert expanded(kind, small["network"][rows]) == [usual | row for row in data["network"][rows]]  # type: ignore[literal-required]


class TestEncoding:
    def test_a_line_is_its_first_point_and_steps(self) -> None:
        line = _encode.encode_line(np.array([[10.0, 50.0], [10.5, 50.25], [10.5, 50.25], [10.25, 50.0]]), precision=2)
        assert line == [1000, 5000, 50, 25, -25, -25]

    def test_decoding_gives_the_line_back_within_half_a_unit(self) -> None:
        rng = np.random.default_rng(1)
        line = np.column_stack((rng.uniform(20, 120, 500), rng.uniform(20, 70, 500)))
        assert np.abs(decoded(_encode.encode_line(line, precision=3), 3) - line).max() <= 0.0005001

    def test_rounding_errors_do_not_add_up(self) -> None:
        line = np.column_stack((np.arange(5000) * 0.00049 + 60, np.full(5000, 45.0)))
        assert decoded(_encode.encode_line(line, precision=2), 2)[-1] == pytest.approx(line[-1], abs=0.0051)

    def test_a_line_over_the_antimeridian_takes_the_short_way(self) -> None:
        line = decoded(_encode.encode_line(np.array([[179.0, 65.0], [-179.5, 66.0], [-178.0, 66.5]]), precision=2), 2)
        assert line[:, 0].tolist() == [179.0, 180.5, 182.0]

    def test_chukotka_is_drawn_beside_siberia(self) -> None:
        line = decoded(_encode.encode_line(np.array([[-170.0, 66.0], [-172.0, 65.0]]), precision=2), 2)
        assert line[:, 0].tolist() == [190.0, 188.0]

    def test_the_extent_runs_over_the_antimeridian(self) -> None:
        lines = [shapely.LineString([(179, 65), (-179, 66)]), shapely.LineString([(170, 60), (175, 62)]), None]
        assert _encode.extent(lines) == (170, 60, 181, 66)
        assert _encode.extent([None]) is None

    def test_a_coordinate_that_is_no_number_is_an_error(self) -> None:
        with pytest.raises(ValueError, match="not a number"):
            _encode.encode_line(np.array([[10.0, np.nan], [11.0, 50.0]]), precision=2)

    def test_a_short_line_keeps_two_vertices(self) -> None:
        assert _encode.encode_line(np.array([[10.0, 50.0], [10.0001, 50.0]]), precision=2) == [1000, 5000, 0, 0]

    @pytest.mark.parametrize("value", [None, math.nan, math.inf, pd.NA, pd.NaT, "many", True])
    def test_what_is_no_number_is_null(self, value: object) -> None:
        assert _values.number(value) is None

    def test_numbers_are_short(self) -> None:
        assert json.dumps([_values.number(1520.0), _values.number(np.float64(12.34567))]) == "[1520, 12.346]"


class TestRoutes:
    def test_totals_are_those_of_the_route(self, four_routes: list[map_fakes.FakeRoute]) -> None:
        data = payload.payload_of(four_routes)
        for route, drawn in zip(four_routes, data["routes"], strict=True):
            assert drawn["totals"]["length_km"] == pytest.approx(route.length_km, abs=0.05)
            assert drawn["totals"]["n_gauge_breaks"] == len(route.gauge_breaks)
            assert drawn["countries"] == route.countries

    def test_an_unknown_price_is_null_not_zero(self, four_routes: list[map_fakes.FakeRoute]) -> None:
        assert payload.payload_of(four_routes)["routes"][3]["totals"]["cost_usd"] is None

    def test_shared_track_is_written_once(self, four_routes: list[map_fakes.FakeRoute]) -> None:
        data = payload.payload_of(four_routes)
        n_legs = sum(len(r["legs"]) for r in data["routes"])
        n_unique = len({e for r in four_routes for e in r.legs["edge_id"]})
        assert len(data["edges"]) == n_unique < n_legs

    def test_a_leg_against_an_earlier_one_is_reversed(self) -> None:
        there = map_fakes.make_route("there", ["Almaty", "Shu", "Karagandy"])
        back = map_fakes.make_route("back", ["Almaty", "Shu", "Karagandy"])
        back.legs = back.legs.iloc[::-1].reset_index(drop=True)
        back.legs["geometry"] = shapely.reverse(back.legs.geometry.to_numpy())
        first, second = payload.payload_of([there, back])["routes"]
        assert [leg["reversed"] for leg in first["legs"]] == [False, False]
        assert [leg["reversed"] for leg in second["legs"]] == [True, True]

    def test_a_crossing_of_several_routes_is_one_mark(self, four_routes: list[map_fakes.FakeRoute]) -> None:
        points = payload.payload_of(four_routes)["points"]
        kapikule = [p for p in points if p["kind"] == "crossing" and p["name"].startswith("Kap")]
        assert [p["routes"] for p in kapikule] == [[2, 3]]

    def test_an_unknown_dwell_is_null(self, four_routes: list[map_fakes.FakeRoute]) -> None:
        hours = {p["name"]: p["hours"][0] for p in payload.payload_of(four_routes)["points"] if p["kind"] == "crossing"}
        assert hours["Shu / Tashkent"] is None
        assert hours["Budapest / Vienna"] == 0

    def test_a_default_dwell_is_not_drawn_as_data(self) -> None:
        route = map_fakes.make_route("north", map_fakes.PATHS["Northern, by Moscow and Brest"])
        route.crossings["is_default"] = route.crossings["name"].eq("Brest / Terespol")
        points = {p["name"]: p for p in payload.payload_of(route)["points"] if p["kind"] == "crossing"}
        assert points["Brest / Terespol"]["hours"] == [None]
        assert points["Brest / Terespol"]["default_h"] == 21

    def test_a_stop_without_position_is_counted_not_invented(self) -> None:
        route = map_fakes.make_route("north", map_fakes.PATHS["Northern, by Moscow and Brest"])
        route.crossings.loc[0, "lon"] = math.nan
        data = payload.payload_of(route)
        assert data["n_unplaced"] == 1
        assert len([p for p in data["points"] if p["kind"] == "crossing"]) == len(route.crossings) - 1

    def test_facts_name_date_costs_scenario_and_worldview(self, four_routes: list[map_fakes.FakeRoute]) -> None:
        assert payload.payload_of(four_routes)["facts"] == [
            ["Data as of", "2026-11-20"],
            ["Costs", "block-train-2024"],
            ["Scenario", "baseline"],
            ["Boundaries", "Natural Earth, de facto"],
        ]

    def test_sources_are_those_used_with_their_titles(self, four_routes: list[map_fakes.FakeRoute]) -> None:
        sources = payload.payload_of(four_routes)["sources"]
        assert [s["id"] for s in sources] == ["cpmm-2024", "oti-atlas", "tariff-manual-4"]
        assert sources[2]["text"] == "Tariff Manual No. 4, OSJD, 2024"

    def test_ends_are_marked_and_names_ranked(self, four_routes: list[map_fakes.FakeRoute]) -> None:
        places = payload.payload_of(four_routes)["places"]
        assert {p["name"]: p["ends"] for p in places if p["ends"]} == {"Almaty": [0, 1, 2, 3], "Duisburg": [0, 1, 2, 3]}
        assert [p["rank"] for p in places] == sorted(p["rank"] for p in places)

    def test_the_default_title_says_what_was_found(self, four_routes: list[map_fakes.FakeRoute]) -> None:
        assert payload.payload_of(four_routes)["title"] == "Almaty – Duisburg: 4 routes, 9.9 to 18.7 days"

    @pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (27, "AB"), (702, "AAA")])
    def test_letters_go_on_after_z(self, index: int, letters: str) -> None:
        assert _routes.letter_of(index) == letters

    def test_names_of_the_real_columns_are_known_too(self) -> None:
        route = map_fakes.make_route("north", map_fakes.PATHS["Northern, by Moscow and Brest"])
        plain = payload.payload_of(route)
        route.crossings = route.crossings.rename(columns={"iso3_a": "iso3_from", "iso3_b": "iso3_to"})
        renamed = {"gauge_a_mm": "gauge_from_mm", "gauge_b_mm": "gauge_to_mm"}
        route.gauge_breaks = pd.DataFrame(route.gauge_breaks).rename(columns=renamed)
        route.transshipments = route.transshipments.rename(columns={"from_mode": "mode_from", "to_mode": "mode_to"})
        assert payload.payload_of(route) == plain


class TestPlans:
    def test_what_a_scenario_opens_is_drawn_as_the_plan_that_it_is(self, network: map_fakes.FakeNetwork) -> None:
        future = map_fakes.make_network()
        future.edges["status"] = "operating"
        future.attrs = {**network.attrs, "opened": ["line:mazar-i-sharif-kabul", "crossing:torkham (rail)"]}
        future.lines = pd.DataFrame({"status": ["proposed"]}, index=["mazar-i-sharif-kabul"])
        route = map_fakes.make_route("south", ["Termez", "Mazar-i-Sharif", "Kabul", "Peshawar"])
        route.legs["status"] = "operating"
        route.crossings.loc[1, "crossing_id"] = "torkham"
        route.network = future
        data = payload.payload_of(route, network=future)
        edges = {e["line"]: (e["status"], e["opened"]) for e in data["edges"] if e["kind"] == "track"}
        assert edges["Mazar-i-Sharif–Kabul"] == ("proposed", True)
        assert edges["Termez–Mazar-i-Sharif"] == ("operating", False)
        assert data["network"] is not None
        assert {line["status"] for line in data["network"]["lines"]} == {"operating", "proposed"}
        assert [p["opened"] for p in data["points"] if p["kind"] == "crossing"] == [False, True]
        assert ["Opened by it", "mazar-i-sharif-kabul, crossing:torkham (rail)"] in data["facts"]

    def test_a_route_given_twice_is_drawn_once(self, four_routes: list[map_fakes.FakeRoute]) -> None:
        assert len(payload.payload_of([*four_routes, four_routes[0]])["routes"]) == 4


class TestSubjects:
    def test_each_kind_of_subject_is_recognised(
        self, four_routes: list[map_fakes.FakeRoute], network: map_fakes.FakeNetwork
    ) -> None:
        comparison = map_fakes.FakeComparison(four_routes, pd.DataFrame())
        assert len(payload.payload_of(four_routes[0])["routes"]) == 1
        assert len(payload.payload_of(tuple(four_routes))["routes"]) == 4
        assert len(payload.payload_of(map_fakes.FakeAlternatives(four_routes))["routes"]) == 4
        assert len(payload.payload_of(comparison)["routes"]) == 4
        drawn = payload.payload_of(network)
        assert not drawn["routes"]
        assert drawn["network"] is not None
        assert drawn["network"]["is_subject"]

    @pytest.mark.parametrize("thing", [42, "Almaty", None, [1, 2], {"legs": 1}, []])
    def test_anything_else_is_an_error_that_says_what_can_be_drawn(self, thing: Any) -> None:
        with pytest.raises(NotDrawableError, match="draw") as caught:
            payload.payload_of(thing)
        assert isinstance(caught.value, CorridorError)
        assert isinstance(caught.value, TypeError)


class TestNetwork:
    def test_background_lines_are_merged_by_look(self, network: map_fakes.FakeNetwork) -> None:
        route = map_fakes.make_route("r", ["Almaty", "Shu"])
        drawn = payload.payload_of(route, network=network)["network"]
        assert drawn is not None
        looks = [(line["mode"], line["status"], line["gauge_mm"]) for line in drawn["lines"]]
        assert len(looks) == len(set(looks))
        assert {"proposed", "superseded", "operating", "under_construction"} == {look[1] for look in looks}

    def test_a_network_that_is_the_subject_keeps_its_lines(self, network: map_fakes.FakeNetwork) -> None:
        drawn = payload.payload_of(network)["network"]
        assert drawn is not None
        assert len(drawn["lines"]) == network.edges["line_id"].nunique()
        total = sum(line["length_km"] or 0 for line in drawn["lines"])
        assert total == pytest.approx(network.edges["length_km"].sum(), abs=0.05 * len(drawn["lines"]))

    def test_the_modes_of_a_crossing_are_one_mark(self, network: map_fakes.FakeNetwork) -> None:
        drawn = payload.payload_of(network)["network"]
        assert drawn is not None
        assert {p["name"]: p["status"] for p in drawn["crossings"]} == {
            "Dostyk": "operating",
            "Hairatan": "operating",
            "Torkham": "closed",
        }

    def test_columns_may_be_missing(self) -> None:
        edges = gpd.GeoDataFrame(geometry=[map_fakes.line("Almaty", "Shu")], crs="EPSG:4326")
        nodes = gpd.GeoDataFrame({"node_id": []}, geometry=[], crs="EPSG:4326")
        bare = map_fakes.FakeNetwork(edges, nodes, nodes)
        drawn = payload.payload_of(bare)["network"]
        assert drawn is not None
        assert [(line["mode"], line["status"], line["gauge_mm"]) for line in drawn["lines"]] == [
            ("rail", "operating", None)
        ]


def test_dollars_are_for_the_cargo_and_of_two_cargoes_only_the_first_is_drawn() -> None:
    network = cx.load_network()
    by_tonne, by_teu = (cx.route(network, "Almaty", "Duisburg", cargo=c) for c in ("tonne", "teu"))
    data = payload.payload_of([by_tonne, by_teu])
    assert data["cost_unit"] == "tonne"
    assert [r["totals"]["cost_usd"] for r in data["routes"]] == [round(by_tonne.cost_usd)]
    assert sum(leg["cost_usd"] or 0.0 for leg in data["routes"][0]["legs"]) == pytest.approx(by_tonne.cost_usd, abs=5.0)
    assert ["Not drawn", "1 with assumed costs per TEU, which measure something else"] in data["facts"]
