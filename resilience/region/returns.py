"""What councils returned as paid and bought from 2009/10 to 2014/15, made into believable yearly paths.

The returns (PSS EX1) carry reporting errors: a category moved, a decimal, a year left out. A council's path is
therefore the national path (the median price, the total volume) times the council's own level and trend over or under
it, both fitted by medians (Theil and Sen), not its single cells. In 2014/15 the return changed: fees of care homes can
still be compared, volumes and the hourly rate cannot and are carried on from 2013/14.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.region.tables import table

FIRST_YEAR, LAST_YEAR = 2009, 2014
_LAST_COMPARABLE = {"fee": 2014, "rate": 2013, "volume": 2013}
_SERIES = {
    "residential": ("residential_fee_gbp_week", "fee", "residential_weeks", 2009),
    "nursing": ("nursing_fee_gbp_week", "fee", "nursing_weeks", 2009),
    "home_care": ("home_care_fee_gbp_hour", "rate", "home_care_hours", 2010),  # many left hours out in 2009/10
}
_BELIEVABLE = 2.0
"""A cell beyond this factor from the year's median is taken for a reporting error."""
_STEEPEST = 0.05
"""Largest yearly drift of a council against the nation that is believed, log points."""


@dataclass(frozen=True, slots=True)
class CouncilReturns:
    """Yearly fees and volumes of some councils.

    ``years`` are the financial years by their first. By kind of care (residential, nursing, home_care; younger adults'
    homes are not in the returns) and of shape (years, councils): ``fee`` in GBP a week or an hour, ``volume`` over that
    of the first year.
    """

    years: NDArray[np.int64]
    fee: dict[str, NDArray[np.float64]]
    volume: dict[str, NDArray[np.float64]]

    def covers(self, year: int) -> bool:
        """Return whether the returns reach this financial year."""
        return bool(self.years[0] <= year <= self.years[-1])

    def row(self, year: int) -> int:
        """Return the row of a year; years after the last take the last. Raises ValueError for one before the first."""
        if year < self.years[0]:
            raise ValueError(f"the returns start in {self.years[0]}, not in {year}")
        return min(year, int(self.years[-1])) - int(self.years[0])


def returns_of(codes: list[str], noise: float) -> CouncilReturns:
    """Return the paths of these councils (by their number in the returns).

    ``noise`` (0 to 1) is the share of a council's distance from the others, in level and in trend, that is taken for
    noise and left out. A council without returns gets the national path.
    """
    years = np.arange(FIRST_YEAR, LAST_YEAR + 1)
    fee, volume = {}, {}
    for care_type, (price, kind, amount, first) in _SERIES.items():
        prices = _log(_paths(price, _LAST_COMPARABLE[kind], first))
        amounts = _volumes(amount, first)
        levels = amounts.sub(amounts[FIRST_YEAR], axis=0)
        fee[care_type] = _drawn_together(prices, codes, noise).to_numpy().T
        volume[care_type] = _drawn_together(levels, codes, noise).to_numpy().T
    return CouncilReturns(years, fee, volume)


def _drawn_together(logarithms: pd.DataFrame, codes: list[str], noise: float) -> pd.DataFrame:
    """Draw these councils' values of each year towards their median by ``noise``; return no logarithms.

    Councils without values take the median, and the nation's where none of them has any.
    """
    chosen = logarithms.reindex(codes)
    middle = chosen.median(axis=0).fillna(logarithms.median(axis=0))
    return _exp(middle + (1.0 - noise) * (chosen.fillna(middle) - middle))


def _log(values: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(np.log(values.to_numpy(np.float64)), index=values.index, columns=values.columns)


def _exp(values: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(np.exp(values.to_numpy(np.float64)), index=values.index, columns=values.columns)


@lru_cache(maxsize=8)
def _paths(price: str, last: int, first: int) -> pd.DataFrame:
    """Return believable prices, councils x years: the national median times each council's level and trend."""
    returns = table("returns")
    prices = returns.pivot(index="code", columns="year", values=price)
    middle = prices.median(axis=0)
    good = prices.where((prices > middle / _BELIEVABLE) & (prices < middle * _BELIEVABLE))
    logarithms = _log(good)
    return _exp(_fitted(logarithms, logarithms.median(axis=0), first, last))


@lru_cache(maxsize=4)
def _volumes(amount: str, first: int) -> pd.DataFrame:
    """Return log volumes, councils x years, the national total taken over councils that report every year."""
    returns = table("returns")
    amounts = returns.pivot(index="code", columns="year", values=amount)
    amounts = amounts.where(amounts > 0.0)
    complete = amounts.loc[:, first : _LAST_COMPARABLE["volume"]].dropna()
    national = complete.sum().map(math.log)
    return _fitted(_log(amounts), national, first, _LAST_COMPARABLE["volume"])


def _fitted(values: pd.DataFrame, national: pd.Series, first: int, last: int) -> pd.DataFrame:
    """Return log values of each council for all years: the national ones plus its own median level and trend.

    Before ``first`` and after ``last`` the nearest comparable year stands.
    """
    used = np.arange(first, last + 1)
    over = values[used].sub(national[used], axis=1)
    pairs = [(over[b] - over[a]) / (b - a) for a, b in combinations(used.tolist(), 2)]
    trend = pd.concat(pairs, axis=1).median(axis=1).clip(-_STEEPEST, _STEEPEST).fillna(0.0)
    middle = float(used.mean())
    level = over.sub(np.outer(trend, used - middle)).median(axis=1)
    years = np.clip(np.arange(FIRST_YEAR, LAST_YEAR + 1), first, last)
    fitted = level.to_numpy()[:, None] + np.outer(trend, years - middle) + national[years].to_numpy()
    return pd.DataFrame(fitted, index=values.index, columns=np.arange(FIRST_YEAR, LAST_YEAR + 1))
