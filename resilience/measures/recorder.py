"""Month step 12, record: every measure by council, and the account of hours by setting and payer, in arrays.

Rows are written into arrays made before the run; frames are built only when somebody asks for them.
"""

from typing import Final

import numpy as np

from resilience.market import sites as at
from resilience.market.contagion import second_round_hours
from resilience.market.sale import congestion
from resilience.measures.catalogue import MEASURES
from resilience.measures.functional import replacement_gaps
from resilience.measures.statutory import difficult_to_replace
from resilience.measures.tallies import ByCouncil, by_council, by_provider, squares_of_beds
from resilience.state.codes import (
    CHAIN,
    COUNCIL,
    DAYS_PER_MONTH,
    HOME_CARE,
    KINDS,
    N_PAYERS,
    N_TYPES,
    NHS,
    NURSING,
    RESIDENTIAL,
    SELF_FUNDER,
    WEEKS_PER_MONTH,
)
from resilience.state.columns import Flags, Floats, Ints
from resilience.state.market_state import MarketState

type Values = Floats | Ints | Flags
"""A measure by council."""

COUNCIL_COLUMNS: Final = tuple(MEASURES)
ACCOUNT: Final = (
    "need_hours",
    "hours_delivered",
    "care_hours_lost",
    "unmet_hours",
    "unmet_no_place_hours",
    "unmet_no_staff_hours",
    "unmet_rationed_hours",
)


class Recorder:
    """Holds the measures of every month by council, and the account of hours by setting and payer."""

    def __init__(self, months: int, councils: int) -> None:
        self.months_done = 0
        self.by_council = np.zeros((months, councils, len(COUNCIL_COLUMNS)))
        self.account = np.zeros((months, councils, 2, N_PAYERS, len(ACCOUNT)))

    def record(self, state: MarketState) -> None:
        """Write this month's row."""
        if self.months_done == len(self.by_council):
            self._grow()
        account = self._account_of(state)
        self.account[self.months_done] = account
        totals = account.sum(axis=(1, 2))
        found: dict[str, Values] = dict(zip(ACCOUNT, totals.T, strict=True))
        exposure, sums = _exposure(state)
        found |= exposure | _market(state, sums) | _people_and_money(state, sums) | _work(state, sums) | _events(state)
        found |= _contagion(state, totals[:, ACCOUNT.index("care_hours_lost")], sums)
        self.by_council[self.months_done] = np.array([found[name] for name in COUNCIL_COLUMNS]).T
        remember_trouble(state)
        self.months_done += 1

    def _grow(self) -> None:
        """Make room for another year: a run may be stepped past its last month."""
        self.by_council = np.concatenate([self.by_council, np.zeros((12, *self.by_council.shape[1:]))])
        self.account = np.concatenate([self.account, np.zeros((12, *self.account.shape[1:]))])

    def _account_of(self, state: MarketState) -> Floats:
        """Return the month's hours: councils x settings x payers x account, from weekly flows by kind of care."""
        flows = state.flows
        unmet = flows.unmet_place + flows.unmet_staff + flows.unmet_rationed
        parts = (
            flows.need,
            flows.delivered,
            flows.lost,
            unmet,
            flows.unmet_place,
            flows.unmet_staff,
            flows.unmet_rationed,
        )
        hours = np.stack(parts, axis=-1) * WEEKS_PER_MONTH
        homes = hours[:, :HOME_CARE].sum(axis=1, keepdims=True)
        return np.concatenate([homes, hours[:, HOME_CARE:]], axis=1)


def _market(state: MarketState, sums: ByCouncil) -> dict[str, Values]:
    """Return what stands in the market and who delivers the hours."""
    flows = state.flows
    return {
        "homes": sums.homes,
        "beds": sums.beds,
        "home_care_branches": sums.branches,
        "micro_enterprises": sums.micro_enterprises,
        "occupancy": sums.residents / np.maximum(sums.beds, 1.0),
        "hhi_home_beds": _concentration(state, sums.beds),
        "quality_weighted_hours": flows.quality_hours * WEEKS_PER_MONTH,
        **{f"hours_{name}": flows.delivered_by_kind[:, code] * WEEKS_PER_MONTH for code, name in enumerate(KINDS)},
    }


def _concentration(state: MarketState, beds: Floats) -> Floats:
    """Return the Herfindahl index of care-home beds by provider, 0 to 1."""
    s = state.sites
    squares = squares_of_beds(s.alive, s.provider, s.council, s.care_type, s.capacity, state.n_councils, HOME_CARE)
    return squares / np.maximum(beds, 1.0) ** 2


def _people_and_money(state: MarketState, sums: ByCouncil) -> dict[str, Values]:
    """Return spend, fees, premium, and what leaves the local economy."""
    flows, councils = state.flows, state.councils
    spend = flows.spend.sum(axis=1)
    hours = np.maximum(flows.delivered.sum(axis=(1, 2)), 1e-9) * WEEKS_PER_MONTH
    waiting = (councils.waiting + councils.waiting_long).sum(axis=1)
    need = state.scenario.need
    days: Floats = np.asarray(waiting * need.waiting_share_of_discharges * DAYS_PER_MONTH, dtype=np.float64)
    return {
        "council_spend": spend[:, COUNCIL],
        "council_budget": councils.budget / 12.0,
        "self_funder_spend": spend[:, SELF_FUNDER],
        "nhs_spend": spend[:, NHS],
        "self_funder_premium": sums.prices / np.maximum(sums.prices_at_fee, 1e-9) - 1.0,
        "fee_residential": councils.fee[:, RESIDENTIAL],
        "fee_nursing": councils.fee[:, NURSING],
        "fee_home_care": councils.fee[:, HOME_CARE],
        "cost_per_hour": sums.costs / hours,
        "leaving_the_local_economy": sums.leaving,
        "programme_cost": state.conditions.programme_cost,
        "programme_cost_council": state.conditions.policies.cost_council,
        "programme_cost_in_spend": state.conditions.policies.cost_in_spend,
        "self_funders_run_down": flows.run_down.sum(axis=1),
        "delayed_discharge_days": days,
        "delayed_discharge_cost": days * need.delayed_day_cost * state.conditions.cost_index,
    }


