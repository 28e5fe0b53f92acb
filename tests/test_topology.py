"""Countries of a line, cuts, and ends that meet; on boxes whose borders are whole degrees."""

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString

from continent import countries
from corridors.topology import Boundaries, CrossingPoints, cut_line, join_ends

BORDERS = Boundaries(countries())
POST = CrossingPoints(["post"], ["AAA"], ["BBB"], np.array([4.0]), np.array([6.0]))
TWO_POSTS = CrossingPoints(["west", "east"], ["AAA"] * 2, ["BBB"] * 2, np.array([4.0, 4.0]), np.array([5.0, 6.0]))


def test_a_line_across_two_borders_has_three_countries_and_two_cuts() -> None:
    found = BORDERS.sequence(LineString([(2, 6), (10, 6)]))
    assert found.iso3 == ("AAA", "BBB", "CCC")
    assert [round(c.at, 6) for c in found.cuts] == [0.25, 0.75]


def test_a_wobble_along_a_border_is_noise_and_is_listed() -> None:
    # Runs along lon 4 and pokes into BBB for 0.05 degree (5.5 km) of its way.
    line = LineString([(3.99, 5.0), (3.99, 5.5), (4.01, 5.55), (3.99, 5.6), (3.99, 7.0)])
    found = BORDERS.sequence(line)
    assert found.iso3 == ("AAA",)
    assert len(found.noise) == 1
    assert found.noise[0][0] == "BBB"


def test_a_deep_excursion_is_no_noise_though_it_ends_where_it_began() -> None:
    # 0.4 degrees (44 km) into BBB and back; the two points on the border are 1.9 km apart.
    found = BORDERS.sequence(LineString([(3.0, 5.0), (4.4, 5.03), (3.0, 5.06)]))
    assert found.iso3 == ("AAA", "BBB", "AAA")
    assert found.noise == ()


def test_each_excursion_is_judged_by_its_own_length() -> None:
    # 19 km in BBB, 9.5 km at home, 9.5 km in BBB: no excursion of 38 km.
    line = LineString([(4.02, 7.7), (4.02, 7.6), (3.99, 7.5), (4.01, 7.4), (3.98, 7.3), (3.5, 7.0)])
    found = BORDERS.sequence(line, ends=("AAA", "AAA"), tolerance_km=20)
    assert found.iso3 == ("AAA",)
    assert sorted(round(km, 1) for _, km in found.noise) == [9.5, 18.8]
    assert BORDERS.sequence(line, ends=("AAA", "AAA"), tolerance_km=18).iso3 == ("AAA", "BBB", "AAA")


def test_a_long_excursion_is_a_double_crossing() -> None:
    found = BORDERS.sequence(LineString([(3, 5), (5, 5.5), (3, 6)]))
    assert found.iso3 == ("AAA", "BBB", "AAA")


def test_a_short_excursion_between_two_known_crossings_is_real() -> None:
    line = LineString([(3.99, 5.0), (4.02, 5.02), (4.02, 5.05), (3.99, 5.07)])
    near = CrossingPoints(["a", "b"], ["AAA"] * 2, ["BBB"] * 2, np.array([4.0, 4.0]), np.array([5.0, 5.07]))
    assert BORDERS.sequence(line).iso3 == ("AAA",)
    assert BORDERS.sequence(line, crossings=near).iso3 == ("AAA", "BBB", "AAA")
    one = CrossingPoints(["a"], ["AAA"], ["BBB"], np.array([4.0]), np.array([5.03]))
    assert BORDERS.sequence(line, crossings=one).iso3 == ("AAA",)  # a wobble beside one crossing
    far = LineString([(3.9, 5.0), (4.04, 5.05), (4.04, 5.95), (3.9, 6.0)])
    assert BORDERS.sequence(far, crossings=TWO_POSTS, tolerance_km=200).iso3 == ("AAA", "BBB", "AAA")
    assert BORDERS.sequence(far, tolerance_km=200).iso3 == ("AAA",)


def test_the_country_of_a_station_overrules_the_polygon() -> None:
    line = LineString([(3.5, 6), (3.98, 6)])
    assert BORDERS.sequence(line, ends=("AAA", "BBB")).iso3 == ("AAA", "BBB")
    assert BORDERS.sequence(line).iso3 == ("AAA",)


def test_a_known_crossing_near_the_cut_names_it_and_moves_it() -> None:
    line = LineString([(2, 6.1), (6, 6.1)])
    (cut,) = BORDERS.sequence(line, crossings=POST).cuts
    assert cut.crossing_id == "post"
    assert cut.at == pytest.approx(0.5)


def test_a_crossing_of_another_pair_names_nothing() -> None:
    other = CrossingPoints(["post"], ["CCC"], ["BBB"], np.array([4.0]), np.array([6.0]))
    (cut,) = BORDERS.sequence(LineString([(2, 6), (6, 6)]), crossings=other).cuts
    assert cut.crossing_id == ""


def test_a_stretch_over_the_sea_belongs_to_the_country_before_it() -> None:
    assert BORDERS.sequence(LineString([(2, 7), (2, 9), (3, 7)])).iso3 == ("AAA",)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.floats(0.1, 11.9), st.floats(0.1, 7.9)), min_size=2, max_size=8, unique=True))
def test_fractions_cover_the_line_without_gaps(points: list[tuple[float, float]]) -> None:
    line = LineString(points)
    found = BORDERS.sequence(line, crossings=TWO_POSTS)
    edges = [found.stretches[0].start, *(s.end for s in found.stretches)]
    assert edges[0] == 0.0
    assert edges[-1] == 1.0
    assert edges == sorted(edges)
    assert len(found.cuts) == len(found.stretches) - 1


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.floats(-170, 170), st.floats(-80, 80)), min_size=2, max_size=6, unique=True),
    st.lists(st.floats(0.01, 0.99), max_size=4),
)
def test_cutting_a_line_keeps_its_length_and_its_ends(points: list[tuple[float, float]], at: list[float]) -> None:
    line = LineString(points)
    pieces = cut_line(line, sorted(at))
    assert len(pieces) == len(at) + 1
    assert (pieces[0][0] == shapely.get_coordinates(line)[0]).all()
    assert (pieces[-1][-1] == shapely.get_coordinates(line)[-1]).all()
    for a, b in pairwise(pieces):
        assert (a[-1] == b[0]).all()
    planar = sum(LineString(p).length for p in pieces)
    assert planar == pytest.approx(line.length, rel=1e-9)


def test_ends_within_the_tolerance_are_one_node_at_any_latitude() -> None:
    # 0.001 degree of longitude is 111 m at the equator and 56 m at 60 degrees north.
    for lat, joined in ((0.0, False), (60.0, True)):
        lines = [LineString([(0, lat), (1, lat)]), LineString([(1.001, lat), (2, lat)])]
        ends, nodes = join_ends(lines, snap_m=60)
        assert (ends[0, 1] == ends[1, 0]) == joined
        assert len(nodes) == (3 if joined else 4)


def test_a_point_in_the_sea_belongs_to_the_nearest_country() -> None:
    assert [BORDERS.nearest_country(*at) for at in ((6, 2), (-1, 7), (13, 1), (6, -0.5))] == [
        "DDD",
        "AAA",
        "CCC",
        "DDD",
    ]
