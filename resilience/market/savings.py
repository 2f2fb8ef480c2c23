"""Self-funders whose savings reach the capital limit become council-funded and stay where they are."""

import numpy as np

from resilience.kernels import compiled_in
from resilience.market.need import FIRST_PHASE_MONTHS, remove_from_sites
from resilience.state.codes import COUNCIL, N_PAYERS, N_TYPES
from resilience.state.columns import Codes, Counts, Flags, Ints, Months, Rows
from resilience.state.market_state import MarketState
from resilience.state.tables import GONE

_COLUMN_OF = np.arange(N_TYPES) * N_PAYERS + COUNCIL
"""Column of the council's queues for each kind of care."""


def run_down(state: MarketState) -> None:
    """Pass every self-funder at or below the capital limit (E06-037) to the council.

    People in care stay at their site as council-funded residents or clients (a person at home then has the hours of an
    average council client). People who still wait join the council's queue. All who went this month, those who left
    care included, are taken out of the table together.
    """
    f, s = state.self_funders, state.sites
    rows = np.flatnonzero(f.savings <= state.scenario.self_funders.capital_limit)
    rows = rows[f.site[rows] != GONE]
    remove_from_sites(state, rows)
    people = f.site, f.council, f.care_type, f.months_in_care, f.displaced
    served = s.council_new, s.council_settled
    queues = state.councils.waiting, state.councils.displaced
    fund(rows, *people, *served, *queues, state.flows.run_down, FIRST_PHASE_MONTHS, _COLUMN_OF)
    f.mark_gone(rows)
    f.drop_gone()


@compiled_in("need")
def fund(
    rows: Ints,
    site: Rows,
    council: Rows,
    care_type: Codes,
    months_in_care: Months,
    displaced: Flags,
    council_new: Counts,
    council_settled: Counts,
    waiting: Ints,
    queue_displaced: Ints,
    run_down: Ints,
    first_phase_months: int,
    column_of: Ints,
) -> None:
    """Count the self-funders in ``rows`` among the council's people at their sites, or in its queues, in place.

    They are in the first phase of a stay for ``first_phase_months``. Queues are those who wait and the displaced,
    councils x columns; ``column_of`` is that of each kind of care. ``run_down`` counts by council and kind of care.
    """
    np.add.at(run_down, (council[rows], care_type[rows]), 1)
    placed, without = rows[site[rows] >= 0], rows[site[rows] < 0]
    young = months_in_care[placed] < first_phase_months
    np.add.at(council_new, site[placed[young]], 1)
    np.add.at(council_settled, site[placed[~young]], 1)
    for flag, queue in ((True, queue_displaced), (False, waiting)):
        who = without[displaced[without] == flag]
        np.add.at(queue, (council[who], column_of[care_type[who]]), 1)
