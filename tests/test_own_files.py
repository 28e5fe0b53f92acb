"""The guide to one's own files, run as it stands on files as dirty as it says."""

import re
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import LineString, Point

import corridors as cx

GUIDE = Path(__file__).parents[1] / "docs" / "own_files.md"
BLOCKS = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL) if GUIDE.exists() else []
OSM = """<osm version="0.6"><node id="1" lat="41.3" lon="69.2" version="1"/><node id="2" lat="41.0" lon="69.9" version="1"/>
<way id="10" version="1"><nd ref="1"/><nd ref="2"/><tag k="railway" v="rail"/><tag k="gauge" v="1520"/></way></osm>"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The files that the guide names."""
    west, middle, east = (69.2, 41.3), (69.6, 41.2), (70.0, 41.0)
    lines = gpd.GeoDataFrame(
        {"NAME_RU": ["Запад", "Восток", None], "KOLEYA": [1520, None, 1520]},
        geometry=[
            LineString([west, middle]),
            LineString([(69.601, 41.2), east]),  # 84 m short of the first
            LineString([(69.4, 41.2501), (69.4, 41.4)]),  # ends 11 m from the inside of the first
        ],
        crs=4326,
    )
    lines.to_crs(32642).to_file(tmp_path / "lines.shp", encoding="cp1251")
    (tmp_path / "lines.cpg").unlink()
    gpd.GeoDataFrame({"name": ["West", "East"]}, geometry=[Point(west), Point(east)], crs=4326).to_file(
        tmp_path / "stations.shp"
    )
    nodes = cx.load_network().nodes.set_index("station_id")
    khyber = nodes.loc[["landi-kotal"]].geometry.iloc[0]
    plan = [LineString([(70.45, 34.43), (71.05, 34.12), (khyber.x, khyber.y)])]
    gpd.GeoDataFrame({"line_id": ["my-line"], "gauge_mm": [1435]}, geometry=plan, crs=4326).to_file(
        tmp_path / "plan.shp"
    )
    (tmp_path / "drawn.osm").write_text(OSM, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.skipif(not BLOCKS, reason="the docs are not in this distribution")
def test_the_guide_leads_from_a_dirty_shapefile_to_a_route_and_a_map(
    folder: Path, capsys: pytest.CaptureFixture
) -> None:
    pytest.importorskip("osmium")
    seen: dict = {}
    for block in BLOCKS:
        exec(compile(block, str(GUIDE), "exec"), seen)
    assert {"gap", "junction", "snap"} <= set(seen["found"].repairs["kind"])
    assert seen["found"].repairs["note"].str.startswith("found, not done").any()
    assert len(seen["network"].report().islands) == 0
    assert "Восток" in set(seen["network"].lines["name"])
    assert seen["route"].assumed_km == pytest.approx(0.084, abs=0.005)
    assert (folder / "route.html").stat().st_size > 100_000
    assert seen["again"].edges["length_km"].sum() == seen["network"].edges["length_km"].sum()
    plan = seen["future"].report().plans.iloc[0]
    assert (plan["crossings"], plan["n_loose"]) == ("torkham", 0)
    assert seen["graph"].number_of_edges() == 2
    assert "torkham" in capsys.readouterr().out.lower()
