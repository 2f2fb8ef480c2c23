"""A scenario: everything that decides a run except the seed. Frozen; change it by making another."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, SerializeAsAny, ValidationError, model_validator
from pydantic import ModelWrapValidatorHandler as Handler
from pydantic_core import InitErrorDetails, PydanticCustomError

from resilience.scenario.declare import Component, Section, must_be_month
from resilience.scenario.describe import ParameterInfo, parameters_of
from resilience.scenario.errors import Problem, ScenarioError, nearest
from resilience.scenario.files import locate_files, missing_files, with_fingerprints
from resilience.scenario.frozen import FrozenDict
from resilience.scenario.layers import Layer, Origin, lay_over, layer_of, plain
from resilience.scenario.mistakes import problems_in
from resilience.scenario.months import financial_year, is_month, month_date, month_number, month_text
from resilience.scenario.parameters import Parameters
from resilience.scenario.registry import FAMILIES, NAME_PATTERN, SINGULAR, Family, base_class, kinds

if TYPE_CHECKING:
    from resilience.policies.base import Policy
    from resilience.shocks.base import Shock
else:
    Policy = Shock = Component

LONGEST_RUN_MONTHS = 600
REGION_NAMES = (
    "england",
    "east-midlands",
    "east-of-england",
    "london",
    "north-east",
    "north-west",
    "south-east",
    "south-west",
    "west-midlands",
    "yorkshire-and-the-humber",
)


def _known_region(value: Any) -> Any:
    if not isinstance(value, str) or value.endswith(".csv"):
        return value
    name = value.strip().lower().replace(" ", "-")
    if name in REGION_NAMES:
        return name
    raise PydanticCustomError("unknown_name", "unknown region", {"candidates": list(REGION_NAMES)})


def _named_tables(value: Any) -> Any:
    """Switch components on and off by true and false, and let `kind` default to the table's name."""
    if not isinstance(value, Mapping):
        return value
    bad = [str(name) for name in value if not re.fullmatch(NAME_PATTERN, str(name))]
    if bad:
        kind = PydanticCustomError("bad_name", "must be named with letters, digits, - and _ only")
        details = [InitErrorDetails(type=kind, loc=(name,), input=None) for name in bad]
        raise ValidationError.from_exception_data("components", details)
    tables = {name: {} if table is True else table for name, table in sorted(value.items()) if table is not False}
    return {name: {"kind": name, **table} if isinstance(table, Mapping) else table for name, table in tables.items()}


def _component_of(family: Family) -> Any:
    def build(value: Any) -> Component:
        known = kinds(family)
        if isinstance(value, Component):
            if not isinstance(value, base_class(family)):
                raise PydanticCustomError("not_a_table", f"must be a {SINGULAR[family]}")
            return value
        if not isinstance(value, Mapping):
            raise PydanticCustomError("not_a_table", "must be a table, or true or false to switch it on or off")
        kind = value["kind"]
        if not isinstance(kind, str) or kind not in known:
            message = f"unknown kind of {SINGULAR[family]}"
            raise PydanticCustomError("unknown_kind", message, {"kind": kind, "candidates": list(known)})
        return known[kind].model_validate({name: part for name, part in value.items() if name != "kind"})

    return BeforeValidator(build)


def _component_names(components: dict[str, Component]) -> dict[str, Component]:
    return FrozenDict(components)


