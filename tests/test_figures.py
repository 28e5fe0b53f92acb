"""Charts and static maps: what is drawn, that it is the same each time, and that no text is taken for a program."""

from __future__ import annotations

import builtins
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import corridors as cx
from corridors import figures
from corridors.figures import _bars, _canvas, _distance, _map
from corridors.figures._canvas import box_of
from corridors.uncertainty import swings

pytest.importorskip("matplotlib", reason="matplotlib is not installed: pip install 'corridors[plot]'")
Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: pip install pillow")

HOSTILE = ["$\\frac{", "<script>alert(1)</script>", "a & b", "%d {0}", "سرخس"]


@pytest.fixture(scope="module")
def network() -> cx.Network:
    return cx.load_network()


@pytest.fixture(scope="module")
def found(network: cx.Network) -> cx.Comparison:
    return cx.compare(network, [("Almaty", "Duisburg")], k=2)


MAKERS = {
    "time": figures.distance_chart,
    "cost": lambda x: figures.distance_chart(x, by="cost"),
    "hours": figures.hours_chart,
    "range": figures.range_chart,
    "cost range": lambda x: figures.range_chart(x, by="cost"),
    "map": figures.route_map,
}


def texts(figure: Any) -> list[str]:
    from matplotlib.text import Text

    return [t.get_text() for t in figure.findobj(Text) if t.get_text()]


def boxes(figure: Any) -> list[tuple[str, Any]]:
    from matplotlib.text import Text

    renderer = figure.canvas.get_renderer()
    return [(t.get_text(), Text.get_window_extent(t, renderer)) for t in figure.findobj(Text) if t.get_text().strip()]


@pytest.fixture(scope="module")
def draws(network: cx.Network) -> cx.Simulation:
    ways = {"Middle": {"via": ["Baku"], "avoid": ["RUS"]}, "Southern": {"via": ["Tehran"], "avoid": ["RUS"]}}
    return cx.simulate(network, [("Almaty", "Istanbul")], corridors=ways, n=200)


class TestHowSure:
    def test_a_ridge_has_its_median_and_ninety_percent(self, draws: cx.Simulation) -> None:
        ax = figures.spread_chart(draws).axes[0]
        lines = [line for line in ax.lines if len(line.get_xdata()) == 2 and line.get_linewidth() == 4]
        bars = sorted(tuple(line.get_xdata()) for line in lines)
        table = draws.table.sort_values("time_h_p05")
        assert bars == [pytest.approx((r.time_h_p05 / 24, r.time_h_p95 / 24)) for r in table.itertuples()]

    def test_the_quickest_stands_first_and_no_winner_is_named_on_assumptions(self, draws: cx.Simulation) -> None:
        said = texts(figures.spread_chart(draws))
        order = [t for t in said if t in ("Middle", "Southern")]
        assert order == list(draws.table.sort_values("time_h_p50")["corridor"])
        assert draws.table["assumed_time_share"].max() > 0.5
        assert any("most hours are assumptions" in t for t in said)

    def test_a_pair_that_was_not_simulated_is_an_error(self, draws: cx.Simulation) -> None:
        with pytest.raises(cx.UnknownNameError, match="there are Almaty – Istanbul"):
            figures.spread_chart(draws, pair=("Almaty", "Paris"))

    def test_one_draw_has_no_curve(self, network: cx.Network) -> None:
        one = cx.simulate(network, [("Almaty", "Moscow")], n=1, k=1)
        assert not figures.spread_chart(one).axes[0].collections

    def test_swings_are_those_of_a_hand_calculation(self, toy: cx.Network) -> None:
        r = cx.route(toy, "Alpha", "Bravo", modes="rail")
        table = swings(r).set_index("parameter")
        # 250 km in AAA and in BBB at 40 km/h (30 to 55), one border of 12 h (4 to 36).
        assert r.time_h == pytest.approx(500 / 40 + 12)
        assert table.loc["crossing_h.rail.full at one", "swing_h"] == pytest.approx(32)
        assert table.loc["speed_kph.rail.default at AAA", "time_h_low"] == pytest.approx(250 / 30 + 250 / 40 + 12)
        assert table.loc["speed_kph.rail.default at BBB", "time_h_high"] == pytest.approx(250 / 55 + 250 / 40 + 12)
        # The hours are a sum of these three: all of them at their best make the low end of the range.
        best = table[["time_h_low", "time_h_high"]].min(axis=1) - r.time_h
        assert r.time_h + best.sum() == pytest.approx(r.time_range_h[0])

    def test_bars_of_the_tornado_reach_as_far_as_the_swings(self, toy: cx.Network) -> None:
        r = cx.route(toy, "Alpha", "Bravo", modes="rail")
        figure = figures.tornado_chart(r)
        assert max(p.get_width() for p in figure.axes[0].patches) == pytest.approx(
            24
        )  # 36 h instead of 12; below three days in hours
        assert any(t.startswith("Alpha – Bravo: hours at the border (rail, full, one) alone") for t in texts(figure))


