"""Design points: every combination of levels, rows as listed, or points sampled evenly from ranges.

A factor is a parameter's dotted name with its levels, ``[0, -0.1, -0.2]``, or its range, ``{low = 0.2, high = 0.4}``.
A range left out is the parameter's declared one. In a grid a range needs ``steps``; in a sampled design a list of
levels is drawn from evenly, and a parameter that is a whole number or a choice keeps to what it can be.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic.fields import FieldInfo

from resilience.batches.experiment import ExperimentFile
from resilience.scenario import Problem, Scenario, ScenarioError
from resilience.scenario.layers import Origin
from resilience.scenario.lines import KeyPath
from resilience.scenario.mistakes import choices_of, declared, field_at
from resilience.scenario.registry import FAMILIES

RANGE_KEYS = {"low", "high", "steps"}
ROW_LABEL = "name"
"""What a row is called may stand beside its values."""


@dataclass(frozen=True)
class Factor:
    """What is varied: levels to choose from, or a range from ``low`` to ``high`` (then ``levels`` is empty)."""

    name: str
    origin: Origin
    levels: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    whole: bool = False

    @property
    def ends(self) -> tuple[Any, ...]:
        """Return the values that show whether all others are allowed: every level, or both ends of the range."""
        return self.levels or (self._number(self.low), self._number(self.high))

    def at(self, shares: npt.NDArray[np.float64]) -> list[Any]:
        """Return the value at each share (from 0 to below 1) of the range, or of the list of levels."""
        if self.levels:
            return [self.levels[int(share * len(self.levels))] for share in shares]
        if self.whole:
            count = int(self.high) - int(self.low) + 1
            return [int(self.low) + int(share * count) for share in shares]
        return [float(self.low + share * (self.high - self.low)) for share in shares]

    def _number(self, value: float) -> float:
        return int(value) if self.whole else float(value)


@dataclass(frozen=True)
class Row:
    """One design point's own values by dotted name, where each was given, and its label if it has one."""

    values: dict[str, Any]
    origins: dict[str, Origin]
    label: str | None = None


def rows_of(file: ExperimentFile, base: Mapping[str, Any]) -> tuple[list[str], list[Row]]:
    """Return the names of the factors and the design points. Raises ScenarioError with every mistake.

    ``base`` is a scenario's settings as nested tables, which tell the kinds of its shocks and policies.
    """
    if file.settings.design.kind == "rows":
        return _listed_rows(file)
    problems: list[Problem] = []
    if file.settings.rows:
        problems.append(file.refuse(("rows",), f"cannot be used in a design of kind '{file.settings.design.kind}'"))
    factors = _factors(file, base, problems)
    problems += _number_problems(file, factors)
    if problems:
        raise ScenarioError(problems)
    origins = {factor.name: factor.origin for factor in factors}
    columns = _grid(factors) if file.settings.design.kind == "grid" else _sample(file, factors)
    return list(origins), [Row(dict(zip(origins, values, strict=True)), origins) for values in columns]


def _grid(factors: Sequence[Factor]) -> Iterator[tuple[Any, ...]]:
    """Return every combination of levels, the last factor varying fastest; one empty point without factors."""
    return itertools.product(*(factor.levels for factor in factors))


def _sample(file: ExperimentFile, factors: Sequence[Factor]) -> Iterator[tuple[Any, ...]]:
    """Return sampled points, evenly spread over the ranges."""
    from scipy.stats import qmc

    design = file.settings.design
    sampler = qmc.LatinHypercube if design.kind == "latin_hypercube" else qmc.Sobol
    shares = sampler(len(factors), rng=np.random.default_rng(design.seed)).random(design.points)
    return zip(*(factor.at(shares[:, place]) for place, factor in enumerate(factors)), strict=True)


def _number_problems(file: ExperimentFile, factors: Sequence[Factor]) -> list[Problem]:
    """Return what is wrong with the number of points."""
    design = file.settings.design
    if design.kind == "grid":
        if design.points is not None:
            message = "has no use in a grid, which has as many points as its levels make"
            return [file.refuse(("design", "points"), message, design.points)]
        return []
    if not factors and not file.settings.factors:
        return [file.refuse(("factors",), f"must name at least one parameter in a design of kind '{design.kind}'")]
    if design.points is None:
        return [file.refuse(("design", "points"), f"is missing; a design of kind '{design.kind}' needs it")]
    if design.kind == "sobol" and design.points & (design.points - 1):
        message = "must be a power of two in a Sobol design, or it is not even"
        suggestion = str(2 ** round(float(np.log2(design.points))))
        return [file.refuse(("design", "points"), message, design.points, suggestion=suggestion)]
    return []


def _factors(file: ExperimentFile, base: Mapping[str, Any], problems: list[Problem]) -> list[Factor]:
    found: list[Factor] = []
    for path, given in leaves(file.settings.factors, _is_range, ("factors",)):
        name = ".".join(path[1:])
        if name in {factor.name for factor in found}:
            problems.append(file.refuse(path, "is given twice"))
            continue
        try:
            found.append(_factor(file, path, declaration(name, base), given))
        except ScenarioError as error:
            problems += error.problems
    return found


