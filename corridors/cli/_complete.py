"""What the shell offers when Tab is pressed. Each answers from the tables; none raises."""

from __future__ import annotations

from collections.abc import Iterable


def places(incomplete: str) -> list[str]:
    """Return names of places."""
    import corridors as cx

    names = cx.load_network().tables["names"]
    labels = {
        str(label).rpartition(" (")[0] for label, rank in zip(names["label"], names["rank"], strict=True) if rank <= 1
    }
    return _beginning(labels, incomplete)


def parts(incomplete: str) -> list[str]:
    """Return ids of lines and crossings."""
    import corridors as cx

    tables = cx.load_network().tables
    return _beginning({*tables["lines"]["line_id"], *tables["crossings"]["crossing_id"]}, incomplete)


def avoidable(incomplete: str) -> list[str]:
    """Return countries, modes, lines and crossings."""
    import corridors as cx

    before, comma, last = incomplete.rpartition(",")
    tables = cx.load_network().tables
    known = {
        *tables["nodes"]["iso3"],
        "rail",
        "road",
        "sea",
        *tables["lines"]["line_id"],
        *tables["crossings"]["crossing_id"],
    }
    return [f"{before}{comma}{name}" for name in _beginning(known, last)]


def scenarios(incomplete: str) -> list[str]:
    """Return the ready-made scenarios."""
    import corridors as cx

    return _beginning(cx.Scenario.ready_made(), incomplete)


def cost_models(incomplete: str) -> list[str]:
    """Return the presets."""
    from corridors.cost import presets

    return _beginning(presets(), incomplete)


def corridors(incomplete: str) -> list[str]:
    """Return the named corridors."""
    import corridors as cx

    return _beginning(cx.load("corridors")["corridor_id"], incomplete)


def weights(incomplete: str) -> list[str]:
    """Return the weights."""
    from corridors.routing import WEIGHTS

    return _beginning(WEIGHTS, incomplete)


def _beginning(known: Iterable[str], incomplete: str) -> list[str]:
    return sorted({str(k) for k in known if k and str(k).casefold().startswith(incomplete.casefold())})