class TestWhatIsDrawn:
    def test_the_line_ends_at_the_totals(self, network: cx.Network) -> None:
        r = cx.route(network, "Tashkent", "Moscow")
        ax = figures.distance_chart(r).axes[0]
        ends = [(line.get_xdata()[-1], line.get_ydata()[-1]) for line in ax.lines if len(line.get_xdata()) > 2]
        unit = 24 if r.time_h >= 72 else 1
        assert ends[0] == pytest.approx((r.length_km, r.time_h / unit))

    def test_a_vertical_step_is_the_standing_time_of_its_place(self, network: cx.Network) -> None:
        r = cx.route(network, "Almaty", "Duisburg")
        track = _distance._track(r, "time")
        assert sum(s.above - s.below for s in track.steps) == pytest.approx(r.standing_h)
        for step in track.steps:
            assert step.above > step.below
            at = np.searchsorted(track.km, step.km)
            assert track.km[at] == pytest.approx(step.km)

    def test_bars_add_up_to_the_hours(self, found: cx.Comparison) -> None:
        for r in found.routes:
            assert sum(_bars._parts(r).values()) == pytest.approx(r.time_h)

    def test_labels_name_the_borders_with_their_hours(self, found: cx.Comparison) -> None:
        said = " | ".join(texts(figures.distance_chart(found)))
        assert re.search(r"Brest - Terespol.*, 12 h", said)
        assert "km from the origin" in said

    def test_the_title_states_the_finding(self, found: cx.Comparison) -> None:
        best = min(found.routes, key=lambda r: r.time_h)
        title = figures.finding(found)
        assert title.startswith(f"Almaty – Duisburg: {best.time_h / 24:.1f} days {best.name}")
        assert title.endswith("most hours are assumptions")  # and so it names no winner
        assert title in texts(figures.distance_chart(found))

    def test_less_than_three_days_are_said_in_hours(self, toy: cx.Network) -> None:
        r = cx.route(toy, "Alpha", "Bravo", modes="rail")  # 24.5 h
        assert "500 km in 24.5 hours" in figures.finding(r)
        assert "24.5 hours" in texts(figures.hours_chart(r))
        assert figures.range_chart(r).axes[0].get_xlabel() == "hours"

    def test_names_of_many_routes_stay_inside_and_keep_their_numbers(self, network: cx.Network) -> None:
        r = cx.route(network, "Tashkent", "Moscow")
        names = [f"via KAZ-RUS-AZE-GEO-TUR-BGR-ROU-HUN-SVK-CZE ({i})" for i in range(1, 6)]
        figure = figures.distance_chart([replace(r, name=n) for n in names])
        words = {t.get_text(): t for t in figure.axes[0].texts}
        boxes = [box_of(figure, words[n]) for n in names]  # a KeyError where a name was cut or lost its number
        assert max(box[2] for box in boxes) < figure.bbox.x1
        assert min(box[1] for box in boxes) > figure.axes[0].bbox.y1

    def test_routes_of_several_pairs_are_told_apart_by_their_ends(self, network: cx.Network) -> None:
        routes = [cx.route(network, "Tashkent", "Moscow"), cx.route(network, "Almaty", "Moscow")]
        for draw in (figures.distance_chart, figures.route_map):
            assert any(t.startswith("Almaty – Moscow, ") for t in texts(draw(routes)))

    def test_letters_that_no_font_has_are_text_in_an_svg_and_a_warning_elsewhere(self, toy: cx.Network) -> None:
        r = cx.route(toy, "Alpha", "Bravo", modes="rail")
        figure = figures.distance_chart(r, title="Alpha – \u0a84")  # a code point that no font has a letter for
        assert "Alpha – \u0a84" in figures.image(figure, "svg").decode("utf-8")
        with pytest.warns(UserWarning, match="no font here has the letters \u0a84"):
            figures.image(figure, "png")

    def test_a_route_given_twice_is_drawn_once(self, network: cx.Network) -> None:
        found = cx.compare(network, [("Tashkent", "Moscow")], avoid=["IRN"], k=1)
        assert len(found.routes) == 2
        assert len(figures.distinct_routes(found)) == 1

    def test_more_routes_than_colours_are_counted(self, network: cx.Network) -> None:
        r = cx.route(network, "Tashkent", "Moscow")
        many = [replace(r, name=f"way {i}") for i in range(7)]
        assert any("2 more routes are not shown" in t for t in texts(figures.distance_chart(many)))

    def test_a_stretch_without_tariff_is_dashed_and_said(self, network: cx.Network) -> None:
        r = cx.route(network, "Almaty", "Duisburg", cost="titr-2024")
        assert r.is_lower_bound
        figure = figures.distance_chart(r, by="cost")
        assert any("lower bound" in t for t in texts(figure))
        assert any(line.get_linestyle() == "--" for line in figure.axes[0].lines)

    @pytest.mark.parametrize("name", ["time", "cost"])
    def test_no_label_lies_on_another_or_leaves_the_figure(self, found: cx.Comparison, name: str) -> None:
        figure = MAKERS[name](found)
        placed = [(t, b) for t, b in boxes(figure) if re.search(r", [\d,]+ (h|USD)$", t)]
        assert len(placed) > 4
        for i, (text, box) in enumerate(placed):
            assert 0 <= box.x0 < box.x1 <= figure.bbox.width, text
            for other, its in placed[i + 1 :]:
                apart = box.x1 <= its.x0 or its.x1 <= box.x0 or box.y1 <= its.y0 or its.y1 <= box.y0
                assert apart, (text, other)

    def test_the_map_shows_every_route_in_its_colour(self, network: cx.Network, found: cx.Comparison) -> None:
        png = figures.image(figures.route_map(found, network=network), "png")
        with Image.open(io.BytesIO(png)) as opened:
            counts = {c: n for n, c in opened.convert("RGB").getcolors(1 << 24)}
        for look, _ in zip(_canvas.route_looks(), figures.distinct_routes(found), strict=False):
            assert counts.get(tuple(bytes.fromhex(look["color"][1:])), 0) > 200

    def test_what_a_scenario_opens_is_dashed_as_the_plan_that_it_is(self, network: cx.Network) -> None:
        future = cx.Scenario("plan").open("trans-afghan-kharlachi").apply(network)
        route = cx.route(future, "Tashkent", "Karachi", avoid=["RUS"])
        assert "trans-afghan-kharlachi" in set(route.legs["line_id"])
        figure = figures.route_map(route, network=future)
        color = _canvas.route_looks()[0]["color"]
        dashed = [line for line in figure.axes[0].lines if line.get_color() == color and line.get_linestyle() == "--"]
        assert dashed
        assert "trans-afghan-kharlachi" in _map._planned(future)

    def test_the_map_is_equal_area(self, network: cx.Network) -> None:
        import pyproj

        projection = _map._Projection.around([cx.route(network, "Almaty", "Duisburg")])
        geod = pyproj.Geod(ellps="WGS84")
        for lon, lat in ((20.0, 50.0), (75.0, 44.0), (45.0, 60.0)):
            corners = np.array([[lon, lat], [lon + 0.1, lat], [lon + 0.1, lat + 0.1], [lon, lat + 0.1]])
            x, y = projection(corners).T
            plane = 0.5 * abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1)))
            assert plane == pytest.approx(abs(geod.polygon_area_perimeter(*corners.T)[0]), rel=2e-3)


