"""Size of the maps, and how soon they are seen: HTML bytes, seconds in Python, seconds from opening the file to the second frame.

``python benchmarks/maps.py`` needs a Chromium and ``pip install playwright``. The aims are in the table; a busy machine misses those in
seconds. Lines of the last rows are random walks of 12 vertices, without names.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

import corridors as cx
from corridors import maps

CHROMIUM = os.environ.get("CORRIDORS_CHROMIUM") or shutil.which("chromium") or ""
N_OPENED = 5


def scattered(n: int) -> Any:
    """Return what looks like a network of n lines."""
    rng = np.random.default_rng(1)
    start = np.column_stack([rng.uniform(20, 120, n), rng.uniform(20, 60, n)])
    steps = rng.normal(0, 0.08, (n, 12, 2)).cumsum(axis=1)
    lines = shapely.linestrings(start[:, None, :] + steps)
    edges = gpd.GeoDataFrame({"status": "operating", "mode": "rail"}, index=range(n), geometry=lines, crs=4326)
    nodes = gpd.GeoDataFrame({"node_id": []}, geometry=[], crs=4326)
    return SimpleNamespace(edges=edges, nodes=nodes, crossings=nodes)


def opened_s(browser: Any, path: Path) -> float:
    """Return the median of the seconds from opening a file to its second frame."""
    seconds = []
    for _ in range(N_OPENED):
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        start = time.perf_counter()
        page.goto(path.as_uri(), wait_until="commit")
        page.wait_for_selector("html[data-corridor-ready='1']")
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        seconds.append(time.perf_counter() - start)
        page.close()
    return statistics.median(seconds)


def main() -> None:
    """Print one row a map."""
    from playwright.sync_api import sync_playwright

    network = cx.load_network()
    four = cx.alternatives(network, "Almaty", "Duisburg", k=4)
    cases: list[tuple[str, Callable[[], Any], str]] = [
        ("Almaty - Duisburg, four alternatives", lambda: maps.draw(four, network=network), "< 700 kB, < 1.5 s"),
        ("whole embedded network", lambda: maps.draw(network), "< 2,500 kB"),
        ("access to the sea", lambda: maps.draw(cx.access(network), network=network), ""),
        ("10,000 lines", lambda: maps.draw(scattered(10_000)), "< 1,500 kB"),
        ("50,000 lines", lambda: maps.draw(scattered(50_000)), "< 6,000 kB"),
    ]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        print(f"{'map':<38}{'kB':>8}{'python s':>10}{'opened s':>10}  aim")
        for name, make, aim in cases:
            path = Path(folder, "map.html")
            start = time.perf_counter()
            make().save(path)
            python_s = time.perf_counter() - start
            print(
                f"{name:<38}{path.stat().st_size / 1000:>8,.0f}{python_s:>10.2f}{opened_s(browser, path):>10.2f}  {aim}"
            )
        browser.close()


if __name__ == "__main__":
    main()
