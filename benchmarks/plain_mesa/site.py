"""A home, branch or micro-enterprise: its people, staff, prices and quality."""

import math
from typing import TYPE_CHECKING, Any

import mesa

from benchmarks.plain_mesa import world
from resilience.state.codes import (
    COOPERATIVE,
    COUNCIL,
    COUNCIL_SERVICE,
    GOOD,
    HOME_CARE,
    INADEQUATE,
    MICRO_ENTERPRISE,
    N_CAUSES,
    NHS,
    OUTSTANDING,
    REQUIRES_IMPROVEMENT,
    SELF_FUNDER,
)

if TYPE_CHECKING:
    from benchmarks.plain_mesa.council import Council
    from benchmarks.plain_mesa.market import PlainMarket
    from benchmarks.plain_mesa.provider import Provider
    from benchmarks.plain_mesa.self_funder import SelfFunder


def between(value: float, low: float, high: float) -> float:
    """Return the value, or the bound it is beyond."""
    return low if value < low else min(value, high)


class Site(mesa.Agent):
    """One place of care; every quantity has the name and unit of its column in ``resilience.state.tables.Sites``."""

    def __init__(
        self,
        model: "PlainMarket",
        *,
        key: int,
        provider: "Provider",
        council: "Council",
        care_type: int,
        capacity: int,
        opened: int,
        **values: Any,
    ) -> None:
        super().__init__(model)
        self.row = model.next_site_row()
        self.key, self.council, self.care_type, self.capacity = key, council, care_type, capacity
        self.opened = opened
        self.alive, self.closed = True, -1
        self.provider = provider
        self.care = model.care[care_type]
        self.new = [0, 0, 0]  # people by payer in the first phase of their stay, self-funders apart
        self.settled = [0, 0, 0]
        self.self_funders: dict[SelfFunder, None] = {}  # a set that keeps its order
        self.self_funder_hours = 0.0
        self.staff = self.posts = self.pay = self.agency_hours = self.leavers = 0.0
        self.pay_differential = 0.0
        self.cover = self.efficiency = 1.0
        self.rent = self.price = self.quality = self.quality_trait = 0.0
        self.rating = GOOD
        self.takes_council = True
        self.council_pull = self.self_funder_pull = 1.0
        self.revenue = self.operating_surplus = self.surplus = 0.0
        self.surplus_to_rent = self.surplus_to_interest = 0.0
        self.trend = self.shock = 0.0
        self.loss_months = self.inadequate_months = 0
        self.bridge_start = self.bridge_now = self.fixed_start = [0.0] * N_CAUSES
        self.occupied_now = self.occupied_start = 0.0
        self.people_at_closing, self.hours_at_closing = (0, 0, 0), 0.0
        self.room = 0
        self.pull = 0.0
        self.pulls: list[float] = []
        for name, value in values.items():
            setattr(self, name, value)
        provider.sites.append(self)
        council.sites.append(self)
        council.sites_of[care_type].append(self)

    # -- who is here -----------------------------------------------------------------------------------------------

    @property
    def is_micro(self) -> bool:
        return self.provider.kind == MICRO_ENTERPRISE

    @property
    def is_own_service(self) -> bool:
        return self.provider.kind == COUNCIL_SERVICE

    @property
    def council_people(self) -> int:
        return self.new[COUNCIL] + self.settled[COUNCIL]

    @property
    def nhs_people(self) -> int:
        return self.new[NHS] + self.settled[NHS]

    @property
    def people(self) -> int:
        return self.council_people + self.nhs_people + len(self.self_funders)

    @property
    def workload(self) -> float:
        """People in person-equivalents: self-funders at home count by their own hours."""
        return self.council_people + self.nhs_people + self.self_funder_hours / self.care.hours_per_person

    @property
    def hours_due(self) -> float:
        return self.workload * self.care.hours_per_person

    def admit(self, person: "SelfFunder") -> None:
        self.self_funders[person] = None
        self.self_funder_hours += person.hours

    def release(self, person: "SelfFunder") -> None:
        del self.self_funders[person]
        self.self_funder_hours = max(self.self_funder_hours - person.hours, 0.0)

    def people_leave(self) -> None:
        """Let council- and NHS-funded people leave in two phases, and pass from the first phase to the later one."""
        model, draws, key = self.model, self.model.draws, self.key
        leave_new, leave_settled = model.leave_new[self.care_type], model.leave_settled[self.care_type]
        for payer in (COUNCIL, NHS):
            new, settled = self.new[payer], self.settled[payer]
            if new + settled == 0:
                continue
            left = draws.binomial(f"leave_new/{payer}", key, new, leave_new)
            later = draws.binomial(f"leave_settled/{payer}", key, settled, leave_settled)
            moved = draws.binomial(f"settle/{payer}", key, new - left, self.care.settle)
            self.new[payer] = new - left - moved
            self.settled[payer] = settled + moved - later
            self.council.flows.leavers[self.care_type][payer] += left + later

    # -- staff -----------------------------------------------------------------------------------------------------

    @property
    def is_starting_up(self) -> bool:
        """True for sites in the time in which their owners expect them to run at a loss."""
        return self.opened >= 0 and self.model.month - self.opened < world.START_UP_MONTHS[self.care_type]

    @property
    def takes_stock(self) -> bool:
        """True once a quarter, in a month of the site's own: owners review whom they admit and what they keep."""
        return self.key % world.QUARTER == self.model.month % world.QUARTER

    @property
    def is_young(self) -> bool:
        """True for sites that opened in the run and are still building up."""
        return self.opened >= 0 and self.model.month - self.opened < world.YOUNG_MONTHS

    @property
    def relative_pay(self) -> float:
        """Pay over that of like jobs outside, as a ratio to the same at the start."""
        labour = self.model.params.labour
        usual = (1.0 + labour.pay_differential) / labour.outside_pay_ratio
        return self.pay / self.council.outside_pay / usual

    def set_pay(self) -> None:
        """Set pay over the floor: compressed in April, run down in loss, raised where staff are short."""
        labour, now = self.model.params.labour, self.model.now
        differential = self.pay_differential
        if now.is_april and self.model.month > 0:
            rise = now.wage_floor / now.previous_wage_floor - 1.0
            beyond = max(rise - max(now.inflation, 0.02), 0.0)
            differential *= 1.0 - min(labour.pay_compression * beyond / 0.10, 0.8)
        if self.trend < 0.0:
            differential *= 0.92
        if self.staff < 0.92 * self.posts and self.trend > 0.02:
            differential += 0.0015
        self.pay_differential = between(differential, 0.0, 1.5 * (labour.outside_pay_ratio - 1.0))
        self.pay = now.wage_floor * (1.0 + self.pay_differential)

    def set_posts(self) -> None:
        """Set the posts the site keeps for the people here, those who replace leavers, and a little growth."""
        labour, load = self.model.params.labour, self.workload
        if self.is_micro:
            self.posts = self.staff_hours_needed(load) / labour.hours_per_worker
            return
        headroom = labour.growth_headroom + self.council.waiting_share[self.care_type]
        ahead = load * (1.0 / (1.0 - self.care.leave_settled)) * (1.0 + headroom)
        step = 1.0
        if self.is_young:
            cooperative = self.provider.kind == COOPERATIVE
            step = world.GROWTH_OF_YOUNG_COOPERATIVE if cooperative else world.GROWTH_OF_YOUNG
        ahead = min(ahead + step, max(self.capacity, load))
        self.posts = self.staff_hours_needed(ahead) / labour.hours_per_worker

    def staff_hours_needed(self, load: float) -> float:
        """Return the paid staff hours a week that ``load`` person-equivalents need."""
        fixed = self.care.fixed_staff_share
        places = fixed * 0.9 * self.capacity + (1.0 - fixed) * load
        return self.care.staff_hours_per_person * self.efficiency * places

    def staff_leave(self) -> float:
        """Let staff leave; returns how many of them look for care work near by."""
        labour = self.model.params.labour
        rate = 0.0
        if not self.is_micro:
            rate = labour.turnover_per_year * self.relative_pay**-self.care.separation_elasticity
            small = between(self.capacity / 20.0, 0.0, 1.0)
            rate *= labour.turnover_small + (1.0 - labour.turnover_small) * small
            if self.provider.kind == COOPERATIVE:
                rate *= labour.turnover_member_owned
        self.leavers = self.staff * (1.0 - math.exp(-rate / 12.0))
        surplus = max(self.staff - self.leavers - 1.02 * self.posts, 0.0)
        self.staff -= self.leavers + surplus
        return labour.stay_in_sector * self.leavers + surplus

    def hires_wanted(self, usual: float, tightness: float) -> float:
        """Return the staff the site would hire this month if the pool is large enough."""
        rate = min(usual * tightness**self.model.params.labour.fill_curve * self.relative_pay**2.0, 0.9)
        if self.is_young:
            rate = min(world.RECRUITING_OF_YOUNG * rate, 0.9)
        return max(self.posts - self.staff, 0.0) * rate

    def find_cover(self) -> None:
        """Call agency for hours that staff cannot work, up to its limit, and note the share of hours covered."""
        needed = self.staff_hours_needed(self.workload)
        own = self.staff * self.model.params.labour.hours_per_worker * (1.0 - self.model.now.sickness)
        limit = (1.0 if self.is_own_service else self.care.agency_limit) * needed
        self.agency_hours = min(max(needed - own * 1.02, 0.0), limit)
        self.cover = min((own * 1.02 + self.agency_hours) / max(needed, 1e-9), 1.0) if needed > 0.0 else 1.0

    def staffed_room(self) -> int:
        """Return how many more people the site could serve with the staff and agency cover it has now."""
        places = self.capacity - self.people
        if not self.is_micro:
            worked = self.staff * self.model.params.labour.hours_per_worker * (1.0 - self.model.now.sickness)
            cover = worked * (1.0 + self.care.agency_limit)
            fixed = self.care.fixed_staff_share
            per_person = self.care.staff_hours_per_person * self.efficiency
            load = (cover / per_person - fixed * 0.9 * self.capacity) / (1.0 - fixed)
            places = min(math.floor(min(load, self.capacity) - self.workload + 1e-9), places)
        return max(places, 0)

    # -- what it offers --------------------------------------------------------------------------------------------

    def pull_on(self, payer: int) -> float:
        """Return the pull of a free place here on council or NHS; zero where they do not place people."""
        rules, own_home_care = self.model.params.councils, self.is_own_service and self.care_type == HOME_CARE
        if self.rating == INADEQUATE or self.is_micro:
            return 0.0
        pull = math.exp(rules.quality_weight * self.quality) * self.council_pull
        if payer == COUNCIL:
            return pull * (rules.own_service_pull if own_home_care else 1.0) if self.takes_council else 0.0
        return 0.0 if own_home_care else pull

    def pull_on_self_funders(self) -> list[float]:
        """Return the pull of a free place here on each price class; the last three are people with light needs."""
        rules, micro = self.model.params.self_funders, self.is_micro
        if self.rating == INADEQUATE or self.is_own_service:
            return [0.0] * 6
        fee = max(self.council.fee_start[self.care_type], 1e-9) * self.model.now.price_index
        utility = rules.quality_sensitivity * self.quality + rules.size_preference * math.log(max(self.capacity, 1))
        visible = 0.5 if micro and not self.provider.supported else 1.0
        liked = visible * self.self_funder_pull * math.exp(utility)
        dear = math.exp(-rules.price_sensitivity * (self.price / fee - 1.0))
        light = [liked * dear**sensitivity for sensitivity in world.CLASS_SENSITIVITY]
        return ([0.0] * 3 if micro else light) + light

    def set_price(self) -> None:
        """Move this year's self-funder price; micro-enterprises move with the council's fee."""
        rules, now, uplift = self.model.params.self_funders, self.model.now, self.council.uplift[self.care_type]
        if self.is_micro:
            growth = uplift
        else:
            costs = self.model.cost_inflation[self.care_type]
            burden = min(self.council_people / max(len(self.self_funders), 1), 1.0)
            growth = costs + rules.cross_subsidy * max(costs - uplift, 0.0) * burden
            growth = min(growth, now.inflation + rules.price_rise_limit)
            growth -= 0.2 * between(world.EMPTY_BELOW - self.people / max(self.capacity, 1), 0.0, 0.3)
            growth += self.step_towards_clientele()
        self.price *= 1.0 + growth
        if not self.is_micro:
            self.price -= now.premium_loss * max(self.price - self.council.fee[self.care_type], 0.0)

    @property
    def price_over_fee(self) -> float:
        return self.price / max(self.council.fee[self.care_type], 1e-9)

    def step_towards_clientele(self) -> float:
        """Return the part of a home's price growth that brings it nearer to what homes with its clientele charge."""
        if self.care_type == HOME_CARE or self.people == 0 or self.price <= 0.0:
            return 0.0
        rules, council = self.model.params.self_funders, self.council
        share = len(self.self_funders) / self.people
        wanted = council.usual_over_fee[self.care_type]
        wanted += rules.premium_slope * (share - council.usual_clientele[self.care_type])
        step = rules.price_follows_clientele * (wanted / max(self.price_over_fee, 1e-9) - 1.0)
        return between(step, -world.LARGEST_STEP, world.LARGEST_STEP)

    # -- quality ---------------------------------------------------------------------------------------------------

    def supported_quality(self) -> float:
        """Return the quality that staffing, turnover, size, margin and owners support in the long run."""
        p, labour = self.model.params.quality, self.model.params.labour
        quality = p.start + self.quality_trait
        quality -= p.size_effect * math.log(max(self.capacity, 1) / (45.0 if self.care_type == HOME_CARE else 25.0))
        filled = min(self.staff / max(self.posts, 1e-9), 1.0)
        quality += p.staffing_effect * between(filled - (1.0 - labour.vacancy_start), -0.3, 0.05)
        turnover = 12.0 * self.leavers / max(self.staff, 1e-9)
        quality -= p.turnover_effect * between(turnover - labour.turnover_per_year, -0.3, 1.0)
        quality += p.margin_effect * between(self.trend, -0.15, 0.0)
        if self.provider.is_not_for_profit:
            quality += p.not_for_profit_effect
        if self.rating == INADEQUATE:
            quality += world.REMEDY
        return between(quality, 0.0, 1.0)

    def live_and_learn(self) -> None:
        """Move quality, publish a rating when inspected, let the passing cost shock fade and be renewed."""
        p, costs, draws = self.model.params.quality, self.model.params.costs, self.model.draws
        noise = p.noise * draws.normal("quality", self.key)
        moved = self.quality + p.drift * (self.supported_quality() - self.quality) + noise
        self.quality = between(moved, 0.0, 1.0)
        if not self.is_micro:
            often = world.REVISITS if self.rating == INADEQUATE else 1.0
            if draws.uniform("inspection", self.key) < often * p.inspections_per_year / 12.0:
                self.rating = self.earned_rating()
        inadequate = self.rating == INADEQUATE and not self.is_micro
        self.inadequate_months = self.inadequate_months + 1 if inadequate else 0
        size = between(max(self.capacity, 1) / 30.0, 0.1, 4.0) ** -0.35
        new = costs.passing_shock * size * draws.normal("cost_shock", self.key)
        self.shock = costs.passing_shock_memory * self.shock + new

    def earned_rating(self) -> int:
        p = self.model.params.quality
        if self.quality > p.outstanding_above:
            return OUTSTANDING
        if self.quality < p.inadequate_below:
            return INADEQUATE
        return REQUIRES_IMPROVEMENT if self.quality < p.improvement_below else GOOD

    def hours_by_payer(self) -> tuple[float, float, float]:
        """Return the hours a week due to council-funded people, self-funders and NHS-funded people."""
        hours = [0.0, 0.0, 0.0]
        hours[COUNCIL] = self.council_people * self.care.hours_per_person
        hours[SELF_FUNDER] = self.self_funder_hours
        hours[NHS] = self.nhs_people * self.care.hours_per_person
        return hours[0], hours[1], hours[2]
