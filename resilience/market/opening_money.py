"""Prices, staff, balance sheets and budgets on the first day."""

import numpy as np

from resilience.market import commissioning, distress, entry, finance, labour, quality
from resilience.market import sites as at
from resilience.market.accounts import Constants
from resilience.market.newcomers import orderly_owners, retirement_months
from resilience.state import randomness
from resilience.state.codes import (
    CHAIN,
    COOPERATIVE,
    COUNCIL_SERVICE,
    GOOD,
    HOME_CARE,
    INDEPENDENT,
    MICRO_ENTERPRISE,
    N_TYPES,
    WEEKS_PER_MONTH,
)
from resilience.state.columns import Floats
from resilience.state.market_state import MarketState


def set_prices(state: MarketState) -> None:
    """Set self-funder prices: the council's fee with a premium, higher where more people pay for themselves.

    The premium at the start is what self-funders pay on average, so homes stand above or below it by how their share of
    self-funders compares with that of the home of a self-funder in their market.
    """
    s, own = state.sites, state.scenario.self_funders
    z = randomness.normal(state.seed, "premium", 0, s.key)
    at_home = s.care_type == HOME_CARE
    premium = np.where(at_home, own.home_care_premium_start, own.premium_start)
    # Homes that live on self-funders are dearer (E03-011, E03-012).
    share = s.self_funders / np.maximum(at.people(state), 1)
    market, size = state.market_of_site(), state.n_councils * N_TYPES
    payers = np.bincount(market, weights=s.self_funders, minlength=size)
    usual = np.bincount(market, weights=s.self_funders * share, minlength=size) / np.maximum(payers, 1.0)
    premium = premium + np.where(at_home, 0.0, own.premium_slope * (share - usual[market]))
    spread = np.where(at_home, 0.5 * own.premium_spread, own.premium_spread)
    price = state.councils.fee[s.council, s.care_type] * (1.0 + np.maximum(premium + spread * z, 0.0))
    micro = at.is_micro(state)
    s.price[:] = np.where(micro, s.price, price)
    # Revealed preference: a home that is dearer than usual and yet has its self-funders offers something for it.
    dearer = (
        s.price / state.councils.fee[s.council, s.care_type]
        - 1.0
        - np.where(at_home, own.home_care_premium_start, own.premium_start)
    )
    s.self_funder_pull *= np.where(micro, 1.0, np.exp(own.price_sensitivity * dearer))


def staff_up(state: MarketState) -> None:
    """Put staff in post at the usual vacancy rate and people looking for work into each council's pool."""
    s, councils, p = state.sites, state.councils, state.scenario.labour
    labour.set_pay(state)
    labour.set_posts(state)
    micro = at.is_micro(state)
    s.staff[:] = np.where(micro, s.posts, s.posts * (1.0 - p.vacancy_start))
    leavers = np.where(micro, 0.0, s.staff) * (1.0 - np.exp(-p.turnover_per_year / 12.0))
    s.leavers[:] = leavers
    leaving = np.bincount(s.council, weights=leavers, minlength=state.n_councils)
    councils.pool[:] = p.pool_start * leaving
    # In balance each month: pool x leave_pool + hires = returning leavers + people from outside.
    councils.outside_inflow[:] = leaving * (1.0 - p.stay_in_sector) + p.leave_pool * councils.pool
    councils.pool_start[:] = councils.pool * (1.0 - p.leave_pool) + leaving
    labour.cover(state)
    s.rating[:] = GOOD
    s.quality[:] = np.clip(quality.supported_quality(state), 0.0, 1.0)
    s.rating[:] = quality.rating_of(state, s.quality)


def balance_sheets(state: MarketState) -> None:
    """Give providers rent, debt, owners and cash; lower the costs of sites that could not have lasted to the start."""
    _leases(state)
    _debts(state)
    _survivors(state)
    _passing_shocks(state)
    accounts = finance.site_accounts(state)
    s, p = state.sites, state.providers
    s.revenue[:] = accounts.revenue
    s.operating_surplus[:] = accounts.operating_surplus
    s.surplus[:] = accounts.operating_surplus - accounts.rent - accounts.interest
    s.trend[:] = np.where(s.revenue > 0.0, s.surplus / np.maximum(s.revenue, 1.0), 0.0)
    kind = p.kind[s.provider]
    patience = distress.patience(kind, s.care_type, s.opened, distress.limits(state), state.month, Constants())
    waited = randomness.uniform(state.seed, "loss_months", 0, s.key) * patience
    s.loss_months[:] = np.where(s.trend < 0.0, np.minimum(waited, 60.0), 0.0).astype(np.int64)
    p.revenue[:] = np.bincount(s.provider, weights=s.revenue, minlength=len(p))
    p.surplus[:] = np.bincount(s.provider, weights=s.surplus, minlength=len(p))
    largest_first = np.lexsort((s.key, -s.capacity, s.provider))
    owner, largest = np.unique(s.provider[largest_first], return_index=True)
    p.home_council[owner] = s.council[largest_first[largest]]
    _cash(state)
    _owners(state)
    state.councils.margin_start[:] = entry.margins_by_council(state)


def _leases(state: MarketState) -> None:
    """Put part of the chains' homes under sale and leaseback, at a rent their surplus could carry at signing."""
    s, p = state.sites, state.scenario.finance
    kind = state.providers.kind[s.provider]
    older = s.care_type < 2
    leased = older & (kind == CHAIN) & (randomness.uniform(state.seed, "leased", 0, s.key) < p.leased_share_chain)
    accounts = finance.site_accounts(state)
    affordable = np.maximum(accounts.operating_surplus, 0.0) / WEEKS_PER_MONTH / p.rent_cover_lowest
    affordable /= state.conditions.cost_index
    s.rent[:] = np.where(leased, np.minimum(p.rent_per_bed * s.capacity, affordable), 0.0)


