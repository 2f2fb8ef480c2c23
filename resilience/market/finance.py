"""Month step 7, money: revenue by payer, pay, agency, other costs, overhead, rent, interest, investor return, cash."""

from dataclasses import dataclass

import numpy as np

from resilience.kernels import compiled_in
from resilience.market import leverage
from resilience.market import sites as at
from resilience.market.accounts import ACCOUNTS, Codes, Rates, SiteColumns, accounts_of_sites
from resilience.state.codes import (
    CHAIN,
    COOPERATIVE,
    COUNCIL,
    COUNCIL_SERVICE,
    HOME_CARE,
    INDEPENDENT,
    N_CAUSES,
    N_TYPES,
    NHS,
    NURSING,
    SELF_FUNDER,
    WEEKS_PER_MONTH,
)
from resilience.state.columns import Floats, Ints
from resilience.state.market_state import MarketState

_BANKABLE_MONTHS = 24
"""Months of trading after which a bank lends to a new provider (assumption)."""
_ROUNDING = 1e-6
"""GBP a month below which a surplus is rounding."""


@dataclass(frozen=True, slots=True)
class SiteAccounts:
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
        """Revenue less running costs: what is left for rent, interest and owners (EBITDAR).

        A council's own service charges what it costs: what a sum's rounding leaves there is neither profit nor loss.
        """
        surplus = self.revenue - self.wages - self.agency - self.other - self.fixed - self.overhead
        return np.where(np.abs(surplus) < _ROUNDING, 0.0, surplus)


def step(state: MarketState) -> None:
    """Settle the month for every site and provider, then let self-funders pay."""
    reprice_debt(state)
    review_credit(state)
    accounts = site_accounts(state)
    _settle_sites(state, accounts)
    _settle_providers(state, accounts)
    _record_spend(state, accounts)


def site_accounts(state: MarketState) -> SiteAccounts:
    """Return the month's accounts of every site from the people and staff who are there now."""
    accounts = accounts_of_sites(columns_for_accounts(state), rates_of(state), Codes())
    return SiteAccounts(**dict(zip(ACCOUNTS, accounts, strict=True)), interest=_interest(state))


def columns_for_accounts(state: MarketState) -> SiteColumns:
    """Return what the accounts of the sites are drawn up from."""
    s, c = state.sites, state.coefficients
    subsidy = state.conditions.policies.site_subsidy
    return SiteColumns(
        alive=s.alive,
        kind=state.providers.kind[s.provider],
        care_type=s.care_type,
        council=s.council,
        capacity=s.capacity,
        council_people=at.council_people(state),
        nhs_people=at.nhs_people(state),
        self_funders=s.self_funders,
        self_funder_hours=s.self_funder_hours,
        load=at.workload(state),
        staff=s.staff,
        pay=s.pay,
        cover=s.cover,
        agency_hours=s.agency_hours,
        efficiency=s.efficiency,
        rent=s.rent,
        price=s.price,
        shock=s.shock,
        scale=(np.maximum(s.capacity, 1) / c.reference_size[s.care_type]) ** state.scenario.costs.fixed_cost_scale,
        subsidy=subsidy if subsidy.size else np.zeros(len(s)),
    )


def rates_of(state: MarketState) -> Rates:
    """Return the fees, prices and shares of this month."""
    c, now, councils = state.coefficients, state.conditions, state.councils
    costs, labour = state.scenario.costs, state.scenario.labour
    return Rates(
        fee=councils.fee,
        local_cost=councils.cost_index,
        pay_mix=c.pay_mix,
        other_cost=c.other_cost,
        fixed_cost=c.fixed_cost,
        property_cost=c.property_cost,
        cost_factor=now.running_cost_factor,
        grant_per_place=now.grant_per_place,
        hours_per_client=float(c.hours_per_person[HOME_CARE]),
        funded_nursing_care=now.funded_nursing_care,
        direct_payment_rate=now.policies.direct_payment_rate,
        nhs_price_ratio=state.scenario.self_funders.nhs_price_ratio,
        on_cost=now.on_cost,
        hours_per_worker=labour.hours_per_worker,
        agency_premium=labour.agency_premium,
        cost_index=now.cost_index,
        fixed_cost_micro=costs.fixed_cost_micro,
        in_house_extra=state.scenario.councils.in_house_cost_ratio - 1.0,
        overhead_chain=costs.central_overhead_chain,
        overhead_other=costs.central_overhead_other,
    )


