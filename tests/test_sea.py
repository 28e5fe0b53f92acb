"""Sea: ocean lanes between ports, passages that can be shut, changes between ship, rail and road."""

import pandas as pd
import pytest

import corridors as cx
from corridors.network import find_place

PASSAGES = (
    "bab-el-mandeb", "bosporus", "cape-of-good-hope", "danish-straits", "dardanelles", "dover", "gibraltar", "hormuz",
    "malacca", "suez",
)  # fmt: skip

# Kilometres straight over the lanes of marnet (searoute 1.6.0), measured when the lanes were chosen.
MARNET_KM = {
    ("shanghai-port", "rotterdam-port"): 19_434,
    ("lianyungang-port", "rotterdam-port"): 19_984,
    ("karachi-port", "shahid-rajaee-port"): 1_271,
    ("chabahar-port", "jnpt"): 1_595,
    ("mundra", "shahid-rajaee-port"): 1_605,
    ("poti", "constanta-port"): 1_102,
    ("mersin-port", "rotterdam-port"): 6_226,
    ("vladivostok", "shanghai-port"): 1_790,
    ("st-petersburg", "rotterdam-port"): 2_392,
    ("hamburg", "st-petersburg"): 2_240,
}

# Ports that the corridors of this toolkit end at: node at sea, and the modes that reach it on land.
PORTS = {
    "bandar-imam-khomeini-port": {"rail", "road"},
    "batumi": {"rail", "road"},
    "chabahar-port": {"road"},
    "constanta-port": {"rail"},
    "gwadar-port": {"road"},
    "hamburg": {"rail"},
    "ambarli-port": {"rail", "road"},
    "haydarpasa": {"rail", "road"},
    "iskenderun-port": {"rail", "road"},
    "izmir": {"rail"},
    "jnpt": {"rail"},
    "karachi-port": {"rail", "road"},
    "klaipeda": {"rail"},
    "lianyungang-port": {"rail"},
    "mersin-port": {"rail", "road"},
    "mundra": {"rail"},
    "ningbo-port": {"rail"},
    "novorossiysk": {"rail", "road"},
    "piraeus": {"rail"},
    "port-qasim": {"rail", "road"},
    "poti": {"rail", "road"},
    "qingdao-qianwan-port": {"rail"},
    "riga": {"rail"},
    "rotterdam-port": {"rail"},
    "shahid-rajaee-port": {"rail", "road"},
    "shanghai-port": {"rail"},
    "st-petersburg": {"rail"},
    "tianjin-port": {"rail"},
    "varna": {"rail"},
    "vladivostok": {"rail"},
    "vostochny-port": {"rail"},
}


@pytest.fixture(scope="module")
def network() -> cx.Network:
    return cx.load_network()


def _shut(network: cx.Network, *lines: str) -> cx.Network:
    return cx.Scenario("shut").close(*lines).apply(network)


def _node(network: cx.Network, station: str) -> tuple[float, float]:
    """Return the position of the quays of a port; its name may belong to a place with rail."""
    nodes = network.tables["nodes"]
    here = (nodes["station_id"] == station) & (nodes["mode"] == "sea")
    assert here.any(), station
    return float(nodes["lon"][here][0]), float(nodes["lat"][here][0])


