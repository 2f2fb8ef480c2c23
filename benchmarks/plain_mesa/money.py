"""The month's money: each site's accounts, each provider's cash, each payer's bill."""

from typing import TYPE_CHECKING

from resilience.state.codes import (
    CHAIN,
    COUNCIL,
    HOME_CARE,
    NHS,
    NURSING,
    WEEKS_PER_MONTH,
)

if TYPE_CHECKING:
    from benchmarks.plain_mesa.market import PlainMarket
    from benchmarks.plain_mesa.site import Site

_PAY, _AGENCY, _RENT, _INTEREST, _RETURN, _OTHER = 1, 2, 4, 5, 6, 7
"""Places of the causes in a bridge; 0 is revenue, 3 occupancy."""


class Accounts:
    """One month's accounts of one site, GBP; costs are positive."""

    def __init__(self, site: "Site", interest_by_place: float) -> None:
        self.bill_payers(site)
        self.pay_staff(site)
        self.run(site)
        revenue = self.council + self.self_funder + self.nhs
        self.overhead = overhead_share(site) * revenue
        if site.is_own_service:  # it charges what it costs
            running = self.wages + self.agency + self.other + self.fixed
            self.council = running - self.self_funder - self.nhs
            revenue = self.council + self.self_funder + self.nhs
        self.revenue = revenue
        self.rent = site.rent * WEEKS_PER_MONTH * site.model.now.cost_index
        self.interest = site.capacity * interest_by_place
        costs = self.wages + self.agency + self.other + self.fixed + self.overhead
        self.operating_surplus = 0.0 if site.is_own_service else revenue - costs

    def bill_payers(self, site: "Site") -> None:
        """Homes are paid by the week and resident, home care by the hour delivered."""
        model, at_home = site.model, site.care_type == HOME_CARE
        units = (site.care.hours_per_person if at_home else 1.0) * WEEKS_PER_MONTH
        own_units = (site.self_funder_hours if at_home else len(site.self_funders)) * WEEKS_PER_MONTH
        delivered = site.cover if at_home else 1.0
        self.council = site.council_people * units * delivered * site.council.fee[site.care_type]
        self.self_funder = own_units * delivered * site.price
        self.nhs = site.nhs_people * units * delivered * site.price * model.params.self_funders.nhs_price_ratio
        if site.care_type == NURSING:
            nursing = model.now.funded_nursing_care * WEEKS_PER_MONTH
            self.nhs += nursing * (site.council_people + len(site.self_funders))

    def pay_staff(self, site: "Site") -> None:
        labour = site.model.params.labour
        on_cost = 0.0 if site.is_micro else site.model.now.on_cost
        hourly = site.pay * site.care.pay_mix * (1.0 + on_cost) * WEEKS_PER_MONTH
        self.wages = site.staff * labour.hours_per_worker * hourly
        self.agency = site.agency_hours * hourly * (1.0 + labour.agency_premium)

    def run(self, site: "Site") -> None:
        """Work out what follows residents (and passing shocks) and what does not."""
        model, care, costs = site.model, site.care, site.model.params.costs
        now, kind = model.now, site.care_type
        prices = now.cost_index * WEEKS_PER_MONTH * site.efficiency * site.council.cost_index
        prices *= now.running_cost_factor[kind]
        staff = self.wages + self.agency
        other = site.workload * care.other_cost * prices
        if site.is_micro:
            self.fixed = costs.fixed_cost_micro * prices
        else:
            scale = (max(site.capacity, 1) / care.reference_size) ** costs.fixed_cost_scale
            self.fixed = (care.fixed_cost * scale + care.property_cost * site.capacity) * prices
        if site.is_own_service:
            if kind == HOME_CARE:
                other += (model.params.councils.in_house_cost_ratio - 1.0) * (staff + other + self.fixed)
        else:
            other += site.shock * (staff + other + self.fixed)
            if not site.is_micro:
                other -= site.capacity * WEEKS_PER_MONTH * now.grant_per_place[kind]
        self.other = other


def overhead_share(site: "Site") -> float:
    costs = site.model.params.costs
    if site.is_micro or site.is_own_service:
        return 0.0
    return costs.central_overhead_chain if site.provider.kind == CHAIN else costs.central_overhead_other


