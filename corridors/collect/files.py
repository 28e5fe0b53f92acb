"""Vector files in: looked at before GDAL sees them, so that a broken one is one clear sentence.

A header is compared with the size of its file: a truncated or boastful file is refused before anything is allocated. Then a
process of its own reads the file first, and may crash.
"""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.collect._probe import fault_in
from corridors.errors import LayerError, missing_extra

if TYPE_CHECKING:
    import geopandas as gpd

MAX_UNZIPPED_BYTES = 4 * 1024**3
"""More than this in a zip file is refused."""

_SIDE_FILES = "a Shapefile needs its .shp, .shx and .dbf together"

_LAYER_ENDINGS = (".shp", ".gpkg", ".geojson", ".json", ".fgb", ".gdb", ".kml", ".gml", ".tab")
"""Of the members of a zip file that are layers."""


def read_vector(
    path: str | Path, *, what: str = "the file", encoding: str | None = None, isolated: bool = True
) -> gpd.GeoDataFrame:
    """Read a vector file that GDAL or GeoParquet knows, after a look at its header.

    Parameters
    ----------
    path
        Shapefile (zipped too), GeoPackage, GeoJSON, FlatGeobuf, GeoParquet, or anything else that GDAL reads.
    what
        What to call it in an error.
    encoding
        Of the text of a Shapefile without a .cpg, as ``"cp1251"``; None for what the file says.
    isolated
        Read it first in a process of its own, so that a file on which GDAL crashes is an error and no crash.

    Raises
    ------
    LayerError
        The file is missing, empty, truncated or no such file, or holds more than one layer.
    MissingExtraError
        GeoParquet without pyarrow.
    """
    import geopandas as gpd

    path = Path(path)
    if not path.exists():
        raise LayerError(f"{what} does not exist")
    try:
        _refuse(fault_of(path))
        if path.suffix.lower() in (".parquet", ".geoparquet"):
            return gpd.read_parquet(path)
        source = _source(path)
        if isolated:
            _refuse(fault_in(source))
        return gpd.read_file(source, layer=_only_layer(source), **({"encoding": encoding} if encoding else {}))
    except LayerError as error:
        raise LayerError(f"cannot read {what}: {error}") from None
    except ImportError as error:
        raise missing_extra(f"{what} is GeoParquet, which", "pyarrow", "io") from error
    except UnicodeDecodeError as error:
        raise LayerError(
            f"cannot read the text of {what}: {error.reason}; give encoding='cp1251' or the like"
        ) from error
    except IndexError as error:
        raise LayerError(f"cannot read {what}: there is no layer in it; is it cut off, or a folder?") from error
    except Exception as error:  # GDAL's errors have no common class
        reason = str(error).splitlines()[0]
        raise LayerError(f"cannot read {what}: {reason}; is it the kind of file that its name says?") from error


def _refuse(fault: str) -> None:
    if fault:
        raise LayerError(fault)


def fault_of(path: Path) -> str:
    """Return what is wrong with a file as far as its header and size tell, ``""`` if nothing is."""
    size = path.stat().st_size if path.is_file() else -1
    if size == 0:
        return "it is empty (0 bytes)"
    check = {".shp": _shapefile, ".zip": _zip, ".gpkg": _geopackage, ".fgb": _flatgeobuf, ".parquet": _parquet}
    suffix = path.suffix.lower()
    return check[suffix](path, size) if suffix in check and size > 0 else ""


def _head(path: Path, n: int) -> bytes:
    with path.open("rb") as file:
        return file.read(n)


def _sibling(path: Path, suffix: str) -> Path | None:
    return next((p for p in (path.with_suffix(suffix), path.with_suffix(suffix.upper())) if p.exists()), None)


def _shapefile(path: Path, size: int) -> str:
    missing = [s for s in (".shx", ".dbf") if _sibling(path, s) is None]
    if missing:
        return f"its {' and '.join(missing)} is missing; {_SIDE_FILES}"
    for file in (path, _sibling(path, ".shx")):
        assert file is not None
        size, head = file.stat().st_size, _head(file, 100)
        if len(head) < 100 or struct.unpack(">i", head[:4])[0] != 9994:
            return f"{file.name} is no Shapefile, or cut off in its header; {_SIDE_FILES}"
        claimed = 2 * struct.unpack(">i", head[24:28])[0]
        if claimed != size:
            return (
                f"the header of {file.name} claims {claimed:,} bytes, the file has {size:,}: it is cut off or damaged"
            )
    return _dbf(_sibling(path, ".dbf"))


