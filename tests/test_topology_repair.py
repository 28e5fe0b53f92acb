"""Repair steps, on drawn lines: what is joined, what is not, and what is said about it."""

from unittest.mock import patch

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, Point

from corridors import topology
from corridors.topology import (
    close_gaps,
    contract,
    drop_duplicates,
    drop_parallels,
    explode_lines,
    node_crossings,
    node_points,
    node_vertices,
    repair_lines,
    snap_ends,
)
from corridors.topology._arrays import Ends, Ragged
from corridors.topology._boxes import Boxes, Cells, may_be_in
from corridors.topology._sphere import on_sphere_m

M = 1 / 111_195  # a metre of latitude, in degrees


def frame(*lines: object, **columns: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"line_id": [f"l{i}" for i in range(len(lines))], **columns},
        geometry=[LineString(x) if isinstance(x, list) else x for x in lines],
        crs=4326,
    )


def n_components(lines: gpd.GeoDataFrame) -> int:
    return len(np.unique(Ends.of(Ragged.of(lines.geometry.array)).components()))


def km(lines: gpd.GeoDataFrame) -> float:
    return float(Ragged.of(lines.geometry.array).lengths_m().sum()) / 1000


def shapes(lines: gpd.GeoDataFrame) -> list[str]:
    return sorted(shapely.to_wkt(shapely.normalize(lines.geometry.array), rounding_precision=6))


def test_multi_parts_become_rows_and_what_has_no_length_goes() -> None:
    parts = MultiLineString([[(0, 0, 5), (1, 0, 5)], [(2, 0, 5), (3, 0, 5)]])
    with np.errstate(invalid="ignore"):
        broken = shapely.from_wkt("LINESTRING (5 5, 5 NaN, 6 6)")
    lines, repairs = explode_lines(frame(parts, None, LineString(), [(4, 4), (4, 4)], broken))
    assert len(lines) == 2
    assert not lines.has_z.any()
    assert repairs.groupby("kind").size().to_dict() == {
        "no geometry": 2, "broken geometry": 1, "multi-part": 1, "zero length": 1,
    }  # fmt: skip
    assert set(repairs["what"]) == {"l0", "l1", "l2", "l3", "l4"}


def test_a_double_goes_whatever_its_direction_but_another_gauge_stays() -> None:
    xy = [(0, 0), (1, 0.5), (2, 0)]
    lines, repairs = drop_duplicates(frame(xy, xy[::-1], xy, gauge_mm=[1520, 1520, 1435]))
    assert lines["line_id"].tolist() == ["l0", "l2"]
    assert repairs["kind"].tolist() == ["duplicate"]
    assert repairs["metres"].iloc[0] == pytest.approx(km(lines) * 500, rel=1e-6)


def test_ends_within_the_tolerance_are_one_node_at_every_latitude() -> None:
    # ---o  o---   30 m apart, at the equator and at 75 degrees north, where a degree of longitude is a quarter
    for lat in (0.0, 75.0):
        apart = 30 * M / np.cos(np.radians(lat))
        lines = frame([(0, lat), (1, lat)], [(1 + apart, lat), (2, lat)])
        assert n_components(snap_ends(lines, snap_m=35).lines) == 1
        assert n_components(snap_ends(lines, snap_m=25).lines) == 2
        assert snap_ends(lines, snap_m=35).repairs["metres"].tolist() == pytest.approx([30], rel=1e-3)


def test_a_short_line_is_not_a_node() -> None:
    lines = frame([(0, 0), (1, 0)], [(1, 0), (1 + 20 * M, 0)], [(1 + 20 * M, 0), (2, 0)])
    same, repairs = snap_ends(lines, snap_m=50)
    assert len(same) == 3
    assert len(repairs) == 0


def test_lines_are_cut_at_vertices_that_they_share_and_stay_apart_under_a_bridge() -> None:
    #      |         |
    #   ---x---   ---|---      a shared vertex on the left, a bridge on the right
    #      |         |
    across = frame([(0, 0), (1, 0), (2, 0)], [(1, -1), (1, 0), (1, 1)])
    assert len(node_vertices(across).lines) == 4
    bridge = frame([(0, 0), (2, 0)], [(1, -1), (1, 1)])
    assert len(repair_lines(bridge).lines) == 2
    assert len(repair_lines(bridge, crossings=True).lines) == 4
    assert node_crossings(bridge).repairs["kind"].tolist() == ["crossing", "crossing"]