def settle(model: "PlainMarket") -> None:
    """Settle the month for every site and provider, then let everybody pay."""
    model.providers.do("review_loans")
    interest = {provider: provider.interest_by_place() for provider in model.providers}
    accounts = {site: Accounts(site, interest[site.provider]) for site in model.sites}
    for site, account in accounts.items():
        book(site, account)
    model.providers.do("add_up")
    for site, account in accounts.items():
        remember_components(site, account)
    model.providers.do("earn_outside", *surplus_of_chains(model))
    model.providers.do("pay_owners")
    for site, account in accounts.items():
        bill_public_payers(site, account)
    model.self_funders.do("pay")
    for council in model.councils:
        council.spend_year += sum(by_payer[COUNCIL] for by_payer in council.flows.spend)


def surplus_of_chains(model: "PlainMarket") -> tuple[float, float]:
    """Return what chains earn before rent and interest: a bed in their homes, an hour in their branches."""
    sites = [site for site in model.sites if site.provider.kind == CHAIN]
    homes = [site for site in sites if site.care_type != HOME_CARE]
    branches = [site for site in sites if site.care_type == HOME_CARE]
    beds, hours = sum(site.capacity for site in homes), sum(site.hours_due for site in branches)
    per_bed = sum(site.operating_surplus for site in homes) / beds if beds else 0.0
    per_hour = sum(site.operating_surplus for site in branches) / hours if hours > 0.0 else 0.0
    return per_bed, per_hour


def book(site: "Site", account: Accounts) -> None:
    """Book the month at the site and update how its owner judges the margin."""
    site.revenue, site.operating_surplus = account.revenue, account.operating_surplus
    site.surplus_to_rent, site.surplus_to_interest = account.rent, account.interest
    site.surplus = account.operating_surplus - account.rent - account.interest
    if site.revenue > 0.0:
        margin = min(max(site.surplus / max(site.revenue, 1.0), -1.0), 1.0)
    else:
        margin = -1.0 if site.surplus < 0.0 else 0.0
    site.trend += (margin - site.trend) / site.model.params.distress.trend_months
    site.loss_months = site.loss_months + 1 if site.trend < 0.0 and not site.is_starting_up else 0


def remember_components(site: "Site", account: Accounts) -> None:
    """Keep the month's components of surplus per hour for the cause bridge; the first full month is the start."""
    load = max(site.workload, 1.0)
    hours = load * site.care.hours_per_person * WEEKS_PER_MONTH
    owed = site.revenue * site.provider.return_over_revenue()
    now = [0.0] * 8
    now[0] = account.revenue / hours
    now[_PAY] = -account.wages / hours
    now[_AGENCY] = -account.agency / hours
    now[_RENT] = -account.rent / hours
    now[_INTEREST] = -account.interest / hours
    now[_RETURN] = -owed / hours
    now[_OTHER] = -(account.other + account.fixed + account.overhead) / hours
    site.bridge_now = now
    site.occupied_now = load / max(site.capacity, 1)
    if site.occupied_start == 0.0 and (site.occupied_now > 0.6 or site.model.month - site.opened > 12):
        site.occupied_start = site.occupied_now
        site.bridge_start = now
        site.fixed_start = fixed_components(site, account, hours)


def fixed_components(site: "Site", account: Accounts, hours: float) -> list[float]:
    """Return the part of each component that does not follow occupancy, GBP an hour."""
    fixed_share = site.care.fixed_staff_share
    capacity_staff = fixed_share * 0.9 * site.capacity
    all_staff = capacity_staff + (1.0 - fixed_share) * site.workload
    fixed = [0.0] * 8
    fixed[_PAY] = -account.wages / hours * capacity_staff / max(all_staff, 1e-9)
    fixed[_RENT : _RETURN + 1] = site.bridge_now[_RENT : _RETURN + 1]
    fixed[_OTHER] = -account.fixed / hours
    return fixed


def bill_public_payers(site: "Site", account: Accounts) -> None:
    """Bill council and NHS for the people at a site, from the payers' side."""
    spend, care_type = site.council.flows.spend[site.care_type], site.care_type
    at_home = care_type == HOME_CARE
    delivered = site.cover if at_home else 1.0
    hours = site.care.hours_per_person if at_home else 1.0
    if site.is_own_service:
        spend[COUNCIL] += account.council
    else:
        spend[COUNCIL] += site.council_people * delivered * site.council.fee[care_type] * hours * WEEKS_PER_MONTH
    ratio = site.model.params.self_funders.nhs_price_ratio
    spend[NHS] += site.nhs_people * hours * delivered * site.price * ratio * WEEKS_PER_MONTH
    if care_type == NURSING:
        nursing = site.council_people + len(site.self_funders)
        spend[NHS] += nursing * site.model.now.funded_nursing_care * WEEKS_PER_MONTH
