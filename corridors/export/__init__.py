"""Results as files that other programs open: every table, what it rests on, and what it may be used for.

Assumptions: a file is written whole or not at all, and the same result gives the same bytes, so dates inside files are fixed.
Geometry is EPSG:4326. Text that a spreadsheet would run as a formula is defused; text that a format has no room for is cut,
with a warning that counts the cells. Where a format has no room for metadata (CSV, Shapefile) they stand in a file beside it,
``NAME.meta.json``: a header of comments would break the readers that most people use, Excel and GDAL among them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors._files import write_all
from corridors.errors import LayerError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

    from corridors.export._document import Document
    from corridors.network import Network

__all__ = ["FORMATS", "content", "tables", "write"]

FORMATS = {
    "csv": "CSV in UTF-8, one table, with a .meta.json beside it",
    "json": "JSON: metadata, all tables, citations",
    "md": "Markdown, one table, rounded for reading",
    "tex": "LaTeX (booktabs, longtable), one table, rounded for reading",
    "xlsx": "Excel, a sheet a table, and sheets of columns, metadata and citations (extra io)",
    "geojson": "GeoJSON (RFC 7946), all tables with geometry",
    "gpkg": "GeoPackage, all tables, and tables of metadata and citations",
    "shp": "Shapefile, points and lines apart, with a .meta.json beside it",
    "shp.zip": "Shapefile in one zip file",
    "parquet": "GeoParquet, or Parquet without geometry, one table (extra io)",
}
"""Ending of a file to what it holds."""

ONE_TABLE = ("csv", "md", "tex", "parquet")
"""Formats that hold one table: the first, or the one named."""


def write(
    x: Any, path: str | Path, *, table: str | None = None, network: Network | None = None, title: str | None = None
) -> None:
    """Write a result to a file; the ending says which format.

    Parameters
    ----------
    x
        A Route, Alternatives, Comparison, Border, Network, Criticality, Isolation, Access, Simulation, Sweep, Validation, a
        frame, or a mapping from name to frame. Frames with ``attrs`` carry them along.
    path
        One of `FORMATS` by its ending.
    table
        Only this one of `tables`; None for all, or for the first where a format holds one table.
    network
        Gives closures their geometry; None leaves them without.
    title
        None says what it is.

    Raises
    ------
    LayerError
        The ending is none of these, there is no such table, there is no geometry for a format that needs it, or the file
        cannot be written.
    MissingExtraError
        Excel or Parquet without the extra ``io``.
    TypeError
        There is nothing to write in what was given.

    Examples
    --------
    >>> import corridors as cx
    >>> routes = cx.alternatives(cx.load_network(), "Almaty", "Duisburg", k=2)
    >>> cx.export.write(routes, "routes.gpkg")
    """
    from corridors.export._document import document

    path = Path(path)
    files = _files(document(x, network=network, title=title), format_of(path), path.name, table)
    write_all(path.parent, files)


def content(
    x: Any, format_: str, *, table: str | None = None, network: Network | None = None, title: str | None = None
) -> bytes:
    """Return what `write` would write to one file, without the file beside it.

    Parameters
    ----------
    x, table, network, title
        As for `write`.
    format_
        One of `FORMATS`; a Shapefile is several files, so only as ``"shp.zip"``.

    Returns
    -------
    bytes
        The whole file.

    Raises
    ------
    LayerError, MissingExtraError, TypeError
        As for `write`.

    Examples
    --------
    >>> import corridors as cx
    >>> r = cx.route(cx.load_network(), "Tashkent", "Moscow")
    >>> cx.export.content(r, "csv", table="legs").decode()[:41]
    'leg,kind,mode,line_id,line_name,gauge_mm,'
    """
    if format_ == "shp":
        raise LayerError("a Shapefile is several files; use 'shp.zip', or write it to a path")
    from corridors.export._document import document

    name = f"result.{_known(format_)}"
    return _files(document(x, network=network, title=title), format_, name, table)[name]


def tables(x: Any, *, network: Network | None = None) -> dict[str, pd.DataFrame]:
    """Return the tables that `write` writes, by name, the main one first; parameters as for `write`.

    Parameters
    ----------
    x, network
        As for `write`.

    Returns
    -------
    dict
        Each frame with its ``attrs``.

    Raises
    ------
    TypeError
        There is nothing to write in what was given.

    Examples
    --------
    >>> import corridors as cx
    >>> list(cx.export.tables(cx.route(cx.load_network(), "Almaty", "Tashkent")))
    ['stages', 'route', 'legs', 'crossings', 'gauge_breaks', 'transshipments', 'profile', 'restrictions']
    """
    from corridors.export._document import document

    return dict(document(x, network=network).tables)


def format_of(path: str | Path) -> str:
    """Return the format that the ending of a path stands for.

    Raises
    ------
    LayerError
        It stands for none.
    """
    name = Path(path).name.lower()
    if name.endswith(".shp.zip"):
        return "shp.zip"
    ending = {"geoparquet": "parquet", "markdown": "md"}.get(Path(name).suffix[1:], Path(name).suffix[1:])
    return _known(ending, Path(path).name)


def _known(ending: str, name: str = "") -> str:
    if ending in FORMATS:
        return ending
    raise LayerError(
        f"cannot write {name or ending!r}{did_you_mean(ending, list(FORMATS))}; the ending must be "
        f"{', '.join('.' + f for f in FORMATS)}"
    )


def _files(found: Document, format_: str, name: str, table: str | None) -> dict[str, bytes]:
    """Return what is to be written, by the name of the file; the main file last."""
    if table is not None:
        found = found.only(table)
    elif format_ in ONE_TABLE:
        found = found.only(next(iter(found.tables)))
    return _writer(format_)(found, name)


def _writer(format_: str) -> Callable[[Document, str], dict[str, bytes]]:
    from corridors.export import _excel, _geojson, _latex, _text, _vector

    return {
        "csv": _text.csv_files,
        "json": _text.json_files,
        "md": _text.markdown_files,
        "tex": _latex.latex_files,
        "xlsx": _excel.files,
        "geojson": _geojson.files,
        "gpkg": _vector.geopackage_files,
        "shp": _vector.shapefiles,
        "shp.zip": _vector.zipped_shapefiles,
        "parquet": _vector.parquet_files,
    }[format_]
