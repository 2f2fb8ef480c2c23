"""Employee buy-outs: the staff of a viable home or branch that finds no buyer take it over as a co-operative."""

import numpy as np

from resilience.market.closure import record_site_events
from resilience.market.displaced import pay_off_debt
from resilience.market.newcomers import add_providers
from resilience.state.codes import COOPERATIVE, HOME_CARE
from resilience.state.columns import Flags, Ints
from resilience.state.market_state import MarketState
from resilience.state.randomness import hash_keys

_WORD = 19
"""Word that keeps the keys of buy-outs apart from those of other new providers."""


def viable(state: MarketState, rows: Ints) -> Flags:
    """Return the sites whose surplus before rent and interest could carry them under their staff."""
    s, rules = state.sites, state.conditions.policies
    margin = s.operating_surplus[rows] / np.maximum(s.revenue[rows], 1.0)
    least = np.where(s.care_type[rows] == HOME_CARE, rules.buyout_margin_home_care, rules.buyout_margin)
    rent = s.surplus_to_rent[rows] / np.maximum(s.revenue[rows], 1.0)
    return (s.revenue[rows] > 0.0) & (margin - rent >= least)


def take_over(state: MarketState, rows: Ints, reasons: list[str]) -> Flags:
    """Turn some of these unsold sites into co-operatives of their staff; returns which were taken over."""
    s, rules = state.sites, state.conditions.policies
    if rules.buyout_chance <= 0.0 or rows.size == 0:
        return np.zeros(rows.size, dtype=np.bool_)
    taken = viable(state, rows) & (state.uniform("buy_out", s.key[rows], s.council[rows]) < rules.buyout_chance)
    new_homes = rows[taken]
    if new_homes.size == 0:
        return taken
    why = [reason for reason, kept in zip(reasons, taken, strict=True) if kept]
    record_site_events(state, ["employee_buyout"] * new_homes.size, new_homes, why)
    pay_off_debt(state, new_homes)
    _hand_over(state, new_homes)
    return taken


def _hand_over(state: MarketState, rows: Ints) -> None:
    """Give each site to a new co-operative with working capital and no debt; its margin is judged afresh."""
    s, p, finance = state.sites, state.providers, state.scenario.finance
    at_home = s.care_type[rows] == HOME_CARE
    revenue, council = s.revenue[rows], s.council[rows]
    capital = state.conditions.policies.buyout_months * revenue
    owner = add_providers(
        state,
        hash_keys(s.key[rows], state.month, _WORD),
        np.full(rows.size, COOPERATIVE),
        council,
        cash=capital,
        credit_limit=np.where(at_home, finance.credit_months_home_care, finance.credit_months) * revenue,
        at_home=at_home,
    )
    p.members[owner] = np.maximum(np.rint(s.staff[rows]), 3)
    s.provider[rows] = owner
    s.trend[rows] = 0.0
    s.loss_months[rows] = 0
    s.inadequate_months[rows] = 0
    np.add.at(state.flows.buy_outs, council, 1)
    np.add.at(state.flows.buy_out_capital, council, capital)
    np.add.at(state.flows.sales, (council, s.care_type[rows]), 1)
