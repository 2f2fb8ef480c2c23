"""A person who pays for their own care."""

import math
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

import mesa

from benchmarks.plain_mesa import world
from resilience.state.codes import COUNCIL, HOME_CARE, SELF_FUNDER, WEEKS_PER_MONTH

if TYPE_CHECKING:
    from benchmarks.plain_mesa.council import Council
    from benchmarks.plain_mesa.market import PlainMarket
    from benchmarks.plain_mesa.site import Site


class SelfFunder(mesa.Agent):
    """One spell of need; quantities have the names and units of ``resilience.state.tables.SelfFunders``."""

    def __init__(
        self,
        model: "PlainMarket",
        *,
        key: int,
        council: "Council",
        care_type: int,
        hours: float,
        savings: float,
        income: float,
        price_class: int,
        site: "Site | None" = None,
        months_in_care: int = 0,
        waiting_months: int = 0,
        displaced: bool = False,
    ) -> None:
        super().__init__(model)
        self.key, self.council, self.care_type = key, council, care_type
        self.hours, self.savings, self.income, self.price_class = hours, savings, income, price_class
        self.site: Site | None = site
        self.months_in_care, self.waiting_months, self.displaced = months_in_care, waiting_months, displaced
        if site is None:
            council.seekers[care_type][self] = None
        else:
            site.admit(self)

    @classmethod
    def newcomer(
        cls, model: "PlainMarket", council: "Council", care_type: int, ordinal: int, little_care: bool = False
    ) -> "SelfFunder":
        """Return a person who newly needs care, with hours, savings, income and price class drawn for life."""
        p, draws = model.params.self_funders, model.draws
        word = world.WORD_OF_MOUTH if little_care else 1
        key = draws.key(word, model.month, council.key, care_type, ordinal)
        at_home = care_type == HOME_CARE
        hours = model.care[care_type].hours_per_person
        if at_home:
            hours = min(max(hours * math.exp(0.8 * draws.normal_trait("hours", key) - 0.8**2 / 2.0), 1.5), 70.0)
        if little_care:
            scale = model.params.entry.micro_hours_per_client / model.care[HOME_CARE].hours_per_person
            hours = min(max(hours * scale, 1.0), world.HEAVY_HOURS)
        median = p.home_care_savings_median if at_home else p.savings_median
        savings = median * math.exp(p.savings_spread * draws.normal_trait("savings", key)) * model.now.cost_index
        if not at_home:
            savings *= model.now.new_savings_factor
        income = p.home_care_income_to_fees if at_home else p.income_to_fees
        income *= math.exp(0.3 * draws.normal_trait("income", key) - 0.045)
        taste = draws.normal_trait("price_class", key)
        return cls(
            model,
            key=key,
            council=council,
            care_type=care_type,
            hours=hours,
            savings=max(savings, p.capital_limit * 1.05),
            income=income,
            price_class=0 if taste < -0.43 else 1 if taste < 0.43 else 2,
        )

    def live_on(self) -> None:
        """Leave care or the queue by the hazard of the time spent in care, or grow older by a month."""
        model = self.model
        hazards = model.leave_new if self.months_in_care < world.FIRST_PHASE_MONTHS else model.leave_settled
        hazard = hazards[self.care_type]
        if self.model.draws.uniform("self_funder_leaves", self.key) < hazard:
            self.council.flows.leavers[self.care_type][SELF_FUNDER] += 1
            self.go()
            return
        self.months_in_care += 1
        if self.site is None:
            self.waiting_months += 1

    def go(self) -> None:
        """Leave the site or the queue, and the model."""
        if self.site is None:
            del self.council.seekers[self.care_type][self]
        else:
            self.site.release(self)
        self.remove()

    @property
    def taste(self) -> int:
        """Price class, three higher for people whose need a micro-enterprise can meet."""
        return self.price_class + (3 if self.hours <= world.HEAVY_HOURS else 0)

    def pick_site(self, council: "Council", u: float) -> "Site | None":
        """Return a site of the council with room, drawn by pull times free places; None where there is none."""
        sites, taste = council.sites_of[self.care_type], self.taste
        cumulated = list(accumulate(site.pulls[taste] * site.room for site in sites))
        if not cumulated or cumulated[-1] <= 0.0:
            return None
        return sites[min(bisect_right(cumulated, u * cumulated[-1]), len(sites) - 1)]

    def settle(self, site: "Site") -> None:
        """Move in, at the site's council."""
        del self.council.seekers[self.care_type][self]
        self.site, self.council = site, site.council
        self.waiting_months, self.displaced = 0, False
        site.admit(self)

    def lose_place(self) -> None:
        """Look for a new place because the site closes; the site forgets its people by itself."""
        self.site, self.displaced, self.waiting_months = None, True, 0
        self.council.seekers[self.care_type][self] = None

    def lose_on_the_way(self, share: float) -> None:
        """Count the part of a month that the person goes without care on the way to a new place."""
        hours = self.hours / self.model.care[self.care_type].hours_per_person
        self.council.transfer_loss[self.care_type][SELF_FUNDER] += hours * share

    def pay(self) -> None:
        """Pay this month's bill from income and savings."""
        site = self.site
        if site is None:
            return
        units = self.hours * site.cover if self.care_type == HOME_CARE else 1.0
        bill = units * site.price * WEEKS_PER_MONTH
        income = self.income * WEEKS_PER_MONTH * self.model.now.cost_index
        self.savings -= max(bill - income, 0.0)
        site.council.flows.spend[site.care_type][SELF_FUNDER] += bill

    def run_down(self) -> None:
        """Become council-funded, at the same site or in the same queue, once savings reach the capital limit."""
        if self.savings > self.model.params.self_funders.capital_limit:
            return
        self.council.flows.run_down[self.care_type] += 1
        if self.site is not None:
            phase = self.site.new if self.months_in_care < world.FIRST_PHASE_MONTHS else self.site.settled
            phase[COUNCIL] += 1
        else:
            queue = self.council.displaced if self.displaced else self.council.waiting
            queue[self.care_type][COUNCIL] += 1
        self.go()
