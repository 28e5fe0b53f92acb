"""All borders side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from corridors.borders import _facts, _regimes
from corridors.borders._atlas import Atlas, Pair, atlas, line_km
from corridors.borders._border import day_of

if TYPE_CHECKING:
    import pandas as pd

    from corridors.network import Network


def border_table(
    network: Network,
    *,
    year: int | None = None,
    countries: Iterable[str] | None = None,
    worldview: str = "de facto",
    borders: Any = None,
) -> pd.DataFrame:
    """Return the borders between the countries of a network, one row a pair.

    Parameters
    ----------
    network
        Its crossings, and its date.
    year
        Of the regimes, and of the status at its end; None for the network's date.
    countries
        Only borders of these (codes or names); None for all pairs in which the network has nodes on both sides.
    worldview
        ``"de facto"`` or ``"un-style"``.
    borders
        Country polygons of your own; None for the embedded set.

    Returns
    -------
    pandas.DataFrame
        ``iso3_a, iso3_b, kind, length_km`` (of this data set), ``published_km, published_source, ratio, n_published,
        status, unsettled_km`` (published kilometres that are neither agreed nor delimited), ``n_crossings, n_rail, n_road``
        (operating), ``km_per_crossing, trade_regime, visa_regime`` (``"no data"`` where no source is known), ``is_tir`` (both bound
        by the TIR Convention).

    Raises
    ------
    UnknownNameError
        A country or worldview that does not exist.

    Examples
    --------
    >>> import corridors as cx
    >>> table = cx.border_table(cx.load_network(), countries=["KAZ"])
    >>> table["iso3_b"].tolist()
    ['KAZ', 'KGZ', 'RUS', 'TKM', 'UZB']
    """
    import pandas as pd

    book = atlas(worldview=worldview, borders=borders)
    day = f"{year}-12-31" if year is not None else day_of(network)
    in_year = year if year is not None else int(day[:4])
    served = set(network.tables["nodes"]["iso3"])
    wanted = None if countries is None else {book.code(c) for c in countries}
    pairs = [p for p in sorted(book.lines) if (set(p) & wanted if wanted is not None else set(p) <= served)]
    rows = [_row(book, network, pair, day, in_year) for pair in pairs]
    table = pd.DataFrame(rows, columns=list(rows[0]) if rows else None)
    table.attrs.update({**network.attrs, "worldview": book.worldview, "year": in_year})
    return table


def _row(book: Atlas, network: Network, pair: Pair, day: str, year: int) -> dict[str, Any]:
    published = _facts.published_lengths(pair) if not book.is_own else _facts.published_lengths(("", ""))
    regimes = _regimes.regimes(pair)
    length_km, published_km = line_km(book.lines[pair]), _facts.yardstick_km(published)
    now = _facts.holds_on(_facts.status_periods(pair), day)
    settled = now["status"].isin(("demarcated", "delimited"))
    by_mode = operating(network, pair)
    n = len(set().union(*by_mode.values()))
    return {
        "iso3_a": pair[0],
        "iso3_b": pair[1],
        "kind": book.kind(pair),
        "length_km": length_km,
        "published_km": published_km,
        "published_source": next(iter(published.loc[published["length_km"] == published_km, "source"]), ""),
        "ratio": length_km / published_km,
        "n_published": len(published),
        "status": ", ".join(dict.fromkeys(now["status"])),
        "unsettled_km": float(now.loc[~settled, "length_km"].sum(min_count=1)) if (~settled).any() else 0.0,
        "n_crossings": n,
        "n_rail": len(by_mode.get("rail", ())),
        "n_road": len(by_mode.get("road", ())),
        "km_per_crossing": (published_km if published_km > 0 else length_km) / n if n else float("nan"),
        "trade_regime": _regimes.trade_regime(regimes, year),
        "visa_regime": _regimes.visa_regime(regimes, year),
        "is_tir": _regimes.is_tir(regimes, year),
    }


def operating(network: Network, pair: Pair) -> dict[str, set[str]]:
    """Return the operating crossing points of a pair, by mode."""
    table = network.tables["crossings"]
    out: dict[str, set[str]] = {}
    columns = ("crossing_id", "iso3_a", "iso3_b", "mode", "status")
    for crossing_id, a, b, mode, status in zip(*(table[c] for c in columns), strict=True):
        if {a, b} == set(pair) and status == "operating":
            out.setdefault(mode, set()).add(crossing_id)
    return out
