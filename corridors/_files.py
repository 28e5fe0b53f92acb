"""Where the shipped folders are (inside the package in a wheel, beside it in a checkout), and how a file is written."""

import os
import tempfile
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_PACKAGED = _HERE / "_packaged"

ROOT = _PACKAGED if _PACKAGED.is_dir() else _HERE.parent
GEODATA = ROOT / "geodata"
MAPS = ROOT / "maps"


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all: to a temporary file beside it, then by rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
