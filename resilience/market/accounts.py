"""What each site earns and costs in a month: revenue by payer, pay, agency, other costs, overhead and rent.

The rules stand here on plain columns and rates, so that they can also be compiled (``resilience/kernels/accounts.py``);
:mod:`resilience.market.finance` takes both from the market.
"""

from typing import NamedTuple

import numpy as np

from resilience.kernels import compiled_in
from resilience.state.codes import (
    CHAIN,
    COOPERATIVE,
    COUNCIL_SERVICE,
    HOME_CARE,
    MICRO_ENTERPRISE,
    NURSING,
    WEEKS_PER_MONTH,
)
from resilience.state.columns import Codes, Counts, Flags, Floats, Rows

ACCOUNTS = ("council", "self_funder", "nhs", "wages", "agency", "other", "fixed", "overhead", "rent")
"""What :func:`accounts_of_sites` returns, GBP a month; costs are positive."""
type Nine = tuple[Floats, Floats, Floats, Floats, Floats, Floats, Floats, Floats, Floats]
ROUNDING = 1e-6
"""GBP a month below which a surplus is rounding."""


class SiteColumns(NamedTuple):
    """What the accounts are drawn up from, by site but for ``scale``."""

    alive: Flags
    kind: Codes
    """Kind of the provider."""
    care_type: Codes
    council: Rows
    capacity: Counts
    council_people: Counts
    nhs_people: Counts
    self_funders: Counts
    self_funder_hours: Floats
    load: Floats
    """People in person-equivalents."""
    staff: Floats
    pay: Floats
    cover: Floats
    agency_hours: Floats
    efficiency: Floats
    rent: Floats
    price: Floats
    shock: Floats
    scale: Floats
    """Factor of size on the cost of running a site at all, kinds of care x capacities that there may be."""
    subsidy: Floats
    """What policies pay towards running costs, GBP a month."""


class Rates(NamedTuple):
    """Fees, prices and shares of the month; arrays run over kinds of care unless they say otherwise."""

    fee: Floats
    """Councils x kinds of care."""
    local_cost: Floats
    """Over councils."""
    pay_mix: Floats
    other_cost: Floats
    fixed_cost: Floats
    property_cost: Floats
    cost_factor: Floats
    grant_per_place: Floats
    hours_per_client: float
    funded_nursing_care: float
    direct_payment_rate: float
    nhs_price_ratio: float
    on_cost: float
    hours_per_worker: float
    agency_premium: float
    cost_index: float
    fixed_cost_micro: float
    in_house_extra: float
    overhead_chain: float
    overhead_other: float


class Constants(NamedTuple):
    """The model's codes and numbers, which a compiled form is given."""

    chain: int = CHAIN
    council_service: int = COUNCIL_SERVICE
    micro_enterprise: int = MICRO_ENTERPRISE
    nursing: int = NURSING
    home_care: int = HOME_CARE
    cooperative: int = COOPERATIVE
    weeks_per_month: float = WEEKS_PER_MONTH


class SiteAccounts(NamedTuple):
    """One month's accounts of every site, GBP; costs are positive."""

    council: Floats
    self_funder: Floats
    nhs: Floats
    wages: Floats
    agency: Floats
    other: Floats
    fixed: Floats
    overhead: Floats
    rent: Floats
    interest: Floats

    @property
    def revenue(self) -> Floats:
        """Revenue from all payers."""
        return self.council + self.self_funder + self.nhs

    @property
    def operating_surplus(self) -> Floats:
        """Revenue less running costs: what is left for rent, interest and owners (EBITDAR)."""
        return self.surplus_beyond(ROUNDING)

    def surplus_beyond(self, rounding: float) -> Floats:
        """Return the operating surplus, of which less than ``rounding`` is none.

        A council's own service charges what it costs: what a sum's rounding leaves there is neither profit nor loss.
        """
        surplus = self.revenue - self.wages - self.agency - self.other - self.fixed - self.overhead
        return np.where(np.abs(surplus) < rounding, 0.0, surplus)


