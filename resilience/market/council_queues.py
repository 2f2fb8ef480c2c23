"""The queues of people whom councils and the NHS have to place, on plain columns, so that they can also be compiled.

:mod:`resilience.market.commissioning` places people every month, :mod:`resilience.market.reprovision` the displaced a
second time. Displaced people come first, as many as there is time for, then those who have waited longest.
"""

from typing import NamedTuple

import numpy as np

from resilience.kernels import compiled_in
from resilience.market.placement import neighbours_for, spread
from resilience.state.codes import N_PAYERS, N_TYPES
from resilience.state.columns import Counts, Floats, Ints, Keys
from resilience.state.market_index import MarketIndex
from resilience.state.market_state import MarketState
from resilience.state.randomness import uniforms_of

ALWAYS_REPLACED = 10
"""Displaced people of one payer and kind of care for whom any council can arrange new care in a month (assumption)."""


class Queues(NamedTuple):
    """People of every payer who wait, councils x (kinds of care x payers laid flat); rules write them in place."""

    waiting: Ints
    waiting_long: Ints
    displaced: Ints
    displaced_long: Ints
    transfer_loss: Floats
    """Person-months of care lost on the way to a new place."""
    replaced: Ints
    """Displaced people for whom new care was arranged this month."""

    def of(self, payer: int) -> "Queues":
        """Return one payer's columns, councils x kinds of care."""
        columns = slice(payer, None, N_PAYERS)
        return Queues(
            self.waiting[:, columns],
            self.waiting_long[:, columns],
            self.displaced[:, columns],
            self.displaced_long[:, columns],
            self.transfer_loss[:, columns],
            self.replaced[:, columns],
        )


def queues(state: MarketState) -> Queues:
    """Return the councils' queues as they are now."""
    c, replaced = state.councils, state.flows.replaced.reshape(state.n_councils, N_TYPES * N_PAYERS)
    return Queues(c.waiting, c.waiting_long, c.displaced, c.displaced_long, c.transfer_loss, replaced)


def people_paid_for(new: Counts, settled: Counts, index: MarketIndex) -> Ints:
    """Return the people of a payer at sites, councils x kinds of care."""
    people = np.bincount(index.market, weights=new + settled, minlength=index.keys.size)
    return people.astype(np.int64).reshape(-1, N_TYPES)


def can_still_replace(own: Queues, paid_for: Ints, share: float, always: int) -> Ints:
    """Return the displaced for whom there is still time to arrange new care this month, councils x kinds of care.

    Assessing and moving people takes staff: a council (and the NHS, for its people) can arrange new care in a month for
    ``share`` of the people it pays for in that kind of care, and for some ``always`` (assumption).
    """
    people = paid_for + (own.waiting + own.waiting_long + own.displaced + own.displaced_long)
    limit = np.maximum(np.ceil(share * people), always)
    return np.maximum(limit.astype(np.int64) - own.replaced, 0)


def displaced_in_turn(own: Queues, paid_for: Ints, share: float, always: int) -> Ints:
    """Return a payer's displaced people who can be dealt with now, councils x kinds of care."""
    return np.minimum(own.displaced + own.displaced_long, can_still_replace(own, paid_for, share, always))


