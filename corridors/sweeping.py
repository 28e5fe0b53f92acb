"""Beyond one machine: pairs × scenarios in chunks, on any executor of PEP 3148, resumable.

A chunk is some pairs under one scenario. The network is written once into the folder of the sweep, and each worker process
reads it once; what travels with a chunk is a scenario and its pairs. A chunk is written whole or not at all, so that a sweep
that was killed goes on where it stopped, and a worker that dies loses its chunk only.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors._files import write_whole
from corridors._progress import progress
from corridors.cost import cost_model
from corridors.errors import CorridorError, LayerError, NoRouteError, PlaceError
from corridors.network import Asked, Network, load_network, save_network
from corridors.routing import route
from corridors.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

WINDOW = 256
"""Chunks that are handed out at a time: enough for any cluster, and millions of waiting futures cost memory for nothing."""

_NETWORK, _MANIFEST = "network.npz", "sweep.json"
Pair = tuple[Asked, Asked]


@dataclass(frozen=True)
class _Chunk:
    """Some pairs under one scenario."""

    name: str
    scenario: Scenario
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, eq=False)
class Sweep:
    """The result of `sweep`.

    Attributes
    ----------
    folder
        Where the chunks are; None if they were kept in memory.
    n_done, n_skipped
        Chunks computed by this call, and those that were there already.
    attrs
        Cost model, date, number of pairs and scenarios.
    """

    folder: Path | None
    n_done: int
    n_skipped: int
    attrs: Mapping[str, Any]
    _frames: tuple[pd.DataFrame, ...] = ()

    def table(self) -> pd.DataFrame:
        """Return all rows, in the order of scenarios and pairs; large sweeps are better read as a Parquet dataset."""
        import pandas as pd

        frames = list(self._frames) if self.folder is None else [_read(p) for p in _parts(self.folder)]
        table = pd.concat(frames, ignore_index=True)
        table.attrs.update(self.attrs)
        return table


def sweep(
    network: Network,
    pairs: Sequence[Pair],
    scenarios: Sequence[Scenario],
    *,
    executor: Executor | None = None,
    out: str | Path | None = None,
    chunk: int = 500,
    **options: Any,
) -> Sweep:
    """Route every pair under every scenario, in chunks, here or on any executor.

    Parameters
    ----------
    network
        Where to travel; each scenario is applied to it.
    pairs, scenarios
        What to combine. ``Scenario("today")`` changes nothing.
    executor
        A process pool, ``dask.distributed.Client.get_executor()``, ``mpi4py.futures.MPIPoolExecutor()``, or None for this
        process.
    out
        Folder for the chunks, visible to the workers; needed with an executor. The same call on it again does only what is
        missing.
    chunk
        Pairs in one chunk.
    **options
        As for `corridors.route`.

    Returns
    -------
    Sweep
        A pair without route is a row with NaN and its ``reason``.

    Raises
    ------
    LayerError
        The folder holds another sweep, or some chunks were lost with their workers: the same call does them again.
    ValueError
        An executor without a folder; nothing to do; two scenarios of one name.

    Examples
    --------
    >>> import corridors as cx
    >>> network = cx.load_network()
    >>> plans = [cx.Scenario("today"), cx.Scenario.load("cku")]
    >>> len(cx.sweep(network, [("Kashgar", "Tashkent")], plans).table())
    2
    """
    chunks = _chunks(pairs, scenarios, chunk)
    if executor is not None and out is None:
        raise ValueError("with an executor, give out=, a folder that the workers see")
    model = cost_model(options.pop("cost", "simple"), cargo=options.pop("cargo", None))
    options["cost"] = model
    attrs = {**network.attrs, "cost_model": model.name, "basis": model.basis, "cargo": model.cargo,
             "n_pairs": len(pairs), "scenario": ", ".join(s.name for s in scenarios)}  # fmt: skip
    if out is None:
        bar = progress(chunks, "sweeping", len(chunks))
        frames = [_frame(_rows(_apply(network, c.scenario), c, options), model.cargo) for c in bar]
        return Sweep(None, len(chunks), 0, attrs, tuple(frames))
    folder = Path(out)
    _claim(folder, network, chunks, options)
    left = [c for c in chunks if not _path(folder, c).is_file()]
    lost = 0
    for done, result in progress(_results(folder, network, left, options, executor), "sweeping", len(left)):
        if isinstance(result, BaseException):
            lost += 1
            continue
        write_whole(_path(folder, done), _bytes(_frame(result, model.cargo)))
    if lost:
        raise LayerError(f"{lost} of {len(left)} chunks were lost with their workers; the same call does them again")
    return Sweep(folder, len(left), len(chunks) - len(left), attrs)


def _chunks(pairs: Sequence[Pair], scenarios: Sequence[Scenario], size: int) -> list[_Chunk]:
    names = [s.name for s in scenarios]
    if not pairs or not scenarios or size < 1:
        raise ValueError(
            f"{len(pairs)} pairs, {len(scenarios)} scenarios, chunks of {size}: there must be some of each"
        )
    if len(set(names)) < len(names):
        raise ValueError(f"two scenarios have one name: {', '.join(sorted({n for n in names if names.count(n) > 1}))}")
    out = []
    for i, scenario in enumerate(scenarios):
        slug = re.sub(r"[^a-z0-9]+", "-", scenario.name.casefold()).strip("-")[:40]
        for k, start in enumerate(range(0, len(pairs), size)):
            out.append(_Chunk(f"part-{i:04d}-{k:06d}-{slug}", scenario, tuple(pairs[start : start + size])))
    return out


def _claim(folder: Path, network: Network, chunks: Sequence[_Chunk], options: Mapping[str, Any]) -> None:
    """Write the network and what this sweep is; refuse a folder that holds another one."""
    model = options["cost"]
    said = {k: getattr(v, "__qualname__", repr(v)) for k, v in options.items() if k != "cost"}
    content: list[Any] = [
        said,
        repr(model),
        json.dumps(model.parameters, sort_keys=True, default=str),
        repr(model.tariffs),
    ]
    content += [[c.name, c.scenario.to_toml(), [list(map(str, p)) for p in c.pairs]] for c in chunks]
    folder.mkdir(parents=True, exist_ok=True)
    here = folder / f"new-{_NETWORK}"
    save_network(network, here)
    digest = hashlib.sha256(here.read_bytes() + json.dumps(content, default=str).encode()).hexdigest()
    manifest = folder / _MANIFEST
    if manifest.is_file() and json.loads(manifest.read_text(encoding="utf-8"))["digest"] != digest:
        here.unlink()
        raise LayerError(
            f"{str(folder)!r} holds another sweep (pairs, scenarios, options or network differ); give another out="
        )
    here.replace(folder / _NETWORK)
    text = json.dumps({"digest": digest, "n_chunks": len(chunks), "cost_model": model.name}, indent=1)
    write_whole(manifest, text.encode())


Result = list[dict[str, Any]] | BaseException


def _results(
    folder: Path, network: Network, chunks: Sequence[_Chunk], options: dict[str, Any], executor: Executor | None
) -> Iterator[tuple[_Chunk, Result]]:
    """Yield each chunk with its rows, or with what killed it, in the order in which they are done."""
    if executor is None:
        for c in chunks:
            yield c, _rows(_apply(network, c.scenario), c, options)
        return
    waiting = iter(chunks)
    running: dict[Future[list[dict[str, Any]]], _Chunk] = {}
    source = str((folder / _NETWORK).resolve())
    is_broken = False
    while True:
        for c in islice(waiting, None if is_broken else WINDOW - len(running)):
            try:
                running[executor.submit(_work, source, c, options)] = c
            except RuntimeError as broken:  # a broken or closed pool takes nothing more
                is_broken = True
                yield c, broken
        if not running:
            return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            failure = future.exception()
            if isinstance(failure, CorridorError | ValueError | TypeError):
                raise failure
            yield running.pop(future), future.result() if failure is None else failure


def _work(source: str, chunk: _Chunk, options: dict[str, Any]) -> list[dict[str, Any]]:
    """Do one chunk in a worker."""
    return _rows(_scenario_network(source, chunk.scenario), chunk, options)


@lru_cache(maxsize=1)
def _worker_network(source: str) -> Network:
    """Read the network, once in each worker process."""
    return load_network(source)


@lru_cache(maxsize=4)
def _scenario_network(source: str, scenario: Scenario) -> Network:
    return _apply(_worker_network(source), scenario)


def _apply(network: Network, scenario: Scenario) -> Network:
    return scenario.apply(network)


def _rows(network: Network, chunk: _Chunk, options: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for origin, destination in chunk.pairs:
        row: dict[str, Any] = {
            "scenario": chunk.scenario.name,
            "origin": _text(origin),
            "destination": _text(destination),
        }
        try:
            found = route(network, origin, destination, **options)
        except (NoRouteError, PlaceError) as error:
            rows.append({**row, "reason": str(error)})
            continue
        rows.append({
            **row, "time_h": found.time_h, "length_km": found.length_km, found.cost_column: found.cost_usd,
            "is_lower_bound": found.is_lower_bound, "n_crossings": found.n_crossings,
            "countries": " > ".join(found.countries), "assumed_time_share": found.assumed_time_share, "reason": "",
        })  # fmt: skip
    return rows


def _frame(rows: list[dict[str, Any]], cargo: str) -> pd.DataFrame:
    import pandas as pd

    numbers = ["time_h", "length_km", f"cost_usd_{cargo}", "n_crossings", "assumed_time_share"]
    names = ["scenario", "origin", "destination", *numbers, "is_lower_bound", "countries", "reason"]
    frame = pd.DataFrame(rows, columns=names)
    frame[numbers] = frame[numbers].astype(float)
    frame["is_lower_bound"] = frame["is_lower_bound"].map({True: 1.0, False: 0.0})
    frame["countries"] = frame["countries"].fillna("")
    return frame


def _has_parquet() -> bool:
    from importlib.util import find_spec

    return find_spec("pyarrow") is not None


def _path(folder: Path, chunk: _Chunk) -> Path:
    return folder / f"{chunk.name}.{'parquet' if _has_parquet() else 'csv'}"


def _parts(folder: Path) -> list[Path]:
    return sorted(p for p in folder.glob("part-*") if p.suffix in (".parquet", ".csv"))


def _bytes(frame: pd.DataFrame) -> bytes:
    if not _has_parquet():
        return str(frame.to_csv(index=False)).encode()
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    texts = ["scenario", "origin", "destination", "countries", "reason"]
    frame = pd.read_csv(path, dtype=dict.fromkeys(texts, str))
    frame[texts] = frame[texts].fillna("")
    return frame


def _text(asked: Asked) -> str:
    return asked if isinstance(asked, str) else f"({asked[0]:g}, {asked[1]:g})"
