"""Opening and closing, on the drawn continent."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import corridors as cx
from corridors.network import Network


def test_opening_a_line_opens_its_crossing_and_says_so(toy: Network) -> None:
    future = cx.Scenario("cut-off built").open("cut-off").apply(toy)
    assert future.attrs["opened"] == ["line:cut-off", "crossing:five (rail)"]
    r = cx.route(future, "Bravo", "Delta", weight="length_km")
    assert r.length_km == pytest.approx(460)
    assert list(r.crossings["name"]) == ["Five"]


def test_the_network_is_untouched(toy: Network) -> None:
    before = toy.tables["edges"]["status"].copy()
    cx.Scenario("x").open("cut-off").close("one").apply(toy)
    assert (toy.tables["edges"]["status"] == before).all()
    assert toy.attrs["scenario"] == "baseline"


def test_closing_a_crossing_lengthens_the_route(toy: Network) -> None:
    shut = cx.Scenario("One shut").close("crossing:one").apply(toy)
    r = cx.route(shut, "Alpha", "Charlie", weight="length_km", modes="rail")
    assert r.length_km == pytest.approx(1400)
    assert shut.attrs["closed"] == ["crossing:one"]


def test_closing_one_mode_leaves_the_other(toy: Network) -> None:
    shut = cx.Scenario("trucks stopped").close("three", mode="road").apply(toy)
    assert cx.route(shut, "Aleph", "Delta", modes="rail").n_crossings == 1
    with pytest.raises(cx.NoRouteError):
        cx.route(shut, "Aleph", "Coral", modes="road")


def test_a_line_in_the_air_is_refused(toy: Network) -> None:
    with pytest.raises(cx.ScenarioError, match="unconnected at Isle and Islet"):
        cx.Scenario("x").open("island").apply(toy)


def test_an_unknown_line_is_refused_with_a_hint(toy: Network) -> None:
    with pytest.raises(cx.UnknownNameError, match="did you mean 'cut-off'"):
        cx.Scenario("x").open("cutoff").apply(toy)


def test_opening_what_is_open_changes_nothing(toy: Network) -> None:
    again = cx.Scenario("x").open("north").apply(toy)
    assert again.attrs["opened"] == []


def test_a_mode_that_a_crossing_has_not_is_refused(toy: Network) -> None:
    with pytest.raises(cx.ScenarioError, match="has no road; it has rail"):
        cx.Scenario("x").close("one", mode="road").apply(toy)


def test_scenarios_on_different_things_commute(toy: Network) -> None:
    a, b = cx.Scenario("a").open("cut-off"), cx.Scenario("b").close("one")
    ab, ba = b.apply(a.apply(toy)), a.apply(b.apply(toy))
    assert (ab.tables["edges"]["status"] == ba.tables["edges"]["status"]).all()


def test_crossings_have_the_state_of_their_day(toy: Network) -> None:
    def status(network: Network) -> str:
        c = network.crossings
        return str(c.loc[(c["crossing_id"] == "four") & (c["mode"] == "road"), "status"].iloc[0])

    assert status(toy) == "closed"
    assert status(toy.as_of("2025-06-30")) == "operating"
    assert status(toy.as_of("2025-07-01")) == "closed"
    before = toy.as_of("2025-06-30")
    assert cx.route(before, "Aleph", "Coral", modes="road").length_km == pytest.approx(900)
    assert before.attrs["as_of"] == "2025-06-30"
    with pytest.raises(ValueError, match="must be 'latest' or a day"):
        toy.as_of("last summer")


def test_compare_reports_a_failed_pair_and_goes_on(toy: Network) -> None:
    plan = cx.Scenario("plan").open("cut-off").apply(toy)
    found = cx.compare(
        {"today": toy, "plan": plan}, [("Alpha", "Nowhere"), ("Bravo", "Delta")], avoid=["AAA"], modes="rail"
    )
    reasons = found.table.loc[found.table["destination"] == "Nowhere", "reason"]
    assert list(reasons.str[:18]) == ["no place 'Nowhere'", "no route that avoi"] * 2
    today, built = (
        found.table[(found.table["scenario"] == s) & (found.table["destination"] == "Delta")] for s in ("today", "plan")
    )
    assert today["length_km"].iloc[0] == pytest.approx(1200)
    assert built["length_km"].iloc[0] == pytest.approx(460)
    assert len(found.routes) == (found.table["reason"] == "").sum()


def test_closing_a_country_closes_its_borders_too(toy: Network) -> None:
    shut = cx.Scenario("x").close("BBB").apply(toy)
    assert shut.attrs["closed"] == ["country:BBB"]
    assert cx.route(shut, "Alpha", "Charlie", weight="length_km", modes="rail").countries == ("AAA", "DDD", "CCC")
    with pytest.raises(cx.CorridorError):
        cx.route(shut, "Alpha", "Bravo")


def test_a_border_a_port_a_mode_and_a_sea_can_be_shut_and_opened_again(toy: Network) -> None:
    for target, options in (
        ("border:AAA-BBB", {"modes": "rail"}),
        ("mode:rail", {"modes": "rail"}),
        ("port:aleph-port", {"modes": ["sea", "rail"], "avoid": ["BBB", "DDD"]}),
    ):
        origin, destination = ("Aleph", "Coral") if "port" in target else ("Alpha", "Bravo")
        shut = cx.Scenario("x").close(target).apply(toy)
        before = cx.route(toy, origin, destination, **options).length_km
        with contextlib.suppress(cx.NoRouteError):
            assert cx.route(shut, origin, destination, **options).length_km > before
        again = cx.Scenario("y").open(target).apply(shut)
        assert cx.route(again, origin, destination, **options).length_km == pytest.approx(before)


def test_no_transit_bars_what_passes_and_not_what_begins_or_ends(toy: Network) -> None:
    barred = cx.Scenario("x").no_transit("BBB").apply(toy)
    assert "BBB" not in cx.route(barred, "Alpha", "Charlie", modes="rail").countries
    assert cx.route(barred, "Alpha", "Bravo", modes="rail").countries == ("AAA", "BBB")
    assert cx.route(barred, "Bravo", "Charlie", modes="rail").countries == ("BBB", "CCC")


def test_changed_costs_travel_with_the_network_and_count_as_assumed(toy: Network) -> None:
    def edges_h(network: Network) -> tuple[float, float, float, float]:
        r = cx.route(network, "Alpha", "Bravo", modes="rail")
        return r.moving_h, r.standing_h, r.cost_usd, r.assumed_time_share

    moving, standing, usd, _ = edges_h(toy)
    slow = cx.Scenario("slow").change("speed", "line:north", factor=0.5).change("dwell", "one", to=48.0)
    dear = slow.change("tariff", mode="rail", factor=2).change("fee", "border:AAA-BBB", to=0)
    m, s, u, assumed = edges_h(dear.apply(toy))
    assert m == pytest.approx(2 * moving)
    assert s == pytest.approx(48)
    assert u == pytest.approx(
        2 * (usd - 430 - 150) + 150
    )  # 430 at the border, 150 for the shipment whatever it pays a km
    assert assumed == pytest.approx(1.0)
    assert edges_h(toy)[:2] == (moving, standing)
    assert edges_h(cx.Scenario("again").change("dwell", "one", factor=2).apply(dear.apply(toy)))[1] == pytest.approx(96)


def test_a_gauge_change_can_be_made_quicker(toy: Network) -> None:
    quick = cx.Scenario("new depot").change("gauge_change", "DDD", to=2.0).apply(toy)
    assert cx.route(quick, "Aleph", "Coral", modes="rail").gauge_breaks["time_h"].tolist() == [2.0]


def test_lines_open_by_the_year_in_which_they_are_due(toy: Network) -> None:
    lines = dict(toy.tables["lines"])
    due = lines["due_year"].astype(object)
    due[lines["line_id"] == "cut-off"] = 2030
    due[lines["line_id"] == "island"] = 2029
    dated = toy.with_tables(lines={"due_year": due})
    assert cx.Scenario("x").due_by(2028).apply(dated).attrs["opened"] == []
    by = cx.Scenario("x").due_by(2030).apply(dated)
    assert by.attrs["opened"] == ["line:cut-off", "crossing:five (rail)"]
    assert by.attrs["not_opened"] == ["line:island"]


def test_a_scenario_says_in_words_what_it_does_and_survives_a_file(tmp_path: Path) -> None:
    plan = (
        cx.Scenario("Plan “A”", note="a test", source="drawing", pairs=(("Alpha", "Bravo"),), modes=("rail",))
        .as_of("2025-06-30")
        .open("cut-off")
        .close("three", mode="road")
        .change("speed", "sea:inner", factor=0.5)
        .no_transit("BBB")
        .due_by(2035)
    )
    assert str(plan) == (
        "Plan “A”: crossings as of 2025-06-30, open cut-off, close three for road, speed of sea:inner × 0.5, "
        "no transit through BBB, open what is due by 2035"
    )
    plan.save(tmp_path / "plan.toml")
    assert cx.Scenario.load(tmp_path / "plan.toml") == plan


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("name = ", cx.LayerError, "cannot read the scenario"),
        ("title = 'x'", cx.SchemaError, "title unknown"),
        ("note = 'x'", cx.SchemaError, "name missing"),
        ("name = 5", cx.SchemaError, "name is 5; it must be text"),
        ("name = 'x'\n[edit]\naction = 'open'", cx.SchemaError, r"a list of edits, each below \[\[edit\]\]"),
        (
            "name = 'x'\n[[edit]]\naction = 'change'\nwhat = 'dwell'\ntarget = 'one'\nto = '48'",
            cx.ScenarioError,
            "'48' is no number; it is one without quotes, in h",
        ),
        ("name = 'x'\n[[edit]]\naction = 'open'", cx.SchemaError, "needs action and target"),
        ("name = 'x'\n[[edit]]\naction = 'melt'\ntarget = 'one'", cx.ScenarioError, "action is 'melt'"),
    ],
)
def test_a_broken_scenario_file_is_refused(tmp_path: Path, text: str, error: type[Exception], message: str) -> None:
    path = tmp_path / "x.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=message):
        cx.Scenario.load(path)


def test_changes_that_mean_nothing_are_refused(toy: Network) -> None:
    for options, message in (
        ({"what": "colour", "factor": 2}, "a change is of 'colour'"),
        ({"what": "speed"}, "give factor or to"),
        ({"what": "speed", "factor": 0}, "no positive number"),
        ({"what": "dwell", "to": -1}, "no positive number"),
    ):
        with pytest.raises(cx.ScenarioError, match=message):
            cx.Scenario("x").change(**options)  # type: ignore[arg-type]
    with pytest.raises(cx.ScenarioError, match="nothing of this kind"):
        cx.Scenario("x").change("dwell", "line:west", factor=2).apply(toy)
    with pytest.raises(cx.ScenarioError, match="one date"):
        cx.Scenario("x").as_of("latest").as_of("2025-01-01").apply(toy)
    with pytest.raises(cx.ScenarioError, match="make one scenario of both with then"):
        cx.Scenario("x").as_of("latest").apply(cx.Scenario("y").close("one").apply(toy))
    both = cx.Scenario("y").close("one").then(cx.Scenario("x").as_of("2025-06-30"))
    assert both.name == "y + x"
    assert both.apply(toy).attrs["closed"] == ["crossing:one"]
    with pytest.raises(cx.UnknownNameError, match="no scenario 'rasht-astra'; did you mean 'rasht-astara'"):
        cx.Scenario.load("rasht-astra")


PARTS = st.lists(
    st.sampled_from(["one", "two", "three", "four", "south-broad", "east", "ferry", "CCC", "port:coral-port"]),
    unique=True,
    max_size=4,
)
OPENED = st.lists(
    st.sampled_from(["one", "two", "four", "CCC", "port:coral-port", "mode:road"]), unique=True, max_size=3
)
PAIRS = st.sampled_from([("Alpha", "Coral"), ("Aleph", "Charlie"), ("Bravo", "Delta"), ("Charlie", "Twin-A")])
WEIGHTS = st.sampled_from(["length_km", "time_h", "cost", "n_crossings"])
MODES = st.sampled_from([("rail",), ("rail", "sea"), ("rail", "road", "sea")])
on_toy = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def least(network: Network, pair: tuple[str, str], weight: str, modes: tuple[str, ...]) -> float:
    found = cx.matrix(network, [pair[0]], [pair[1]], weight=weight, modes=modes)
    return float(found.iloc[0, 2]) if found["reason"].iloc[0] == "" else float("inf")


@on_toy
@given(closed=PARTS, opened=OPENED, pair=PAIRS, weight=WEIGHTS, modes=MODES)
def test_closing_never_shortens_and_opening_never_lengthens(
    toy: Network, closed: list[str], opened: list[str], pair: tuple[str, str], weight: str, modes: tuple[str, ...]
) -> None:
    base = cx.Scenario("x").close(*closed).apply(toy)
    after = cx.Scenario("y").open("cut-off", *opened).apply(base)
    assert least(toy, pair, weight, modes) <= least(base, pair, weight, modes)
    assert least(after, pair, weight, modes) <= least(base, pair, weight, modes)


ON_DIFFERENT_THINGS = [
    cx.Scenario("a").close("two"),
    cx.Scenario("b").open("cut-off"),
    cx.Scenario("c").change("speed", "line:north", factor=0.5),
    cx.Scenario("d").change("dwell", "three", to=48).change("fee", "three", factor=3),
    cx.Scenario("e").change("gauge", "line:south-standard", to=1520),
    cx.Scenario("f").change("transshipment", "sea:inner", factor=2),
    cx.Scenario("g").no_transit("BBB"),
    cx.Scenario("h").close("mode:road"),
]


@on_toy
@given(plans=st.lists(st.sampled_from(ON_DIFFERENT_THINGS), unique=True, max_size=6), data=st.data())
def test_scenarios_that_touch_different_things_commute(
    toy: Network, plans: list[cx.Scenario], data: st.DataObject
) -> None:
    def answers(order: list[cx.Scenario]) -> str:
        network = toy
        for plan in order:
            network = plan.apply(network)
        ends = ["Alpha", "Aleph", "Bravo", "Delta", "Coral"]
        return str(cx.matrix(network, ends, ends, weight=["time_h", "cost"], modes=["rail", "road", "sea"]).to_csv())

    assert answers(plans) == answers(data.draw(st.permutations(plans)))


def test_a_line_of_another_gauge_moves_the_break(toy: Network) -> None:
    def breaks(plan: cx.Scenario, origin: str = "Alpha", destination: str = "Coral") -> list[tuple[str, int, int]]:
        way = cx.route(plan.apply(toy), origin, destination, avoid=["BBB"], modes="rail")
        return [(r.name, r.gauge_from_mm, r.gauge_to_mm) for r in way.gauge_breaks.itertuples()]

    today = cx.Scenario("today")
    assert breaks(today) == [("Delta", 1520, 1435)]
    assert breaks(today.change("gauge", "line:south-broad", to=1435)) == [("Aleph", 1520, 1435)]
    assert breaks(today.change("gauge", "line:south-standard", to=1520)) == []
    # A leg over a border is one track: DDD's gauge reaches Aleph in AAA and Coral in CCC.
    both = [("Aleph", 1520, 1676), ("Coral", 1676, 1435)]
    assert breaks(today.change("gauge", "DDD", to=1676), "Alpha", "Charlie") == both
    assert breaks(today.change("gauge", "mode:rail", to=1000)) == []
    assert breaks(today.change("gauge", "DDD", to=1676), "Aleph", "Delta") == []


def test_a_line_of_another_gauge_keeps_its_kilometres_transfers_and_other_changes(toy: Network, tmp_path: Path) -> None:
    plan = cx.Scenario("x").change("speed", "line:west", factor=0.5).change("gauge", "line:west", to=1435)
    laid = plan.apply(toy)
    km = [n.edges.query("kind == 'track'")["length_km"].sum() for n in (toy, laid)]
    assert km[0] == pytest.approx(km[1])
    slow = cx.route(laid, "Alpha", "Aleph", modes="rail")
    assert slow.gauges_mm == (1435,)
    assert slow.moving_h == pytest.approx(2 * cx.route(toy, "Alpha", "Aleph", modes="rail").moving_h)
    by_sea = cx.route(laid, "Alpha", "Coral", modes=["rail", "sea"], avoid=["BBB", "DDD"])
    assert by_sea.n_gauge_breaks == 0
    assert by_sea.n_transshipments == 2
    plan.save(tmp_path / "x.toml")
    assert cx.Scenario.load(tmp_path / "x.toml") == plan
    cx.save_network(laid, tmp_path / "laid.npz")
    assert cx.route(cx.load_network(tmp_path / "laid.npz"), "Alpha", "Aleph", modes="rail").time_h == slow.time_h
    with pytest.raises(cx.ScenarioError, match="whole millimetres"):
        cx.Scenario("x").change("gauge", "line:west", factor=2)


@pytest.fixture(scope="module")
def embedded() -> Network:
    return cx.load_network()


@pytest.mark.parametrize("scenario_id", cx.Scenario.ready_made())
def test_a_ready_made_scenario_changes_every_pair_that_it_states(embedded: Network, scenario_id: str) -> None:
    plan = cx.Scenario.load(scenario_id)
    base = cx.Scenario.load(plan.against).apply(embedded) if plan.against else embedded
    changed = plan.apply(embedded)
    assert plan.pairs
    assert plan.note
    assert plan.source
    for origin, destination in plan.pairs:
        before, after = (_hours(n, origin, destination, plan.modes) for n in (base, changed))
        assert (before != after) == plan.has_effect, (origin, destination, before, after)
    if not plan.has_effect:
        assert "no freight effect" in plan.note


def _hours(network: Network, origin: str, destination: str, modes: tuple[str, ...]) -> float:
    try:
        return cx.route(network, origin, destination, modes=modes or None).time_h
    except cx.NoRouteError:
        return float("inf")


def test_compare_gives_differences_winners_and_sentences(toy: Network) -> None:
    plan = cx.Scenario("built").open("cut-off").apply(toy)
    found = cx.compare(
        {"today": toy, "built": plan}, [("Bravo", "Delta"), ("Alpha", "Isle")], avoid=[], k=1, modes="rail"
    )
    row = found.table[(found.table["scenario"] == "built") & (found.table["destination"] == "Delta")].iloc[0]
    today = found.table[(found.table["scenario"] == "today") & (found.table["destination"] == "Delta")].iloc[0]
    assert row["extra_h"] == pytest.approx(row["time_h"] - today["time_h"])
    assert row["extra_h_pct"] == pytest.approx(100 * row["extra_h"] / today["time_h"])
    assert row["is_quickest"]
    assert list(found.pivot().columns) == ["today", "built"]
    built, isle = found.sentences()
    assert built.startswith("Bravo to Delta (simple, assumed; crossings as of 2026-01-01): ")
    assert "more than half of these hours are defaults, so no winner is named" in built
    assert "there is no way" in isle


def test_cost_models_stand_side_by_side_and_are_ranked_each_by_itself(embedded: Network) -> None:
    found = cx.compare(embedded, [("Tashkent", "Moscow")], avoid=[], k=1, cost=["simple", "survey-2022"])
    assert list(dict.fromkeys(found.table["basis"])) == ["assumed", "observed"]
    assert found.table.groupby("cost_model")["is_quickest"].any().all()
    assert len(found.sentences()) == 2
    assert list(found.pivot().columns.names) == ["cost_model", "scenario"]


def test_compare_names_sanctions_on_the_way(embedded: Network) -> None:
    found = cx.compare(embedded, [("Almaty", "Duisburg")], k=1)
    assert found.table["sanctioned_transit"].iloc[0] == "RUS, BLR"
    assert "eu-russia" in found.table["restrictions"].iloc[0]


def test_a_difference_is_named_only_where_it_is_clear() -> None:
    from corridors.comparison._differences import _verdict

    def row(days: float, low: float, high: float, assumed: float = 0.2) -> dict[str, float]:
        return {"time_h": 24 * days, "days_low": low, "days_high": high, "assumed_time_share": assumed}

    assert _verdict(row(5, 4, 6), row(10, 9, 12), "longer") == "5.0 days longer (100 %)."
    assert "no clear difference" in _verdict(row(5, 4, 6), row(7, 5, 9), "longer")
    assert "no winner" in _verdict(row(5, 4, 6), row(10, 9, 12, assumed=0.6), "longer")


def test_a_name_is_looked_up_among_the_kinds_asked_for(toy: cx.Network) -> None:
    assert toy.resolve("north") == toy.resolve("line:north") == ("line", "north")
    assert toy.resolve("one", kinds=("crossing",)) == ("crossing", "one")
    with pytest.raises(cx.UnknownNameError, match="no crossing 'north'"):
        toy.resolve("north", kinds=("crossing",))
