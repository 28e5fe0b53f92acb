"""Why there is no path, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from corridors.routing._avoid import MODES, Avoided, usable
from corridors.routing._engine import Engine

if TYPE_CHECKING:
    from corridors.network import Network, Place


def obstacle(
    network: Network, engine: Engine, places: Sequence[Place], modes: tuple[str, ...], avoided: Avoided
) -> str:
    """Return the message for a pair without a path: how far one gets, and which concession would help."""
    origin, destination = places[0], places[-1]
    conditions = _conditions(modes, avoided)
    reached = engine.reachable(origin)
    countries = network.tables["nodes"]["iso3"]
    from_here = sorted({str(c) for c in set(countries[reached]) if c})
    to_there = sorted({str(c) for c in set(countries[engine.reachable(destination)]) if c})
    helps = [name for name, m, a in _concessions(modes, avoided) if _connects(network, m, a, places)]
    hint = f"; reachable again {' or '.join(helps)}" if helps else "; no single concession helps"
    return (
        f"no path from {origin.name} to {destination.name} {conditions}: from {origin.name} one reaches "
        f"{', '.join(from_here)}; from {destination.name} {', '.join(to_there)}{hint}"
    )


def _conditions(modes: tuple[str, ...], avoided: Avoided) -> str:
    out = f"by {' and '.join(modes)}"
    names = sorted(avoided.countries | avoided.crossings | avoided.lines | avoided.modes)
    return out + (f" without {', '.join(names)}" if names else "")


def _concessions(modes: tuple[str, ...], avoided: Avoided) -> list[tuple[str, tuple[str, ...], Avoided]]:
    """Return each single condition dropped: one avoided thing allowed, or one mode more."""
    out = []
    for field in ("countries", "crossings", "lines"):
        for name in sorted(getattr(avoided, field)):
            parts = {f: getattr(avoided, f) for f in ("countries", "crossings", "lines", "modes")}
            parts[field] = parts[field] - {name}
            out.append((f"through {name}", modes, Avoided(**parts)))
    out += [(f"with mode {m}", (*modes, m), avoided) for m in MODES if m not in modes and m not in avoided.modes]
    return out


def _connects(network: Network, modes: tuple[str, ...], avoided: Avoided, places: Sequence[Place]) -> bool:
    engine = Engine(network, np.ones((2, len(network.tables["edges"]["edge_id"]))), usable(network, modes, avoided))
    return engine.path(places[0], places[-1], via=places[1:-1], per_km=1.0) is not None