def direct_payment_rate(state: MarketState) -> Floats | float:
    """Return what councils pay each site over their fee: a rate of its own at micro-enterprises, else 1."""
    rate = state.conditions.policies.direct_payment_rate
    return 1.0 if rate == 1.0 else np.where(at.is_micro(state), rate, 1.0)


def reprice_debt(state: MarketState) -> None:
    """Let loan rates follow Bank Rate: floating ones at once, fixed ones as an even part falls due each month."""
    p, now = state.providers, state.conditions.bank_rate_change
    due = 1.0 / (12.0 * state.scenario.finance.refinancing_years)
    p.rate_change += np.where(p.floating, 1.0, due) * (now - p.rate_change)


def review_credit(state: MarketState) -> None:
    """Let banks set the overdraft of small providers that opened in the run, each April from their second year on."""
    p = state.providers
    if not state.conditions.is_april:
        return
    small = (p.kind == INDEPENDENT) | (p.kind == COOPERATIVE)
    due = p.alive & small & (p.opened >= 0) & (state.month - p.opened >= _BANKABLE_MONTHS)
    p.credit_limit[due] = overdraft(state)[due]


def overdraft(state: MarketState) -> Floats:
    """Return what a bank lends each provider on its revenue from homes and from home care, GBP."""
    finance = state.scenario.finance
    at_home = home_care_revenue(state)
    homes = np.maximum(state.providers.revenue - at_home, 0.0)
    return finance.credit_months * homes + finance.credit_months_home_care * at_home


def home_care_revenue(state: MarketState) -> Floats:
    """Return each provider's revenue from home care, GBP a month."""
    s = state.sites
    weights = np.where(s.care_type == HOME_CARE, s.revenue, 0.0)
    return np.bincount(s.provider, weights=weights, minlength=len(state.providers))


def interest_rate(state: MarketState) -> Floats:
    """Return what each provider's debt costs now, share a year."""
    p = state.providers
    return np.maximum(p.interest_rate + p.rate_change, 0.0)


def _interest(state: MarketState) -> Floats:
    """Return each site's share of its provider's interest by capacity, GBP a month."""
    s, p = state.sites, state.providers
    places = np.where(s.alive, s.capacity, 0).astype(np.float64)
    total = np.bincount(s.provider, weights=places, minlength=len(p))
    monthly = p.debt * interest_rate(state) / 12.0
    return places * (monthly / np.maximum(total, 1.0))[s.provider]


def _settle_sites(state: MarketState, accounts: SiteAccounts) -> None:
    """Book the month at the sites and update how each judges its margin."""
    s = state.sites
    s.revenue[:] = accounts.revenue
    s.operating_surplus[:] = accounts.operating_surplus
    s.surplus_to_rent[:] = accounts.rent
    s.surplus_to_interest[:] = accounts.interest
    s.surplus[:] = s.operating_surplus - accounts.rent - accounts.interest
    margin = s.surplus / np.maximum(s.revenue, 1.0)
    margin = np.clip(np.where(s.revenue > 0.0, margin, np.where(s.surplus < 0.0, -1.0, 0.0)), -1.0, 1.0)
    s.trend += np.where(s.alive, (margin - s.trend) / state.scenario.distress.trend_months, 0.0)
    losing = s.alive & (s.trend < 0.0) & ~at.is_starting_up(state)
    s.loss_months[:] = np.where(losing, s.loss_months + 1, 0)
    _remember_components(state, accounts)


