"""``draw`` and the map it returns: a :class:`folium.Map` whose file works without the internet.

The map is drawn by one branca element, which writes a JSON payload (:mod:`corridors.maps.payload`) and the scripts in
``maps/assets/corridor``. Rejected: a folium object a leg. It costs 1.8 kB each, puts text into JavaScript template
literals (where an attribute can run as code), and leaves script in Python strings, where nobody can test it.
"""

from __future__ import annotations

import functools
import json
import os
import re
from pathlib import Path
from typing import Any, Literal

import folium
from branca.element import Element, MacroElement
from jinja2 import Template

from corridors._files import write_whole
from corridors.maps import _compact, _offline, payload
from corridors.maps._schema import Payload

# In this order: each file may use what an earlier one has put on the `CorridorMaps` object.
_SCRIPTS = (
    "dom.js",
    "geometry.js",
    "symbols.js",
    "basemap.js",
    "cards.js",
    "network.js",
    "routes.js",
    "points.js",
    "stretches.js",
    "dots.js",
    "labels.js",
    "chart.js",
    "legend.js",
    "panel.js",
    "export.js",
    "main.js",
)

# Mail previews and portals switch scripts off, by a setting or by a policy (which no <noscript> notices). So the words
# stand in the page, above an empty map, until the script that draws takes them away; corridor.css shows them late.
_WITHOUT_SCRIPTS = (
    '<p class="cm-undrawn">This map is drawn by scripts inside this file, and they did not run here. '
    "Save the file and open it in a web browser; no internet connection is needed.</p>\n"
)

# Not OpenStreetMap's own tiles: they refuse a page without a referrer, which a file is (folium issue 2215). Not
# CartoDB's: they want a key since 2026.
_ONLINE_TILES = "Esri.WorldGrayCanvas"


def draw(
    x: Any,
    *,
    network: Any = None,
    before: Any = None,
    color_by: Literal["gauge", "source"] = "gauge",
    title: str | None = None,
    online: bool = False,
) -> CorridorMap:
    """Draw routes, a network, a border, closures, access or repairs on a map in one file.

    Parameters
    ----------
    x
        A Route, a sequence of Routes, Alternatives, a Comparison, a Simulation (its quickest route of each corridor), a
        Network, a Border, a Criticality, an Access, or a table of repairs (``network.repairs`` of own lines).
    network
        The network to draw, thin and grey, behind it. A Criticality needs it: the network knows where things are.
    before
        A network to compare with: what the drawn one opens and shuts is marked. None marks what a scenario lists itself.
    color_by
        Colour of a network's lines: ``"gauge"``, or ``"source"`` for what their lengths rest on.
    title
        What the map shows, best as a finding; None makes one from the routes' totals.
    online
        Allow tiles and folium plugins that ask the internet, and bring ordinary tiles. The file then needs a
        connection; the vector base map stays under the tiles.

    Returns
    -------
    CorridorMap
        A :class:`folium.Map`: add layers to it, show it in a notebook, ``save`` it.

    Raises
    ------
    NotDrawableError
        If ``x`` is none of these, holds no route, or is a Criticality without a network.

    Examples
    --------
    >>> import corridors as cx
    >>> routes = cx.alternatives(cx.load_network(), "Almaty", "Duisburg", k=2)
    >>> cx.maps.draw(routes).save("almaty-duisburg.html")
    """
    return CorridorMap(
        payload.payload_of(x, network=network, before=before, color_by=color_by, title=title), online=online
    )


