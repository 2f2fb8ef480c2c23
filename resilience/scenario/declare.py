"""How a parameter is declared: once, with its unit, range, meaning, source and role.

Validation, help texts, sliders, sweep bounds, the JSON schema and the documentation are all read from here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from resilience.scenario.frozen import FrozenDict
from resilience.scenario.months import FIRST_YEAR, LAST_YEAR, MONTH_PATTERN, is_month, month_number

if TYPE_CHECKING:
    from resilience.scenario.scenario import Scenario

Role = Literal["lever", "uncertainty", "fixed"]
"""lever: somebody can decide it; uncertainty: nobody knows it well; fixed: a convention or on record."""

MONTH_MESSAGE = "must be a month written 'YYYY-MM', such as '2025-04'"
YEARS_MESSAGE = f"must lie between {FIRST_YEAR}-01 and {LAST_YEAR}-12"


def parameter(
    default: Any,
    *,
    unit: str,
    low: float | None = None,
    high: float | None = None,
    label: str,
    source: str,
    role: Role = "uncertainty",
) -> Any:
    """Declare one parameter of a `Section`.

    default: a number, true/false, text, or a path by year (a dict of financial-year start years to numbers).
    unit: unit and period, for instance "GBP/hour" or "per year"; "" where there is none.
    low, high: allowed range in that unit, ends included; for numbers and paths required, else absent.
    label: one plain sentence; it becomes the help text, the tooltip and the schema's description.
    source: an evidence id such as "E03-007", or "assumption".

    Raises ValueError when the declaration contradicts itself.
    """
    values = list(default.values()) if isinstance(default, Mapping) else [default]
    numeric = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    _check_declaration(values if numeric else [], low, high, numeric=numeric, label=label, source=source)
    extra: dict[str, Any] = {"unit": unit, "source": source, "role": role}
    if not numeric:
        return Field(default, description=label, json_schema_extra=extra)
    extra |= {"low": low, "high": high}
    if not isinstance(default, Mapping):
        return Field(default, ge=low, le=high, description=label, json_schema_extra=extra)
    return _path_by_year(dict(default), low, high, label, extra)


def _check_declaration(
    values: list[float], low: float | None, high: float | None, *, numeric: bool, label: str, source: str
) -> None:
    if not label.strip() or not source.strip():
        raise ValueError("a parameter needs a label and a source (an evidence id, or 'assumption')")
    if not numeric:
        if low is not None or high is not None:
            raise ValueError(f"only a number has a lowest and a highest value: {label}")
        return
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ValueError(f"a number needs a finite lowest and highest value, in that order: {label}")
    outside = [value for value in values if not low <= value <= high]
    if outside:
        raise ValueError(f"the default {outside[0]} lies outside {low} to {high}: {label}")


def _path_by_year(
    default: dict[int, float], low: float | None, high: float | None, label: str, extra: dict[str, Any]
) -> Any:
    """A field for a path by year: given years are laid over the default's, key by key."""

    def lay_over_default(given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        return default | _years(given)

    def within_range(path: dict[int, float]) -> dict[int, float]:
        mistakes: list[InitErrorDetails] = []
        for year, value in path.items():
            if low is not None and value < low:
                mistakes.append(InitErrorDetails(type="greater_than_equal", loc=(year,), input=value, ctx={"ge": low}))
            if high is not None and value > high:
                mistakes.append(InitErrorDetails(type="less_than_equal", loc=(year,), input=value, ctx={"le": high}))
        if mistakes:
            raise ValidationError.from_exception_data("path by year", mistakes)
        return FrozenDict(sorted(path.items()))

    schema = extra | {
        "propertyNames": {"pattern": "^[0-9]{4}$"},
        "additionalProperties": {"type": "number", "minimum": low, "maximum": high},
    }
    field = cast(FieldInfo, Field(default, description=label, json_schema_extra=schema))
    field.metadata.extend([BeforeValidator(lay_over_default), AfterValidator(within_range)])
    return field


def _years(given: Mapping[Any, Any]) -> dict[int, Any]:
    """The same path keyed by whole years; a key that is not a year is a mistake at that key."""
    years: dict[int, Any] = {}
    mistakes: list[InitErrorDetails] = []
    for key, value in given.items():
        text = str(key)
        if not (text.isascii() and text.isdigit() and FIRST_YEAR <= int(text) <= LAST_YEAR):
            message = "must be a year such as 2025, the one in which the financial year starts"
            mistakes.append(InitErrorDetails(type=PydanticCustomError("bad_year", message), loc=(text,), input=value))
        else:
            years[int(text)] = value
    if mistakes:
        raise ValidationError.from_exception_data("path by year", mistakes)
    return years


def must_be_month(value: Any) -> str:
    """The value when it is a month written "YYYY-MM"; otherwise a validation error."""
    if not is_month(value):
        written_well = isinstance(value, str) and re.fullmatch(MONTH_PATTERN, value)
        raise PydanticCustomError("bad_month", YEARS_MESSAGE if written_well else MONTH_MESSAGE)
    return str(value)


def _title(name: str, _info: Any) -> str:
    return name.replace("_", " ").capitalize()


class Section(BaseModel):
    """A group of parameters: one table of a scenario file. Frozen; unknown names are refused.

    Numbers are strict: neither true nor "8%" is a number, nor are infinity and NaN; an int does for a float.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        validate_default=True,
        field_title_generator=_title,
    )


class Component(Section):
    """A dated part of a scenario: a shock or a policy.

    `kind` names it in scenario files, `title` on pages, where those of one `group` stand together.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    group: ClassVar[str]

    start: str | None = parameter(
        None,
        unit="month",
        label="The month in which it begins, written YYYY-MM; the start of the run when not given.",
        source="assumption",
        role="lever",
    )

    @field_validator("start", mode="before")
    @classmethod
    def _start_is_a_month(cls, value: Any) -> str | None:
        return None if value is None else must_be_month(value)

    def start_index(self, scenario: Scenario) -> int:
        """The month of the run in which it begins, counted from 0."""
        return 0 if self.start is None else month_number(self.start) - month_number(scenario.start)

    def months_since_start(self, month_index: int, scenario: Scenario) -> int:
        """Whole months since it began, in month `month_index` of the run: 0 in its first, negative before."""
        return month_index - self.start_index(scenario)
