"""Councils' fees and money as they returned them, for a market that opens in the years of the returns.

The fees of 2009/10 to 2014/15 are taken as they were, and budgets are what those fees and the returned volumes come to.
Eligibility stays the model's own decision: it has to bring the people funded to what the money buys. After the last
return the paths of real spending and prices take the budget on, and councils set fees by their own rule again.
"""

from typing import TYPE_CHECKING, Final

import numpy as np

from resilience.market.calendar import PRICE_BASE_YEAR, level, price_index, wage_floor
from resilience.state.codes import HOME_CARE, N_TYPES, NURSING, RESIDENTIAL, YOUNGER_ADULTS
from resilience.state.columns import Floats
from resilience.state.market_state import MarketState

if TYPE_CHECKING:
    from resilience.region.returns import CouncilReturns

_NAMES: Final = {RESIDENTIAL: "residential", NURSING: "nursing", HOME_CARE: "home_care"}


def fees(state: MarketState, year: int) -> Floats:
    """Return the fees of a financial year as returned, GBP a week or an hour, councils x kinds of care.

    Younger adults' homes are not in the returns: their fee of 2016 is put back by the growth of the wage floor to the
    first year (assumption) and then moves with the fee of residential homes.
    """
    returns, first = _returns(state), state.scenario.first_year
    paths = state.scenario.paths
    fee = np.empty((state.n_councils, N_TYPES))
    for care_type, name in _NAMES.items():
        fee[:, care_type] = returns.fee[name][returns.row(year)]
    start = wage_floor(paths, first) / wage_floor(paths, PRICE_BASE_YEAR)
    growth = returns.fee["residential"][returns.row(year)] / returns.fee["residential"][returns.row(first)]
    fee[:, YOUNGER_ADULTS] = state.scenario.councils.younger_adults_fee * start * growth
    return fee


def funding(state: MarketState) -> Floats:
    """Return each council's money for care over that of the first year, in money of the day.

    What shocks do to funding comes on top, as without returns.
    """
    now, paths, first = state.conditions, state.scenario.paths, state.scenario.first_year
    spent = spend(state, now.year) / spend(state, first)
    last = min(int(_returns(state).years[-1]), now.year)
    since_last = level(paths.real_spend, now.year) / level(paths.real_spend, last) * price_index(paths, last, now.year)
    shocked = now.real_funding * level(paths.real_spend, first) / level(paths.real_spend, now.year)
    return np.asarray(spent * since_last * shocked)


def spend(state: MarketState, year: int) -> Floats:
    """Return what the people funded at the start, moved by the returned volumes, cost at a year's fees, GBP a week."""
    returns, councils = _returns(state), state.councils
    volume = np.ones((state.n_councils, N_TYPES))
    for care_type, name in _NAMES.items():
        path = returns.volume[name]
        volume[:, care_type] = path[returns.row(year)] / path[returns.row(state.scenario.first_year)]
    unit = np.array([1.0, 1.0, 1.0, state.coefficients.hours_per_person[HOME_CARE]])
    return np.asarray((councils.funded_start * unit * volume * fees(state, year)).sum(axis=1))


def _returns(state: MarketState) -> "CouncilReturns":
    if state.returns is None:
        raise ValueError("councils do not follow their returns in this scenario")
    return state.returns
