"""Month step 10, entry and growth: homes, branches, co-operatives and micro-enterprises."""

from typing import NamedTuple

import numpy as np

from resilience.kernels import compiled_in
from resilience.market import extra_care
from resilience.market.newcomers import (
    MICRO_CASH,
    add_providers,
    open_sites,
    orderly_owners,
    retirement_months,
    traits_of_micro_enterprises,
    typical_prices,
)
from resilience.market.sale import finance_beds, sound_chain
from resilience.state.codes import (
    COOPERATIVE,
    HOME_CARE,
    INDEPENDENT,
    MICRO_ENTERPRISE,
    N_PAYERS,
    N_TYPES,
    NURSING,
    RESIDENTIAL,
    WEEKS_PER_MONTH,
    YOUNGER_ADULTS,
)
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Keys, Rows
from resilience.state.market_state import MarketState
from resilience.state.randomness import hash_keys, normal_quantiles, poisson

_HOME, _BRANCH, _MICRO = range(3)
"""What a newcomer opens; one more is the word that keeps the keys of the three apart."""
_DECISIONS = "new_homes", "new_branches", "new_micro"
_TRAITS = (
    *("new_home_size", "new_branch_size", "micro_size"),
    *("new_home_type", "new_home_owner", "which_chain_opens", "member_owned", "founder", "micro_stops"),
)
_COOPERATIVE_SHARE = 0.015
"""Share of new branches that their workers own (assumption; E08-001 under 1% of the market)."""


class Newcomers(NamedTuple):
    """Those who enter this month: homes first, then branches, then micro-enterprises."""

    what: Ints
    keys: Keys
    council: Rows

    def of(self, which: Flags) -> "Newcomers":
        """Return some of them."""
        return Newcomers._make(column[which] for column in self)


class Founders(NamedTuple):
    """Newcomers with an owner of their own."""

    what: Ints
    keys: Keys
    council: Rows
    kind: Ints
    """Kind of provider."""
    capacity: Ints
    revenue: Floats
    """GBP a month that they reckon with."""
    members: Ints
    supported: Flags
    """A programme supports them."""
    founder: Floats
    """Uniform that tells whether the founder of a branch stops in good order."""
    stop: Ints
    """Month in which a micro-enterprise stops."""

    def of(self, rows: Ints) -> "Founders":
        """Return some of them."""
        return Founders._make(column[rows] for column in self)


class Standing(NamedTuple):
    """What stands in each council as owners who might enter see it; people, beds and GBP a month."""

    homes: Floats
    beds: Floats
    residents: Floats
    home_revenue: Floats
    home_earned: Floats
    """Revenue of each home times its margin, in all."""
    branches: Floats
    """Home-care branches, micro-enterprises apart; so are the next three."""
    clients: Floats
    branch_revenue: Floats
    branch_earned: Floats
    micro_enterprises: Floats


def step(state: MarketState) -> None:
    """Open what margins, self-funders and programmes call for."""
    now = standing(state)
    margins = _margins(state, now)
    expected = np.array(
        [
            _homes_expected(state, now, margins[:, 0]),
            _branches_expected(state, now, margins[:, 1]),
            _micro_enterprises_expected(state, now),
        ]
    )
    newcomers, prices = _entrants(state, expected), typical_prices(state)
    if extra_care.any_due(state):
        larger = newcomers.what != _MICRO
        _open(state, newcomers.of(larger), prices)
        extra_care.open_schemes(state)
        newcomers = newcomers.of(~larger)
    support_micro_enterprises(state)
    _open(state, newcomers, prices)


def standing(state: MarketState) -> Standing:
    """Return what stands in each council."""
    s = state.sites
    where = s.alive, s.provider, state.providers.kind, s.council, s.care_type, s.capacity
    people = s.council_new, s.council_settled, s.nhs_new, s.nhs_settled, s.self_funders
    return Standing(*what_stands(*where, *people, s.revenue, s.trend, state.n_councils, HOME_CARE, MICRO_ENTERPRISE))


@compiled_in("entry")
def what_stands(
    alive: Flags,
    provider: Rows,
    kind: Codes,
    council: Rows,
    care_type: Codes,
    capacity: Counts,
    council_new: Counts,
    council_settled: Counts,
    nhs_new: Counts,
    nhs_settled: Counts,
    self_funders: Counts,
    revenue: Floats,
    trend: Floats,
    councils: int,
    home_care: int,
    micro_enterprise: int,
) -> Floats:
    """Return a row for each field of :class:`Standing`, a column a council.

    Columns go by site, but for the ``kind`` of each provider.
    """
    micro = kind[provider] == micro_enterprise
    people = council_new + council_settled + nhs_new + nhs_settled + self_funders
    home, branch = alive & (care_type != home_care), alive & (care_type == home_care) & ~micro
    of_homes, of_branches = np.where(home, revenue, 0.0), np.where(branch, revenue, 0.0)
    weights = (
        *(home, capacity * home, people * home, of_homes, of_homes * trend),
        *(branch, people * branch, of_branches, of_branches * trend, alive & micro),
    )
    sums = [np.bincount(council, weights=weight, minlength=councils) for weight in weights]
    return np.array(sums, dtype=np.float64)


