"""Month step 7, money: revenue by payer, pay, agency, other costs, overhead, rent, interest, investor return, cash."""

import numpy as np

from resilience.market import leverage, settling
from resilience.market import sites as at
from resilience.market.accounts import (
    ACCOUNTS,
    ROUNDING,
    Constants,
    Rates,
    SiteAccounts,
    SiteColumns,
    accounts_of_sites,
)
from resilience.market.settling import Here, Keeping, SiteBooks
from resilience.state.codes import (
    CHAIN,
    COOPERATIVE,
    COUNCIL,
    HOME_CARE,
    INDEPENDENT,
    N_TYPES,
    NHS,
    SELF_FUNDER,
    WEEKS_PER_MONTH,
)
from resilience.state.columns import Floats, Ints
from resilience.state.market_state import MarketState

_BOUGHT, _OWN_SERVICE, _NHS_PEOPLE, _NURSING = (
    settling.PAYMENTS.index(name) for name in ("bought", "own_service", "nhs_people", "nursing")
)
_BANKABLE_MONTHS = 24
"""Months of trading after which a bank lends to a new provider (assumption)."""


def step(state: MarketState) -> None:
    """Settle the month for every site and provider, then let self-funders pay."""
    reprice_debt(state)
    review_credit(state)
    columns = columns_for_accounts(state)
    accounts = site_accounts(state, columns)
    chains = _settle_sites(state, accounts, columns)
    _settle_providers(state, accounts, columns, chains)
    _record_spend(state, accounts, columns)


def site_accounts(state: MarketState, columns: SiteColumns | None = None) -> SiteAccounts:
    """Return the month's accounts of every site from the people and staff who are there now.

    ``columns`` is :func:`columns_for_accounts` where the caller knows it already.
    """
    columns = columns_for_accounts(state) if columns is None else columns
    accounts = accounts_of_sites(columns, rates_of(state), Constants())
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
        scale=(at.sizes_by_capacity(s.capacity) / c.reference_size[:, None]) ** state.scenario.costs.fixed_cost_scale,
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


def reprice_debt(state: MarketState) -> None:
    """Let loan rates follow Bank Rate: floating ones at once, fixed ones as an even part falls due each month."""
    p, now = state.providers, state.conditions.bank_rate_change
    due = 1.0 / (12.0 * state.scenario.finance.refinancing_years)
    gap = now - p.rate_change
    p.rate_change += np.where(p.floating, gap, due * gap)


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
    owed = p.debt, p.interest_rate, p.rate_change
    return settling.interest_of_sites(s.alive, s.capacity, s.provider, *owed)


def _books(state: MarketState) -> SiteBooks:
    """Return the columns that the month is booked in."""
    s = state.sites
    return SiteBooks(
        *(s.provider, s.opened, s.revenue, s.operating_surplus, s.surplus, s.surplus_to_rent, s.surplus_to_interest),
        *(s.trend, s.loss_months, s.bridge_now, s.occupied_now, s.occupied_start),
    )


def _settle_sites(state: MarketState, accounts: SiteAccounts, columns: SiteColumns) -> tuple[Ints, Ints]:
    """Book the month at the sites, and take the start of the cause bridge where a site has filled.

    Returns the living homes and branches of chains.
    """
    s, per_person = state.sites, state.coefficients.hours_per_person
    fresh, homes, branches = settling.book(
        accounts,
        columns,
        _books(state),
        state.providers.investor_return,
        per_person,
        at._START_UP_MONTHS,
        float(state.scenario.distress.trend_months),
        state.month,
        ROUNDING,
        Constants(),
    )
    if fresh.size:
        starts = settling.Starts(s.occupied_now, s.bridge_now, s.occupied_start, s.bridge_start, s.fixed_start)
        share = state.coefficients.fixed_staff_share
        settling.take_start(fresh, accounts, columns, starts, per_person, share, WEEKS_PER_MONTH)
    return homes, branches


def _settle_providers(
    state: MarketState, accounts: SiteAccounts, columns: SiteColumns, chains: tuple[Ints, Ints]
) -> None:
    """Add up the sites, pay owners what there is, and move cash; ``chains`` are their homes and branches."""
    p, here = state.providers, _here(state)
    owners = settling.Owners(
        *(p.alive, p.kind, p.outside_beds, p.outside_hours, p.investor_return),
        *(p.revenue, p.surplus, p.outside_surplus, p.paid_out, p.cash),
    )
    sector = _earned_by_chains(state, here, *chains)
    settling.settle(accounts, columns, _books(state), owners, here, sector, _keeping(state), Constants())
    leverage.hold_back(state, here.group)


