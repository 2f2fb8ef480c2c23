"""Month step 2, need: people leave care or the queue, and people newly need it."""

import numpy as np

from resilience.kernels import compiled_in
from resilience.market import sites as at
from resilience.state.codes import COUNCIL, HOME_CARE, N_PAYERS, N_TYPES, NHS, SELF_FUNDER
from resilience.state.columns import Flags, Floats, Ints, Keys
from resilience.state.market_state import MarketState
from resilience.state.randomness import BinomialTable, hash_keys, normals, poisson, uniforms, uniforms_of

FIRST_PHASE_MONTHS = 12
_REASSESSED = 0.02
"""Chance that a person refused is looked at again in a month when eligibility is wide (assumption)."""
_WORD_OF_MOUTH = 2
"""Word that keeps the keys of people who hear of micro-enterprises apart from those of other newcomers."""
_HEAVY_HOURS = 8.0
"""Hours a week above which a person at home needs more than a micro-enterprise can give (assumption)."""


def step(state: MarketState) -> None:
    """Let people leave and arrive; queues grow older by a month."""
    _leave_sites(state)
    _leave_queues(state)
    _self_funders_leave(state)
    _arrive(state)


def _leave_sites(state: MarketState) -> None:
    """Let council- and NHS-funded people leave in two phases, and pass from the first phase to the later one."""
    s = state.sites
    rates = (*leaving_chances(state), state.coefficients.settle)
    tables = tuple(state.binomial_table(tuple(map(float, chances))) for chances in rates)
    for payer, new, settled in ((COUNCIL, s.council_new, s.council_settled), (NHS, s.nhs_new, s.nhs_settled)):
        words = state.words(f"leave_new/{payer}", f"leave_settled/{payer}", f"settle/{payer}")
        leavers = leave_in_phases(s.key, words, s.alive, s.care_type, new, settled, tables)
        by_market = np.bincount(state.index.market, weights=leavers, minlength=state.n_councils * N_TYPES)
        state.flows.leavers[:, :, payer] += by_market.astype(np.int64).reshape(-1, N_TYPES)


@compiled_in("need")
def leave_in_phases(
    keys: Keys,
    words: Keys,
    alive: Flags,
    kind: Ints,
    new: Ints,
    settled: Ints,
    tables: tuple[BinomialTable, ...],
) -> Ints:
    """Let people of one payer leave and settle at living sites, in place; returns those who left each site.

    ``words`` and ``tables`` are for leaving in the first phase, leaving in the later one, and settling, which may
    happen to those who did not leave.
    """
    leavers = np.zeros(keys.size, dtype=np.int64)
    rows = np.flatnonzero(alive & (new + settled > 0))
    kind = kind[rows]
    u = uniforms_of(keys[rows], words)
    left = tables[0].draw(new[rows], u[0], kind)
    later = tables[1].draw(settled[rows], u[1], kind)
    moved = tables[2].draw(new[rows] - left, u[2], kind)
    new[rows] -= left + moved
    settled[rows] += moved - later
    leavers[rows] = left + later
    return leavers


def leaving_chances(state: MarketState) -> tuple[Floats, Floats]:
    """Return the monthly chance of leaving care in the first and in the later phase of a stay, by kind of care."""
    c, factor = state.coefficients, state.conditions.leaving_factor
    if (factor == 1.0).all():
        return c.leave_new, c.leave_settled
    return 1.0 - (1.0 - c.leave_new) ** factor, 1.0 - (1.0 - c.leave_settled) ** factor


_QUEUES = ("waiting", "waiting_long", "displaced", "displaced_long")


def _leave_queues(state: MarketState) -> None:
    """Let people who wait or are refused leave at the later-phase rate, then move everyone's wait on by a month."""
    councils = state.councils
    rates = tuple(map(float, state.coefficients.leave_settled))
    kind = np.tile(np.repeat(np.arange(N_TYPES), N_PAYERS), state.n_councils)
    leavers = np.zeros(councils.waiting.shape, dtype=np.int64)
    for name in _QUEUES:
        queue = getattr(councils, name)
        if queue.any():
            gone = state.binomial(f"leave_{name}", state.index.payer_keys, queue.ravel(), rates, kind)
            gone = gone.reshape(queue.shape)
            queue -= gone
            leavers += gone
    councils.waiting_long += councils.waiting
    councils.waiting[:] = 0
    councils.displaced_long += councils.displaced
    councils.displaced[:] = 0
    state.flows.leavers += leavers.reshape(-1, N_TYPES, N_PAYERS)
    refused = councils.rationed
    gone = state.binomial(
        "leave_rationed",
        state.index.keys,
        refused.ravel(),
        rates,
        np.tile(np.arange(N_TYPES), state.n_councils),
    ).reshape(refused.shape)
    refused -= gone
    state.flows.leavers[:, :, COUNCIL] += gone


