"""What a batch comes to: every design point as a checked scenario, and every run with the key that names its result."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import resilience
from resilience.batches.design import Row, declaration, leaves, rows_of
from resilience.batches.experiment import ExperimentFile, read_experiment
from resilience.runs.one import run_identity
from resilience.runs.work import Task
from resilience.scenario import Problem, Scenario, ScenarioError
from resilience.scenario.files import locate_files, missing_files
from resilience.scenario.layers import Layer, Origin, lay_over, layer_of
from resilience.scenario.load import find_file, read_layer
from resilience.scenario.mistakes import declared

PROBLEMS_TOLD = 30
"""Checking ends with this many different mistakes: a mistake in a range can show at thousands of points."""

MODEL_PARTS = (
    "model.py",
    "side_by_side.py",
    "agents",
    "kernels",
    "market",
    "measures",
    "policies",
    "region",
    "scenario",
    "shocks",
    "state",
    "runs/one.py",
)
"""What of the package decides the outcome of a run."""


@dataclass(frozen=True)
class Base:
    """A scenario that is varied: its name, itself with the experiment's own values, and the layer it came from."""

    name: str
    scenario: Scenario
    layer: Layer


@dataclass(frozen=True, slots=True)
class Point:
    """One design point: its label in the tables, which base it varies, its values, and its scenario's hash."""

    label: str
    base: int
    row: Row
    hash: str


@dataclass(frozen=True, slots=True)
class Run:
    """One run to do: the point, the seed, and the key under which its result is kept."""

    point: int
    seed: int
    key: str