def _share_paid_out(state: MarketState) -> Floats:
    """Return what each chain pays out over its revenue; its homes outside the region count at the same revenue a bed.

    Others pay out to people who live near by: 0.
    """
    from resilience.market.finance import group_factor

    p = state.providers
    share, chains = np.zeros(len(p)), np.flatnonzero(p.kind == CHAIN)
    group_revenue = p.revenue[chains] * group_factor(state)[chains]
    share[chains] = p.paid_out[chains] / np.maximum(group_revenue, 1.0)
    return share


def _work(state: MarketState, sums: ByCouncil) -> dict[str, Values]:
    """Return pay, turnover, vacancies and jobs."""
    pay = sums.hourly_pay / np.maximum(sums.staff, 1e-9)
    return {
        "care_worker_pay": pay,
        "pay_over_floor": pay / state.conditions.wage_floor,
        "turnover_rate": 12.0 * sums.leavers / np.maximum(sums.employed, 1e-9),
        "vacancy_rate": sums.vacant / np.maximum(sums.posts, 1e-9),
        "jobs": sums.staff,
    }


def _exposure(state: MarketState) -> tuple[dict[str, Values], ByCouncil]:
    """Return who is difficult to replace, by law and by function, and which markets fail; and the sums over sites.

    Providers that have ended keep what was true of them the month before.
    """
    s, p = state.sites, state.providers
    served = s.council_new, s.council_settled, s.nhs_new, s.nhs_settled, s.self_funders, s.self_funder_hours
    people, due = at.people_and_hours(*served, state.coefficients.hours_per_person, s.care_type)
    tally, gaps = by_provider(state, people, due), replacement_gaps(state, due)
    p.statutory[:] = np.where(p.alive, difficult_to_replace(state, tally), p.statutory)
    p.gap[:] = np.where(p.alive, gaps.by_provider, p.gap)
    p.last_hours[:] = np.where(p.alive, tally.hours, p.last_hours)
    sums = by_council(state, people, due, _share_paid_out(state))
    total = np.maximum(sums.hours, 1e-9)
    return {
        "dtr_exposure": sums.statutory_hours / total,
        "replacement_gap": gaps.by_council,
        "replacement_gap_share": gaps.by_council / total,
        "market_failures": market_failures(state).sum(axis=1),
    }, sums


def market_failures(state: MarketState) -> np.ndarray:
    """Return which markets fail this month, councils x settings.

    A market fails when more than ``measures.market_failure_share`` of the council-funded hours needing a place have
    waited over 28 days: the hours of people still waiting who waited at the month's start too, over all council-funded
    hours that need a place (in care, waiting or displaced).
    """
    councils = state.councils
    shape = (state.n_councils, N_TYPES, N_PAYERS)
    per_person = state.coefficients.hours_per_person
    waited = (councils.waiting_long + councils.displaced_long).reshape(shape)[:, :, COUNCIL] * per_person
    funded = (state.flows.need - state.flows.unmet_rationed)[:, :, COUNCIL]
    long = np.stack([waited[:, :HOME_CARE].sum(axis=1), waited[:, HOME_CARE]], axis=1)
    all_funded = np.stack([funded[:, :HOME_CARE].sum(axis=1), funded[:, HOME_CARE]], axis=1)
    return long > state.scenario.measures.market_failure_share * np.maximum(all_funded, 1e-9)


def _events(state: MarketState) -> dict[str, Values]:
    """Return the month's counts of closures, failures, entries and displaced people."""
    flows, ended = state.flows, state.councils.sites_ended
    return {
        "provider_failures": flows.failures,
        "site_closures": flows.closures.sum(axis=1),
        "micro_enterprise_folds": flows.micro_closures,
        "home_closures": flows.closures[:, :HOME_CARE].sum(axis=1),
        "branch_closures": flows.closures[:, HOME_CARE],
        "home_entries": flows.entries[:, :HOME_CARE].sum(axis=1),
        "branch_entries": flows.entries[:, HOME_CARE],
        "sites_sold": flows.sales.sum(axis=1),
        "contract_hand_backs": flows.hand_backs,
        "people_displaced": flows.displaced,
        "step_ins": flows.step_ins,
        "councils_affected_share": (ended.sum(axis=1) > 0),
    }


def _contagion(state: MarketState, lost: Floats, sums: ByCouncil) -> dict[str, Values]:
    """Return what closures pass on to others; ``lost`` are the month's care hours lost by council."""
    second = np.minimum(second_round_hours(state) * WEEKS_PER_MONTH, lost)
    return {
        "care_hours_lost_first_round": lost - second,
        "care_hours_lost_second_round": second,
        "staff_freed": state.flows.staff_freed,
        "budget_drain": state.flows.budget_drain * WEEKS_PER_MONTH,
        "sale_congestion": congestion(state, np.stack([sums.homes, sums.branches], axis=1)).max(axis=1),
    }


def remember_trouble(state: MarketState) -> None:
    """Move the six-month window of closures and hand-backs on by a month."""
    ended = state.councils.sites_ended
    ended[:, 1:] = ended[:, :-1].copy()
    ended[:, 0] = 0