def _dbf(path: Any) -> str:
    size, head = path.stat().st_size, _head(path, 32)
    if len(head) < 32:
        return f"{path.name} is cut off in its header; {_SIDE_FILES}"
    n, header, record = struct.unpack("<IHH", head[4:12])
    claimed = header + n * record
    return f"the header of {path.name} claims {claimed:,} bytes, the file has {size:,}" if claimed > size + 1 else ""


def _zip(path: Path, _: int) -> str:
    try:
        with zipfile.ZipFile(path) as file:
            members = file.infolist()
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError) as error:
        return f"it is no zip file, or cut off or damaged ({error})"
    strays = [m.filename for m in members if m.filename.startswith(("/", "\\")) or ".." in Path(m.filename).parts]
    if strays:
        return f"a member of it leads out of the archive ({strays[0]!r}); unpack it yourself if you trust it"
    total = sum(m.file_size for m in members)
    if total > MAX_UNZIPPED_BYTES:
        return f"it claims {total:,} bytes unpacked; unpack it yourself if that is right"
    layers = _zipped_layers([m.filename for m in members])
    if not layers:
        return f"there is no layer in it; it holds {', '.join(m.filename for m in members[:5]) or 'nothing'}"
    if len(layers) > 1:
        return f"it holds several layers ({', '.join(layers[:5])}); unpack it and give one of them"
    return ""


def _zipped_layers(names: list[str]) -> list[str]:
    """Return those members of a zip file that are layers, in folders too; what macOS puts beside each file is none."""
    own = [name for name in names if not name.startswith("__MACOSX/")]
    folders = [name[: name.lower().index(".gdb/") + 4] for name in own if ".gdb/" in name.lower()]
    files = [name for name in own if name.lower().endswith(_LAYER_ENDINGS) and ".gdb/" not in name.lower()]
    found = list(dict.fromkeys([*folders, *files]))
    # Beside a layer, .json is what is said of it.
    return [name for name in found if not name.lower().endswith(".json")] or found


def _source(path: Path) -> str:
    """Return what GDAL is to open: of a zip file its one layer, which may lie in a folder of it."""
    if path.suffix.lower() != ".zip":
        return str(path)
    with zipfile.ZipFile(path) as file:
        (layer,) = _zipped_layers(file.namelist())
    return f"/vsizip/{path.resolve()}/{layer}"


def _only_layer(source: str) -> str | None:
    """Return the name of the one layer with shapes; None if there is none, which GDAL then says in its own words."""
    import pyogrio

    drawn = [str(name) for name, kind in pyogrio.list_layers(source) if kind is not None]
    if len(drawn) > 1:
        raise LayerError(
            f"it holds several layers ({', '.join(drawn[:5])}); read one with geopandas.read_file(..., layer=...) and give "
            "the frame"
        )
    return drawn[0] if drawn else None


def _geopackage(path: Path, size: int) -> str:
    head = _head(path, 32)
    if not head.startswith(b"SQLite format 3\x00") or len(head) < 32:
        return "it is no GeoPackage"
    page = struct.unpack(">H", head[16:18])[0]
    claimed = (65536 if page == 1 else page) * struct.unpack(">I", head[28:32])[0]
    return f"its header claims {claimed:,} bytes, the file has {size:,}: it is cut off" if claimed > size else ""


def _flatgeobuf(path: Path, _: int) -> str:
    return "" if _head(path, 3) == b"fgb" else "it is no FlatGeobuf file"


def _parquet(path: Path, size: int) -> str:
    with path.open("rb") as file:
        first = file.read(4)
        file.seek(max(0, size - 4))
        last = file.read(4)
    return "" if first == last == b"PAR1" and size >= 12 else "it is no Parquet file, or cut off"