def _by_sea(network: cx.Network, a: str, b: str, **options: object) -> cx.Route:
    ends = _node(network, a), _node(network, b)
    return cx.route(network, *ends, modes=["sea"], weight="length_km", max_connector_km=0.1, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(("pair", "marnet_km"), MARNET_KM.items(), ids=[" - ".join(pair) for pair in MARNET_KM])
def test_lanes_are_as_long_as_the_network_they_are_made_of(
    network: cx.Network, pair: tuple[str, str], marnet_km: float
) -> None:
    found = _by_sea(network, *pair)
    # Quays here are stations; marnet was measured from the ports, and ferries cut its corners.
    assert found.length_km == pytest.approx(marnet_km, rel=0.03 if marnet_km < 2_000 else 0.02)
    assert found.assumed_km == 0


def test_shanghai_rotterdam_is_as_long_as_published_by_suez_and_by_the_cape(network: cx.Network) -> None:
    nautical_mile_km = 1.852
    assert _by_sea(network, "shanghai-port", "rotterdam-port").length_km == pytest.approx(
        10_600 * nautical_mile_km, rel=0.02
    )
    by_cape = _by_sea(network, "shanghai-port", "rotterdam-port", avoid=["line:passage-suez"])
    assert by_cape.length_km == pytest.approx(13_800 * nautical_mile_km, rel=0.02)


def test_the_ocean_baseline_of_lianyungang_rotterdam(network: cx.Network) -> None:
    by_suez = _by_sea(network, "lianyungang-port", "rotterdam-port")
    by_cape = _by_sea(_shut(network, "line:passage-suez"), "lianyungang-port", "rotterdam-port")
    by_rail = cx.route(network, "Lianyungang", "rotterdam-port", modes=["rail"])
    assert 19_800 < by_suez.length_km < 20_300
    assert 26_000 < by_cape.length_km < 26_700
    assert 10_800 <= by_rail.length_km <= 11_870
    assert by_rail.time_h < by_suez.time_h < by_cape.time_h
    # 16 knots: four weeks by Suez, a week and more longer by the Cape.
    assert 26 < by_suez.time_h / 24 < 30
    assert 7 < (by_cape.time_h - by_suez.time_h) / 24 < 11


@pytest.mark.parametrize("passage", PASSAGES)
def test_every_passage_can_be_shut_and_avoided(network: cx.Network, passage: str) -> None:
    line = f"line:passage-{passage}"
    edges = network.tables["edges"]
    assert (edges["line_id"] == f"passage-{passage}").sum() == 1
    assert line in _shut(network, line).attrs["closed"]


@pytest.mark.parametrize(
    ("passage", "a", "b"),
    [
        ("bab-el-mandeb", "lianyungang-port", "rotterdam-port"),
        ("suez", "jnpt", "constanta-port"),
        ("gibraltar", "mersin-port", "rotterdam-port"),
        ("malacca", "shanghai-port", "karachi-port"),
        ("dover", "mersin-port", "rotterdam-port"),
    ],
)
def test_a_ship_goes_round_a_passage_that_is_shut(network: cx.Network, passage: str, a: str, b: str) -> None:
    line = f"line:passage-{passage}"
    usual = _by_sea(network, a, b)
    assert f"passage-{passage}" in set(usual.legs["line_id"])
    shut = _by_sea(_shut(network, line), a, b)
    avoided = _by_sea(network, a, b, avoid=[line])
    assert f"passage-{passage}" not in set(shut.legs["line_id"])
    assert shut.length_km == pytest.approx(avoided.length_km)
    assert shut.length_km > usual.length_km + 500


@pytest.mark.parametrize(
    ("passage", "a", "b"),
    [
        ("hormuz", "karachi-port", "shahid-rajaee-port"),
        ("hormuz", "mundra", "bandar-imam-khomeini-port"),
        ("danish-straits", "st-petersburg", "rotterdam-port"),
        ("dardanelles", "poti", "piraeus"),
        ("bosporus", "poti", "piraeus"),
    ],
)
def test_no_ship_leaves_a_sea_whose_only_passage_is_shut(network: cx.Network, passage: str, a: str, b: str) -> None:
    assert _by_sea(network, a, b).length_km > 0
    with pytest.raises(cx.NoRouteError):
        _by_sea(_shut(network, f"line:passage-{passage}"), a, b)


def test_no_ship_leaves_the_caspian(network: cx.Network) -> None:
    with pytest.raises(cx.NoRouteError):
        _by_sea(network, "aktau-port", "poti")


@pytest.mark.parametrize(("station", "modes"), PORTS.items(), ids=list(PORTS))
def test_cargo_changes_between_ship_and_land_in_every_port(network: cx.Network, station: str, modes: set[str]) -> None:
    nodes, edges = network.tables["nodes"], network.tables["edges"]
    quay = ((nodes["station_id"] == station) & (nodes["mode"] == "sea")).nonzero()[0]
    transfers = edges["kind"] == "transshipment"
    served = set(edges["from"][~transfers & (edges["status"] == "operating")]) | set(
        edges["to"][~transfers & (edges["status"] == "operating")]
    )
    for n in quay:
        assert nodes["sea"][n] not in ("", "caspian")
        ashore = set(edges["from"][transfers & (edges["to"] == n)]) | set(edges["to"][transfers & (edges["from"] == n)])
        assert modes <= {str(nodes["mode"][m]) for m in ashore & served}


def test_every_service_from_port_to_port_has_quays_of_its_own(network: cx.Network) -> None:
    nodes, edges = network.tables["nodes"], network.tables["edges"]
    lines: dict[int, set[str]] = {}
    for i in (edges["kind"] == "sea").nonzero()[0]:
        ends = int(edges["from"][i]), int(edges["to"][i])
        is_service = all(nodes["iso3"][n] for n in ends)
        for n in ends:
            if nodes["iso3"][n]:
                lines.setdefault(n, set()).add(str(edges["line_id"][i]) if is_service else "open sea")
    assert all(len(of) == 1 for of in lines.values())


def test_cargo_that_changes_ship_is_discharged_and_loaded_again(network: cx.Network) -> None:
    """Alat - Aktau is a ferry, Aktau - Anzali another service; no railway reaches the quay of Anzali. Each change takes 36 hours."""
    options = {"via": ["Aktau"], "weight": "length_km", "avoid": ["RUS", "TKM", "line:astara-astara"]}
    found = cx.route(network, "Alat", "Bandar Anzali", **options)
    at_aktau = found.transshipments[found.transshipments["name"].str.contains("Aktau")]
    assert len(at_aktau) == 2
    assert found.transshipments["time_h"].tolist() == [36.0] * 3


def test_default_routes_stay_on_land(network: cx.Network) -> None:
    for a, b in (("Almaty", "Duisburg"), ("Tashkent", "Karachi"), ("Lianyungang", "rotterdam-port")):
        assert not (cx.route(network, a, b).legs["kind"] == "sea").any()


def test_tashkent_karachi_by_bandar_abbas_goes_on_by_sea(network: cx.Network) -> None:
    found = cx.route(network, "Tashkent", "Karachi", via=["Bandar Abbas"])
    assert list(found.transshipments["mode_to"]) == ["sea", "rail"]
    assert {"passage-hormuz"} < set(found.legs["line_id"])
    assert found.length_km < cx.route(network, "Tashkent", "Karachi", modes=["rail"]).length_km


def test_the_ferry_beats_the_lane_between_poti_and_constanta(network: cx.Network) -> None:
    found = _by_sea(network, "poti", "constanta-port")
    assert list(found.legs.loc[found.legs["mode"] == "sea", "line_id"]) == ["ferry-poti-constanta"]
    by_lane = _by_sea(
        network, "poti", "constanta-port", avoid=["line:ferry-poti-constanta", "line:ferry-batumi-constanta"]
    )
    assert by_lane.length_km > found.length_km


def test_points_at_sea_are_no_places(network: cx.Network) -> None:
    with pytest.raises(cx.PlaceError):
        find_place(network, "Off Dondra Head, Sri Lanka", modes=("sea",), max_connector_km=25)


def test_ports_say_what_they_can_take() -> None:
    ports = cx.load("ports").set_index("port_id")
    has_draft = ports["draft_m"].notna()
    assert has_draft.sum() >= 10
    assert ports.loc[has_draft, "draft_m"].between(4, 25).all()
    assert (ports.loc[has_draft, "draft_source"].str.contains("https?://")).all()
    assert (ports.loc[~has_draft, "draft_source"] == "").all()
    assert (ports.loc[["alat-port", "turkmenbashi-port", "chornomorsk-port"], "has_rail_ferry"] == "yes").all()


def test_every_ocean_lane_follows_the_lanes_of_its_source() -> None:
    sea = cx.load("sea")
    ocean = sea[sea["source_id"] == "searoute-marnet"]
    assert len(ocean) > 150
    assert set(ocean["shape_source"]) == {"sea_lanes"}
    assert set(ocean["length_source"]) == {"matched"}
    assert isinstance(ocean, pd.DataFrame)