def test_a_loose_end_near_the_inside_of_a_line_is_a_junction() -> None:
    lines, repairs = repair_lines(frame([(0, 0), (2, 0)], [(1, 20 * M), (1, 1)]), snap_m=50)
    assert len(lines) == 3
    assert n_components(lines) == 1
    assert repairs.set_index("kind").loc["snap", "metres"] == pytest.approx(20, rel=1e-3)
    # Two tracks 20 m apart, each cut at the same kilometre: ends that are joined already do not cut the other track.
    tracks = frame([(0, 0), (1, 0)], [(1, 0), (2, 0)], [(0, 20 * M), (2, 20 * M)])
    assert len(repair_lines(tracks, snap_m=0).lines) == 3


def test_a_gap_between_components_is_closed_by_a_line_that_says_so() -> None:
    lines, repairs = close_gaps(frame([(0, 0), (1, 0)], [(1 + 200 * M, 0), (2, 0)]), gap_m=300)
    assert n_components(lines) == 1
    assert lines["repair"].tolist() == ["", "", "gap"]
    assert repairs[["kind", "note"]].to_numpy().tolist() == [["gap", "components joined"]]
    assert repairs["metres"].iloc[0] == pytest.approx(200, rel=1e-3)
    assert len(close_gaps(lines, gap_m=300).repairs) == 0


def test_a_gap_inside_a_component_is_closed_where_the_way_round_is_long() -> None:
    #   +-----------+
    #   |           |       200 m between the two loose ends, 400 km round
    #   +----o o----+
    ring = [(0.5 - 100 * M, 0), (0, 0), (0, 1), (1, 1), (1, 0), (0.5 + 100 * M, 0)]
    lines, repairs = close_gaps(frame(ring[:3], ring[2:]), gap_m=300)
    assert repairs["note"].tolist() == ["ends joined: the way round is far longer"]
    assert len(lines) == 3


def test_a_siding_stays_a_siding() -> None:
    # The buffer stop of a siding lies 10 m beside the main line and does not face it.
    main = [(0, 0), (0.01, 0), (1, 0)]
    siding = [(0.01, 0), (0.02, 10 * M), (0.2, 10 * M)]
    lines, repairs = repair_lines(frame(main, siding), snap_m=1, gap_m=100)
    assert "gap" not in set(repairs["kind"])
    assert len(lines) == 3


def test_chains_become_one_line_and_parallel_routes_stay() -> None:
    #        __b__
    #   a---<     >---d---e     two ways between the same nodes, and a chain of two behind them
    #        ‾‾c‾‾
    lines = frame(
        [(0, 0), (1, 0)], [(1, 0), (1.5, 0.5), (2, 0)], [(1, 0), (1.5, -0.5), (2, 0)], [(3, 0), (2, 0)], [(3, 0), (4, 0)]
    )  # fmt: skip
    joined, repairs = contract(lines)
    assert len(joined) == 4
    assert km(joined) == pytest.approx(km(lines))
    assert repairs["note"].tolist() == ["2 lines made one"]
    assert joined.geometry.iloc[3].coords[0] == (2.0, 0.0)
    assert len(contract(lines, keep=np.array([[3.0, 0.0]])).lines) == 5


def test_a_ring_keeps_the_node_farthest_from_its_junction() -> None:
    lines = frame([(0, 0), (1, 0)], [(1, 0), (2, 1)], [(2, 1), (0.5, 1)], [(0.5, 1), (1, 0)])
    joined = contract(lines).lines
    assert [line.coords[0] + line.coords[-1] for line in joined.geometry] == [(0, 0, 1, 0), (1, 0, 2, 1), (1, 0, 2, 1)]
    assert shapes(contract(joined).lines) == shapes(joined)


