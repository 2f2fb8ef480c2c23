"""Self-funders whose savings reach the capital limit become council-funded and stay where they are."""

import numpy as np

from resilience.market.need import FIRST_PHASE_MONTHS, remove_from_sites
from resilience.state.codes import COUNCIL, N_PAYERS
from resilience.state.market_state import MarketState


def run_down(state: MarketState) -> None:
    """Pass every self-funder at or below the capital limit (E06-037) to the council.

    People in care stay at their site as council-funded residents or clients (a person at home then has the hours of an
    average council client). People who still wait join the council's queue.
    """
    f, s = state.self_funders, state.sites
    rows = np.flatnonzero(f.savings <= state.scenario.self_funders.capital_limit)
    if rows.size == 0:
        return
    np.add.at(state.flows.run_down, (f.council[rows], f.care_type[rows]), 1)
    remove_from_sites(state, rows)
    placed = rows[f.site[rows] >= 0]
    young = f.months_in_care[placed] < FIRST_PHASE_MONTHS
    s.council_new += np.bincount(f.site[placed[young]], minlength=len(s))
    s.council_settled += np.bincount(f.site[placed[~young]], minlength=len(s))
    waiting = rows[f.site[rows] < 0]
    column = f.care_type[waiting] * N_PAYERS + COUNCIL
    for flag, queue in ((True, state.councils.displaced), (False, state.councils.waiting)):
        who = f.displaced[waiting] == flag
        np.add.at(queue, (f.council[waiting[who]], column[who]), 1)
    f.drop(rows)
