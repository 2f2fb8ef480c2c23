"""How soon interrupted hours are re-placed, read from month-end queues.

The model places people once a month, so days within a month are read as follows (assumptions, stated in
docs/stress.md): people re-placed at once start again evenly spread between no days and twice the mean lag of their kind
of care; people re-placed in the course of a month are spread evenly over it. Of those who wait, people leave care (most
of them die) at the later-phase rate of their kind of care; they count neither as re-placed nor as waiting.
"""

from dataclasses import dataclass

import numpy as np

from resilience.state.codes import DAYS_PER_MONTH
from resilience.state.columns import Floats

RECOVERED = 0.95
"""Share of the interrupted hours that must wait no longer for the market to count as recovered."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """The fate of interrupted hours day by day; ``days`` from 0 on, the shares of the interrupted hours."""

    days: Floats
    replaced: Floats
    left: Floats

    def replaced_after(self, day: float) -> float:
        """Return the share of the interrupted hours re-placed by a day; NaN beyond the days followed."""
        return float(np.interp(day, self.days, self.replaced, right=np.nan))

    @property
    def weeks(self) -> float:
        """Return the weeks until 95% of the hours wait no longer; NaN if that lies beyond the days followed."""
        settled = np.flatnonzero(self.replaced + self.left >= RECOVERED - 1e-12)
        return float(self.days[settled[0]] / 7.0) if settled.size else float("nan")


def recovery(interrupted: Floats, waiting: Floats, lag_days: Floats, leave: Floats) -> Recovery:
    """Return the course of re-placement.

    ``interrupted`` are weekly hours by kind of care, ``waiting`` those still waiting at each month's end (months + 1,
    kinds of care; the first after the search on the day itself), ``lag_days`` the mean days without care of those
    re-placed at once and ``leave`` the monthly probability of leaving care, both by kind of care.
    """
    total = float(interrupted.sum())
    months = len(waiting) - 1
    days = np.arange(int(months * DAYS_PER_MONTH) + 1, dtype=np.float64)
    if total <= 0.0:
        return Recovery(days, np.ones_like(days), np.zeros_like(days))
    queue = _only_falling(interrupted, waiting)
    left = np.minimum(queue[:-1] * leave, queue[:-1] - queue[1:])
    placed = queue[:-1] - queue[1:] - left
    month_ends = np.arange(months + 1) * DAYS_PER_MONTH
    later = np.interp(days, month_ends, np.concatenate([[0.0], placed.sum(axis=1).cumsum()]))
    gone = np.interp(days, month_ends, np.concatenate([[0.0], left.sum(axis=1).cumsum()]))
    at_once = (interrupted - queue[0]) * np.clip(days[:, None] / np.maximum(2.0 * lag_days, 1e-9), 0.0, 1.0)
    return Recovery(days, (at_once.sum(axis=1) + later) / total, gone / total)


def _only_falling(interrupted: Floats, waiting: Floats) -> Floats:
    """Return the queues between nothing and what was interrupted, never rising: later closures are not this one's."""
    queue = np.clip(waiting, 0.0, interrupted)
    return np.asarray(np.minimum.accumulate(queue, axis=0))
