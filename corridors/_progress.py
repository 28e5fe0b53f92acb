"""A bar for long runs, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import TypeVar

T = TypeVar("T")

PATIENCE_S = 1.0
"""A run shorter than this shows no bar."""


def progress(items: Iterable[T], label: str, total: int) -> Iterator[T]:
    """Yield the items; on a terminal, with a bar on standard error once it takes more than a second."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import Progress

    begun = monotonic()
    with Progress(console=Console(stderr=True), transient=True, disable=True) as bar:
        task = bar.add_task(label, total=total)
        for done, item in enumerate(items):
            bar.update(task, completed=done)
            if bar.disable and monotonic() - begun > PATIENCE_S:
                bar.disable = False
                bar.start()
            yield item
