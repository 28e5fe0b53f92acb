"""Sweeps: chunks, executors, and going on where a killed one stopped."""

import multiprocessing
import os
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import corridors as cx
from corridors import sweeping
from corridors.network import Network

PAIRS = [("Alpha", "Charlie"), ("Alpha", "Bravo"), ("Aleph", "Coral"), ("Alpha", "Nowhere"), ("Bravo", "Delta")]
PLANS = [cx.Scenario("today"), cx.Scenario("built").open("cut-off"), cx.Scenario("One shut").close("one")]
OPTIONS: dict[str, Any] = {"modes": "rail"}


pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")


def pool() -> ProcessPoolExecutor:
    # Forked workers are ten times quicker to start than spawned ones; nothing here depends on it.
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork"))


def dying_weight(edges: pd.DataFrame) -> Any:
    """Kilometres; the first process that asks dies."""
    marker = Path(os.environ["CORRIDORS_TEST_MARKER"])
    if not marker.exists():
        marker.touch()
        os._exit(1)
    return edges["length_km"].to_numpy()


class Flaky(Executor):
    """Does two chunks here, and then breaks as a pool does whose worker died."""

    def __init__(self) -> None:
        self.n = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future:
        self.n += 1
        future: Future = Future()
        if self.n > 2:
            future.set_exception(BrokenProcessPool("a worker died"))
        else:
            future.set_result(fn(*args, **kwargs))
        return future


def test_every_pair_is_routed_under_every_scenario(toy: Network) -> None:
    table = cx.sweep(toy, PAIRS, PLANS, chunk=2, **OPTIONS).table()
    assert len(table) == len(PAIRS) * len(PLANS)
    assert list(dict.fromkeys(table["scenario"])) == ["today", "built", "One shut"]
    row = table.set_index(["scenario", "origin", "destination"]).loc[("built", "Bravo", "Delta")]
    assert row["length_km"] == pytest.approx(460)
    missing = table[table["destination"] == "Nowhere"]
    assert missing["time_h"].isna().all()
    assert missing["reason"].str.startswith("no place 'Nowhere'").all()


def test_a_process_pool_gives_the_same_table(toy: Network, tmp_path: Path) -> None:
    here = cx.sweep(toy, PAIRS, PLANS, chunk=2, **OPTIONS).table()
    with pool() as executor:
        there = cx.sweep(toy, PAIRS, PLANS, chunk=2, executor=executor, out=tmp_path / "s", **OPTIONS)
    assert (there.n_done, there.n_skipped) == (9, 0)
    pd.testing.assert_frame_equal(here, there.table())


def test_a_sweep_that_lost_its_workers_goes_on_to_the_same_result(toy: Network, tmp_path: Path) -> None:
    whole = cx.sweep(toy, PAIRS, PLANS, chunk=2, **OPTIONS).table()
    with pytest.raises(cx.WorkerError, match="7 of 9 chunks were lost"):
        cx.sweep(toy, PAIRS, PLANS, chunk=2, executor=Flaky(), out=tmp_path, **OPTIONS)
    stamps = {p: p.stat().st_mtime_ns for p in tmp_path.glob("part-*")}
    assert len(stamps) == 2
    again = cx.sweep(toy, PAIRS, PLANS, chunk=2, out=tmp_path, **OPTIONS)
    assert (again.n_done, again.n_skipped) == (7, 2)
    assert all(p.stat().st_mtime_ns == t for p, t in stamps.items())
    pd.testing.assert_frame_equal(whole, again.table())


def test_a_worker_that_dies_takes_its_chunk_only(toy: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CORRIDORS_TEST_MARKER", str(tmp_path / "died"))
    call = {"pairs": PAIRS[:3], "scenarios": PLANS[:2], "chunk": 1, "weight": dying_weight, "out": tmp_path / "s"}
    with pool() as executor, pytest.raises(cx.WorkerError, match="chunks were lost with their workers"):
        cx.sweep(toy, executor=executor, **call, **OPTIONS)
    found = cx.sweep(toy, **call, **OPTIONS)
    assert found.n_done + found.n_skipped == 6
    assert found.table()["reason"].eq("").all()


def test_a_folder_of_another_sweep_is_refused(toy: Network, tmp_path: Path) -> None:
    cx.sweep(toy, PAIRS[:1], PLANS[:1], out=tmp_path, **OPTIONS)
    with pytest.raises(cx.LayerError, match="holds another sweep"):
        cx.sweep(toy, PAIRS[:2], PLANS[:1], out=tmp_path, **OPTIONS)
    assert cx.sweep(toy, PAIRS[:1], PLANS[:1], out=tmp_path, **OPTIONS).n_skipped == 1


def test_csv_stands_in_where_there_is_no_parquet(toy: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "_has_parquet", lambda: False)
    table = cx.sweep(toy, PAIRS, PLANS, out=tmp_path, **OPTIONS).table()
    assert {p.suffix for p in tmp_path.glob("part-*")} == {".csv"}
    pd.testing.assert_frame_equal(table, cx.sweep(toy, PAIRS, PLANS, **OPTIONS).table())


def test_the_folder_is_a_parquet_dataset(toy: Network, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install corridors[dask]")
    table = cx.sweep(toy, PAIRS, PLANS, chunk=2, out=tmp_path, **OPTIONS).table()
    pd.testing.assert_frame_equal(table, pd.read_parquet(tmp_path), check_dtype=False)


def test_a_wrong_question_is_an_error_and_not_a_lost_chunk(toy: Network, tmp_path: Path) -> None:
    with pytest.raises(cx.UnknownNameError, match="weight is 'beauty'"):
        cx.sweep(toy, PAIRS, PLANS, weight="beauty")
    with pytest.raises(TypeError, match="no option weigth"):
        cx.sweep(toy, PAIRS, PLANS, weigth="time_h")
    with pytest.raises(ValueError, match="two scenarios have one name: x"):
        cx.sweep(toy, PAIRS, [cx.Scenario("x"), cx.Scenario("x")])
    with pytest.raises(ValueError, match="there must be some of each"):
        cx.sweep(toy, [], PLANS)


@pytest.mark.filterwarnings("default")
def test_a_dask_cluster_gives_the_same_table(toy: Network, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": False, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        found = cx.sweep(toy, PAIRS, PLANS, executor=client.get_executor(), out=tmp_path, **OPTIONS)
    pd.testing.assert_frame_equal(found.table(), cx.sweep(toy, PAIRS, PLANS, **OPTIONS).table())


@pytest.mark.parametrize("name", ["15_sweep"])
def test_an_example_runs(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import runpy

    script = Path(__file__).parents[1] / "examples" / f"{name}.py"
    monkeypatch.setattr("sys.argv", [str(script), str(tmp_path), "--places", "3", "--closures", "1", "--chunk", "4"])
    runpy.run_path(str(script), run_name="__main__")
    assert "a million pairs take" in capsys.readouterr().out


def test_a_sweep_in_which_no_pair_has_a_route_is_a_table_of_reasons() -> None:
    rows = cx.sweep(cx.load_network(), [("Atlantis", "Almaty")], [cx.Scenario("today")]).table()
    assert rows["countries"].tolist() == [""]
    assert "no place 'Atlantis'" in rows["reason"][0]