def _remember_components(state: MarketState, accounts: SiteAccounts) -> None:
    """Keep the month's components of surplus per hour, for the cause bridge (see :mod:`resilience.market.bridge`)."""
    s, now = state.sites, state.sites.bridge_now
    load = np.maximum(at.workload(state), 1.0)
    hours = load * at.hours_per_person(state) * WEEKS_PER_MONTH
    other = accounts.other + accounts.fixed + accounts.overhead
    a = accounts
    components_per_hour(
        now, hours, s.revenue, a.wages, a.agency, a.rent, a.interest, site_share_of_return(state), other
    )
    occupied = load / np.maximum(s.capacity, 1)
    s.occupied_now[:] = occupied
    fresh = s.alive & (s.occupied_start == 0.0) & ((occupied > 0.6) | (state.month - s.opened > 12))
    if fresh.any():
        rows = np.flatnonzero(fresh)
        s.occupied_start[rows] = occupied[rows]
        s.bridge_start[rows] = now[rows]
        s.fixed_start[rows] = fixed_components(state, accounts, hours, rows)


@compiled_in("money")
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
    """Write what each site earned and paid for an hour of care into ``now`` (sites, causes), costs negative.

    All but ``hours`` (a month) in GBP a month; occupancy is no component of its own.
    """
    now[:, 0] = revenue / hours
    now[:, 1] = -wages / hours
    now[:, 2] = -agency / hours
    now[:, 4] = -rent / hours
    now[:, 5] = -interest / hours
    now[:, 6] = -investor_return / hours
    now[:, 7] = -other / hours


def fixed_components(state: MarketState, accounts: SiteAccounts, hours: Floats, rows: Ints) -> Floats:
    """Return the part of each component that does not follow occupancy, GBP an hour (rows, causes)."""
    s = state.sites
    share = state.coefficients.fixed_staff_share[s.care_type[rows]]
    capacity_staff = share * 0.9 * s.capacity[rows]
    all_staff = capacity_staff + (1.0 - share) * at.workload(state)[rows]
    fixed = np.zeros((rows.size, N_CAUSES))
    fixed[:, 1] = -accounts.wages[rows] / hours[rows] * capacity_staff / np.maximum(all_staff, 1e-9)
    fixed[:, 4:7] = s.bridge_now[rows, 4:7]
    fixed[:, 7] = -accounts.fixed[rows] / hours[rows]
    return fixed


def site_share_of_return(state: MarketState) -> Floats:
    """Return each site's share of its provider's investor return by revenue, GBP a month."""
    s, p = state.sites, state.providers
    total = np.bincount(s.provider, weights=s.revenue, minlength=len(p))
    return s.revenue * (p.investor_return / np.maximum(total, 1.0))[s.provider]


def _settle_providers(state: MarketState, accounts: SiteAccounts) -> None:
    """Add up the sites, pay owners what there is, and move cash."""
    s, p = state.sites, state.providers
    n = len(p)
    p.revenue[:] = np.bincount(s.provider, weights=accounts.revenue, minlength=n)
    p.surplus[:] = np.bincount(s.provider, weights=s.surplus, minlength=n)
    p.outside_surplus[:] = _outside_surplus(state, accounts)
    group, earned = group_factor(state), p.surplus + p.outside_surplus
    p.paid_out[:] = _paid_to_owners(state, earned, group)
    p.cash += np.where(p.alive, earned - p.paid_out, 0.0)
    leverage.hold_back(state, group)


def _paid_to_owners(state: MarketState, surplus: Floats, group: Floats) -> Floats:
    """Return what owners take out this month, GBP.

    Chains pay the return they owe as far as the month's surplus allows; other owners draw a share of the surplus once
    cash stands at its target; a tenth of cash above the target leaves as well. Co-operatives pay nothing out of the
    surplus and keep twice the reserves, from which members then have a tenth. A council's own service pays nobody.
    """
    p = state.providers
    cash_after = p.cash + surplus
    member_owned = p.kind == COOPERATIVE
    spare = np.maximum(cash_after - cash_target(state, group) * np.where(member_owned, 2.0, 1.0), 0.0)
    earned = np.maximum(surplus, 0.0)
    owed = np.minimum(np.minimum(p.investor_return * group, earned), np.maximum(cash_after, 0.0))
    drawings = earned * state.scenario.finance.drawings_share
    drawn = np.where(member_owned, 0.0, np.minimum(drawings, spare))
    wanted = np.where(p.kind == CHAIN, owed, drawn) + 0.1 * spare
    paid = np.minimum(wanted, np.maximum(cash_after, 0.0))
    return np.where(p.alive & (p.kind != COUNCIL_SERVICE), paid, 0.0)


