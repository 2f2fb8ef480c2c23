"""What the outside world and the policies set for one month."""

from dataclasses import dataclass, field

import numpy as np

from resilience.state.columns import Floats


@dataclass(slots=True)
class Conditions:
    """The environment of one month, rebuilt every month from the paths and then changed by shocks and policies.

    Shocks and policies change these fields and nothing else, so they combine freely and stop when they end.
    """

    month: int
    year: int
    is_april: bool
    wage_floor: float
    """GBP an hour."""
    wage_floor_planned: float
    """GBP an hour on the path without shocks: what like jobs outside care follow first."""
    on_cost: float
    """Share of pay."""
    inflation: float
    """Rise in consumer prices this financial year, a share."""
    price_index: float
    """General prices over those of the first year."""
    cost_index: float
    """Other running costs over 2016 prices."""
    real_funding: float
    """Councils' real spending power over that of the first year."""
    funded_nursing_care: float
    """GBP a week for each nursing resident."""
    bank_rate_change: float
    """Bank Rate less that of the first year, share a year."""
    need_factor: Floats
    """Number of people newly needing care over that at the start, by kind of care."""
    payer_factor: Floats = field(default_factory=lambda: np.ones(3))
    """Factor on newly arriving need by payer: council, self-funder, NHS."""
    fee_uplift: float = 0.0
    """Extra fee uplift this April, a share."""
    recruits_factor: float = 1.0
    """Factor on the people from outside who start looking for care work."""
    previous_wage_floor: float = 0.0
    """GBP an hour a year earlier."""
    catalyst: Floats = field(default_factory=lambda: np.zeros(0))
    """Reach of a catalyst programme by council, 0 to 1."""
    programme_cost: Floats = field(default_factory=lambda: np.zeros(0))
    """Cost of policies this month by council, GBP."""
