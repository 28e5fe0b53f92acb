"""What all figures share: an empty figure, words that are never taken for TeX, and files that are the same each time."""

from __future__ import annotations

import functools
import io
import tomllib
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corridors import _files
from corridors.cost import unit_words
from corridors.errors import LayerError, missing_extra, warn
from corridors.figures._subject import MAX_ROUTES, By
from corridors.routing import Route

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Box = tuple[float, float, float, float]  # left, bottom, right, top in pixels
INK, SOFT, RULE = "#1a1a1a", "#555555", "#d4d4d4"
STANDING = {"crossing": "at borders", "gauge_change": "changing gauge", "transshipment": "changing mode"}
MARK = {"crossing": "o", "gauge_change": "D", "transshipment": "s"}
_FORMATS = {".png": "png", ".svg": "svg", ".pdf": "pdf"}
DPI = 200
# For letters that DejaVu Sans lacks, which comes with matplotlib: what Linux, macOS and Windows have for Chinese, Japanese, Korean.
_OTHER_SCRIPTS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "PingFang SC", "Hiragino Sans GB",
    "Microsoft YaHei", "SimHei", "Malgun Gothic", "Apple SD Gothic Neo", "Arial Unicode MS",
)  # fmt: skip
RC = {"font.size": 8.5, "svg.hashsalt": "corridors", "svg.fonttype": "path",
       "pdf.fonttype": 42, "hatch.linewidth": 0.6, "axes.unicode_minus": True, "path.simplify": True}  # fmt: skip


def _matplotlib() -> Any:
    try:
        import matplotlib
    except ImportError as error:
        raise missing_extra("a figure", "matplotlib", "plot") from error
    return matplotlib


@contextmanager
def _settings(matplotlib: Any, **more: str) -> Iterator[None]:
    """Draw as all figures here are drawn. matplotlib warns of each letter that no font has; `image` says it once."""
    with matplotlib.rc_context(RC | {"font.family": list(_families())} | more), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph .* missing from", UserWarning)
        yield


@functools.cache
def _families() -> tuple[str, ...]:
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return ("DejaVu Sans", *(name for name in _OTHER_SCRIPTS if name in installed))


def _missing_letters(figure: Figure) -> str:
    """Return the letters of a figure that no font here can draw."""
    from matplotlib.font_manager import FontProperties, findfont, get_font
    from matplotlib.text import Text

    letters = {c for text in figure.findobj(Text) for c in text.get_text() if not c.isspace()}
    beyond = sorted(c for c in letters if ord(c) > 0x24F)  # Latin letters are in all
    fonts = [get_font(findfont(FontProperties(family=name))) for name in _families()] if beyond else []
    return "".join(c for c in beyond if not any(font.get_char_index(ord(c)) for font in fonts))


@contextmanager
def blank_figure(width_in: float, height_in: float) -> Iterator[Figure]:
    matplotlib = _matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with _settings(matplotlib):
        figure = Figure(figsize=(width_in, height_in), dpi=DPI, facecolor="white")
        FigureCanvasAgg(figure)
        yield figure


def save(figure: Figure, path: str | Path) -> None:
    """Write a figure whole or not at all; the same figure gives the same bytes.

    Parameters
    ----------
    figure
        What the functions here return, or any matplotlib figure.
    path
        Ends in .png, .svg or .pdf. No date or program version is written into it.

    Raises
    ------
    LayerError
        Another ending.

    Examples
    --------
    >>> import corridors as cx
    >>> from corridors import figures
    >>> r = cx.route(cx.load_network(), "Tashkent", "Moscow")
    >>> figures.save(figures.hours_chart(r), "hours.pdf")
    """
    path = Path(path)
    if path.suffix.lower() not in _FORMATS:
        raise LayerError(f"cannot write a figure as {path.name!r}; the ending must be .png, .svg or .pdf")
    _files.write_whole(path, image(figure, _FORMATS[path.suffix.lower()]))


def image(figure: Figure, format_: str) -> bytes:
    """Return a figure as the bytes of a ``png``, ``svg`` or ``pdf`` file, without date or program version.

    Parameters
    ----------
    figure
        Any matplotlib figure.
    format_
        ``"png"``, ``"svg"`` or ``"pdf"``.

    Returns
    -------
    bytes
        The whole file; the same figure gives the same bytes. Where no font here has a letter, an SVG holds its words as
        text, for the reader's fonts to draw; a PNG or PDF shows boxes, and a warning names the letters.

    Examples
    --------
    >>> import corridors as cx
    >>> from corridors import figures
    >>> r = cx.route(cx.load_network(), "Tashkent", "Moscow")
    >>> figures.image(figures.hours_chart(r), "png")[1:4]
    b'PNG'
    """
    matplotlib = _matplotlib()
    nothing: dict[str, dict[str, Any]] = {
        "png": {"Software": None},
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    }
    buffer = io.BytesIO()
    missing = _missing_letters(figure)
    if missing and format_ != "svg":
        warn(
            f"no font here has the letters {missing}, which become boxes; install Noto Sans CJK, or write an SVG, whose reader's fonts draw them"
        )
    with _settings(matplotlib, **({"svg.fonttype": "none"} if missing else {})):
        figure.savefig(buffer, format=format_, dpi=DPI, metadata=nothing[format_], facecolor="white")
    return buffer.getvalue()


