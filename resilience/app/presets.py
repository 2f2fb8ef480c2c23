"""Presets: the shipped scenarios, each a story with a title and a sentence, and the baselines they begin from."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from resilience.app.levers import baseline_of
from resilience.scenario import Scenario, ScenarioError, load
from resilience.scenario.load import CONFIG_FOLDERS

type Sort = Literal["baseline", "squeeze", "remedy"]

LARGEST_REGION = "england"
"""Runs of it take too long to be played ahead of demand."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A shipped scenario."""

    name: str
    title: str
    text: str
    sort: Sort
    """Without anything, with shocks only, or with policies."""
    scenario: Scenario


@cache
def presets() -> dict[str, Preset]:
    """The shipped scenarios by name; files that cannot be read are left out, for others than the project put them."""
    found: dict[str, Preset] = {}
    for folder in reversed(CONFIG_FOLDERS):
        for file in sorted(folder.glob("*.toml")):
            try:
                found[file.stem] = _preset(file.stem, load(file))
            except ScenarioError:
                found.pop(file.stem, None)
    return dict(sorted(found.items()))


def title_of(name: str) -> str:
    """A scenario's name as a title: "austerity-and-wage-rise" as "Austerity and wage rise"."""
    words = name.replace("-", " ").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def bases() -> dict[str, Scenario]:
    """The shipped scenarios without shocks and policies, by name."""
    return {name: preset.scenario for name, preset in presets().items() if preset.sort == "baseline"}


def played_ahead(first: Iterable[Scenario]) -> list[Scenario]:
    """The scenarios worth playing before anybody asks: these, and the presets with their baselines."""
    found = {scenario.hash: scenario for scenario in first}
    for preset in presets().values():
        if preset.scenario.region != LARGEST_REGION and preset.sort != "baseline":
            for scenario in (baseline_of(preset.scenario), preset.scenario):
                found.setdefault(scenario.hash, scenario)
    return list(found.values())


def _preset(name: str, scenario: Scenario) -> Preset:
    sort: Sort = "remedy" if scenario.policies else "squeeze" if scenario.shocks else "baseline"
    return Preset(name, title_of(name), scenario.description, sort, scenario)
