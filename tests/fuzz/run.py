"""Fuzz every reader and parser, in workers with limits on time and memory.

python tests/fuzz/run.py [--seconds 60] [--inputs N] [--only TARGET] [--seed 1]

Prints how many inputs each target took, and keeps each finding (the bytes that did it) in ``tests/fuzz/corpus/TARGET/``, where
`tests/test_fuzz_corpus.py` runs it for ever after. Every input follows from seed, target and number: a run can be repeated.
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import random
import resource
import signal
import sys
import time
import traceback
import warnings
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from mutate import mutated
from targets import Target, targets

import corridors as cx

CORPUS = Path(__file__).resolve().parent / "corpus"
SECONDS_EACH = 10
MEMORY_BYTES = 4 * 1024**3
"""What one input may take: more is a finding. Seconds of the processor, so that a busy machine finds nothing that is not there."""

ALLOWED = (cx.CorridorError,)


class HangError(Exception):
    """An input took too long."""


def trial(target: Target, data: bytes) -> str:
    """Give one input to a target; return what was wrong, ``""`` if nothing."""
    signal.signal(signal.SIGPROF, _hang)
    signal.setitimer(signal.ITIMER_PROF, SECONDS_EACH)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            target.call(data)
    except ALLOWED:
        return ""
    except HangError:
        return f"more than {SECONDS_EACH} s"
    except Exception:
        return traceback.format_exc()
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return ""


def _hang(*_: object) -> None:
    raise HangError


def work(name: str, seed: int, first: int, until: float, most: int, pipe: Connection) -> None:
    """Try inputs one after the other; say which one begins, so that the parent knows it when this process dies."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES + used, MEMORY_BYTES + used))
    target = next(t for t in targets() if t.name == name)
    seeds = target.seeds()
    number = first
    while time.monotonic() < until and number < most:
        data = mutated(seeds, random.Random(f"{seed}/{name}/{number}"), is_text=target.is_text)
        pipe.send((number, data, None))
        fault = trial(target, data)
        if fault:
            pipe.send((number, data, fault))
        number += 1
    pipe.send((number, b"", "done"))


def fuzz(target: Target, seed: int, seconds: float, most: int) -> tuple[int, dict[str, bytes]]:
    """Return how many inputs were tried and what was found: fault to bytes, one for each place in the code."""
    context = multiprocessing.get_context("spawn")
    until = time.monotonic() + seconds + 3  # a worker needs that long to begin
    number, found = 0, {}
    while time.monotonic() < until and number < most:
        ours, theirs = context.Pipe()
        worker = context.Process(target=work, args=(target.name, seed, number, until, most, theirs), daemon=True)
        worker.start()
        theirs.close()
        data, fault, is_done = b"", None, False
        while not is_done:
            if not ours.poll(SECONDS_EACH * 3):
                worker.kill()
                found.setdefault("hang that no signal ends", data)
                break
            try:
                number, data, fault = ours.recv()
            except EOFError:
                worker.join()
                found.setdefault(f"the process died with {worker.exitcode}", data)
                break
            is_done = fault == "done"
            if fault and not is_done and _place(fault) not in found:
                found[_place(fault)] = data
                print(f"  {fault.strip().splitlines()[-1][:150]}", flush=True)
        worker.join(5)
        number += not is_done
    return number, found


def _place(fault: str) -> str:
    """Return what tells findings apart: the kind of error, and the last line of this package on the way to it."""
    lines = fault.strip().splitlines()
    ours = [line.strip().partition("/corridors/")[2] for line in lines if "/corridors/" in line]
    return " in ".join([lines[-1].partition(":")[0], *ours[-1:]])


def keep(target: str, data: bytes) -> Path:
    """Write a finding into the corpus."""
    path = CORPUS / target / hashlib.sha256(data).hexdigest()[:12]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def main() -> None:
    """Fuzz, print a table, and end with 1 if anything was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60, help="for all targets together")
    parser.add_argument("--inputs", type=int, default=sys.maxsize, help="at most so many for each target")
    parser.add_argument("--only", help="one target")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chosen = [t for t in targets() if options.only in (None, t.name)]
    total, n_found = 0, 0
    for target in chosen:
        share = options.seconds * target.weight / sum(t.weight for t in chosen)
        n, found = fuzz(target, options.seed, share, options.inputs)
        total, n_found = total + n, n_found + len(found)
        print(f"{target.name:14} {n:8,} inputs, {len(found)} findings", flush=True)
        for fault, data in found.items():
            print(f"  {keep(target.name, data).relative_to(CORPUS)}: {fault}", flush=True)
    print(f"{total:,} inputs, {n_found} findings")
    sys.exit(n_found > 0)


if __name__ == "__main__":
    main()
