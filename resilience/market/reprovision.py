"""Month step 9, re-provision: the displaced queue for staffed room in the same council, then its neighbours."""

import numpy as np

from resilience.market import commissioning, notice
from resilience.market import sites as at
from resilience.market.choice import choose, lose_on_the_way
from resilience.market.contagion import extra_cost_of_stepping_in
from resilience.market.council_queues import ALWAYS_REPLACED, queues, replace_payer, serve_displaced
from resilience.market.placement import ROUNDS
from resilience.state.codes import COUNCIL, COUNCIL_SERVICE, HOME_CARE, N_PAYERS, N_TYPES, NHS
from resilience.state.columns import Floats, Ints
from resilience.state.market_state import MarketState


def step(state: MarketState) -> None:
    """Find new places for displaced people at once where there is room; a council's own service steps in last.

    Those who are re-placed lose the lag (E07-069 to E07-073); the others stay in the queue and lose everything until
    they are placed.
    """
    councils = state.councils
    if (councils.displaced + councils.displaced_long).any():
        _replace_counted(state)
        step_in(state)
    f = state.self_funders
    seeking = np.flatnonzero(f.displaced)
    seeking = seeking[f.site[seeking] < 0]
    if seeking.size:
        choose(state, "reprovision", seeking)
        placed = seeking[f.site[seeking] >= 0]
        lose_on_the_way(state, placed, state.coefficients.lag_share, _lag_left_of(state, placed))


def _lag_left_of(state: MarketState, people: Ints) -> Floats:
    """Return the part of the days without care that longer notice leaves to each of these self-funders."""
    f = state.self_funders
    return np.asarray(notice.lag_left(state)[f.council[people], f.care_type[people]])


def _replace_counted(state: MarketState) -> None:
    """Re-place displaced council- and NHS-funded people with other sites of the same council."""
    s, councils, share = state.sites, state.councils, state.scenario.reprovision.replaced_in_a_month
    room = at.staffed_room(state)
    council_pull, nhs_pull = commissioning.public_pulls(state)
    lag_share, lag_left = state.coefficients.lag_share, notice.lag_left(state)
    for payer, new, settled, pull in (
        (COUNCIL, s.council_new, s.council_settled, council_pull),
        (NHS, s.nhs_new, s.nhs_settled, nhs_pull),
    ):
        if not (councils.displaced[:, payer::N_PAYERS] + councils.displaced_long[:, payer::N_PAYERS]).any():
            continue
        words = state.words(*(f"reprovision/{payer}/{attempt}" for attempt in range(ROUNDS)))
        places = new, settled, room, pull, state.index
        replace_payer(payer, queues(state), *places, words, share, ALWAYS_REPLACED, lag_share, lag_left)


def step_in(state: MarketState) -> None:
    """Let each council's own home care take displaced council clients, as fast as it can grow in an emergency."""
    s, councils = state.sites, state.councils
    column = HOME_CARE * N_PAYERS + COUNCIL
    waiting = councils.displaced[:, column] + councils.displaced_long[:, column]
    if not waiting.any():
        return
    for row in _own_services(state, np.flatnonzero(waiting)):
        council = int(s.council[row])
        clients = int(s.council_new[row] + s.council_settled[row])
        effects = state.conditions.policies
        growth = max(state.scenario.councils.step_in_growth, effects.step_in_growth)
        limit = int(np.ceil(growth * max(clients, 10) + effects.step_in_clients))
        taken = min(limit, int(waiting[council]))
        if taken == 0:
            continue
        waiting[council] -= taken
        s.council_new[row] += taken
        s.capacity[row] = max(int(s.capacity[row]), clients + taken)
        served = np.zeros((state.n_councils, N_TYPES), dtype=np.int64)
        served[council, HOME_CARE] = taken
        lag_share, lag_left = state.coefficients.lag_share, notice.lag_left(state)
        serve_displaced(queues(state).of(COUNCIL), served, lag_share, lag_left)
        state.flows.step_ins[council] += 1
        state.flows.budget_drain[council] += extra_cost_of_stepping_in(state, council, HOME_CARE, taken)
        state.ledger.record(
            state.month,
            "step_in",
            reason="displaced people without a place",
            provider=int(s.provider[row]),
            site=int(row),
            council=council,
            care_type=HOME_CARE,
            people=(taken, 0, 0),
            hours=taken * float(state.coefficients.hours_per_person[HOME_CARE]),
        )


def _own_services(state: MarketState, councils: Ints) -> list[int]:
    """Return the living home-care services of these councils' own, in the order of their rows."""
    s, index = state.sites, state.index
    markets = councils * N_TYPES + HOME_CARE
    branches = zip(index.starts[markets].tolist(), index.ends[markets].tolist(), strict=True)
    rows = np.sort(np.concatenate([index.order[start:end] for start, end in branches]))
    own: list[int] = rows[s.alive[rows] & (state.providers.kind[s.provider[rows]] == COUNCIL_SERVICE)].tolist()
    return own
