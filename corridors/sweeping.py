"""Beyond one machine: pairs × scenarios in chunks, on any executor of PEP 3148, resumable.

A chunk is some pairs under one scenario; it is written whole or not at all, so that a sweep that was killed goes on where it
stopped, and a worker that dies loses its chunk only. What travels with a chunk is a scenario and its pairs. The folder is a
Parquet dataset: what is no chunk in it begins with an underscore, which readers of datasets pass over.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors._files import write_whole
from corridors._progress import progress
from corridors._workers import do_all, each_done
from corridors.cost import cost_model
from corridors.errors import LayerError, NoRouteError, PlaceError, WorkerError
from corridors.network import Asked, Network, as_pairs, name_of, save_network
from corridors.routing import Route, route
from corridors.routing._many import routes_of
from corridors.routing._question import Question, described
from corridors.scenario import Scenario

if TYPE_CHECKING:
    import pandas as pd

_NETWORK, _MANIFEST = "_network.npz", "_sweep.json"
_OPTIONS = tuple(f.name for f in fields(Question) if f.name not in ("origin", "destination"))
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
        """Return all rows, in the order of scenarios and pairs; large sweeps are better read as a Parquet dataset.

        Returns
        -------
        pandas.DataFrame
            One row a scenario and pair, with hours, kilometres and dollars, or NaN and a ``reason`` without a route.
        """
        import pandas as pd

        frames = list(self._frames) if self.folder is None else [_read(p) for p in _parts(self.folder).values()]
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
        Folder for the chunks; None keeps them in memory. The same call on it again does only what is missing.
    chunk
        Pairs in one chunk. Pairs of one origin in one chunk share a search.
    **options
        As for `corridors.route`.

    Returns
    -------
    Sweep
        A pair without route is a row with NaN and its ``reason``.

    Raises
    ------
    LayerError
        The folder holds another sweep.
    WorkerError
        Some chunks were lost with their workers: the same call does them again.
    ValueError
        Nothing to do; two scenarios of one name.
    TypeError
        An option that `corridors.route` has not.

    Examples
    --------
    >>> import corridors as cx
    >>> network = cx.load_network()
    >>> plans = [cx.Scenario("today"), cx.Scenario.load("cku")]
    >>> len(cx.sweep(network, [("Kashgar", "Tashkent")], plans).table())
    2
    """
    pairs = as_pairs(pairs)
    chunks = _chunks(pairs, scenarios, chunk)
    options = _checked(options)
    model = options["cost"]
    attrs = {
        **described(network, _question(options)),
        "n_pairs": len(pairs),
        "scenario": ", ".join(s.name for s in scenarios),
    }
    if out is None:
        rows = do_all(network, _rows, [(c, options) for c in chunks], executor, "sweeping")
        return Sweep(None, len(chunks), 0, attrs, tuple(_frame(r, model.cargo) for r in rows))
    folder = Path(out)
    _claim(folder, network, chunks, options)
    there = _parts(folder)
    left = [c for c in chunks if c.name not in there]
    lost: BaseException | None = None
    n_lost = 0
    for done, result in progress(_results(folder, network, left, options, executor), "sweeping", len(left)):
        if isinstance(result, BaseException):
            n_lost, lost = n_lost + 1, result
        else:
            _write(folder, done, _frame(result, model.cargo))
    if lost is not None:
        raise WorkerError(
            f"{n_lost} of {len(left)} chunks were lost with their workers ({lost!r}); the same call does them again"
        )
    return Sweep(folder, len(left), len(chunks) - len(left), attrs)


