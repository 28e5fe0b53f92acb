"""The command line, run as a user runs it."""

import io
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import geopandas as gpd
import hypothesis.strategies as st
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings

import corridors as cx
from corridors import cli
from corridors._files import GEODATA
from corridors.cli import _complete
from corridors.cli._page import examples, page

ROOT = Path(__file__).resolve().parents[1]
PAIRS = 'origin,destination\nAlmaty,Tashkent\nAtlantis,Almaty\nTashkent,\n"69.28,41.29",Almaty\nAlmaty,Tashkent\n'


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["corridors", *words])
        with pytest.raises(SystemExit) as stop:
            cli.main()
    out = capsys.readouterr()
    return int(stop.value.code or 0), out.out, out.err


def table(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), keep_default_na=False)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of pairs, and lines of one's own of which two are the same."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pairs.csv").write_text(PAIRS, encoding="utf-8")
    lines = [[(69.2, 41.3), (69.4, 41.4)], [(69.4, 41.4), (69.4, 41.5)], [(69.4, 41.4), (69.4, 41.5)]]
    shapes = [shapely.LineString(xy) for xy in lines]
    gpd.GeoDataFrame({"name": list("abc")}, geometry=shapes, crs=4326).to_file(tmp_path / "lines.geojson")
    return tmp_path


# The manual ----------------------------------------------------------------------------------------------------------

EXAMPLES = [(name, text) for name, texts in examples().items() for text in texts]


def test_every_command_has_an_example_and_every_option_is_explained() -> None:
    import typer.main

    group: Any = typer.main.get_command(cli.app)
    assert set(group.commands) == set(examples())
    for name, command in group.commands.items():
        assert examples()[name], name
        for parameter in command.params:
            assert parameter.help, (name, parameter.name)


@pytest.mark.parametrize(("name", "text"), EXAMPLES)
def test_every_example_of_the_help_runs(capsys: pytest.CaptureFixture[str], folder: Path, name: str, text: str) -> None:
    words = shlex.split(text)
    if any(w.endswith(".xlsx") for w in words):
        pytest.importorskip("xlsxwriter")
    assert words[:2] == ["corridors", name]
    code, out, err = run(capsys, *words[1:])
    assert code == 0, err
    files = [words[i + 1] for i, w in enumerate(words) if w == "-o"]
    assert all((folder / f).stat().st_size > 500 for f in files)
    assert out or files


def test_the_page_of_the_manual_is_made_of_the_help() -> None:
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == page(), "run python -m corridors.cli > docs/cli.md"


def test_help_is_plain_text_and_costs_no_heavy_library() -> None:
    code = (
        "import sys; sys.argv = ['corridors', 'route', '--help']\n"
        "from corridors.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'pandas', 'geopandas', 'folium', 'scipy', 'shapely', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Example: corridors route" in done.stdout
    assert "\x1b" not in done.stdout


# Answers -------------------------------------------------------------------------------------------------------------


def test_route_in_a_pipe_is_csv_whose_stages_end_at_the_total(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "route", "Moscow", "Tashkent")
    rows = table(out)
    assert code == 0
    assert rows["cumulative_km"].iloc[-1] == pytest.approx(rows["length_km"].sum())
    assert rows["length_km"].sum() == pytest.approx(cx.route(cx.load_network(), "Moscow", "Tashkent").length_km)
    assert set(rows["country"]) >= {"RUS", "KAZ", "UZB"}
    assert "borders" in err


def test_json_holds_what_it_rests_on(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "route", "Almaty", "Tashkent", "-f", "json")
    found = json.loads(out)
    assert found["metadata"]["scenario"] == "baseline"
    assert found["tables"]["legs"]
    assert found["citations"]


def test_table_picks_one_table(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "route", "Almaty", "Tashkent", "--table", "crossings")
    assert table(out)["iso3_to"].tolist()[-1] == "UZB"
    code, _, err = run(capsys, "route", "Almaty", "Tashkent", "--table", "crosings")
    assert code == 2
    assert "did you mean 'crossings'" in err


def test_a_drawn_table_in_a_pipe_has_no_colour_and_nothing_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "compare", "Almaty", "Duisburg", "--format", "table")
    lines = out.splitlines()
    assert "\x1b" not in out
    assert "unrestricted" in lines[2]
    assert lines[3].startswith("avoiding RUS, BLR")
    assert lines[4].startswith("avoiding RUS, BLR")
    assert "…" not in out
    assert "cost model: simple" in lines[-1]