def _debts(state: MarketState) -> None:
    """Give chains and independents their debt and interest, and chains the return their investors expect."""
    s, p, f = state.sites, state.providers, state.scenario.finance

    def draw(decision: str) -> Floats:
        return randomness.normal(state.seed, decision, 0, p.key)

    def beds_of(mask: np.ndarray) -> Floats:
        return np.bincount(s.provider[mask], weights=s.capacity[mask], minlength=len(p))

    home = s.care_type != HOME_CARE
    owned, all_beds = beds_of(home & (s.rent == 0.0)), beds_of(home)
    chain, alone = p.kind == CHAIN, p.kind == INDEPENDENT
    for_profit = p.sector == 0
    spread = np.exp(f.chain_debt_spread * draw("debt") - f.chain_debt_spread**2 / 2.0)
    # Big chains borrow most (E04-054, E03-110); a chain of a few homes borrows like an independent.
    big = np.clip((all_beds + p.outside_beds) / 1_000.0, 0.15, 1.0)
    p.debt[:] = np.where(chain & for_profit, f.chain_debt_per_bed * spread * big * owned, 0.0)
    p.debt[:] += np.where(alone & for_profit, f.independent_debt_per_bed * spread * owned, 0.0)
    p.interest_rate[:] = np.where(
        chain, f.independent_interest + (f.chain_interest - f.independent_interest) * big, 0.0
    )
    p.interest_rate[:] = np.where(alone, f.independent_interest, p.interest_rate)
    p.floating[:] = chain & (randomness.uniform(state.seed, "floating", 0, p.key) < f.chain_floating_share)
    expected = f.chain_equity_per_bed * big * all_beds * f.chain_required_return / 12.0
    p.investor_return[:] = np.where(chain & for_profit, expected, 0.0)


def _passing_shocks(state: MarketState) -> None:
    """Put every site's passing cost shock at a draw from its steady state."""
    s, costs = state.sites, state.scenario.costs
    size = np.clip(np.maximum(s.capacity, 1) / 30.0, 0.1, 4.0) ** -0.35
    spread = costs.passing_shock * size / np.sqrt(1.0 - costs.passing_shock_memory**2)
    s.shock[:] = spread * randomness.normal(state.seed, "cost_shock_start", 0, s.key)


def _survivors(state: MarketState) -> None:
    """Lower the costs (and then rent and debt) of sites that would start far below break-even.

    Providers in deep loss had gone before the start (assumption): a site's margin is at least ``lowest_margin_start``
    plus a little luck of its own. Scaling costs by a common factor changes the surplus in proportion to running costs.
    """
    s, f = state.sites, state.scenario.finance
    own = state.providers.kind[s.provider] == COUNCIL_SERVICE
    luck = randomness.normal(state.seed, "survivor", 0, s.key) * 0.03
    lowest = f.lowest_margin_start + luck
    for _ in range(4):
        accounts = finance.site_accounts(state)
        surplus = accounts.operating_surplus - accounts.rent - accounts.interest
        running = accounts.wages + accounts.agency + accounts.other + accounts.fixed
        missing = np.maximum(lowest * accounts.revenue - surplus, 0.0)
        factor = 1.0 - np.minimum(missing / np.maximum(running, 1.0), 0.25)
        factor = np.where(own | (accounts.revenue <= 0.0), 1.0, factor)
        if (factor > 0.999).all():
            return
        s.efficiency *= factor
        labour.set_posts(state)
        micro = at.is_micro(state)
        s.staff[:] = np.where(micro, s.posts, s.posts * (1.0 - state.scenario.labour.vacancy_start))
        labour.cover(state)


def _cash(state: MarketState) -> None:
    """Give every provider cash around its target and a line of credit."""
    p = state.providers
    z = randomness.normal(state.seed, "cash", 0, p.key)
    p.cash[:] = finance.cash_target(state) * np.exp(0.5 * z - 0.125)
    p.credit_limit[:] = finance.overdraft(state)
    micro = p.kind == MICRO_ENTERPRISE
    p.cash[micro], p.credit_limit[micro] = 1_000.0, 1_000.0


def _owners(state: MarketState) -> None:
    """Draw when owners retire; co-operatives get their members."""
    p, s = state.providers, state.sites
    at_home = np.zeros(len(p), dtype=np.bool_)
    at_home[s.provider[s.care_type == HOME_CARE]] = True
    retires = retirement_months(state, p.key, p.home_council, p.kind, at_home)
    p.owner_retires[:] = np.where(p.kind == MICRO_ENTERPRISE, p.owner_retires, retires)
    p.orderly[:] = orderly_owners(state, p.key, p.home_council, p.kind)
    staff = np.bincount(s.provider, weights=s.staff, minlength=len(p))
    p.members[:] = np.where(p.kind == COOPERATIVE, np.maximum(np.rint(staff), 3), p.members)


def budgets(state: MarketState) -> None:
    """Give councils the money for the people they fund, with a little headroom, and reserves."""
    councils, p = state.councils, state.scenario.councils
    size = state.n_councils * N_TYPES
    funded = np.bincount(state.market_of_site(), weights=at.council_people(state), minlength=size)
    councils.funded_start[:] = funded.reshape(-1, N_TYPES)
    councils.budget_start[:] = commissioning.yearly_cost(state) * (1.0 + p.budget_headroom)
    councils.budget[:] = councils.budget_start
    councils.reserves[:] = p.reserves * councils.budget_start