class Scenario(Parameters):
    """A region, a period, every parameter, and the shocks and policies that happen.

    Build one with `load` (from a file), `Scenario.from_dict` or the constructor; the first two raise
    `ScenarioError`, the constructor pydantic's ValidationError. Shocks and policies are kept in the order of
    their names, whatever the order given.
    """

    name: str = Field("scenario", description="A short name, used in tables and charts.")
    description: str = Field("", description="What the scenario is about, in a sentence or two.")
    region: Annotated[str, BeforeValidator(_known_region)] = Field(
        description="A region of England, 'england', or the path of a csv file of councils."
    )
    start: Annotated[str, BeforeValidator(must_be_month)] = Field(description="The first month, written YYYY-MM.")
    months: int = Field(
        ge=1,
        le=LONGEST_RUN_MONTHS,
        description="How many months to run.",
        json_schema_extra={"unit": "months", "low": 1, "high": LONGEST_RUN_MONTHS},
    )
    shocks: Annotated[
        dict[str, Annotated[SerializeAsAny[Shock], _component_of("shocks")]],
        BeforeValidator(_named_tables),
        AfterValidator(_component_names),
    ] = Field({}, description="What happens to the market from outside, by name.")
    policies: Annotated[
        dict[str, Annotated[SerializeAsAny[Policy], _component_of("policies")]],
        BeforeValidator(_named_tables),
        AfterValidator(_component_names),
    ] = Field({}, description="What councils or government decide to do, by name.")

    @model_validator(mode="wrap")
    @classmethod
    def _check_timing_too(cls, data: Any, handler: Handler[Self]) -> Self:
        """Report starts outside the run together with every other mistake."""
        late = _starts_outside_the_run(data) if isinstance(data, Mapping) else []
        try:
            scenario = handler(data)
        except ValidationError as error:
            raise ValidationError.from_exception_data(cls.__name__, [*_details(error), *late]) from None
        if late:
            raise ValidationError.from_exception_data(cls.__name__, late)
        return scenario

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any], *, origin: str = "scenario") -> Self:
        """A scenario from nested tables, such as `resolved()` gives. Raises ScenarioError."""
        return cls.from_layer(Layer(plain(settings), {}, Origin(origin)))

    @classmethod
    def from_layer(cls, layer: Layer, problems: Sequence[Problem] = ()) -> Self:
        """A scenario from settings that remember where they were given.

        Raises ScenarioError with every mistake found and the `problems` known already, by file, line and name.
        """
        try:
            scenario = cls.model_validate(layer.values)
        except ValidationError as error:
            problems = [*problems, *problems_in(error, cls, layer)]
        if problems:
            raise ScenarioError(sorted(problems, key=lambda problem: (problem.file, problem.line or 0, problem.key)))
        return scenario

    def with_values(self, values: Mapping[str, Any], *, origin: str = "keyword") -> Self:
        """Another scenario in which the settings with these dotted names have these values.

        A shock or policy that is not there yet is added; False for one takes it away. Messages name `origin`
        in place of a file. Raises ScenarioError.
        """
        base = Layer(self.resolved(), {}, Origin(origin))
        over = locate_files(layer_of(values, Origin(origin)), Path.cwd())
        return self.from_layer(lay_over(base, over), missing_files(over))

    def get(self, name: str) -> Any:
        """The value of the setting with this dotted name. Raises ScenarioError when there is none."""
        value: Any = self
        done: list[str] = []
        for part in name.split("."):
            names = _names_within(value)
            if part not in names:
                key = ".".join([*done, part])
                raise ScenarioError([Problem("", None, key, None, "unknown setting", suggestion=nearest(part, names))])
            value = value[_as_key(value, part)] if isinstance(value, Mapping) else getattr(value, part)
            done.append(part)
        return value

    def parameters(self) -> list[ParameterInfo]:
        """Every parameter, those of the shocks and policies present included, in the order declared."""
        return parameters_of(self)

    def resolved(self) -> dict[str, Any]:
        """Every setting, defaults filled in, as nested tables that TOML and JSON can hold.

        The start of a component that begins with the run is left out, for TOML has no way to say "none".
        """
        table: dict[str, Any] = plain(self)
        first = ("name", "description", "region", "start", "months")
        return {name: table[name] for name in first} | table

    @property
    def hash(self) -> str:
        """SHA-256 (hex) of all that decides a run: the resolved settings without name and description.

        The same on every machine and in every process. A setting that names a file counts by the file's text.
        """
        settings = self.resolved()
        del settings["name"], settings["description"]
        return hashlib.sha256(_canonical(with_fingerprints(settings)).encode()).hexdigest()

    def __hash__(self) -> int:
        return int(self.hash[:15], 16)

    @property
    def first_year(self) -> int:
        """The financial year in which the run starts, by the calendar year of its April."""
        return financial_year(month_number(self.start))

    def month_date(self, month_index: int) -> datetime.date:
        """The first day of a month of the run, counted from 0."""
        return month_date(month_number(self.start) + month_index)

    def financial_year(self, month_index: int) -> int:
        """The financial year of a month of the run (counted from 0), by the calendar year of its April."""
        return financial_year(month_number(self.start) + month_index)


def _details(error: ValidationError) -> list[InitErrorDetails]:
    """The mistakes of one validation, ready to be raised again together with others."""
    return [
        InitErrorDetails(
            type=PydanticCustomError(mistake["type"], mistake["msg"], mistake.get("ctx")),
            loc=mistake["loc"],
            input=mistake["input"],
        )
        for mistake in error.errors(include_url=False)
    ]


def _starts_outside_the_run(data: Mapping[str, Any]) -> list[InitErrorDetails]:
    """Components that would start before the first month or after the last; none where the dates are bad."""
    start, months = data.get("start"), data.get("months")
    if not is_month(start) or type(months) is not int or not 1 <= months <= LONGEST_RUN_MONTHS:
        return []
    first = month_number(str(start))
    last = first + months - 1
    allowed = f"{month_text(first)} to {month_text(last)}"
    mistakes: list[InitErrorDetails] = []
    for family in FAMILIES:
        tables = data.get(family)
        for name, table in tables.items() if isinstance(tables, Mapping) else ():
            begins = table.get("start") if isinstance(table, Mapping) else getattr(table, "start", None)
            if is_month(begins) and not first <= month_number(str(begins)) <= last:
                kind = PydanticCustomError("outside_run", "lies outside the run", {"allowed": allowed})
                mistakes.append(InitErrorDetails(type=kind, loc=(family, name, "start"), input=begins))
    return mistakes


def _names_within(value: Any) -> list[str]:
    if isinstance(value, Section):
        names = list(type(value).model_fields)
        return ["kind", *names] if isinstance(value, Component) else names
    return [str(name) for name in value] if isinstance(value, Mapping) else []


def _as_key(mapping: Mapping[Any, Any], part: str) -> Any:
    return next(key for key in mapping if str(key) == part)


def _canonical(settings: Any) -> str:
    """One text for the same settings: keys sorted, floats in their shortest exact form, no minus zero."""
    return json.dumps(_without_minus_zero(settings), sort_keys=True, separators=(",", ":"), allow_nan=False)


def _without_minus_zero(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_minus_zero(part) for name, part in value.items()}
    return 0.0 if isinstance(value, float) and value == 0 else value
