"""What the month came to, council by council: every measure of the model's catalogue, and the account of hours."""

from typing import TYPE_CHECKING

from benchmarks.plain_mesa.council import Council
from benchmarks.plain_mesa.exits import congestion
from benchmarks.plain_mesa.provider import Provider
from resilience.measures.catalogue import MEASURES
from resilience.measures.statutory import (
    BEDS,
    BEDS_MIDDLE,
    COUNCILS_CONCENTRATED,
    COUNCILS_SPREAD,
    HOURS_A_WEEK,
    HOURS_PER_PERSON_INTENSIVE,
    PEOPLE,
    PEOPLE_INTENSIVE,
    SHARE_CONCENTRATED,
)
from resilience.state.codes import (
    CHAIN,
    COUNCIL,
    COUNCIL_SERVICE,
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

if TYPE_CHECKING:
    from benchmarks.plain_mesa.market import PlainMarket

NOT_COVERED = {
    "care_hours_lost_first_round": "the search for what led to an event is analysis of the market, not part of it",
    "care_hours_lost_second_round": "the same",
}
"""Measures of the catalogue that this version leaves out, and why; it must agree on all others."""
COVERED = tuple(name for name in MEASURES if name not in NOT_COVERED)

ACCOUNT = ("need", "delivered", "lost", "unmet", "unmet_place", "unmet_staff", "unmet_rationed")


def take_stock(model: "PlainMarket") -> None:
    """Work out every council's measures of the month, then move the window of recent trouble on."""
    find_difficult_to_replace(model)
    largest_gaps = find_replacement_gaps(model)
    for council in model.councils:
        council.account = account_of(council)
        council.measures = {
            **hours_of(council),
            **market_of(council),
            **people_and_money_of(council),
            **work_of(council),
            **exposure_of(council, largest_gaps[council]),
            **events_of(council),
        }
        council.sites_ended = [0, *council.sites_ended[:-1]]


def region_value(model: "PlainMarket", name: str) -> float:
    """Return one measure of the region: a sum over councils, or the mean that the catalogue asks for."""
    over_place = MEASURES[name].over_place
    values = [council.measures[name] for council in model.councils]
    if over_place == "sum":
        return sum(values)
    if over_place == "mean":
        return sum(values) / len(values)
    weights = [council.measures[over_place] for council in model.councils]
    weighted = sum(value * weight for value, weight in zip(values, weights, strict=True))
    return weighted / max(sum(weights), 1e-9)


# -- one council -------------------------------------------------------------------------------------------------------


def account_of(council: Council) -> list[list[list[float]]]:
    """Return the month's hours by setting (care home, home care), payer and part of the account."""
    flows = council.flows
    parts = {name: getattr(flows, name) for name in ACCOUNT if name != "unmet"}
    unmet = [flows.unmet_place, flows.unmet_staff, flows.unmet_rationed]
    parts["unmet"] = [[sum(part[t][p] for part in unmet) for p in range(N_PAYERS)] for t in range(N_TYPES)]
    return [
        [[sum(parts[name][t][p] for t in kinds) * WEEKS_PER_MONTH for name in ACCOUNT] for p in range(N_PAYERS)]
        for kinds in (range(HOME_CARE), [HOME_CARE])
    ]


def hours_of(council: Council) -> dict[str, float]:
    totals = [sum(cell[i] for setting in council.account for cell in setting) for i in range(len(ACCOUNT))]
    names = ("need_hours", "hours_delivered", "care_hours_lost", "unmet_hours")
    more = ("unmet_no_place_hours", "unmet_no_staff_hours", "unmet_rationed_hours")
    return dict(zip((*names, *more), totals, strict=True))


def market_of(council: Council) -> dict[str, float]:
    """Return what stands in the market and who delivers the hours."""
    flows = council.flows
    homes = [site for site in council.sites if site.care_type != HOME_CARE]
    micro = sum(1 for site in council.sites if site.is_micro)
    beds = sum(site.capacity for site in homes)
    beds_of: dict[Provider, int] = {}
    for site in homes:
        beds_of[site.provider] = beds_of.get(site.provider, 0) + site.capacity
    return {
        "homes": len(homes),
        "beds": beds,
        "home_care_branches": len(council.sites_of[HOME_CARE]) - micro,
        "micro_enterprises": micro,
        "occupancy": sum(site.people for site in homes) / max(beds, 1.0),
        "hhi_home_beds": sum(owned**2 for owned in beds_of.values()) / max(beds, 1.0) ** 2,
        "quality_weighted_hours": flows.quality_hours * WEEKS_PER_MONTH,
        **{f"hours_{name}": flows.delivered_by_kind[code] * WEEKS_PER_MONTH for code, name in enumerate(KINDS)},
    }


def people_and_money_of(council: Council) -> dict[str, float]:
    """Return spend, fees, premium, and what leaves the local economy."""
    flows, model, need = council.flows, council.model, council.model.params.need
    spend = [sum(by_payer[payer] for by_payer in flows.spend) for payer in range(N_PAYERS)]
    delivered = sum(map(sum, flows.delivered))
    costs = sum(site.revenue - site.operating_surplus for site in council.sites)
    older = [site for site in council.sites if site.care_type in (RESIDENTIAL, NURSING)]
    paid = sum(len(site.self_funders) * site.price for site in older)
    at_fee = sum(len(site.self_funders) * council.fee[site.care_type] for site in older)
    leaving = 0.0
    for site in council.sites:
        leaving += site.surplus_to_rent + site.surplus_to_interest
        if site.provider.kind == CHAIN:
            group_revenue = site.provider.revenue * site.provider.group_factor
            leaving += site.revenue * site.provider.paid_out / max(group_revenue, 1.0)
    waiting = sum(map(sum, council.waiting)) + sum(map(sum, council.waiting_long))
    days = waiting * need.waiting_share_of_discharges * DAYS_PER_MONTH
    return {
        "council_spend": spend[COUNCIL],
        "council_budget": council.budget / 12.0,
        "self_funder_spend": spend[SELF_FUNDER],
        "nhs_spend": spend[NHS],
        "self_funder_premium": paid / max(at_fee, 1e-9) - 1.0,
        "fee_residential": council.fee[RESIDENTIAL],
        "fee_nursing": council.fee[NURSING],
        "fee_home_care": council.fee[HOME_CARE],
        "cost_per_hour": costs / (max(delivered, 1e-9) * WEEKS_PER_MONTH),
        "leaving_the_local_economy": leaving,
        "programme_cost": model.now.programme_cost[council.row],
        "programme_cost_council": model.now.policies.cost_council[council.row],
        "programme_cost_in_spend": model.now.policies.cost_in_spend[council.row],
        "self_funders_run_down": sum(flows.run_down),
        "delayed_discharge_days": days,
        "delayed_discharge_cost": days * need.delayed_day_cost * model.now.cost_index,
    }


def work_of(council: Council) -> dict[str, float]:
    """Return pay, turnover, vacancies and jobs."""
    sites = council.sites
    staff = sum(site.staff for site in sites)
    posts = sum(site.posts for site in sites)
    employed = sum(site.staff for site in sites if not site.is_micro)
    leavers = sum(site.leavers for site in sites) + council.flows.leavers_of_closed_sites
    pay = sum(site.staff * site.pay for site in sites) / max(staff, 1e-9)
    vacant = sum(max(site.posts - site.staff, 0.0) for site in sites)
    return {
        "care_worker_pay": pay,
        "pay_over_floor": pay / council.model.now.wage_floor,
        "turnover_rate": 12.0 * leavers / max(employed, 1e-9),
        "vacancy_rate": vacant / max(posts, 1e-9),
        "jobs": staff,
    }


def exposure_of(council: Council, largest_gap: float) -> dict[str, float]:
    """Return who is difficult to replace, by law and by function, and which markets fail."""
    total = max(sum(site.hours_due * site.cover for site in council.sites), 1e-9)
    statutory = sum(site.hours_due * site.cover for site in council.sites if site.provider.statutory)
    return {
        "dtr_exposure": statutory / total,
        "replacement_gap": largest_gap,
        "replacement_gap_share": largest_gap / total,
        "market_failures": market_failures(council),
    }


def market_failures(council: Council) -> int:
    """Return how many of the council's two markets leave too much council-funded need waiting over 28 days."""
    flows, limit, failures = council.flows, council.model.params.measures.market_failure_share, 0
    for kinds in (range(HOME_CARE), [HOME_CARE]):
        waited = funded = 0.0
        for t in kinds:
            people = council.waiting_long[t][COUNCIL] + council.displaced_long[t][COUNCIL]
            waited += people * council.model.care[t].hours_per_person
            funded += flows.need[t][COUNCIL] - flows.unmet_rationed[t][COUNCIL]
        failures += waited > limit * max(funded, 1e-9)
    return failures


def events_of(council: Council) -> dict[str, float]:
    flows = council.flows
    return {
        "provider_failures": flows.failures,
        "site_closures": sum(flows.closures),
        "micro_enterprise_folds": flows.micro_closures,
        "home_closures": sum(flows.closures[:HOME_CARE]),
        "branch_closures": flows.closures[HOME_CARE],
        "home_entries": sum(flows.entries[:HOME_CARE]),
        "branch_entries": flows.entries[HOME_CARE],
        "sites_sold": sum(flows.sales),
        "contract_hand_backs": flows.hand_backs,
        "people_displaced": flows.displaced,
        "step_ins": flows.step_ins,
        "councils_affected_share": float(sum(council.sites_ended) > 0),
        "staff_freed": flows.staff_freed,
        "budget_drain": flows.budget_drain * WEEKS_PER_MONTH,
        "sale_congestion": max(congestion(council, setting) for setting in (0, 1)),
    }


# -- who is difficult to replace ---------------------------------------------------------------------------------------


def find_difficult_to_replace(model: "PlainMarket") -> None:
    """Note which providers meet a statutory test today, their footprint outside the region counted."""
    beds_of_council = {
        council: sum(site.capacity for site in council.sites if site.care_type != HOME_CARE)
        for council in model.councils
    }
    for provider in model.providers:
        by_council: dict[Council, int] = {}
        people, hours = provider.outside_people, provider.outside_hours
        for site in provider.sites:
            if site.care_type == HOME_CARE:
                people += site.people
                hours += site.hours_due
            else:
                by_council[site.council] = by_council.get(site.council, 0) + site.capacity
        over = sum(1 for council, beds in by_council.items() if beds > SHARE_CONCENTRATED * beds_of_council[council])
        beds = sum(by_council.values()) + provider.outside_beds
        councils = len(by_council) + provider.outside_councils
        concentrated = over + provider.outside_councils_over_10 >= COUNCILS_CONCENTRATED
        home_care = hours >= HOURS_A_WEEK or people >= PEOPLE
        home_care = home_care or (people >= PEOPLE_INTENSIVE and hours > HOURS_PER_PERSON_INTENSIVE * people)
        homes = beds >= BEDS or (beds >= BEDS_MIDDLE and (councils >= COUNCILS_SPREAD or concentrated))
        provider.statutory = provider.kind != COUNCIL_SERVICE and (home_care or homes)


def find_replacement_gaps(model: "PlainMarket") -> dict[Council, float]:
    """Note the largest gap each provider would leave in a council; return the largest in each council.

    The gap is its hours there less what the staffed room of all others in the council and its neighbours can take.
    """
    absorb = model.params.reprovision.absorb_share
    # Micro-enterprises replace nobody's contracts.
    spare = {site: 0.0 if site.is_micro else site.staffed_room() * site.care.hours_per_person for site in model.sites}
    by_market = {
        (council, t): sum(spare[site] for site in council.sites_of[t])
        for council in model.councils
        for t in range(N_TYPES)
    }
    nearby = {
        (council, t): sum(by_market[near, t] for near in (council, *council.neighbours)) for council, t in by_market
    }
    largest = dict.fromkeys(model.councils, 0.0)
    for provider in model.providers:
        provider.gap = 0.0
        if provider.kind == COUNCIL_SERVICE:
            continue
        own_hours: dict[tuple[Council, int], float] = {}
        own_spare: dict[tuple[Council, int], float] = {}
        for site in provider.sites:
            market = site.council, site.care_type
            own_hours[market] = own_hours.get(market, 0.0) + site.hours_due
            own_spare[market] = own_spare.get(market, 0.0) + spare[site]
        gap_in = dict.fromkeys((council for council, _ in own_hours), 0.0)
        for (council, t), hours in own_hours.items():
            own = sum(own_spare.get((near, t), 0.0) for near in (council, *council.neighbours))
            gap_in[council] += max(hours - absorb * max(nearby[council, t] - own, 0.0), 0.0)
        for council, gap in gap_in.items():
            provider.gap = max(provider.gap, gap)
            largest[council] = max(largest[council], gap)
    return largest
