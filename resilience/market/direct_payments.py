"""Direct payments: council-funded people at home who choose a micro-enterprise with the council's money."""

import numpy as np

from resilience.market import sites as at
from resilience.market.placement import share_out
from resilience.state.codes import COUNCIL, HOME_CARE, N_PAYERS, N_TYPES
from resilience.state.columns import Ints
from resilience.state.market_state import MarketState


def pay_directly(state: MarketState, room: Ints) -> None:
    """Let a share of those who newly wait for home care take a direct payment to a micro-enterprise with time.

    ``room`` is the free places of every site, which is not changed: no other payer of this step uses
    micro-enterprises. A client of usual hours takes several of a micro-enterprise's places.
    """
    share = state.conditions.policies.direct_payment_share
    if share <= 0.0:
        return
    s, councils = state.sites, state.councils
    column = HOME_CARE * N_PAYERS + COUNCIL
    asking = share * councils.waiting[:, column]
    count = np.floor(asking).astype(np.int64)
    count += state.uniform("direct_payment", councils.key) < asking - count
    wanting = np.zeros((state.n_councils, N_TYPES), dtype=np.int64)
    wanting[:, HOME_CARE] = count
    if not wanting.any():
        return
    open_here = np.where(at.is_micro(state), room // at.places_of_council_client(state), 0)
    known = np.where(state.providers.supported[s.provider], 1.0, 0.5)
    placed, left = share_out(state, "direct_payments", wanting.ravel(), open_here, known * np.exp(s.quality))
    s.council_new += placed
    councils.waiting[:, column] -= (wanting.ravel() - left).reshape(-1, N_TYPES)[:, HOME_CARE]
