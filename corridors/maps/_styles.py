"""The style table, ``maps/styles/styles.toml``, as the page's script wants it."""

from __future__ import annotations

import copy
import functools
import tomllib
from typing import Any

from corridors import _files


@functools.cache
def _read() -> dict[str, Any]:
    return tomllib.loads((_files.MAPS / "styles" / "styles.toml").read_text("utf-8"))


def styles() -> dict[str, Any]:
    """Return the colours, dashes, widths and labels of everything that is drawn; the caller's own copy."""
    return copy.deepcopy(_read())