def _checked(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options with their cost model read; refuse those that a route has not."""
    unknown = sorted(set(options) - {*_OPTIONS, "corridor"})
    if unknown:
        raise TypeError(f"no option {', '.join(unknown)}; there are {', '.join((*_OPTIONS, 'corridor'))}")
    model = cost_model(options.get("cost", Question.cost), cargo=options.get("cargo"))
    out = {**options, "cost": model, "cargo": None}
    if "avoid" in out and not isinstance(out["avoid"], str):
        out["avoid"] = tuple(out["avoid"])
    return out


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
    here = folder / f"_new{_NETWORK}"
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
    tasks = [(c, options) for c in chunks]
    if executor is None:
        yield from ((task[0], _rows(network, task)) for task in tasks)
        return
    for k, result in each_done(network, _rows, tasks, executor, folder / _NETWORK):
        yield chunks[k], result


@lru_cache(maxsize=4)
def _applied(network: Network, scenario: Scenario) -> Network:
    return scenario.apply(network)


def _rows(network: Network, task: tuple[_Chunk, dict[str, Any]]) -> list[dict[str, Any]]:
    """Do one chunk, here or in a worker: one row a pair, in their order."""
    chunk, options = task
    heads = [{"scenario": chunk.scenario.name, "origin": name_of(a), "destination": name_of(b)} for a, b in chunk.pairs]
    tails = {k: _tail(found) for k, found in _routes(_applied(network, chunk.scenario), chunk.pairs, options)}
    return [{**head, **tails[k]} for k, head in enumerate(heads)]


def _routes(
    network: Network, pairs: Sequence[Pair], options: Mapping[str, Any]
) -> Iterator[tuple[int, Route | NoRouteError | PlaceError]]:
    """Yield the position of each pair with its route, or with why there is none."""
    if not options.get("corridor") and not options.get("via"):
        yield from routes_of(network, pairs, _question(options))
        return
    for k, (origin, destination) in enumerate(pairs):
        try:
            yield k, route(network, origin, destination, **options)
        except (NoRouteError, PlaceError) as error:
            yield k, error


def _question(options: Mapping[str, Any]) -> Question:
    """Return what each pair is asked, but for a named corridor."""
    return Question(**{name: value for name, value in options.items() if name != "corridor"})


def _tail(found: Route | NoRouteError | PlaceError) -> dict[str, Any]:
    """Return the columns of a route, or the reason that there is none."""
    if not isinstance(found, Route):
        return {"reason": str(found)}
    return {
        "time_h": found.time_h, "length_km": found.length_km, found.cost_column: found.cost_usd,
        "is_lower_bound": found.is_lower_bound, "n_crossings": found.n_crossings,
        "countries": " > ".join(found.countries), "assumed_time_share": found.assumed_time_share, "reason": "",
    }  # fmt: skip


def _frame(rows: list[dict[str, Any]], cargo: str) -> pd.DataFrame:
    import pandas as pd

    numbers = ["time_h", "length_km", f"cost_usd_{cargo}", "n_crossings", "assumed_time_share"]
    names = ["scenario", "origin", "destination", *numbers, "is_lower_bound", "countries", "reason"]
    frame = pd.DataFrame(rows, columns=names)
    frame[numbers] = frame[numbers].astype(float)
    frame["is_lower_bound"] = frame["is_lower_bound"].map({True: 1.0, False: 0.0})
    frame["countries"] = frame["countries"].astype(object).fillna("").astype(str)
    return frame


def _has_parquet() -> bool:
    from importlib.util import find_spec

    return find_spec("pyarrow") is not None


def _parts(folder: Path) -> dict[str, Path]:
    """Return the chunks that are in a folder, by name and in order; one written in both formats counts once."""
    found = sorted(p for p in folder.glob("part-*") if p.suffix in (".parquet", ".csv"))
    return {p.stem: p for p in found}


def _write(folder: Path, chunk: _Chunk, frame: pd.DataFrame) -> None:
    if not _has_parquet():
        write_whole(folder / f"{chunk.name}.csv", str(frame.to_csv(index=False)).encode())
        return
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    write_whole(folder / f"{chunk.name}.parquet", buffer.getvalue())


def _read(path: Path) -> pd.DataFrame:
    import pandas as pd

    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    texts = ["scenario", "origin", "destination", "countries", "reason"]
    frame = pd.read_csv(path, dtype=dict.fromkeys(texts, str))
    frame[texts] = frame[texts].fillna("")
    return frame
