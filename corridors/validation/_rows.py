"""The row that every check returns, what its verdict means, and the summary of all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "kind", "what", "computed", "published", "unit", "ratio", "source_id", "use", "is_fitted", "published_share",
    "verdict", "reason",
)  # fmt: skip

CLOSE, FAR = 0.05, 0.10
"""A ratio within five per cent is ``ok``, within ten ``off``, beyond ``far``."""

Row = dict[str, Any]


def row(
    kind: str,
    what: str,
    *,
    computed: float = math.nan,
    published: float = math.nan,
    unit: str = "km",
    source_id: str = "",
    use: str = "validate",
    is_fitted: bool = False,
    published_share: float = math.nan,
    verdict: str = "",
    reason: str = "",
) -> Row:
    """Return one row; without a verdict the ratio gives it."""
    ratio = computed / published if published else math.nan
    values = (
        kind, what, computed, published, unit, ratio, source_id, use, is_fitted, published_share,
        verdict or verdict_of(ratio), reason,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def verdict_of(ratio: float) -> str:
    """Return what a ratio of computed over published means.

    Examples
    --------
    >>> verdict_of(1.02), verdict_of(0.93), verdict_of(1.4), verdict_of(float("nan"))
    ('ok', 'off', 'far', 'none')
    """
    if math.isnan(ratio):
        return "none"
    error = abs(ratio - 1.0)
    return "ok" if error <= CLOSE else "off" if error <= FAR else "far"


def summary(table: pd.DataFrame) -> str:
    """Return the accuracy in words."""
    measured = table[table["ratio"].notna()]
    tested = measured[(measured["kind"] == "distance") & (measured["use"] == "validate")]
    free = tested[~tested["is_fitted"]]
    lines = measured[measured["kind"] == "line"]
    positions = table[(table["kind"] == "crossing") & table["computed"].notna()]["computed"]
    networks = measured[measured["kind"] == "network"]
    broken = ((table["kind"] == "invariant") & (table["verdict"] == "broken")).sum()
    unreasoned = ((free["verdict"] == "far") & (free["reason"] == "")).sum()
    return "\n".join(
        [
            _accuracy("distances to validate that no line was fitted to", free),
            _accuracy("  of these measured on the rail graph for most of the way", free[free["published_share"] < 0.5]),
            _accuracy(
                "  of these on lines of published length, of other sources", free[free["published_share"] >= 0.5]
            ),
            f"  beyond 10 % without a written reason: {unreasoned}",
            _accuracy("distances that a line was fitted to", measured[_is_fitted_distance(measured)]),
            _accuracy("lines that were fitted", lines[lines["is_fitted"]]),
            _accuracy("lines that were not fitted to this figure", lines[~lines["is_fitted"]]),
            f"rail crossings: {len(positions)} within {positions.max():.1f} km of the table, median {positions.median():.2f}",
            f"networks by country: {len(networks)}, computed over published {networks['ratio'].min():.2f} to "
            f"{networks['ratio'].max():.2f}, median {networks['ratio'].median():.2f}",
            _accuracy("corridors", measured[measured["kind"] == "corridor"]),
            f"invariants broken: {broken}",
        ]
    )


def _is_fitted_distance(table: pd.DataFrame) -> Any:
    return (table["kind"] == "distance") & table["is_fitted"] & table["use"].isin(["validate", "calibrate"])


def _accuracy(what: str, part: pd.DataFrame) -> str:
    error = (part["ratio"] - 1.0).abs()
    if not len(part):
        return f"{what}: none"
    return (
        f"{what}: {len(part)}, median error {error.median():.1%}, {(error <= CLOSE).mean():.0%} within 5 %, "
        f"{(error <= FAR).mean():.0%} within 10 %"
    )


# For reading ---------------------------------------------------------------------------------------------------------

TITLES = {
    "distance": "Distances between pairs",
    "line": "Lines",
    "network": "Networks by country",
    "crossing": "Rail crossings: distance of the node from the table",
    "corridor": "Named corridors",
    "time": "Times and costs: computed with the preset that measures the same",
    "outside": "Outside the connected freight network",
    "invariant": "Invariants",
}


def readable(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with numbers rounded for reading; ratios keep three decimals."""
    out = table.copy()
    for name, digits in (("computed", 1), ("published", 1), ("ratio", 3), ("published_share", 2)):
        out[name] = [f"{v:,.{digits}f}" if not math.isnan(v) else "" for v in table[name]]
    out["is_fitted"] = ["yes" if v else "" for v in table["is_fitted"]]
    return out


def markdown(table: pd.DataFrame, summed: str) -> str:
    """Return the whole report as a Markdown page: what it is, the summary, and one table a kind."""
    head = [
        "# Accuracy of the reference network",
        "",
        "Written by `corridors validate --reference -o docs/accuracy.md`; do not edit. Computed is the shortest way on the embedded "
        "network, published is what the source says, in kilometres. *Fitted* rows were used to make the network and prove nothing "
        "about it; *published share* is the share of the kilometres whose length is a published figure of whatever source. `use` "
        "says what a figure is good for: to validate, to calibrate, a claim, or rejected with its reason. The networks by country "
        "say how much of each network is held; outside the core only trunk lines are.",
        "",
        "```",
        summed,
        "```",
    ]
    shown = readable(table)
    for kind, title in TITLES.items():
        part = shown[shown["kind"] == kind].drop(columns="kind")
        part = part[[c for c in part.columns if part[c].ne("").any()]]
        rows = [list(part.columns), ["---"] * len(part.columns), *part.to_numpy().tolist()]
        lines = ["| " + " | ".join(str(v).replace("|", "\\|") for v in line) + " |" for line in rows]
        head += ["", f"## {title}", "", *lines]
    return "\n".join(head) + "\n"
