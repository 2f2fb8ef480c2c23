"""Scenarios as files of TOML, the same as the command line reads, and the commands that give the page's numbers."""

import contextlib
import dataclasses
import re
import shlex
import tempfile
import tomllib
from pathlib import Path

from resilience.app.engine.replicate import digest_of
from resilience.app.link import NO_FILES, differing, file_settings, flat, written
from resilience.app.presets import presets
from resilience.scenario import Problem, Scenario, ScenarioError, load
from resilience.scenario.load import to_toml

LARGEST_FILE_BYTES = 200_000


def file_name(name: str) -> str:
    """A scenario's name as the name of a file without ending: lower case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "scenario"


def as_toml(scenario: Scenario) -> str:
    """The scenario as a file for the command line, every setting in it."""
    return f"# Play it with: resilience run {file_name(scenario.name)}.toml --runs 20\n{to_toml(scenario)}"


def from_toml(text: str, name: str) -> Scenario:
    """The scenario in a file that a visitor hands in. Raises ScenarioError, naming the file and its line."""
    shown = Path(name).name or "scenario.toml"
    if len(text.encode()) > LARGEST_FILE_BYTES:
        raise ScenarioError([Problem(shown, None, "", None, "is too large for a scenario")])
    _refuse_files(text, shown)
    with tempfile.TemporaryDirectory(prefix="scenario-") as folder:
        file = Path(folder) / f"{file_name(Path(shown).stem)}.toml"
        file.write_text(text, encoding="utf-8")
        try:
            return load(file)
        except ScenarioError as error:
            raise ScenarioError([dataclasses.replace(problem, file=shown) for problem in error.problems]) from None


def _refuse_files(text: str, shown: str) -> None:
    """Refuse a scenario that names files before anything reads them. Raises ScenarioError."""
    names: list[str] = []
    with contextlib.suppress(ValueError, RecursionError):  # text that is no TOML is refused when it is loaded
        names = file_settings(flat(tomllib.loads(text)))
    if names:
        raise ScenarioError([Problem(shown, None, name, None, NO_FILES) for name in names])


def command_of(scenario: Scenario, replicates: int, seed: int) -> str:
    """The command line that gives the scenario's numbers."""
    base, values = differing(scenario)
    sets = " ".join(f"--set {shlex.quote(f'{name}={written(value)}')}" for name, value in values.items())
    return " ".join(part for part in ("resilience run", base, sets, f"--runs {replicates} --seed {seed}") if part)


def comparison_command_of(against: str, scenario: str, replicates: int, seed: int) -> str:
    """The command line that compares two scenarios, by their files or shipped names."""
    return f"resilience compare {against} {scenario} --runs {replicates} --seed {seed}"


def file_or_shipped(scenario: Scenario, title: str) -> str:
    """The shipped name of a scenario that is shipped as it is, else the file that saving it gives."""
    digest = digest_of(scenario)
    shipped = (name for name, preset in presets().items() if digest_of(preset.scenario) == digest)
    return next(shipped, f"{file_name(title)}.toml")


def python_of(scenario: Scenario, against: Scenario, replicates: int, seed: int) -> str:
    """Lines of Python that give the same comparison."""
    loads = "\n".join(f"{name} = {_load(one)}" for name, one in (("against", against), ("scenario", scenario)))
    return (
        "from resilience import compare, load\n\n"
        f"{loads}\n"
        f"found = compare([against, scenario], runs={replicates}, seed={seed})\n"
        "print(found.differences())\n"
    )


def _load(scenario: Scenario) -> str:
    base, values = differing(scenario)
    given = "".join(f"    {name!r}: {value!r},\n" for name, value in values.items())
    return f"load({base!r}, **{{\n{given}}})" if given else f"load({base!r})"
