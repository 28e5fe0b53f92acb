"""What is fuzzed: every place where text or bytes of somebody else come in.

A target is good seeds, and a call that must either answer or raise one of the errors that it promises. Everything else (another
exception, a crash of the process, more than a few seconds, more memory than the limit) is a finding.
"""

from __future__ import annotations

import contextlib
import io
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

import corridors as cx
from corridors import schema
from corridors._files import GEODATA

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import continent
from corridors.network._build import assemble


@dataclass(frozen=True)
class Target:
    """One way in: seeds, the call, and how the changed seed reaches it."""

    name: str
    seeds: Callable[[], Sequence[bytes]]
    call: Callable[[bytes], Any]
    is_text: bool
    weight: int
    """Share of the inputs: what is quick gets more."""


@cache
def folder() -> Path:
    """Return a folder for the files of this process."""
    return Path(tempfile.mkdtemp(prefix="fuzz-"))


@cache
def toy() -> cx.Network:
    """Return the drawn continent."""
    attrs = {"name": "toy", "verified": "2026-01-01", "worldview": "drawn", "attribution": "none"}
    return assemble(continent.layers(), attrs)


def _lines() -> gpd.GeoDataFrame:
    shapes = [shapely.LineString([(1, 1), (2, 2), (3, 1)]), shapely.LineString([(3, 1), (9, 1)])]
    names = ["Берег – Coast", "=cmd()"]
    return gpd.GeoDataFrame({"name": names, "gauge_mm": [1520, 1435], "status": "operating"}, geometry=shapes, crs=4326)


def _written(ending: str, **options: Any) -> bytes:
    path = folder() / f"seed{ending}"
    if not path.exists():
        _lines().to_file(path, **options)
    return path.read_bytes()


def _shapefile_parts() -> list[bytes]:
    """Return the .shp, .shx and .dbf behind one another, each after its length."""
    _written(".shp")
    parts = [(folder() / f"seed{e}").read_bytes() for e in (".shp", ".shx", ".dbf")]
    return [b"".join(len(p).to_bytes(4, "big") + p for p in parts)]


def _read_shapefile(data: bytes) -> None:
    at = 0
    for ending in (".shp", ".shx", ".dbf"):
        n = int.from_bytes(data[at : at + 4], "big") % 100_000
        (folder() / f"given{ending}").write_bytes(data[at + 4 : at + 4 + n])
        at += 4 + n
    (folder() / "given.prj").write_text("EPSG:4326")
    _read_vector("given.shp")


def _zipped() -> list[bytes]:
    _written(".shp")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for ending in (".shp", ".shx", ".dbf", ".prj"):
            file.write(folder() / f"seed{ending}", f"a/seed{ending}")
    return [buffer.getvalue()]


def _read_vector(name: str, data: bytes | None = None) -> None:
    from corridors.collect.files import read_vector

    path = folder() / name
    if data is not None:
        path.write_bytes(data)
    read_vector(path, isolated=False)  # the fuzzer's worker is that process


def _vector(ending: str) -> Callable[[bytes], None]:
    return lambda data: _read_vector(f"given{ending}", data)


def _build(data: bytes) -> None:
    from corridors.collect.files import read_vector

    path = folder() / "rail.geojson"
    path.write_bytes(data)
    cx.build_network(rail=read_vector(path, isolated=False), borders=continent.countries(), gap_m=100).report()


def _network(ending: str) -> tuple[Callable[[], list[bytes]], Callable[[bytes], None]]:
    def seeds() -> list[bytes]:
        path = folder() / f"network{ending}"
        if not path.exists():
            cx.save_network(toy(), path)
        return [path.read_bytes()]

    def call(data: bytes) -> None:
        path = folder() / f"given_network{ending}"
        path.write_bytes(data)
        cx.route(cx.load_network(path), "Alpha", "Charlie").length_km  # noqa: B018

    return seeds, call


def _arrays(data: bytes) -> None:
    """Read a network file of which one array is what the bytes say, with checksums that fit."""
    name, _, content = data.partition(b"\n")
    path = folder() / "given_arrays.npz"
    _network(".npz")[0]()
    with zipfile.ZipFile(folder() / "network.npz") as seed, zipfile.ZipFile(path, "w") as file:
        for member in seed.namelist():
            file.writestr(member, content if member.encode() == name else seed.read(member))
    cx.route(cx.load_network(path), "Alpha", "Charlie").length_km  # noqa: B018


def _array_seeds() -> list[bytes]:
    _network(".npz")[0]()
    with zipfile.ZipFile(folder() / "network.npz") as file:
        return [name.encode() + b"\n" + file.read(name) for name in file.namelist()]


def _texts(pattern: str) -> Callable[[], list[bytes]]:
    return lambda: [path.read_bytes() for path in sorted(GEODATA.glob(pattern))]


def _scenario(data: bytes) -> None:
    path = folder() / "given.toml"
    path.write_bytes(data)
    plan = cx.Scenario.load(path)
    plan.save(folder() / "again.toml")
    plan.apply(toy())


