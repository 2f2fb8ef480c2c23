"""Month step 2, need: people leave care or the queue, and people newly need it."""

import numpy as np

from resilience.kernels import compiled_in
from resilience.market import sites as at
from resilience.state.codes import COUNCIL, HOME_CARE, MICRO_ENTERPRISE, N_PAYERS, N_TYPES, NHS, SELF_FUNDER
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Keys, Months, Rows
from resilience.state.market_state import MarketState
from resilience.state.randomness import (
    BinomialTable,
    hash_keys,
    normal_probabilities,
    normal_quantiles,
    poisson,
    uniforms_of,
)

FIRST_PHASE_MONTHS = 12
_REASSESSED = 0.02
"""Chance that a person refused is looked at again in a month when eligibility is wide (assumption)."""
_WORDS_OF_NEWCOMERS = np.array([1, 2])
"""Words that keep the keys of people who hear of micro-enterprises (2) apart from those of other newcomers (1)."""
HEAVY_HOURS = 8.0
"""Hours a week above which a person at home needs more than a micro-enterprise can give (assumption)."""


def step(state: MarketState) -> None:
    """Let people leave and arrive; queues grow older by a month."""
    _leave_sites(state)
    _leave_queues(state)
    _self_funders_leave(state)
    _arrive(state)


def _leave_sites(state: MarketState) -> None:
    """Let council- and NHS-funded people leave in two phases, and pass from the first phase to the later one."""
    s, leavers = state.sites, state.flows.leavers
    rates = (*leaving_chances(state), state.coefficients.settle)
    tables = tuple(state.binomial_table(tuple(chances.tolist())) for chances in rates)
    for payer, new, settled in ((COUNCIL, s.council_new, s.council_settled), (NHS, s.nhs_new, s.nhs_settled)):
        words = state.words(f"leave_new/{payer}", f"leave_settled/{payer}", f"settle/{payer}")
        leave_in_phases(s.key, s.council, words, s.alive, s.care_type, new, settled, tables, leavers, payer)


@compiled_in("need")
def leave_in_phases(
    keys: Keys,
    council: Rows,
    words: Keys,
    alive: Flags,
    kind: Codes,
    new: Counts,
    settled: Counts,
    tables: tuple[BinomialTable, ...],
    leavers: Ints,
    payer: int,
) -> None:
    """Let people of one payer leave and settle at living sites, and add to ``leavers``, in place.

    ``leavers`` counts those who left, councils x kinds of care x payers. ``words`` (by council) and ``tables`` are for
    leaving in the first phase, leaving in the later one, and settling, which may happen to those who did not leave.
    """
    rows = np.flatnonzero(alive & (new + settled > 0))
    kind = kind[rows]
    u = uniforms_of(keys[rows], words, council[rows])
    left = tables[0].draw(new[rows], u[0], kind)
    later = tables[1].draw(settled[rows], u[1], kind)
    moved = tables[2].draw(new[rows] - left, u[2], kind)
    new[rows] -= left + moved
    settled[rows] += moved - later
    np.add.at(leavers[:, :, payer], (council[rows], kind), left + later)


def leaving_chances(state: MarketState) -> tuple[Floats, Floats]:
    """Return the monthly chance of leaving care in the first and in the later phase of a stay, by kind of care."""
    c, factor = state.coefficients, state.conditions.leaving_factor
    if factor.tolist() == [1.0] * N_TYPES:
        return c.leave_new, c.leave_settled
    return 1.0 - (1.0 - c.leave_new) ** factor, 1.0 - (1.0 - c.leave_settled) ** factor


def _leave_queues(state: MarketState) -> None:
    """Let people who wait or are refused leave at the later-phase rate, then move everyone's wait on by a month."""
    c, index = state.councils, state.index
    table = state.binomial_table(tuple(state.coefficients.leave_settled.tolist()))
    names = "waiting", "waiting_long", "displaced", "displaced_long", "rationed"
    words = state.words(*(f"leave_{name}" for name in names))
    queues = c.waiting, c.waiting_long, c.displaced, c.displaced_long
    leave_queues(queues, c.rationed, state.flows.leavers, index.payer_keys, index.keys, words, table)