def test_matrix_is_a_grid_to_read_and_rows_to_compute_with(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("matrix", "Almaty", "Tashkent", "--to", "Moscow", "--to", "Poti")
    _, drawn, _ = run(capsys, *words, "-f", "table")
    assert drawn.splitlines()[0] == "time (h)"
    assert drawn.splitlines()[1].split() == ["origin", "Moscow", "Poti"]
    _, out, _ = run(capsys, *words)
    hours = table(out).set_index(["origin", "destination"])["time_h"]
    assert hours["Almaty", "Poti"] == pytest.approx(cx.route(cx.load_network(), "Almaty", "Poti").time_h, abs=0.01)


def test_several_files_are_written_by_their_endings(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    pytest.importorskip("xlsxwriter")
    files = [tmp_path / f"x.{e}" for e in ("html", "xlsx", "gpkg", "geojson", "csv", "md", "json", "shp")]
    code, _, err = run(capsys, "compare", "Almaty", "Tashkent", *(w for f in files for w in ("-o", str(f))))
    assert code == 0
    assert err.count("wrote ") == len(files)
    assert all(f.stat().st_size > 500 or f.suffix == ".shp" for f in files)
    assert openpyxl.load_workbook(tmp_path / "x.xlsx").sheetnames[0] == "comparison"


def test_open_says_what_it_opened_and_changes_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    words = ("route", "Tashkent", "Karachi", "--modes", "rail")
    _, before, _ = run(capsys, *words)
    code, after, err = run(capsys, *words, "--open", "trans-afghan-kharlachi")
    assert code == 0
    assert "AFG" not in set(table(before)["country"])
    assert "AFG" in set(table(after)["country"])
    assert "opened: line:trans-afghan-kharlachi" in err


def test_a_named_corridor_brings_its_own_modes(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "route", "Kashgar", "Gwadar", "--corridor", "bri-china-pakistan")
    assert code == 0
    assert set(table(out)["kind"]) - {"crossing", "shipment"} == {"road"}
    assert run(capsys, "route", "Kashgar", "Gwadar", "--corridor", "bri-china-pakistan", "--modes", "rail")[0] != 0


def test_a_scenario_file_stands_beside_the_baseline(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    cx.Scenario("Shut").close("crossing:saryagash-keles").save(folder / "shut.toml")
    _, out, _ = run(capsys, "compare", "Almaty", "Tashkent", "--avoid", "", "-k", "1", "--scenario", "shut.toml")
    best = table(out).query("role == 'unrestricted'").set_index("scenario")["time_h"]
    assert best["Shut"] > best["baseline"]


def test_own_network_in_place_of_the_embedded_one(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, _, err = run(capsys, "build", "--rail", "lines.geojson", "--default", "gauge_mm=1520", "-o", "own.gpkg")
    assert code == 0
    assert "1 components" in err
    assert cx.load_network(folder / "own.gpkg").tables["edges"]["gauge_mm"].tolist() == [1520, 1520]
    code, out, _ = run(capsys, "route", "69.2,41.3", "69.4,41.5", "--network", "own.gpkg")
    assert code == 0
    assert table(out)["length_km"].sum() == pytest.approx(20.1 + 11.1, abs=0.3)


@pytest.mark.parametrize("what", ["layers", "licences", "citations", "scenarios", "cost-models", "rail", "corridors"])
def test_data_lists_what_is_embedded(capsys: pytest.CaptureFixture[str], what: str) -> None:
    code, out, _ = run(capsys, "data", what)
    assert code == 0
    assert len(table(out)) > 1
    if what == "licences":
        assert "ODbL-1.0" in out


# A file of pairs -----------------------------------------------------------------------------------------------------


def test_a_bad_row_is_reported_and_the_rest_goes_on(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, out, err = run(capsys, "compare", "pairs.csv", "--avoid", "RUS", "-k", "1")
    rows = table(out)
    assert code == 0
    assert rows["row"].astype(str).tolist() == ["2|6", "2|6", "3", "3", "5", "5", "4"]
    lost = rows.set_index(rows["row"].astype(str))["reason"]
    assert "no place 'Atlantis'" in lost["3"].iloc[0]
    assert lost["4"] == "row 4: destination is empty"
    assert (lost["2|6"] == "").all()
    assert "5 pairs, 2 with something not found" in err


def test_pairs_come_from_other_spreadsheets_and_from_standard_input(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "semicolons.csv").write_bytes("\ufeffFrom;To;Weight\nAlmaty;Tashkent;3\n".encode())
    code, out, _ = run(capsys, "criticality", "semicolons.csv", "--of", "crossings")
    assert code == 0
    rows = table(out)
    assert rows["weighted_extra_h"].tolist() == pytest.approx((3 * rows["mean_extra_h"]).tolist())
    stdin = io.TextIOWrapper(io.BytesIO(b"origin\tdestination\nAlmaty\tTashkent\n"))
    monkeypatch.setattr("sys.stdin", stdin)
    code, out, _ = run(capsys, "compare", "-", "--avoid", "RUS", "-k", "1")
    assert code == 0
    assert table(out)["row"].tolist() == [2, 2]


def test_pairs_are_read_as_excel_writes_them_and_no_cell_is_lost(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    (folder / "excel.csv").write_bytes(
        b"sep=;\r\nOrigin;Destination;Weight\r\nAlmaty;Tashkent;2\r\nAlmaty;Tashkent;3\r\n"
    )
    found = table(run(capsys, "criticality", "excel.csv")[1])
    assert found["weighted_extra_h"].tolist() == pytest.approx((5 * found["mean_extra_h"]).tolist())
    (folder / "shifted.csv").write_bytes(b"origin,destination\n76.9,43.2,Tashkent\nAlmaty,Tashkent,\n")
    code, out, _ = run(capsys, "compare", "shifted.csv", "--avoid", "RUS", "-k", "1")
    assert code == 0
    rows = table(out).set_index("row")
    assert rows.loc[2, ["n_borders", "is_lower_bound", "is_quickest"]].astype(str).tolist() == ["", "", "False"]
    reasons = rows["reason"].astype(str)
    assert "3 cells where the header has 2" in reasons[2]
    assert (reasons[3] == "").all()


def test_a_weight_that_is_no_number_matters_where_weights_do(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "w.csv").write_bytes(b"origin;destination;weight\nAlmaty;Tashkent;1,5\nAlmaty;Bishkek;1e400\n")
    code, _, err = run(capsys, "criticality", "w.csv")
    assert code == 2
    assert "weight is '1,5', which is no number; write it as 1234.5" in err
    assert "weight is '1e400'; it must be finite, zero or more" in err
    assert run(capsys, "compare", "w.csv", "--avoid", "RUS", "-k", "1")[0] == 0
    code, out, _ = run(capsys, "validate", "w.csv")
    assert code == 0
    assert table(out)["where"].astype(str).tolist()[:2] == ["row 2", "row 3"]


def test_a_list_of_places_needs_a_header(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """The first place would be taken for one, and be lost."""
    (folder / "places.csv").write_bytes(b"Almaty\nTashkent\nBishkek\n")
    code, _, err = run(capsys, "matrix", "places.csv")
    assert code == 2
    assert "there is no column place in its header: almaty" in err
    (folder / "places.csv").write_bytes(b"Place\nAlmaty\nTashkent\n")
    assert len(table(run(capsys, "matrix", "places.csv")[1])) == 4


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "there is nothing in it"),
        (b"a,b\nAlmaty,Tashkent\n", "there are no columns origin and destination; there are a, b"),
        (b"\xff\xfeo\x00", "it must be CSV in UTF-8"),
        (b'origin,destination\n"Almaty', "no place"),
        (b"origin,destination\n", "there is no row below the header in it"),
    ],
)
def test_a_file_that_holds_no_pairs_is_one_line(
    capsys: pytest.CaptureFixture[str], folder: Path, content: bytes, message: str
) -> None:
    (folder / "bad.csv").write_bytes(content)
    code, _, err = run(capsys, "criticality", "bad.csv")
    assert code in (1, 2)
    assert "Traceback" not in err
    assert message in err or "row 2" in err


# Validate ------------------------------------------------------------------------------------------------------------


def test_validate_says_what_is_wrong_with_lines(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    code, out, err = run(capsys, "validate", "lines.geojson")
    found = table(out).set_index("check")
    assert code == 0
    assert found.loc["doubled", "where"] == "row 3"
    assert "0 errors" in err
    gpd.read_file("lines.geojson").to_file("no_crs.shp")
    (folder / "no_crs.prj").unlink()
    code, out, _ = run(capsys, "validate", "no_crs.shp")
    assert code == 1
    assert table(out).set_index("severity").loc["error", "check"] == "coordinate system"


def test_validate_knows_tables_pairs_scenarios_cost_models_and_networks(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    frame = cx.load("sources").head(3)
    frame.to_csv("sources.csv", index=False)
    assert run(capsys, "validate", "sources.csv")[0] == 0
    frame.assign(kind=["hearsay", "web", "web"], title="").to_csv("sources.csv", index=False)
    code, out, _ = run(capsys, "validate", "sources.csv")
    assert code == 1
    assert out.count("error") == 2  # both columns, not only the first
    assert "'hearsay'; allowed are" in out
    code, out, err = run(capsys, "validate", "pairs.csv")
    assert code == 1
    assert "no place 'Atlantis'" in out
    assert "2 errors" in err
    (folder / "plan.toml").write_text('name = "x"\n[[edit]]\naction = "open"\ntarget = "no-such-line"\n')
    code, out, _ = run(capsys, "validate", "plan.toml")
    assert code == 1
    assert "no-such-line" in out
    (folder / "half.toml").write_text('name = "x')
    assert run(capsys, "validate", "half.toml")[0] == 1
    assert run(capsys, "validate", str(GEODATA / "costs" / "simple.toml"))[0] == 0
    cx.save_network(cx.build_network(rail="lines.geojson"), "own.gpkg")
    code, out, _ = run(capsys, "validate", "own.gpkg")
    assert code == 0
    assert "loose ends" in set(table(out)["check"])


@pytest.mark.parametrize(
    "name", ["cut.gpkg", "cut.shp", "cut.zip", "cut.npz", "cut.geojson", "cut.parquet", "cut.toml", "cut.csv"]
)
def test_a_damaged_file_is_an_error_in_the_table(capsys: pytest.CaptureFixture[str], folder: Path, name: str) -> None:
    (folder / name).write_bytes(b"\x00\x01 no such file \xff")
    code, _, err = run(capsys, "validate", name)
    assert code in (1, 2)
    assert "Traceback" not in err
    assert "defect" not in err


def test_broken_reference_checks_are_asked_for_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "validate", "--reference", "--kind", "invariants")
    assert code == 2
    assert "it must be some of" in err


# Errors --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected", "message"),
    [
        (["route", "Omsk", "Almaty", "--avoid", "RUS"], 1, "Omsk is in RUS"),
        (["compare", "Atlantis", "Almaty", "-o", "x.html"], 1, "no place 'Atlantis'"),
        (["matrix", "Atlantis"], 1, "no place 'Atlantis'"),
        (["criticality", "Atlantis", "Almaty"], 1, "no place 'Atlantis'"),
        (["route", "Atlantis", "Almaty"], 2, "no place 'Atlantis'"),
        (["route", "Almaty", "Taskent"], 2, "did you mean 'tashkent'"),
        (["route", "Almaty", "Tashkent", "--weight", "beauty"], 2, "weight is 'beauty'"),
        (["route", "Almaty", "Tashkent", "--as-of", "soon"], 2, "as_of is 'soon'"),
        (["route", "Almaty", "Tashkent", "--avoid", "crossing:saryagash-kelez"], 2, "did you mean 'saryagash-keles'"),
        (["route", "Almaty", "Tashkent", "--open", "trans-afgan-kharlachi"], 2, "did you mean 'trans-afghan-kharlachi'"),
        (["route", "Almaty", "Tashkent", "--scenario", "ckuu"], 2, "did you mean 'cku'"),
        (["route", "Almaty", "Tashkent", "--scenario", "gone.toml"], 2, "no scenario file 'gone.toml'"),
        (["route", "Almaty", "Tashkent", "--cost-model", "simpel"], 2, "did you mean 'simple'"),
        (["route", "Almaty", "Tashkent", "--modes", "rial"], 2, "it must name some of rail, road, sea"),
        (["route", "Almaty", "Tashkent", "--cargo", "barrel"], 2, "barrel"),
        (["route", "Almaty", "Tashkent", "--network", "gone.gpkg"], 2, "gone.gpkg"),
        (["route", "Almaty", "Tashkent", "--network", "gone.npz"], 2, "there is no network file 'gone.npz'"),
        (["route", "43.2,76.9", "Tashkent"], 2, "longitude comes first: was (76.9, 43.2) meant, near Almaty-1 (KAZ)?"),
        (["route", "Almaty", "Tashkent", "--corridor", "midle"], 2, "midle"),
        (["compare", "Almaty", "Tashkent", "-o", "x.pdf"], 2, ".parquet, or .html for a map"),
        (["compare", "Almaty"], 2, "'Almaty': 1 is no even number of places"),
        (["compare", "gone.csv"], 2, "there is no file 'gone.csv'"),
        (["border", "KAZ", "KGX"], 2, "did you mean 'KGZ'"),
        (["border", "KAZ", "-o", "x.html"], 2, "cannot write 'x.html': this command gives tables"),
        (["border", "KAZ", "KGZ", "UZB"], 2, "give two, one or none"),
        (["access", "--country", "UZX"], 2, "did you mean 'UZB'"),
        (["isolation", "XXX"], 2, "no country 'XXX'"),
        (["data", "rial"], 2, "did you mean 'rail'"),
        (["rute"], 2, "No such command 'rute'"),
        (["build", "-o", "x.gpkg"], 2, "there is nothing to build"),
        (["build", "--rail", "lines.geojson", "--default", "gauge", "-o", "x.gpkg"], 2, "write NAME=VALUE"),
        (["build", "--rail", "lines.geojson", "-o", "x.txt"], 2, "the ending must be .gpkg or .npz"),
        (["map", "-o", "x.png"], 2, "the ending must be .html"),
        (["validate"], 2, "give a file, or --reference"),
        (["validate", "gone.shp"], 2, "there is no file 'gone.shp'"),
        (["validate", "lines.geojson", "--kind", "raill"], 2, "did you mean 'rail'"),
        (["simulate", "Almaty", "Tashkent", "-n", "0"], 2, "-n"),
    ],
)  # fmt: skip
def test_errors_are_one_line_and_exit_codes_mean_something(
    capsys: pytest.CaptureFixture[str], folder: Path, words: list[str], expected: int, message: str
) -> None:
    code, _, err = run(capsys, *words)
    assert code == expected, err
    assert message in err
    assert "Traceback" not in err
    assert "defect" not in err


def test_a_map_is_written_or_the_command_says_why_not(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    drawn, not_drawn = tmp_path / "drawn.html", tmp_path / "not.html"
    _, _, err = run(capsys, "simulate", "Almaty", "Tashkent", "-n", "9", "-o", str(drawn))
    assert drawn.is_file()
    assert "wrote" in err
    code, _, err = run(capsys, "simulate", "Almaty", "Atlantis", "-n", "9", "-o", str(not_drawn))
    assert not not_drawn.exists()
    assert code == 1
    assert "not.html was not written: there is nothing in this result to draw on a map" in err


def test_a_file_that_cannot_be_written_is_one_line(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    for name in ("pairs.csv/x.csv", "pairs.csv/x.html"):
        code, _, err = run(capsys, "route", "Almaty", "Tashkent", "-o", name)
        assert code == 2
        assert err.count("corridors: ") == 1


def test_a_defect_says_so_without_a_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("corridors.cli._output.say", broken)
    monkeypatch.setattr("corridors.cli.ways.say", broken)
    code, _, err = run(capsys, "route", "Almaty", "Tashkent")
    assert code == 3
    assert "RuntimeError: boom" in err
    monkeypatch.setenv("CORRIDORS_TRACEBACK", "1")
    monkeypatch.setattr("sys.argv", ["corridors", "route", "Almaty", "Tashkent"])
    with pytest.raises(RuntimeError):
        cli.main()


WORD = st.one_of(
    st.sampled_from(
        ["Almaty", "Tashkent", "KAZ", "--avoid", "-k", "-o", "--via", "--close", "--table", "-f", "json", "-"]
    ),
    st.text(max_size=12).filter(lambda t: "\x00" not in t and "/" not in t),
)


@given(st.sampled_from([*examples(), ""]), st.lists(WORD, max_size=5))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_words_make_a_traceback(
    capsys: pytest.CaptureFixture[str], folder: Path, name: str, words: list[str]
) -> None:
    if name in ("validate", "build", "map", "access", "report"):
        words = [*words, "--no-such-option"]  # these take long when they are understood
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
        code, _, err = run(capsys, name, *words)
    assert code in (0, 1, 2), err
    assert "defect" not in err


# Terminal and shell --------------------------------------------------------------------------------------------------


def test_a_reader_that_leaves_early_makes_no_noise() -> None:
    command = f"{shlex.quote(sys.executable)} -m corridors data stations | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout.startswith("station_id")
    assert done.stderr == ""


def test_a_console_that_lacks_letters_shows_the_table_all_the_same() -> None:
    words = [sys.executable, "-m", "corridors", "data", "crossings", "-f", "table"]
    done = subprocess.run(
        words, capture_output=True, check=False, cwd=ROOT, env={**os.environ, "PYTHONIOENCODING": "latin-1"}
    )
    assert done.returncode == 0
    assert b"agarak-ordubad" in done.stdout


@pytest.mark.skipif(os.name != "posix", reason="there is no pseudo-terminal")
def test_in_a_terminal_the_table_is_drawn_and_fits() -> None:
    import pty

    code = "import os; os.environ['COLUMNS'] = '100'; from corridors.cli import main; main()"
    pid, handle = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "xterm"
        os.execv(sys.executable, [sys.executable, "-c", code, "compare", "Almaty", "Tashkent", "--avoid", "KGZ"])
    seen = b""
    while True:
        try:
            part = os.read(handle, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    os.waitpid(pid, 0)
    text = re.sub(r"\x1b\[[0-9;]*m", "", seen.decode())
    assert "unrestricted" in text
    drawn = [line for line in text.splitlines() if "─" in line]
    assert drawn
    assert max(map(len, drawn)) <= 100


def test_the_shell_completes_places_parts_scenarios_and_models() -> None:
    assert "Almaty" in _complete.places("alm")
    assert "saryagash-keles" in _complete.parts("saryag")
    assert "RUS,BLR" in _complete.avoidable("RUS,BL")
    assert _complete.scenarios("ck") == ["cku"]
    assert _complete.cost_models("sim") == ["simple"]
    assert "time_h" in _complete.weights("")
    assert _complete.corridors("") == sorted(cx.load("corridors")["corridor_id"])
    env = {
        **os.environ,
        "_CORRIDORS_COMPLETE": "complete_bash",
        "COMP_WORDS": "corridors route Almat",
        "COMP_CWORD": "2",
    }
    done = subprocess.run([sys.executable, "-m", "corridors"], env=env, capture_output=True, text=True, check=False)
    assert "Almaty" in done.stdout.split()
