"""Work on a network, here or on any executor of PEP 3148: a process pool, Dask, mpi4py.

One mechanism for matrices, criticality, simulation and sweeps. What travels with a task is the task. The network is written
to one file, and a worker process reads it at its first task; a worker on another machine that does not see the file says so,
and is sent the bytes with its task, once. Results are the same, to the byte, with an executor and without.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from corridors._progress import progress
from corridors.errors import WorkerError
from corridors.network import Network, load_network, save_network

Task = TypeVar("Task")
Result = TypeVar("Result")
Work = Callable[[Network, Task], Result]

WINDOW = 256
"""Tasks that are handed out at a time: enough for any cluster, and millions of waiting futures cost memory for nothing."""

_DONE, _RAISED, _MISSING, _LOST = "done", "raised", "no network here", "lost with its worker"
_held: dict[str, Network] = {}
"""In a worker: the network that it was last given, by the digest of its file."""


def do_all(
    network: Network,
    work: Callable[[Network, Task], Result],
    tasks: Sequence[Task],
    executor: Executor | None,
    label: str,
) -> list[Result]:
    """Return the result of each task, in the order of the tasks.

    Parameters
    ----------
    network
        What to work on.
    work
        A function of a module, so that it can travel: network and task in, result out.
    tasks
        What to do.
    executor
        Who does it; None for this process.
    label
        What a progress bar says.

    Raises
    ------
    WorkerError
        Some results were lost with the workers that had them.
    """
    if executor is None:
        return [work(network, task) for task in progress(tasks, label, len(tasks))]
    out: dict[int, Result] = {}
    lost: BaseException | None = None
    with tempfile.TemporaryDirectory(prefix="corridors-") as folder:
        done = each_done(network, work, tasks, executor, Path(folder) / "network.npz")
        for k, result in progress(done, label, len(tasks)):
            if isinstance(result, BaseException):
                lost = result
            else:
                out[k] = result
    if lost is not None:
        raise WorkerError(
            f"{len(tasks) - len(out)} of {len(tasks)} parts were lost with their workers ({lost!r}); call again, "
            "perhaps with fewer workers or more memory for each"
        )
    return [out[k] for k in range(len(tasks))]


def each_done(
    network: Network,
    work: Callable[[Network, Task], Result],
    tasks: Sequence[Task],
    executor: Executor,
    file: Path,
) -> Iterator[tuple[int, Result | BaseException]]:
    """Yield the position of each task with its result, or with what killed its worker, in the order in which they are done.

    Parameters
    ----------
    network, work, tasks, executor
        As for `do_all`.
    file
        Where to write the network, seen by the workers or not.

    Raises
    ------
    Exception
        Whatever a task raised, as it would have been raised here.
    """
    save_network(network, file)
    content = file.read_bytes()
    source = (sha256(content).hexdigest(), str(file.resolve()))
    waiting = iter(range(len(tasks)))
    running: dict[Future[Any], int] = {}
    broken: BaseException | None = None
    try:
        while True:
            for k in islice(waiting, WINDOW - len(running)):
                broken = _submit(executor, running, k, (work, tasks[k], source, None))
                if broken:
                    yield from ((left, broken) for left in (k, *waiting))
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                k = running.pop(future)
                state, value = _outcome(future)
                if state == _MISSING:
                    broken = _submit(executor, running, k, (work, tasks[k], source, content))
                    state, value = (_LOST, broken) if broken else (state, value)
                if state == _RAISED:
                    raise value
                if state != _MISSING:
                    yield k, value
    finally:
        for future in running:
            future.cancel()


def _outcome(future: Future[Any]) -> tuple[str, Any]:
    """Return what became of a task: done, raised, missing the network, or lost with its worker."""
    failure = future.exception()
    return future.result() if failure is None else (_LOST, failure)


def _submit(executor: Executor, running: dict[Future[Any], int], k: int, call: Any) -> BaseException | None:
    """Hand out a task; return what is wrong with a pool that is broken or closed and takes nothing more."""
    try:
        running[executor.submit(_do, *call)] = k
    except RuntimeError as broken:
        return broken
    return None


def _do(
    work: Callable[[Network, Task], Result], task: Task, source: tuple[str, str], content: bytes | None
) -> tuple[str, Any]:
    """Do one task in a worker; return what became of it, so that a failure of the worker is told from one of the task."""
    network = _network(*source, content)
    if network is None:
        return _MISSING, None
    try:
        return _DONE, work(network, task)
    except Exception as error:
        return _RAISED, error


def _network(digest: str, path: str, content: bytes | None) -> Network | None:
    """Return the network that a worker holds, or reads now; None if it cannot."""
    if digest in _held:
        return _held[digest]
    if content is not None:
        with tempfile.TemporaryDirectory(prefix="corridors-") as folder:
            file = Path(folder) / "network.npz"
            file.write_bytes(content)
            network = load_network(file)
    elif Path(path).is_file():
        network = load_network(path)
    else:
        return None
    _held.clear()
    _held[digest] = network
    return network