_SCENARIO = b"""name = "A plan"
note = "why"
pairs = [["Alpha", "Charlie"]]
modes = ["rail"]

[[edit]]
action = "open"
target = "cut-off"

[[edit]]
action = "change"
target = "crossing:one"
what = "dwell"
to = 48
"""


def _cost(data: bytes) -> None:
    path = folder() / "given.toml"
    path.write_bytes(data)
    model = cx.cost_model(path)
    cx.route(toy(), "Alpha", "Coral", cost=model).cost_usd  # noqa: B018


def _table(data: bytes) -> None:
    """Hold a changed table against each of the schemas that look alike."""
    path = folder() / "given.csv"
    path.write_bytes(data)
    for kind in ("crossings", "sources"):
        with contextlib.suppress(cx.CorridorError):
            schema.read_table(path, kind)
    schema.read_table(path, "stations")


def _words(data: bytes) -> None:
    """Ask for places, things to avoid, a date and a line, all by the same words."""
    words = data.decode("utf-8", "replace")
    for call in (
        lambda: cx.route(toy(), words, "Charlie"),
        lambda: cx.route(toy(), "Alpha", "Charlie", avoid=[words]),
        lambda: cx.route(toy(), "Alpha", "Charlie", weight=words),
        lambda: cx.route(toy(), "Alpha", "Charlie", cargo=words),
        lambda: cx.route(toy(), "Alpha", "Charlie", modes=[words]),
        lambda: toy().as_of(words),
        lambda: cx.Scenario("x").open(words).apply(toy()),
        lambda: cx.Scenario("x").change("dwell", words, to=1).apply(toy()),
    ):
        with contextlib.suppress(cx.CorridorError, ValueError):
            call()


def _command(data: bytes) -> None:
    """Run the command line on words; it must end with 0, 1 or 2."""
    from typer.testing import CliRunner

    from corridors.cli import app

    words = [w for w in data.decode("utf-8", "replace").replace("\0", "").split("\n") if w][:12]
    if any(w.startswith(("-o", "--out", "serve")) for w in words):
        return  # writes where it is told to
    done = CliRunner().invoke(app, words)
    if done.exception and not isinstance(done.exception, SystemExit | cx.CorridorError | ValueError):
        raise done.exception


_COMMANDS = [
    b"route\nAlmaty\nTashkent\n--avoid\nRUS",
    b"route\nAlmaty\nTashkent\n--weight\nlength_km\n--format\njson",
    b"border\nKGZ\nTJK",
    b"data",
]

_OSM = """<?xml version='1.0' encoding='UTF-8'?>
<osm version="0.6"><node id="1" lat="41" lon="69"/><node id="2" lat="41.1" lon="69.1"/><node id="3" lat="41.2" lon="69.3"/>
<way id="9"><nd ref="1"/><nd ref="2"/><nd ref="3"/><tag k="railway" v="rail"/><tag k="gauge" v="1520;1435"/>
<tag k="name" v="Ташкент"/></way></osm>
""".encode()


def _osm(data: bytes) -> None:
    from corridors.collect.osm import read_osm

    path = folder() / "given.osm"
    path.write_bytes(data)
    read_osm(path)


def targets() -> list[Target]:
    """Return every target, those whose libraries are missing left out."""
    npz_seeds, npz = _network(".npz")
    gpkg_seeds, gpkg = _network(".gpkg")
    found = [
        Target("shapefile", _shapefile_parts, _read_shapefile, False, 6),
        Target("zip", _zipped, _vector(".zip"), False, 4),
        Target("geopackage", lambda: [_written(".gpkg")], _vector(".gpkg"), False, 3),
        Target("flatgeobuf", lambda: [_written(".fgb", driver="FlatGeobuf")], _vector(".fgb"), False, 6),
        Target("geojson", lambda: [_written(".geojson")], _vector(".geojson"), True, 6),
        Target("build", lambda: [_written(".geojson")], _build, True, 1),
        Target("network-npz", npz_seeds, npz, False, 4),
        Target("network-arrays", _array_seeds, _arrays, False, 4),
        Target("network-gpkg", gpkg_seeds, gpkg, False, 1),
        Target("scenario", lambda: [_SCENARIO, *_texts("scenarios/*.toml")()], _scenario, True, 10),
        Target("cost-model", _texts("costs/*.toml"), _cost, True, 4),
        Target("table", lambda: [b"\n".join((GEODATA / "tables/stations.csv").read_bytes().split(b"\n")[:6])], _table, True, 6),
        Target("words", lambda: [b"Alpha", b"bloc:EAEU", b"crossing:one", b"2025-09-30", b"line:cut-off"], _words, True, 6),
        Target("command", lambda: _COMMANDS, _command, True, 1),
    ]  # fmt: skip
    with contextlib.suppress(ImportError):
        import osmium  # noqa: F401

        found.append(Target("osm", lambda: [_OSM], _osm, True, 4))
    with contextlib.suppress(ImportError):
        import pyarrow  # noqa: F401

        def parquet() -> list[bytes]:
            path = folder() / "seed.parquet"
            if not path.exists():
                _lines().to_parquet(path)
            return [path.read_bytes()]

        found.append(Target("geoparquet", parquet, _vector(".parquet"), False, 4))
    return found
