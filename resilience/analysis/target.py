"""What a target is: a published figure, how far from it the model may be, and where in the results its value stands."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Status = Literal["PASS", "WARN", "FAIL", "NOT MEASURED"]


class Range(NamedTuple):
    """Two ends, both included."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Part:
    """One number of a target.

    measure: a measure or statistic of one run, by name; ``scale`` brings it to ``unit``.
    published: the published figure, or the range of them, in ``unit``.
    tolerance: how far outside the model's mean may lie, in ``unit``, or as a share of the figure if ``relative``.
    scenario: the label of the scenario in which it is measured; "england" is measured without a run.
    source: evidence ids. how: how the value is computed, in a sentence.
    """

    name: str
    measure: str
    published: float | Range
    tolerance: float
    unit: str
    source: str
    how: str
    scenario: str = "baseline"
    scale: float = 1.0
    relative: bool = False
    decimals: int = 1

    @property
    def figures(self) -> Range:
        """Return the published figure as a range; one figure is both its ends."""
        return self.published if isinstance(self.published, Range) else Range(self.published, self.published)

    @property
    def allowed(self) -> Range:
        """Return the range in which the mean may lie: the published range, widened by the tolerance at both ends."""
        low, high = self.figures
        if self.relative:
            return Range(low - abs(low) * self.tolerance, high + abs(high) * self.tolerance)
        return Range(low - self.tolerance, high + self.tolerance)

    @property
    def strict(self) -> Range:
        """Return the narrower reading: the middle of the published range, plus and minus the tolerance."""
        if self.tolerance == 0.0:
            return self.figures
        middle = sum(self.figures) / 2.0
        off = abs(middle) * self.tolerance if self.relative else self.tolerance
        return Range(middle - off, middle + off)

    def deviation(self, value: float) -> float:
        """Return how far a value is from the middle of what is allowed, 1 at its ends."""
        low, high = self.allowed
        return (value - (low + high) / 2.0) / ((high - low) / 2.0)


@dataclass(frozen=True, slots=True)
class Target:
    """A target of one or several parts; it is met when all are. ``note`` says what to know beside it."""

    name: str
    parts: tuple[Part, ...]
    note: str = ""


def status_of(mean: float, interval: tuple[float, float], allowed: Range) -> Status:
    """Return how a simulated mean and the 90% interval of it stand to what is allowed.

    PASS: mean and whole interval inside. WARN: the mean inside but the interval reaches out, or the mean outside but
    the interval reaches in. FAIL: mean and interval outside. One run, or a value without chance, has no interval (NaN):
    the mean alone decides. NOT MEASURED: there is no mean.
    """
    if mean != mean:
        return "NOT MEASURED"
    low, high = (mean if end != end else end for end in interval)
    inside = allowed.low <= mean <= allowed.high
    if inside:
        return "PASS" if allowed.low <= low and high <= allowed.high else "WARN"
    return "WARN" if low <= allowed.high and high >= allowed.low else "FAIL"


def worst(statuses: list[Status]) -> Status:
    """Return the status of a target from those of its parts: the worst; what is not measured is worse than a pass."""
    order: tuple[Status, ...] = ("FAIL", "WARN", "NOT MEASURED", "PASS")
    return min(statuses, key=order.index)
