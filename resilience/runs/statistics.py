"""What many runs say together: means, intervals, the tail, and differences between runs that share a seed.

Two intervals are kept apart everywhere. ``low`` to ``high`` is the range of the runs: the 5th to the 95th percentile,
what one future might bring. ``mean_low`` to ``mean_high`` is the 90% interval of the mean: how well this many runs
pin the mean down. A single run has neither; they are then NaN.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtrit

from resilience.measures.catalogue import HEADLINE, MEASURES, TAIL, Measure

Numbers = npt.NDArray[np.float64]

LOW, HIGH = 0.05, 0.95
"""Ends of every interval shown: 90% lies between them."""

TAIL_PERCENT = 5
"""Share of the runs, in percent, that make the tail; the measure's definition."""

TAIL_SOURCE = "care_hours_lost"
"""The measure whose worst runs make the tail."""

RESAMPLES = 1000
"""Bootstrap resamples behind the interval of a tail mean."""

NOWHERE = (float("nan"), float("nan"))


def ordered_measures(names: Iterable[str]) -> list[str]:
    """Return measure names with the headline first, then the catalogue's order, then any others by name."""
    order = {name: place for place, name in enumerate(dict.fromkeys((*HEADLINE, TAIL.name, *MEASURES)))}
    return sorted(names, key=lambda name: (order.get(name, len(order)), name))


def measure_of(name: str) -> Measure:
    """Return the declaration of a measure; a bare one for a name the catalogue does not know."""
    if name == TAIL.name:
        return TAIL
    return MEASURES.get(name) or Measure(name, name.replace("_", " ").capitalize(), "", "")


def range_of_runs(values: Numbers) -> tuple[float, float]:
    """Return the 5th and 95th percentile of the runs (linear between neighbours), or NaN for fewer than two."""
    if values.size < 2:
        return NOWHERE
    low, high = np.quantile(values, [LOW, HIGH])
    return float(low), float(high)


def interval_of_mean(values: Numbers) -> tuple[float, float]:
    """Return the 90% interval of the mean by Student's t, or NaN for fewer than two values."""
    if values.size < 2:
        return NOWHERE
    half = float(stdtrit(values.size - 1, HIGH)) * float(values.std(ddof=1)) / float(np.sqrt(values.size))
    mean = float(values.mean())
    return mean - half, mean + half


