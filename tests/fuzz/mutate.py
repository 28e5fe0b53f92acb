"""Changes to bytes and text: flips, cuts, repeats, foreign pieces, numbers at their limits."""

from __future__ import annotations

import random
import struct
from collections.abc import Sequence

_NUMBERS = [0, 1, -1, 127, 128, 255, 32767, 32768, 65535, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1]
_WORDS = [
    *(
        "",
        "nan",
        "NaN",
        "inf",
        "-inf",
        "1e308",
        "-1",
        "0",
        "null",
        "true",
        "[]",
        "{}",
        '""',
        "'",
        '"',
        "\\",
        "\n",
        "\0",
    ),
    *(
        "../../etc/passwd",
        "=1+1",
        "<script>",
        "${x}",
        "%s%n",
        "😀",
        "\u202e",
        "\ud800",
        "İ",
        "ß",
        "a" * 5000,
        "9" * 400,
    ),
    *("2025-13-40", "crossing:", "line:", ":", "KAZ", "1520", "[[", "]]", "edit", "open", "change"),
]


def mutated(seeds: Sequence[bytes], rng: random.Random, *, is_text: bool) -> bytes:
    """Return one seed with one to six changes."""
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        _change(data, seeds, rng, is_text)
    return bytes(data)


def _change(data: bytearray, seeds: Sequence[bytes], rng: random.Random, is_text: bool) -> None:
    at = rng.randrange(len(data) + 1)
    to = min(len(data), at + rng.choice((0, 1, 2, 4, 8, 40)))
    kind = rng.randrange(7 if is_text else 6)
    if kind == 0 and at < len(data):
        data[at] ^= 1 << rng.randrange(8)
    elif kind == 1:
        del data[at:to]
    elif kind == 2:
        data[at:at] = data[at:to] * rng.choice((1, 2, 50))
    elif kind == 3:
        other = rng.choice(seeds)
        start = rng.randrange(len(other) + 1)
        data[at:to] = other[start : start + rng.choice((1, 8, 64))]
    elif kind == 4:
        form = rng.choice("bBhHiIqQ") if not is_text else ""
        number = rng.choice(_NUMBERS)
        if form:
            size = 8 * struct.calcsize(form)
            data[at:to] = (number % 2**size).to_bytes(size // 8, rng.choice(("little", "big")))
        else:
            data[at:to] = str(number).encode()
    elif kind == 5:
        del data[at:]
    else:
        data[at:to] = rng.choice(_WORDS).encode("utf-8", "surrogatepass")