def margins_by_council(state: MarketState) -> Floats:
    """Return the mean margin that owners see in each council: care homes, home care; shape (councils, 2)."""
    return _margins(state, standing(state))


def _margins(state: MarketState, now: Standing) -> Floats:
    revenue = np.stack([now.home_revenue, now.branch_revenue], axis=1)
    earned = np.stack([now.home_earned, now.branch_earned], axis=1)
    return np.where(revenue > 0.0, earned / np.maximum(revenue, 1e-9), state.councils.margin_start)


def _entrants(state: MarketState, expected: Floats) -> Newcomers:
    """Draw how many enter in each council, from the means ``expected`` (kinds of entrant x councils).

    Keys are (kind, month, council, ordinal), never a running counter, so a scenario with more entrants before does not
    change who these are.
    """
    drawn = state.uniforms(_DECISIONS, state.councils.key)
    count = poisson(expected, drawn).ravel()
    what, council = np.divmod(np.repeat(np.arange(count.size), count), state.n_councils)
    council = council.astype(np.int32)
    ordinal = np.arange(council.size) - np.repeat(np.cumsum(count) - count, count)
    return Newcomers(what, hash_keys(what + 1, state.month, state.councils.key[council], ordinal), council)


def _homes_expected(state: MarketState, now: Standing, margin: Floats) -> Floats:
    """Return the mean number of new homes: more where margins have risen, homes are full and self-funders live."""
    p, councils = state.scenario.entry, state.councils
    full = now.residents / np.maximum(now.beds, 1.0) / state.scenario.need.occupancy_start
    pull = (councils.self_funder_share / state.mean_of_run(councils.self_funder_share)) ** p.self_funder_pull
    drive = np.exp(np.clip(p.home_margin_response * (margin - councils.margin_start[:, 0]), -3.0, 1.0))
    return np.asarray(p.homes_per_year / 12.0 * now.homes * drive * pull * np.clip(full, 0.0, 1.15) ** 6.0)


def _branches_expected(state: MarketState, now: Standing, margin: Floats) -> Floats:
    """Return the mean number of new home-care branches: more where margins have risen and people wait."""
    p, councils = state.scenario.entry, state.councils
    waiting = councils.waiting_long.reshape(-1, N_TYPES, N_PAYERS)[:, HOME_CARE].sum(axis=1)
    short = 1.0 + 5.0 * np.minimum(waiting / np.maximum(now.clients, 1.0), 0.2)
    drive = np.exp(np.clip(p.branch_margin_response * (margin - councils.margin_start[:, 1]), -3.0, 1.0))
    more = state.conditions.policies.small_branch_entry
    return np.asarray(p.branches_per_year / 12.0 * now.branches * drive * short * more)


def support_micro_enterprises(state: MarketState) -> None:
    """Take the micro-enterprises of councils with a programme under its wing: they stay longer (E08-004, E08-015)."""
    p, rules, reach = state.providers, state.scenario.entry, state.conditions.catalyst
    if not (reach > 0.0).any():
        return
    rows = np.flatnonzero(p.alive & (p.kind == MICRO_ENTERPRISE) & ~p.supported & (reach[p.home_council] > 0.0))
    p.supported[rows] = True
    remaining = np.maximum(p.owner_retires[rows] - state.month, 1).astype(np.float64)
    longer = rules.micro_fold_unsupported / max(rules.micro_fold_supported, 1e-6)
    p.owner_retires[rows] = state.month + np.minimum(remaining * longer, 100_000.0).astype(np.int64)


def _micro_enterprises_expected(state: MarketState, now: Standing) -> Floats:
    """Return the mean number of new micro-enterprises.

    It is in proportion to those there, up to a ceiling; a programme raises the rate (E08-013).
    """
    rules, councils, n = state.scenario.entry, state.councils, now.micro_enterprises
    ceiling = rules.micro_ceiling_per_1000 * councils.population / 1000.0
    reach = state.conditions.catalyst
    rate = rules.micro_growth_unsupported + reach * (rules.micro_growth_supported - rules.micro_growth_unsupported)
    rate = rate * state.conditions.policies.micro_entry
    room = np.maximum(1.0 - n / np.maximum(ceiling, 1.0), 0.0)
    return np.asarray(rate / 12.0 * np.maximum(n, 0.3 * councils.micro_start) * room)


