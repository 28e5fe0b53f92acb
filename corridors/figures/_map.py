"""Routes on a map in an equal-area projection, for paper."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors import _files
from corridors.figures._canvas import (
    DPI,
    INK,
    MARK,
    Box,
    blank_figure,
    box_of,
    collides,
    core_dash,
    footnote,
    headline,
    letter_badge,
    letter_of,
    route_looks,
    short_name,
    style_table,
    write,
)
from corridors.figures._subject import drawable, finding, names_of, said
from corridors.network import MOVING, Network
from corridors.routing import Route

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def route_map(x: Any, *, network: Network | None = None, title: str | None = None) -> Figure:
    """Draw routes on a map in an equal-area projection (Lambert azimuthal, centred on what is shown).

    Parameters
    ----------
    x
        A Route, a sequence of them, Alternatives or a Comparison; of more than five the first five.
    network
        Lines in operation to draw thin and grey behind the routes.
    title
        None states the finding.

    Returns
    -------
    matplotlib.figure.Figure
        Of its own; no window opens. `save` writes it.

    Examples
    --------
    >>> import corridors as cx
    >>> from corridors import figures
    >>> r = cx.route(cx.load_network(), "Tashkent", "Moscow")
    >>> figures.save(figures.route_map(r), "tashkent-moscow.png")
    """
    routes, left_out = drawable(x)
    width, top, bottom = 8.6, 0.5, 0.5 + 0.17 * len(routes)
    projection = _Projection.around(routes)
    west, south, east, north = projection.window
    inner = min(7.2, max(3.2, (width - 0.2) * (north - south) / (east - west)))
    projection = projection.widened((width - 0.2) / inner)
    west, south, east, north = projection.window
    height = inner + top + bottom
    with blank_figure(width, height) as figure:
        ax = figure.add_axes((0.1 / width, bottom / height, 1 - 0.2 / width, 1 - (top + bottom) / height))
        _draw_base(ax, projection)
        if network is not None:
            _draw_network(ax, projection, network, projection.metres_per_point(width) / 3)
        ax.set_xlim(west, east)
        ax.set_ylim(south, north)
        ax.set_xticks([])
        ax.set_yticks([])
        for spine in ax.spines.values():
            spine.set_color("#999999")
        middles, taken = _draw_routes(ax, projection, routes, projection.metres_per_point(width))
        taken += _draw_signs(ax, projection, routes)
        _draw_scale(ax, (east - west) / 6)
        headline(figure, title or finding(routes), "", y_in=0.26)
        _route_list(figure, routes, bottom - 0.08, left_out)
        _letter_routes(ax, middles, taken)
        _label_places(ax, projection, routes, taken)
        _label_countries(ax, projection, taken)
        credit = f" {network.attrs['attribution']}" if network is not None and "attribution" in network.attrs else ""
        footnote(
            figure,
            routes,
            "Short dashes: not built; long dashes: sea; thin: assumed alignment. Circle: border, hollow where its dwell is assumed; diamond: break of "
            f"gauge; square: change of mode. Boundaries: {routes[0].attrs.get('worldview', 'Natural Earth')}.{credit} "
            "Equal-area projection.",
        )
    return figure


@dataclass(frozen=True)
class _Projection:
    """Lambert azimuthal equal area, and the window of the map in its metres."""

    to_plane: Any
    window: tuple[float, float, float, float]

    @classmethod
    def around(cls, routes: Sequence[Route]) -> _Projection:
        import pyproj
        import shapely

        lonlat = shapely.get_coordinates([r.geometry for r in routes])
        lon = np.unwrap(lonlat[:, 0], period=360)
        centre = (lon.min() + lon.max()) / 2, (lonlat[:, 1].min() + lonlat[:, 1].max()) / 2
        crs = f"+proj=laea +lon_0={centre[0]:.3f} +lat_0={centre[1]:.3f} +datum=WGS84 +units=m"
        to_plane = pyproj.Transformer.from_crs(4326, crs, always_xy=True).transform
        x, y = to_plane(lonlat[:, 0], lonlat[:, 1])
        west, east, south, north = x.min(), x.max(), y.min(), y.max()
        pad = max(0.07 * max(east - west, north - south), 40_000)
        lack = max(0.0, 0.42 * (east - west) - (north - south)) / 2, max(0.0, 0.7 * (north - south) - (east - west)) / 2
        return cls(to_plane, (west - pad - lack[1], south - pad - lack[0], east + pad + lack[1], north + pad + lack[0]))

    def metres_per_point(self, width_in: float) -> float:
        """Return the metres of the map under one point of paper, for a map of this width."""
        west, _, east, _ = self.window
        return (east - west) / ((width_in - 0.2) * 72)

    def widened(self, ratio: float) -> _Projection:
        """Return the same projection with a window of this ratio of width to height."""
        west, south, east, north = self.window
        more_x = max(0.0, ratio * (north - south) - (east - west)) / 2
        more_y = max(0.0, (east - west) / ratio - (north - south)) / 2
        return replace(self, window=(west - more_x, south - more_y, east + more_x, north + more_y))

    def __call__(self, coordinates: Any) -> Any:
        return np.column_stack(self.to_plane(coordinates[:, 0], coordinates[:, 1]))

    @functools.cached_property
    def lonlat_box(self) -> Any:
        """What of the world may be in the window, so that nothing from the far side is projected."""
        import shapely

        west, south, east, north = self.window
        edge = shapely.segmentize(shapely.box(west, south, east, north), (east - west) / 60)
        back = functools.partial(self.to_plane, direction="INVERSE")
        xy = shapely.get_coordinates(edge)
        lon, lat = back(xy[:, 0], xy[:, 1])
        lon = np.unwrap(lon, period=360)
        return shapely.box(lon.min() - 3, max(lat.min() - 3, -89), lon.max() + 3, min(lat.max() + 3, 89))


@functools.cache
def _basemap() -> dict[str, Any]:
    """Return land, borders and disputed areas of the maps' base map as lines of lon, lat."""
    base = json.loads((_files.MAPS / "assets" / "basemap.json").read_text("utf-8"))
    scale = 10 ** base["precision"]

    def line(encoded: list[int]) -> Any:
        return np.cumsum(np.asarray(encoded, dtype=float).reshape(-1, 2), axis=0) / scale

    disputed = base.get("disputed") or []
    return {
        "land": [[line(ring) for ring in polygon] for polygon in base["land"]],
        "borders": [line(b) for b in base["borders"]],
        "disputed": [[line(ring) for ring in d] for d in disputed if isinstance(d[0], list)],
        "labels": base.get("labels") or [],
    }