class CorridorMap(folium.Map):
    """A folium map that holds its own scripts, base map and data, and asks the internet for nothing.

    Parameters
    ----------
    data
        What :func:`corridors.maps.payload.payload_of` returns.
    online
        See :func:`draw`.
    """

    def __init__(self, data: Payload, *, online: bool = False) -> None:
        super().__init__(
            location=[45.0, 60.0],
            zoom_start=4,
            tiles=None,
            zoom_control=False,  # corridor/main.js puts one where the labels leave room
            zoom_snap=0.25,
            world_copy_jump=False,
        )
        # folium gives the limits to its tiles, and drops them where there are none. Coordinates rounded to 110 m show beyond 10,
        # but repairs of somebody's lines may be metres apart; corridor/main.js opens no closer than 12.
        self.options |= {"min_zoom": 1, "max_zoom": 18}
        self._online = online
        self._name = "Map"
        # Own copies: folium's add_js_link changes these lists, and on the class they belong to every later map.
        self.default_js = list(folium.Map.default_js)
        self.default_css = list(folium.Map.default_css)
        figure = _offline.OfflineFigure(page_title=data["title"], online=online)
        figure.add_child(self)
        super().add_child(_CorridorLayer(data), name="corridors")
        if online:
            super().add_child(folium.TileLayer(_ONLINE_TILES))

    @property
    def data(self) -> Payload:
        """What is drawn, as the page's script gets it."""
        layer = self._children["corridors"]
        assert isinstance(layer, _CorridorLayer)
        return layer.data

    def add_child(self, child: Element, name: str | None = None, index: int | None = None) -> CorridorMap:
        """Add a folium layer; refuse one that would ask the internet, unless the map is ``online``.

        Parameters
        ----------
        child
            A folium or branca element.
        name, index
            As folium takes them.

        Returns
        -------
        CorridorMap
            This map.

        Raises
        ------
        OfflineError
            The layer would ask the internet.
        """
        if not getattr(self, "_online", True):
            _offline.require_offline(child)
        super().add_child(child, name=name, index=index)
        return self

    def to_html(self) -> str:
        """Return the page.

        Returns
        -------
        str
            One HTML file that needs no other.

        Raises
        ------
        OfflineError
            Something on the map would need the internet.
        """
        return str(self.get_root().render())

    def save(self, outfile: Any, close_file: bool = True, **kwargs: Any) -> None:
        """Write the page, whole or not at all.

        Parameters
        ----------
        outfile
            Path of the file, or a binary file object as folium takes it.
        close_file
            Whether to close a file object that was given.
        **kwargs
            Passed on to branca.

        Raises
        ------
        OfflineError
            If something on the map would need the internet. No file is written then.
        LayerError
            The file cannot be written.
        """
        page = self.get_root().render(**kwargs).encode("utf-8", "xmlcharrefreplace")
        if hasattr(outfile, "write"):
            outfile.write(page)
            if close_file:
                outfile.close()
            return
        write_whole(Path(os.fsdecode(outfile)), page)


class _CorridorLayer(MacroElement):
    """Writes payload, base map, style and scripts into the page."""

    # Jinja prints what it is given without reading it, so neither data nor scripts are compiled as a template.
    _template = Template(
        "{% macro header(this, kwargs) %}{% raw %}{% endraw %}{% endmacro %}"
        "{% macro html(this, kwargs) %}{% endmacro %}"
        "{% macro script(this, kwargs) %}"
        "CorridorMaps.start({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self, data: Payload) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "CorridorLayer"
        self.data = data

    def render(self, **kwargs: Any) -> str:
        """Put style, data and scripts into the figure."""
        figure = self.get_root()
        assert isinstance(figure, _offline.OfflineFigure)
        figure.header.add_child(_Verbatim(_page_style()), name="corridors_style")
        blocks = _json_block("corridors-basemap", _basemap()) + _json_block(
            "corridors-data", _compact.to_json(_compact.compact(self.data))
        )
        figure.html.add_child(_Verbatim(_WITHOUT_SCRIPTS + blocks + _scripts()), name="corridors_data")
        super().render(**kwargs)  # type: ignore[no-untyped-call]
        return ""


class _Verbatim(Element):
    """Text that is put into the page as it is; a plain Element would read it as a Jinja template."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def render(self, **kwargs: Any) -> str:  # noqa: ARG002 - branca passes what nobody needs here
        return self._text


def _json_block(identity: str, text: str) -> str:
    return f'<script type="application/json" id="{identity}">{text}</script>\n'


@functools.cache
def _basemap() -> str:
    """Return the base map's JSON, read once; parsed and written again so that it is known to be JSON and ASCII."""
    text = (_offline.ASSETS / "basemap.json").read_text("utf-8")
    return _compact.to_json(json.loads(text))


@functools.cache
def _scripts() -> str:
    folder = _offline.ASSETS / "corridor"
    code = "\n".join((folder / name).read_text("utf-8") for name in _SCRIPTS)
    return _offline.script_element(_without_comments(code))


def _without_comments(code: str) -> str:
    """Return code without indentation and without the comments that have lines of their own: 20 kB less a map.

    No more than that is safe without a parser; the scripts hold no text of several lines.
    """
    code = re.sub(r"^\s*/\*.*?\*/\n", "", code, flags=re.MULTILINE | re.DOTALL)
    code = re.sub(r"^\s*//[^\n]*\n", "", code, flags=re.MULTILINE)
    return re.sub(r"^\s+", "", code, flags=re.MULTILINE)


@functools.cache
def _page_style() -> str:
    return _offline.style_element(_offline.ASSETS / "corridor" / "corridor.css")