def group_factor(state: MarketState) -> Floats:
    """Return each provider's size in England over that in the region (1 where it has nothing outside).

    Providers with homes are sized by beds, others by their hours of home care (from one hour a week on).
    """
    s, p = state.sites, state.providers
    elsewhere = (p.outside_beds > 0) | (p.outside_hours > 0.0)
    groups, sites = np.flatnonzero(elsewhere), np.flatnonzero(s.alive & elsewhere[s.provider])
    owner, at_home = s.provider[sites], s.care_type[sites] == HOME_CARE
    beds = np.bincount(owner, weights=s.capacity[sites] * ~at_home, minlength=len(p))[groups]
    hours = np.bincount(owner, weights=at.hours_due(state)[sites] * at_home, minlength=len(p))[groups]
    by_hours = np.where(hours >= 1.0, (hours + p.outside_hours[groups]) / np.maximum(hours, 1.0), 1.0)
    factor = np.ones(len(p))
    factor[groups] = np.where(beds > 0, (beds + p.outside_beds[groups]) / np.maximum(beds, 1.0), by_hours)
    return factor


def cash_target(state: MarketState, group: Floats | None = None) -> Floats:
    """Return the cash that owners want to keep, GBP: months of revenue, the whole group counted.

    ``group`` is :func:`group_factor` where the caller knows it already.
    """
    p, finance = state.providers, state.scenario.finance
    group = group_factor(state) if group is None else group
    at_home = home_care_revenue(state)
    homes = np.maximum(p.revenue - at_home, 0.0)
    at_home = at_home * np.where(homes > 0.0, 1.0, group)
    return finance.cash_months * homes * group + finance.cash_months_home_care * at_home


def _outside_surplus(state: MarketState, accounts: SiteAccounts) -> Floats:
    """Return the surplus of chains' homes and branches outside the region after rent and interest, GBP a month.

    Assumption: outside homes earn per bed, and outside branches per hour, what the region's chain homes and branches
    earn on average; homes carry the chain's own rent and debt per bed. So a national squeeze reaches a chain through
    all it has, and one bad branch here does not bring it down.
    """
    return _outside_homes(state, accounts) + _outside_branches(state)


def _outside_branches(state: MarketState) -> Floats:
    """Return the surplus of chains' home care outside the region, GBP a month."""
    s, p = state.sites, state.providers
    branches = np.flatnonzero(s.alive & (s.care_type == HOME_CARE) & (p.kind[s.provider] == CHAIN))
    hours = np.bincount(s.provider[branches], weights=at.hours_due(state)[branches], minlength=len(p))
    if hours.sum() <= 0.0:
        return np.zeros(len(p))
    sector = s.operating_surplus[branches].sum() / hours.sum()
    return np.where((hours >= 1.0) & p.alive, p.outside_hours * sector, 0.0)


def _outside_homes(state: MarketState, accounts: SiteAccounts) -> Floats:
    """Return the surplus of chains' homes outside the region after rent and interest, GBP a month."""
    s, p = state.sites, state.providers
    homes = np.flatnonzero(s.alive & (s.care_type != HOME_CARE) & (p.kind[s.provider] == CHAIN))
    if homes.size == 0:
        return np.zeros(len(p))
    beds = s.capacity[homes]
    sector = s.operating_surplus[homes].sum() / beds.sum()
    inside = np.bincount(s.provider[homes], weights=beds, minlength=len(p))
    owed = accounts.rent[homes] + accounts.interest[homes]
    owed_per_bed = np.bincount(s.provider[homes], weights=owed, minlength=len(p)) / np.maximum(inside, 1.0)
    return np.where((inside > 0) & p.alive, p.outside_beds * (sector - owed_per_bed), 0.0)


