"""What the server begins with: the scenario chosen on the command line, and the one player for all visitors."""

from functools import cache

from resilience.app.levers import Levers
from resilience.app.played import Player
from resilience.scenario import Scenario, load

DEFAULT_SCENARIO = "austerity-and-wage-rise"
"""Shipped; it has both shocks, so that the first picture has something to show."""

SEED = 1

_chosen: list[Scenario] = []


def choose(config: str | None) -> Scenario:
    """Load the scenario that pages begin with: a file, a shipped name, or the default. Raises ScenarioError."""
    scenario = load(config or DEFAULT_SCENARIO)
    _chosen[:] = [scenario]
    return scenario


def chosen() -> Scenario:
    """The scenario that pages begin with."""
    return _chosen[0] if _chosen else choose(None)


@cache
def player() -> Player:
    """The one player of this server."""
    return Player()


def warm_up() -> None:
    """Begin to play the baseline, so that the first visitor finds its lines drawn."""
    baseline = player().run_of(Levers(chosen()).baseline, SEED)
    player().ask("warm-up", [(baseline, baseline.length)])
