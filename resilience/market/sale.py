"""Sale or closure: sites that come to market find a buyer or stop.

Small homes mostly close, big ones are mostly sold (E04-067 to E04-070); about 90% of a failed chain's homes find a
buyer (E04-007), fewer when many come to market at once. That congestion is the untested systemic assumption of the
model and stands in the parameter ``distress.sale_congestion``.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from resilience.kernels import compiled_in
from resilience.market import buyout, notice
from resilience.market.accounts import Constants
from resilience.market.closure import close_sites, record_site_events
from resilience.market.displaced import pay_off_debt
from resilience.market.newcomers import add_providers
from resilience.state.codes import HOME_CARE, INDEPENDENT
from resilience.state.columns import AnyInts, Codes, Counts, Flags, Floats, Ints, Rows
from resilience.state.market_state import MarketState
from resilience.state.randomness import hash_keys

_MONTHS_ON_MARKET = 3.0
_USUAL_FOR_SALE = np.array([0.07, 0.18]) * _MONTHS_ON_MARKET / 12.0
"""Share of a council's care homes and of its branches for sale in ordinary times: closures and transfers in a year
(homes 7%, E04-059 and E04-060; branches 18%, E04-091 with sales by assumption) times the months on the market."""


def to_market(state: MarketState, rows: Ints, reasons: list[str]) -> set[int]:
    """Put living sites to market, each for its reason: it finds a buyer and goes on, or closes.

    Returns the providers who sold a site.
    """
    if rows.size == 0:
        return set()
    s = state.sites
    np.add.at(state.councils.for_sale, (s.council[rows], setting_of(s.care_type[rows])), 1.0)
    luck, crowd = state.uniform("buyer", s.key[rows], s.council[rows]), crowding(state, rows)
    chance = buyer_chance(state, rows, crowd)
    found = luck < chance
    crowded_out = ~found & (luck < chance / crowd)
    sellers = set(s.provider[rows[found]].tolist())
    _sell(state, rows[found], [reason for reason, lucky in zip(reasons, found, strict=True) if lucky])
    unsold = [reason for reason, lucky in zip(reasons, found, strict=True) if not lucky]
    owners = s.provider[rows[~found]]
    kept = buyout.take_over(state, rows[~found], unsold)
    reasons = [why for why, saved in zip(unsold, kept, strict=True) if not saved]
    close_sites(state, rows[~found][~kept], reasons, crowded_out[~found][~kept])
    return sellers | set(owners[kept].tolist())


def clear(state: MarketState) -> None:
    """Let what came to market fade from it over about three months."""
    state.councils.for_sale *= 1.0 - 1.0 / _MONTHS_ON_MARKET


def buyer_chance(state: MarketState, rows: Ints, crowd: Floats | None = None) -> Floats:
    """Return the chance that each site finds a buyer.

    A logistic in the surplus before rent and interest that a buyer expects and in the log of size, lowered by
    congestion: the share of the council's homes, or of its branches, that are for sale beyond the usual. A buyer
    expects to bring the site part of the way (``buyer_improves``) to the mean of its market, and asks for a margin by
    its kind of care. ``crowd`` is
    :func:`crowding` where the caller knows it already.
    """
    p = state.scenario.distress
    likely, size = prospects(
        rows,
        for_sale(state),
        Buyers(p.buyer_improves, p.buyer_margin, p.buyer_margin_home_care),
        state.run_of(state.sites.council),
        state.n_runs,
        HOME_CARE,
    )
    score = np.clip(likely / p.buyer_margin_slope + p.buyer_size * np.log(size), -50.0, 50.0)
    return p.buyer_base / (1.0 + np.exp(-score)) * (crowding(state, rows) if crowd is None else crowd)


class ForSale(NamedTuple):
    """What buyers look at, by site, and the care hours a week of one person by kind of care."""

    alive: Flags
    care_type: Codes
    revenue: Floats
    operating_surplus: Floats
    council_new: Counts
    council_settled: Counts
    nhs_new: Counts
    nhs_settled: Counts
    self_funder_hours: Floats
    hours_per_person: Floats


class Buyers(NamedTuple):
    """How far buyers expect to bring a site to the mean of its market, and the margins that they ask for."""

    improves: float
    margin: float
    margin_home_care: float


def for_sale(state: MarketState) -> ForSale:
    """Return what buyers look at now."""
    s = state.sites
    return ForSale(
        *(s.alive, s.care_type, s.revenue, s.operating_surplus, s.council_new, s.council_settled, s.nhs_new),
        *(s.nhs_settled, s.self_funder_hours, state.coefficients.hours_per_person),
    )


@compiled_in("sale")
def prospects(rows: Ints, s: ForSale, b: Buyers, run: Ints, runs: int, home_care: int) -> tuple[Floats, Floats]:
    """Return by how much the margin that buyers expect of each site exceeds what they ask for, and its relative size.

    A margin is the surplus before rent and interest over revenue; size is in person-equivalents over those of a usual
    home or branch. ``run`` is the run of each site, of ``runs`` side by side.
    """
    kind = s.care_type[rows]
    own = s.operating_surplus[rows] / np.maximum(s.revenue[rows], 1.0)
    group, groups = run * s.hours_per_person.size + s.care_type, runs * s.hours_per_person.size
    market = np.bincount(group, weights=s.revenue * s.alive, minlength=groups)
    earned = np.bincount(group, weights=s.operating_surplus * s.alive, minlength=groups)
    usual = earned / np.maximum(market, 1.0)
    margin = own + b.improves * np.maximum(usual[group[rows]] - own, 0.0)
    counted = s.council_new[rows] + s.council_settled[rows] + (s.nhs_new[rows] + s.nhs_settled[rows])
    load = counted + s.self_funder_hours[rows] / s.hours_per_person[kind]
    size = np.maximum(load, 1.0) / np.where(kind == home_care, 30.0, 20.0)
    return margin - np.where(kind == home_care, b.margin_home_care, b.margin), size


def crowding(state: MarketState, rows: Ints) -> Floats:
    """Return the factor on each site's chance of a buyer from like sites for sale; longer notice softens it."""
    s = state.sites
    here = congestion(state)[s.council[rows], setting_of(s.care_type[rows])]
    crowd = state.scenario.distress.sale_congestion * here
    return np.asarray(np.exp(-crowd * notice.crowding_left(state, rows)))


