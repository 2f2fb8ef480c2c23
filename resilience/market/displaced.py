"""Whom and what a closing site leaves behind: people queue for new places, staff look for work, debts are paid."""

from typing import NamedTuple

import numpy as np

from resilience.kernels import compiled_in
from resilience.market.contagion import count_displaced, count_in
from resilience.state.codes import COUNCIL, HOME_CARE, N_PAYERS, NHS, SELF_FUNDER
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Months, Rows
from resilience.state.market_state import MarketState


class Closing(NamedTuple):
    """The columns of the sites that closing reads and empties."""

    alive: Flags
    closed: Counts
    council: Rows
    care_type: Codes
    council_new: Counts
    council_settled: Counts
    nhs_new: Counts
    nhs_settled: Counts
    self_funders: Counts
    self_funder_hours: Floats
    staff: Floats
    posts: Floats
    agency_hours: Floats


class Residents(NamedTuple):
    """Columns of the self-funders."""

    site: Rows
    council: Rows
    care_type: Codes
    displaced: Flags
    waiting_months: Months


class Places(NamedTuple):
    """What changes in each council; the first three over (kind of care x payer), the fourth over six months."""

    displaced: Ints
    displaced_long: Ints
    second_round: Floats
    sites_ended: Ints
    pool: Floats
    displaced_now: Ints
    """Flow of the month, as are the next three."""
    staff_freed: Floats
    closures: Ints
    micro_closures: Ints


class Payers(NamedTuple):
    """The codes of payers and how many there are."""

    council: int = COUNCIL
    self_funder: int = SELF_FUNDER
    nhs: int = NHS
    many: int = N_PAYERS


def leave(state: MarketState, rows: Ints, micro: Flags, second: Flags) -> None:
    """End the named sites: all people there are displaced, staff are set free, and the closures are counted.

    ``micro`` marks micro-enterprises, which are counted apart, ``second`` sites whose event is of the second round.
    """
    s, f, c, flows = state.sites, state.self_funders, state.councils, state.flows
    closing = Closing(
        *(s.alive, s.closed, s.council, s.care_type, s.council_new, s.council_settled, s.nhs_new, s.nhs_settled),
        *(s.self_funders, s.self_funder_hours, s.staff, s.posts, s.agency_hours),
    )
    places = Places(
        *(c.displaced, c.displaced_long, c.second_round, c.sites_ended, c.pool),
        *(flows.displaced, flows.staff_freed, flows.closures, flows.micro_closures),
    )
    residents = Residents(f.site, f.council, f.care_type, f.displaced, f.waiting_months)
    stay = float(state.scenario.reprovision.freed_staff_stay)
    move_out(rows, micro, second, closing, residents, places, stay, state.month, Payers())


@compiled_in("displaced")
def move_out(
    rows: Ints,
    micro: Flags,
    second: Flags,
    s: Closing,
    f: Residents,
    c: Places,
    freed_staff_stay: float,
    month: int,
    payers: Payers,
) -> None:
    """End the named sites in the given columns; ``micro`` and ``second`` go with ``rows``.

    ``freed_staff_stay`` is the share of freed staff who look for other care work.
    """
    council, care_type = s.council[rows].astype(np.int64), s.care_type[rows].astype(np.int64)
    for payer, people in (
        (payers.council, (s.council_new, s.council_settled)),
        (payers.nhs, (s.nhs_new, s.nhs_settled)),
    ):
        count, column = (people[0][rows] + people[1][rows]).astype(np.int64), care_type * payers.many + payer
        nobody = np.zeros_like(c.displaced)
        count_in.plain(c.second_round, c.displaced, c.displaced_long, nobody, council, column, count, second)
        np.add.at(c.displaced, (council, column), count)
        np.add.at(c.displaced_now, council, count)
        people[0][rows] = people[1][rows] = 0
    _self_funders_move_out(rows, second, s, f, c, payers)
    np.add.at(c.staff_freed, council, s.staff[rows])
    np.add.at(c.pool, council, freed_staff_stay * s.staff[rows])
    for workers in (s.staff, s.posts, s.agency_hours):
        workers[rows] = 0.0
    s.alive[rows] = False
    s.closed[rows] = month
    np.add.at(c.micro_closures, council[micro], 1)
    np.add.at(c.closures, (council[~micro], care_type[~micro]), 1)
    np.add.at(c.sites_ended[:, 0], council[~micro], 1)


def _self_funders_move_out(rows: Ints, second: Flags, s: Closing, f: Residents, c: Places, payers: Payers) -> None:
    """Let the self-funders of closing sites wait as displaced people."""
    if not s.self_funders[rows].any():
        return
    council, care_type = s.council[rows].astype(np.int64), s.care_type[rows].astype(np.int64)
    column = care_type * payers.many + payers.self_funder
    waiting = np.flatnonzero(f.displaced & (f.site < 0))
    already = np.zeros_like(c.displaced)
    np.add.at(already, (f.council[waiting], f.care_type[waiting] * payers.many + payers.self_funder), 1)
    count = s.self_funders[rows].astype(np.int64)
    count_in.plain(c.second_round, c.displaced, c.displaced_long, already, council, column, count, second)
    closing = np.zeros(s.alive.size + 1, dtype=np.bool_)
    closing[rows] = True
    here = closing[f.site]
    f.site[here] = -1
    f.displaced[here] = True
    f.waiting_months[here] = 0
    np.add.at(c.displaced_now, council, count)
    s.self_funders[rows] = 0
    s.self_funder_hours[rows] = 0.0


def displace(state: MarketState, rows: Ints, count: Ints, payer: int, second: Flags) -> None:
    """Put ``count`` people of each site who are paid for by council or NHS into the queue of the displaced.

    ``second`` marks the sites whose event belongs to the second round.
    """
    s = state.sites
    council, column = s.council[rows].astype(np.int64), s.care_type[rows].astype(np.int64) * N_PAYERS + payer
    count_displaced(state, council, column, count, second)
    np.add.at(state.councils.displaced, (council, column), count)
    np.add.at(state.flows.displaced, council, count)


def pay_off_debt(state: MarketState, rows: Ints) -> None:
    """Take the debt and equity that stood on homes that are sold or closed off their owners.

    Assumption: what a home or its building brings pays what was borrowed on it, by its share of the owner's beds, and
    its investors. A leased home brings its owner nothing and carried no debt.
    """
    s, p = state.sites, state.providers
    pay_off(rows, s.alive, s.care_type, s.capacity, s.rent, s.provider, p.debt, p.investor_return, HOME_CARE)


@compiled_in("displaced")
def pay_off(
    rows: Ints,
    alive: Flags,
    care_type: Codes,
    capacity: Counts,
    rent: Floats,
    provider: Rows,
    debt: Floats,
    investor_return: Floats,
    home_care: int,
) -> None:
    """Lower ``debt`` and ``investor_return`` (over providers) by what stood on these sites (the other columns)."""
    beds = np.where(alive & (care_type != home_care), capacity, 0).astype(np.float64)
    owned = np.where(rent == 0.0, beds, 0.0)
    for column, weight in ((debt, owned), (investor_return, beds)):
        going = np.bincount(provider[rows], weights=weight[rows], minlength=debt.size)
        total = np.bincount(provider, weights=weight, minlength=debt.size)
        column *= 1.0 - going / np.maximum(total, 1.0)
