"""Beyond one machine: every pair under every closure, in chunks on a process pool or a Dask cluster, resumable.

    python examples/15_sweep.py OUT [--pairs 10000] [--closures 199] [--workers 2] [--dask ADDRESS]

With the defaults: 10,000 pairs × 200 scenarios (today, and each border crossing shut), 4,000 chunks of 500, as a Parquet
dataset in OUT. Stop it and start it again: chunks that are done are not done again.
"""

from __future__ import annotations

import argparse
import time
from concurrent.futures import Executor, ProcessPoolExecutor
from itertools import islice, permutations

import corridors as cx
from corridors.resilience import access


def main() -> None:
    """Sweep, and say what a million pairs would take."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out")
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--closures", type=int, default=199)
    parser.add_argument("--chunk", type=int, default=500)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--dask", default="", help="address of a Dask scheduler")
    given = parser.parse_args()

    network = cx.load_network()
    places = access(network, ["Moscow"]).table.dropna(subset=["time_h"])["place_id"].tolist()
    # A stride that shares no factor with the number of places spreads the sample over the map.
    pairs = [(a, b) for a, b in islice(permutations(places, 2), 0, None, 97)][: given.pairs]
    crossings = list(dict.fromkeys(network.crossings.query("status == 'operating' and mode == 'rail'")["crossing_id"]))
    plans = [
        cx.Scenario("today"),
        *(cx.Scenario(f"{c} shut").close(f"crossing:{c}") for c in crossings[: given.closures]),
    ]
    started = time.perf_counter()
    with _executor(given.dask, given.workers) as executor:
        found = cx.sweep(network, pairs, plans, executor=executor, out=given.out, chunk=given.chunk)
    seconds = time.perf_counter() - started
    n = len(pairs) * len(plans)
    print(
        f"{len(pairs):,} pairs × {len(plans)} scenarios = {n:,} routes; {found.n_done} chunks done, {found.n_skipped} there already"
    )
    if found.n_done:
        each = seconds * given.workers / (found.n_done * given.chunk)
        print(
            f"{seconds:.1f} s, at most {1000 * each:.0f} ms of a worker a route: a million pairs take {each * 1e6 / 3600:,.1f} worker hours"
        )


def _executor(address: str, workers: int) -> Executor:
    if not address:
        return ProcessPoolExecutor(workers)
    from dask.distributed import Client

    return Client(address).get_executor()


if __name__ == "__main__":
    main()