def congestion(state: MarketState, count: Ints | Floats | None = None) -> Floats:
    """Return the share of sites for sale beyond the usual, by council and setting (care homes, branches).

    ``count`` is :func:`homes_and_branches` where the caller knows it already.
    """
    if count is None:
        s, kind = state.sites, state.providers.kind
        count = homes_and_branches(s.alive, s.provider, kind, s.council, s.care_type, state.n_councils, Constants())
    return np.asarray(np.maximum(state.councils.for_sale / np.maximum(count, 1) - _USUAL_FOR_SALE, 0.0))


@compiled_in("sale")
def homes_and_branches(
    alive: Flags, provider: Rows, kind: Codes, council: Rows, care_type: Codes, councils: int, c: Constants
) -> Ints:
    """Return the living homes and branches of each council; micro-enterprises count as neither.

    ``kind`` runs over providers, the other columns over sites.
    """
    living = np.flatnonzero(alive & (kind[provider] != c.micro_enterprise))
    market = council[living] * 2 + (care_type[living] == c.home_care)
    return np.bincount(market, minlength=2 * councils).reshape(-1, 2)


def setting_of(care_type: Codes) -> Ints:
    """Return 0 for care homes and 1 for home care."""
    return (care_type == HOME_CARE).astype(np.int64)


def _sell(state: MarketState, rows: Ints, reasons: list[str]) -> None:
    """Pass sites on to buyers, who mend part of their excess cost and start afresh."""
    if rows.size == 0:
        return
    s = state.sites
    record_site_events(state, ["site_sale"] * rows.size, rows, reasons)
    pay_off_debt(state, rows)
    buyer = _buying_chains(state, rows)
    alone = buyer < 0
    buyer[alone] = _new_owners(state, rows[alone])
    sold = Sold(
        *(s.provider, s.council, s.care_type, s.efficiency, s.rent, s.trend, s.shock, s.loss_months),
        *(s.inadequate_months, state.flows.sales),
    )
    pass_on(rows, buyer, sold, float(state.scenario.distress.buyer_improves))


