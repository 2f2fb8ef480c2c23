"""What a page shows besides its scenario: the council, measures, panel and act chosen, and what it hands out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from resilience.app import export, files, reporting
from resilience.app.acts import ACTS
from resilience.app.levers import in_words
from resilience.app.link import query_of
from resilience.app.pictures.charts import FIRST_CHARTS, FIRST_ON_MAP
from resilience.app.presets import presets
from resilience.app.view import View
from resilience.app.visit import Visit, in_short
from resilience.measures.catalogue import MEASURES
from resilience.scenario import Scenario, ScenarioError

TABS = {
    "news": "What happened",
    "hard": "Who is hard to replace",
    "council": "One council",
    "worth": "Costs and savings",
    "side": "Side by side",
    "share": "Save and share",
}

NO_ACT = -1


@dataclass(frozen=True, slots=True)
class File:
    """A file for the visitor to keep."""

    number: int
    name: str
    type: str
    text: str


@dataclass(frozen=True, slots=True)
class Desk:
    """One visitor's choices of what to look at."""

    council: int = -1
    """The council that the page speaks of; -1 is the whole region."""
    charts: tuple[str, ...] = FIRST_CHARTS
    on_map: str = FIRST_ON_MAP
    change: bool = False
    """Whether the map shows the change against what is compared with."""
    tab: str = "news"
    guided: bool = False
    act: int = NO_ACT
    guess: float | None = None
    file: File | None = None
    preset: str = ""
    making: str = ""
    """How far a report is."""

    @property
    def hidden(self) -> bool:
        """Whether the result waits for the room's guess."""
        return self.guided and self.act != NO_ACT and self.guess is None


type Update = Callable[[Callable[[Desk], Desk]], None]
"""Takes what makes the next desk from the one there is."""


class Doings:
    """What a visitor does, passed on to the visit or laid on the desk."""

    def __init__(self, visit: Visit, update: Update) -> None:
        self.visit = visit
        self._update = update

    def look(self, what: dict[str, Any]) -> None:
        """Choose a council, or what the map shows."""
        known = {"council": int, "measure": str, "change": bool}
        chosen = {name: known[name](value) for name, value in what.items() if name in known}
        measure = chosen.pop("measure", None)
        if measure in MEASURES:
            chosen["on_map"] = measure
        self._update(lambda desk: replace(desk, **chosen))

    def chart(self, what: dict[str, Any]) -> None:
        """Choose the measure of a chart."""
        place, name = int(what["place"]), str(what["measure"])
        if name in MEASURES and 0 <= place < len(FIRST_CHARTS):
            self._update(lambda desk: replace(desk, charts=(*desk.charts[:place], name, *desk.charts[place + 1 :])))

    def tab(self, name: str) -> None:
        """Choose a panel."""
        if name in TABS:
            self._update(lambda desk: replace(desk, tab=name))

    def begin(self, name: str) -> None:
        """Begin with a preset."""
        preset = presets().get(name)
        if preset is not None:
            self._update(lambda desk: replace(desk, preset=name, council=-1))
            self.visit.begin_with(preset.scenario)

    def act(self, what: dict[str, Any]) -> None:
        """Do what a button of the months says."""
        buttons: dict[str, Callable[[], None]] = {
            "play": self.visit.play,
            "pause": self.visit.pause,
            "back": lambda: self.visit.step(-1),
            "forward": lambda: self.visit.step(1),
            "jump": lambda: self.visit.jump(int(what["month"])),
        }
        buttons[what["what"]]()

    def guide(self, on: bool) -> None:
        """Open or close the guided session."""
        self._update(lambda desk: replace(desk, guided=bool(on), act=NO_ACT, guess=None))

    def go(self, place: int) -> None:
        """Go to an act: its scenario, and what it is compared with."""
        if not 0 <= place < len(ACTS):
            return
        act = ACTS[place]
        self._update(lambda desk: replace(desk, guided=True, act=place, guess=None, preset="", council=-1))
        self.visit.begin_act(act.title, act.scenario, act.against)

    def reveal(self, guess: float) -> None:
        """Take the room's guess and show the result."""
        self._update(lambda desk: replace(desk, guess=float(guess)))

    def want(self, kind: str) -> None:
        """Hand out a file."""
        view = self.visit.view
        name = files.file_name(title_of(view))
        if kind == "toml":
            self._hand_out(f"{name}.toml", "application/toml", files.as_toml(_named(view.scenario, name)))
        elif kind == "other":
            other = files.file_name(other_title_of(view))
            self._hand_out(f"{other}.toml", "application/toml", files.as_toml(_named(view.other, other)))
        elif kind == "csv":
            self._hand_out(f"{name}.csv", "text/csv", export.table_of(view))
        elif kind == "report":
            reporting.make_in_background(
                view,
                lambda text: self._update(lambda desk: replace(desk, making=text)),
                lambda page: self._hand_out(f"{name}.html", "text/html", page),
            )

    def load(self, file: dict[str, str]) -> None:
        """Begin with the scenario in a file."""
        try:
            scenario = files.from_toml(file["text"], file["name"])
        except ScenarioError as error:
            self.visit.say(str(error))
            return
        self._update(lambda desk: replace(desk, preset="", council=-1))
        self.visit.begin_with(scenario, scenario.name)

    def _hand_out(self, name: str, type_: str, text: str) -> None:
        self._update(
            lambda desk: replace(desk, file=File(1 if desk.file is None else desk.file.number + 1, name, type_, text))
        )


def _named(scenario: Scenario, name: str) -> Scenario:
    return scenario.model_copy(update={"name": name})


def title_of(view: View) -> str:
    """What the scenario is called: by the visitor, or by its levers."""
    return view.title or in_words(view.scenario)


def other_title_of(view: View) -> str:
    """What is compared with, without its letter."""
    return next((pin.title for pin in view.pins if pin.letter == view.against), view.other.name)


def link_of(visit: Visit) -> str:
    """The query of a link to what the visit shows; empty for a scenario that no link can hold."""
    try:
        return query_of(visit.linked)
    except ScenarioError:
        return ""


def commands_of(view: View) -> list[dict[str, str]]:
    """The commands that give the same numbers; for a scenario with files of its own, why there are none."""
    scenario, other, count, seed = view.scenario, view.other, view.replicates, view.seed
    try:
        run = files.command_of(scenario, count, seed)
        here = files.file_or_shipped(scenario, title_of(view))
        there = files.file_or_shipped(other, other_title_of(view))
        compare = files.comparison_command_of(there, here, count, seed)
        python = files.python_of(scenario, other, count, seed)
    except ScenarioError as error:
        return [{"name": "none", "title": "The command", "text": in_short(error), "code": ""}]
    saved = "Names that end in .toml are those of the files that saving gives; others are shipped."
    return [
        {"name": "run", "title": "The command for these runs", "text": "", "code": run},
        {"name": "compare", "title": "The command for the comparison", "text": saved, "code": compare},
        {"name": "python", "title": "The same in Python", "text": "", "code": python},
    ]
