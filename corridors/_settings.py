"""Settings in TOML files: a ready-made one by its name, or a file of anybody's own."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from corridors.errors import LayerError, UnknownNameError, did_you_mean


def ready_made(folder: Path) -> list[str]:
    """Return the names of the files that come with the package."""
    return sorted(path.stem for path in folder.glob("*.toml"))


def read_toml(source: str | Path, folder: Path, what: str) -> tuple[dict[str, Any], str]:
    """Return the content of a TOML file, and its name.

    Parameters
    ----------
    source
        A name in the folder, or the path of a file that ends in ``.toml``.
    folder
        Where the ready-made ones are.
    what
        What the file is, for an error: ``"scenario"``.

    Raises
    ------
    UnknownNameError
        There is no such file.
    LayerError
        It cannot be read as TOML.
    """
    path = Path(source) if Path(source).suffix == ".toml" else folder / f"{source}.toml"
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        known = ready_made(folder)
        kind = f"{what} file" if path.suffix == Path(source).suffix else what
        raise UnknownNameError(
            f"no {kind} {str(source)!r}{did_you_mean(str(source), known)}; there are {', '.join(known)}, "
            "or give the path of a .toml file"
        ) from None
    except (OSError, ValueError) as error:  # unreadable, a name that is too long, a null in it, no UTF-8
        raise LayerError(f"cannot read the {what} {str(source)[:200]!r}: {error}") from error
    try:
        content = tomllib.loads(text)
        _refuse_long_numbers(content)
    except (ValueError, RecursionError) as error:
        raise LayerError(f"cannot read the {what} {str(path)!r}: {error}") from error
    return content, path.name


def _refuse_long_numbers(content: Any) -> None:
    """Refuse whole numbers of more than 64 bits, as TOML asks for and its reader does not: they fit in no float."""
    left = [content]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            left += value.values()
        elif isinstance(value, list):
            left += value
        elif isinstance(value, int) and not -(2**63) <= value < 2**63:
            raise ValueError(f"a whole number of {value.bit_length()} bits; 64 are the most")