def _is_range(value: Mapping[str, Any]) -> bool:
    return set(value) <= RANGE_KEYS


def declaration(name: str, base: Mapping[str, Any]) -> FieldInfo | None:
    """Return the declaration of the parameter with this dotted name; None when there is none."""
    path = tuple(name.split("."))
    if path[0] in FAMILIES and len(path) > 1 and path[1] not in base.get(path[0], {}):
        base = {path[0]: {path[1]: {}}}
    return field_at(path, Scenario, base)


def _factor(file: ExperimentFile, path: KeyPath, field: FieldInfo | None, given: Any) -> Factor:
    """Return one factor. Raises ScenarioError."""

    def refuse(message: str, **more: Any) -> ScenarioError:
        return ScenarioError([file.refuse(path, message, given, **more)])

    name, origin = ".".join(path[1:]), file.layer.place(path)
    if isinstance(given, list):
        if not given:
            raise refuse("must have at least one level")
        if any(given[place] in given[:place] for place in range(len(given))):
            raise refuse("has a level twice")
        return Factor(name, origin, tuple(given))
    if not isinstance(given, Mapping):
        raise refuse("must be a list of levels, or a range such as {low = 0.1, high = 0.3}")
    noted = declared(field) if field is not None else {}
    choices = choices_of(field) if field is not None else None
    if choices and not given:
        return Factor(name, origin, choices)
    if field is not None and field.annotation is bool and not given:
        return Factor(name, origin, (False, True))
    low, high = given.get("low", noted.get("low")), given.get("high", noted.get("high"))
    if not (_is_number(low) and _is_number(high)):
        raise refuse("has no declared range; give a list of levels, or both low and high as numbers")
    if not low < high:
        raise refuse("must have low below high")
    whole = field is not None and field.annotation is int
    if whole and not (float(low).is_integer() and float(high).is_integer()):
        raise refuse("is a whole number; low and high must be too")
    if file.settings.design.kind != "grid":
        if "steps" in given:
            raise refuse("takes no steps in a sampled design")
        return Factor(name, origin, (), low, high, whole)
    return Factor(name, origin, _steps(low, high, given.get("steps"), whole, refuse), low, high, whole)


def _steps(low: float, high: float, steps: Any, whole: bool, refuse: Any) -> tuple[Any, ...]:
    """Return evenly spaced levels from low to high, both included."""
    if type(steps) is not int or not 2 <= steps <= 1000:
        raise refuse("is a range, and in a grid a range needs steps (2 to 1000)", suggestion="steps = 5")
    # Rounded to 12 figures of the range: 0.1 + 0.2 should read 0.3, and 0 should be 0.
    decimals = 12 - math.ceil(math.log10(max(abs(low), abs(high))))
    levels = [round(float(level), decimals) + 0.0 for level in np.linspace(low, high, steps)]
    if not whole:
        return tuple(levels)
    numbers = [round(level) for level in levels]
    if len(set(numbers)) < steps:
        raise refuse("has more steps than whole numbers")
    return tuple(numbers)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and bool(np.isfinite(value))


def _listed_rows(file: ExperimentFile) -> tuple[list[str], list[Row]]:
    """Return the design points listed one by one."""
    problems: list[Problem] = []
    if not file.settings.rows:
        problems.append(file.refuse(("rows",), "must list at least one design point as [[rows]]"))
    if file.settings.factors:
        message = "cannot be used in a design of kind 'rows'; put the values into [[rows]]"
        problems.append(file.refuse(("factors",), message))
    if file.settings.design.points is not None:
        message = "has no use in a design of kind 'rows', which has as many points as rows"
        problems.append(file.refuse(("design", "points"), message, file.settings.design.points))
    names: dict[str, None] = {}
    labels: set[str] = set()
    found: list[Row] = []
    for place, table in enumerate(file.settings.rows):
        row, label = {key: value for key, value in table.items() if key != ROW_LABEL}, table.get(ROW_LABEL)
        path = ("rows", str(place))
        if label is not None and (not isinstance(label, str) or not label or label in labels):
            problems.append(file.refuse((*path, ROW_LABEL), "must be text, and another for each row", label))
            continue
        labels.add(label or "")
        given = [(".".join(inner[2:]), value, inner) for inner, value in leaves(row, lambda _: False, path)]
        names.update(dict.fromkeys(name for name, _value, _path in given))
        origins = {name: file.layer.place(inner) for name, _value, inner in given}
        found.append(Row({name: value for name, value, _path in given}, origins, label))
    if problems:
        raise ScenarioError(problems)
    return list(names), found


def leaves(tree: Mapping[str, Any], is_leaf: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """Yield what nested tables hold, by path; a table that ``is_leaf`` is not looked into.

    A key in quotes may hold a whole dotted name.
    """
    for key, value in tree.items():
        inner = (*path, str(key))
        if isinstance(value, Mapping) and not is_leaf(value):
            yield from leaves(value, is_leaf, inner)
        else:
            yield inner, value