@compiled_in("placement")
def place_payer(
    payer: int,
    queues: Queues,
    new: Counts,
    settled: Counts,
    room: Ints,
    pull: Floats,
    index: MarketIndex,
    words: Keys,
    share: float,
    always: int,
) -> None:
    """Place one payer's queue at home, then those who have waited over a month (or were displaced) with neighbours.

    ``new`` and ``settled`` are the payer's people by site, ``room`` the free places and ``pull`` the pull of one;
    queues, people and room are changed in place. ``words`` (a row each, by council) name the draws of the
    rounds at home, of the neighbour and of the rounds there. Of the displaced only as many as can be dealt with in a
    month are placed: see :func:`can_still_replace`.
    """
    rounds = len(words) // 2
    own = queues.of(payer)
    turn = displaced_in_turn(own, people_paid_for(new, settled, index), share, always)
    wanting = (own.waiting + own.waiting_long + turn).ravel()
    if not wanting.any():
        return
    placed, left = spread(wanting, room, pull, uniforms_of(index.keys, words[:rounds], index.council), *index[:4])
    # Off the queues before they are in: how many there is time for goes by the people paid for, each counted once.
    _serve(own, turn, (wanting - left).reshape(-1, N_TYPES))
    new += placed
    room -= placed
    turn = displaced_in_turn(own, people_paid_for(new, settled, index), share, always)
    away = np.minimum((own.waiting_long + turn).ravel(), left)
    (u,) = uniforms_of(
        index.council_keys, words[rounds : rounds + 1], np.arange(index.council_keys.size, dtype=np.int32)
    )
    pairs = neighbours_for(away, np.where(pull > 0.0, room, 0), u, index)
    if len(pairs) == 0:
        return
    asked = np.bincount(pairs[:, 1], minlength=left.size)
    placed, left = spread(asked, room, pull, uniforms_of(index.keys, words[rounds + 1 :], index.council), *index[:4])
    # Those of each host who found no room stay in their home queue; the first to ask are the first served.
    found = _rank_at_host(pairs[:, 1]) < (asked - left)[pairs[:, 1]]
    served = np.bincount(pairs[found, 0], minlength=left.size).reshape(-1, N_TYPES)
    _serve(own, turn, served)
    new += placed
    room -= placed


def _rank_at_host(hosts: Ints) -> Ints:
    """Return how many asked each person's host before this person did."""
    rank = np.zeros(hosts.size, dtype=np.int64)
    by_host = np.argsort(hosts, kind="stable")
    in_order = hosts[by_host]
    rank[by_host] = np.arange(hosts.size) - np.searchsorted(in_order, in_order, side="left")
    return rank


def _serve(own: Queues, turn: Ints, served: Ints) -> None:
    """Take ``served`` people (councils x kinds of care) off a payer's queues, in order of urgency, in place.

    Displaced people whose ``turn`` it is and who are placed now found their place in the course of the month: they lost
    half of it on average.
    """
    moved = np.minimum(turn, served)
    own.transfer_loss[:] += 0.5 * moved
    own.replaced[:] += moved
    _take((own.displaced_long, own.displaced), moved)
    _take((own.waiting_long, own.waiting), served - moved)


def _take(queues: tuple[Ints, Ints], people: Ints) -> None:
    """Take people off the first queue, and those that are left off the second, in place."""
    left = people.copy()
    for queue in queues:
        taken = np.minimum(queue, left)
        queue -= taken
        left -= taken


@compiled_in("placement")
def replace_payer(
    payer: int,
    queues: Queues,
    new: Counts,
    settled: Counts,
    room: Ints,
    pull: Floats,
    index: MarketIndex,
    words: Keys,
    share: float,
    always: int,
    lag_share: Floats,
    lag_left: Floats,
) -> None:
    """Re-place one payer's displaced people, those who have waited longest first, as many as there is time for.

    ``lag_share`` and ``lag_left`` as in :func:`serve_displaced`, the rest as in :func:`place_payer`.
    """
    own = queues.of(payer)
    wanting = displaced_in_turn(own, people_paid_for(new, settled, index), share, always).ravel()
    if not wanting.any():
        return
    placed, left = spread(wanting, room, pull, uniforms_of(index.keys, words, index.council), *index[:4])
    new += placed
    room -= placed
    serve_displaced(own, (wanting - left).reshape(-1, N_TYPES), lag_share, lag_left)


def serve_displaced(own: Queues, served: Ints, lag_share: Floats, lag_left: Floats) -> None:
    """Take re-placed people of a payer off the displaced queues and book the days they lose on the way, in place.

    That is ``lag_share`` of a month by kind of care, and the part ``lag_left`` of it (councils x kinds of care).
    """
    own.replaced[:] += served
    _take((own.displaced_long, own.displaced), served)
    own.transfer_loss[:] += served * lag_share * lag_left
