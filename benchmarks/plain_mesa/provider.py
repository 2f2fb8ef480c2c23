"""An organisation that runs sites: its money, its owners and its end."""

import math
from typing import TYPE_CHECKING, Any

import mesa

from benchmarks.plain_mesa import world
from resilience.state.codes import (
    CHAIN,
    COOPERATIVE,
    COUNCIL_SERVICE,
    HOME_CARE,
    INDEPENDENT,
    MICRO_ENTERPRISE,
    SECTORS,
    TRADING,
)

if TYPE_CHECKING:
    from benchmarks.plain_mesa.council import Council
    from benchmarks.plain_mesa.market import PlainMarket
    from benchmarks.plain_mesa.site import Site

_THIRD_SECTOR = SECTORS.index("third_sector")


class Provider(mesa.Agent):
    """One organisation; quantities have the names and units of ``resilience.state.tables.Providers``."""

    def __init__(self, model: "PlainMarket", *, key: int, kind: int, home_council: "Council", **values: Any) -> None:
        super().__init__(model)
        self.row = model.next_provider_row()
        self.key, self.kind, self.home_council = key, kind, home_council
        self.sites: list[Site] = []
        self.closed_sites: list[Site] = []  # those that closed under its ownership
        self.alive = True
        self.sector = 0
        self.cash = self.credit_limit = self.debt = self.investor_return = 0.0
        self.interest_rate = self.rate_change = 0.0
        self.orderly = False
        self.floating = self.restructured = self.supported = self.statutory = False
        self.owner_retires = world.NEVER
        self.revenue = self.surplus = self.outside_surplus = self.paid_out = 0.0
        self.breach_months = self.members = 0
        self.opened, self.ended, self.fate, self.cause = -1, -1, TRADING, -1
        self.last_hours = self.gap = 0.0
        self.outside_homes = self.outside_beds = self.outside_councils = self.outside_councils_over_10 = 0
        self.outside_hours = self.outside_people = 0.0
        for name, value in values.items():
            setattr(self, name, value)

    @property
    def is_not_for_profit(self) -> bool:
        return self.sector == _THIRD_SECTOR or self.kind in (COOPERATIVE, MICRO_ENTERPRISE)

    @property
    def beds(self) -> int:
        """Beds in the region."""
        return all_beds(self.sites)

    @property
    def group_factor(self) -> float:
        """Size in England over that in the region, by beds or (without homes) by hours; 1 where it has none outside."""
        if not (self.outside_beds or self.outside_hours):
            return 1.0
        if beds := self.beds:
            return (beds + self.outside_beds) / beds
        hours = self.home_care_hours
        return (hours + self.outside_hours) / hours if hours >= 1.0 else 1.0

    @property
    def home_care_hours(self) -> float:
        """Hours of home care due in the region, a week."""
        return sum(site.hours_due for site in self.sites if site.care_type == HOME_CARE)

    @property
    def current_rate(self) -> float:
        """Interest on the debt this month, a share a year."""
        return max(self.interest_rate + self.rate_change, 0.0)

    @property
    def revenue_at_home(self) -> float:
        """Revenue from home care, GBP a month."""
        return sum(site.revenue for site in self.sites if site.care_type == HOME_CARE)

    def review_loans(self) -> None:
        """Let the rate follow Bank Rate, and banks set small newcomers' overdrafts each April from year two."""
        finance, now = self.model.params.finance, self.model.now
        due = 1.0 if self.floating else 1.0 / (12.0 * finance.refinancing_years)
        self.rate_change += due * (now.bank_rate_change - self.rate_change)
        bankable = self.opened >= 0 and self.model.month - self.opened >= world.BANKABLE_MONTHS
        if now.is_april and bankable and self.kind in (INDEPENDENT, COOPERATIVE):
            at_home = self.revenue_at_home
            self.credit_limit = finance.credit_months * max(self.revenue - at_home, 0.0)
            self.credit_limit += finance.credit_months_home_care * at_home

    def finance_beds(self, beds: int, *, owned: bool = True) -> None:
        """Borrow, on a home it owns, and raise equity for a home that it buys or opens; less than on old beds."""
        finance = self.model.params.finance
        if owned:
            self.debt += 0.7 * finance.chain_debt_per_bed * beds
        self.investor_return += finance.chain_equity_per_bed * beds * finance.chain_required_return / 12.0

    def pay_off_debt(self, going: "list[Site]") -> None:
        """Pay lenders and investors what homes that are sold or closed bring, by their part of the beds.

        Leased homes bring the owner nothing and carried no debt.
        """
        self.debt *= 1.0 - owned_beds(going) / max(owned_beds(self.sites), 1)
        self.investor_return *= 1.0 - all_beds(going) / max(all_beds(self.sites), 1)

    def interest_by_place(self) -> float:
        """Return the month's interest on the debt for each place of its sites, GBP."""
        places = sum(site.capacity for site in self.sites)
        return self.debt * self.current_rate / 12.0 / max(places, 1.0)

    def add_up(self) -> None:
        """Add up the sites' month."""
        self.revenue = sum(site.revenue for site in self.sites)
        self.surplus = sum(site.surplus for site in self.sites)

    def return_over_revenue(self) -> float:
        """Return what is owed to investors for each pound of revenue."""
        return self.investor_return / max(self.revenue, 1.0)

    def cash_target(self) -> float:
        """Return the cash that owners want to keep: months of revenue, the whole group counted."""
        finance = self.model.params.finance
        at_home, group = self.revenue_at_home, self.group_factor
        homes = max(self.revenue - at_home, 0.0)
        if homes <= 0.0:
            at_home *= group
        return finance.cash_months * homes * group + finance.cash_months_home_care * at_home

    def earn_outside(self, surplus_per_bed: float, surplus_per_hour: float) -> None:
        """Book the surplus of a chain's homes and branches outside the region at the chains' means in the region.

        Homes outside carry the chain's own rent and interest a bed.
        """
        self.outside_surplus = 0.0
        if self.kind != CHAIN:
            return
        if beds := self.beds:
            homes = [site for site in self.sites if site.care_type != HOME_CARE]
            owed = sum(site.surplus_to_rent + site.surplus_to_interest for site in homes)
            self.outside_surplus += self.outside_beds * (surplus_per_bed - owed / beds)
        if self.home_care_hours >= 1.0:
            self.outside_surplus += self.outside_hours * surplus_per_hour

    def pay_owners(self) -> None:
        """Pay the return owed or draw part of the surplus, and take the rest into cash.

        Co-operatives draw nothing and keep twice the reserves.
        """
        surplus = self.surplus + self.outside_surplus
        self.paid_out = 0.0
        if self.kind != COUNCIL_SERVICE:
            cash_after = self.cash + surplus
            target = self.cash_target() * (2.0 if self.kind == COOPERATIVE else 1.0)
            spare = max(cash_after - target, 0.0)
            earned = max(surplus, 0.0)
            if self.kind == CHAIN:
                wanted = min(self.investor_return * self.group_factor, earned, max(cash_after, 0.0))
            elif self.kind == COOPERATIVE:
                wanted = 0.0
            else:
                wanted = min(earned * self.model.params.finance.drawings_share, spare)
            self.paid_out = min(wanted + 0.1 * spare, max(cash_after, 0.0))
        self.cash += surplus - self.paid_out

    # -- trouble ---------------------------------------------------------------------------------------------------

    @property
    def is_out_of_money(self) -> bool:
        limit = self.credit_limit * (self.group_factor if self.kind == CHAIN else 1.0)
        return self.cash < -limit

    @property
    def is_insolvent(self) -> bool:
        """True when cash and credit are used up; a council's service cannot fail, a micro-enterprise folds."""
        return self.kind not in (COUNCIL_SERVICE, MICRO_ENTERPRISE) and self.is_out_of_money

    @property
    def is_winding_up(self) -> bool:
        """True for small owners who stop while they can still pay."""
        return self.orderly and self.surplus < 0.0 and self.cash + self.credit_limit < -2.0 * self.surplus

    def interest_cover(self) -> float:
        """Return surplus before interest over interest, the whole group counted; infinite without debt."""
        interest = self.debt * self.current_rate / 12.0 * self.group_factor
        before = self.surplus + self.outside_surplus + interest
        return before / max(interest, 1e-9) if interest > 0.0 else math.inf

    def restructure(self) -> None:
        """Let lenders and landlords give up part of what they are owed."""
        left = 1.0 - self.model.params.distress.restructure_relief
        self.debt *= left
        self.investor_return *= left
        for site in self.sites:
            site.rent *= left
        self.restructured, self.breach_months = True, 0

    def end(self, fate: int) -> None:
        """Stop trading; the agent leaves the model."""
        self.alive, self.fate, self.ended = False, fate, self.model.month
        self.remove()

    # -- entry -----------------------------------------------------------------------------------------------------

    @classmethod
    def newcomer(
        cls,
        model: "PlainMarket",
        key: int,
        kind: int,
        council: "Council",
        *,
        cash: float,
        credit_limit: float,
        at_home: bool,
        **values: Any,
    ) -> "Provider":
        """Return a provider that starts trading this month with its owners' cash."""
        council.flows.capital_put_in += cash
        p = model.params.distress
        rate = p.retirement_per_year_home_care if at_home else p.retirement_per_year
        values.setdefault("owner_retires", world.NEVER)
        if kind == INDEPENDENT and rate > 0.0:
            values["owner_retires"] = month_of_event(model, "retirement", key, rate)
        if kind in (INDEPENDENT, COOPERATIVE):
            values.setdefault("orderly", model.draws.trait("orderly", key) < p.orderly_share)
        return cls(
            model,
            key=key,
            kind=kind,
            home_council=council,
            cash=cash,
            credit_limit=credit_limit,
            opened=model.month,
            **values,
        )


def all_beds(sites: "list[Site]") -> int:
    return sum(site.capacity for site in sites if site.care_type != HOME_CARE)


def owned_beds(sites: "list[Site]") -> int:
    return sum(site.capacity for site in sites if site.care_type != HOME_CARE and site.rent == 0.0)


def month_of_event(model: "PlainMarket", decision: str, key: int, rate_per_year: float) -> int:
    """Return the month of something that happens once, exponential in its yearly rate."""
    wait = -math.log(model.draws.trait(decision, key)) / max(rate_per_year, 1e-9) * 12.0
    return model.month + 1 + int(min(wait, 100_000.0))