def _self_funders_leave(state: MarketState) -> None:
    """Let each self-funder leave by the hazard of the time spent in care; remove them from site and table."""
    f = state.self_funders
    (word,), chances = state.words("self_funder_leaves"), leaving_chances(state)
    gone = leaving(f.key, word, f.months_in_care, f.care_type, *chances, FIRST_PHASE_MONTHS)
    remove_from_sites(state, gone)
    np.add.at(state.flows.leavers[:, :, SELF_FUNDER], (f.council[gone], f.care_type[gone]), 1)
    f.drop(gone)
    f.months_in_care += 1
    f.waiting_months += f.site < 0


@compiled_in("need")
def leaving(
    keys: Keys,
    word: np.uint64,
    months_in_care: Ints,
    care_type: Ints,
    leave_new: Floats,
    leave_settled: Floats,
    first_phase_months: int,
) -> Ints:
    """Return the rows of those who leave; the monthly chances are by kind of care."""
    first_phase = months_in_care < first_phase_months
    hazard = np.where(first_phase, leave_new[care_type], leave_settled[care_type])
    return np.flatnonzero(uniforms(keys, word) < hazard)


def remove_from_sites(state: MarketState, leaving: Ints) -> None:
    """Take the self-funders in rows ``leaving`` off their sites' counts."""
    f, s = state.self_funders, state.sites
    placed = leaving[f.site[leaving] >= 0]
    site = f.site[placed]
    s.self_funders -= np.bincount(site, minlength=len(s))
    s.self_funder_hours -= np.bincount(site, weights=f.hours[placed], minlength=len(s))
    np.maximum(s.self_funder_hours, 0.0, out=s.self_funder_hours)


def _arrive(state: MarketState) -> None:
    """Draw the people newly needing care in each council, kind of care and payer, and sort them into queues."""
    councils = state.councils
    mean = councils.arrivals.reshape(-1, N_TYPES, N_PAYERS) * state.conditions.need_factor[:, None]
    mean = mean * _payer_factor(state) * state.conditions.arrivals_factor[:, None]
    _council_pays_instead(state, mean)
    mean[:, HOME_CARE, [COUNCIL, SELF_FUNDER]] *= state.conditions.policies.low_need[:, None]
    u = state.uniform("arrivals", state.index.payer_keys).reshape(mean.shape)
    arrivals = poisson(mean, u)
    state.flows.arrivals += arrivals
    _ration(state, arrivals)
    councils.waiting[:, NHS::N_PAYERS] += arrivals[:, :, NHS]
    add_self_funders(state, arrivals[:, :, SELF_FUNDER], _hear_of_micro_enterprises(state))


def _hear_of_micro_enterprises(state: MarketState) -> Ints:
    """Let people who bought no care before hear of micro-enterprises with time to spare, and look for a little care.

    Returns how many do, councils x kinds of care. Somerset's enterprises serve far more people than bought home care
    there (E08-029, E08-030). Supported enterprises are twice as easy to hear of.
    """
    s, rate = state.sites, state.scenario.entry.micro_word_of_mouth
    micro = s.alive & at.is_micro(state)
    known = np.where(state.providers.supported[s.provider], 1.0, 0.5)
    taken = s.self_funders + at.places_of_direct_payments(state)
    free = np.where(micro, np.maximum(s.capacity - taken, 0) * known, 0.0)
    mean = rate * np.bincount(s.council, weights=free, minlength=state.n_councils)
    count = np.zeros((state.n_councils, N_TYPES), dtype=np.int64)
    count[:, HOME_CARE] = poisson(mean, state.uniform("word_of_mouth", state.councils.key))
    state.flows.arrivals[:, HOME_CARE, SELF_FUNDER] += count[:, HOME_CARE]
    return count


def _payer_factor(state: MarketState) -> Floats:
    """Return the factor on arrivals by payer, which shocks to self-funders may change: shape (1, 1, payers)."""
    return state.conditions.payer_factor.reshape(1, 1, N_PAYERS)


def _council_pays_instead(state: MarketState, mean: Floats) -> None:
    """Move the share of expected self-funders who cannot pay to the council's side, in place."""
    moved = state.conditions.council_pays_instead * mean[:, :, SELF_FUNDER]
    mean[:, :, COUNCIL] += moved
    mean[:, :, SELF_FUNDER] -= moved


