"""Where the shipped folders are (inside the package in a wheel, beside it in a checkout), and how files are written."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from corridors.errors import LayerError

_HERE = Path(__file__).resolve().parent
_PACKAGED = _HERE / "_packaged"

ROOT = _PACKAGED if _PACKAGED.is_dir() else _HERE.parent
GEODATA = ROOT / "geodata"
MAPS = ROOT / "maps"


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Say which file could not be written and why, where the system would name a temporary one."""
    try:
        yield
    except LayerError:
        raise
    except OSError as error:
        raise LayerError(f"cannot write {str(path)!r}: {error.strerror or error}") from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: to a temporary file beside it, then by rename."""
    write_all(path.parent, {path.name: content})


def write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files that belong together: all to temporary files first, then by rename, in their order.

    A failure before the first rename leaves the folder as it was. An error names the last file.
    """
    *_, last = files
    with writing(folder / last):
        folder.mkdir(parents=True, exist_ok=True)
        _write_all(folder, files)


def _write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    staged: list[tuple[str, Path]] = []
    try:
        for name, content in files.items():
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name[:200]}.")
            staged.append((temporary, folder / name))
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o644)
        for temporary, path in staged:
            os.replace(temporary, path)
    except BaseException:
        for temporary, _ in staged:
            Path(temporary).unlink(missing_ok=True)
        raise


@contextmanager
def fixed_gdal_date() -> Iterator[None]:
    """Let GDAL stamp layers with one fixed date, so that the same content gives the same bytes."""
    import pyogrio

    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2000-01-01T00:00:00Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