def test_the_terminus_of_a_double_track_stays_a_place() -> None:
    #        ___c___
    #   a---b       d    two tracks 20 m apart from b to d, and nothing beyond; one of them has a node on its way
    #        -------
    lines = frame(
        [(0, 0), (0.1, 0)], [(0.1, 0), (0.2, 10 * M)], [(0.2, 10 * M), (0.3, 0)], [(0.1, 0), (0.2, -10 * M), (0.3, 0)]
    )  # fmt: skip
    for repaired in (contract(lines).lines, repair_lines(lines, contract=True, snap_m=1).lines):
        ends = {xy for line in repaired.geometry for xy in (line.coords[0], line.coords[-1])}
        assert ends == {(0, 0), (0.1, 0), (0.3, 0)}
        assert km(repaired) == pytest.approx(km(lines))
    one, repairs = repair_lines(lines, parallels_m=30, snap_m=1)
    assert one["line_id"].tolist() == ["l0", "l1", "l2"]
    assert repairs["kind"].tolist() == ["parallel"]


def test_dropping_parallels_leaves_the_other_lines_and_their_nodes_alone() -> None:
    #   a---b---c===d   a station b on plain line, and two tracks from c to d
    lines = frame(
        [(0, 0), (0.1, 0)], [(0.1, 0), (0.2, 0)], [(0.2, 0), (0.3, 5 * M), (0.4, 0)], [(0.2, 0), (0.4, 0)]
    )  # fmt: skip
    one, repairs = repair_lines(lines, parallels_m=30, snap_m=1)
    assert one["line_id"].tolist() == ["l0", "l1", "l3"]
    assert repairs[["kind", "what"]].to_numpy().tolist() == [["parallel", "l2"]]


def test_two_tracks_side_by_side_become_one_on_request() -> None:
    a = [(0, 0), (0.1, 5 * M), (0.9, 5 * M), (1, 0)]
    b = [(0, 0), (0.1, -5 * M), (0.9, -5 * M), (1, 0)]
    far = [(0, 0), (0.5, 0.2), (1, 0)]
    lines, repairs = drop_parallels(frame(a, b, far), apart_m=30)
    assert len(lines) == 2
    assert repairs["kind"].tolist() == ["parallel"]


def test_lines_meet_across_the_antimeridian() -> None:
    lines = frame([(179, 60), (180, 60)], [(-180, 60), (-179, 60)], [(179.5, 61), (179.5, 60 + 10 * M)])
    assert n_components(repair_lines(lines, snap_m=50).lines) == 1
    over = frame([(179.5, 60), (-179.5, 60)], [(-179.9, 60 + 10 * M), (-179.9, 61)])
    assert n_components(repair_lines(over, snap_m=50).lines) == 1


def test_a_line_over_the_antimeridian_is_cut_there() -> None:
    over = frame(
        [(179, 60), (-179, 62)], [(180, 60), (-179, 60)], [(-179, 10), (179, 10), (-179, 10)], [(0, 0), (1, 0)]
    )
    lines, repairs = topology.node_antimeridian(over)
    assert lines["line_id"].tolist() == ["l0", "l0", "l1", "l2", "l2", "l2", "l3"]
    assert [list(x.coords) for x in lines.geometry[:3]] == [
        [(179, 60), (180, 61)], [(-180, 61), (-179, 62)], [(-180, 60), (-179, 60)],
    ]  # fmt: skip
    assert repairs["what"].tolist() == ["l0", "l1", "l2", "l2"]
    assert n_components(lines.iloc[:2]) == 1
    assert len(topology.node_antimeridian(lines).repairs) == 0


def test_the_usual_faults_of_openstreetmap_ways() -> None:
    """What went wrong in three country extracts, drawn.

    ::

        A==x==B   double track that shares a vertex x with a crossover in the middle of both ways, not at their ends
        B--T      a way that ends on the inside of another (a yard track), rounded by a metre
        T  o--C   a way missing near the border: 60 m
        ring      a turning loop that starts and ends in the middle of itself
    """
    up, down = [(0, 0), (0.5, 0), (1, 0)], [(0, 4 * M), (0.5 + 30 * M, 4 * M), (1, 4 * M)]
    crossover = [(0.5, 0), (0.5 + 30 * M, 4 * M)]
    yard = [(0.7, 0.5 * M), (0.8, 30 * M), (0.9, 30 * M)]
    beyond = [(1 + 60 * M, 0), (2, 0)]
    loop = [(2, 0), (2.01, 0.01), (2.02, 0), (2.01, -0.01), (2, 0)]
    lines, repairs = repair_lines(frame(up, down, crossover, yard, beyond, loop), snap_m=1, gap_m=100)
    assert n_components(lines) == 1
    assert repairs.groupby("kind").size().to_dict() == {"gap": 2, "junction": 3, "snap": 1}
    assert repair_lines(frame(up, down, crossover), snap_m=1).lines["line_id"].value_counts().to_dict() == {
        "l0": 2, "l1": 2, "l2": 1,
    }  # fmt: skip


