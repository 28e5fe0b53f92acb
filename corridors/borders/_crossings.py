"""The registry of border crossing points, with what was observed at them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from corridors.cost import DEFAULT, CostModel, EdgeCosts, cost_model
from corridors.errors import UnknownNameError
from corridors.network._places import fold
from corridors.schema import split_list

if TYPE_CHECKING:
    from pathlib import Path

    import geopandas as gpd

    from corridors.network import Network


_OBSERVED = (("dwell", "_h"), ("fee", "_usd"), ("sides", ""), ("year", ""), ("source", ""))
"""What is known of an observation, with the unit that ends the name of its column."""


def crossing_table(
    network: Network, *, border: Iterable[str] | None = None, cost: str | Path | CostModel = DEFAULT
) -> gpd.GeoDataFrame:
    """Return the registry of border crossing points, one row a point and mode, on the network's date.

    Parameters
    ----------
    network
        Its crossings; `Network.as_of` gives those of another day.
    border
        Only those between these two countries (ISO alpha-3).
    cost
        For the modelled standing time.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns of ``network.crossings``, and in each direction (``ab``: from country A to B) ``dwell_ab_h, fee_ab_usd, sides_ab,
        year_ab, source_ab``: what was observed last, added up over the sides that were measured (``a``, ``b``, ``a+b``), NaN
        where nothing was; and ``model_ab_h``: standing time under the cost model, NaN where no line of the network passes.

    Examples
    --------
    >>> import corridors as cx
    >>> table = cx.crossing_table(cx.load_network(), border=("KAZ", "CHN"))
    >>> table[(table["mode"] == "rail") & (table["status"] == "operating")]["crossing_id"].tolist()
    ['altynkol-khorgos', 'dostyk-alashankou']
    """
    import pandas as pd

    table = network.crossings
    if border is not None:
        pair = set(border)
        is_here = [{a, b} == pair for a, b in zip(table["iso3_a"], table["iso3_b"], strict=True)]
        table = table[np.array(is_here, dtype=bool)]
    table = table.reset_index(drop=True)
    observed, modelled = _observed(network), _modelled(network, cost_model(cost))
    nothing = (np.nan, np.nan, "", np.nan, "")
    keys = list(zip(table["crossing_id"], table["mode"], strict=True))
    for direction in ("ab", "ba"):
        rows = [observed.get((*key, direction), nothing) for key in keys]
        names = [f"{c}_{direction}{u}" for c, u in _OBSERVED]
        table[names] = pd.DataFrame(rows, columns=names, index=table.index)
        table[f"model_{direction}_h"] = [modelled.get((*key, direction), np.nan) for key in keys]
    table = table[[c for c in table.columns if c != "geometry"] + ["geometry"]]
    table.attrs.update(network.attrs)
    return table


def crossing_id_of(network: Network, asked: str) -> str:
    """Return the id of a crossing point named by its id, its name, that of one of its sides, or an alias in any script.

    Raises
    ------
    UnknownNameError
        Nothing has this name, or several crossing points have.
    """
    table = network.tables["crossings"]
    bare = asked.removeprefix("crossing:")
    if bare in set(table["crossing_id"]):
        return bare
    columns = (table[c] for c in ("crossing_id", "name", "name_a", "name_b", "aliases"))
    key = fold(bare)
    found = sorted(
        {i for i, *names, aliases in zip(*columns, strict=True) if key in map(fold, [*names, *split_list(aliases)])}
    )
    if len(found) > 1:
        raise UnknownNameError(f"{asked!r} is {' and '.join(found)}; give one of these ids")
    return found[0] if found else network.resolve(asked, kinds=("crossing",))[1]


def _observed(network: Network) -> dict[tuple[str, str, str], tuple[float, float, str, float, str]]:
    """Return hours, dollars, sides, year and source of the last observation, by crossing, mode and direction."""
    dwell = network.tables["dwell"]
    latest: dict[tuple[str, str, str], dict[str, tuple[float, float, float, str]]] = {}
    names = ("crossing_id", "mode", "direction", "side", "year", "dwell_h", "fee_usd", "source_id")
    for crossing_id, mode, direction, side, year, hours, fee, source in zip(*(dwell[n] for n in names), strict=True):
        sides = latest.setdefault((crossing_id, mode, direction), {})
        if side not in sides or year > sides[side][0]:
            sides[side] = (float(year), float(hours), float(fee), str(source))
    out = {}
    for key, sides in latest.items():
        # An observation of both sides together holds all; those of one side add up.
        used = {"both": sides["both"]} if "both" in sides else sides
        years, hours_of, fees, sources = zip(*used.values(), strict=True)
        known = [fee for fee in fees if fee == fee]
        paid = sum(known) if known else np.nan
        out[key] = (sum(hours_of), paid, "+".join(sorted(used)), max(years), "|".join(sorted(set(sources))))
    return out


def _modelled(network: Network, model: CostModel) -> dict[tuple[str, str, str], float]:
    """Return the standing time of a cost model by crossing, mode and direction: the mean of the lines that pass."""
    edges, nodes = network.tables["edges"], network.tables["nodes"]
    hours = EdgeCosts(network, model).standing_h
    first = dict(zip(network.tables["crossings"]["crossing_id"], network.tables["crossings"]["iso3_a"], strict=True))
    seen: dict[tuple[str, str, str], list[float]] = {}
    for i in np.flatnonzero((edges["kind"] == "crossing") & (edges["crossing_id"] != "")):
        crossing_id, mode = str(edges["crossing_id"][i]), str(edges["mode"][i])
        is_ab = nodes["iso3"][edges["from"][i]] == first.get(crossing_id)
        for row, direction in enumerate(("ab", "ba") if is_ab else ("ba", "ab")):
            seen.setdefault((crossing_id, mode, direction), []).append(float(hours[row][i]))
    return {key: float(np.mean(values)) for key, values in seen.items()}