@compiled_in("need")
def leave_queues(
    queues: tuple[Ints, Ints, Ints, Ints],
    rationed: Ints,
    leavers: Ints,
    payer_keys: Keys,
    keys: Keys,
    words: Keys,
    table: BinomialTable,
) -> None:
    """Let people leave the queues and grow a month older there, in place; ``leavers`` counts them.

    Queues are those who wait, wait long, are displaced and long displaced, councils x (kinds of care x payers);
    ``rationed`` people are counted by councils x kinds of care. A row of words a queue, the last for them.
    """
    councils, kinds, payers = leavers.shape
    kind = np.tile(np.repeat(np.arange(kinds), payers), councils)
    drawn = uniforms_of(payer_keys, words[:-1], np.repeat(np.arange(councils, dtype=np.int32), kinds * payers))
    for queue, u in zip(queues, drawn, strict=True):
        gone = table.draw(queue.ravel(), u, kind).reshape(queue.shape)
        queue -= gone
        leavers += gone.reshape(leavers.shape)
    (u,) = uniforms_of(keys, words[-1:], np.repeat(np.arange(councils, dtype=np.int32), kinds))
    gone = table.draw(rationed.ravel(), u, np.tile(np.arange(kinds), councils))
    rationed -= gone.reshape(rationed.shape)
    leavers[:, :, COUNCIL] += gone.reshape(rationed.shape)
    waiting, waiting_long, displaced, displaced_long = queues
    waiting_long += waiting
    waiting[:] = 0
    displaced_long += displaced
    displaced[:] = 0


def _self_funders_leave(state: MarketState) -> None:
    """Let each self-funder leave by the hazard of the time spent in care: off their sites now, marked as gone.

    They are taken out of the table with those who are passed to the council (:mod:`resilience.market.savings`).
    """
    f = state.self_funders
    words, chances = state.words("self_funder_leaves"), leaving_chances(state)
    gone = leaving(f.key, f.council, words, f.months_in_care, f.care_type, *chances, FIRST_PHASE_MONTHS)
    remove_from_sites(state, gone)
    count_leavers(gone, f.council, f.care_type, state.flows.leavers, SELF_FUNDER)
    f.mark_gone(gone)
    grow_older(f.site, f.months_in_care, f.waiting_months)


@compiled_in("need")
def leaving(
    keys: Keys,
    council: Rows,
    words: Keys,
    months_in_care: Months,
    care_type: Codes,
    leave_new: Floats,
    leave_settled: Floats,
    first_phase_months: int,
) -> Ints:
    """Return the rows of those who leave; the monthly chances are by kind of care."""
    first_phase = months_in_care < first_phase_months
    hazard = np.where(first_phase, leave_new[care_type], leave_settled[care_type])
    return np.flatnonzero(uniforms_of(keys, words, council)[0] < hazard)


@compiled_in("need")
def count_leavers(gone: Ints, council: Rows, care_type: Codes, leavers: Ints, payer: int) -> None:
    """Add the people in rows ``gone`` to the payer's ``leavers``, councils x kinds of care x payers, in place."""
    np.add.at(leavers[:, :, payer], (council[gone], care_type[gone]), 1)


@compiled_in("need")
def grow_older(site: Rows, months_in_care: Months, waiting_months: Months) -> None:
    """Count a month more in care for everybody, and a month of waiting for those without a site (-1), in place."""
    months_in_care += 1
    waiting_months += site < 0


def remove_from_sites(state: MarketState, leaving: Ints) -> None:
    """Take the self-funders in rows ``leaving`` off their sites' counts."""
    f, s = state.self_funders, state.sites
    move_out(leaving, f.site, f.hours, s.self_funders, s.self_funder_hours)


@compiled_in("need")
def move_out(leaving: Ints, site: Rows, hours: Floats, self_funders: Counts, self_funder_hours: Floats) -> None:
    """Take the people in rows ``leaving``, of whom some have no site (-1), off the counts of sites, in place."""
    placed = leaving[site[leaving] >= 0]
    at_site = site[placed]
    self_funders -= np.bincount(at_site, minlength=self_funders.size)
    self_funder_hours -= np.bincount(at_site, weights=hours[placed], minlength=self_funders.size)
    np.maximum(self_funder_hours, 0.0, out=self_funder_hours)


def _arrive(state: MarketState) -> None:
    """Draw the people newly needing care in each council, kind of care and payer, and sort them into queues."""
    now, councils = state.conditions, state.councils
    mean = expected_arrivals(
        councils.arrivals.reshape(-1, N_TYPES, N_PAYERS),
        now.need_factor,
        now.arrivals_factor,
        now.payer_factor,
        float(now.council_pays_instead),
        now.policies.low_need,
    )
    arrivals = poisson(mean, state.uniform("arrivals", state.index.payer_keys).reshape(mean.shape))
    state.flows.arrivals += arrivals
    words, table = state.words("ration", "reassess"), state.binomial_table((_REASSESSED,))
    ration(arrivals, councils.eligibility, councils.rationed, councils.waiting, state.index.keys, words, table)
    councils.waiting[:, NHS::N_PAYERS] += arrivals[:, :, NHS]
    add_self_funders(state, arrivals[:, :, SELF_FUNDER], _hear_of_micro_enterprises(state))


