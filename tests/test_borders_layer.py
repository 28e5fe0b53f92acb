"""The shipped boundaries: one valid coverage, whose worldview is the one that its README states."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

ROOT = Path(__file__).resolve().parent.parent
BORDERS = ROOT / "geodata" / "borders"
PUBLISHED = ROOT / "geodata" / "tables" / "border_lengths.csv"
BASEMAP = ROOT / "maps" / "assets" / "basemap.json"

# Reviewed by hand. A change here is a change of worldview: say so in the CHANGELOG and in geodata/borders/README.md.
PLACES = {
    "Simferopol": (34.10, 44.95, "RUS"),
    "Donetsk": (37.80, 48.00, "UKR"),
    "Sukhumi": (41.02, 43.00, "GEO"),
    "Tskhinvali": (43.97, 42.23, "GEO"),
    "Tiraspol": (29.63, 46.84, "MDA"),
    "Pristina": (21.17, 42.66, "XKX"),
    "Kyrenia": (33.32, 35.33, "XNC"),
    "Kaliningrad": (20.51, 54.71, "RUS"),
    "Stepanakert": (46.75, 39.82, "AZE"),
    "Nakhchivan": (45.41, 39.21, "AZE"),
    "Golan Heights": (35.78, 33.00, "ISR"),
    "Ramallah": (35.20, 31.90, "PSE"),
    "Baikonur": (63.30, 45.62, "KAZ"),
    "Sokh": (71.13, 39.97, "UZB"),
    "Vorukh": (70.58, 39.86, "TJK"),
    "Muzaffarabad": (73.47, 34.37, "PAK"),
    "Gilgit": (74.31, 35.92, "PAK"),
    "Srinagar": (74.80, 34.08, "IND"),
    "Leh": (77.58, 34.16, "IND"),
    "Siachen": (77.10, 35.45, "XSG"),
    "Aksai Chin": (79.50, 35.20, "CHN"),
    "Shaksgam": (76.60, 36.10, "CHN"),
    "Tawang": (91.87, 27.59, "IND"),
    "Kunashir": (145.85, 44.10, "RUS"),
    "Taipei": (121.50, 25.03, "TWN"),
    "Hong Kong": (114.17, 22.40, "HKG"),
    "Uelen": (-169.83, 66.15, "RUS"),
}


@pytest.fixture(scope="module")
def countries() -> gpd.GeoDataFrame:
    return gpd.read_file(BORDERS / "countries.shp")


@pytest.fixture(scope="module")
def lines() -> gpd.GeoDataFrame:
    return gpd.read_file(BORDERS / "border_lines.shp")


def test_countries_are_a_valid_coverage_with_one_row_each(countries):
    assert countries.is_valid.all()
    assert shapely.coverage_is_valid(countries.geometry.to_numpy())
    assert countries["iso3"].is_unique
    assert countries["iso3"].str.fullmatch("[A-Z]{3}").all()
    assert countries["iso3"].is_monotonic_increasing


@pytest.mark.parametrize("layer", ["countries", "border_lines"])
def test_sidecar_files_say_what_the_numbers_and_letters_are(layer):
    assert gpd.read_file(BORDERS / f"{layer}.shp", rows=1).crs == "EPSG:4326"
    assert (BORDERS / f"{layer}.cpg").read_text() == "UTF-8"


@pytest.mark.parametrize(("lon", "lat", "iso3"), PLACES.values(), ids=PLACES.keys())
def test_hard_places_lie_where_the_worldview_says(countries, lon, lat, iso3):
    inside = shapely.contains_xy(countries.geometry.to_numpy(), lon, lat)
    assert countries.loc[inside, "iso3"].to_list() == [iso3]


def test_the_caspian_belongs_to_nobody(countries):
    assert not shapely.contains_xy(countries.geometry.to_numpy(), 50.5, 42.0).any()


def test_each_border_is_in_the_outlines_of_both_countries(countries, lines):
    vertices = {row.iso3: set(map(tuple, shapely.get_coordinates(row.geometry))) for row in countries.itertuples()}
    assert (lines["iso3_a"] < lines["iso3_b"]).all()
    assert not lines.duplicated(["iso3_a", "iso3_b"]).any()
    for line in lines.itertuples():
        shared = set(map(tuple, shapely.get_coordinates(line.geometry)))
        assert shared <= vertices[line.iso3_a] & vertices[line.iso3_b]


def test_three_countries_meet_in_one_vertex(lines):
    altai = (87.324273, 49.085810)
    pairs = lines.set_index(["iso3_a", "iso3_b"]).geometry
    for pair in [("CHN", "KAZ"), ("CHN", "RUS"), ("KAZ", "RUS")]:
        assert altai in set(map(tuple, shapely.get_coordinates(pairs[pair]).round(6)))


def test_borders_are_about_15_percent_shorter_than_published(lines):
    published = pd.read_csv(PUBLISHED).groupby(["iso3_a", "iso3_b"])["length_km"].first().dropna()
    ratio = (lines.set_index(["iso3_a", "iso3_b"])["length_km"] / published).dropna()
    assert len(ratio) >= 40
    assert 0.8 < ratio.median() < 0.9


def test_basemap_has_no_bar_across_the_map_and_a_hole_for_the_caspian():
    base = json.loads(BASEMAP.read_text(encoding="ascii"))
    polygons = [[_points(ring, base["precision"]) for ring in rings] for rings in base["land"]]
    closed = [np.vstack([ring, ring[:1]]) for rings in polygons for ring in rings]
    assert max(np.abs(np.diff(ring[:, 0])).max() for ring in closed) < 5
    assert max(ring[:, 0].max() for ring in closed) < 192
    land = [shapely.Polygon(rings[0], rings[1:]) for rings in polygons]
    for lon, lat, is_land in [(50.5, 42.0, False), (108.0, 53.6, False), (66.0, 48.0, True), (185.0, 66.5, True)]:
        assert any(polygon.contains(shapely.Point(lon, lat)) for polygon in land) is is_land


def test_basemap_draws_the_borders_that_are_analysed(lines):
    base = json.loads(BASEMAP.read_text(encoding="ascii"))
    known = set(lines["iso3_a"] + "|" + lines["iso3_b"])
    assert len(base["borders"]) == len(base["border_pairs"])
    assert set(base["border_pairs"]) <= known
    assert {"KAZ|UZB", "AFG|PAK", "KAZ|RUS"} <= set(base["border_pairs"])


def _points(line: list[int], precision: int) -> np.ndarray:
    return np.cumsum(np.reshape(line, (-1, 2)), axis=0) / 10**precision
