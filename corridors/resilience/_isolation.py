"""How many gates must shut before there is no way: minimum cuts over crossings and ports.

A gate is a border crossing point (all its modes together), or a port, which is where cargo leaves the land for a ship. Everything else holds:
lines, gauge changes and stations inside a country cannot be cut here. A gate far away (a
crossing on the border of two others, a port of another country) counts as well, if shutting it shuts the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from corridors import geodata
from corridors.cost import DEFAULT, CostModel, cost_model
from corridors.errors import NoRouteError, ScenarioError, UnknownNameError
from corridors.network import Asked, Network, Place
from corridors.resilience._targets import target_places
from corridors.routing._avoid import Avoided, check_modes, open_in_month, read_avoid, usable
from corridors.routing._question import Question, described

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Isolation:
    """The result of `isolation`.

    Attributes
    ----------
    n
        How many gates must shut, at least; zero if there is no way already.
    gates
        The smallest set of them that is nearest to the country: ``id, kind, name, iso3_a, iso3_b``. There may be other sets of
        the same size farther away.
    country, targets, attrs
        What was asked, and the network it holds for.
    """

    n: int
    gates: pd.DataFrame
    country: str
    targets: tuple[str, ...]
    attrs: Mapping[str, Any]

    def __repr__(self) -> str:
        names = ", ".join(self.gates["name"])
        return f"<Isolation of {self.country}: {self.n} gate{'s' if self.n != 1 else ''} must shut{': ' + names if names else ''}>"


def isolation(
    network: Network,
    country: str,
    *,
    targets: str | Sequence[Asked] = "seaports",
    avoid: Iterable[str] | str = (),
    modes: Sequence[str] | str | None = None,
    cost: str | Path | CostModel = DEFAULT,
    cargo: str | None = None,
    month: int | None = None,
) -> Isolation:
    """Return the fewest crossings and ports whose closure leaves a country without a way to any target.

    Parameters
    ----------
    network
        Where to travel.
    country
        ISO alpha-3 code or English name.
    targets
        Places, or ``"seaports"``: the ports of the network that are not on the Caspian or a lake, in other countries too. A
        place is reached on land, as by `corridors.route`, so that its own port is a gate.
    avoid
        What must not be used in any case: ``"RUS"``.
    modes
        Modes that may move; None for rail and sea.
    cost, cargo
        As for `corridors.route`: only transfers and changes of gauge count that take the unit of cargo of this cost model.
    month
        1 to 12: crossings that are shut in this month are no way; None ignores the season.

    Returns
    -------
    Isolation
        The fewest gates: how many (``n``), and which.

    Raises
    ------
    NoRouteError
        Some target is in the country itself, so that no closure of gates helps.
    ScenarioError
        A scenario bars transit through a country in which some of the targets lie, but not all.

    Examples
    --------
    >>> import corridors as cx
    >>> cx.isolation(cx.load_network(), "KAZ", avoid="RUS").n > 3
    True
    """
    import networkx as nx
    import pandas as pd

    nodes = network.tables["nodes"]
    country = geodata.country_code(country)
    if country not in network.countries:
        raise UnknownNameError(f"no country {country!r} in this network (ISO alpha-3 or name)")
    allowed = check_modes(modes)
    question = Question(avoid=avoid, modes=modes, cost=cost, cargo=cargo, month=month)
    unit = cost_model(cost, cargo=cargo).unit
    reached = target_places(network, targets, question)
    avoided = _without_transit(read_avoid(network, avoid), network, country, reached)
    mask = usable(network, allowed, avoided, unit) & open_in_month(network, month)
    area, gates, links = _areas(network, mask)
    graph = nx.DiGraph()
    for gate, a in links:
        graph.add_edge(("in", gate), ("out", gate), capacity=1)
        graph.add_edge(("area", a), ("in", gate))
        graph.add_edge(("out", gate), ("area", a))
    is_served = np.zeros(len(area), dtype=bool)
    touched = np.flatnonzero(mask)
    is_served[network.tables["edges"]["from"][touched]] = is_served[network.tables["edges"]["to"][touched]] = True
    graph.add_nodes_from(["source", "sink"])
    for a in set(area[(nodes["iso3"] == country) & is_served & (nodes["mode"] != "sea")].tolist()):
        graph.add_edge("source", ("area", a))
    names = sorted({place.name for place in reached})
    at = np.array(sorted({n for place in reached for n in place.nodes}), dtype=int)
    for a in set(area[at[is_served[at]]].tolist()):
        graph.add_edge(("area", a), "sink")
    try:
        # Backwards: of several smallest cuts this gives the one nearest to the country, its own gates where they are as few.
        n, (_, near) = nx.minimum_cut(graph.reverse(copy=False), "sink", "source")
    except nx.NetworkXUnbounded:
        raise NoRouteError(
            f"{country} cannot be cut off from {', '.join(names[:5])}: no crossing or port lies between"
        ) from None
    cut = sorted(g for _, g in (v for v in near if v[0] == "in") if ("out", g) not in near)
    attrs = {name: value for name, value in described(network, question).items() if name != "weight"}
    frame = pd.DataFrame([gates[g] for g in cut], columns=["id", "kind", "name", "iso3_a", "iso3_b"])
    frame.attrs.update(attrs)
    return Isolation(int(n), frame, country, tuple(names), attrs)


def _without_transit(avoided: Avoided, network: Network, country: str, targets: Sequence[Place]) -> Avoided:
    """Return what is avoided, and the countries through which a scenario lets no transit pass.

    Raises
    ------
    ScenarioError
        Some targets lie in a country that bars transit, others do not: these are two networks, and two cuts.
    """
    barred = frozenset(network.attrs.get("no_transit", ())) - avoided.countries - {country}
    reached = {place.iso3 for place in targets}
    inside = barred & reached
    if inside and len(reached) > 1:
        raise ScenarioError(
            f"{', '.join(sorted(inside))} bars transit, and some targets lie there but not all; ask for those and for the "
            f"others one after another, or leave them out by avoid={sorted(inside)!r}"
        )
    return replace(avoided, countries=avoided.countries | (barred - inside))


def _areas(network: Network, mask: Any) -> tuple[Any, dict[str, tuple[str, ...]], set[tuple[str, int]]]:
    """Return the area of each node (what hangs together without passing a gate), the gates, and which areas they touch."""
    edges, nodes = network.tables["edges"], network.tables["nodes"]
    is_quay = (nodes["mode"][edges["from"]] == "sea") != (nodes["mode"][edges["to"]] == "sea")
    is_gate = mask & ((edges["kind"] == "crossing") | is_quay)
    inner = np.flatnonzero(mask & ~is_gate)
    n = len(nodes["node_id"])
    pairs = (edges["from"][inner].astype(int), edges["to"][inner].astype(int))
    _, area = connected_components(coo_array((np.ones(len(inner)), pairs), shape=(n, n)), directed=False)
    names = dict(zip(network.tables["crossings"]["crossing_id"], network.tables["crossings"]["name"], strict=True))
    gates: dict[str, tuple[str, ...]] = {}
    links: set[tuple[str, int]] = set()
    for i in np.flatnonzero(is_gate):
        ends = (int(edges["from"][i]), int(edges["to"][i]))
        sides = sorted(str(nodes["iso3"][e]) for e in ends)
        if edges["kind"][i] == "crossing":
            bare = str(edges["crossing_id"][i]) or str(edges["edge_id"][i])
            gate, row = f"crossing:{bare}", ("crossing", str(names.get(bare, bare)), *sides)
        else:
            quay = ends[0] if nodes["mode"][ends[0]] == "sea" else ends[1]
            gate, row = f"port:{nodes['station_id'][quay]}", ("port", str(nodes["name"][quay]), *sides)
        gates[gate] = (gate, *row)
        links |= {(gate, int(area[e])) for e in ends}
    return area, gates, links
