"""Executors: the same bytes as without, the network sent once, and what happens to a worker that dies."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

import corridors as cx
from corridors import _workers
from corridors.network import Network

PAIRS = [("Alpha", "Charlie"), ("Aleph", "Coral"), ("Alpha", "Nowhere"), ("Bravo", "Delta")]
PLANS = [cx.Scenario("today"), cx.Scenario("built").open("cut-off")]
ENDS = ["Alpha", "Bravo", "Charlie", "Aleph", "Coral", "Nowhere"]


def matrix(network: Network, executor: Executor | None) -> str:
    return str(cx.matrix(network, ENDS * 20, ENDS, weight=["time_h", "cost"], modes="rail", executor=executor).to_csv())


def criticality(network: Network, executor: Executor | None) -> str:
    found = cx.criticality(network, PAIRS, modes="rail", executor=executor)
    return str(found.table.to_csv() + found.losers.to_csv() + found.failures.to_csv())


def simulate(network: Network, executor: Executor | None) -> str:
    ways = {"north": {}, "south": {"avoid": ["BBB"]}}
    found = cx.simulate(network, PAIRS, corridors=ways, n=50, modes="rail", executor=executor)
    return str(found.table.to_csv() + found.drivers.to_csv())


def sweep(network: Network, executor: Executor | None) -> str:
    return str(cx.sweep(network, PAIRS, PLANS, chunk=2, modes="rail", executor=executor).table().to_csv())


ASKS = [matrix, criticality, simulate, sweep]


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    # Forked workers are ten times quicker to start than spawned ones; nothing here depends on it.
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as executor:
        yield executor


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
@pytest.mark.parametrize("ask", ASKS)
def test_a_process_pool_gives_the_same_bytes(toy: Network, pool: Executor, ask: Callable[..., str]) -> None:
    assert ask(toy, pool) == ask(toy, None)


@pytest.mark.filterwarnings("default")
def test_a_dask_cluster_gives_the_same_bytes(toy: Network) -> None:
    distributed = pytest.importorskip("distributed", reason="Dask is not installed: pip install corridors[dask]")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": False, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        for ask in ASKS:
            assert ask(toy, client.get_executor()) == ask(toy, None)


def test_a_table_without_rows_has_none_after_the_journey(toy: Network, tmp_path: Path) -> None:
    cx.save_network(toy, tmp_path / "toy.npz")
    there = cx.load_network(tmp_path / "toy.npz")
    for name, columns in toy.tables.items():
        assert {len(v) for v in there.tables[name].values()} == {len(v) for v in columns.values()}, name


def test_threads_share_a_network(toy: Network) -> None:
    # With the extra `fast` a hierarchy is built after some searches, and asked by whichever thread comes.
    pairs = [("Alpha", "Charlie"), ("Aleph", "Coral"), ("Bravo", "Delta")] * 60
    with ThreadPoolExecutor(4) as executor:
        found = list(executor.map(lambda pair: cx.route(toy, *pair, modes="rail").time_h, pairs))
        assert criticality(toy, executor) == criticality(toy, None)
    assert found == found[:3] * 60


class Elsewhere(Executor):
    """A worker on a machine that does not see the file of the network."""

    def __init__(self) -> None:
        self.n_tasks = self.n_sent = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        work, task, (digest, _), content = args
        self.n_tasks += content is None
        self.n_sent += content is not None
        future: Future[Any] = Future()
        future.set_result(fn(work, task, (digest, "/no/such/folder/network.npz"), content))
        return future


def test_a_worker_that_does_not_see_the_file_is_sent_the_network(toy: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_workers, "_held", {})
    monkeypatch.setattr(_workers, "WINDOW", 1)
    far = Elsewhere()
    assert criticality(toy, far) == criticality(toy, None)
    assert (far.n_tasks, far.n_sent) == (len(PAIRS), 1)
    assert sweep(cx.Scenario("x").close("one").apply(toy), far) != sweep(toy, far)
    assert len(_workers._held) == 1


class Broken(Executor):
    """A pool whose worker dies at its first task, and that takes no other afterwards."""

    def __init__(self) -> None:
        self.is_dead = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.is_dead:
            raise BrokenProcessPool("a worker died")
        self.is_dead = True
        future: Future[Any] = Future()
        future.set_exception(BrokenProcessPool("a worker died"))
        return future


def test_work_that_died_with_its_worker_is_said_to_be_lost(toy: Network) -> None:
    with pytest.raises(cx.WorkerError, match="4 of 4 parts were lost with their workers"):
        criticality(toy, Broken())


def test_a_wrong_question_is_its_own_error(toy: Network) -> None:
    with pytest.raises(cx.UnknownNameError, match="weight is 'beauty'"):
        cx.criticality(toy, PAIRS, weight="beauty", executor=Elsewhere())
    with pytest.raises(cx.UnknownNameError, match="weight is 'beauty'"):
        cx.matrix(toy, ENDS, ENDS, weight="beauty", executor=Elsewhere())
