"""What the outside world and the policies set for one month."""

from dataclasses import dataclass, field

import numpy as np

from resilience.state.codes import N_TYPES
from resilience.state.columns import Floats
from resilience.state.policy_effects import PolicyEffects


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
    on_cost_rise: float
    """Rise of an hour's cost over the last year from employers' on-costs on their path without shocks, a share."""
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
    arrivals_factor: Floats = field(default_factory=lambda: np.ones(N_TYPES))
    """Factor on the people newly needing care, by kind of care, beyond the growth of the population."""
    council_pays_instead: float = 0.0
    """Share of newly arriving self-funders for whom the council pays from the first day."""
    new_savings_factor: float = 1.0
    """Factor on the savings, home included, of people who newly come to pay for a care home themselves."""
    leaving_factor: Floats = field(default_factory=lambda: np.ones(N_TYPES))
    """Factor on the hazard at which people in care leave it (mostly by death), by kind of care."""
    sickness: float = 0.0
    """Share of staff hours that are paid and not worked, beyond the usual sickness."""
    running_cost_factor: Floats = field(default_factory=lambda: np.ones(N_TYPES))
    """Factor on running costs other than staff and rent, by kind of care, beyond consumer prices."""
    cost_rise: Floats = field(default_factory=lambda: np.zeros(N_TYPES))
    """Rise of unit costs over the last year beyond the wage floor and prices, by kind of care, a share."""
    premium_loss: float = 0.0
    """Share of the self-funder premium over the council's fee that the market no longer bears this April."""
    grant_per_place: Floats = field(default_factory=lambda: np.zeros(N_TYPES))
    """Emergency grant to providers outside the council, by kind of care, GBP a week for each place."""
    forced_failures: dict[int, str] = field(default_factory=dict)
    """Rows of providers that stop trading this month because the scenario says so, and why."""
    fee_uplift: float = 0.0
    """Extra fee uplift this April, a share."""
    recruits_factor: float = 1.0
    """Factor on the people from outside who start looking for care work."""
    previous_wage_floor: float = 0.0
    """GBP an hour a year earlier."""
    catalyst: Floats = field(default_factory=lambda: np.zeros(0))
    """Reach of a catalyst programme by council: 1 with an even share of its money, more with more."""
    programme_cost: Floats = field(default_factory=lambda: np.zeros(0))
    """Cost of policies this month by council, GBP, whoever pays."""
    policies: PolicyEffects = field(default_factory=PolicyEffects)
    """What policies change this month, and who pays for them."""
