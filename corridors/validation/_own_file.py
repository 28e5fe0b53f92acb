"""What is wrong with a file of one's own, before anything is built of it: one row a finding."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import schema
from corridors._pairs import Row, has_pairs, pairs_in
from corridors._settings import read_toml
from corridors.collect.files import fault_of, read_vector, split_layer
from corridors.errors import CorridorError, LayerError, UnknownNameError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd

    from corridors.network import Network

LINES = ("rail", "road", "sea", "proposed")
LAYERS = (*LINES, "borders", "crossings", "places")
COLUMNS = ("severity", "check", "n", "where", "what")
_TO_BUILD = ("borders", "crossings", "places")
Finding = tuple[str, str, int, str, str]


def check_file(path: str | Path, *, kind: str = "", encoding: str | None = None) -> pd.DataFrame:
    """Return what is wrong with a file.

    Parameters
    ----------
    path
        A layer that GDAL reads (lines, country polygons, points), a network file, a CSV table or file of pairs, a scenario
        or a cost model in TOML.
    kind
        ``rail``, ``road``, ``sea``, ``proposed``, ``borders``, ``crossings``, ``places``, or the schema of a table; empty to see
        it from the file.
    encoding
        Of the text in Shapefiles that do not say it.

    Returns
    -------
    pandas.DataFrame
        ``severity`` (error: it cannot be used as it is; warning: look at it; note), ``check``, ``n`` (how many), ``where`` (the
        first of them), ``what``. A file without errors can be used.

    Raises
    ------
    LayerError
        There is no such file.
    UnknownNameError
        There is no such kind.

    Examples
    --------
    >>> import corridors as cx
    >>> from corridors._files import GEODATA
    >>> found = cx.check_file(GEODATA / "scenarios" / "cku.toml")
    >>> "error" in set(found["severity"])
    False
    """
    import pandas as pd

    file, _ = split_layer(path)
    known = [*LAYERS, *schema.kinds()]
    if kind and kind not in known:
        raise UnknownNameError(f"no kind of file {kind!r}{did_you_mean(kind, known)}; there are {', '.join(known)}")
    if not file.exists():
        raise LayerError(f"there is no file {str(file)!r}")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            rows = list(_findings(Path(path), kind, encoding))
        except (CorridorError, ValueError) as error:
            rows = [("error", "reading", 1, "", str(error))]
    rows += [("warning", "reading", 1, "", str(w.message)) for w in said if issubclass(w.category, UserWarning)]
    order = {"error": 0, "warning": 1, "note": 2}
    return pd.DataFrame(sorted(rows, key=lambda r: order[r[0]]), columns=list(COLUMNS))


def _findings(path: Path, kind: str, encoding: str | None) -> Iterator[Finding]:
    suffix = path.suffix.lower()
    if suffix == ".toml":
        yield from _toml(path)
    elif suffix == ".csv":
        yield from _csv(path, kind)
    elif suffix == ".npz" or (suffix == ".gpkg" and not kind and _is_network(path)):
        from corridors.network import load_network

        network = load_network(path)
        yield "note", "network", 1, "", repr(network)[1:-1]
        yield from _audit(network)
    else:
        yield from _layer(path, kind, encoding)


# TOML and CSV --------------------------------------------------------------------------------------------------------


def _toml(path: Path) -> Iterator[Finding]:
    from corridors.cost import cost_model
    from corridors.network import load_network
    from corridors.scenario import Scenario

    content, _ = read_toml(path, path.parent, "settings")
    if "basis" in content or "speed_kph" in content:
        model = cost_model(path)
        yield "note", "cost model", 1, "", repr(model)[1:-1]
        return
    scenario = Scenario.load(path)
    applied = scenario.apply(load_network())
    yield "note", "scenario", len(scenario.edits), "", str(scenario)
    for name, why in (
        ("not_opened", "stays shut: it would hang in the air"),
        ("loose_ends", "ends where nothing else serves"),
    ):
        left = applied.attrs.get(name, [])
        if left:
            yield "warning", name.replace("_", " "), len(left), ", ".join(left[:3]), why


def _csv(path: Path, kind: str) -> Iterator[Finding]:
    import pandas as pd

    if kind in LAYERS:
        yield from _layer(path, kind, None)
        return
    kind = kind or (path.stem if path.stem in schema.kinds() else "")
    if kind:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        yield "note", "table", len(frame), "", f"{len(frame):,} rows, checked against the schema {kind}"
        for message in schema.faults(frame, kind, name=path.name):
            yield "error", "schema", 1, "", message
    elif has_pairs(str(path)):
        yield from _pairs(list(pairs_in(str(path))))
    else:
        raise LayerError(
            "there are neither columns origin and destination, nor is the file named like the schema of a table; say what it is "
            f"with kind ({', '.join(schema.kinds())})"
        )


def _pairs(rows: list[Row]) -> Iterator[Finding]:
    from corridors.errors import PlaceError
    from corridors.network import MAX_CONNECTOR_KM, MODES, find_place, load_network

    network = load_network()
    yield "note", "pairs", len(rows), "", f"{len(rows):,} pairs of places"
    for row in rows:
        for severity, fault in (("error", row.fault), ("warning", row.weight_fault)):
            if fault:
                yield severity, "row", 1, f"row {row.number}", fault.partition(": ")[2]
    good = [row for row in rows if not row.fault]
    for end in ("origin", "destination"):
        at: dict[Any, list[int]] = {}
        for row in good:
            at.setdefault(getattr(row, end), []).append(row.number)
        for asked, numbers in at.items():
            try:
                find_place(network, asked, modes=MODES, max_connector_km=MAX_CONNECTOR_KM)
            except PlaceError as error:
                yield "error", "place", len(numbers), f"{end}, row {numbers[0]}", str(error)


# Layers --------------------------------------------------------------------------------------------------------------


def _is_network(path: Path) -> bool:
    import pyogrio

    from corridors.network._gpkg import METADATA

    if fault_of(path):
        return False
    try:
        return METADATA in {str(name) for name, _ in pyogrio.list_layers(path)}
    except Exception:  # GDAL's errors have no common class; the layer check says what is wrong
        return False


def _layer(path: Path, kind: str, encoding: str | None) -> Iterator[Finding]:
    frame = read_vector(path, what=path.name, encoding=encoding)
    shapes = frame.geometry if hasattr(frame, "geometry") and frame.active_geometry_name else None
    if shapes is None or not len(frame):
        yield "error", "geometry", 1, "", "there is no geometry in it" if shapes is None else "there are no rows in it"
        return
    found = sorted(set(shapes.geom_type.dropna()))
    kind = kind or _kind_of(found)
    crs = frame.crs.to_string() if frame.crs is not None else "no coordinate system"
    yield "note", "layer", len(frame), "", f"{len(frame):,} rows of {', '.join(found)}, {crs}; taken for {kind}"
    yield (
        "note",
        "columns",
        frame.shape[1] - 1,
        "",
        ", ".join(str(c) for c in frame.columns if c != frame.geometry.name),
    )
    if frame.crs is None:
        yield "error", "coordinate system", 1, "", "there is none: a .prj is missing; GIS programs can set it"
        return
    yield from _shapes(shapes)
    yield from _built(path, kind, encoding)


def _kind_of(geometries: list[str]) -> str:
    if any("Line" in g for g in geometries):
        return "rail"
    return "borders" if any("Polygon" in g for g in geometries) else "places"


def _shapes(shapes: Any) -> Iterator[Finding]:
    """Yield what is wrong with geometries by themselves."""
    import shapely

    values = np.asarray(shapes.array)
    is_missing = shapely.is_missing(values) | shapely.is_empty(values)
    is_line = np.char.find(np.asarray(shapes.geom_type.fillna("").to_list(), dtype=str), "Line") >= 0
    reasons = shapely.is_valid_reason(values[~is_missing & ~is_line])
    checks = (
        ("error", "not finite", ~is_missing & ~_finite(values), "a coordinate is no number"),
        ("warning", "empty", is_missing, "there is no geometry; the row will be left out"),
        ("warning", "no length", is_line & ~is_missing & (shapely.length(values) == 0), "the line is a point"),
        ("warning", "doubled", _doubled(values, is_missing), "the same geometry stands in an earlier row"),
    )
    for severity, check, mask, what in checks:
        rows = np.flatnonzero(mask)
        if len(rows):
            yield severity, check, len(rows), f"row {rows[0] + 1}", what
    at = np.flatnonzero(~is_missing & ~is_line)
    bad = [(row, reason) for row, reason in zip(at, reasons, strict=True) if reason != "Valid Geometry"]
    if bad:
        yield "warning", "invalid", len(bad), f"row {bad[0][0] + 1}", str(bad[0][1])


def _finite(values: Any) -> Any:
    import shapely

    xy, row = shapely.get_coordinates(values, return_index=True)
    bad = row[~np.isfinite(xy).all(axis=1)]
    return ~np.isin(np.arange(len(values)), bad)


def _doubled(values: Any, is_missing: Any) -> Any:
    import pandas as pd
    import shapely

    wkb = pd.Series(list(shapely.to_wkb(shapely.normalize(values))))
    return (wkb.duplicated() & ~pd.Series(is_missing)).to_numpy()


def _built(path: Path, kind: str, encoding: str | None) -> Iterator[Finding]:
    """Yield what a network made of the file complains of: what would be repaired, and what hangs loose."""
    from corridors.network import build_network

    if kind not in LAYERS:
        import geopandas as gpd

        from corridors.schema import from_shapefile_names

        for message in schema.faults(from_shapefile_names(gpd.read_file(path), kind), kind, name=path.name):
            yield "error", "schema", 1, "", message
        return
    layer: dict[str, Any] = {kind: path}
    if kind in _TO_BUILD:
        import geopandas as gpd
        from shapely.geometry import LineString

        layer["rail"] = gpd.GeoDataFrame({"name": ["a"]}, geometry=[LineString([(60, 40), (60.1, 40)])], crs=4326)
    network = build_network(**layer, repair=False, encoding=encoding)
    if kind not in LINES:
        return
    for name, group in network.repairs.groupby("kind", sort=True):
        yield "warning", f"repair: {name}", len(group), str(group.iloc[0].get("place", "")), _first_note(group)
    yield from _audit(network)


def _first_note(group: Any) -> str:
    row = group.iloc[0]
    return str(row.get("note", "") or row.get("what", "") or "see network.repairs")


def _audit(network: Network) -> Iterator[Finding]:
    """Yield what the audit of a network finds."""
    report = network.report()
    alone = report.gauge_changes[~(report.gauge_changes["joined"] & report.gauge_changes["has_terminal"])]
    parts = (
        ("islands", report.islands, "pieces that the longest one does not reach"),
        ("loose ends", report.dangling, "one edge ends there and nothing else: a terminus, or a gap"),
        ("chords", report.chords, "edges of more than 5 km that are one straight line: nobody surveyed them"),
        ("crossings without a name", report.unnamed_crossings, "a line meets a border and no crossing point is known"),
        ("gauge changes", alone, "two gauges meet without an edge or a terminal"),
    )
    for check, table, what in parts:
        if len(table):
            first = table.iloc[0]
            where = next((str(first[c]) for c in ("name", "edge_id", "node_id", "countries") if first.get(c)), "")
            yield "warning", check, len(table), where, what