def _ration(state: MarketState, arrivals: Ints) -> None:
    """Let eligibility decide how many of the newly assessed the council funds; the rest go without.

    A council refuses ``1 - eligibility`` of them, the fraction of a person settled by a keyed draw. When eligibility
    widens, people refused before are looked at again at the same rate as they leave the queue by other ways.
    """
    councils, keys = state.councils, state.index.keys
    new = arrivals[:, :, COUNCIL]
    refused = new * (1.0 - councils.eligibility)[:, None]
    whole = np.floor(refused).astype(np.int64)
    whole += state.uniform("ration", keys).reshape(whole.shape) < refused - whole
    councils.rationed += whole
    looked_at = state.binomial("reassess", keys, councils.rationed.ravel(), (_REASSESSED,))
    opening = np.clip((councils.eligibility - 0.9) * 10.0, 0.0, 1.0)[:, None]
    again = np.floor(looked_at.reshape(new.shape) * opening).astype(np.int64)
    councils.rationed -= again
    councils.waiting[:, COUNCIL::N_PAYERS] += new - whole + again


def add_self_funders(state: MarketState, arrivals: Ints, by_word: Ints) -> None:
    """Add newly arrived self-funders to the queue; both counts are councils x kinds of care.

    Those who come ``by_word`` of mouth want only a little care.
    """
    groups = [_newcomers(state, count.ravel(), word) for count, word in ((arrivals, 1), (by_word, _WORD_OF_MOUTH))]
    keys, market = (np.concatenate(column) for column in zip(*groups, strict=True))
    if keys.size == 0:
        return
    council, care_type = np.divmod(market, N_TYPES)
    traits = self_funder_traits(state, keys, care_type)
    little = traits["hours"][groups[0][0].size :]
    scale = state.scenario.entry.micro_hours_per_client / state.coefficients.hours_per_person[HOME_CARE]
    little[:] = np.clip(little * scale, 1.0, _HEAVY_HOURS)
    state.self_funders.append(
        keys.size,
        spell=state.next_spell + np.arange(keys.size),
        key=keys,
        council=council,
        care_type=care_type,
        site=-1,
        **traits,
    )
    state.next_spell += keys.size


def _newcomers(state: MarketState, count: Ints, word: int) -> tuple[Keys, Ints]:
    """Return the keys and markets of newcomers, ``count`` in each market.

    Their keys are (word, month, council, kind of care, ordinal), never a running counter, so that a scenario that
    changes how many came before does not change who they are.
    """
    market = np.repeat(np.arange(count.size), count)
    ordinal = np.arange(market.size) - np.repeat(np.cumsum(count) - count, count)
    council, care_type = np.divmod(market, N_TYPES)
    return hash_keys(word, state.month, state.councils.key[council], care_type, ordinal), market


def self_funder_traits(state: MarketState, keys: Keys, care_type: Ints) -> dict[str, np.ndarray]:
    """Draw hours, savings, income and price class of people with these keys: draws of the person, not of the month."""
    p = state.scenario.self_funders
    at_home = care_type == HOME_CARE
    in_hours, in_savings, in_income, in_class = normals(
        state.seed, ("hours", "savings", "income", "price_class"), 0, keys
    )
    hours = state.coefficients.hours_per_person[care_type]
    spread = 0.8
    own_hours = np.clip(hours * np.exp(spread * in_hours - spread**2 / 2.0), 1.5, 70.0)
    median = np.where(at_home, p.home_care_savings_median, p.savings_median)
    savings = median * np.exp(p.savings_spread * in_savings) * state.conditions.cost_index
    savings = savings * np.where(at_home, 1.0, state.conditions.new_savings_factor)
    income = np.where(at_home, p.home_care_income_to_fees, p.income_to_fees) * np.exp(0.3 * in_income - 0.045)
    return {
        "hours": np.where(at_home, own_hours, hours),
        "savings": np.maximum(savings, p.capital_limit * 1.05),
        "income": income,
        "price_class": np.digitize(in_class, [-0.43, 0.43]),
    }


def light_need(state: MarketState, rows: Ints) -> np.ndarray:
    """Return true for people whose need a micro-enterprise can meet."""
    return state.self_funders.hours[rows] <= _HEAVY_HOURS


def total_people(state: MarketState) -> Ints:
    """Return everyone in need now, by council, kind of care and payer: in care, waiting, displaced and rationed."""
    f, councils = state.self_funders, state.councils
    size = state.n_councils * N_TYPES
    market = state.market_of_site()
    total = np.zeros((state.n_councils, N_TYPES, N_PAYERS), dtype=np.int64)
    shape = (state.n_councils, N_TYPES)
    total[:, :, COUNCIL] = np.bincount(market, weights=at.council_people(state), minlength=size).reshape(shape)
    total[:, :, NHS] = np.bincount(market, weights=at.nhs_people(state), minlength=size).reshape(shape)
    total[:, :, SELF_FUNDER] = np.bincount(f.council * N_TYPES + f.care_type, minlength=size).reshape(shape)
    queues = councils.waiting + councils.waiting_long + councils.displaced + councils.displaced_long
    total += queues.reshape(total.shape)
    total[:, :, COUNCIL] += councils.rationed
    return total