def _polygons(ax: Axes, projection: _Projection, polygons: Sequence[Any], **look: Any) -> None:
    import shapely
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    rings: list[Any] = []
    for outer, *holes in polygons:
        whole = shapely.make_valid(shapely.Polygon(outer, holes))
        for part in shapely.get_parts(shapely.intersection(whole, projection.lonlat_box)):
            if part.geom_type == "Polygon":
                fine = shapely.segmentize(part, 1.0)
                rings += [projection(shapely.get_coordinates(r)) for r in (fine.exterior, *fine.interiors)]
    if rings:
        ax.add_patch(PathPatch(Outline.make_compound_path(*[Outline(r, closed=True) for r in rings]), **look))


def _lines(ax: Axes, projection: _Projection, lines: Sequence[Any], **look: Any) -> None:
    from matplotlib.collections import LineCollection

    ax.add_collection(LineCollection([projection(line) for line in lines if len(line) > 1], **look), autolim=False)


def _draw_base(ax: Axes, projection: _Projection) -> None:
    import shapely

    base, colors = _basemap(), style_table()["base"]
    ax.set_facecolor(colors["sea"])
    _polygons(ax, projection, base["land"], fc=colors["land"], ec=colors["coast"], lw=0.5, zorder=1)
    _polygons(ax, projection, base["disputed"], fc="none", ec=colors["disputed"], lw=0.4, hatch="//////", zorder=1.5)
    near = [b for b in base["borders"] if shapely.LineString(b).intersects(projection.lonlat_box)]
    _lines(ax, projection, near, colors=colors["border"], linewidths=0.7, linestyles=(0, (6, 2, 1, 2)), zorder=2)


