"""The plain market: a Mesa model whose month is a list of what its agents do in turn."""

from typing import Any

import mesa

from benchmarks.plain_mesa import entry, exits, money, opening, placement, records, world
from benchmarks.plain_mesa.council import Council
from benchmarks.plain_mesa.draws import KeyedDraws, MesaDraws
from benchmarks.plain_mesa.provider import Provider
from benchmarks.plain_mesa.self_funder import SelfFunder
from benchmarks.plain_mesa.site import Site
from resilience import CareMarket
from resilience.market.labour import usual_fill_rate
from resilience.measures.catalogue import HEADLINE


class PlainMarket(mesa.Model):
    """The care market of ``resilience.CareMarket`` as an ordinary Mesa model.

    ``start`` is a CareMarket before its first month: its columns become agents, its scenario and seed are this model's.
    With ``keyed`` draws the two models play the same market; without, each draw is the next of ``model.random``, as an
    ordinary Mesa model would have it (quicker, and the same only on average).
    """

    def __init__(self, start: CareMarket, *, keyed: bool = True) -> None:
        super().__init__(rng=start.seed_of_run)
        self.params = start.scenario  # the scenario this market plays
        world.refuse_what_is_not_played(start.scenario)
        self.draws = KeyedDraws(start.seed_of_run) if keyed else MesaDraws(self.random)
        self.care = world.kinds_of_care(start.scenario)
        self.month = 0
        self.events: list[dict[str, Any]] = []
        self._sites = self._providers = 0
        opening.copy_from(start.state, self)
        self.now = world.conditions_of_month(self.params, 0, len(self.councils))
        labour = self.params.labour
        self.usual_fill_rate = usual_fill_rate(labour.turnover_per_year, labour.vacancy_start)
        self.mean_self_funder_share = sum(council.self_funder_share for council in self.councils) / len(self.councils)
        self.cost_inflation = self.leave_new = self.leave_settled = [0.0] * len(self.care)
        self.datacollector = mesa.DataCollector(
            model_reporters={
                name: (lambda model, name=name: records.region_value(model, name))
                for name in (*HEADLINE, "need_hours", "hours_delivered")
            },
            agenttype_reporters={
                Council: {
                    "account": "account",
                    **{name: (lambda council, name=name: council.measures.get(name)) for name in records.COVERED},
                }
            },
        )

    def step(self) -> None:
        """Advance one month; the order of play is that of CareMarket."""
        self.begin_month()
        # 2 need
        self.sites.do("people_leave")
        self.councils.do("people_leave_queues")
        self.self_funders.do("live_on")
        self.councils.do("people_arrive")
        # 3 labour
        self.councils.do("look_at_queues")
        self.sites.do("set_pay")
        self.sites.do("set_posts")
        self.councils.do("staff_micro_enterprises")
        self.councils.do("staff_come_and_go")
        self.sites.do("find_cover")
        # 4 councils
        self.councils.do("plan")
        placement.place(self)
        # 5 self-funders
        if self.now.is_april and self.month > 0:
            self.councils.do("look_at_prices")
            self.sites.do("set_price")
        placement.self_funders_choose(self)
        # 6 delivery
        self.sites.do("find_cover")
        self.councils.do("account_for_hours")
        # 7 money
        money.settle(self)
        self.self_funders.do("run_down")
        # 8 to 11 distress, re-provision, entry, quality
        exits.play(self)
        placement.find_new_places(self)
        entry.play(self)
        self.sites.do("live_and_learn")
        # 12 record
        records.take_stock(self)
        self.datacollector.collect(self)
        self.month += 1

    def begin_month(self) -> None:
        """Set the month's conditions and empty the councils' counts."""
        self.draws.month = self.month
        self.now = now = world.conditions_of_month(self.params, self.month, len(self.councils))
        pay = now.wage_floor / now.previous_wage_floor * (1.0 + now.on_cost_rise) - 1.0
        self.cost_inflation = [
            share * pay + (1.0 - share) * now.inflation + rise
            for share, rise in zip(world.WAGE_SHARE, now.cost_rise, strict=True)
        ]
        self.leave_new = [leaving(care.leave_new, now.leaving_factor[t]) for t, care in enumerate(self.care)]
        self.leave_settled = [leaving(care.leave_settled, now.leaving_factor[t]) for t, care in enumerate(self.care)]
        self.councils.do("begin_month")

    @property
    def sites(self) -> mesa.agent.AgentSet:
        return self.agents_by_type[Site]

    @property
    def providers(self) -> mesa.agent.AgentSet:
        return self.agents_by_type[Provider]

    @property
    def councils(self) -> mesa.agent.AgentSet:
        return self.agents_by_type[Council]

    @property
    def self_funders(self) -> mesa.agent.AgentSet:
        return self.agents_by_type[SelfFunder]

    def next_site_row(self) -> int:
        """Return the number of the next site; sites have the same numbers as the rows of CareMarket's table."""
        self._sites += 1
        return self._sites - 1

    def next_provider_row(self) -> int:
        self._providers += 1
        return self._providers - 1

    def record_event(
        self, kind: str, reason: str, *, provider: Provider | None, site: Site | None = None, **more: Any
    ) -> None:
        """Write what happened to a provider, or to one of its sites."""
        self.events.append(
            {
                "month": self.month,
                "kind": kind,
                "reason": reason,
                "provider": -1 if provider is None else provider.row,
                "site": -1 if site is None else site.row,
                **more,
            }
        )


def leaving(chance: float, factor: float) -> float:
    """Return the monthly chance of leaving care when the hazard is ``factor`` times as high."""
    return chance if factor == 1.0 else 1.0 - (1.0 - chance) ** factor
