"""Beyond one machine: every pair under every closure, in chunks on a process pool or a Dask cluster, resumable.

    python examples/15_sweep.py OUT [--places 101] [--closures 199] [--workers 2] [--dask ADDRESS]

With the defaults: 101 places spread over the map, 10,100 pairs of them × 200 scenarios (today, each border crossing of the
railways shut, then each of the longest lines), as a Parquet dataset in OUT. Stop it and start it again: chunks that are done
are not done again.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice, permutations
from pathlib import Path

import corridors as cx


def main() -> None:
    """Sweep, and say what a million pairs would take."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--places", type=int, default=101)
    parser.add_argument("--closures", type=int, default=199)
    parser.add_argument(
        "--chunk", type=int, default=2_020, help="pairs in a chunk: 20 origins, which share their searches"
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--dask", default="", help="address of a Dask scheduler")
    given = parser.parse_args()

    network = cx.load_network()
    every = cx.access(network, ["Moscow"]).table.dropna(subset=["time_h"])["place_id"].tolist()
    pairs = list(permutations(every[:: len(every) // given.places][: given.places], 2))
    plans = [cx.Scenario("today"), *islice(closures(network), given.closures)]
    started = time.perf_counter()
    with executor(given.dask, given.workers) as pool:
        found = cx.sweep(network, pairs, plans, executor=pool, out=given.out, chunk=given.chunk)
    seconds = time.perf_counter() - started
    size_mb = sum(p.stat().st_size for p in given.out.glob("part-*")) / 1e6
    n = len(pairs) * len(plans)
    print(
        f"{len(pairs):,} pairs × {len(plans)} scenarios = {n:,} routes, {size_mb:,.1f} MB; {found.n_done} chunks done in "
        f"{seconds:,.0f} s, {found.n_skipped} there already"
    )
    if found.n_done:
        each_ms = 1000 * seconds * given.workers / (n * found.n_done / (found.n_done + found.n_skipped))
        print(
            f"{each_ms:.2f} ms of a worker a route: a million pairs take {each_ms / 3.6:,.2f} worker hours for each scenario"
        )


def closures(network: cx.Network) -> Iterator[cx.Scenario]:
    """Yield a scenario for each crossing of the railways shut, then for each line shut, the longest first."""
    crossings = network.crossings.query("status == 'operating' and mode == 'rail'")["crossing_id"]
    edges = network.edges.query("status == 'operating' and kind in ('track', 'sea')")
    lines = edges.groupby("line_id")["length_km"].sum().sort_values(ascending=False, kind="stable").index
    for target in (*(f"crossing:{c}" for c in crossings.drop_duplicates()), *(f"line:{line}" for line in lines)):
        yield cx.Scenario(f"{target} shut").close(target)


@contextmanager
def executor(address: str, workers: int) -> Iterator[Executor]:
    """Yield a Dask cluster by its address, or a pool of processes here."""
    if not address:
        with ProcessPoolExecutor(workers) as pool:
            yield pool
        return
    from dask.distributed import Client

    with Client(address) as client:
        yield client.get_executor()


if __name__ == "__main__":
    main()