class Plan(Sequence[Run]):
    """The runs of an experiment, seed by seed and point by point; made one by one, so that many take no room."""

    def __init__(self, file: ExperimentFile, bases: list[Base], factors: list[str], points: list[Point]) -> None:
        self.file, self.bases, self.factors, self.points = file, bases, factors, points
        self.version = model_version()

    @property
    def settings(self) -> Any:
        """Return the experiment's settings."""
        return self.file.settings

    @property
    def seeds(self) -> tuple[int, ...]:
        """Return the seeds on which each point is run."""
        seeds: tuple[int, ...] = self.file.settings.seeds
        return seeds

    def __len__(self) -> int:
        return len(self.points) * len(self.seeds)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        seed, point = self.seeds[index // len(self.points)], index % len(self.points)
        return Run(point, seed, run_key(self.points[point].hash, seed, self.version))

    def scenario(self, point: int) -> Scenario:
        """Return the scenario of a design point."""
        wanted = self.points[point]
        return point_scenario(self.bases[wanted.base], wanted.row)

    def task(self, run: Run) -> Task:
        """Return what the runner is to do."""
        return Task(self.points[run.point].label, self.scenario(run.point), run.seed)

    def meaning(self, factor: str) -> tuple[str, str]:
        """Return unit and label of the parameter that a factor varies; empty texts where none is declared."""
        found = declaration(factor, self.bases[0].layer.values)
        return ("", "") if found is None else (str(declared(found).get("unit", "")), found.description or "")

    def values_of(self, factor: str) -> list[Any]:
        """Return a factor's value at each point; where a row leaves it out, its base's own, or None."""
        return [self._value(point, factor) for point in self.points]

    def _value(self, point: Point, factor: str) -> Any:
        if factor in point.row.values:
            return point.row.values[factor]
        try:
            return self.bases[point.base].scenario.get(factor)
        except ScenarioError:
            return None

    def run_id(self, run: Run) -> str:
        """Return the run's name in the tables, as ``resilience run`` would give it."""
        point = self.points[run.point]
        return run_identity(point.label, point.hash, run.seed)


@dataclass(frozen=True)
class Changes:
    """What is changed in an experiment from outside: how many seeds from which on, months, values by dotted name."""

    runs: int | None = None
    seed: int | None = None
    months: int | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


def plan_of(source: str | Path | Mapping[str, Any], changes: Changes | None = None) -> Plan:
    """Read an experiment and check every design point. Raises ScenarioError with the mistakes found."""
    file = _changed(read_experiment(source), changes or Changes())
    problems = list(file.problems)
    bases = _bases(file, problems)
    factors: list[str] = []
    rows: list[Row] = []
    if not any(problem.key.startswith(("design", "factors", "rows")) for problem in file.problems):
        try:
            factors, rows = rows_of(file, bases[0].layer.values if bases else {})
            rows = [_with_whole_paths(row, file.folder) for row in rows]
            problems += _given_twice(file, factors)
        except ScenarioError as error:
            problems += error.problems
    points = _points(bases, rows, problems)
    if problems:
        raise ScenarioError(_sorted(problems))
    return Plan(file, bases, factors, points)


def _changed(file: ExperimentFile, changes: Changes) -> ExperimentFile:
    """Return the experiment with the changes made to it."""
    update: dict[str, Any] = {}
    origins: dict[tuple[str, ...], Origin] = {}
    if changes.runs is not None or changes.seed is not None:
        first = file.settings.seeds[0] if changes.seed is None else changes.seed
        update["seeds"] = tuple(range(first, first + (changes.runs or len(file.settings.seeds))))
    if changes.months is not None:
        update["months"], origins["months",] = changes.months, Origin("--months")
    if changes.values:
        update["values"] = {**file.settings.values, **changes.values}
        origins.update({("values", name): Origin("--set") for name in changes.values})
    layer = Layer(file.layer.values, file.layer.origins | origins, file.layer.origin)
    return replace(file, settings=file.settings.model_copy(update=update), layer=layer)


def _given_twice(file: ExperimentFile, factors: Sequence[str]) -> list[Problem]:
    """Return the values that are to hold at every point although they are varied."""
    given = {".".join(path[1:]): path for path, _ in leaves(file.settings.values, lambda _: False, ("values",))}
    message = "is varied by the experiment, so it cannot also hold at every point"
    return [file.refuse(given[name], message) for name in factors if name in given]


def run_key(scenario_hash: str, seed: int, version: str) -> str:
    """Return the key of one run's result: what it is of, on which seed, by which version of the model."""
    return hashlib.sha256(f"{scenario_hash}\n{seed}\n{version}".encode()).hexdigest()[:40]


@functools.cache
def model_version() -> str:
    """Return the program's version and a digest of the code and tables that decide a run.

    A result of other code is thus never taken for one of this code, even between two versions.
    """
    folder = Path(resilience.__file__).parent
    files = [
        file
        for part in MODEL_PARTS
        for file in ([folder / part] if part.endswith(".py") else sorted((folder / part).rglob("*")))
        if file.is_file() and "__pycache__" not in file.parts
    ]
    digest = hashlib.sha256()
    for file in files:
        text = file.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{file.relative_to(folder).as_posix()} {len(text)}\n".encode())
        digest.update(text)
    return f"{resilience.__version__}+{digest.hexdigest()[:12]}"


def point_scenario(base: Base, row: Row) -> Scenario:
    """Return a base's scenario with a row's values. Raises ScenarioError with the row's places."""
    over = _located(layer_of(row.values, Origin("factors")), row.origins, Path.cwd())
    scenario: Scenario = Scenario.from_layer(lay_over(base.layer, over), missing_files(over))
    return scenario


def _with_whole_paths(row: Row, folder: Path) -> Row:
    """Return a row whose files count from nowhere but the root, so that its scenario can be made anywhere."""
    values = {}
    for name, value in row.values.items():
        leaf = name.rpartition(".")[2]
        values[name] = locate_files(Layer({leaf: value}, {}, Origin("factors")), folder).values[leaf]
    return Row(values, row.origins, row.label)


def _located(layer: Layer, origins: Mapping[str, Origin], folder: Path) -> Layer:
    """Return a layer of dotted names with the place of each, and with files counted from a folder."""
    places = dict(layer.origins)
    for name, origin in origins.items():
        path = tuple(name.split("."))
        places.update({path[:depth]: origin for depth in range(1, len(path) + 1)})
        places.update({known: origin for known in layer.origins if known[: len(path)] == path})
    return locate_files(Layer(layer.values, places, layer.origin), folder)


def _bases(file: ExperimentFile, problems: list[Problem]) -> list[Base]:
    """Return the scenarios that are varied, with the values that hold at every point laid over them."""
    found: list[Base] = []
    try:
        over = _own_values(file)
    except ScenarioError as error:
        problems += error.problems
        over = Layer({}, {}, file.layer.origin)
    for place, given in enumerate(file.settings.base):
        try:
            layer = read_layer(_base_file(file, given))
            scenario = Scenario.from_layer(lay_over(layer, over), missing_files(over) + missing_files(layer))
        except ScenarioError as error:
            problems += [_at_base(file, place, given, problem) for problem in error.problems]
            continue
        name = scenario.name
        if name in {base.name for base in found}:
            name = f"{name} ({place + 1})"
        layer = Layer(scenario.resolved(), lay_over(layer, over).origins, layer.origin)
        found.append(Base(name, scenario, layer))
    return found


def _at_base(file: ExperimentFile, place: int, given: str, problem: Problem) -> Problem:
    """Return a problem with the file itself as one of the experiment's ``base``; any other as it is."""
    if problem.key or problem.line is not None:
        return problem
    return file.refuse(("base", str(place)), problem.message, given, suggestion=problem.suggestion)


def _base_file(file: ExperimentFile, given: str) -> Path:
    """Return a base's file: counted from the experiment's folder, or a shipped scenario's by its name."""
    try:
        return find_file(file.folder / given)
    except ScenarioError:
        if Path(given).name != given:
            raise
        return find_file(given)


def _own_values(file: ExperimentFile) -> Layer:
    """Return the values that hold at every point. Raises ScenarioError."""
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    for path, value in leaves(file.settings.values, lambda _: False, ("values",)):
        name = ".".join(path[1:])
        values[name], origins[name] = value, file.layer.place(path)
    if file.settings.months is not None:
        values["months"], origins["months"] = file.settings.months, file.layer.place(("months",))
    return _located(layer_of(values, Origin(file.layer.origin.file)), origins, file.folder)


def _points(bases: Sequence[Base], rows: Sequence[Row], problems: list[Problem]) -> list[Point]:
    """Return every design point of every base, checked; what is wrong with them goes to ``problems``."""
    told = {str(problem) for problem in problems}
    points: list[Point] = []
    width = len(str(len(rows)))
    for place, base in enumerate(bases):
        for number, row in enumerate(rows, start=1):
            try:
                scenario = point_scenario(base, row)
            except ScenarioError as error:
                problems += [problem for problem in error.problems if str(problem) not in told]
                told.update(str(problem) for problem in error.problems)
                if len(problems) >= PROBLEMS_TOLD:
                    return points
                continue
            points.append(Point(_label(base, row, number, width, len(bases), len(rows)), place, row, scenario.hash))
    return points


def _label(base: Base, row: Row, number: int, width: int, bases: int, rows: int) -> str:
    """Return what a point is called in the tables: its row's name, or its base's name and its number."""
    if row.label is not None:
        return row.label if bases == 1 else f"{base.name}: {row.label}"
    return base.name if rows == 1 else f"{base.name}-{number:0{width}d}"


def _sorted(problems: Sequence[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (problem.file, problem.line or 0, problem.key))


def runs_of(plan: Plan, shard: tuple[int, int]) -> Iterator[tuple[int, Run]]:
    """Yield the runs of one shard (number, of how many) with their place in the plan; (1, 1) has them all."""
    number, total = shard
    for index in range(number - 1, len(plan), total):
        yield index, plan[index]
