"""OpenStreetMap in: files, an Overpass server on loopback, osmnx graphs; and what happens when they break."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

import corridors as cx
from continent import countries
from corridors.collect import osm

XML = """<?xml version='1.0'?><osm version="0.6" generator="drawn">
<node id="1" lat="6" lon="2" version="1"/><node id="2" lat="6" lon="3" version="1"/><node id="3" lat="6" lon="3.5" version="1"/>
<node id="4" lat="5" lon="3" version="1"/><node id="5" lat="7" lon="3" version="1"/>
<way id="10" version="1"><nd ref="1"/><nd ref="2"/><nd ref="3"/>
 <tag k="railway" v="rail"/><tag k="gauge" v="1520;1435"/><tag k="name" v="Магистраль"/><tag k="electrified" v="contact_line"/></way>
<way id="11" version="1"><nd ref="4"/><nd ref="2"/>
 <tag k="railway" v="construction"/><tag k="construction" v="rail"/></way>
<way id="12" version="1"><nd ref="2"/><nd ref="5"/><tag k="railway" v="construction"/><tag k="construction" v="subway"/></way>
<way id="13" version="1"><nd ref="2"/><nd ref="5"/><tag k="railway" v="rail"/><tag k="service" v="yard"/><tag k="gauge" v="broad"/></way>
<way id="14" version="1"><nd ref="1"/><nd ref="5"/><tag k="highway" v="trunk"/><tag k="ref" v="A2"/></way>
</osm>"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "drawn.osm"
    path.write_text(XML, encoding="utf-8")
    return path


def test_rail_comes_with_gauge_status_and_name(file: Path) -> None:
    pytest.importorskip("osmium")
    lines = osm.read_osm(file).set_index("line_id")
    assert lines["gauge_mm"].to_dict() == {"way-10": 1520, "way-11": 0, "way-13": 0}
    assert lines["status"].to_dict() == {"way-10": "operating", "way-11": "under_construction", "way-13": "operating"}
    assert lines.at["way-10", "name"] == "Магистраль"
    assert lines.at["way-10", "electrified"] == "contact_line"
    assert len(osm.read_osm(file, yards=False)) == 2
    assert osm.read_osm(file, mode="road")["name"].tolist() == ["A2"]


def test_ways_become_a_network_with_a_route(file: Path) -> None:
    pytest.importorskip("osmium")
    n = cx.build_network(rail=osm.read_osm(file), borders=countries())
    a, b = (n.nodes[n.nodes.geometry.y == y]["station_id"].iloc[0] for y in (7.0, 6.0))
    assert cx.route(n, a, b, weight="length_km").length_km > 100
    graph = osm.to_osmnx(n)
    assert graph.graph["crs"] == "epsg:4326"
    back = osm.from_osmnx(graph)
    assert back.shape[0] == len(n.edges)
    assert set(back["gauge_mm"]) == {1520}


def test_broken_files_are_clear_errors(file: Path, tmp_path: Path) -> None:
    pytest.importorskip("osmium")
    (tmp_path / "cut.osm").write_text(XML[:900], encoding="utf-8")
    (tmp_path / "text.osm.pbf").write_bytes(b"no pbf at all, but long enough to look at")
    (tmp_path / "none.osm").write_text("<osm version='0.6'></osm>")
    (tmp_path / "zero.osm").write_text("")
    for name, message in (
        ("cut.osm", "is it complete"), ("text.osm.pbf", "cannot read"), ("none.osm", "holds no rail"),
        ("zero.osm", "0 bytes"), ("lost.osm", "there is no OpenStreetMap file"),
    ):  # fmt: skip
        with pytest.raises(cx.LayerError, match=message):
            osm.read_osm(tmp_path / name)
    with pytest.raises(cx.SchemaError, match="allowed are rail, road"):
        osm.read_osm(file, mode="tram")


