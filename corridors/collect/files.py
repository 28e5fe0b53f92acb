"""Vector files in: looked at before GDAL sees them, so that a broken one is one clear sentence.

A header is compared with the size of its file: a truncated or boastful file is refused before anything is allocated. Then a
process of its own reads the file first, and may crash.
"""

from __future__ import annotations

import codecs
import struct
import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors.collect._probe import fault_in
from corridors.errors import LayerError, missing_extra, warn

if TYPE_CHECKING:
    import geopandas as gpd

MAX_UNZIPPED_BYTES = 4 * 1024**3
"""More than this in a zip file is refused."""

_SIDE_FILES = "a Shapefile needs its .shp, .shx and .dbf together"

_LON, _LAT = "lon,longitude,lng,long", "lat,latitude"
"""What the columns of a CSV of points are called, in any case."""

_LAYER_ENDINGS = (".shp", ".gpkg", ".geojson", ".json", ".fgb", ".gdb", ".kml", ".gml", ".tab")
"""Of the members of a zip file that are layers."""


def read_vector(
    path: str | Path, *, what: str = "the file", encoding: str | None = None, isolated: bool = True
) -> gpd.GeoDataFrame:
    """Read a vector file that GDAL or GeoParquet knows, after a look at its header.

    Parameters
    ----------
    path
        Shapefile (zipped too), GeoPackage, GeoJSON, FlatGeobuf, GeoParquet, a CSV with columns lon and lat, or anything else that
        GDAL reads. ``FILE|layername=NAME`` is one layer of several, as QGIS writes it.
    what
        What to call it in an error.
    encoding
        Of the text of a Shapefile that is no UTF-8, as ``"cp1251"``; None for what its .cpg says.
    isolated
        Read it first in a process of its own, so that a file on which GDAL crashes is an error and no crash.

    Raises
    ------
    LayerError
        The file is missing, empty, truncated or no such file, or holds more than one layer.
    MissingExtraError
        GeoParquet without pyarrow.

    Warns
    -----
    UserWarning
        The text of a Shapefile is no UTF-8, and neither a .cpg nor ``encoding`` says what it is.
    """
    import geopandas as gpd

    path, layer = split_layer(path)
    if not path.exists():
        raise LayerError(f"{what} does not exist")
    try:
        _refuse(fault_of(path))
        if path.suffix.lower() in (".parquet", ".geoparquet"):
            return gpd.read_parquet(path)
        source = _source(path)
        if isolated:
            _refuse(fault_in(source))
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Measured")  # what is measured along a line is not used
            frame = _decoded(source, _layer(source, layer), encoding, what)
        is_by_degrees = (
            path.suffix.lower() == ".csv" and "geometry" in frame and frame.crs is None and _has_lon_lat(frame)
        )
        return frame.set_crs(4326) if is_by_degrees else frame
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
        reason = str(error).splitlines()[0].partition("; It might help")[0].removesuffix(".")
        raise LayerError(f"cannot read {what}: {reason}; is it the kind of file that its name says?") from error


def split_layer(path: str | Path) -> tuple[Path, str]:
    """Return a path without its ``|layername=NAME``, and the name; ``""`` for none."""
    file, _, layer = str(path).partition("|layername=")
    return Path(file), layer


def _decoded(source: str, layer: str | None, encoding: str | None, what: str) -> Any:
    """Return the rows of a layer: text that is UTF-8 is read as such, whatever was said of it; no other is likely to be by chance."""
    import geopandas as gpd
    import pyogrio

    options: dict[str, Any] = {"layer": layer}
    if source.lower().endswith(".csv"):
        options |= {"X_POSSIBLE_NAMES": _LON, "Y_POSSIBLE_NAMES": _LAT}
    if encoding:
        _refuse("" if _is_encoding(encoding) else f"there is no encoding {encoding!r}; cp1251, cp1254, utf-8 are some")
    is_said = pyogrio.read_info(source, layer=layer)["encoding"].upper() == "UTF-8"  # GDAL knows how to make it so
    if is_said and not encoding:
        return gpd.read_file(source, **options)
    try:
        return gpd.read_file(source, encoding="utf-8", **options)
    except UnicodeDecodeError:
        frame = gpd.read_file(source, **options, **({"encoding": encoding} if encoding else {}))
    if not encoding:
        texts = (
            str(v) for c in frame.columns.drop("geometry", errors="ignore") for v in frame[c] if isinstance(v, str)
        )
        sample = next((t for t in texts if not t.isascii()), "")
        warn(
            f"nothing says how the text of {what} is encoded: read as ISO-8859-1, as {sample[:40]!r}; if that is wrong, give "
            "encoding='cp1251' or the like"
        )
    return frame


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


def _has_lon_lat(frame: Any) -> bool:
    names = {str(c).casefold() for c in frame.columns}
    return bool(names & set(_LON.split(",")) and names & set(_LAT.split(",")))


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


def _layer(source: str, asked: str) -> str | None:
    """Return the layer asked for, or the one layer with shapes; None if there is none, which GDAL then says in its own words."""
    import pyogrio

    layers = {str(name): kind for name, kind in pyogrio.list_layers(source)}
    drawn = [name for name, kind in layers.items() if kind is not None]
    if asked:
        _refuse("" if asked in layers else f"there is no layer {asked!r} in it; there are {', '.join(layers)}")
        return asked
    if len(drawn) > 1:
        raise LayerError(
            f"it holds several layers ({', '.join(drawn[:5])}); give one of them, as '{Path(source).name}|layername={drawn[0]}'"
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