def _open(state: MarketState, newcomers: Newcomers, prices: Floats) -> None:
    """Open the newcomers' sites; their traits stay with them whatever happened before."""
    what, keys, council = newcomers
    if keys.size == 0:
        return
    drawn = state.uniforms(_TRAITS, keys, council, month=0)
    sizes = normal_quantiles(drawn[: len(_DECISIONS)])[what, np.arange(what.size)]
    type_, by_chain, which_chain, member_owned, founder, stops = drawn[len(_DECISIONS) :]
    supported = (what == _MICRO) & (state.conditions.catalyst[council] > 0.0)
    care_type = _care_types(what, type_)
    of_micro, people, stop = traits_of_micro_enterprises(state, stops, sizes, supported)
    capacity = np.where(what == _MICRO, of_micro, _capacities(state, what, care_type, sizes))
    revenue = _first_revenue(state, what, council, care_type, capacity)
    owner = np.full(what.size, -1)
    homes = np.flatnonzero((what == _HOME) & (by_chain < state.scenario.entry.chain_share_of_new_homes))
    if homes.size:
        owner[homes] = sound_chain(state, False, which_chain[homes], council[homes])
        _put_up_by_chains(state, owner, council, capacity, revenue)
    alone = np.flatnonzero(owner < 0)
    cooperative = (what == _BRANCH) & (
        member_owned < _COOPERATIVE_SHARE * state.conditions.policies.cooperative_entry[council]
    )
    members = np.where(cooperative, np.maximum(3, capacity // 3), np.where(what == _MICRO, people, 0))
    kind = np.where(what == _MICRO, MICRO_ENTERPRISE, np.where(cooperative, COOPERATIVE, INDEPENDENT))
    founders = Founders(*newcomers, kind, capacity, revenue, members, supported, founder, stop)
    owner[alone] = _new_owners(state, founders.of(alone))
    open_sites(state, keys, owner, council, care_type, capacity, prices, supported)


def _care_types(what: Ints, drawn: Floats) -> Ints:
    """Return what newcomers offer: new homes are drawn, all others care for people at home."""
    of_home = np.where(drawn < 0.35, RESIDENTIAL, np.where(drawn < 0.65, NURSING, YOUNGER_ADULTS))
    return np.where(what == _HOME, of_home, HOME_CARE)


def _capacities(state: MarketState, what: Ints, care_type: Ints, normal: Floats) -> Ints:
    """Return the beds of new homes and the people whom new branches are set up for."""
    home = what == _HOME
    beds = state.scenario.entry.new_home_beds * np.where(care_type == YOUNGER_ADULTS, 0.22, 1.35)
    size = np.where(home, beds, 40.0) * np.exp(np.where(home, 0.45, 0.6) * normal - np.where(home, 0.1, 0.18))
    size = np.minimum(np.maximum(np.rint(size), np.where(home, 3, 8)), np.where(home, 120, 250))
    return size.astype(np.int64)


def _first_revenue(state: MarketState, what: Ints, council: Rows, care_type: Ints, capacity: Ints) -> Floats:
    """Return the monthly revenue that founders reckon with, GBP: full homes, branches half full, at the fee."""
    unit = state.councils.fee[council, care_type]
    unit = np.where(what == _HOME, unit, unit * state.coefficients.hours_per_person[HOME_CARE])
    return np.where(what == _HOME, 1.0, 0.5) * capacity * unit * WEEKS_PER_MONTH


def _put_up_by_chains(state: MarketState, owner: Ints, council: Rows, beds: Ints, revenue: Floats) -> None:
    """Let chains that own new homes (``owner`` not -1) put in the start-up cash and borrow for the beds."""
    chains = np.flatnonzero(owner >= 0)
    cash = state.scenario.entry.start_up_months * revenue[chains]
    np.add.at(state.providers.cash, owner[chains], cash)
    np.add.at(state.flows.capital_put_in, council[chains], cash)
    finance_beds(state, owner[chains], beds[chains])


def _new_owners(state: MarketState, new: Founders) -> Ints:
    """Add the newcomers' owners with their cash and a bank's credit; returns their rows.

    Founders of branches have no credit yet: a bank lends to them when they have traded for a while (see
    ``finance.review_credit``).
    """
    home, branch, micro = new.what == _HOME, new.what == _BRANCH, new.what == _MICRO
    p, finance = state.scenario.entry, state.scenario.finance
    start_up = np.where(home, p.start_up_months, 0.4 * p.start_up_months) * new.revenue
    orderly = orderly_owners(state, new.keys, new.council, new.kind)
    return add_providers(
        state,
        new.keys,
        new.kind,
        new.council,
        cash=np.where(micro, MICRO_CASH, start_up),
        credit_limit=np.where(micro, MICRO_CASH, np.where(home, finance.credit_months * new.revenue, 0.0)),
        at_home=~home,
        owner_retires=np.where(micro, new.stop, retirement_months(state, new.keys, new.council, new.kind, ~home)),
        orderly=np.where(branch, new.founder < p.founders_stop_early, orderly),
        members=new.members,
        supported=new.supported,
        debt=np.where(home, finance.independent_debt_per_bed * new.capacity, 0.0),
        interest_rate=np.where(home, finance.independent_interest, 0.0),
        rate_change=np.where(home, state.conditions.bank_rate_change, 0.0),
    )