def test_what_a_moved_end_brings_near_is_found_in_the_round_after() -> None:
    #         |            \
    #         o  35 m       \   the end goes 20 m to the slanted line, 14 m of it up,
    #   -------------------o \  and half as much in the middle: 28 m from the end above
    slanted = [(954 * M, 74 * M), (1074 * M, -46 * M)]
    lines = frame([(0, 0), (1000 * M, 0)], slanted, [(500 * M, 35 * M), (500 * M, 500 * M)])
    joined, repairs = repair_lines(lines, snap_m=30)
    assert n_components(joined) == 1
    assert repairs.loc[repairs["kind"] == "snap", "metres"].round().tolist() == [20, 28]


def test_a_line_that_a_gap_cuts_may_meet_itself() -> None:
    #    +--+
    #    |  |    o---    an end is not joined with its own line, which is two lines once the gap of 50 m is closed
    #   -+--+
    six = [(0, 0), (1000 * M, 0), (1000 * M, 1000 * M), (500 * M, 1000 * M), (500 * M, 15 * M)]
    lines = frame(six, [(1050 * M, 500 * M), (2000 * M, 500 * M)])
    assert len(repair_lines(lines, snap_m=30).lines) == 2
    joined, repairs = repair_lines(lines, snap_m=30, gap_m=100)
    assert repairs["kind"].tolist() == ["gap", "junction", "snap"]
    assert repairs["metres"].round().tolist() == [50, 0, 15]
    assert len(joined) == 5


def test_a_point_beside_a_line_cuts_it_where_no_end_is_near() -> None:
    #        x 300 m        x       only the first is farther from an end than 1 km
    #   o------------------------o
    #   o---------o  another component, 500 m away
    lines = frame([(0, 0), (0.5, 0)], [(0, 500 * M), (0.2, 500 * M)])
    points = np.array([[0.1, 300 * M], [0.499, 300 * M], [0.3, 0.2]])
    cut, repairs = node_points(lines, points, within_m=1000.0)
    assert shapes(cut) == shapes(
        frame(
            [(0, 0), (0.1, 0)], [(0.1, 0), (0.5, 0)], [(0, 500 * M), (0.1, 500 * M)], [(0.1, 500 * M), (0.2, 500 * M)]
        )
    )
    assert repairs["what"].tolist() == ["l0", "l1"]
    assert node_points(cut, points, within_m=1000.0).lines is cut


# Invariants ----------------------------------------------------------------------------------------------------------

LINES = st.lists(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=2, max_size=4), min_size=1, max_size=8
)
SPREAD = st.lists(st.integers(-40, 40), min_size=64, max_size=64)


def drawn(lines: list[list[tuple[int, int]]], spread: list[int], at: float) -> gpd.GeoDataFrame:
    """Lines on a grid of 100 m whose vertices are off by up to 40 m."""
    noise = iter(spread)
    points = [[(at + (x * 100 + next(noise)) * M, (y * 100 + next(noise)) * M) for x, y in line] for line in lines]
    return frame(*points)


OPTIONS = ({"snap_m": 30.0}, {"snap_m": 5.0, "gap_m": 80.0}, {"snap_m": 20.0, "gap_m": 120.0, "contract": True})


