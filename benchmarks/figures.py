"""One measured figure, with what was promised for it."""

from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Figure:
    """A figure of the benchmark: ``value`` in ``unit``; ``limit`` is what the project promises, if anything.

    ``better`` says on which side of the limit the figure should lie. ``yardsticks`` is the value over the yardstick
    measured beside it, for figures in seconds.
    """

    name: str
    label: str
    value: float
    unit: str
    limit: float | None = None
    better: Literal["less", "more"] = "less"
    yardsticks: float | None = None
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the figure keeps to its limit; None without one."""
        if self.limit is None:
            return None
        return self.value <= self.limit if self.better == "less" else self.value >= self.limit

    def as_row(self) -> dict[str, Any]:
        """Return the figure for a JSON file, rounded to what was measured."""
        row = {**asdict(self), "met": self.met}
        for name in ("value", "yardsticks"):
            if row[name] is not None:
                row[name] = float(f"{row[name]:.4g}")
        return {name: value for name, value in row.items() if value not in (None, "")}


def seconds(
    name: str, label: str, value: float, yardstick: float, limit: float | None = None, note: str = ""
) -> Figure:
    """Return a figure in seconds."""
    return Figure(name, label, value, "s", limit, "less", value / yardstick, note)