def test_a_way_is_cut_where_the_file_has_not_its_nodes_and_that_is_said(tmp_path: Path) -> None:
    pytest.importorskip("osmium")
    refs = {10: (1, 2, 99, 3, 4), 11: (98, 1), 12: (2, 5)}  # as in an extract by a box
    ways = "".join(
        f'<way id="{i}" version="1">{"".join(f"<nd ref={r!r}/>" for r in map(str, nodes))}<tag k="railway" v="rail"/></way>'
        for i, nodes in refs.items()
    )
    path = tmp_path / "cut.osm"
    path.write_text(XML.partition("<way")[0] + ways + "</osm>", encoding="utf-8")
    with pytest.warns(UserWarning, match=r"2 ways of 'cut.osm' are cut, or left out"):
        lines = osm.read_osm(path)
    assert lines["line_id"].tolist() == ["way-10", "way-12"]
    assert [list(part.coords) for part in lines.geometry[0].geoms] == [[(2, 6), (3, 6)], [(3.5, 6), (3, 5)]]


def test_an_odd_gauge_of_one_way_is_unknown_and_a_projected_graph_is_unprojected(tmp_path: Path) -> None:
    nx = pytest.importorskip("networkx")
    graph = nx.MultiDiGraph(crs="epsg:32642")
    graph.add_node(1, x=500_000.0, y=4_500_000.0)
    graph.add_node(2, x=510_000.0, y=4_500_000.0)
    graph.add_edge(1, 2, 0, gauge="15200")
    graph.add_edge(1, 2, 1, gauge="5000")
    lines = osm.from_osmnx(graph)
    assert lines["gauge_mm"].tolist()[0] == 0
    assert lines.total_bounds == pytest.approx([69.0, 40.65, 69.12, 40.65], abs=0.01)
    assert osm.gauge_mm("5000") == 0


ANSWER = json.dumps(
    {
        "elements": [
            *(
                {"type": "node", "id": i, "lon": x, "lat": y}
                for i, x, y in ((1, 2.0, 6.0), (2, 3.0, 6.0), (3, 3.5, 6.0))
            ),
            {
                "type": "way",
                "id": 10,
                "nodes": [1, 2, 3],
                "tags": {"railway": "rail", "gauge": "1520", "name": "Trunk"},
            },
            {"type": "way", "id": 11, "nodes": [1, 2], "tags": {"railway": "rail", "service": "yard"}},
        ]
    }
).encode()


@pytest.fixture
def overpass(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """An Overpass server on loopback that answers what ``plan`` says, in order."""
    ox = pytest.importorskip("osmnx")
    plan: list[tuple[int, bytes, float]] = []
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.append(self.path)
            status, body, wait = plan.pop(0) if len(plan) > 1 else plan[0]
            time.sleep(wait)
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except OSError:
                pass

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(ox.settings, "overpass_url", f"http://127.0.0.1:{server.server_port}/api")
    monkeypatch.setattr(ox.settings, "overpass_rate_limit", False)
    slept: list[float] = []
    monkeypatch.setattr(ox._overpass, "time", SimpleNamespace(sleep=slept.append))
    yield plan, asked, slept, tmp_path / "cache"
    server.shutdown()
    server.server_close()


BBOX = (1.9, 5.9, 2.2, 6.1)


def test_overpass_is_asked_once_and_then_the_cache(overpass) -> None:
    plan, asked, _, cache = overpass
    plan.append((200, ANSWER, 0))
    for _ in range(2):
        lines = osm.from_overpass(BBOX, cache=cache)
        assert lines["name"].tolist() == ["Trunk"]
        assert lines["gauge_mm"].tolist() == [1520]
    assert len(asked) == 1
    assert len(osm.from_overpass(BBOX, cache=cache, yards=True)) == 2


@pytest.mark.parametrize(
    ("answers", "timeout_s"),
    [([(200, ANSWER[: len(ANSWER) // 2], 0)], 5), ([(200, ANSWER, 2.0)], 0.3), ([(500, b"no", 0)], 5)],
)
def test_a_broken_or_silent_server_is_a_clear_error(overpass, answers, timeout_s) -> None:
    plan, _, _, cache = overpass
    plan += answers
    with pytest.raises(cx.LayerError, match=r"Overpass gave no lines for .* read a \.osm\.pbf"):
        osm.from_overpass(BBOX, cache=cache, timeout_s=timeout_s)


def test_a_busy_server_is_asked_again_after_a_pause(overpass) -> None:
    plan, asked, slept, cache = overpass
    plan += [(429, b"{}", 0), (200, ANSWER, 0)]
    assert len(osm.from_overpass(BBOX, cache=cache)) == 1
    assert len(asked) == 2
    assert max(slept) >= 30