@pytest.mark.parametrize("options", OPTIONS)
@settings(deadline=None, max_examples=40, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(lines=LINES, spread=SPREAD, at=st.sampled_from([0.0, 10.0]))
def test_repairing_twice_is_repairing_once(lines: list, spread: list[int], at: float, options: dict) -> None:
    once = repair_lines(drawn(lines, spread, at), **options)
    twice = repair_lines(once.lines, **options)
    assert twice.repairs.to_dict("records") == []
    assert shapes(twice.lines) == shapes(once.lines)


@pytest.mark.parametrize("options", OPTIONS)
@settings(deadline=None, max_examples=40, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(lines=LINES, spread=SPREAD, order=st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(lines: list, spread: list[int], order: object, options: dict) -> None:
    before = drawn(lines, spread, 0.0)
    rows = list(range(len(before)))
    order.shuffle(rows)
    assert shapes(repair_lines(before, **options).lines) == shapes(repair_lines(before.iloc[rows], **options).lines)


@pytest.mark.parametrize("options", OPTIONS)
@settings(deadline=None, max_examples=40, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(lines=LINES, spread=SPREAD)
def test_length_is_kept_but_for_the_logged_metres(lines: list, spread: list[int], options: dict) -> None:
    before = drawn(lines, spread, 0.0)
    after, repairs = repair_lines(before, **options)
    metres = repairs.groupby("kind")["metres"].sum()
    gone = sum(metres.get(k, 0.0) for k in ("duplicate", "collapsed", "parallel"))
    expected = km(before) * 1000 + metres.get("gap", 0.0) - gone
    assert abs(km(after) * 1000 - expected) <= metres.get("snap", 0.0) + 0.05


@pytest.mark.parametrize("options", OPTIONS)
@settings(deadline=None, max_examples=60, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(lines=LINES, spread=SPREAD, at=st.sampled_from([0.0, 10.0]))
def test_looking_again_where_something_changed_is_looking_everywhere(
    lines: list, spread: list[int], at: float, options: dict
) -> None:
    before = drawn(lines, spread, at)
    again = repair_lines(before, **options)
    with patch("corridors.topology._pipeline._may_move", return_value=None):  # all may move, in each round
        everywhere = repair_lines(before, **options)
    assert again.lines.to_wkt().equals(everywhere.lines.to_wkt())
    assert again.repairs.equals(everywhere.repairs)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(lines=LINES, spread=SPREAD, at=st.sampled_from([0.0, 10.0]), within=st.sampled_from([30.0, 300.0]))
def test_cuts_at_points_keep_the_length_and_are_made_once(
    lines: list, spread: list[int], at: float, within: float
) -> None:
    before = repair_lines(drawn(lines, spread, at), snap_m=30.0).lines
    points = np.array([(at + 100 * x * M, 100 * y * M) for x in range(0, 13, 3) for y in range(0, 13, 3)], dtype=float)
    after = node_points(before, points, within_m=within).lines
    assert km(after) == pytest.approx(km(before), abs=1e-5)
    assert node_points(after, points, within_m=within).lines is after
    assert n_components(after) == n_components(before)


POINTS = st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90)), min_size=1, max_size=20)


@settings(deadline=None, max_examples=200, derandomize=True)
@given(points=POINTS, places=POINTS, metres=st.sampled_from([1.0, 1e3, 1e5]))
def test_a_look_from_afar_misses_no_point(points: list, places: list, metres: float) -> None:
    xy, boxes = np.array(points), Boxes.at(np.array(places)).widened(metres)
    apart = np.linalg.norm(on_sphere_m(xy)[:, None] - on_sphere_m(np.array(places)), axis=2)
    cells = Cells(xy)
    assert may_be_in(xy, boxes)[(apart <= metres).any(axis=1)].all()
    assert (cells.count(cells.under(boxes)) >= (apart <= metres).sum(axis=0)).all()


def test_nothing_in_nothing_out() -> None:
    none = frame([(0, 0), (1, 0)]).iloc[:0]
    assert len(repair_lines(none, gap_m=100, contract=True, parallels_m=10).lines) == 0


def test_every_public_step_returns_lines_and_repairs() -> None:
    lines = frame([(0, 0), (1, 0)])
    for step, options in (("explode_lines", {}), ("node_junctions", {"snap_m": 5}), ("node_crossings", {})):
        found = getattr(topology, step)(lines, **options)
        assert list(found.repairs.columns) == list(topology.REPAIR_COLUMNS)
        assert len(found.lines) == 1


def test_points_among_the_lines_are_dropped_and_said() -> None:
    assert explode_lines(frame(Point(1, 1), [(0, 0), (1, 0)])).repairs["kind"].tolist() == ["broken geometry"]
