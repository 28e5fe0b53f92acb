"""What hostile or broken input, and a process killed at the wrong moment, may not do."""

import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
from shapely.geometry import LineString

import corridors as cx
from corridors._files import write_whole
from corridors.collect import _probe
from corridors.collect.files import read_vector

CRASH = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
LINES = gpd.GeoDataFrame({"name": ["A"]}, geometry=[LineString([(0, 0), (1, 1)])], crs=4326)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "lines.geojson"
    LINES.to_file(path)
    return path


def test_a_crash_inside_gdal_is_an_error_and_no_crash(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _probe.fault_in(str(file)) == ""
    assert "GDAL crashes on it" in _probe.fault_in(str(file), read=CRASH)
    monkeypatch.setattr("corridors.collect.files.fault_in", lambda path: _probe.fault_in(path, read=CRASH))
    with pytest.raises(cx.LayerError, match="cannot read the file: GDAL crashes on it"):
        read_vector(file)


def test_a_reader_that_hangs_or_eats_memory_is_stopped(file: Path) -> None:
    assert "takes more than 1 s" in _probe.fault_in(str(file), read="import time; time.sleep(60)", seconds=1)
    greedy = _probe.READ.replace("pyogrio.read_dataframe(sys.argv[1])", "bytearray(2**40)")
    assert "bytes of memory" in _probe.fault_in(str(file), read=greedy)


def test_a_member_that_leads_out_of_its_archive_is_refused(tmp_path: Path) -> None:
    for name in ("../lines.shp", "/etc/lines.shp", "a/../../lines.shp"):
        path = tmp_path / "lines.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, b"x")
        with pytest.raises(cx.LayerError, match="leads out of the archive"):
            read_vector(path)


def test_a_network_file_that_claims_too_much_is_refused_before_it_is_read(
    toy: cx.Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cx.save_network(toy, tmp_path / "toy.npz")
    monkeypatch.setattr("corridors.network._store.MAX_BYTES", 100)
    with pytest.raises(cx.LayerError, match="bytes unpacked, more than 100"):
        cx.load_network(tmp_path / "toy.npz")


def test_a_kill_in_the_middle_of_a_write_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "kept.bin"
    write_whole(path, b"old")
    code = (
        "import sys; from pathlib import Path; from corridors._files import write_whole\n"
        "data = b'n' * 50_000_000\n"
        "print('ready', flush=True)\n"
        "while True: write_whole(Path(sys.argv[1]), data)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.02)
        writer.kill()
    assert path.read_bytes() in (b"old", b"n" * 50_000_000)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_loses_nothing_that_existed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept.bin"
    write_whole(path, b"old")

    def full(handle: int, mode: str) -> object:
        os.close(handle)
        return open("/dev/full", mode)

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["kept.bin"]


def test_nothing_in_the_package_unpickles_a_file_or_evaluates_text() -> None:
    root = Path(cx.__file__).parent
    for path in root.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for word in ("pickle.load", "pickle.loads", "allow_pickle=True", "eval(", "exec(", "yaml.load("):
            assert word not in text.replace("literal_eval(", ""), (path.name, word)
