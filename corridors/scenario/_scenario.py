"""The `Scenario`: a name, edits in order, and what an analyst should know about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from corridors._files import write_whole
from corridors._settings import ready_made
from corridors.errors import ScenarioError
from corridors.network import MODES, Network
from corridors.scenario import _toml
from corridors.scenario._apply import Work, dated
from corridors.scenario._edit import ACTIONS, CHANGES, Edit


@dataclass(frozen=True)
class Scenario:
    """Named edits, applied in order.

    Parameters
    ----------
    name
        How tables and maps call it.
    edits
        Usually made by `open`, `close`, `change`, `due_by`, `no_transit` and `as_of`.
    note, source
        What it leaves out, and where it is from.
    pairs, modes
        Pairs that it changes, and the modes by which; a test of every ready-made scenario.
    against
        Id of the ready-made scenario that it is to be compared with; empty for the network as it is.
    has_effect
        False for one that says that no effect is modelled.

    Examples
    --------
    >>> import corridors as cx
    >>> network = cx.load_network()
    >>> plan = cx.Scenario("Khaf-Herat to Rabattaryan").open("rozanak-rabattaryan")
    >>> plan.apply(network).attrs["opened"]
    ['line:rozanak-rabattaryan']
    >>> print(cx.Scenario("Slow sea").change("speed", "sea:caspian", factor=0.5))
    Slow sea: speed of sea:caspian × 0.5
    """

    name: str
    edits: tuple[Edit, ...] = ()
    note: str = ""
    source: str = ""
    pairs: tuple[tuple[str, str], ...] = ()
    modes: tuple[str, ...] = ()
    against: str = ""
    has_effect: bool = True

    def __post_init__(self) -> None:
        for edit in self.edits:
            _check(edit)

    def open(self, *targets: str, mode: str = "") -> Scenario:
        """Return this scenario with something opened as well.

        Parameters
        ----------
        *targets
            Lines and crossings by id, bare or as ``line:…`` and ``crossing:…``; or what was shut of a ``port:…``,
            ``country:…``, ``bloc:…``, ``border:KGZ-TJK``, ``mode:…`` or ``sea:…``.
        mode
            Only this mode; all if empty. A line has one mode and needs none.

        Returns
        -------
        Scenario
            A copy; names are looked up when it is applied.
        """
        return self._with(*(Edit("open", t, mode) for t in targets))

    def close(self, *targets: str, mode: str = "") -> Scenario:
        """Return this scenario with something closed as well; arguments as for `open`.

        Parameters
        ----------
        *targets, mode
            As for `open`.

        Returns
        -------
        Scenario
            A copy.
        """
        return self._with(*(Edit("close", t, mode) for t in targets))

    def change(
        self, what: str, of: str = "", *, factor: float | None = None, to: float | None = None, mode: str = ""
    ) -> Scenario:
        """Return this scenario with a speed, standing time or price changed as well.

        Parameters
        ----------
        what
            ``speed`` (km/h), ``dwell`` at borders, ``gauge_change``, ``transshipment`` (h), ``tariff`` (USD/km), ``fee`` at
            borders or ``handling`` (USD), or ``gauge`` (mm): the lines are laid anew, and the break of gauge moves to where they
            meet others.
        of
            Where: as the targets of `open`; empty for everywhere.
        factor
            Multiplies what the cost model says.
        to
            Replaces it, in the unit above.
        mode
            Only this mode; all if empty.

        Returns
        -------
        Scenario
            A copy.
        """
        return self._with(Edit("change", of, mode, what, factor, to))

    def due_by(self, year: int) -> Scenario:
        """Return this scenario with every line open that the tables say is due by a year.

        A line that would hang in the air is left out and listed in ``attrs["not_opened"]``.

        Parameters
        ----------
        year
            The last calendar year that counts.

        Returns
        -------
        Scenario
            A copy.
        """
        return self._with(Edit("due_by", str(year)))

    def no_transit(self, *targets: str) -> Scenario:
        """Return this scenario with transit barred through countries or blocs; what begins or ends there still runs.

        Parameters
        ----------
        *targets
            ISO alpha-3 codes, English names or blocs, bare or as ``country:…`` and ``bloc:…``.

        Returns
        -------
        Scenario
            A copy.
        """
        return self._with(*(Edit("no_transit", t) for t in targets))

    def as_of(self, date: str) -> Scenario:
        """Return this scenario on the crossings of a day (``"2025-09-30"``, or ``"latest"``); applied before all else.

        Parameters
        ----------
        date
            ``"latest"`` or an ISO date.

        Returns
        -------
        Scenario
            A copy.
        """
        return self._with(Edit("as_of", date))

    def then(self, other: Scenario, *, name: str = "") -> Scenario:
        """Return both scenarios as one, the other's edits after this one's.

        Parameters
        ----------
        other
            The edits to add.
        name
            Of the whole; empty for both names.

        Returns
        -------
        Scenario
            A third one; both stay as they are.
        """
        return Scenario(name or f"{self.name} + {other.name}", (*self.edits, *other.edits))

    def _with(self, *edits: Edit) -> Scenario:
        return replace(self, edits=(*self.edits, *edits))

    def __str__(self) -> str:
        return f"{self.name}: {', '.join(map(str, self.edits)) or 'nothing changed'}"

    @staticmethod
    def load(source: str | Path) -> Scenario:
        """Return a scenario from a TOML file, or a ready-made one by its id.

        Parameters
        ----------
        source
            Path of a TOML file, or an id of `ready_made`.

        Returns
        -------
        Scenario
            Its name is that of the file's ``name``.

        Raises
        ------
        UnknownNameError
            There is no such ready-made scenario.
        LayerError, SchemaError
            The file is no TOML, or not of this form.

        Examples
        --------
        >>> import corridors as cx
        >>> cx.Scenario.load("cku").name
        'China-Kyrgyzstan-Uzbekistan railway'
        """
        return Scenario(**_toml.read(source))

    @staticmethod
    def ready_made() -> list[str]:
        """Return the ids of the scenarios that come with the package.

        Returns
        -------
        list of str
            In alphabetical order.
        """
        return ready_made(_toml.FOLDER)

    def to_toml(self) -> str:
        """Return this scenario as the text of a TOML file that `load` reads.

        Returns
        -------
        str
            UTF-8 text with one table an edit.
        """
        values = {key: getattr(self, key) for key in ("name", "note", "source", "against", "pairs", "modes")}
        return _toml.text(values if self.has_effect else {**values, "has_effect": False}, self.edits)

    def save(self, path: str | Path) -> None:
        """Write this scenario to a TOML file, whole or not at all.

        Parameters
        ----------
        path
            Replaced if it exists.

        Raises
        ------
        LayerError
            The file cannot be written.
        """
        write_whole(Path(path), self.to_toml().encode())

    def apply(self, network: Network) -> Network:
        """Return the network as it is under this scenario.

        Parameters
        ----------
        network
            Stays untouched.

        Returns
        -------
        Network
            Its ``attrs`` name the scenario and list what was ``opened``, ``closed`` and ``changed``, ``loose_ends`` of
            branches, and lines ``not_opened``.

        Raises
        ------
        UnknownNameError
            Something that does not exist.
        ScenarioError
            An opened line whose ends stay unconnected; a change of nothing; two dates.
        """
        work = Work(dated(network, self.edits))
        for edit in self.edits:
            if edit.action != "as_of":
                work.do(edit)
        work.check_ends()
        return work.result(self.name)


def _check(edit: Edit) -> None:
    """Refuse an edit that means nothing on any network."""
    if edit.action not in ACTIONS:
        raise ScenarioError(f"action is {edit.action!r}; it must be {', '.join(ACTIONS)}")
    if edit.mode not in ("", *MODES):
        raise ScenarioError(f"mode is {edit.mode!r}; it must be {', '.join(MODES)}")
    if edit.action == "due_by" and not (edit.target.isdigit() and len(edit.target) == 4):
        raise ScenarioError(f"year is {edit.target!r}; it must be a year such as 2035")
    if edit.action == "change":
        _check_change(edit)


def _check_change(edit: Edit) -> None:
    if edit.what not in CHANGES:
        raise ScenarioError(f"a change is of {edit.what!r}; it must be of {', '.join(CHANGES)}")
    given = [v for v in (edit.factor, edit.to) if v is not None]
    if len(given) != 1:
        raise ScenarioError(f"change of {edit.what}: give factor or to, one of them")
    if isinstance(given[0], bool) or not isinstance(given[0], int | float):
        raise ScenarioError(
            f"change of {edit.what}: {given[0]!r} is no number; it is one without quotes, in {CHANGES[edit.what]}"
        )
    if edit.what == "gauge" and (edit.to is None or edit.to != int(edit.to)):
        raise ScenarioError("change of gauge: give to=, whole millimetres, such as 1435")
    least_is_allowed = edit.what not in ("speed", "gauge")
    if not (0 <= given[0] < float("inf")) or (given[0] == 0 and not least_is_allowed):
        raise ScenarioError(f"change of {edit.what}: {given[0]!r} is no positive number")
