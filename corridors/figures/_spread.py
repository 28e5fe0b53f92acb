"""How sure the hours are: the distributions of a simulation, and what each parameter alone does to a route.

Assumptions: a curve is a kernel density of the draws, drawn to one height, so that shapes can be compared and not masses; the bar
under it holds 90 % of the draws. Where most hours are defaults no winner is named, here as in the sentences of the simulation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from corridors.errors import UnknownNameError
from corridors.figures._bars import bar_axes
from corridors.figures._canvas import (
    INK,
    SOFT,
    blank_figure,
    draw_rules,
    footnote,
    headline,
    route_looks,
    write,
)
from corridors.figures._subject import MAX_ROUTES, draws_finding, said, unit_of
from corridors.routing import Route
from corridors.uncertainty import Simulation, swings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MAX_BARS = 14
_NAME = 52  # letters of a parameter's name that there is room for
_RIDGE = 0.72
"""Height of the highest point of a curve, in rows."""


def spread_chart(x: Simulation, *, pair: tuple[str, str] | None = None, title: str | None = None) -> Figure:
    """Draw the hours of each corridor as a ridge, with the interval of 90 % of the draws and the median.

    Parameters
    ----------
    x
        What `corridors.simulate` returns.
    pair
        Origin and destination; None for the first pair.
    title
        None states which corridor is the quickest and how often, or that most hours are assumptions.

    Returns
    -------
    matplotlib.figure.Figure
        Of its own; no window opens. `save` writes it.

    Raises
    ------
    UnknownNameError
        The pair was not simulated, or has no route.

    Examples
    --------
    >>> import corridors as cx
    >>> from corridors import figures
    >>> found = cx.simulate(cx.load_network(), [("Almaty", "Moscow")], n=50)
    >>> len(figures.spread_chart(found).axes)
    1
    """
    asked, (pair, rows) = pair, _rows(x, pair)
    unit, word = unit_of(rows["time_h_p50"])
    draws = x.draws[pair] / unit
    routes = [x.routes[pair][c][0] for c in rows["corridor"]]
    low, high = float(draws[rows["corridor"]].min().min()), float(draws[rows["corridor"]].max().max())
    pad = 0.06 * (high - low) or 0.5
    with blank_figure(8.6, 1.85 + 0.72 * len(rows)) as figure:
        ax = bar_axes(figure, list(rows["corridor"]))
        ax.set_ylim(len(rows) - 0.5, -1.0)
        for row, (r, look) in enumerate(zip(rows.to_dict("records"), route_looks(len(rows)), strict=True)):
            _ridge(ax, row, draws[r["corridor"]].to_numpy(dtype=float), (low - pad, high + pad), look["color"])
            p05, p50, p95 = (r[f"time_h_{p}"] / unit for p in ("p05", "p50", "p95"))
            ax.plot([p05, p95], [row, row], color=look["color"], linewidth=4, solid_capstyle="butt", zorder=4)
            ax.plot(p50, row, "o", color=look["color"], markersize=7, markeredgecolor="white", zorder=5)
            words = f"{p50:.1f} {word} ({p05:.1f} to {p95:.1f})\nquickest in {r['share_quickest']:.0%} of the draws"
            write(ax, -0.455, row + 0.17, words, va="top", size=6.8, color=SOFT, transform=ax.get_yaxis_transform())
        ax.set_xlim(low - pad, high + pad)
        ax.set_xlabel(word, color=SOFT)
        under = f"{x.attrs['n']:,} draws of all parameters; curve: density, bar: 90 % of draws, dot: median"
        if asked is None and len(x.draws) > 1:
            under += f"; the first of {len(x.draws)} pairs"
        headline(figure, title or draws_finding(pair, rows), under)
        footnote(
            figure,
            routes,
            f"Correlation within a country {x.attrs['correlation']:g} (assumed), seed {x.attrs['seed']}.",
        )
    return figure


def tornado_chart(route: Route, *, n: int = MAX_BARS, title: str | None = None) -> Figure:
    """Draw what each parameter alone does to the hours of a route, between its low and its high value.

    Parameters
    ----------
    route
        One route; everything else stays at typical values.
    n
        How many parameters, the weightiest first.
    title
        None names the weightiest parameter.

    Returns
    -------
    matplotlib.figure.Figure
        Of its own; no window opens. `save` writes it.

    Examples
    --------
    >>> import corridors as cx
    >>> from corridors import figures
    >>> r = cx.route(cx.load_network(), "Almaty", "Moscow")
    >>> len(figures.tornado_chart(r, n=5).axes)
    1
    """
    table = swings(route)
    shown = table.head(n)
    unit, word = unit_of([route.time_h])
    middle = route.time_h / unit
    with blank_figure(8.6, 1.6 + 0.24 * max(len(shown), 1)) as figure:
        height = figure.get_figheight()
        ax = figure.add_axes((0.335, 0.62 / height, 0.645, 1 - 1.3 / height))
        draw_rules(ax)
        ax.grid(False, axis="y")
        ax.set_yticks([])
        ax.set_ylim(max(len(shown), 1) - 0.4, -0.6)
        for row, r in enumerate(shown.to_dict("records")):
            ends = {"low": r["time_h_low"] / unit, "high": r["time_h_high"] / unit}
            for name, color, hatch in (("low", "#ffffff", "////"), ("high", "#6e6e6e", "")):
                ax.barh(
                    row,
                    ends[name] - middle,
                    left=middle,
                    height=0.66,
                    color=color,
                    edgecolor=INK,
                    linewidth=0.6,
                    hatch=hatch,
                )
            words = _words(r["parameter"])
            words = words if len(words) <= _NAME else words[: _NAME - 1].rstrip() + "…"
            write(ax, -0.015, row, words, ha="right", size=7.2, transform=ax.get_yaxis_transform())
            for name, end in ends.items():
                write(ax, end, row, f" {r[name]:g} ", ha="left" if end > middle else "right", size=6.4, color=SOFT)
        ax.axvline(middle, color=INK, linewidth=1.0)
        reach = max([abs(v / unit - middle) for c in ("time_h_low", "time_h_high") for v in shown[c]], default=0.5)
        ax.set_xlim(middle - 1.22 * reach, middle + 1.22 * reach)
        ax.set_xlabel(f"{word}; {middle:.1f} with all parameters typical", color=SOFT)
        left_out = f"; {len(table) - len(shown)} smaller ones are left out" if len(table) > len(shown) else ""
        under = f"One parameter at a time: hatched at its low value, grey at its high one{left_out}"
        headline(figure, title or _tornado_finding(route, table), under)
        footnote(figure, [route])
    return figure


def _rows(x: Simulation, pair: tuple[str, str] | None) -> tuple[tuple[str, str], Any]:
    """Return a pair, and its corridors in the table, the quickest first and not more than there are colours."""
    chosen = pair if pair is not None else next(iter(x.draws), None)
    if chosen is None or chosen not in x.draws:
        known = ", ".join(f"{a} – {b}" for a, b in x.draws) or "none with a route"
        raise UnknownNameError(f"no draws of {' – '.join(pair) if pair else 'any pair'}; there are {known}")
    table = x.table
    rows = table[(table["origin"] == chosen[0]) & (table["destination"] == chosen[1]) & (table["reason"] == "")]
    return chosen, rows.sort_values(["time_h_p50", "corridor"], ignore_index=True).head(MAX_ROUTES)


def _ridge(ax: Any, row: int, days: Any, span: tuple[float, float], color: str) -> None:
    """Draw the density of draws above a row; draws that are all alike have none."""
    if len(days) < 3 or np.ptp(days) < 1e-9:
        return
    from scipy.stats import gaussian_kde

    grid = np.linspace(*span, 400)
    density = gaussian_kde(days)(grid)
    curve = row - _RIDGE * density / density.max()
    ax.fill_between(grid, row, curve, color=color, alpha=0.28, linewidth=0, zorder=2)
    ax.plot(grid, curve, color=color, linewidth=1.4, zorder=3)


def _tornado_finding(route: Route, table: Any) -> str:
    where = f"{route.origin.name} – {route.destination.name}"
    if not len(table):
        return f"{where}: no parameter of the cost model is uncertain"
    first = table.iloc[0]
    return f"{where}: {_words(first['parameter'])} alone moves the transit time by {said([first['swing_h']])}"


_HEADS = {
    "speed_kph": "speed in km/h",
    "crossing_h": "hours at the border",
    "gauge_change_h": "hours of gauge change",
    "transshipment_h": "hours of transfer",
    "stop_h_per_1000_km": "hours of stops per 1,000 km",
    "class_speed_factor": "speed factor of line class",
    "published_dwell": "factor on published dwell",
}


def _words(parameter: str) -> str:
    """Return a parameter of the cost model in words: ``speed_kph.rail.KAZ at KAZ`` is "speed in km/h (rail, KAZ)"."""
    path, _, at = parameter.partition(" at ")
    head, *rest = path.split(".")
    about = [p for p in (*rest, at) if p and p != "default"]
    return f"{_HEADS.get(head, head)} ({', '.join(dict.fromkeys(about))})" if about else _HEADS.get(head, head)
