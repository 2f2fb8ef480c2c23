"""Let some providers stop in a copy of a saved market, and follow what becomes of their people."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from resilience.market import sites as at
from resilience.market.delivery import queued_hours
from resilience.model import CareMarket
from resilience.state.codes import FAILED, N_TYPES, WEEKS_PER_MONTH
from resilience.state.columns import Floats
from resilience.stress.snapshot import continuation


@dataclass(frozen=True, slots=True)
class Course:
    """One continuation. Month 0 is the moment after the stop and the first search for places."""

    displaced: Floats
    """Weekly hours of displaced people who wait for a place, (months + 1, councils, kinds of care)."""
    lost: Floats
    """Care hours lost, (months, councils)."""
    unmet: Floats
    """Unmet hours, (months, councils)."""
    failed: dict[int, int]
    """Months after the stop in which each further provider failed, by its stable key."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Who stops, with which seed's luck, for how many months followed; ``with_buyers``: sites are for sale first."""

    providers: tuple[int, ...]
    seed: int
    months: int
    with_buyers: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """What a stop did beyond what would have happened anyway under the same luck."""

    stop: Stop
    interrupted: Floats
    """Weekly hours that ended, (councils, kinds of care)."""
    people: int
    """People whose provider ended."""
    waiting: Floats
    """Weekly hours of displaced people still waiting, (months + 1, kinds of care)."""
    lost: Floats
    """Care hours lost, (months, councils)."""
    unmet: Floats
    """Unmet hours, (months, councils)."""
    failures: int
    """Other providers that failed and would not have."""
    averted: int
    """Other providers that would have failed and did not."""


def follow(market: CareMarket, months: int) -> Course:
    """Let the months pass and note queues, losses and failures."""
    state = market.state
    shape = (months, state.n_councils)
    displaced = np.zeros((months + 1, state.n_councils, N_TYPES))
    lost, unmet = np.zeros(shape), np.zeros(shape)
    failed_before = state.providers.fate == FAILED
    displaced[0] = queued_hours(state)[1].sum(axis=2)
    for month in range(months):
        market.step()
        flows = state.flows
        displaced[month + 1] = queued_hours(state)[1].sum(axis=2)
        lost[month] = flows.lost.sum(axis=(1, 2)) * WEEKS_PER_MONTH
        unmet[month] = (flows.unmet_place + flows.unmet_staff + flows.unmet_rationed).sum(axis=(1, 2)) * WEEKS_PER_MONTH
    p = state.providers
    failed = p.fate == FAILED
    failed[: failed_before.size] &= ~failed_before
    when = p.ended[failed] - (state.month - months) + 1
    return Course(displaced, lost, unmet, dict(zip(p.key[failed].tolist(), when.tolist(), strict=True)))


def reference(path: Path, seed: int, months: int) -> Course:
    """Return the continuation in which nobody is stopped."""
    market = continuation(path, seed)
    market.stop_providers([])
    return follow(market, months)


def play(stop: Stop, *, path: Path, references: dict[int, Course]) -> Effect:
    """Stop the providers in a copy of the saved market and compare with the reference of the same seed."""
    market = continuation(path, stop.seed)
    interrupted, people = stop_and_count(market, stop.providers, stop.with_buyers)
    upto = stop.months
    course, usual = follow(market, upto), references[stop.seed]
    otherwise = {key for key, month in usual.failed.items() if month <= upto}
    return Effect(
        stop,
        interrupted,
        people,
        (course.displaced - usual.displaced[: upto + 1]).sum(axis=1),
        course.lost - usual.lost[:upto],
        course.unmet - usual.unmet[:upto],
        len(course.failed.keys() - otherwise),
        len(otherwise - course.failed.keys() - set(market.state.providers.key[list(stop.providers)].tolist())),
    )


def stop_and_count(market: CareMarket, providers: Sequence[int], with_buyers: bool) -> tuple[Floats, int]:
    """Stop providers; return (weekly hours by council and kind of care, people) at their sites that closed."""
    state = market.state
    s = state.sites
    rows = np.flatnonzero(s.alive & np.isin(s.provider, np.asarray(providers, dtype=np.int64)))
    hours, people, places = at.hours_due(state)[rows], at.people(state)[rows], state.market_of_site()[rows]
    market.stop_providers(providers, with_buyers=with_buyers)
    closed = ~state.sites.alive[rows]
    by_market = np.bincount(places[closed], weights=hours[closed], minlength=state.n_councils * N_TYPES)
    return by_market.reshape(-1, N_TYPES), int(people[closed].sum())