@compiled_in("need")
def expected_arrivals(
    at_start: Floats,
    need_factor: Floats,
    arrivals_factor: Floats,
    payer_factor: Floats,
    council_pays_instead: float,
    low_need: Floats,
) -> Floats:
    """Return the people expected newly to need care this month, councils x kinds of care x payers.

    ``at_start`` has the same shape, the first two factors go by kind of care, the third by payer. Of self-funders the
    council pays for a share; ``low_need`` by council is what community support leaves of home care.
    """
    mean = at_start * need_factor[:, None]
    mean = mean * payer_factor * arrivals_factor[:, None]
    moved = council_pays_instead * mean[:, :, SELF_FUNDER]
    mean[:, :, COUNCIL] += moved
    mean[:, :, SELF_FUNDER] -= moved
    mean[:, HOME_CARE, [COUNCIL, SELF_FUNDER]] *= low_need[:, None]
    return mean


def _hear_of_micro_enterprises(state: MarketState) -> Ints:
    """Let people who bought no care before hear of micro-enterprises with time to spare, and look for a little care.

    Returns how many do, councils x kinds of care. Somerset's enterprises serve far more people than bought home care
    there (E08-029, E08-030). Supported enterprises are twice as easy to hear of.
    """
    s, rate = state.sites, state.scenario.entry.micro_word_of_mouth
    free = known_places_of_micro(
        s.alive,
        s.provider,
        state.providers.kind,
        state.providers.supported,
        s.capacity,
        s.self_funders,
        s.council_new,
        s.council_settled,
        s.council,
        state.n_councils,
        at.places_of_council_client(state) if state.conditions.policies.direct_payment_share > 0.0 else 0,
        MICRO_ENTERPRISE,
    )
    count = np.zeros((state.n_councils, N_TYPES), dtype=np.int64)
    count[:, HOME_CARE] = poisson(rate * free, state.uniform("word_of_mouth", state.councils.key))
    state.flows.arrivals[:, HOME_CARE, SELF_FUNDER] += count[:, HOME_CARE]
    return count


@compiled_in("need")
def known_places_of_micro(
    alive: Flags,
    provider: Rows,
    kind: Codes,
    supported: Flags,
    capacity: Counts,
    self_funders: Counts,
    council_new: Counts,
    council_settled: Counts,
    council: Rows,
    councils: int,
    places_per_client: int,
    micro_enterprise: int,
) -> Floats:
    """Return the free places of micro-enterprises in each council, those of unsupported ones counted by half.

    Columns are by site, ``kind`` and ``supported`` by provider; a council's client takes ``places_per_client``, which
    is 0 without direct payments.
    """
    known = np.where(supported[provider], 1.0, 0.5)
    taken = self_funders + places_per_client * (council_new + council_settled)
    here = alive & (kind[provider] == micro_enterprise)
    free = np.where(here, np.maximum(capacity - taken, 0) * known, 0.0)
    return np.bincount(council, weights=free, minlength=councils).astype(np.float64)


@compiled_in("need")
def ration(
    arrivals: Ints, eligibility: Floats, rationed: Ints, waiting: Ints, keys: Keys, words: Keys, table: BinomialTable
) -> None:
    """Let eligibility decide how many of the newly assessed the council funds; the rest go without, in place.

    A council refuses ``1 - eligibility`` of them, the fraction of a person settled by a keyed draw. When eligibility
    widens, people refused before are looked at again at the same rate as they leave the queue by other ways. Words and
    keys of markets are for these two draws, the table for the second.
    """
    new = arrivals[:, :, COUNCIL]
    refused = new * (1.0 - eligibility)[:, None]
    whole = np.floor(refused).astype(np.int64)
    u_refused, u_again = uniforms_of(keys, words, np.repeat(np.arange(len(new), dtype=np.int32), new.shape[1]))
    whole += u_refused.reshape(whole.shape) < refused - whole
    rationed += whole
    looked_at = table.draw(rationed.ravel(), u_again)
    opening = np.clip((eligibility - 0.9) * 10.0, 0.0, 1.0)[:, None]
    again = np.floor(looked_at.reshape(new.shape) * opening).astype(np.int64)
    rationed -= again
    waiting[:, COUNCIL::N_PAYERS] += new - whole + again


