"""Where the hours go, and how sure the totals are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from corridors.cost import unit_words
from corridors.figures._canvas import (
    INK,
    SOFT,
    STANDING,
    blank_figure,
    draw_rules,
    footnote,
    headline,
    letter_badge,
    letter_of,
    renderer_of,
    route_looks,
    subtitle,
    wrapped,
    write,
)
from corridors.figures._subject import By, names_of, on_one_axis, pair_words, unit_of
from corridors.routing import Route

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PART_LOOK = {"under way": ("#cfcfcf", ""), "at borders": ("#3c3c3c", ""), "changing gauge": ("#8d8d8d", "////"),
              "changing mode": ("#ffffff", "xxxx")}  # fmt: skip


def hours_chart(x: Any, *, title: str | None = None) -> Figure:
    """Draw where the hours go: one bar a route, divided into under way, borders, changes of gauge and changes of mode.

    Parameters
    ----------
    x
        A Route, a sequence of them, Alternatives or a Comparison.
    title
        None states how much of the time is spent standing.

    Returns
    -------
    matplotlib.figure.Figure
        Of its own; no window opens. `save` writes it.

    Examples
    --------
    >>> import corridors as cx
    >>> from corridors import figures
    >>> r = cx.route(cx.load_network(), "Tashkent", "Moscow")
    >>> figures.hours_chart(r).axes[0].texts[1].get_text()
    'via KAZ'
    """
    routes, left_out = on_one_axis(x)
    parts = [_parts(r) for r in routes]
    with blank_figure(8.6, 1.75 + 0.52 * len(routes)) as figure:
        ax = bar_axes(figure, names_of(routes))
        widest = max(r.time_h for r in routes) or 1.0
        unit, word = unit_of([widest])
        for row, (r, hours) in enumerate(zip(routes, parts, strict=True)):
            left = 0.0
            for name, h in hours.items():
                color, hatch = _PART_LOOK[name]
                ax.barh(
                    row, h / unit, left=left / unit, height=0.56, color=color, edgecolor=INK, linewidth=0.6, hatch=hatch
                )
                if h > 0.06 * widest:
                    ink = "white" if name == "at borders" else INK
                    back = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none"} if hatch else None
                    write(ax, (left + h / 2) / unit, row, f"{h:,.0f} h", ha="center", color=ink, size=7.5, bbox=back)
                left += h
            write(ax, (left + widest * 0.008) / unit, row, f"{r.time_h / unit:.1f} {word}", weight="bold")
        ax.set_xlim(0, widest / unit * 1.12)
        ax.set_xlabel(word, color=SOFT)
        used = [n for n in _PART_LOOK if any(p[n] > 0 for p in parts)]
        _part_key(figure, used)
        shares = [r.standing_h / r.time_h for r in routes if r.time_h]
        where = pair_words(routes)
        text = f"{min(shares):.0%}" if len(shares) == 1 else f"{min(shares):.0%} to {max(shares):.0%}"
        headline(figure, title or f"{where}: {text} of the time is spent standing", subtitle("time", routes, left_out))
        footnote(figure, routes)
    return figure


def range_chart(x: Any, *, by: By = "time", title: str | None = None) -> Figure:
    """Draw each route's low, typical and high total as an interval: the cost model's parameters all low, all high.

    Parameters
    ----------
    x
        A Route, a sequence of them, Alternatives or a Comparison.
    by
        ``"time"`` or ``"cost"``.
    title
        None says whether the intervals overlap.

    Returns
    -------
    matplotlib.figure.Figure
        Of its own; no window opens. `save` writes it.

    Examples
    --------
    >>> import corridors as cx
    >>> from corridors import figures
    >>> routes = cx.alternatives(cx.load_network(), "Almaty", "Duisburg", k=2)
    >>> figures.range_chart(routes).axes[0].get_xlabel()
    'days'
    """
    routes, left_out = on_one_axis(x)
    unit, word = (
        unit_of(r.time_range_h[2] for r in routes) if by == "time" else (1.0, f"USD, one {unit_words(routes[0].cargo)}")
    )
    ranges = [tuple(v / unit for v in (r.time_range_h if by == "time" else r.cost_range_usd)) for r in routes]
    with blank_figure(8.6, 1.6 + 0.46 * len(routes)) as figure:
        ax = bar_axes(figure, names_of(routes))
        for row, (look, (low, typical, high)) in enumerate(zip(route_looks(len(routes)), ranges, strict=True)):
            ax.plot([low, high], [row, row], color=look["color"], linewidth=5, solid_capstyle="butt", alpha=0.45)
            ax.vlines([low, high], row - 0.16, row + 0.16, color=look["color"], linewidth=1.4)
            ax.plot(typical, row, "o", color=look["color"], markersize=7, markeredgecolor="white")
            text = f"{typical:.1f}" if by == "time" else f"{typical:,.0f}"
            write(ax, typical, row - 0.19, text, ha="center", va="bottom", weight="bold", size=8)
            for value, side in ((low, "right"), (high, "left")):
                ends = f" {value:.1f} " if by == "time" else f" {value:,.0f} "
                write(ax, value, row, ends, ha=side, size=7, color=SOFT)
        ax.set_xlim(0, max(r[2] for r in ranges) * 1.09)
        ax.set_xlabel(word, color=SOFT)
        under = "all parameters low, typical (dot), and high"
        under += f"; {left_out} more routes are not shown" if left_out else ""
        headline(figure, title or _range_finding(routes, ranges, by, word), under)
        footnote(figure, routes)
    return figure


def _range_finding(routes: Sequence[Route], ranges: Sequence[tuple[float, ...]], by: By, word: str) -> str:
    where, what = pair_words(routes), "transit time" if by == "time" else "cost"
    if len(routes) == 1:
        low, _, high = ranges[0]
        return (
            f"{where}: {low:,.1f} to {high:,.1f} {word}" if by == "time" else f"{where}: {low:,.0f} to {high:,.0f} USD"
        )
    best = min(ranges, key=lambda r: r[1])
    n = sum(r is not best and r[0] <= best[2] for r in ranges)
    if n == 0:
        return f"{where}: the ranking by {what} holds over the whole range of the parameters"
    some = "the other route" if len(ranges) == 2 else f"{n} of {len(ranges) - 1} other routes"
    return f"{where}: the range of {what} of {some} overlaps that of the best"


def _parts(route: Route) -> dict[str, float]:
    kinds, hours = route.edge("kind"), route.standing_hours
    standing = {label: float(hours[kinds == kind].sum()) for kind, label in STANDING.items()}
    return {"under way": route.moving_h, **standing}


def bar_axes(figure: Figure, names: Sequence[str]) -> Axes:
    """Return axes with one row a route or corridor, its letter and name on the left."""
    height = figure.get_figheight()
    ax = figure.add_axes((0.335, 0.6 / height, 0.645, 1 - 1.43 / height))
    ax.set_ylim(len(names) - 0.5, -0.5)
    draw_rules(ax)
    ax.grid(False, axis="y")
    ax.set_yticks([])
    for row, (name, look) in enumerate(zip(names, route_looks(len(names)), strict=True)):
        letter_badge(ax, -0.485, row, letter_of(row), look["color"], transform=ax.get_yaxis_transform())
        write(ax, -0.455, row, wrapped(name, 34), size=7.6, transform=ax.get_yaxis_transform())
    return ax


def _part_key(figure: Figure, names: Sequence[str]) -> None:
    from matplotlib.patches import Rectangle

    x, y = 0.335, 1 - 0.7 / figure.get_figheight()
    for name in names:
        color, hatch = _PART_LOOK[name]
        size = (0.022, 0.1 / figure.get_figheight())
        figure.add_artist(Rectangle((x, y - size[1] / 2), *size, fc=color, ec=INK, lw=0.6, hatch=hatch))
        text = figure.text(x + 0.027, y, name, size=7.6, va="center", color=INK)
        x += 0.027 + text.get_window_extent(renderer_of(figure)).width / figure.bbox.width + 0.025