def tail_size(runs: int) -> int:
    """Return how many runs make the worst 5%: rounded up, so at least one (of 20 runs 1, of 100 runs 5)."""
    return -(-runs * TAIL_PERCENT // 100)


def tail_mean(values: Numbers) -> float:
    """Return the mean of the largest 5% of values (expected shortfall); NaN when there are none."""
    return float(_worst(values).mean()) if values.size else float("nan")


def _worst(values: Numbers) -> Numbers:
    return np.sort(values)[values.size - tail_size(values.size) :]


def resampled(count: int) -> npt.NDArray[np.intp]:
    """Return the rows of each bootstrap resample, the same on every call."""
    return np.random.default_rng(20160401).integers(0, count, (RESAMPLES, count))


def _tail_means(values: Numbers) -> Numbers:
    """Return the tail mean along the last axis."""
    count = values.shape[-1]
    worst = np.sort(values, axis=-1)[..., count - tail_size(count) :]
    return np.asarray(worst.mean(axis=-1), dtype=np.float64)


def interval_of_tail(values: Numbers) -> tuple[float, float]:
    """Return a 90% bootstrap interval of the tail mean, or NaN for fewer than two values."""
    if values.size < 2:
        return NOWHERE
    low, high = np.quantile(_tail_means(values[resampled(values.size)]), [LOW, HIGH])
    return float(low), float(high)


def summary(runs: pd.DataFrame, measures: Sequence[str]) -> pd.DataFrame:
    """Return one row per measure over the runs of one scenario.

    Columns: ``measure``, ``label``, ``unit``, ``mean``, ``low``, ``high`` (5th to 95th percentile of the runs),
    ``mean_low``, ``mean_high`` (90% interval of the mean) and ``n``, the number of runs behind the row. The row
    ``tail_hours_lost`` has the mean of the worst 5% of runs by care hours lost; its ``n`` counts those runs, its
    ``low`` to ``high`` is their range and its ``mean_low`` to ``mean_high`` a bootstrap interval.
    """
    rows = []
    for name in ordered_measures({*measures, TAIL.name} if TAIL_SOURCE in measures else measures):
        if name == TAIL.name:
            values = _present(runs[TAIL_SOURCE])
            rows.append(_row(name, _worst(values), interval_of_tail(values)))
        else:
            values = _present(runs[name])
            rows.append(_row(name, values, interval_of_mean(values)))
    return pd.DataFrame(rows, columns=SUMMARY_COLUMNS)


SUMMARY_COLUMNS = ["measure", "label", "unit", "mean", "low", "high", "mean_low", "mean_high", "n"]


def _present(column: "pd.Series[float]") -> Numbers:
    """Return the finite values of a column of runs."""
    values: Numbers = np.asarray(column, dtype=np.float64)
    return values[np.isfinite(values)]


def _row(name: str, values: Numbers, mean_interval: tuple[float, float]) -> tuple[object, ...]:
    measure = measure_of(name)
    mean = float(values.mean()) if values.size else float("nan")
    return name, measure.label, measure.unit, mean, *range_of_runs(values), *mean_interval, values.size


DIFFERENCE_COLUMNS = [
    "scenario", "measure", "label", "unit", "base_mean", "mean", "difference", "low", "high", "range_low", "range_high",
    "relative_change", "worse_share", "n", "more_seeds",
]  # fmt: skip

PRECISION = 0.1
"""How closely a difference is to be known, as a share of it: by default to a tenth."""

MOST_SEEDS = 1_000_000
"""More seeds than this are not asked for: the difference is then too small to be known so closely."""


def differences(
    base: pd.DataFrame, other: pd.DataFrame, label: str, measures: Sequence[str], precision: float = PRECISION
) -> pd.DataFrame:
    """Return other minus base, one row per measure, from runs paired by seed.

    ``base`` and ``other`` have a ``seed`` column; seeds that only one of them has are left out. Columns:

    - ``scenario`` (the other's label), ``measure``, ``label``, ``unit``, ``base_mean``, ``mean`` (the other's);
    - ``difference``, with ``low`` and ``high``, the 90% t-interval of the mean difference;
    - ``range_low``, ``range_high``: the 5th to 95th percentile of the differences over seeds;
    - ``relative_change``: the difference over the base's mean, NaN when that is 0;
    - ``worse_share``: share of seeds in which the other is worse, NaN for a measure with no bad direction;
    - ``n``: the number of pairs;
    - ``more_seeds``: how many more, at the spread seen so far, bring half the interval's width down to ``precision``
      times the difference; 0 where it is there already, NaN where no reasonable number would do (see ``more_seeds``).

    The tail's difference has a paired bootstrap interval, and neither range nor share.
    """
    both = base.merge(other, on="seed", suffixes=("", "\0other"), validate="one_to_one")
    rows = []
    for name in ordered_measures({*measures, TAIL.name} if TAIL_SOURCE in measures else measures):
        source = TAIL_SOURCE if name == TAIL.name else name
        first, second = (np.asarray(both[column], dtype=np.float64) for column in (source, f"{source}\0other"))
        known = np.isfinite(first) & np.isfinite(second)
        first, second = first[known], second[known]
        rows.append((label, *(_tail_row if name == TAIL.name else _difference_row)(name, first, second, precision)))
    return pd.DataFrame(rows, columns=DIFFERENCE_COLUMNS)


def more_seeds(change: Numbers, precision: float = PRECISION) -> float:
    """Return how many more pairs bring the 90% t-interval of the mean change to plus or minus ``precision`` of it.

    ``change`` holds the change of each pair so far; their standard deviation is taken to stay. NaN for fewer than two
    pairs, and where more than a million would be needed, as for a change of about nothing.
    """
    if change.size < 2:
        return float("nan")
    deviation, wanted = float(change.std(ddof=1)), precision * abs(float(change.mean()))
    if deviation == 0:
        return 0.0

    def enough(pairs: int) -> bool:
        return float(stdtrit(pairs - 1, HIGH)) * deviation <= wanted * float(np.sqrt(pairs))

    if not enough(MOST_SEEDS):
        return float("nan")
    low, high = 1, MOST_SEEDS  # the smallest number that is enough lies above low and not above high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return float(max(high - change.size, 0))


def more_seeds_for_tail(change: float, low: float, high: float, pairs: int, precision: float = PRECISION) -> float:
    """Return the same for the tail, whose interval is taken to narrow with the square root of the pairs."""
    half = (high - low) / 2
    if not np.isfinite(half):
        return float("nan")
    if half <= precision * abs(change):
        return 0.0
    needed = float(np.ceil(pairs * (half / (precision * abs(change))) ** 2)) if change else float("inf")
    return needed - pairs if needed <= MOST_SEEDS else float("nan")


def _difference_row(name: str, first: Numbers, second: Numbers, precision: float) -> tuple[object, ...]:
    measure, change = measure_of(name), second - first
    if not change.size:
        return name, measure.label, measure.unit, *[float("nan")] * 9, 0, float("nan")
    sign: Mapping[str, float] = {"worse": 1.0, "better": -1.0}
    worse = float((change * sign[measure.higher_is] > 0).mean()) if measure.higher_is in sign else float("nan")
    means = float(first.mean()), float(second.mean()), float(change.mean())
    return (
        name, measure.label, measure.unit, *means, *interval_of_mean(change), *range_of_runs(change),
        _relative(means[2], means[0]), worse, change.size, more_seeds(change, precision),
    )  # fmt: skip


def tail_difference(first: Numbers, second: Numbers) -> tuple[float, float, float]:
    """Return the change of the tail mean between paired runs and its paired 90% bootstrap interval."""
    change = tail_mean(second) - tail_mean(first)
    if first.size < 2:
        return change, *NOWHERE
    rows = resampled(first.size)
    low, high = np.quantile(_tail_means(second[rows]) - _tail_means(first[rows]), [LOW, HIGH])
    return change, float(low), float(high)


def _tail_row(name: str, first: Numbers, second: Numbers, precision: float) -> tuple[object, ...]:
    measure = measure_of(name)
    if not first.size:
        return name, measure.label, measure.unit, *[float("nan")] * 9, 0, float("nan")
    before, after = tail_mean(first), tail_mean(second)
    change, low, high = tail_difference(first, second)
    return (
        name, measure.label, measure.unit, before, after, change, low, high, *NOWHERE, _relative(change, before),
        float("nan"), first.size, more_seeds_for_tail(change, low, high, first.size, precision),
    )  # fmt: skip


def _relative(change: float, base: float) -> float:
    return change / base if base else float("nan")