class TestFiles:
    @pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
    def test_the_same_figure_has_the_same_bytes(self, network: cx.Network, tmp_path: Path, ending: str) -> None:
        r = cx.route(network, "Tashkent", "Moscow")
        for name in ("a", "b"):
            figures.save(figures.distance_chart(r), tmp_path / f"{name}.{ending}")
        content = (tmp_path / f"a.{ending}").read_bytes()
        assert content == (tmp_path / f"b.{ending}").read_bytes()
        assert content.startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[ending])
        assert b"Matplotlib v" not in content
        assert not re.search(rb"CreationDate|<dc:date>", content)

    def test_another_ending_is_refused_and_nothing_is_written(self, network: cx.Network, tmp_path: Path) -> None:
        with pytest.raises(cx.LayerError, match=r"must be \.png, \.svg or \.pdf"):
            figures.save(figures.distance_chart(cx.route(network, "Tashkent", "Moscow")), tmp_path / "a.gif")
        assert not list(tmp_path.iterdir())

    @pytest.mark.parametrize("name", MAKERS)
    @pytest.mark.filterwarnings("ignore:Glyph:UserWarning")
    def test_hostile_names_are_only_text(self, network: cx.Network, name: str) -> None:
        r = cx.route(network, "Tashkent", "Moscow")
        for text in HOSTILE:
            spoilt = replace(r, name=text, origin=replace(r.origin, name=text))
            svg = figures.image(MAKERS[name]([spoilt, r]), "svg")
            assert b"<script" not in svg

    @pytest.mark.parametrize("thing", [42, "Almaty", None, [], [1, 2]])
    def test_what_holds_no_route_is_refused(self, thing: Any) -> None:
        with pytest.raises(TypeError, match="no route to draw"):
            figures.distance_chart(thing)

    def test_without_matplotlib_the_error_says_what_to_install(
        self, network: cx.Network, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = builtins.__import__

        def without(name: str, *rest: Any, **more: Any) -> Any:
            if name.partition(".")[0] == "matplotlib":
                raise ImportError(name)
            return real(name, *rest, **more)

        monkeypatch.setattr(builtins, "__import__", without)
        with pytest.raises(cx.MissingExtraError, match=r"corridors\[plot\]"):
            figures.distance_chart(cx.route(network, "Tashkent", "Moscow"))


def test_hours_of_different_bases_never_share_an_axis(network: cx.Network) -> None:
    surveyed, declared, other = (
        cx.route(network, "Almaty", "Duisburg", cost=c) for c in ("survey-2022", "titr-2024", "block-train-2024")
    )
    for make in (figures.range_chart, figures.hours_chart, figures.distance_chart):
        drawn = " ".join(texts(make([surveyed, declared])))
        assert "1 more routes are not shown" in drawn
        assert "survey-2022 (observed)" in drawn
        assert "titr-2024" not in drawn
    both = " ".join(texts(figures.range_chart([declared, other])))
    assert "titr-2024 (declared)" in both
    assert "block-train-2024 (declared)" in both
