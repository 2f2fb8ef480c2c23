"""Compiled forms of the month's bills and of what an hour of care earns and costs (see ``market/finance.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.state.columns import Floats, Ints


@kernel
def bills_of_self_funders(
    site: Ints,
    care_type: Ints,
    hours: Floats,
    income: Floats,
    savings: Floats,
    cover: Floats,
    price: Floats,
    market: Ints,
    cost_index: float,
    markets: int,
    home_care: int,
    weeks: float,
) -> Floats:
    """Return the month's bills in each market and take from savings what income leaves unpaid."""
    bills = np.zeros(markets)
    for person in range(site.size):
        row = site[person]
        if row < 0:
            continue
        units = hours[person] * cover[row] if care_type[person] == home_care else 1.0
        bill = units * price[row] * weeks
        savings[person] -= max(bill - income[person] * weeks * cost_index, 0.0)
        bills[market[row]] += bill
    return bills


@kernel
def components_per_hour(
    now: Floats,
    hours: Floats,
    revenue: Floats,
    wages: Floats,
    agency: Floats,
    rent: Floats,
    interest: Floats,
    investor_return: Floats,
    other: Floats,
) -> None:
    """Write what each site earned and paid for an hour of care into ``now``."""
    for row in range(hours.size):
        now[row, 0] = revenue[row] / hours[row]
        now[row, 1] = -wages[row] / hours[row]
        now[row, 2] = -agency[row] / hours[row]
        now[row, 4] = -rent[row] / hours[row]
        now[row, 5] = -interest[row] / hours[row]
        now[row, 6] = -investor_return[row] / hours[row]
        now[row, 7] = -other[row] / hours[row]
