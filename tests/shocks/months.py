"""The conditions of one month of the market of round numbers, with shocks."""

from typing import Any

from resilience.market import calendar
from resilience.state.conditions import Conditions
from tests.market.small import SmallMarket


def conditions_in(month: int, values: dict[str, Any], *, councils: int = 1) -> Conditions:
    """The month's conditions with every shock of the scenario applied; month 0 is April 2016 and paths are flat."""
    small = SmallMarket(councils, values=values, month=month)
    calendar.step(small.state)
    return small.state.conditions


def shock(kind: str, start: str = "2017-04", **values: Any) -> dict[str, Any]:
    """Settings that switch a shock on, by default from month 12."""
    return {f"shocks.{kind}.{name}": value for name, value in {"start": start, **values}.items()}