@functools.cache
def style_table() -> dict[str, Any]:
    return tomllib.loads((_files.MAPS / "styles" / "styles.toml").read_text("utf-8"))


def route_looks(n: int = MAX_ROUTES) -> list[dict[str, Any]]:
    route = style_table()["route"]
    looks = list(route["look"])
    return looks[:n] + [{"color": route["beyond"], "core": "none"}] * max(0, n - len(looks))


def core_dash(name: str) -> Any:
    dash = style_table()["core"][name]
    return (0, tuple(max(d / 2, 0.6) for d in dash)) if dash else "-"


def write(ax: Axes, x: float, y: float, text: str, **look: Any) -> Any:
    # parse_math: a "$" in somebody's place name is a dollar sign, not TeX.
    return ax.text(x, y, text, **{"va": "center", "color": INK, "parse_math": False, "clip_on": False, **look})


def wrapped(text: str, width: int, *, lines: int = 2) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, width, max_lines=lines, placeholder=" …"))


def headline(figure: Figure, title: str, under: str, *, y_in: float = 0.3) -> None:
    """Write title and subtitle; a long title gets smaller letters, never a cut."""
    height = figure.get_figheight()
    look: dict[str, Any] = {"color": INK, "va": "center", "parse_math": False}
    text = figure.text(0.02, 1 - y_in / height, title, size=12.0, weight="bold", **look)
    wide = box_of(figure, text)[2] / figure.bbox.width
    if wide > 0.97:
        text.set_fontsize(12.0 * 0.95 / (wide - 0.02))
    figure.text(0.02, 1 - (y_in + 0.2) / height, under, size=8, **{**look, "color": SOFT})


def subtitle(by: By, routes: Sequence[Route], left_out: int) -> str:
    said = "Where the time goes, origin to destination"
    if by == "cost":
        said = "Tariffs, border fees and handling, one " + unit_words(routes[0].cargo)
        if any(r.is_lower_bound for r in routes):
            said += "; dashed: no tariff, so the total is a lower bound"
    return said + (f"; {left_out} more routes are not shown" if left_out else "")


def footnote(figure: Figure, routes: Sequence[Route], more: str = "") -> None:
    attrs = routes[0].attrs
    models = dict.fromkeys(f"{r.cost_model.name} ({r.cost_model.basis})" for r in routes)
    share = max(r.assumed_time_share for r in routes)
    said = (
        f"Data as of {attrs.get('as_of', 'unknown')}. Costs: {', '.join(models)}. "
        f"Up to {share:.0%} of a route's hours rest on assumptions. {more}"
    )
    lines = wrapped(said, 175, lines=3)
    figure.text(0.02, 0.06 / figure.get_figheight(), lines, size=6.2, color=SOFT, va="bottom", parse_math=False)


def draw_rules(ax: Axes) -> None:
    ax.grid(True, color=RULE, linewidth=0.5)
    ax.set_axisbelow(True)
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color("#999999")
    ax.tick_params(colors=SOFT, labelsize=8, length=3)
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 5, 10]))
        axis.set_major_formatter(StrMethodFormatter("{x:,g}"))


def letter_of(index: int) -> str:
    return chr(ord("A") + index) if index < 26 else str(index + 1)


def letter_badge(ax: Axes, x: float, y: float, letter: str, color: str, *, size: float = 7.5, **where: Any) -> Any:
    box = {"boxstyle": "circle,pad=0.22", "fc": color, "ec": "white", "lw": 1.0}
    return write(ax, x, y, letter, color="white", weight="bold", size=size, ha="center", bbox=box, zorder=9, **where)


def renderer_of(figure: Figure) -> Any:
    return figure.canvas.get_renderer()  # type: ignore[attr-defined]


def box_of(figure: Figure, artist: Any) -> Box:
    box = artist.get_window_extent(renderer_of(figure))
    return float(box.x0), float(box.y0), float(box.x1), float(box.y1)


def collides(box: Box, taken: Sequence[Box], gap: float = 2.0) -> bool:
    return any(
        box[0] < o[2] + gap and o[0] < box[2] + gap and box[1] < o[3] + gap and o[1] < box[3] + gap for o in taken
    )


def short_name(name: str, n: int) -> str:
    """Return a name of a place that fits: without what stands in brackets, then cut."""
    return cut(" ".join("".join(c if depth == 0 else "" for c, depth in _depths(name)).split()), n)


def cut(text: str, n: int) -> str:
    return text if len(text) <= n else text[: n - 1].rstrip(" -/") + "…"


def _depths(text: str) -> Iterator[tuple[str, int]]:
    depth = 0
    for c in text:
        depth += c == "("
        yield c, depth
        depth = max(0, depth - (c == ")"))
