"""What the server begins with: what the command line chose, and the one engine for everybody."""

import threading
from dataclasses import dataclass
from functools import cache

from resilience.app.engine.engine import Engine, Wish
from resilience.app.ensemble import wishes_for
from resilience.app.levers import baseline_of
from resilience.app.link import Linked
from resilience.app.presets import played_ahead
from resilience.scenario import Scenario, load

DEFAULT_SCENARIO = "austerity-and-wage-rise"
"""Shipped; it has two shocks, so that the first picture has something to show."""

SEED = 1
REPLICATES = 20
WORKERS = 2


@dataclass(frozen=True, slots=True)
class Choices:
    """What the command line says of the server."""

    scenario: Scenario
    replicates: int = REPLICATES
    workers: int = WORKERS
    ahead: bool = True
    """Whether presets are played before anybody asks for them."""

    @property
    def linked(self) -> Linked:
        """What a page shows whose address asks for nothing else."""
        return Linked(self.scenario, SEED, self.replicates)


_chosen: list[Choices] = []


def choose(config: str | None, *, replicates: int = REPLICATES, workers: int = WORKERS, ahead: bool = True) -> Choices:
    """Load the scenario that pages begin with: a file, a shipped name, or the default. Raises ScenarioError."""
    choices = Choices(load(config or DEFAULT_SCENARIO), replicates, workers, ahead)
    _chosen[:] = [choices]
    return choices


def chosen() -> Choices:
    """What pages begin with."""
    return _chosen[0] if _chosen else choose(None)


@cache
def engine() -> Engine:
    """The one engine of this server; its workers start with the first call."""
    made = Engine(chosen().workers, warm=chosen().scenario)
    made.start()
    return made


def warm_up() -> None:
    """Play what visitors see first, and then the presets, while nobody waits for anything."""
    choices = chosen()
    first = (choices.scenario, baseline_of(choices.scenario))
    engine().play_ahead(_in_turn(first, choices.replicates))
    threading.Thread(target=_presets, args=(choices, first), name="presets", daemon=True).start()


def _presets(choices: Choices, first: tuple[Scenario, ...]) -> None:
    """Read the shipped scenarios before the first page asks for them, and play them if they are to be played."""
    scenarios = played_ahead(first)
    if choices.ahead:
        engine().play_ahead(_in_turn(scenarios, choices.replicates))


def _in_turn(scenarios: "tuple[Scenario, ...] | list[Scenario]", replicates: int) -> list[Wish]:
    """The wishes for scenarios' replicates: the first of each, then the second of each."""
    wishes = [wishes_for(scenario, SEED, replicates) for scenario in scenarios]
    return [wish for together in zip(*wishes, strict=True) for wish in together]