class Sold(NamedTuple):
    """The columns of the sites that a sale changes, and the month's sales by council and kind of care."""

    provider: Rows
    council: Rows
    care_type: Codes
    efficiency: Floats
    rent: Floats
    trend: Floats
    shock: Floats
    loss_months: Counts
    inadequate_months: Counts
    sales: Ints


@compiled_in("sale")
def pass_on(rows: Ints, buyer: Ints, s: Sold, improves: float) -> None:
    """Give sites to their buyers, who mend a part of their excess cost, get the rent down and start afresh."""
    np.add.at(s.sales, (s.council[rows], s.care_type[rows]), 1)
    s.provider[rows] = buyer
    s.efficiency[rows] -= improves * np.maximum(s.efficiency[rows] - 1.0, 0.0)
    s.rent[rows] *= 1.0 - improves * 0.4
    s.trend[rows] = s.shock[rows] = 0.0
    s.loss_months[rows] = s.inadequate_months[rows] = 0


def _buying_chains(state: MarketState, rows: Ints) -> Ints:
    """Return the sound chain that buys each site, or -1; bigger homes draw chains more (E02-003)."""
    s, p = state.sites, state.providers
    council = s.council[rows]
    keen, luck = state.uniforms(("chain_buys", "which_chain"), s.key[rows], council)
    bought = Bought(s.provider, s.care_type, s.capacity, s.rent, p.debt, p.investor_return)
    buyers, financing = np.full(rows.size, -1), _financing(state)
    for which, chains, places in _chains_that_buy(state, council):
        buyers[which] = choose_chains(
            rows[which], keen[which], luck[which], chains, places, bought, financing, HOME_CARE
        )
    return buyers


class Bought(NamedTuple):
    """Columns of the sites that chains may buy, and of providers: what they owe and pay on what they buy."""

    provider: Rows
    care_type: Codes
    capacity: Counts
    rent: Floats
    debt: Floats
    investor_return: Floats


class Financing(NamedTuple):
    """How keen chains are, and how they pay for beds."""

    appetite: float
    """Factor on chains' interest in buying."""
    debt_per_bed: float
    """GBP."""
    equity_per_bed: float
    """GBP."""
    required_return: float
    """Share a year."""


def _financing(state: MarketState) -> Financing:
    """Return how keen chains are this month, and how they pay for beds."""
    rules, effects = state.scenario.finance, state.conditions.policies
    return Financing(
        float(effects.chain_appetite),
        float(min(0.7 * rules.chain_debt_per_bed, effects.debt_per_bed)),
        float(rules.chain_equity_per_bed),
        float(rules.chain_required_return),
    )


@compiled_in("sale")
def choose_chains(
    rows: Ints, keen: Floats, luck: Floats, chains: Ints, places: Floats, s: Bought, f: Financing, home_care: int
) -> Ints:
    """Return the chain that buys each site, or -1, and finance the homes that chains buy.

    ``keen`` and ``luck`` are uniforms for each site, ``places`` those of the ``chains`` by setting. A chain does not
    buy from itself.
    """
    at_home = s.care_type[rows] == home_care
    appetite = np.where(at_home, 0.3, np.clip(s.capacity[rows] / 90.0, 0.05, 0.7)) * f.appetite
    buyers = np.full(rows.size, -1, dtype=np.int64)
    for setting in (0, 1):
        which = np.flatnonzero((keen < appetite) & (at_home == setting))
        buyers[which] = drawn_by_size(chains, places[setting], luck[which])
    buyers[buyers == s.provider[rows]] = -1
    homes = np.flatnonzero((buyers >= 0) & ~at_home)
    owned = s.rent[rows[homes]] == 0.0
    finance_homes(buyers[homes], s.capacity[rows[homes]], owned, s.debt, s.investor_return, f)
    return buyers


def finance_homes(
    chains: Ints, beds: AnyInts, owned: Flags | bool, debt: Floats, investor_return: Floats, f: Financing
) -> None:
    """Add what chains borrow and owe investors on these homes; nothing is borrowed on homes that are leased."""
    np.add.at(debt, chains, np.where(owned, f.debt_per_bed * beds, 0.0))
    np.add.at(investor_return, chains, f.equity_per_bed * beds * f.required_return / 12.0)


