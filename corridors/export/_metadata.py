"""What a file says about itself: what was asked, on which data, whose map it is, under which licence, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from corridors import __version__, geodata
from corridors.network import Network
from corridors.routing import Route
from corridors.routing._anatomy import citation

if TYPE_CHECKING:
    import pandas as pd

DISCLAIMER = "Boundaries and names do not imply endorsement. Hours rank routes; they are not a timetable, and a cost is not an offer."
_FIRST = (
    "name", "scenario", "as_of", "verified", "worldview", "cost_model", "cost_model_title", "basis", "cargo", "weight", "avoid",
    "modes", "opened", "closed", "changed", "no_transit",
)  # fmt: skip
_ELSEWHERE = ("attribution", "failures")
_COLUMNS = ("source_id", "citation", "url", "kind")


def metadata(title: str, attrs: Mapping[str, Any]) -> dict[str, str]:
    """Return title, what was asked, licence and disclaimer as text, in a fixed order."""
    names = [*(n for n in _FIRST if n in attrs), *sorted(set(attrs) - set(_FIRST) - set(_ELSEWHERE))]
    said = {("network" if n == "name" else str(n)): _text(attrs[n]) for n in names}
    credit = str(attrs.get("attribution", ""))
    return {
        "title": title,
        **{name: value for name, value in said.items() if value},
        "licence": licence(credit),
        **({"attribution": credit} if credit else {}),
        "disclaimer": DISCLAIMER,
        "made_with": f"corridors {__version__}",
    }


def licence(attribution: str) -> str:
    """Return under which licence a result may be passed on."""
    if "OpenStreetMap" in attribution:
        return (
            "Open Database License (ODbL) 1.0 where lengths and shapes derive from OpenStreetMap, "
            "https://opendatacommons.org/licenses/odbl/1-0/; facts and computation MIT"
        )
    return "that of the lines given; computation MIT"


def citations(
    routes: Sequence[Route], network: Network | None, attrs: Mapping[str, Any], found: Mapping[str, Any]
) -> pd.DataFrame:
    """Return what a result rests on: the sources that its tables name, and the layers beneath.

    Parameters
    ----------
    routes
        Routes in it, whose sources are cited.
    network
        Where the ids of sources in other tables are looked up; None for the embedded table.
    attrs
        Whether the embedded layers are beneath.
    found
        Its tables.
    """
    import pandas as pd

    parts = [r.sources for r in routes]
    known = network.sources if network is not None else geodata.load("sources").set_index("source_id")
    used = known[known.index.isin(_source_ids(found.values()))]
    parts.append(used.assign(citation=[citation(str(i), row) for i, row in used.iterrows()]))
    every = pd.concat(parts)
    every = every[~every.index.duplicated()].rename_axis("source_id").reset_index()
    every = pd.concat([every, _layers()]) if attrs.get("name") == "corridors" else every
    return every.reindex(columns=list(_COLUMNS)).fillna("").reset_index(drop=True)


def _source_ids(frames: Iterable[Any]) -> set[str]:
    """Return the ids in columns of sources; a cell may hold several."""
    ids: set[str] = set()
    for frame in frames:
        for name in frame.columns:
            if str(name).endswith("source_id") or str(name) in ("source_ab", "source_ba"):
                ids |= {part for value in set(frame[name].astype(str)) for part in value.split("|")}
    return ids


def _layers() -> pd.DataFrame:
    """Return the sources of the embedded layers, each once."""
    import pandas as pd

    rows: dict[str, dict[str, str]] = {}
    for layer, entry in geodata.catalog().iterrows():
        if str(entry["path"]).endswith(".shp"):
            said = f"{entry['source']}; vintage {entry['vintage']}; {entry['licence']}"
            rows.setdefault(said, {"source_id": f"layer:{layer}", "citation": said, "url": "", "kind": "layer"})
    return pd.DataFrame(list(rows.values()), columns=list(_COLUMNS))


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{k}: {_text(v)}" for k, v in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(_text, sorted(value) if isinstance(value, set | frozenset) else value))
    return "" if value is None else str(value)
