"""The command line, run as a user runs it."""

import json
from pathlib import Path

import pytest

from corridors import cli


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["corridors", *words])
        with pytest.raises(SystemExit) as stop:
            cli.main()
    out = capsys.readouterr()
    return int(stop.value.code or 0), out.out, out.err


def test_compare_prints_a_table_and_writes_a_map(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page = tmp_path / "out.html"
    code, out, err = run(capsys, "compare", "Almaty", "Duisburg", "-o", str(page))
    assert code == 0
    assert "unrestricted" in out
    assert out.count("avoiding") == 2
    assert "RUS" in out
    assert f"wrote {page}" in err
    assert page.stat().st_size > 10_000


def test_route_prints_stages_that_end_at_the_total(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "route", "Moscow", "Tashkent", "--format", "json")
    rows = json.loads(out)
    assert code == 0
    assert rows[-1]["cumulative_km"] == pytest.approx(sum(r["length_km"] for r in rows), abs=0.1)
    assert {r["country"] for r in rows} >= {"RUS", "KAZ", "UZB"}


def test_open_says_what_it_opened_and_changes_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(
        capsys, "route", "Tashkent", "Karachi", "--modes", "rail", "--open", "trans-afghan-kharlachi", "--format", "csv"
    )
    assert code == 0
    assert "AFG" in out
    assert "opened: line:trans-afghan-kharlachi" in err


@pytest.mark.parametrize(
    ("words", "expected", "message"),
    [
        (["route", "Omsk", "Almaty", "--avoid", "RUS"], 1, "Omsk is in RUS"),
        (["route", "Atlantis", "Almaty"], 2, "no place 'Atlantis'"),
        (["route", "Almaty", "Tashkent", "--weight", "beauty"], 2, "weight is 'beauty'"),
        (["route", "Almaty", "Tashkent", "--as-of", "soon"], 2, "as_of is 'soon'"),
        (["compare", "Almaty", "Tashkent", "-o", "x.pdf"], 2, "the ending must be"),
        (["compare", "Almaty"], 2, "Missing argument"),
    ],
)
def test_errors_are_one_line_and_exit_codes_mean_something(
    capsys: pytest.CaptureFixture[str], words: list[str], expected: int, message: str
) -> None:
    code, _, err = run(capsys, *words)
    assert code == expected
    assert message in err
    assert "Traceback" not in err


def test_data_lists_what_is_embedded(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "data", "--format", "csv")
    assert code == 0
    assert out.startswith("layer,vintage,licence")
    assert "ODbL-1.0" in out


@pytest.mark.parametrize("format_", ["csv", "md", "json"])
def test_tables_are_written_to_files(capsys: pytest.CaptureFixture[str], tmp_path: Path, format_: str) -> None:
    path = tmp_path / f"table.{format_}"
    code, _, _ = run(capsys, "compare", "Almaty", "Tashkent", "-o", str(path))
    assert code == 0
    assert "Saryagash" in path.read_text(encoding="utf-8") or "KAZ" in path.read_text(encoding="utf-8")
