"""The time- and cost-distance chart of UNESCAP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.cost import unit_words
from corridors.figures._canvas import (
    INK,
    MARK,
    SOFT,
    STANDING,
    Box,
    blank_figure,
    box_of,
    collides,
    core_dash,
    cut,
    draw_rules,
    footnote,
    headline,
    letter_badge,
    letter_of,
    renderer_of,
    route_looks,
    short_name,
    subtitle,
    write,
)
from corridors.figures._subject import By, drawable, finding, names_of, unit_of
from corridors.routing import Route
from corridors.units import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def distance_chart(x: Any, *, by: By = "time", title: str | None = None) -> Figure:
    """Draw the time- or cost-distance chart of UNESCAP: what has been spent over the kilometres covered.

    A slope is a speed or a price; a vertical step is a standstill, labelled with its place: a border (circle), a break of
    gauge (diamond) or a change of mode (square).

    Parameters
    ----------
    x
        A Route, a sequence of them, Alternatives or a Comparison; of more than five the first five.
    by
        ``"time"`` (hours or days) or ``"cost"`` (dollars for one unit of cargo). Stretches without tariff are dashed.
    title
        None states the finding.

    Returns
    -------
    matplotlib.figure.Figure
        Of its own; no window opens. `save` writes it.

    Raises
    ------
    MissingExtraError
        matplotlib is not installed.

    Examples
    --------
    >>> import corridors as cx
    >>> from corridors import figures
    >>> r = cx.route(cx.load_network(), "Tashkent", "Moscow")
    >>> len(figures.distance_chart(r).axes)
    1
    """
    routes, left_out = drawable(x)
    tracks = [_track(r, by) for r in routes]
    unit, word = unit_of(t.total for t in tracks) if by == "time" else (1.0, f"USD, one {unit_words(routes[0].cargo)}")
    with blank_figure(8.6, 5.2) as figure:
        ax = figure.add_axes((0.075, 0.115, 0.895, 0.725))  # made lower where the names of the routes need more rows
        for i, (look, track) in enumerate(zip(route_looks(), tracks, strict=False)):
            _draw_track(ax, track, look, unit, zorder=7.0 - i / 2)
        top = max(t.total for t in tracks) / unit
        far = max(t.km[-1] for t in tracks)
        ax.set_xlim(0, far * 1.03 or 1)
        ax.set_ylim(0, top * 1.09 or 1)
        draw_rules(ax)
        ax.set_xlabel("km from the origin", color=SOFT)
        ax.set_ylabel(word, color=SOFT)
        headline(figure, title or finding(routes, by=by), subtitle(by, routes, left_out))
        handles, lowest = _route_key(figure, routes, y=0.87)
        ax.set_position((0.075, 0.115, 0.895, lowest - 0.145))
        _mark_key(figure, {s.kind for t in tracks for s in t.steps})
        taken = [box_of(figure, h) for h in handles]
        _label_ends(ax, tracks, unit, taken)
        _label_steps(ax, tracks, unit, by, taken)
        footnote(figure, routes)
    return figure


def _route_key(figure: Figure, routes: Sequence[Route], *, y: float) -> tuple[list[Any], float]:
    """Write letter and name of each route under the title, in as many rows as they need; return the words, and the last row's y."""
    ax = figure.axes[0]
    begin, end, row_height = 0.085, 0.985, 0.17 / figure.get_figheight()
    x, made = begin, []
    for i, (name, look) in enumerate(zip(names_of(routes), route_looks(), strict=False)):
        text = write(ax, x + 0.014, y, cut(name, 110), size=7.0, transform=figure.transFigure)
        width = text.get_window_extent(renderer_of(figure)).width / figure.bbox.width
        if x + 0.014 + width > end and x > begin:
            x, y = begin, y - row_height
            text.set_position((x + 0.014, y))
        letter_badge(ax, x, y, letter_of(i), look["color"], size=6.5, transform=figure.transFigure)
        x += 0.014 + width + 0.028
        made.append(text)
    return made, y


def _mark_key(figure: Figure, kinds: set[str]) -> None:
    """Explain the marks of the standstills, at the right of the line under the title."""
    from matplotlib.lines import Line2D

    x, y = 0.97, 1 - 0.5 / figure.get_figheight()
    for kind, words in (
        ("transshipment", "change of mode"),
        ("gauge_change", "break of gauge"),
        ("crossing", "border"),
    ):
        if kind not in kinds:
            continue
        text = figure.text(x, y, words, size=7.2, ha="right", va="center", color=INK)
        x -= text.get_window_extent(renderer_of(figure)).width / figure.bbox.width + 0.011
        figure.add_artist(Line2D([x], [y], marker=MARK[kind], ms=4.4, mfc="white", mec=INK, mew=1.1, ls=""))
        x -= 0.022


@dataclass(frozen=True)
class _Step:
    """A standstill: where it stands on the chart, what it is called, and what it adds."""

    km: float
    below: float
    above: float
    name: str
    kind: str


@dataclass(frozen=True)
class _Track:
    """A route as it runs over the chart; ``is_known`` says of each stretch whether it has hours or a tariff."""

    km: Floats
    spent: Floats
    is_known: Any
    steps: tuple[_Step, ...]

    @property
    def total(self) -> float:
        return float(self.spent[-1])


