"""How long a leg is: posts along a line against its published total, on legs small enough to add up by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from legs import Leg
from lengths import choose_lengths
from linetables import Tables, read_tables

TABLES = Path(__file__).resolve().parent.parent / "geodata" / "tables"


def _leg(seq: int, from_id: str, to_id: str, *, track_km: float, posts: tuple[float | None, float | None]) -> Leg:
    """Draw a leg of 7 km as the crow flies with a track of a given length."""
    return Leg(
        line_id="drawn", seq=seq, from_id=from_id, to_id=to_id, gauges=(1520,), lonlat=np.zeros((2, 2)),
        great_circle_km=7.0, chord_km=7.0, graph_km=track_km, gap_km=0.0, post_from=posts[0], post_to=posts[1],
        sinuosity=1.1, has_shape=True,
    )  # fmt: skip


@pytest.fixture
def tables() -> Tables:
    read = read_tables(TABLES)
    rows = read.published.iloc[:1].assign(
        line_id="drawn", length_kind="route", from_id="", to_id="", extent="", confidence="high"
    )
    return Tables(**(vars(read) | {"published": rows}))


def _lengths(tables: Tables, published_km: float, legs: list[Leg]) -> tuple[list[float], list[str]]:
    tables.published["length_km"] = published_km
    result = choose_lengths(tables, "drawn", legs)
    return [round(km, 3) for km in result.length_km], result.source


def test_posts_that_add_up_to_the_published_length_stay(tables: Tables) -> None:
    legs = [
        _leg(10, "a", "b", track_km=10.0, posts=(0.0, 11.0)),
        _leg(20, "b", "c", track_km=10.0, posts=(11.0, 20.0)),
    ]
    assert _lengths(tables, 20.0, legs) == ([11.0, 9.0], ["km_post", "km_post"])


def test_posts_that_contradict_the_published_length_yield_to_it(tables: Tables) -> None:
    legs = [
        _leg(10, "a", "b", track_km=10.0, posts=(0.0, 11.0)),
        _leg(20, "b", "c", track_km=10.0, posts=(11.0, 20.0)),
    ]
    assert _lengths(tables, 23.0, legs) == ([11.5, 11.5], ["published_route", "published_route"])


def test_a_leg_without_posts_takes_what_the_published_length_leaves(tables: Tables) -> None:
    legs = [
        _leg(10, "a", "b", track_km=10.0, posts=(0.0, 11.0)),
        _leg(20, "b", "c", track_km=10.0, posts=(11.0, None)),
    ]
    assert _lengths(tables, 20.0, legs) == ([11.0, 9.0], ["km_post", "published_route"])


def test_without_any_figure_the_path_is_the_length(tables: Tables) -> None:
    legs = [_leg(10, "a", "b", track_km=10.0, posts=(None, None))]
    tables.published["line_id"] = "another"
    assert _lengths(tables, 99.0, legs) == ([10.0], ["matched"])


def test_no_leg_is_shorter_than_its_great_circle(tables: Tables) -> None:
    legs = [_leg(10, "a", "b", track_km=6.5, posts=(None, None))]
    tables.published["line_id"] = "another"
    assert _lengths(tables, 99.0, legs)[0] == [7.0]
