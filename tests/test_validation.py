"""The reference network against published figures, and its invariants."""

from pathlib import Path

import pandas as pd
import pytest

import corridors as cx
from corridors.validation import Validation
from corridors.validation._costs_page import with_tables
from corridors.validation._invariants import invariants
from corridors.validation._rows import COLUMNS, row, verdict_of
from corridors.validation._times import times

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def network() -> cx.Network:
    return cx.load_network()


@pytest.fixture(scope="module")
def found(network: cx.Network) -> Validation:
    return cx.validate_reference(network)


@pytest.fixture(scope="module")
def free(found: Validation) -> pd.DataFrame:
    """Distances to validate that no line was fitted to."""
    table = found.table
    tested = table[(table["kind"] == "distance") & (table["use"] == "validate") & table["ratio"].notna()]
    return tested[~tested["is_fitted"]]


# Rows ----------------------------------------------------------------------------------------------------------------


def test_a_row_carries_its_ratio_and_what_it_means() -> None:
    made = row("distance", "A - B", computed=98.0, published=100.0)
    assert list(made) == list(COLUMNS)
    assert made["ratio"] == pytest.approx(0.98)
    assert [verdict_of(r) for r in (0.951, 1.049, 0.949, 0.89, 1.11)] == ["ok", "ok", "off", "far", "far"]


def test_the_table_says_what_was_compared_with_what(found: Validation) -> None:
    table = found.table
    assert tuple(table.columns) == COLUMNS
    assert set(table["kind"]) >= {"distance", "line", "network", "crossing", "corridor", "invariant"}
    compared = table[table["published"].notna()]
    assert compared["source_id"].isin(cx.load("sources")["source_id"]).all()
    assert table.attrs["scenario"] == "baseline"
    assert "invariants broken: 0" in found.summary
    assert "Validation" in repr(found)


# Accuracy ------------------------------------------------------------------------------------------------------------


def test_at_least_eighty_distances_are_validated_and_few_are_far_off(free: pd.DataFrame) -> None:
    error = (free["ratio"] - 1.0).abs()
    assert len(free) >= 80
    assert error.median() <= 0.015
    assert (error <= 0.05).sum() >= 20
    assert (error <= 0.05).mean() >= 0.88


def test_no_distance_is_beyond_ten_per_cent_without_a_written_reason(free: pd.DataFrame) -> None:
    far = free[(free["ratio"] - 1.0).abs() > 0.10]
    assert far["reason"].ne("").all(), far[["what", "ratio"]].to_string()


def test_every_distance_to_validate_has_a_way(found: Validation) -> None:
    table = found.table
    lost = table[(table["kind"] == "distance") & (table["use"] == "validate") & (table["verdict"] == "no route")]
    assert lost.empty, lost[["what", "reason"]].to_string()


def test_a_line_fitted_to_a_figure_has_its_length(found: Validation) -> None:
    lines = found.table[(found.table["kind"] == "line") & found.table["is_fitted"]]
    assert ((lines["ratio"] - 1.0).abs() <= 0.05).mean() >= 0.95


def test_a_figure_of_the_line_itself_counts_as_fitted(found: Validation) -> None:
    table = found.table.set_index("what")
    assert table.loc["Angren - Pap", "is_fitted"]
    assert not table.loc["Mary - Serhetabat", "is_fitted"]


def test_named_rail_crossings_lie_where_the_table_says(found: Validation) -> None:
    crossings = found.table[(found.table["kind"] == "crossing") & found.table["computed"].notna()]
    assert crossings["computed"].median() < 0.5
    assert (crossings["computed"] <= 3.0).mean() >= 0.9


# Invariants ----------------------------------------------------------------------------------------------------------


def test_no_invariant_is_broken(found: Validation) -> None:
    assert found.failures == ()


def test_what_lies_outside_the_network_has_a_reason(found: Validation) -> None:
    outside = found.table[found.table["kind"] == "outside"]
    assert outside["reason"].ne("not known").all()
    assert outside["reason"].str.contains("suspended|under construction|closed").any()