def finance_beds(state: MarketState, chains: Ints, beds: AnyInts, owned: Flags | bool = True) -> None:
    """Let chains borrow and raise equity for homes that they buy or open (less debt than on old beds: assumption).

    Nothing is borrowed on homes that are leased, those that are not ``owned``.
    """
    p = state.providers
    finance_homes(chains, beds, owned, p.debt, p.investor_return, _financing(state))


def sound_chain(state: MarketState, home_care: bool, u: Floats, council: Rows) -> Ints:
    """Return a chain out of breach with cash, drawn by its size in the setting, for each uniform; -1 if none.

    ``council`` is where each uniform's home or branch stands. Chains stand in the order of their keys.
    """
    found = np.full(u.size, -1)
    for which, chains, places in _chains_that_buy(state, council):
        found[which] = drawn_by_size(chains, places[int(home_care)], u[which])
    return found


def _chains_that_buy(state: MarketState, council: Rows) -> Iterator[tuple[Ints, Ints, Floats]]:
    """Yield (which of the sites for sale, the chains that may buy them, the places of each in homes and at home).

    Sites stand in these councils; chains are the sound ones of their run in the order of their keys.
    """
    s, p = state.sites, state.providers
    sites = s.alive, s.provider, s.care_type, s.capacity
    chains, places = sound_chains(p.alive, p.kind, p.breach_months, p.cash, *sites, Constants())
    by_key = np.argsort(p.key[chains])  # no two providers of a run share a key
    by_run, chains_of = state.by_run(p.home_council[chains[by_key]])
    chains, places = chains[by_key[by_run]], places[:, by_key[by_run]]
    sites_by_run, sites_of = state.by_run(council)
    for its_sites, its_chains in zip(sites_of, chains_of, strict=True):
        which = sites_by_run[its_sites]
        if which.size:
            yield which, chains[its_chains], np.ascontiguousarray(places[:, its_chains])


def drawn_by_size(chains: Ints, places: Floats, u: Floats) -> Ints:
    """Return, for each uniform, one of the chains that have places in a setting, by their number; -1 if none has."""
    total = np.cumsum(places)
    if total.size == 0 or total[-1] <= 0.0:
        return np.full(u.shape, -1, dtype=np.int64)
    return np.asarray(chains[np.searchsorted(total, u * total[-1], side="right")])


@compiled_in("sale")
def sound_chains(
    alive: Flags,
    kind: Codes,
    breach_months: Counts,
    cash: Floats,
    trades: Flags,
    provider: Rows,
    care_type: Codes,
    capacity: Counts,
    c: Constants,
) -> tuple[Ints, Floats]:
    """Return the chains out of breach with cash, and their places by setting (homes, at home; chains).

    The first four columns run over providers, the rest over sites, of which some still trade.
    """
    at_home = care_type == c.home_care
    here = (trades & ~at_home, trades & at_home)
    places = np.array([np.bincount(provider, weights=capacity * same, minlength=alive.size) for same in here])
    chains = np.flatnonzero(alive & (kind == c.chain) & (breach_months == 0) & (cash > 0.0))
    return chains, places[:, chains]


def _new_owners(state: MarketState, rows: Ints) -> Ints:
    """Return new independent providers that each buy one site with their own cash and some debt."""
    s, p, finance = state.sites, state.providers, state.scenario.finance
    if rows.size == 0:
        return rows
    at_home = s.care_type[rows] == HOME_CARE
    revenue = s.revenue[rows]
    new = add_providers(
        state,
        hash_keys(s.key[rows], state.month, 7),
        np.full(rows.size, INDEPENDENT),
        s.council[rows],
        cash=np.where(at_home, finance.cash_months_home_care, finance.cash_months) * revenue,
        credit_limit=np.where(at_home, finance.credit_months_home_care, finance.credit_months) * revenue,
        at_home=at_home,
    )
    owned = ~at_home & (s.rent[rows] == 0.0)
    p.debt[new] = np.where(owned, 1.5 * finance.independent_debt_per_bed * s.capacity[rows], 0.0)
    p.interest_rate[new] = finance.independent_interest
    p.rate_change[new] = state.conditions.bank_rate_change
    return new