@compiled_in("accounts")
def accounts_of_sites(s: SiteColumns, r: Rates, c: Constants) -> Nine:
    """Return the month's accounts of every site in the order of :data:`ACCOUNTS`, GBP.

    A council's own service charges what it costs, so its revenue from the council equals its costs.
    """
    council, self_funder, nhs = revenue(s, r)
    wages, agency = staff_costs(s, r)
    other, fixed = running_costs(s, r, wages + agency)
    overhead_share = np.where(s.kind == c.chain, r.overhead_chain, r.overhead_other)
    own = s.kind == c.council_service
    overhead_share[(s.kind == c.micro_enterprise) | own] = 0.0
    overhead = overhead_share * (council + self_funder + nhs)
    council[own] = (wages + agency + other + fixed - self_funder - nhs)[own]
    rent = np.where(s.alive, s.rent, 0.0) * WEEKS_PER_MONTH * r.cost_index
    return council, self_funder, nhs, wages, agency, other, fixed, overhead, rent


def revenue(s: SiteColumns, r: Rates) -> tuple[Floats, Floats, Floats]:
    """Return each site's revenue from council, self-funders and NHS, GBP a month."""
    # Homes are paid by the week and resident, home care by the hour.
    at_home = s.care_type == HOME_CARE
    units = np.where(at_home, r.hours_per_client, 1.0) * WEEKS_PER_MONTH
    delivered = np.where(at_home, s.cover, 1.0)
    own_units = np.where(at_home, s.self_funder_hours, s.self_funders) * WEEKS_PER_MONTH
    nursing_part = np.where(s.care_type == NURSING, r.funded_nursing_care, 0.0) * WEEKS_PER_MONTH
    rate = np.where(s.kind == MICRO_ENTERPRISE, r.direct_payment_rate, 1.0)
    council = s.council_people * units * delivered * r.fee[s.council, s.care_type] * rate
    self_funder = own_units * delivered * s.price
    nhs = s.nhs_people * units * delivered * s.price * r.nhs_price_ratio
    nhs = nhs + nursing_part * (s.council_people + s.self_funders)
    return council, self_funder, nhs


def staff_costs(s: SiteColumns, r: Rates) -> tuple[Floats, Floats]:
    """Return wages and agency cost of each site, GBP a month, on-costs included."""
    # The people of a micro-enterprise work for themselves: no employer's on-costs (E08-035).
    on_cost = np.where(s.kind == MICRO_ENTERPRISE, 0.0, r.on_cost)
    hourly = s.pay * r.pay_mix[s.care_type] * (1.0 + on_cost) * WEEKS_PER_MONTH
    wages = np.where(s.alive, s.staff, 0.0) * r.hours_per_worker * hourly
    return wages, s.agency_hours * hourly * (1.0 + r.agency_premium)


def running_costs(s: SiteColumns, r: Rates, staff_cost: Floats) -> tuple[Floats, Floats]:
    """Return what follows residents (and passing shocks) and what does not, GBP a month at today's prices.

    An emergency grant by place, or a policy's subsidy, pays part of what follows residents, or more than that.
    """
    kind = s.care_type
    prices = r.cost_index * WEEKS_PER_MONTH * s.efficiency * r.local_cost[s.council] * r.cost_factor[kind]
    other = s.load * r.other_cost[kind] * prices
    fixed = (r.fixed_cost[kind] * s.scale[kind, s.capacity] + r.property_cost[kind] * s.capacity) * prices
    fixed = np.where(s.kind == MICRO_ENTERPRISE, r.fixed_cost_micro * prices, fixed) * s.alive
    own = s.kind == COUNCIL_SERVICE
    extra = np.where(own & (kind == HOME_CARE), r.in_house_extra, 0.0)
    other = other + extra * (staff_cost + other + fixed)
    shock = s.shock * (staff_cost + other + fixed)
    other = other - s.subsidy
    other = other + np.where(own, 0.0, shock)
    return other - grant_places(s.alive, s.kind, s.capacity) * r.grant_per_place[kind], fixed


def grant_places(alive: Flags, kind: Codes, capacity: Counts) -> Floats:
    """Return the place-weeks in a month for which each site gets an emergency grant, if there is one.

    Councils' own services and micro-enterprises get none.
    """
    eligible = alive & (kind != COUNCIL_SERVICE) & (kind != MICRO_ENTERPRISE)
    return np.where(eligible, capacity * WEEKS_PER_MONTH, 0.0)
