"""Lines to a routable network: this package against momepy and neatnet, on the same lines, in one run.

``python benchmarks/linking.py [n_lines]`` needs ``pip install momepy neatnet``. Lines are the pieces of a synthetic national
network: a grid of bent lines, each cut into several pieces at nodes of degree two, a few ends moved or cut back.
"""

import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely

from corridors.topology import contract, join_ends, repair_lines
from corridors.topology._arrays import Ends, Ragged


def synthetic(n: int, *, pieces: int = 5, faults: float = 0.01, seed: int = 1) -> gpd.GeoDataFrame:
    """Return about n lines of four to five vertices: a grid whose edges are cut in pieces; a share of the ends is off."""
    rng = np.random.default_rng(seed)
    side = int(np.sqrt(n / pieces / 2)) + 1
    x, y = np.meshgrid(np.arange(side + 1), np.arange(side + 1), indexing="ij")
    node = np.stack([x, y], axis=-1) * 0.02 + rng.uniform(-0.005, 0.005, (side + 1, side + 1, 2)) + (40.0, 20.0)
    start = np.concatenate([node[:-1, :-1].reshape(-1, 2)] * 2)
    end = np.concatenate([node[1:, :-1].reshape(-1, 2), node[:-1, 1:].reshape(-1, 2)])
    steps = pieces * 3 + 1
    t = np.linspace(0, 1, steps)[None, :, None]
    xy = start[:, None] * (1 - t) + end[:, None] * t
    xy[:, 1:-1] += rng.normal(0, 0.0002, (len(xy), steps - 2, 2))
    parts = np.stack([xy[:, k * 3 : k * 3 + 4] for k in range(pieces)], axis=1).reshape(-1, 4, 2)[:n]
    off = rng.random(len(parts)) < faults
    parts[off, -1] += rng.choice([0.0001, 0.001], off.sum())[:, None] * (1, 0)  # 11 m to snap, 110 m to close
    return gpd.GeoDataFrame(
        {"line_id": [f"l{i}" for i in range(len(parts))]}, geometry=shapely.linestrings(parts), crs=4326
    )


def timed(run: Callable[[], Any]) -> tuple[Any, float]:
    """Return the result and the best of two times in seconds of the processor: all here run on one core."""
    best, out = np.inf, None
    for _ in range(2):
        start = time.process_time()
        out = run()
        best = min(best, time.process_time() - start)
    return out, best


def ours_linked(lines: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Any, Any]:
    """Link lines at their ends and contract chains; node numbers, positions and lengths are the graph."""
    return graph(contract(lines).lines)


def ours_cleaned(lines: gpd.GeoDataFrame, gap_m: float = 150.0) -> tuple[gpd.GeoDataFrame, Any, Any]:
    """The whole repair before that, until nothing moves: doubles, noding, snapping, T-junctions, gaps."""
    return graph(repair_lines(lines, snap_m=20.0, gap_m=gap_m, contract=True).lines)


def graph(merged: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Any, Any]:
    """Return lines with their lengths, the node numbers of their ends, and the positions of the nodes."""
    ends, nodes = join_ends(merged.geometry.array, snap_m=0.0)
    return merged.assign(length_m=Ragged.of(merged.geometry.array).lengths_m()), ends, nodes


def momepy_linked(lines: gpd.GeoDataFrame) -> nx.MultiGraph:
    """momepy: chains made one line, then a graph."""
    import momepy

    return momepy.gdf_to_nx(momepy.remove_false_nodes(lines), approach="primal")


def neatnet_closed(lines: gpd.GeoDataFrame, gap_m: float = 150.0) -> gpd.GeoDataFrame:
    """neatnet: gaps closed, false nodes removed."""
    import neatnet

    closed = neatnet.close_gaps(lines, gap_m)
    return neatnet.remove_interstitial_nodes(
        gpd.GeoDataFrame(geometry=gpd.GeoSeries(np.asarray(closed.geometry), crs=lines.crs))
    )


def n_components(lines: gpd.GeoDataFrame) -> int:
    """Return how many pieces the lines form."""
    return len(np.unique(Ends.of(Ragged.of(lines.geometry.array)).components()))


def main(n: int = 100_000) -> None:
    """Print a table."""
    warnings.simplefilter("ignore")
    lines = synthetic(n)
    flat = lines.to_crs(3857)
    (mine, _, _), t_linked = timed(lambda: ours_linked(lines))
    (clean, _, _), t_cleaned = timed(lambda: ours_cleaned(lines))
    theirs, t_momepy = timed(lambda: momepy_linked(flat))
    print(f"{'':46}{'lines':>9}{'s':>9}{'edges':>9}{'pieces':>8}{'times faster':>14}")

    def row(name: str, n_lines: int, s: float, edges: int, pieces: int, ratio: float | None = None) -> None:
        print(f"{name:46}{n_lines:>9,}{s:>9.2f}{edges:>9,}{pieces:>8,}" + (f"{ratio:>13.1f}x" if ratio else ""))

    row(
        "momepy remove_false_nodes + gdf_to_nx",
        len(lines),
        t_momepy,
        theirs.number_of_edges(),
        nx.number_connected_components(theirs),
    )
    row("corridors, linked", len(lines), t_linked, len(mine), n_components(mine), t_momepy / t_linked)
    row(
        "corridors, + noding, snapping, gaps",
        len(lines),
        t_cleaned,
        len(clean),
        n_components(clean),
        t_momepy / t_cleaned,
    )
    few = synthetic(5_000)
    closed, t_neatnet = timed(lambda: neatnet_closed(few.to_crs(few.estimate_utm_crs())))
    (small, _, _), t_small = timed(lambda: ours_cleaned(few))
    row("neatnet close_gaps + remove_interstitial_nodes", len(few), t_neatnet, len(closed), n_components(closed))
    row("corridors, + noding, snapping, gaps", len(few), t_small, len(small), n_components(small), t_neatnet / t_small)


if __name__ == "__main__":
    main(*(int(a) for a in sys.argv[1:]))
