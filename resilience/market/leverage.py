"""Rules on chains' debt and reserves: what a chain may not pay its investors goes into reserves, then into debt."""

import math

import numpy as np

from resilience.state.codes import CHAIN, HOME_CARE
from resilience.state.columns import Floats
from resilience.state.market_state import MarketState


def excess_debt(state: MarketState) -> Floats:
    """Return each chain's debt in the region beyond the most its own (not leased) beds may carry, GBP."""
    s, p = state.sites, state.providers
    owned = s.alive & (s.care_type != HOME_CARE) & (s.rent == 0.0)
    beds = np.bincount(s.provider[owned], weights=s.capacity[owned], minlength=len(p))
    over = np.maximum(p.debt - state.conditions.policies.debt_per_bed * np.maximum(beds, 1.0), 0.0)
    return np.where(p.alive & (p.kind == CHAIN), over, 0.0)


def hold_back(state: MarketState, group: Floats) -> None:
    """Take back this month's payments to investors from chains short of reserves, or let them pay down debt instead.

    ``group`` is each provider's beds in England over those in the region; cash and payments count for the whole group.
    """
    rules, p = state.conditions.policies, state.providers
    if math.isinf(rules.debt_per_bed) and rules.reserve_months <= 0.0:
        return
    chain = p.alive & (p.kind == CHAIN)
    # Cash before the payment decides, so that a chain just at its reserve may pay out what it has beyond.
    spare = p.cash + p.paid_out - rules.reserve_months * p.revenue * group
    allowed = np.where(chain, np.minimum(p.paid_out, np.maximum(spare, 0.0)), p.paid_out)
    p.cash += p.paid_out - allowed
    over = np.zeros(len(p)) if math.isinf(rules.debt_per_bed) else excess_debt(state) * group
    repaid = np.minimum(allowed, over)
    p.paid_out[:] = allowed - repaid
    p.debt -= repaid / group
    np.add.at(state.flows.debt_repaid, p.home_council, repaid)