def _record_spend(state: MarketState, accounts: SiteAccounts) -> None:
    """Book spend from the payers' side and from the sites', and take self-funders' bills from their savings."""
    spend, revenue = state.flows.spend, state.flows.revenue
    market = state.market_of_site()
    for payer, amount in ((COUNCIL, accounts.council), (SELF_FUNDER, accounts.self_funder), (NHS, accounts.nhs)):
        revenue[:, :, payer] = _by_market(state, market, amount)
    spend[:, :, COUNCIL] = _council_bill(state, accounts)
    spend[:, :, SELF_FUNDER] = _self_funders_pay(state)
    spend[:, :, NHS] = _nhs_bill(state)
    state.councils.spend_year += spend[:, :, COUNCIL].sum(axis=1)


def _by_market(state: MarketState, market: Ints, amount: Floats) -> Floats:
    """Return the sum of an amount over each market, councils x kinds of care."""
    size = state.n_councils * N_TYPES
    return np.bincount(market, weights=amount, minlength=size).reshape(-1, N_TYPES)


def _council_bill(state: MarketState, accounts: SiteAccounts) -> Floats:
    """Return what councils owe: their people in each market at the fee, and their own services at what these cost."""
    s, c = state.sites, state.coefficients
    own = state.providers.kind[s.provider] == COUNCIL_SERVICE
    market = state.market_of_site()
    cover = np.where(s.care_type == HOME_CARE, s.cover, 1.0)
    served = at.council_people(state) * cover * direct_payment_rate(state)
    unit = np.array([1.0, 1.0, 1.0, c.hours_per_person[HOME_CARE]]) * WEEKS_PER_MONTH
    bought = _by_market(state, market, np.where(own, 0.0, served)) * state.councils.fee * unit
    return bought + _by_market(state, market, np.where(own, accounts.council, 0.0))


def _self_funders_pay(state: MarketState) -> Floats:
    """Take this month's bill from each self-funder's income and savings; return the bills by market."""
    s, f, now = state.sites, state.self_funders, state.conditions
    bills = bills_of_self_funders(
        f.site,
        f.care_type,
        f.hours,
        f.income,
        f.savings,
        s.cover,
        s.price,
        state.market_of_site(),
        now.cost_index,
        state.n_councils * N_TYPES,
        HOME_CARE,
        WEEKS_PER_MONTH,
    )
    return bills.reshape(-1, N_TYPES)


@compiled_in("money")
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
    """Return the month's bills in each market, GBP, and take from each person's ``savings`` what income leaves unpaid.

    The first five run over self-funders (-1: no site), the next three over sites; ``cost_index`` raises incomes, a
    month has ``weeks``.
    """
    placed = np.flatnonzero(site >= 0)
    row = site[placed]
    units = np.where(care_type[placed] == home_care, hours[placed] * cover[row], 1.0)
    bill = units * price[row] * weeks
    savings[placed] -= np.maximum(bill - income[placed] * weeks * cost_index, 0.0)
    # Without anybody NumPy would count in whole numbers.
    return np.bincount(market[row], weights=bill, minlength=markets).astype(np.float64)


def _nhs_bill(state: MarketState) -> Floats:
    """Return what the NHS owes: its own people at its price, and the nursing part of everybody else's nursing care."""
    s, f, c = state.sites, state.self_funders, state.coefficients
    market = state.market_of_site()
    unit = np.where(s.care_type == HOME_CARE, c.hours_per_person[HOME_CARE] * s.cover, 1.0)
    ratio = state.scenario.self_funders.nhs_price_ratio
    own = _by_market(state, market, at.nhs_people(state) * unit * s.price) * ratio
    placed = f.site[f.site >= 0]
    others = np.bincount(placed, minlength=len(s)) + at.council_people(state)
    nursing = _by_market(state, market, np.where(s.care_type == NURSING, others, 0))
    return (own + nursing * state.conditions.funded_nursing_care) * WEEKS_PER_MONTH
