"""Longer notice of the failure of providers that are difficult to replace by law: time to find places and buyers."""

import numpy as np

from resilience.state.codes import DAYS_PER_MONTH
from resilience.state.columns import Floats, Ints
from resilience.state.market_state import MarketState

_QUARTER_DAYS = 90.0
"""Notice that halves the crowding of homes on the market (assumption)."""


def give(state: MarketState, rows: Ints) -> None:
    """Note the people at closing sites of difficult-to-replace providers, whose council was told in good time."""
    if state.conditions.policies.notice_days <= 0.0:
        return
    s = state.sites
    told = rows[state.providers.statutory[s.provider[rows]]]
    people = s.council_new + s.council_settled + s.nhs_new + s.nhs_settled + s.self_funders
    np.add.at(state.flows.noticed, (s.council[told], s.care_type[told]), people[told])


def lag_left(state: MarketState) -> Floats:
    """Return the part of the days without care that is left to those displaced, councils x kinds of care.

    Only people whose provider's failure was announced gain: they lose the days that the notice, as far as it is used,
    does not cover. Their part among all who are displaced in a council this month shares the gain out.
    """
    effects, flows = state.conditions.policies, state.flows
    left = np.ones((state.n_councils, state.coefficients.lag_share.size))
    if effects.notice_days <= 0.0 or not flows.noticed.any():
        return left
    usual = state.coefficients.lag_share * DAYS_PER_MONTH
    spared = np.minimum(effects.notice_use * effects.notice_days / np.maximum(usual, 1e-9), 1.0)
    told = np.minimum(flows.noticed.sum(axis=1) / np.maximum(flows.displaced, 1), 1.0)
    return left - told[:, None] * spared


def crowding_left(state: MarketState, rows: Ints) -> Floats:
    """Return how much of a crowded market weighs on the sale of each site: less where its sale was announced."""
    days = state.conditions.policies.notice_days
    told = state.providers.statutory[state.sites.provider[rows]]
    return np.where(told, 1.0 / (1.0 + days / _QUARTER_DAYS), 1.0)
