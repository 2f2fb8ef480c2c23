"""An experiment file: which scenarios, what is varied and how, with which seeds, and what of each run is kept.

The file is TOML, declared here as scenario files are: unknown names and wrong values are told with file, line and the
nearest name that would do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from resilience.measures.catalogue import MEASURES
from resilience.runs.tables import MODEL_TABLES
from resilience.scenario.declare import Section
from resilience.scenario.errors import Problem, ScenarioError, nearest
from resilience.scenario.files import is_file, is_folder
from resilience.scenario.layers import Layer, Origin, plain
from resilience.scenario.load import file_layer
from resilience.scenario.mistakes import problems_in
from resilience.scenario.scenario import LONGEST_RUN_MONTHS

EXPERIMENT_FOLDERS = (Path("experiments"), Path(__file__).resolve().parents[2] / "experiments")
"""Where the bare name of an experiment is looked for."""

LARGEST_SEED = 2**63 - 2
MOST_POINTS = 1_000_000

DesignKind = Literal["grid", "rows", "latin_hypercube", "sobol"]


def _one_or_several(value: Any) -> Any:
    """Take one path, or a list of them."""
    paths = [value] if isinstance(value, str) else value
    if not isinstance(paths, list | tuple) or not paths or not all(isinstance(path, str) for path in paths):
        raise PydanticCustomError("not_paths", "must be a scenario file or name in quotes, or a list of them")
    return tuple(paths)


def _seeds(value: Any) -> Any:
    """Take a number of seeds, counted from 1, or a list of them."""
    if isinstance(value, bool) or not isinstance(value, int | list | tuple):
        raise PydanticCustomError("not_seeds", "must be a number of seeds, or a list of them such as [1, 2, 3]")
    if isinstance(value, int):
        if not 1 <= value <= MOST_POINTS:
            raise PydanticCustomError("too_few_seeds", f"must be a number of seeds from 1 to {MOST_POINTS}")
        return tuple(range(1, value + 1))
    good = all(isinstance(seed, int) and not isinstance(seed, bool) and 0 <= seed <= LARGEST_SEED for seed in value)
    if not value or not good or len(set(value)) < len(value):
        raise PydanticCustomError("bad_seeds", "must be different whole numbers from 0")
    return tuple(value)


def _names_among(known: list[str], what: str) -> BeforeValidator:
    """Take a list of names that are all known, in the order given, each once; or nothing."""

    def check(value: Any) -> Any:
        if value is None:
            return None
        if not isinstance(value, list | tuple) or not all(isinstance(name, str) for name in value):
            raise PydanticCustomError("not_names", f"must be a list of {what}s in quotes")
        kind = PydanticCustomError("unknown_name", f"unknown {what}", {"candidates": known})
        bad = [
            InitErrorDetails(type=kind, loc=(place,), input=name)
            for place, name in enumerate(value)
            if name not in known
        ]
        if bad:
            raise ValidationError.from_exception_data(what, bad)
        return tuple(dict.fromkeys(value))

    return BeforeValidator(check)


class Design(Section):
    """How design points are made from the factors."""

    kind: DesignKind = Field(
        "grid",
        description="Every combination of levels, the rows listed, a Latin hypercube or a scrambled Sobol sequence.",
    )
    points: int | None = Field(
        None,
        ge=2,
        le=MOST_POINTS,
        description="How many points a Latin hypercube or Sobol sequence has",
        json_schema_extra={"unit": "points", "low": 2, "high": MOST_POINTS},
    )
    seed: int = Field(
        1,
        ge=0,
        le=2**32,
        description="Seed of the sampled points; the seeds of the runs are apart",
        json_schema_extra={"unit": "", "low": 0, "high": 2**32},
    )


class Experiment(Section):
    """The tables of an experiment file. Build one with `read_experiment`."""

    name: str = Field("experiment", min_length=1, description="A short name, used for the results folder.")
    question: str = Field("", description="What the experiment is to answer.")
    description: str = Field("", description="What it does, in a sentence or two.")
    base: Annotated[tuple[str, ...], BeforeValidator(_one_or_several)] = Field(
        description="The scenario or scenarios that are varied"
    )
    months: int | None = Field(
        None,
        ge=1,
        le=LONGEST_RUN_MONTHS,
        description="Months to run, instead of the scenario's",
        json_schema_extra={"unit": "months", "low": 1, "high": LONGEST_RUN_MONTHS},
    )
    seeds: Annotated[tuple[int, ...], BeforeValidator(_seeds)] = Field(
        (1,), description="Seeds on which every design point is run"
    )
    measures: Annotated[tuple[str, ...] | None, _names_among(list(MEASURES), "measure")] = Field(
        None, description="Measures of the runs table; all when left out"
    )
    tables: Annotated[tuple[str, ...], _names_among(list(MODEL_TABLES), "table")] = Field(
        MODEL_TABLES, description="Tables kept of each run beside its measures; all when left out"
    )
    values: dict[str, Any] = Field({}, description="Settings that hold at every point, by dotted name")
    design: Design = Field(default_factory=Design, description="How design points are made")
    factors: dict[str, Any] = Field({}, description="What is varied, by dotted name")
    rows: list[dict[str, Any]] = Field([], description="The design points of a design of rows")


@dataclass(frozen=True)
class ExperimentFile:
    """An experiment as read: its settings, where each was given, and the folder from which its paths count.

    ``problems`` are the mistakes in settings of its own; those that have one are left at their defaults.
    """

    settings: Experiment
    layer: Layer
    folder: Path
    problems: tuple[Problem, ...] = ()

    def refuse(self, path: tuple[str, ...], message: str, value: Any = None, **more: Any) -> Problem:
        """Return a problem of the setting at a path."""
        place = self.layer.place(path)
        return Problem(place.file, place.line, ".".join(path), value, message, **more)


def read_experiment(source: str | Path | Mapping[str, Any]) -> ExperimentFile:
    """Read an experiment from a file, the bare name of one in ``experiments``, or nested tables.

    Mistakes in its settings are in ``problems``, so that they can be told together with those in its scenarios.
    Raises ScenarioError when there is nothing to go on with.
    """
    if isinstance(source, Mapping):
        layer, folder = Layer(plain(source), {}, Origin("experiment")), Path.cwd()
    else:
        file = _find(source)
        layer, folder = file_layer(file), file.parent
        layer.values.setdefault("name", file.stem)
    if layer.values.get("rows") and "design" not in layer.values:
        layer.values["design"] = {"kind": "rows"}
    settings, problems = _validated(layer)
    return ExperimentFile(settings, layer, folder, tuple(problems))


def _validated(layer: Layer) -> tuple[Experiment, list[Problem]]:
    """Return the settings, those with a mistake at their defaults, and the mistakes."""
    try:
        return Experiment.model_validate(layer.values), []
    except ValidationError as error:
        problems = problems_in(error, Experiment, layer)
        bad = {str(mistake["loc"][0]) for mistake in error.errors(include_url=False)}
    try:
        return Experiment.model_validate({key: layer.values[key] for key in layer.values if key not in bad}), problems
    except ValidationError:
        raise ScenarioError(problems) from None


def _find(source: str | Path) -> Path:
    """Return the experiment's file. Raises ScenarioError when there is none."""
    given = Path(source)
    folders = [given.parent, *(EXPERIMENT_FOLDERS if given.name == str(source) else ())]
    for folder in folders:
        for file in (folder / given.name, folder / f"{given.name}.toml"):
            if is_file(file):
                return file
    if is_folder(given):
        raise ScenarioError([Problem(str(source), None, "", None, "is a folder, not an experiment file")])
    known = [file for folder in folders if is_folder(folder) for file in folder.glob("*.toml")]
    near = nearest(given.name, [file.name if given.suffix else file.stem for file in known])
    raise ScenarioError([Problem(str(source), None, "", None, "no such file", suggestion=near)])
