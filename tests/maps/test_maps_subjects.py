"""Maps of a border, of closures, of access, of repairs and of what a network holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import page_checks
import pandas as pd
import pytest
from shapely.geometry import Point

import corridors as cx
from corridors import maps
from corridors.maps import _criticality
from corridors.topology._arrays import repair_rows
from corridors.units import chord_lengths_km

HOSTILE = '</script><img src=x onerror="window.__x=1">${window.__x=2}`C:\\2019'


# Laid out for paper: the panel ends above the footer, and the page is one sheet high.
PRINTED = """() => {
    corridor.paper.lay(true);
    const box = selector => document.querySelector(selector).getBoundingClientRect();
    const bottom = Math.max(...[...document.querySelector('.cm-panel').children].map(e => e.getBoundingClientRect().bottom));
    const fits = [bottom <= box('.cm-footer').top + 1, box('.cm-page').height < 723];
    corridor.paper.clear();
    return fits;
}"""


@pytest.fixture(scope="module")
def network() -> cx.Network:
    return cx.load_network()


@pytest.fixture(scope="module")
def border(network: cx.Network) -> cx.Border:
    return cx.border(network, "KGZ", "TJK")


@pytest.fixture(scope="module")
def kashmir(network: cx.Network) -> cx.Border:
    return cx.border(network, "IND", "PAK")


def repairs() -> pd.DataFrame:
    return pd.concat(
        [
            repair_rows("snap", ["a", "b"], [[60.0, 40.0], [61.0, 40.0]], [30.0, 12.5], "moved"),
            repair_rows("duplicate", ["c"], [[62.0, 41.0]], [5000.0], "dropped"),
            repair_rows("no geometry", ["d"], [[float("nan"), float("nan")]], [0.0], "dropped"),
            repair_rows("something new", ["e"], [[63.0, 41.0]], [1.0]),
        ],
        ignore_index=True,
    )


def access_of(*rows: tuple[str, str, str, float, str]) -> cx.Access:
    """An access result of places: name, country, target, hours, reason."""
    names, countries, targets, hours, reasons = zip(*rows, strict=True)
    n = len(rows)
    table = gpd.GeoDataFrame(
        {"place_id": names, "name": names, "iso3": countries, "target": targets, "time_h": hours, "length_km": [100.0] * n,
         "cost_usd_teu": [200.0] * n, "n_crossings": [1.0] * n, "reason": reasons, "market_access": [float("nan")] * n},
        geometry=[Point(60.0 + i, 40.0) for i in range(n)], crs=4326,
    )  # fmt: skip
    return cx.Access(table, {"targets": ["Sea A", "Sea B"], "cost_model": "simple", "as_of": "2026-01-01"})


class TestBorder:
    def test_the_line_drawn_is_the_line_measured(self, border: cx.Border) -> None:
        data = maps.draw(border).data
        km = 0.0
        for stretch in data["stretches"]:
            for line in stretch["lines"]:
                steps = pd.DataFrame([line[i : i + 2] for i in range(0, len(line), 2)]).cumsum() / 1000
                km += chord_lengths_km(steps.to_numpy(dtype=float)).sum()
        assert km == pytest.approx(border.length_km, rel=0.005)

    def test_each_crossing_point_is_one_sign_with_its_longest_observed_time(self, border: cx.Border) -> None:
        signs = {p["name"]: p for p in maps.draw(border).data["points"] if p["kind"] == "crossing"}
        assert len(signs) == border.crossings["crossing_id"].nunique()
        assert signs["Karamyk - Karamik"]["hours"] == [2.7]
        assert signs["Kyzyl-Art"]["hours"] == [None]

    def test_hours_stand_under_the_direction_they_were_observed_in(self, border: cx.Border) -> None:
        registry = maps.draw(border).data["tables"][-1]
        row = next(r for r in registry["rows"] if r[0] == "Karamyk - Karamik")
        assert registry["head"][2:] == ["h KGZ→TJK", "h TJK→KGZ"]
        assert row[1:] == ["road", "2.2", "2.7"]  # side A of this crossing is Tajikistan

    def test_where_it_ends_and_what_lies_across_are_signs(self, border: cx.Border) -> None:
        points = maps.draw(border).data["points"]
        assert sum(p["kind"] == "tripoint" for p in points) == 2
        assert [p["name"] for p in points if p["kind"] == "exclave"] == ["Vorukh"]

    def test_every_published_length_is_in_the_table(self, border: cx.Border) -> None:
        data = maps.draw(border).data
        lengths = data["tables"][0]
        assert [r[0] for r in lengths["rows"]] == ["972", "972", "1,007", "984", "835"]
        assert data["title"].startswith("Kyrgyzstan – Tajikistan: 972 to 1,007 km (published), 4 crossing points open")
        assert {c["iso3"] for c in data["countries"]} == {"KGZ", "TJK"}

    def test_a_long_list_of_crossing_points_is_cut_to_those_with_hours(self, network: cx.Network) -> None:
        border = cx.border(network, "KAZ", "RUS")
        registry = maps.draw(border).data["tables"][-1]
        assert all(r[2] != "–" or r[3] != "–" for r in registry["rows"])
        assert registry["note"].startswith(f"{len(border.crossings) - len(registry['rows'])} more")

    def test_parts_look_by_their_status(self, kashmir: cx.Border) -> None:
        data = maps.draw(kashmir).data
        assert sorted(s["look"] for s in data["stretches"]) == ["delimited", "line_of_control"]
        assert [t["caption"] for t in data["tables"]][1] == "Its parts today"
        assert "no crossing point open" in data["title"]

    def test_every_status_of_the_table_has_a_look(self) -> None:
        looks = set(maps.draw(access_of(("a", "AAA", "x", 1.0, ""))).data["style"]["stretch"])
        assert set(cx.load("border_status")["status"]) <= looks


class TestCriticality:
    def test_without_a_network_it_says_what_to_do(self, toy: cx.Network) -> None:
        found = cx.criticality(toy, [("Alpha", "Charlie")], modes="rail")
        with pytest.raises(maps.NotDrawableError, match="network="):
            maps.draw(found)

    def test_the_circle_is_the_hours_added(self, toy: cx.Network) -> None:
        found = cx.criticality(toy, [("Alpha", "Charlie")], modes="rail")
        points = {p["name"]: p for p in maps.draw(found, network=toy).data["points"]}
        assert points["One"]["hours"] == [pytest.approx(50)]  # counted by hand in test_resilience
        assert points["One"]["at"] == [4.0, 6.0]
        assert points["One"]["n_cut_off"] == 0

    def test_who_is_cut_off_is_marked_and_in_the_title(self, toy: cx.Network) -> None:
        found = cx.criticality(toy, [("Alpha", "Bravo")], avoid=["CCC"], modes="rail")
        data = maps.draw(found, network=toy).data
        assert [p["n_cut_off"] for p in data["points"]] == [1]
        assert "without it 1 pair of places has no way" in data["title"]
        assert ["Alpha – Bravo", "no way left"] in data["points"][0]["rows"]

    def test_lines_are_drawn_as_lines_and_ports_at_the_quay(self, toy: cx.Network) -> None:
        lines = maps.draw(cx.criticality(toy, [("Alpha", "Charlie")], of="lines", modes="rail"), network=toy).data
        assert [(s["look"], s["hours"]) for s in lines["stretches"]] == [("closure", pytest.approx(50))]
        ports = cx.criticality(toy, [("Aleph", "Coral")], of="ports", avoid=["BBB", "DDD"], modes=["rail", "sea"])
        assert sorted(p["at"] for p in maps.draw(ports, network=toy).data["points"]) == [[2.0, 1.9], [10.0, 1.9]]

    def test_a_country_stands_where_the_base_map_names_it(self, network: cx.Network) -> None:
        found = cx.criticality(network, [("Tashkent", "Moscow")], of="countries")
        points = maps.draw(found, network=network).data["points"]
        assert {tuple(p["at"]) for p in points} == {tuple(_criticality._country_points()["KAZ"])}

    def test_a_country_that_is_nowhere_is_counted(self, toy: cx.Network) -> None:
        found = cx.criticality(toy, [("Alpha", "Charlie")], of="countries", modes="rail")
        assert maps.draw(found, network=toy).data["n_unplaced"] == 1


class TestAccess:
    def test_every_place_is_a_dot_in_the_class_of_its_hours(self) -> None:
        data = maps.draw(access_of(("near", "AAA", "Sea A", 3.0, ""), ("far", "BBB", "Sea B", 49.0, ""))).data
        dots = data["dots"]
        assert dots is not None
        # 49 h in five classes of round hours: 12 h each, 48 to 60 h the last.
        assert {i["name"]: dots["looks"][i["look"]]["label"] for i in dots["items"]} == {
            "near": "under 12\u00a0h",
            "far": "48\u00a0h to 60\u00a0h",
        }

    def test_who_reaches_nothing_is_hollow_and_has_no_hours(self) -> None:
        data = maps.draw(access_of(("a", "AAA", "Sea A", 3.0, ""), ("b", "BBB", "", float("nan"), "no way"))).data
        dots = data["dots"]
        assert dots is not None
        lost = next(i for i in dots["items"] if i["name"] == "b")
        assert dots["looks"][lost["look"]]["hollow"]
        assert lost["values"][1:3] == ["no way", "–"]
        assert data["title"].endswith("1 without any way")
        assert data["tables"][0]["rows"] == [["AAA", "1", "3", "3", "Sea A"]]

    def test_the_real_one_has_all_places(self, network: cx.Network) -> None:
        found = cx.access(network)
        data = maps.draw(found).data
        assert data["dots"] is not None
        assert len(data["dots"]["items"]) == len(found.table)
        assert len(maps.draw(found, network=network).to_html()) < 1_000_000


class TestRepairs:
    def test_each_repair_with_a_place_is_a_dot_of_its_group(self) -> None:
        data = maps.draw(repairs()).data
        dots = data["dots"]
        assert dots is not None
        looks = [dots["looks"][i["look"]]["label"] for i in dots["items"]]
        assert looks == ["Ends moved or joined", "Ends moved or joined", "Dropped", "Other"]
        assert data["n_unplaced"] == 1
        assert data["tables"][0]["rows"][0] == ["snap", "2", "42", "30"]
        assert "42.5\u00a0m in all" in data["title"]


class TestNetworkTables:
    def test_what_a_scenario_changes_is_listed(self, toy: cx.Network) -> None:
        plan = cx.Scenario("plan").open("cut-off").close("crossing:one")
        table = maps.draw(plan.apply(toy), before=toy).data["tables"][0]
        assert table["caption"] == "What changes"
        assert [r[1] for r in table["rows"]].count("opened") >= 1
        assert ["One", "shut", "–"] in table["rows"]

    def test_kilometres_by_mode_are_those_of_the_edges(self, network: cx.Network) -> None:
        data = maps.draw(network).data
        rail = network.edges[(network.edges["kind"] == "track") & (network.edges["status"] == "operating")]
        row = next(r for r in data["tables"][0]["rows"] if r[0] == "rail")
        assert float(row[1].replace(",", "")) == pytest.approx(rail["length_km"].sum(), abs=40)


def spoiled(frame: Any) -> Any:
    """A frame whose texts are all hostile."""
    frame = frame.copy()
    for column in frame.columns:
        if (
            column not in ("geometry", "status", "mode", "kind", "iso3_a", "iso3_b")
            and frame[column].dtype.kind in "OTU"
        ):
            frame[column] = HOSTILE
    return frame


def drawn(kind: str, network: cx.Network) -> Iterator[Any]:
    """Maps of one kind: as it is, and with hostile texts."""
    if kind == "border":
        border = cx.border(network, "KGZ", "TJK")
        names = ("published", "segments", "crossings", "tripoints", "exclaves")
        yield maps.draw(border, network=network)
        yield maps.draw(dataclasses.replace(border, name=HOSTILE, **{n: spoiled(getattr(border, n)) for n in names}))
    elif kind in ("crossings", "lines"):
        found = cx.criticality(network, [("Tashkent", "Moscow"), ("Bishkek", "Duisburg")], of=kind)
        yield maps.draw(found, network=network)
        table, losers = (
            found.table.assign(name=HOSTILE, worst_pair=HOSTILE),
            found.losers.assign(origin=HOSTILE, instead=HOSTILE),
        )
        yield maps.draw(dataclasses.replace(found, table=table, losers=losers), network=network)
    elif kind == "access":
        yield maps.draw(cx.access(network, ["Poti", "Karachi"]), network=network)
        yield maps.draw(access_of((HOSTILE, HOSTILE, HOSTILE, 3.0, HOSTILE), ("b", "B", HOSTILE, 20.0, "")))
    else:
        yield maps.draw(repairs(), network=network)
        yield maps.draw(spoiled(repairs()).assign(kind=HOSTILE))


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["border", "crossings", "lines", "access", "repairs"])
def test_each_kind_opens_prints_and_shows_hostile_text_verbatim(
    browser: Any, network: cx.Network, tmp_path: Path, kind: str
) -> None:
    good, hostile = drawn(kind, network)
    path = tmp_path / "a map.html"
    good.save(path)
    assert path.stat().st_size < 1_000_000
    for width, height in ((1400, 900), (390, 844)):
        with page_checks.visit(browser, path, width=width, height=height) as seen:
            assert seen.problems() == []
            assert seen.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
            assert seen.page.evaluate("document.querySelectorAll('path.cm-stretch').length") >= len(
                good.data["stretches"]
            )
            signs = seen.page.evaluate("document.querySelectorAll('.cm-point').length")
            assert signs == len(good.data["points"])
            if signs:
                seen.page.evaluate("document.querySelector('.cm-point').focus()")
                seen.page.keyboard.press("Enter")
                assert seen.page.inner_text(".cm-card h3") in {p["name"] for p in good.data["points"]}
            if width > 1000:
                assert seen.page.evaluate(PRINTED) == [True, True]
                assert seen.page.evaluate("corridor.paper.png().then(uri => uri.startsWith('data:image/png'))")
    hostile.save(path)
    with page_checks.visit(browser, path) as seen:
        if hostile.data["points"]:
            seen.page.evaluate("document.querySelector('.cm-point').focus()")
            seen.page.keyboard.press("Enter")
            assert HOSTILE in seen.page.evaluate("document.querySelector('.cm-card').textContent")
        else:
            assert HOSTILE in seen.page.evaluate("document.querySelector('.cm-page').textContent")
        seen.page.wait_for_timeout(50)
        assert seen.page.evaluate("window.__x === undefined")
        assert seen.problems() == []
