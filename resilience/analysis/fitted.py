"""Statistics that targets are stated in and that no measure of the model gives directly: pure functions of arrays."""

import numpy as np
from scipy.optimize import minimize

from resilience.state.columns import Flags, Floats, Ints

PRIVATE_FROM, PUBLIC_UP_TO = 0.60, 0.25
"""Self-funders' share of residents from which a home counts as private, and up to which as council-funded.

Knight Frank compares such homes (E03-026) without saying where it draws the lines: assumption.
"""


def closure_elasticity(beds: Floats, years: Floats, closed: Flags) -> float:
    """Return how the yearly hazard of closure changes with size: the slope of a Poisson regression on log beds.

    ``years`` is how long each home was watched, until it closed or the run ended; its log is the offset, so the slope
    is that of log hazard on log beds (-0.4: twice the beds, a quarter less). NaN without closures or with one size.
    """
    size = np.log(beds) - np.log(beds).mean() if beds.size else beds
    if not closed.any() or np.ptp(size) == 0.0:
        return float("nan")
    events = closed.astype(np.float64)

    def loss(line: Floats) -> tuple[float, Floats]:
        expected = years * np.exp(line[0] + line[1] * size)
        gap = expected - events
        value = float((expected - events * (line[0] + line[1] * size)).sum()) / beds.size
        return value, np.array([gap.sum(), (gap * size).sum()]) / beds.size

    start = np.array([np.log(events.sum() / years.sum()), 0.0])
    return float(minimize(loss, start, jac=True, method="BFGS").x[1])


def yearly_growth(first: float, last: float, months: int) -> float:
    """Return the continuous growth a year from one stock to another ``months`` later; NaN where there is none."""
    if first <= 0.0 or last <= 0.0 or months <= 0:
        return float("nan")
    return float(np.log(last / first) * 12.0 / months)


def share(part: float, whole: float) -> float:
    """Return a part over a whole, NaN where the whole is nothing."""
    return float(part / whole) if whole > 0.0 else float("nan")


def top_shares(owner: Ints, beds: Floats, counts: tuple[int, ...], total: float) -> list[float]:
    """Return the share of ``total`` beds that the largest owners hold, for each count of owners; one row a home."""
    held = np.sort(np.bincount(owner, weights=beds))[::-1]
    return [float(held[:count].sum() / total) for count in counts]


def real_change(spend: Floats, prices: Floats) -> float:
    """Return the change of spending between the first and the last whole year in real terms; months and their prices.

    Both are given by month from an April on; NaN for less than two years.
    """
    years = spend.size // 12
    if years < 2:
        return float("nan")
    real = (spend / prices)[: 12 * years].reshape(years, 12).sum(axis=1)
    return float(real[-1] / real[0] - 1.0)