def _draw_network(ax: Axes, projection: _Projection, network: Network, tolerance_m: float) -> None:
    import shapely

    edges = network.tables["edges"]
    is_built = (edges["status"] == "operating") & ~np.isin(edges["line_id"], list(_planned(network)))
    running = np.flatnonzero((edges["kind"] == "track") & is_built)
    shapes = network.shapes(running)
    near = shapely.get_parts(
        shapely.line_merge(shapely.union_all(shapes[shapely.intersects(shapes, projection.lonlat_box)]))
    )
    thin = shapely.simplify(near, tolerance_m / 111_000)
    look = {"colors": style_table()["network"]["color"], "linewidths": 0.5, "zorder": 2.5}
    _lines(ax, projection, [shapely.get_coordinates(line) for line in thin], **look)


def _draw_routes(
    ax: Axes, projection: _Projection, routes: Sequence[Route], metres_per_point: float
) -> tuple[list[tuple[float, float]], list[Box]]:
    """Draw the first route on top; routes that share track lie side by side.

    Return where each route's letter goes, and the boxes of pixels that the routes cover.
    """
    middles: list[tuple[float, float]] = []
    taken: list[Box] = []
    users: dict[int, list[int]] = {}
    first_way: dict[int, bool] = {}
    for i, r in enumerate(routes):
        for edge, is_forward in zip(r.path.edges, r.path.is_forward, strict=True):
            users.setdefault(int(edge), []).append(i)
            first_way.setdefault(int(edge), bool(is_forward))
    for i in reversed(range(len(routes))):
        look = route_looks()[i]
        runs = _runs(routes[i], i, users, first_way, projection, metres_per_point)
        own = max(runs, key=lambda run: (run[3] == 0.0, len(run[0]) > 1, _extent(run[0])))[0]
        middles.insert(0, tuple(own[len(own) // 2]) if len(own) > 2 else tuple(own.mean(axis=0)))
        for line, dash, is_assumed, _ in runs:
            dots = ax.transData.transform(_dense(line, 4 * metres_per_point))
            taken += [(x - 3, y - 3, x + 3, y + 3) for x, y in dots]
            width = 1.4 if is_assumed else 2.8
            caps: dict[str, Any] = {"solid_capstyle": "round", "dash_capstyle": "butt", "solid_joinstyle": "round"}
            ax.plot(*line.T, color="white", linewidth=width + 1.7, zorder=3, **caps)
            ax.plot(*line.T, color=look["color"], linewidth=width, linestyle=dash, zorder=4, **caps)
            if look["core"] != "none" and dash == "-" and not is_assumed:
                ax.plot(*line.T, color="white", linewidth=0.8, linestyle=core_dash(look["core"]), zorder=4.5)
    return middles, taken


def _extent(line: Any) -> float:
    return float(np.hypot(*np.diff(line, axis=0).T).sum())


def _dense(line: Any, step: float) -> Any:
    import shapely

    return shapely.get_coordinates(shapely.segmentize(shapely.LineString(line), step))


def _runs(
    route: Route,
    index: int,
    users: dict[int, list[int]],
    first_way: dict[int, bool],
    projection: _Projection,
    unit: float,
) -> list[tuple[Any, Any, bool, float]]:
    """Return a route in stretches of one look and lane: coordinates in the plane, dash, whether it is assumed, and lane."""
    import shapely

    style = style_table()
    runs: list[tuple[tuple[Any, ...], list[Any]]] = []
    shapes = route.network.shapes(route.path.edges)
    plans = _planned(route.network)
    names = ("kind", "mode", "status", "length_km", "assumed_km", "line_id")
    for k, (edge, is_forward, *about) in enumerate(
        zip(route.path.edges, route.path.is_forward, *(route.edge(n) for n in names), strict=True)
    ):
        kind, mode, status, km, assumed_km, line_id = about
        status = plans.get(line_id, status)
        if kind not in MOVING:
            continue
        order = list(dict.fromkeys(users[int(edge)]))
        lane = (order.index(index) - (len(order) - 1) / 2) * 3.1 * unit
        lane = lane if bool(is_forward) == first_way[int(edge)] else -lane
        dash = tuple((style["status"][status] if status != "operating" else style["mode"][mode])["dash"])
        look = (dash, bool(km and assumed_km >= km / 2), lane)
        xy = projection(shapely.get_coordinates(shapes[k]))
        xy = xy if is_forward else xy[::-1]
        if not runs or runs[-1][0] != look:
            runs.append((look, []))
        runs[-1][1].append(xy)
    out = []
    for (dash, is_assumed, lane), pieces in runs:
        line = shapely.simplify(shapely.LineString(np.vstack(pieces)), 0.6 * unit)
        if lane and line.length > 12 * abs(lane):
            line = shapely.offset_curve(line, -lane, join_style="bevel")
        for part in shapely.get_parts(line):
            if not part.is_empty:
                pattern = (0, tuple(d / 3 for d in dash)) if dash else "-"
                out.append((shapely.get_coordinates(part), pattern, is_assumed, lane))
    return out


def _planned(network: Network) -> dict[str, str]:
    """Return what the lines that a scenario has opened are on the ground: plans, and drawn as such."""
    opened = [i.removeprefix("line:") for i in network.attrs.get("opened", []) if i.startswith("line:")]
    real = {i: str(network.lines["status"][i]) for i in opened}
    return {i: "proposed" if status == "operating" else status for i, status in real.items()}


def _draw_signs(ax: Axes, projection: _Projection, routes: Sequence[Route]) -> list[Box]:
    """Draw crossings (larger for a longer published dwell), breaks of gauge and transshipments; return the boxes that they take."""
    points: dict[tuple[str, str], Any] = {}
    for r in routes:
        for kind, frame, hours in (
            ("crossing", r.crossings, "dwell_h"),
            ("gauge_change", r.gauge_breaks, "time_h"),
            ("transshipment", r.transshipments, "time_h"),
        ):
            for row in frame.to_dict("records"):
                points.setdefault(
                    (kind, str(row["name"])), (row["lon"], row["lat"], row[hours], bool(row.get("is_default", False)))
                )
    taken: list[Box] = []
    for (kind, _), (lon, lat, dwell_h, is_assumed) in sorted(points.items()):
        x, y = projection(np.array([[lon, lat]]))[0]
        # An assumed dwell is no data: a small hollow circle, never a large one.
        is_known = kind == "crossing" and not is_assumed
        size = 3.2 + 1.3 * float(dwell_h) ** 0.5 if is_known else 5.4 if kind != "crossing" else 4.6
        fill = "#8a8a8a" if is_known else "white"
        ax.plot(x, y, MARK[kind], ms=size, mfc=fill, mec=INK, mew=0.9, zorder=7 if kind != "crossing" else 6)
        px, py = ax.transData.transform((x, y))
        half = size * DPI / 72 / 2
        taken.append((px - half, py - half, px + half, py + half))
    return taken


def _letter_routes(ax: Axes, middles: Sequence[tuple[float, float]], taken: list[Box]) -> None:
    figure: Any = ax.get_figure()
    for i, ((x, y), look) in enumerate(zip(middles, route_looks(), strict=False)):
        taken.append(box_of(figure, letter_badge(ax, x, y, letter_of(i), look["color"], size=7)))


def _label_countries(ax: Axes, projection: _Projection, taken: list[Box]) -> None:
    """Write the names of countries where there is room."""
    figure: Any = ax.get_figure()
    color = style_table()["base"]["country_label"]
    for label_of in _basemap()["labels"]:
        name, (lon, lat) = label_of["name"], label_of["at"]
        if not projection.lonlat_box.bounds[0] < lon < projection.lonlat_box.bounds[2]:
            continue
        x, y = projection(np.array([[lon, lat]]))[0]
        label = write(ax, x, y, " ".join(name.upper()), ha="center", size=5.2, color=color, zorder=2.8)
        box, edge = box_of(figure, label), ax.bbox
        fits = box[0] > edge.x0 and box[2] < edge.x1 and box[1] > edge.y0 and box[3] < edge.y1
        if not fits or collides(box, taken, 0):
            label.remove()
        else:
            taken.append(box)


def _draw_scale(ax: Axes, about_m: float) -> None:
    """Draw a scale bar; true at the centre of the map."""
    step = 10 ** np.floor(np.log10(about_m))
    length = max(f * step for f in (1, 2, 5) if f * step <= about_m)
    (west, east), (south, north) = ax.get_xlim(), ax.get_ylim()
    x, y = west + 0.015 * (east - west), south + 0.03 * (north - south)
    up = 0.012 * (north - south)
    ax.plot([x, x, x + length, x + length], [y + up, y, y, y + up], color=INK, linewidth=1.0, zorder=9)
    write(ax, x + length / 2, y + up, f"{length / 1000:,.0f} km", ha="center", va="bottom", size=6.8, zorder=9)


def _route_list(figure: Figure, routes: Sequence[Route], top_in: float, left_out: int) -> None:
    height = figure.get_figheight()
    ax = figure.axes[0]
    for i, (r, name, look) in enumerate(zip(routes, names_of(routes), route_looks(), strict=False)):
        y = (top_in - 0.09 - 0.17 * i) / height
        letter_badge(ax, 0.026, y, letter_of(i), look["color"], size=6, transform=figure.transFigure)
        words = f"{name}: {r.length_km:,.0f} km, {said([r.time_h])}, {r.n_borders} border{'' if r.n_borders == 1 else 's'}, {' '.join(r.countries)}"
        more = f"; {left_out} more not shown" if left_out and i == len(routes) - 1 else ""
        write(ax, 0.042, y, words + more, size=7.2, transform=figure.transFigure)


def _label_places(ax: Axes, projection: _Projection, routes: Sequence[Route], taken: list[Box]) -> None:
    """Write the names of the ends, then of transfers and breaks of gauge, then of long standstills at borders."""
    names: dict[str, tuple[float, float, bool]] = {}
    for r in routes:
        for place in (r.origin, r.destination):
            names[place.name] = (place.lon, place.lat, True)
    for r in routes:
        for frame in (r.transshipments, r.gauge_breaks):
            for row in frame.to_dict("records"):
                names.setdefault(short_name(row["name"], 24), (row["lon"], row["lat"], False))
    figure: Any = ax.get_figure()
    from matplotlib.patheffects import withStroke

    for name, (lon, lat, is_end) in names.items():
        xy = projection(np.array([[lon, lat]]))[0]
        if is_end:
            ax.plot(*xy, "o", ms=5, mfc="white", mec=INK, mew=1.2, zorder=8)
        for n, (dx, dy, ha, va) in enumerate(
            ((6, 4, "left", "bottom"), (-6, 4, "right", "bottom"), (6, -4, "left", "top"), (-6, -4, "right", "top"),
             (0, 7, "center", "bottom"), (0, -7, "center", "top"), (12, 12, "left", "bottom"), (-12, -12, "right", "top"))
        ):  # fmt: skip
            text = ax.annotate(
                name, xy, (dx, dy), textcoords="offset points", ha=ha, va=va, zorder=10, parse_math=False, color=INK,
                size=8.6 if is_end else 6.6, weight="bold" if is_end else "normal",
                path_effects=[withStroke(linewidth=2.2, foreground="white")],
            )  # fmt: skip
            box = box_of(figure, text)
            edge = ax.bbox
            fits = box[0] > edge.x0 and box[2] < edge.x1 and box[1] > edge.y0 and box[3] < edge.y1
            if fits and (not collides(box, taken, 0) or (is_end and n == 7)):
                taken.append(box)
                break
            text.remove()
