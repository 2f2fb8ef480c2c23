"""Housing with care: small schemes built with public capital and run by a third-sector landlord, free of debt."""

import numpy as np

from resilience.market.newcomers import add_providers, open_sites
from resilience.state.codes import INDEPENDENT, RESIDENTIAL, SECTORS, WEEKS_PER_MONTH
from resilience.state.market_state import MarketState
from resilience.state.randomness import hash_keys

_WORD = 23
"""Word that keeps the keys of schemes apart from those of other newcomers."""


def any_due(state: MarketState) -> bool:
    """Return true where schemes open this month."""
    return bool((np.rint(state.conditions.policies.extra_care_places) > 0.0).any())


def open_schemes(state: MarketState) -> None:
    """Open this month's schemes: a place counts like one in a residential home, without rent and without debt."""
    places = np.rint(state.conditions.policies.extra_care_places).astype(np.int64)
    council = np.flatnonzero(places > 0).astype(np.int32)
    if council.size == 0:
        return
    keys = hash_keys(_WORD, state.month, state.councils.key[council])
    size, kind = places[council], np.full(council.size, INDEPENDENT)
    revenue = size * state.councils.fee[council, RESIDENTIAL] * WEEKS_PER_MONTH
    owner = add_providers(
        state,
        keys,
        kind,
        council,
        cash=state.scenario.entry.start_up_months * revenue,
        credit_limit=state.scenario.finance.credit_months * revenue,
        at_home=np.zeros(council.size, dtype=np.bool_),
    )
    state.providers.sector[owner] = SECTORS.index("third_sector")
    state.providers.owner_retires[owner] = np.iinfo(np.int64).max
    open_sites(state, keys, owner, council, np.full(council.size, RESIDENTIAL), size)
    np.add.at(state.flows.schemes, council, 1)
