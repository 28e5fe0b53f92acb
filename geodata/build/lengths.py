"""The length of every leg, decided in a fixed order (docs/methods.md, "Lengths").

First the published length of its line or stretch, then the difference of kilometre posts, the path in the rail graph,
another published length, the great circle times a stated sinuosity. Every decision leaves a word in ``why``.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from legs import Leg
from linetables import Tables, whole_lengths, whole_routes

# Bounds of plausible ratios; a length outside them is not believed.
ROUTE_OVER_MATCHED = (0.95, 1.20)
PUBLISHED_OVER_GEODESIC = (1.0, 1.6)
KM_POST_OVER_GEODESIC = (0.98, 1.6)
# What a published length may leave for the legs without a figure of their own, over their paths.
REST_OVER_BASE = (0.9, 1.25)
# Posts and paths that differ from the published length of their line by no more than this share agree with it.
POSTS_AGREE = 0.02
# Posts of this many legs at most are joined when those of one leg make no sense (a position or a post is wrong).
MAX_POST_SPAN = 5


@dataclass
class LineResult:
    """Legs of one line with the lengths chosen for them, and the reasons."""

    legs: list[Leg]
    length_km: list[float]
    source: list[str]
    why: list[str] = field(default_factory=list)


def choose_lengths(tables: Tables, line_id: str, legs: list[Leg]) -> LineResult:
    """Decide the length of each leg of a line; the first that fits, in the order of docs/methods.md.

    A stretch with a length of its own keeps it inside a line whose whole length is published, if the two agree.
    """
    result = LineResult(legs, [0.0] * len(legs), [""] * len(legs))
    for (from_id, to_id), rows in _stretches(tables, line_id).groupby(["from_id", "to_id"], sort=True):
        stretch = _legs_between(legs, str(from_id), str(to_id))
        if not any(result.source[i] for i in stretch):
            _take_route(result, stretch, rows)
    _take_km_posts(result)
    _take_whole_route(result, whole_routes(tables, line_id))
    for i, leg in enumerate(legs):
        if not result.source[i] and leg.graph_km is not None:
            result.length_km[i], result.source[i] = leg.graph_km, "matched"
    _take_other_published(result, tables, line_id)
    for i, leg in enumerate(legs):
        if not result.source[i]:
            result.length_km[i], result.source[i] = leg.base_km, "assumed"
    result.length_km = [max(km, leg.great_circle_km) for km, leg in zip(result.length_km, legs, strict=True)]
    return result


def _take_whole_route(result: LineResult, rows: pd.DataFrame) -> None:
    """Scale a line to its published length, without the legs that have one of their own if that fits.

    Posts along a line say more than its total: where they and the paths of the other legs add up to the published length,
    the posts stay, and the other legs are left to be measured.
    """
    own = LineResult(result.legs, list(result.length_km), list(result.source))
    if not _take_route(result, list(range(len(result.legs))), rows):
        return
    rest = [i for i, source in enumerate(own.source) if not source]
    if len(rest) == len(own.source):
        return
    total = sum(result.length_km)
    left = total - sum(own.length_km)
    base = sum(result.legs[i].base_km for i in rest)
    if rest and REST_OVER_BASE[0] * base <= left <= REST_OVER_BASE[1] * base:
        _set_lengths(own, rest, left, "published_route")
    elif abs(left - base) > POSTS_AGREE * total:
        return
    result.length_km, result.source = own.length_km, own.source


def _stretches(tables: Tables, line_id: str) -> pd.DataFrame:
    table = tables.published
    is_stretch = (table["from_id"] != "") & (table["to_id"] != "") & (table["extent"] == "")
    return table[(table["line_id"] == line_id) & is_stretch & (table["length_kind"] == "route")]


def _legs_between(legs: list[Leg], from_id: str, to_id: str) -> list[int]:
    ids = [legs[0].from_id, *(leg.to_id for leg in legs)]
    if from_id not in ids or to_id not in ids:
        return []
    i, j = sorted((ids.index(from_id), ids.index(to_id)))
    return list(range(i, j))


def _take_route(result: LineResult, which: list[int], rows: pd.DataFrame) -> bool:
    """Scale some legs to a published route length if its ratio to their paths, or else great circles, is plausible."""
    if not len(rows) or not which:
        return False
    legs = [result.legs[i] for i in which]
    is_measured = any(leg.graph_km is not None for leg in legs)
    base = sum(leg.base_km if is_measured else leg.chord_km for leg in legs)
    low, high = ROUTE_OVER_MATCHED if is_measured else PUBLISHED_OVER_GEODESIC
    for _, row in _by_trust(rows, base).iterrows():
        ratio = float(row["length_km"]) / max(base, 1e-3)
        if low <= ratio <= high:
            result.why.append(f"published {row['length_km']:g} is {ratio:.3f} of {base:.1f}")
            _set_lengths(result, which, float(row["length_km"]), "published_route")
            return True
        result.why.append(f"published {row['length_km']:g} refused: {ratio:.3f} of {base:.1f}")
    return False


def share_out(total: float, base: npt.NDArray[np.float64], floor: npt.NDArray[np.float64]) -> list[float]:
    """Share a length over legs in proportion to their own, none below its great circle."""
    shares = base * (total / base.sum())
    for _ in range(len(base)):
        is_low = shares < floor
        if not is_low.any() or is_low.all():
            break
        rest = total - floor[is_low].sum()
        shares = np.where(is_low, floor, base * (rest / base[~is_low].sum()))
    return [float(km) for km in np.maximum(shares, floor)]


def _take_km_posts(result: LineResult) -> None:
    """Measure legs by the posts at their ends; a span with an implausible difference is joined to the next."""
    legs = result.legs
    posts = [legs[0].post_from, *(leg.post_to for leg in legs)]
    start: int | None = None
    for node, post in enumerate(posts):
        if post is None:
            continue
        if start is not None:
            which = list(range(start, node))
            if any(result.source[i] for i in which):
                start = node
                continue
            km = abs(post - (posts[start] or 0.0))
            circle = sum(legs[i].great_circle_km for i in which)
            if not KM_POST_OVER_GEODESIC[0] * circle <= km <= KM_POST_OVER_GEODESIC[1] * circle:
                result.why.append(
                    f"km posts {legs[start].from_id}-{legs[node - 1].to_id} refused: {km:g} of {circle:.1f}"
                )
                if node - start < MAX_POST_SPAN:
                    continue
            else:
                _set_lengths(result, which, km, "km_post")
        start = node


def _take_other_published(result: LineResult, tables: Tables, line_id: str) -> None:
    """Fit another published length of the whole line: to the legs that nothing measured, or to a graph too short.

    The graph is too short where it thins out mountains or follows a high-speed line; a route length that is more than
    a fifth longer, and still plausible over the great circles, is then the better figure.
    """
    rows = whole_lengths(tables, line_id)
    rows = rows[rows["length_kind"] != "track"]
    chord = np.array([leg.chord_km for leg in result.legs])
    rows = rows[rows["length_km"].between(*(bound * float(chord.sum()) for bound in PUBLISHED_OVER_GEODESIC))]
    rest = [i for i, source in enumerate(result.source) if not source]
    known = sum(result.length_km)
    for _, row in _by_trust(rows, known + sum(result.legs[i].base_km for i in rest)).iterrows():
        left = float(row["length_km"]) - known
        low, high = (bound * float(chord[rest].sum()) for bound in PUBLISHED_OVER_GEODESIC)
        if rest and low <= left <= high:
            result.why.append(
                f"published {row['length_km']:g} ({row['length_kind']}) leaves {left:.1f} for legs without a path"
            )
            return _set_lengths(result, rest, left, "published_other")
        is_path = "matched" in result.source
        is_longer = is_path and float(row["length_km"]) > ROUTE_OVER_MATCHED[1] * sum(
            leg.base_km for leg in result.legs
        )
        if is_longer and row["length_kind"] == "route" and row["confidence"] != "low":
            result.why.append(
                f"published {row['length_km']:g} is {row['length_km'] / chord.sum():.3f} of the great circles: path too short"
            )
            return _set_lengths(result, list(range(len(result.legs))), float(row["length_km"]), "published_other")
    return None


def _by_trust(rows: pd.DataFrame, guess_km: float) -> pd.DataFrame:
    """Order published rows, the surest first, and of those the nearest to a guess."""
    rank = rows["confidence"].map({"high": 0, "medium": 1, "low": 2}).fillna(3)
    keys = pd.DataFrame({"rank": rank, "off": (rows["length_km"] - guess_km).abs(), "km": rows["length_km"]})
    return rows.loc[keys.sort_values(["rank", "off", "km"], kind="stable").index]


def _set_lengths(result: LineResult, which: list[int], total_km: float, source: str) -> None:
    base = np.array([result.legs[i].base_km for i in which])
    floor = np.array([result.legs[i].great_circle_km for i in which])
    for i, share in zip(which, share_out(total_km, base, floor), strict=True):
        result.length_km[i], result.source[i] = share, source