def _track(route: Route, by: By) -> _Track:
    profile = route.profile()
    column = "time_h" if by == "time" else route.cost_column
    known = profile[column].notna().to_numpy()
    spent = np.concatenate([[0.0], profile[column].fillna(0.0).cumsum().to_numpy(dtype=float)])
    km = np.concatenate([[0.0], profile["cumulative_km"].to_numpy(dtype=float)])
    at = np.flatnonzero(profile["kind"].isin(STANDING).to_numpy())
    steps = tuple(
        _Step(km[i + 1], spent[i], spent[i + 1], str(profile["to_name"].iloc[i]), str(profile["kind"].iloc[i]))
        for i in at
        if spent[i + 1] > spent[i]
    )
    return _Track(km, spent, known, _joined(steps))


def _joined(steps: Sequence[_Step]) -> tuple[_Step, ...]:
    """Join standstills that follow on one another at one place, as a port's transshipments do."""
    out: list[_Step] = []
    for step in steps:
        last = out[-1] if out else None
        if last and last.km == step.km and last.above == step.below and last.kind == step.kind:
            out[-1] = _Step(step.km, last.below, step.above, step.name, step.kind)
        else:
            out.append(step)
    return tuple(out)


def _draw_track(ax: Axes, track: _Track, look: dict[str, Any], unit: float, *, zorder: float) -> None:
    y = track.spent / unit
    ax.plot(track.km, y, color="white", linewidth=4.4, solid_capstyle="round", zorder=zorder)
    start = 0
    for end in range(1, len(track.km)):  # one line for each run of stretches that are all known, or all not
        if end == len(track.km) - 1 or track.is_known[end] != track.is_known[start]:
            dash = "-" if track.is_known[start] else (0, (3, 2))
            part = slice(start, end + 1)
            ax.plot(track.km[part], y[part], color=look["color"], linewidth=2.3, linestyle=dash, zorder=zorder + 0.1)
            start = end
    if look["core"] != "none":
        ax.plot(track.km, y, color="white", linewidth=0.7, linestyle=core_dash(look["core"]), zorder=zorder + 0.2)
    for step in track.steps:
        if step.above - step.below >= 0.004 * track.total:
            mark = MARK[step.kind]
            ax.plot(
                step.km, step.above / unit, mark, ms=4.2, mfc="white", mec=look["color"], mew=1.2, zorder=zorder + 0.3
            )


def _label_ends(ax: Axes, tracks: Sequence[_Track], unit: float, taken: list[Box]) -> None:
    for i, (track, look) in enumerate(zip(tracks, route_looks(), strict=False)):
        badge = letter_badge(ax, track.km[-1], track.total / unit, letter_of(i), look["color"])
        taken.append(box_of(ax.get_figure(), badge))  # type: ignore[arg-type]
        for x, y in _pixels(ax, track, unit):
            taken.append((x - 2, y - 2, x + 2, y + 2))


def _pixels(ax: Axes, track: _Track, unit: float) -> Any:
    """Return points along a track, close enough that no label slips between them."""
    corners = ax.transData.transform(np.column_stack([track.km, track.spent / unit]))
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(corners, axis=0).T))])
    at = np.arange(0.0, along[-1], 8.0)
    return np.column_stack([np.interp(at, along, corners[:, k]) for k in (0, 1)])


def _label_steps(ax: Axes, tracks: Sequence[_Track], unit: float, by: By, taken: list[Box]) -> None:
    """Write place and size at the standstills, the longest first, where there is room."""
    figure: Any = ax.get_figure()
    least = 0.012 * max(t.total for t in tracks)
    wanted = [(s.below - s.above, i, s) for i, t in enumerate(tracks) for s in t.steps if s.above - s.below >= least]
    named: set[tuple[object, ...]] = set()
    for _, i, step in sorted(wanted, key=lambda w: (w[0], w[1], w[2].km)):
        same = (step.name, round(step.km), round(step.below), round(step.above))
        if same in named:  # two routes at one place at one time
            continue
        named.add(same)
        added = step.above - step.below
        size = f"{added:,.0f} h" if by == "time" else f"{added:,.0f} USD"
        text = f"{short_name(step.name, 30)}, {size}"
        color = route_looks()[i]["color"]
        middle = (step.above + step.below) / 2 / unit
        for dx, dy, ha, va, y in (
            (6, 0, "left", "center", middle),
            (-6, 0, "right", "center", middle),
            (-6, 3, "right", "bottom", step.above / unit),
            (6, -3, "left", "top", step.below / unit),
            (-8, 9, "right", "bottom", step.above / unit),
            (8, -9, "left", "top", step.below / unit),
            (-10, 18, "right", "bottom", step.above / unit),
            (10, -18, "left", "top", step.below / unit),
            (0, 7, "center", "bottom", step.above / unit),
        ):
            label = ax.annotate(
                text, (step.km, y), (dx, dy), textcoords="offset points", ha=ha, va=va, size=6.6, color=color,
                annotation_clip=False, zorder=8, parse_math=False,
                arrowprops={"arrowstyle": "-", "lw": 0.5, "color": color, "shrinkA": 0, "shrinkB": 2} if abs(dy) > 5 else None,
            )  # fmt: skip
            box = box_of(figure, label) if abs(dy) <= 5 else _text_box(figure, label)
            inside = ax.bbox
            if (
                box[0] > inside.x0
                and box[2] < inside.x1
                and inside.y0 < box[1]
                and box[3] < inside.y1
                and not collides(box, taken)
            ):
                taken.append(box)
                break
            label.remove()


def _text_box(figure: Any, label: Any) -> Box:
    """Return the box of an annotation's words, without its line."""
    from matplotlib.text import Text

    label.update_positions(renderer_of(figure))
    box = Text.get_window_extent(label, renderer_of(figure))
    return float(box.x0), float(box.y0), float(box.x1), float(box.y1)
