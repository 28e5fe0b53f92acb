"""What a unit of cargo can use: its own kinds of transfer and of gauge change, on every way of asking."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString

import continent
import corridors as cx
from corridors.cost import CARGOES, cost_model
from corridors.network import HANDLING, Network
from corridors.network._build import assemble
from corridors.routing import _fast
from corridors.routing._question import Question
from corridors.routing._search import Search
from corridors.schema import columns

ATTRS = {"name": "toy", "verified": "2026-01-01"}
ALEPH = {"from_id": "aleph", "from_mode": "rail", "to_id": "aleph-port", "to_mode": "sea", "length_km": 10.0}
CORAL = {"from_id": "coral", "from_mode": "rail", "to_id": "coral-port", "to_mode": "sea", "length_km": 0.0}
INLAND = {"from_id": "aleph", "from_mode": "rail", "to_id": "aleph", "to_mode": "road", "length_km": 0.0}
KINDS = ("container", "bulk", "roro", "wagon_ferry")
PAIRS = list(permutations(("Alpha", "Aleph", "Bravo", "Charlie", "Delta", "Coral"), 2))


def drawn(*transfers: tuple[dict[str, object], str], **methods: str) -> Network:
    """The continent with these transfers and no others, and the breaks of gauge at the named stations as said."""
    layers = continent.layers()
    rows = [{**place, "kind": kind, "source_id": "drawing"} for place, kind in transfers]
    layers.transfers = continent.frame("transfers", rows)
    for station, method in methods.items():
        layers.gauge_breaks.loc[layers.gauge_breaks["station_id"] == station, "method"] = method
    return assemble(layers, ATTRS)


def by_ship(network: Network, cargo: str) -> cx.Route:
    return cx.route(network, "Aleph", "Coral", cargo=cargo, avoid=["DDD", "BBB"])


@pytest.fixture(scope="module")
def ports() -> Network:
    """Containers and bulk at both ports."""
    return drawn((ALEPH, "container"), (ALEPH, "bulk"), (CORAL, "container"), (CORAL, "bulk"))


@pytest.mark.parametrize(("cargo", "kind"), [("teu", "container"), ("feu", "container"), ("tonne", "bulk")])
def test_each_cargo_takes_the_terminal_that_handles_it(ports: Network, cargo: str, kind: str) -> None:
    r = by_ship(ports, cargo)
    assert list(r.transshipments["kind"]) == [kind, kind]
    # 10 km to the quay and 700 km of ferry at 32.6 km/h; 36 h at Aleph's sea port, 8 h at Coral's, which lies on no sea.
    assert r.length_km == 710
    assert r.time_h == pytest.approx(36 + 700 / 32.6 + 8)


def test_a_tonne_pays_for_two_transfers_the_sea_and_the_shipment(ports: Network) -> None:
    assert by_ship(ports, "tonne").cost_usd == pytest.approx(10 + 700 * 0.009 + 10 + 4)
    low, _, high = by_ship(ports, "tonne").time_range_h
    # Ferry at 25 to 35 km/h; 24 to 240 h at Aleph, where a ship without machines takes ten days, 3 to 16 h at Coral.
    assert (low, high) == pytest.approx((24 + 700 / 35 + 3, 240 + 700 / 25 + 16))


@pytest.mark.parametrize(
    ("cargo", "kinds"),
    [("teu", ("bulk", "bulk")), ("tonne", ("container", "container")), ("truck", ("container", "bulk"))],
)
def test_no_cargo_takes_the_terminal_of_another(cargo: str, kinds: tuple[str, str]) -> None:
    with pytest.raises(cx.NoRouteError, match="no path from Aleph to Coral"):
        by_ship(drawn((ALEPH, kinds[0]), (CORAL, kinds[1])), cargo)


@pytest.mark.parametrize("cargo", ["teu", "feu", "tonne"])
def test_on_a_wagon_ferry_the_cargo_stays_in_its_wagon(cargo: str) -> None:
    r = by_ship(drawn((ALEPH, "wagon_ferry"), (CORAL, "wagon_ferry")), cargo)
    assert list(r.transshipments["kind"]) == ["wagon_ferry", "wagon_ferry"]


@pytest.mark.parametrize("cargo", CARGOES)
def test_everybody_drives_on_board_where_lorries_do(cargo: str) -> None:
    assert by_ship(drawn((ALEPH, "roro"), (CORAL, "roro")), cargo).n_transshipments == 2


def test_the_error_names_the_place_that_does_not_take_the_cargo() -> None:
    network = drawn((ALEPH, "bulk"), (CORAL, "container"))
    with pytest.raises(cx.NoRouteError) as error:
        by_ship(network, "tonne")
    assert "no transfer for a tonne of bulk at Coral Port (container only)" in str(error.value)
    assert "with a transfer for a tonne of bulk at Coral (65 h" in str(error.value)
    with pytest.raises(cx.NoRouteError, match=r"no transfer for a 20-foot container at Aleph \(bulk only\)"):
        by_ship(network, "teu")


def test_where_one_transfer_is_not_enough_the_error_says_that_all_would_be() -> None:
    with pytest.raises(cx.NoRouteError, match=r"reachable again.* if every transfer took a tonne of bulk"):
        by_ship(drawn((ALEPH, "container"), (CORAL, "container")), "tonne")


def test_bulk_goes_round_a_break_of_gauge_that_reloads_containers_only() -> None:
    network = drawn(delta="container_reload")
    box, bulk = (cx.route(network, "Aleph", "Coral", cargo=c, modes="rail") for c in ("teu", "tonne"))
    assert list(box.gauge_breaks["name"]) == ["Delta"]
    assert list(box.gauge_breaks["kind"]) == ["container_reload"]
    assert box.length_km == 800
    # By Alpha, Bravo and Charlie, where anything is reloaded: 300 + 500 + 500 + 300 km.
    assert list(bulk.gauge_breaks["name"]) == ["Charlie"]
    assert bulk.length_km == 1600


@pytest.mark.parametrize("method", ["reload", "bogie_exchange", "reload_and_bogie", "dual_gauge"])
def test_bulk_passes_a_break_of_gauge_of_any_other_kind(method: str) -> None:
    assert cx.route(drawn(delta=method), "Aleph", "Coral", cargo="tonne", modes="rail").length_km == 800


def mixed() -> Network:
    """A port of each kind, a road that only bulk reaches, and a break of gauge for containers only."""
    return drawn((ALEPH, "container"), (ALEPH, "bulk"), (CORAL, "bulk"), (INLAND, "bulk"), delta="container_reload")


def without(network: Network, cargo: str) -> Network:
    """The network with every transfer and gauge change closed that is not for a cargo."""
    unit = cost_model(cargo=cargo).unit
    edges = {name: values.copy() for name, values in network.tables["edges"].items()}
    handled = np.isin(edges["kind"], HANDLING) & ~np.isin(edges["mode"], [*unit.transfers, *unit.gauge_changes])
    edges["status"][handled] = "closed"
    return Network({**network.tables, "edges": edges}, network.attrs)


@pytest.mark.parametrize("cargo", CARGOES)
@pytest.mark.parametrize("modes", [["rail", "sea"], ["rail", "road"], ["rail", "road", "sea"]])
def test_every_way_of_asking_shuts_what_the_cargo_cannot_use(cargo: str, modes: list[str]) -> None:
    given_, shut = mixed(), without(mixed(), cargo)
    how: dict[str, object] = {"cargo": cargo, "modes": modes}
    names = ["Alpha", "Aleph", "Bravo", "Charlie", "Coral"]

    def answers(network: Network) -> list[pd.DataFrame]:
        return [
            cx.matrix(network, names, names, **how),
            cx.alternatives(network, "Aleph", "Coral", k=3, max_detour=9, **how).table(),
            cx.pareto(network, "Aleph", "Coral", objectives=("time_h", "n_transshipments"), **how).table(),
            cx.criticality(network, [("Alpha", "Coral"), ("Aleph", "Charlie")], of="lines", **how).table,
            pd.DataFrame(cx.access(network, ["Coral"], **how).table.drop(columns="geometry")),
            cx.isolation(network, "AAA", targets=["Coral"], **how).gates,
            cx.compare({"x": network}, [("Aleph", "Coral")], avoid=[], **how).table,
            cx.simulate(network, [("Aleph", "Coral")], n=20, seed=1, **how).table,
        ]

    for one, other in zip(answers(given_), answers(shut), strict=True):
        left = one.drop(columns="reason", errors="ignore")
        pd.testing.assert_frame_equal(left, other.drop(columns="reason", errors="ignore"), check_like=True)


@pytest.mark.skipif(_fast.library() is None, reason="the extra fast is not installed")
@pytest.mark.parametrize("cargo", CARGOES)
def test_the_hierarchy_shuts_it_too(cargo: str) -> None:
    for a, b in PAIRS:
        search = Search(mixed(), Question(a, b, cargo=cargo, modes=("rail", "road", "sea")))
        plain = search.path()
        search.engine.metric.build()
        quick = search.path()
        assert (plain is None) == (quick is None)
        if plain is not None and quick is not None:
            assert list(plain.edges) == list(quick.edges)


@settings(deadline=None, max_examples=50)
@given(st.sets(st.tuples(st.sampled_from((0, 1, 2)), st.sampled_from(KINDS))), st.sampled_from(CARGOES))
def test_what_other_cargo_needs_changes_nothing(rows: set[tuple[int, str]], cargo: str) -> None:
    places = (ALEPH, CORAL, INLAND)
    own = set(cost_model(cargo=cargo).unit.transfers)
    everything = drawn(*((places[i], kind) for i, kind in sorted(rows)))
    usable = drawn(*((places[i], kind) for i, kind in sorted(rows) if kind in own))
    for a, b in (("Aleph", "Coral"), ("Alpha", "Charlie")):
        found = [
            cx.matrix(n, [a], [b], cargo=cargo, modes=["rail", "road", "sea"])["time_h"] for n in (everything, usable)
        ]
        assert found[0].tolist() == pytest.approx(found[1].tolist(), nan_ok=True)


def test_lines_of_ones_own_say_nothing_of_terminals_and_take_everything() -> None:
    shapes = [LineString([(1, 1), (2, 1)]), LineString([(2, 1), (3, 1)])]
    lines = gpd.GeoDataFrame({"mode": ["rail", "road"]}, geometry=shapes, crs=4326)
    network = cx.build_network(rail=lines, borders=continent.countries())
    for cargo in CARGOES:
        r = cx.route(network, (1.0, 1.0), (3.0, 1.0), modes=["rail", "road"], cargo=cargo)
        assert list(r.transshipments["kind"]) == ["any"]


def test_a_model_of_ones_own_may_send_bulk_through_container_terminals(tmp_path: Path) -> None:
    path = tmp_path / "bags.toml"
    head = 'name = "bags"\ntitle = "Bags"\nmeasures = "grain in bags"\nbasis = "assumed"\nyear = 2024\n'
    unit = 'payload_t = 1\ntransfers = ["container", "bulk"]\ngauge_changes = ["reload"]\n'
    path.write_text(f'{head}uses_published_dwell = false\nbased_on = "simple"\n[cargo.tonne]\n{unit}', encoding="utf-8")
    model = cost_model(path, cargo="tonne")
    assert model.unit.transfers == ("container", "bulk")
    network = drawn((ALEPH, "container"), (CORAL, "bulk"))
    r = cx.route(network, "Aleph", "Coral", cost=model, avoid=["DDD", "BBB"])
    assert list(r.transshipments["kind"]) == ["container", "bulk"]
    path.write_text(path.read_text(encoding="utf-8").replace('"bulk"]', '"grain"]'), encoding="utf-8")
    with pytest.raises(
        cx.SchemaError, match=r"cargo.tonne.transfers is \['container', 'grain'\]; it must be a list of"
    ):
        cost_model(path)
    path.write_text(path.read_text(encoding="utf-8").replace("payload_t = 1", "payload_t = 0"), encoding="utf-8")
    with pytest.raises(cx.SchemaError, match=r"cargo.tonne.payload_t is 0; it must be tonnes, above zero"):
        cost_model(path)


def test_a_cargo_that_can_use_no_transfer_stays_on_its_mode(ports: Network) -> None:
    model = cost_model("simple")
    stuck = replace(model, cargoes={**model.cargoes, "teu": replace(model.cargoes["teu"], transfers=())})
    with pytest.raises(cx.NoRouteError, match="no transfer for a 20-foot container at Aleph"):
        cx.route(ports, "Aleph", "Coral", cost=stuck, avoid=["DDD", "BBB"])
    assert cx.route(ports, "Aleph", "Alpha", cost=stuck).length_km == 300


# The embedded network -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def network() -> cx.Network:
    return cx.load_network()


def test_every_kind_of_the_tables_is_used_by_some_cargo_and_none_is_made_up() -> None:
    units = [cost_model(cargo=c).unit for c in CARGOES]
    for table, column, field in (("transfers", "kind", "transfers"), ("gauge_breaks", "method", "gauge_changes")):
        allowed = next(c.allowed for c in columns(table) if c.name == column)
        assert {kind for unit in units for kind in getattr(unit, field)} == set(allowed)
        assert set(cx.load(table)[column]) <= set(allowed)


def test_the_table_has_bulk_where_a_source_names_a_terminal() -> None:
    table = cx.load("transfers")
    bulk = table[table["kind"] == "bulk"]
    assert len(bulk) > 80
    assert (bulk["note"] != "").all()
    assert (bulk["source_id"] != "own-knowledge").sum() > 40
    # Shanghai's Yangshan and Yantian are berths for containers, Kuryk for ferries; nobody was found to name bulk there.
    assert not {"shanghai-port", "shenzhen-yantian-port", "kuryk"} & set(bulk["to_id"])


def test_wheat_to_iran_without_turkmenistan_goes_by_the_grain_terminals(network: cx.Network) -> None:
    wheat = cx.route(network, "Kostanay", "Bandar Abbas port", cargo="tonne", avoid=["TKM"])
    assert list(wheat.transshipments["name"]) == ["Aktau port", "Amirabad port"]
    assert set(wheat.transshipments["kind"]) == {"bulk"}
    assert wheat.length_km == pytest.approx(4360, rel=0.01)
    assert not wheat.is_lower_bound
    box = cx.route(network, "Kostanay", "Bandar Abbas port", avoid=["TKM"])
    assert set(box.transshipments["kind"]) == {"container"}
    assert "Anzali" in box.transshipments["name"].iloc[-1]  # boxes have a nearer port


def test_wheat_to_afghanistan_changes_to_lorries_where_wagons_are_unloaded(network: cx.Network) -> None:
    wheat = cx.route(network, "Kostanay", "Kabul", cargo="tonne", modes=["rail", "road"])
    assert wheat.countries == ("KAZ", "UZB", "AFG")
    assert set(wheat.transshipments["name"]) <= {"Hairatan", "Mazar-i-Sharif (Gur-e-Mar)"}
    assert set(wheat.crossings["crossing_id"]) >= {"hairatan"}
    shut = cx.Scenario("no line to Mazar").close("line:hairatan-mazar-i-sharif").apply(network)
    by_hand = cx.route(shut, "Kostanay", "Kabul", cargo="tonne", modes=["rail", "road"])
    assert list(by_hand.transshipments["name"]) == ["Hairatan"]


def test_sulphur_to_pakistan_is_reloaded_at_sarakhs_and_zahedan(network: cx.Network) -> None:
    r = cx.route(network, "Bukhara", "Lahore", cargo="tonne", modes=["rail"])
    assert [g[:4] for g in r.gauge_breaks["name"]] == ["Sara", "Zahe"]


def test_bulk_is_not_reloaded_where_only_containers_are(network: cx.Network) -> None:
    box, bulk = (cx.route(network, "Aktau", "Gorgan", cargo=c, modes=["rail"]) for c in ("teu", "tonne"))
    assert box.countries == bulk.countries == ("KAZ", "TKM", "IRN")
    assert "container_reload" not in set(bulk.gauge_breaks["kind"])


def test_a_lorry_drives_on_board_at_kuryk_and_off_at_alat(network: cx.Network) -> None:
    r = cx.route(network, "Kuryk", "Baku", cargo="truck", modes=["road", "sea"], avoid=["RUS"])
    assert list(r.transshipments["kind"]) == ["roro", "roro"]
    assert r.countries == ("KAZ", "AZE")
