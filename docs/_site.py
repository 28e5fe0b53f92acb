"""Pages of the site that are made from the package itself: every layer, every table, every public name.

MkDocs calls `on_files` when it builds (``hooks`` in mkdocs.yml). Nothing is written to disk.
"""

from __future__ import annotations

from typing import Any

import corridors as cx
from corridors import schema

_KIND_OF_PAGE = {
    "Networks": ("network", "geodata"),
    "Routes": ("routing", "cost"),
    "What if": ("scenario", "comparison", "resilience", "uncertainty", "sweeping"),
    "Borders": ("borders",),
    "Checks": ("validation",),
    "Errors": ("errors",),
}


def on_files(files: Any, config: Any) -> Any:
    """Add the pages ``data.md``, ``tables.md`` and ``api.md``."""
    from mkdocs.structure.files import File

    for name, content in (("data.md", data_page()), ("tables.md", tables_page()), ("api.md", api_page())):
        files.append(File.generated(config, name, content=content))
    return files


def data_page() -> str:
    """Return the page of layers: one section each, as the catalogue has it."""
    parts = [
        "# The data",
        "What is embedded, where it comes from, and under which terms. `cx.catalog()` is this page as a table, "
        "`cx.load(name)` gives a layer, `cx.provenance(name)` its source. *Whose boundaries* the maps and analyses use stands "
        "under `borders`: Natural Earth draws who controls the ground, and using it is no statement on the status of any territory.",
        "| layer | source | vintage | licence | attribution | worldview |",
    ]
    rows = ["|---|---|---|---|---|---|"]
    for layer in cx.catalog().index:
        what = cx.provenance(layer)
        cells = (what[key] for key in ("source", "vintage", "licence", "attribution", "worldview"))
        rows.append(f"| [`{layer}`](tables.md#{what['kind']}) | " + " | ".join(_cell(c) for c in cells) + " |")
    return "\n\n".join(parts) + "\n" + "\n".join(rows) + "\n"


def tables_page() -> str:
    """Return the page of tables: every column with its type, unit and meaning."""
    parts = [
        "# Tables and columns",
        "Every table and layer has a schema in `geodata/schema`; files are held to it where they come in, and these are "
        "its columns. *Short name* is the column in a Shapefile, which allows ten characters.",
    ]
    for kind in schema.kinds():
        head = f"## {kind}\n\n| column | type | unit | required | allowed | short name | meaning |\n|---|---|---|---|---|---|---|"
        rows = [
            f"| `{c.name}` | {c.dtype} | {_cell(c.unit)} | {'yes' if c.is_required else ''} | "
            f"{_cell(', '.join(c.allowed))} | {c.shp_name} | {_cell(c.meaning)} |"
            for c in schema.columns(kind)
        ]
        parts.append("\n".join([head, *rows]))
    return "\n\n".join(parts) + "\n"


def api_page() -> str:
    """Return the page of public names, grouped by what they answer."""
    parts = ["# Reference", "`import corridors as cx`; every name below is `cx.name`."]
    for title, modules in _KIND_OF_PAGE.items():
        parts.append(f"## {title}")
        names = [name for name in cx.__all__ if cx._HOME[name] in modules]
        parts += [f"::: corridors.{cx._HOME[name]}.{name}\n    options: {{heading_level: 3}}" for name in names]
    parts.append("## Modules")
    for module in cx._MODULES:
        parts.append(f"::: corridors.{module}\n    options: {{heading_level: 3, show_root_full_path: true}}")
    return "\n\n".join(parts) + "\n"


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|").replace("\n", " ")