def _earned_by_chains(state: MarketState, here: Here, homes: Ints, branches: Ints) -> Floats:
    """Return what chains' homes earn for a bed, and their branches for an hour a week, in the run of each chain.

    GBP a month, 0 without any and for other providers; providers x 2.
    """
    s, p, earned = state.sites, state.providers, np.zeros((len(state.providers), 2))
    chains = np.flatnonzero(p.kind == CHAIN)
    by_run, homes_of = state.by_run(s.council[homes])
    homes = homes[by_run]
    by_run, branches_of = state.by_run(s.council[branches])
    branches = branches[by_run]
    by_run, chains_of = state.by_run(p.home_council[chains])
    chains = chains[by_run]
    of_homes, of_branches, beds = s.operating_surplus[homes], s.operating_surplus[branches], s.capacity[homes]
    hours = here.hours[chains]
    for run in range(state.n_runs):
        due = hours[chains_of[run]].sum()
        if beds[homes_of[run]].size:
            earned[chains[chains_of[run]], 0] = of_homes[homes_of[run]].sum() / beds[homes_of[run]].sum()
        if due > 0.0:
            earned[chains[chains_of[run]], 1] = of_branches[branches_of[run]].sum() / due
    return earned


def _here(state: MarketState) -> Here:
    """Return what each provider has in the region."""
    s, p = state.sites, state.providers
    return settling.size_here(
        s.alive,
        s.provider,
        s.care_type,
        s.capacity,
        s.council_new,
        s.council_settled,
        s.nhs_new,
        s.nhs_settled,
        s.self_funder_hours,
        state.coefficients.hours_per_person,
        p.outside_beds,
        p.outside_hours,
        HOME_CARE,
    )


def group_factor(state: MarketState) -> Floats:
    """Return each provider's size in England over that in the region (1 where it has nothing outside).

    Providers with homes are sized by beds, others by their hours of home care (from one hour a week on).
    """
    return _here(state).group


def _keeping(state: MarketState) -> Keeping:
    """Return what owners keep and draw in this scenario."""
    rules = state.scenario.finance
    return Keeping(float(rules.cash_months), float(rules.cash_months_home_care), float(rules.drawings_share))


def cash_target(state: MarketState) -> Floats:
    """Return the cash that owners want to keep, GBP: months of revenue, the whole group counted."""
    at_home = home_care_revenue(state)
    return settling.cash_target(state.providers.revenue, at_home, group_factor(state), _keeping(state))


def _record_spend(state: MarketState, accounts: SiteAccounts, columns: SiteColumns) -> None:
    """Book spend from the payers' side and from the sites', and take self-funders' bills from their savings.

    Councils owe their people in each market at the fee, and their own services at what these cost. The NHS owes its own
    people at its price, and the nursing part of everybody else's nursing care.
    """
    bills, residents = _self_funders_pay(state)
    payments = _payments(state, accounts, columns, residents)
    spend, revenue = state.flows.spend, state.flows.revenue
    for payer in (COUNCIL, SELF_FUNDER, NHS):
        revenue[:, :, payer] = payments[payer]
    spend[:, :, COUNCIL] = _council_bill(state, payments)
    spend[:, :, SELF_FUNDER] = bills.reshape(-1, N_TYPES)
    ratio, nursing_part = state.scenario.self_funders.nhs_price_ratio, state.conditions.funded_nursing_care
    spend[:, :, NHS] = (payments[_NHS_PEOPLE] * ratio + payments[_NURSING] * nursing_part) * WEEKS_PER_MONTH
    state.councils.spend_year += spend[:, :, COUNCIL].sum(axis=1)


def _payments(state: MarketState, accounts: SiteAccounts, columns: SiteColumns, residents: Ints) -> Floats:
    """Return what each payer pays for, (:data:`settling.PAYMENTS`, councils, kinds of care)."""
    payments = settling.payments(
        accounts,
        columns,
        state.market_of_site(),
        residents,
        float(state.conditions.policies.direct_payment_rate),
        float(state.coefficients.hours_per_person[HOME_CARE]),
        state.n_councils * N_TYPES,
        Constants(),
    )
    return payments.reshape(-1, state.n_councils, N_TYPES)


def _council_bill(state: MarketState, payments: Floats) -> Floats:
    """Return what councils owe in each market: those they buy care for at the fee, and their own services' charge."""
    unit = np.array([1.0, 1.0, 1.0, state.coefficients.hours_per_person[HOME_CARE]]) * WEEKS_PER_MONTH
    return np.asarray(payments[_BOUGHT] * state.councils.fee * unit + payments[_OWN_SERVICE])


def _self_funders_pay(state: MarketState) -> tuple[Floats, Ints]:
    """Take this month's bill from each self-funder's income and savings; return bills by market, people by site."""
    s, f = state.sites, state.self_funders
    return settling.bills_of_self_funders(
        f.site,
        f.care_type,
        f.hours,
        f.income,
        f.savings,
        s.cover,
        s.price,
        state.market_of_site(),
        state.conditions.cost_index,
        state.n_councils * N_TYPES,
        HOME_CARE,
        WEEKS_PER_MONTH,
    )
