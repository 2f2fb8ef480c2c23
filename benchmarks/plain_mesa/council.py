"""A council: the people it answers for, its budget and fees, and the labour market around it."""

import math
from typing import TYPE_CHECKING

import mesa

from benchmarks.plain_mesa import world
from benchmarks.plain_mesa.draws import MASK
from benchmarks.plain_mesa.flows import CouncilFlows, by_type_and_payer
from benchmarks.plain_mesa.self_funder import SelfFunder
from resilience.state.codes import (
    COUNCIL,
    COUNCIL_SERVICE,
    HOME_CARE,
    N_PAYERS,
    N_TYPES,
    NHS,
    SELF_FUNDER,
)

if TYPE_CHECKING:
    from benchmarks.plain_mesa.market import PlainMarket
    from benchmarks.plain_mesa.site import Site

QUEUES = ("displaced_long", "displaced", "waiting_long", "waiting")
"""The queues of people without a place, the most urgent first."""


class Council(mesa.Agent):
    """One council; quantities have the names and units of ``resilience.state.tables.Councils``.

    Queues are lists by kind of care and payer; self-funders without a place stand in ``seekers`` themselves.
    """

    def __init__(self, model: "PlainMarket", *, row: int, key: int) -> None:
        super().__init__(model)
        self.row, self.key = row, key
        self.sites: list[Site] = []
        self.sites_of: list[list[Site]] = [[] for _ in range(N_TYPES)]
        self.neighbours: list[Council] = []
        self.seekers: list[dict[SelfFunder, None]] = [{} for _ in range(N_TYPES)]
        self.waiting = by_type_and_payer(0)
        self.waiting_long = by_type_and_payer(0)
        self.displaced = by_type_and_payer(0)
        self.displaced_long = by_type_and_payer(0)
        self.rationed = [0] * N_TYPES
        self.transfer_loss = by_type_and_payer(0.0)
        self.arrivals = by_type_and_payer(0.0)
        self.fee = [0.0] * N_TYPES
        self.fee_start = [0.0] * N_TYPES
        self.uplift = [0.0] * N_TYPES
        self.budget = self.budget_start = self.grant = self.spend_year = self.reserves = 0.0
        self.eligibility = 1.0
        self.population = self.self_funder_share = 0.0
        self.cost_index = 1.0
        self.pool = self.pool_start = self.outside_inflow = self.outside_pay = 0.0
        self.micro_start = 0.0
        self.margin_start = [0.0, 0.0]
        self.for_sale = [0.0, 0.0]  # care homes, branches
        self.sites_ended = [0] * 6
        self.waiting_share = [0.0] * N_TYPES
        self.usual_clientele = self.usual_over_fee = [0.0] * N_TYPES  # by kind of home
        self.measures: dict[str, float] = {}
        self.account: list[list[list[float]]] = []
        self.flows = CouncilFlows()

    def begin_month(self) -> None:
        self.flows = CouncilFlows()

    # -- need ------------------------------------------------------------------------------------------------------

    def queue_of(self, care_type: int, payer: int) -> int:
        """Return the council- or NHS-funded people without a place."""
        return sum(getattr(self, name)[care_type][payer] for name in QUEUES)

    def people_leave_queues(self) -> None:
        """Let people who wait or are refused leave, then move everyone's wait on by a month."""
        for care_type in range(N_TYPES):
            rate = self.model.care[care_type].leave_settled
            leavers = self.flows.leavers[care_type]
            for payer in (COUNCIL, NHS):
                for name in QUEUES:
                    queue = getattr(self, name)[care_type]
                    leavers[payer] += self._drain(queue, payer, f"leave_{name}", care_type * N_PAYERS + payer, rate)
                self.waiting_long[care_type][payer] += self.waiting[care_type][payer]
                self.displaced_long[care_type][payer] += self.displaced[care_type][payer]
                self.waiting[care_type][payer] = self.displaced[care_type][payer] = 0
            leavers[COUNCIL] += self._drain(self.rationed, care_type, "leave_rationed", care_type, rate)

    def _drain(self, queue: list[int], place: int, decision: str, cell: int, rate: float) -> int:
        """Let people leave one queue; returns how many."""
        gone = self.model.draws.binomial(decision, self.key_of(cell), queue[place], rate)
        queue[place] -= gone
        return gone

    def key_of(self, cell: int) -> int:
        """Return a stable key for one of the council's kinds of care, or kinds of care and payers."""
        return (self.key + cell) & MASK

    def people_arrive(self) -> None:
        """Draw the people newly needing care and sort them into queues."""
        now, draws = self.model.now, self.model.draws
        for care_type in range(N_TYPES):
            factor = now.need_factor[care_type], now.arrivals_factor[care_type]
            mean = [self.arrivals[care_type][p] * factor[0] * now.payer_factor[p] * factor[1] for p in range(N_PAYERS)]
            moved = now.council_pays_instead * mean[SELF_FUNDER]
            mean[COUNCIL] += moved
            mean[SELF_FUNDER] -= moved
            count = [0] * N_PAYERS
            for payer in range(N_PAYERS):
                count[payer] = draws.poisson("arrivals", self.key_of(care_type * N_PAYERS + payer), mean[payer])
                self.flows.arrivals[care_type][payer] += count[payer]
            self._ration(care_type, count[COUNCIL])
            self.waiting[care_type][NHS] += count[NHS]
            for ordinal in range(count[SELF_FUNDER]):
                SelfFunder.newcomer(self.model, self, care_type, ordinal)
        self._hear_of_micro_enterprises()

    def _ration(self, care_type: int, new: int) -> None:
        """Refuse part of the newly assessed, and look again at those refused before when eligibility widens."""
        draws, key = self.model.draws, self.key_of(care_type)
        refused = new * (1.0 - self.eligibility)
        whole = math.floor(refused)
        whole += draws.uniform("ration", key) < refused - whole
        self.rationed[care_type] += whole
        again = draws.binomial("reassess", key, self.rationed[care_type], world.REASSESSED)
        again = math.floor(again * min(max((self.eligibility - 0.9) * 10.0, 0.0), 1.0))
        self.rationed[care_type] -= again
        self.waiting[care_type][COUNCIL] += new - whole + again

    def _hear_of_micro_enterprises(self) -> None:
        """Let people who bought no care before hear of micro-enterprises with time to spare."""
        free = 0.0
        for site in self.sites_of[HOME_CARE]:
            if site.is_micro:
                known = 1.0 if site.provider.supported else 0.5
                free += max(site.capacity - len(site.self_funders), 0) * known
        mean = self.model.params.entry.micro_word_of_mouth * free
        count = self.model.draws.poisson("word_of_mouth", self.key, mean)
        self.flows.arrivals[HOME_CARE][SELF_FUNDER] += count
        for ordinal in range(count):
            SelfFunder.newcomer(self.model, self, HOME_CARE, ordinal, little_care=True)

    # -- labour ----------------------------------------------------------------------------------------------------

    def look_at_queues(self) -> None:
        """Note the people who wait over those served, at most a tenth, and what like jobs outside care pay."""
        now, labour = self.model.now, self.model.params.labour
        extra = now.wage_floor - now.wage_floor_planned
        self.outside_pay = labour.outside_pay_ratio * (
            now.wage_floor_planned + labour.outside_pay_follows_floor * extra
        )
        for care_type in range(N_TYPES):
            served = sum(site.people for site in self.sites_of[care_type])
            waiting = len(self.seekers[care_type]) + sum(self.queue_of(care_type, payer) for payer in (COUNCIL, NHS))
            self.waiting_share[care_type] = min(waiting / max(served, 1.0), 0.10)

    def staff_micro_enterprises(self) -> None:
        """Let micro-enterprises' people work as their clients need; part of that work comes out of the pool."""
        drawn = 0.0
        for site in self.sites_of[HOME_CARE]:
            if site.is_micro:
                drawn += site.posts - site.staff
                site.staff = site.posts
        self.pool = max(self.pool - self.model.params.entry.micro_from_care_work * drawn, 0.0)

    def staff_come_and_go(self) -> None:
        """Let staff leave for the pool, people from outside start looking, and sites hire from the pool."""
        self.pool += sum(site.staff_leave() for site in self.sites)
        self._refresh_pool()
        self._hire()

    def _refresh_pool(self) -> None:
        labour, now = self.model.params.labour, self.model.now
        staff = sum(site.staff for site in self.sites)
        relative = 1.0
        if staff > 0.0:
            relative = sum(site.staff * site.relative_pay for site in self.sites) / max(staff, 1e-9)
        growth = sum(now.need_factor) / N_TYPES
        self.pool *= 1.0 - labour.leave_pool
        self.pool += self.outside_inflow * relative**labour.recruit_elasticity * growth * now.recruits_factor

    def _hire(self) -> None:
        """Fill vacancies; better-paying sites fill sooner, and nobody is hired twice."""
        tightness = max(self.pool, 0.0) / max(self.pool_start, 1e-9)
        wanted = [site.hires_wanted(self.model.usual_fill_rate, tightness) for site in self.sites]
        total = sum(wanted)
        share = min(1.0, max(self.pool, 0.0) / max(total, 1e-9))
        for site, hires in zip(self.sites, wanted, strict=True):
            site.staff += hires * share
        self.pool -= total * share

    # -- budget ----------------------------------------------------------------------------------------------------

    def unit(self, care_type: int) -> float:
        """Return the units a week that a fee is paid for: one in a home, hours at home."""
        return self.model.care[care_type].hours_per_person if care_type == HOME_CARE else 1.0

    def yearly_cost(self) -> float:
        """Return what the people whom the council funds, waiting people included, cost in a year at today's fees."""
        in_house = self.model.params.councils.in_house_cost_ratio
        weekly = 0.0
        for site in self.sites:
            ratio = in_house if site.care_type == HOME_CARE and site.provider.kind == COUNCIL_SERVICE else 1.0
            weekly += site.council_people * ratio * (self.fee[site.care_type] * self.unit(site.care_type))
        queued = sum(self.queue_of(t, COUNCIL) * self.fee[t] * self.unit(t) for t in range(N_TYPES))
        return 365.25 / 7.0 * (weekly + queued)

    def plan(self) -> None:
        """Set the budget, in April the fees, and steer eligibility."""
        now = self.model.now
        self.budget = self.budget_start * now.real_funding * now.price_index + self.grant
        self.budget += now.policies.grant[self.row] - 12.0 * now.policies.cost_beside_care[self.row]
        if now.is_april and self.model.month > 0:
            self._set_fees()
            self.budget += now.policies.april_grant[self.row]
        if now.is_april:
            self.spend_year = 0.0
        self._steer_eligibility()

    def _set_fees(self) -> None:
        """Uplift fees by providers' cost inflation as far as the budget allows."""
        p, need = self.model.params.councils, self.model.params.need
        volume = 1.0 + 0.5 * (need.growth_per_year + need.growth_care_homes) * self.eligibility
        affordable = self.budget / max(self.yearly_cost() * volume, 1.0) - 1.0
        for care_type in range(N_TYPES):
            wanted = self.model.cost_inflation[care_type]
            gap = affordable - wanted
            uplift = wanted + (p.squeeze_on_fees * gap if gap < 0.0 else min(p.pass_through_limit * gap, 0.04))
            uplift = max(uplift, min(p.lowest_uplift, wanted)) + self.model.now.fee_uplift
            self.uplift[care_type] = uplift
            self.fee[care_type] *= 1.0 + uplift

    def _steer_eligibility(self) -> None:
        """Tighten or widen eligibility by the gap between budget and cost; reserves cushion a deficit."""
        p, cost = self.model.params.councils, self.yearly_cost()
        deficit = max(cost - self.budget, 0.0) / 12.0
        from_reserves = min(deficit, max(self.reserves, 0.0) / 12.0)
        self.reserves -= from_reserves
        gap = (self.budget + 12.0 * from_reserves - cost) / max(self.budget, 1.0)
        eligibility = self.eligibility + p.eligibility_speed / 12.0 * gap
        self.eligibility = min(max(eligibility, p.lowest_eligibility), 1.0)

    def look_at_prices(self) -> None:
        """Note the usual share of self-funders and the usual price over the fee in each kind of home, by residents."""
        self.usual_clientele, self.usual_over_fee = [0.0] * N_TYPES, [0.0] * N_TYPES
        for care_type in range(HOME_CARE):
            homes = [site for site in self.sites_of[care_type] if site.price > 0.0]
            residents = max(sum(site.people for site in homes), 1)
            paying = sum(len(site.self_funders) for site in homes)
            self.usual_clientele[care_type] = paying / residents
            self.usual_over_fee[care_type] = sum(site.people * site.price_over_fee for site in homes) / residents

    # -- queues ----------------------------------------------------------------------------------------------------

    def displaced_in_turn(self, care_type: int, payer: int) -> int:
        """Return the displaced people for whom there is still time to arrange new care this month."""
        displaced = self.displaced[care_type][payer] + self.displaced_long[care_type][payer]
        return min(displaced, self._can_still_replace(care_type, payer)) if displaced else 0

    def _can_still_replace(self, care_type: int, payer: int) -> int:
        """Return for how many people time is left: a share of those paid for, ten in any case, less those served."""
        people = self.queue_of(care_type, payer)
        people += sum(site.new[payer] + site.settled[payer] for site in self.sites_of[care_type])
        limit = math.ceil(self.model.params.reprovision.replaced_in_a_month * people)
        return max(max(limit, world.ALWAYS_REPLACED) - self.flows.replaced[care_type][payer], 0)

    def serve(self, care_type: int, payer: int, served: int, in_turn: int) -> None:
        """Take people who found a place off the queues, first those displaced people who were in turn.

        They found their place in the course of the month: they lost half of it on average.
        """
        moved = min(in_turn, served)
        self.transfer_loss[care_type][payer] += 0.5 * moved
        self.flows.replaced[care_type][payer] += moved
        take((self.displaced_long[care_type], self.displaced[care_type]), payer, moved)
        take((self.waiting_long[care_type], self.waiting[care_type]), payer, served - moved)

    def serve_displaced(self, care_type: int, payer: int, served: int) -> None:
        """Take re-placed people off the queues of the displaced and book the days they lose on the way."""
        self.transfer_loss[care_type][payer] += served * self.model.care[care_type].lag_share
        self.flows.replaced[care_type][payer] += served
        take((self.displaced_long[care_type], self.displaced[care_type]), payer, served)

    # -- delivery --------------------------------------------------------------------------------------------------

    def account_for_hours(self) -> None:
        """Account for every hour of assessed need: delivered, lost, or unmet for want of a place, staff or money."""
        flows = self.flows
        for care_type in range(N_TYPES):
            per_person = self.model.care[care_type].hours_per_person
            due, covered = [0.0] * N_PAYERS, [0.0] * N_PAYERS
            for site in self.sites_of[care_type]:
                for payer, hours in enumerate(site.hours_by_payer()):
                    due[payer] += hours
                    covered[payer] += hours * site.cover
            for payer in range(N_PAYERS):
                waiting = (self.waiting[care_type][payer] + self.waiting_long[care_type][payer]) * per_person
                displaced = (self.displaced[care_type][payer] + self.displaced_long[care_type][payer]) * per_person
                if payer == SELF_FUNDER:
                    waiting += sum(person.hours for person in self.seekers[care_type] if not person.displaced)
                    displaced += sum(person.hours for person in self.seekers[care_type] if person.displaced)
                in_transfer = min(self.transfer_loss[care_type][payer] * per_person, covered[payer])
                rationed = self.rationed[care_type] * per_person if payer == COUNCIL else 0.0
                flows.delivered[care_type][payer] = covered[payer] - in_transfer
                flows.lost[care_type][payer] = displaced + in_transfer
                flows.unmet_staff[care_type][payer] = due[payer] - covered[payer]
                flows.unmet_place[care_type][payer] = waiting
                flows.unmet_rationed[care_type][payer] = rationed
                flows.need[care_type][payer] = due[payer] + waiting + displaced + rationed
        self.transfer_loss = by_type_and_payer(0.0)
        self._credit_providers()

    def _credit_providers(self) -> None:
        """Share the hours delivered out over the sites that covered them: by kind of provider, and by quality."""
        covered = {site: site.hours_due * site.cover for site in self.sites}
        share = sum(map(sum, self.flows.delivered)) / max(sum(covered.values()), 1e-9)
        for site, hours in covered.items():
            self.flows.delivered_by_kind[site.provider.kind] += hours * share
            self.flows.quality_hours += hours * share * site.quality


def take(queues: tuple[list[int], ...], payer: int, people: int) -> None:
    """Take people of one payer off queues, the first queue first."""
    for queue in queues:
        taken = min(queue[payer], people)
        queue[payer] -= taken
        people -= taken