def add_self_funders(state: MarketState, arrivals: Ints, by_word: Ints) -> None:
    """Add newly arrived self-funders to the queue; both counts are councils x kinds of care.

    Those who come ``by_word`` of mouth want only a little care.
    """
    counts = np.stack([arrivals.ravel(), by_word.ravel()])
    keys, council, care_type = newcomers(counts, _WORDS_OF_NEWCOMERS, state.month, state.councils.key)
    if keys.size == 0:
        return
    traits = self_funder_traits(state, keys, council, care_type)
    scale = state.scenario.entry.micro_hours_per_client / state.coefficients.hours_per_person[HOME_CARE]
    want_little(traits["hours"], int(arrivals.sum()), float(scale), HEAVY_HOURS)
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


@compiled_in("need")
def want_little(hours: Floats, first: int, scale: float, most: float) -> None:
    """Scale the hours a week of the people from row ``first`` on, to between one and ``most``, in place."""
    hours[first:] = np.clip(hours[first:] * scale, 1.0, most)


@compiled_in("need")
def newcomers(counts: Ints, words: Ints, month: int, council_keys: Keys) -> tuple[Keys, Rows, Codes]:
    """Return the keys, councils and kinds of care of newcomers; ``counts`` has a row a word and a column a market.

    Their keys are (word, month, council, kind of care, ordinal), never a running counter, so that a scenario that
    changes how many came before does not change who they are.
    """
    count = counts.ravel()
    cell = np.repeat(np.arange(count.size), count)
    ordinal = np.arange(cell.size) - np.repeat(np.cumsum(count) - count, count)
    which, market = np.divmod(cell, counts.shape[1])
    council, care_type = np.divmod(market, N_TYPES)
    keys = hash_keys(words[which], month, council_keys[council], care_type, ordinal)
    return keys, council.astype(np.int32), care_type.astype(np.int8)


def self_funder_traits(state: MarketState, keys: Keys, council: Rows, care_type: Codes) -> dict[str, np.ndarray]:
    """Draw hours, savings, income and price class of people with these keys: draws of the person, not of the month."""
    p, spread = state.scenario.self_funders, 0.8
    drawn = state.uniforms(("hours", "savings", "income", "price_class"), keys, council, month=0)
    steps = scaled(normal_quantiles(drawn[1:3]), np.array([p.savings_spread, 0.3]), np.array([0.0, 0.045]))
    own_hours = normal_quantiles(drawn[0, care_type == HOME_CARE]) * spread - spread**2 / 2.0
    hours, savings, income, price_class = traits_of(
        care_type,
        np.exp(own_hours),
        np.exp(steps),
        drawn[3],
        normal_probabilities(np.array([-0.43, 0.43])),
        state.coefficients.hours_per_person,
        np.array([p.savings_median, p.home_care_savings_median]),
        np.array([p.income_to_fees, p.home_care_income_to_fees]),
        np.array([float(state.conditions.new_savings_factor), 1.0]),
        float(state.conditions.cost_index),
        p.capital_limit * 1.05,
        HOME_CARE,
    )
    return {"hours": hours, "savings": savings, "income": income, "price_class": price_class}


@compiled_in("need")
def scaled(normal: Floats, spread: Floats, less: Floats) -> Floats:
    """Return the first rows of standard normals times a spread a row, less a number a row."""
    return normal[: spread.size] * spread[:, None] - less[:, None]


@compiled_in("need")
def traits_of(
    care_type: Codes,
    own_hours: Floats,
    relative: Floats,
    in_class: Floats,
    edges: Floats,
    hours_per_person: Floats,
    savings_median: Floats,
    income_to_fees: Floats,
    savings_factor: Floats,
    cost_index: float,
    least_savings: float,
    home_care: int,
) -> tuple[Floats, Floats, Floats, Ints]:
    """Return people's hours, savings, income and price class.

    Only at home do hours differ between people: ``own_hours`` are those of the people there, in turn, over those of the
    middle person, as ``relative`` are everybody's savings and income. ``in_class`` are uniforms, and ``edges`` those at
    which price classes 1 and 2 begin. Medians, incomes and factors are two: in a home, at home.
    """
    at_home = care_type == home_care
    setting = at_home.astype(np.int64)
    hours = hours_per_person[care_type]
    hours[at_home] = np.clip(hours[at_home] * own_hours, 1.5, 70.0)
    savings = savings_median[setting] * relative[0] * cost_index * savings_factor[setting]
    income = income_to_fees[setting] * relative[1]
    return hours, np.maximum(savings, least_savings), income, np.digitize(in_class, edges)


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