def test_a_shortened_edge_breaks_an_invariant(network: cx.Network) -> None:
    lengths = network.tables["edges"]["length_km"].copy()
    track = (network.tables["edges"]["kind"] == "track").argmax()
    lengths[track] = 0.1
    rows = invariants(network.with_tables(edges={"length_km": lengths}))
    broken = [r for r in rows if r["verdict"] == "broken"]
    assert len(broken) == 1
    assert str(network.tables["edges"]["edge_id"][track]).partition("/")[0] in broken[0]["reason"]


def test_a_crossing_without_a_name_breaks_an_invariant(network: cx.Network) -> None:
    edges = network.tables["edges"]
    names = edges["crossing_id"].copy()
    names[((edges["kind"] == "crossing") & (edges["mode"] == "rail")).argmax()] = ""
    rows = invariants(network.with_tables(edges={"crossing_id": names}))
    assert sum(r["verdict"] == "broken" for r in rows) == 1


# The page ------------------------------------------------------------------------------------------------------------


def test_the_page_in_the_docs_has_every_published_distance() -> None:
    page = (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")
    table = cx.load("benchmarks")
    listed = table[(table["metric"] == "distance") & (table["from_id"] != "") & (table["to_id"] != "")]
    missing = [
        f"{a} - {b}" for a, b in zip(listed["from_name"], listed["to_name"], strict=True) if f"| {a} - {b}" not in page
    ]
    assert not missing, f"run corridors validate --reference -o docs/accuracy.md: {missing}"


def test_the_page_has_one_table_a_kind(found: Validation) -> None:
    page = found.to_markdown()
    assert page.startswith("# Accuracy of the reference network\n")
    assert page.count("\n## ") == 8
    widths = {line.count(" | ") for line in page.splitlines() if line.startswith("| ")}
    assert len(widths) <= 7


# The command ---------------------------------------------------------------------------------------------------------


def test_the_command_prints_the_table_and_writes_the_page(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from corridors.cli import app

    page = tmp_path / "accuracy.md"
    result = CliRunner().invoke(app, ["validate", "--reference", "--kind", "invariant", "-o", str(page)])
    assert result.exit_code == 0
    assert "one connected network" in result.output
    assert page.read_text(encoding="utf-8").startswith("# Accuracy of the reference network")


def test_the_command_asks_for_what_it_validates() -> None:
    from typer.testing import CliRunner

    from corridors.cli import app

    assert CliRunner().invoke(app, ["validate"]).exit_code == 2


def test_published_times_are_held_against_the_preset_that_measures_the_same(found: cx.Validation) -> None:
    times = found.table[found.table["kind"] == "time"].set_index("what")
    computed = times[times["computed"].notna()]
    assert len(computed) >= 8
    outside = computed[computed["verdict"] == "outside"]
    assert outside["reason"].str.contains("; ").all()  # each miss is explained
    assert (computed["verdict"] == "in range").sum() >= 7
    brest = computed.loc["time: Dostyk/Altynkol - Brest (rail)"]
    assert brest["is_fitted"]  # that row is the speed of its preset: it validates nothing
    tariffs = times[times["unit"] == "USD"]
    assert tariffs["computed"].isna().all()  # TFI3 is no tariff


def test_the_tables_of_the_page_on_costs_are_up_to_date(network: cx.Network) -> None:
    page = (ROOT / "docs" / "costs.md").read_text(encoding="utf-8")
    assert with_tables(page, network) == page, "run python -m corridors.validation docs/costs.md"
    with pytest.raises(cx.LayerError, match="no table 'prices'"):
        with_tables("<!-- table prices --><!-- end -->", network)


def test_every_miss_in_time_and_cost_says_why(network: cx.Network) -> None:
    rows = pd.DataFrame(times(network)).set_index("what")
    outside = rows[rows["verdict"] == "outside"]
    records = cx.load("benchmarks")
    explained = set(records["source_id"][records["deviation"] != ""])
    assert set(outside["source_id"]) <= explained
    assert not (rows["verdict"] == "no route").any()
    assert (rows["reason"] != "").all()
    # Those that nothing was fitted to.
    validating = rows[rows["use"].str.startswith("validate") & rows["computed"].notna()]
    assert set(validating["verdict"]) <= {"in range", "outside"}
    assert rows.loc["time: Karachi - Tashkent (road)", "verdict"] == "in range"
    assert rows.loc["time: Xi'an - Tashkent (rail)", "verdict"] == "in range"
