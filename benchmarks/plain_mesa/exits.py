"""Trouble: sites that stop admitting, hand back, are sold or close; providers that fail or end."""

import math
from typing import TYPE_CHECKING

from benchmarks.plain_mesa import world
from benchmarks.plain_mesa.council import Council
from benchmarks.plain_mesa.provider import Provider
from benchmarks.plain_mesa.site import Site
from resilience.state.codes import (
    CHAIN,
    CLOSED,
    COUNCIL,
    COUNCIL_SERVICE,
    FAILED,
    FOLDED,
    HOME_CARE,
    INDEPENDENT,
    N_CAUSES,
    N_PAYERS,
    N_TYPES,
    NHS,
    NURSING,
    RETIRED,
    SOLD,
    WEEKS_PER_MONTH,
)

if TYPE_CHECKING:
    from benchmarks.plain_mesa.market import PlainMarket

_OCCUPANCY = 3
_FATE_OF_REASON = {"retirement": RETIRED, "folded": FOLDED}


def play(model: "PlainMarket") -> None:
    """Let sites and providers in trouble do what they can, and end those that cannot go on."""
    for site in model.sites:
        decide_on_admissions(site)
    for site in model.sites:
        hand_back(site)
    for provider in failing_providers(model):
        fail(provider, "insolvent")
    fail_as_the_scenario_says(model)
    leaving = [(site, reason) for site in model.sites if (reason := reason_to_leave(site))]
    reason_of = {site.provider: reason for site, reason in leaving}
    for site, reason in leaving:
        if reason in world.CLOSE_WITHOUT_SALE:
            close(site, reason)
    sellers = to_market(model, [pair for pair in leaving if pair[1] not in world.CLOSE_WITHOUT_SALE])
    for provider in list(model.providers):
        if provider.alive and not provider.sites:
            end_empty(provider, reason_of.get(provider, ""), provider in sellers)
    for council in model.councils:
        council.for_sale = [sites * (1.0 - 1.0 / world.MONTHS_ON_MARKET) for sites in council.for_sale]


# -- council clients ---------------------------------------------------------------------------------------------------


def weekly_fee(site: Site) -> float:
    """Return what a council-funded person brings the site in a week, the NHS's nursing part included."""
    nursing = site.model.now.funded_nursing_care if site.care_type == NURSING else 0.0
    return site.council.fee[site.care_type] * site.council.unit(site.care_type) + nursing


def decide_on_admissions(site: Site) -> None:
    """Let a home with self-funders to turn to stop admitting council clients below full cost, or take them again."""
    if not site.takes_stock:
        return
    rules, people = site.model.params.distress, max(site.people, 1)
    full_cost = (site.revenue - site.operating_surplus) / max(site.workload, 1.0) / WEEKS_PER_MONTH
    margin = 1.0 - full_cost / max(weekly_fee(site), 1e-9)
    full = people / max(site.capacity, 1) > 0.85
    if not site.takes_council:
        site.takes_council = margin > rules.stop_admitting_margin + 0.03 or not full
    elif site.care_type != HOME_CARE and not site.is_own_service:
        has_others = len(site.self_funders) / people > 0.45
        if has_others and full and margin < rules.stop_admitting_margin:
            record(site, "stops_admitting_council", "fee below full running cost", (0, 0, 0), 0.0)
            site.takes_council = False


def hand_back(site: Site) -> None:
    """Let a home-care branch at a loss give contracts back, once a quarter, where the fee is below marginal cost."""
    model, care = site.model, site.care
    rules, now = model.params.distress, model.now
    if site.care_type != HOME_CARE or site.is_own_service or not site.takes_stock:
        return
    hourly = site.pay * care.pay_mix * (1.0 + now.on_cost)
    staff = care.staff_hours_per_person * site.efficiency * hourly
    prices = now.cost_index * site.efficiency * site.council.cost_index * now.running_cost_factor[HOME_CARE]
    marginal = (1.0 - care.fixed_staff_share) * staff + care.other_cost * prices
    margin = 1.0 - marginal / max(weekly_fee(site), 1e-9)
    clients = site.council_people
    if clients == 0 or margin >= rules.hand_back_margin or site.trend >= 0.0:
        return
    given = max(round(rules.hand_back_share * clients), 1)
    record(site, "contract_hand_back", "fee below marginal cost", (given, 0, 0), given * care.hours_per_person)
    from_settled = min(given, site.settled[COUNCIL])
    site.settled[COUNCIL] -= from_settled
    site.new[COUNCIL] -= given - from_settled
    displace(site, given, COUNCIL)
    site.council.flows.hand_backs += 1
    site.council.sites_ended[0] += 1


def displace(site: Site, people: int, payer: int) -> None:
    """Put people whom council or NHS pay for into the queue of the displaced."""
    site.council.displaced[site.care_type][payer] += people
    site.council.flows.displaced += people


# -- who leaves, and why -----------------------------------------------------------------------------------------------


def failing_providers(model: "PlainMarket") -> list[Provider]:
    """Return the providers whose cash and credit are used up, and the chains whose lenders stop waiting."""
    rules = model.params.distress
    insolvent = {provider for provider in model.providers if provider.is_insolvent}
    chains = [provider for provider in model.providers if provider.kind == CHAIN]
    for chain in chains:
        cover = chain.interest_cover()
        if cover < rules.covenant_cover:
            if chain.breach_months == 0:
                model.record_event("covenant_breach", f"interest cover {cover:.2f}", provider=chain)
            chain.breach_months += 1
        else:
            chain.breach_months = max(chain.breach_months - 1, 0)
    for chain in chains:
        if chain.breach_months >= rules.breach_patience:
            if chain.restructured:
                insolvent.add(chain)
            else:
                chain.restructure()
                model.record_event("restructuring", "lenders and landlords", provider=chain)
    return [provider for provider in model.providers if provider in insolvent]


def fail_as_the_scenario_says(model: "PlainMarket") -> None:
    """Fail the providers that a shock names; one that has gone already only leaves an event."""
    if not model.now.forced_failures:
        return
    living = {provider.row: provider for provider in model.providers}
    for row, reason in model.now.forced_failures.items():
        provider = living.get(row)
        if provider is None:
            model.record_event("shock_without_effect", f"{reason}: no such provider trades any more", provider=None)
        else:
            fail(provider, reason)
            provider.cause = -1


def reason_to_leave(site: Site) -> str:
    """Return why the site leaves its owner this month, the most pressing reason; empty if it stays."""
    provider, model = site.provider, site.model
    if not provider.alive:
        return "provider_failure"
    if site.inadequate_months >= model.params.distress.forced_closure_months and not site.is_own_service:
        return "regulator"
    if gives_up_own_home(site):
        return "council_decision"
    stopping = provider.owner_retires <= model.month
    if site.is_micro:
        idle = model.month - site.opened > 9 and site.people == 0
        return "folded" if stopping or idle or provider.is_out_of_money else ""
    if stopping:
        return "retirement"
    if site.loss_months >= patience(site):
        return "loss_making"
    return "wound_up" if provider.is_winding_up else ""


def gives_up_own_home(site: Site) -> bool:
    """Return whether its council closes a home of its own this month."""
    if site.care_type == HOME_CARE or not site.is_own_service:
        return False
    model = site.model
    chance = 1.0 - math.exp(-model.params.councils.own_homes_closed_per_year / 12.0)
    return model.draws.uniform("council_closes_home", site.key) < chance


def patience(site: Site) -> int:
    """Return the months in loss after which the owner gives the site up; a new site has its start-up time first."""
    rules = site.model.params.distress
    if site.is_starting_up or site.is_own_service:
        return 10_000
    if site.provider.kind == CHAIN:
        return rules.patience_chain
    return rules.patience_home_care if site.care_type == HOME_CARE else rules.patience_homes


# -- sale --------------------------------------------------------------------------------------------------------------


def to_market(model: "PlainMarket", leaving: list[tuple[Site, str]]) -> set[Provider]:
    """Offer sites for sale: each finds a buyer and goes on, or closes. Returns the providers who sold one."""
    for site, _ in leaving:
        site.council.for_sale[setting_of(site)] += 1.0
    margins = [market_margin(model, care_type) for care_type in range(N_TYPES)]
    sold, unsold = [], []
    for site, reason in leaving:
        lucky = model.draws.uniform("buyer", site.key) < buyer_chance(site, margins)
        (sold if lucky else unsold).append((site, reason))
    sellers = {site.provider for site, _ in sold}
    sell(model, sold)
    for site, reason in unsold:
        close(site, reason)
    return sellers


def market_margin(model: "PlainMarket", care_type: int) -> float:
    """Return the mean surplus before rent and interest over revenue of a kind of care."""
    sites = [site for council in model.councils for site in council.sites_of[care_type]]
    revenue = sum(site.revenue for site in sites)
    return sum(site.operating_surplus for site in sites) / max(revenue, 1.0)


def buyer_chance(site: Site, margins: list[float]) -> float:
    """Return the chance of a buyer: by expected surplus and size, lowered by like sites for sale near by."""
    rules, at_home = site.model.params.distress, site.care_type == HOME_CARE
    own = site.operating_surplus / max(site.revenue, 1.0)
    margin = own + rules.buyer_improves * max(margins[site.care_type] - own, 0.0)
    middle = rules.buyer_margin_home_care if at_home else rules.buyer_margin
    size = math.log(max(site.workload, 1.0) / (30.0 if at_home else 20.0))
    score = min(max((margin - middle) / rules.buyer_margin_slope + rules.buyer_size * size, -50.0), 50.0)
    crowd = math.exp(-rules.sale_congestion * congestion(site.council, setting_of(site)))
    return rules.buyer_base / (1.0 + math.exp(-score)) * crowd


def congestion(council: Council, setting: int) -> float:
    """Return the share of a council's care homes, or of its branches, for sale beyond the usual."""
    living = sum(1 for site in council.sites if setting_of(site) == setting and not site.is_micro)
    return max(council.for_sale[setting] / max(living, 1) - world.USUAL_FOR_SALE[setting], 0.0)


def setting_of(site: Site) -> int:
    """Return 0 for a care home and 1 for home care."""
    return int(site.care_type == HOME_CARE)


def sell(model: "PlainMarket", sold: list[tuple[Site, str]]) -> None:
    """Pass sites on to chains or new owners, who mend part of their excess cost and start afresh."""
    going: dict[Provider, list[Site]] = {}
    for site, reason in sold:
        record(site, "site_sale", reason)
        site.council.flows.sales[site.care_type] += 1
        going.setdefault(site.provider, []).append(site)
    for seller, sites in going.items():
        seller.pay_off_debt(sites)
    chains = {at_home: sound_chains(model, at_home) for at_home in (False, True)}
    buyers = [buying_chain(site, chains) for site, _ in sold]
    for (site, _), chain in zip(sold, buyers, strict=True):
        hand_over(site, chain if chain is not None else new_owner(site))


def sound_chains(model: "PlainMarket", at_home: bool) -> list[tuple[Provider, float]]:
    """Return the chains out of breach with cash, each with its size in the setting cumulated."""
    sound = [
        chain for chain in model.providers if chain.kind == CHAIN and chain.breach_months == 0 and chain.cash > 0.0
    ]
    chains, total = [], 0.0
    for chain in sorted(sound, key=lambda chain: chain.key):
        total += sum(site.capacity for site in chain.sites if (site.care_type == HOME_CARE) == at_home)
        chains.append((chain, total))
    return chains


def drawn_by_size(chains: list[tuple[Provider, float]], u: float) -> Provider | None:
    """Return the chain at ``u`` of the cumulated sizes; None if there is none."""
    if not chains or chains[-1][1] <= 0.0:
        return None
    target = u * chains[-1][1]
    return next(chain for chain, upto in chains if upto > target)


def buying_chain(site: Site, chains: dict[bool, list[tuple[Provider, float]]]) -> Provider | None:
    """Return the chain that buys the site, if any; it borrows for a home and owes its investors more."""
    model, at_home = site.model, site.care_type == HOME_CARE
    appetite = 0.3 if at_home else min(max(site.capacity / 90.0, 0.05), 0.7)
    if model.draws.uniform("chain_buys", site.key) >= appetite:
        return None
    chain = drawn_by_size(chains[at_home], model.draws.uniform("which_chain", site.key))
    if chain is None or chain is site.provider:
        return None
    if not at_home:
        chain.finance_beds(site.capacity, owned=site.rent == 0.0)
    return chain


def new_owner(site: Site) -> Provider:
    """Return a new independent who buys the site with own cash and some debt."""
    model, finance, at_home = site.model, site.model.params.finance, site.care_type == HOME_CARE
    return Provider.newcomer(
        model,
        model.draws.key(site.key, model.month, 7),
        INDEPENDENT,
        site.council,
        cash=(finance.cash_months_home_care if at_home else finance.cash_months) * site.revenue,
        credit_limit=(finance.credit_months_home_care if at_home else finance.credit_months) * site.revenue,
        at_home=at_home,
        debt=0.0 if at_home or site.rent > 0.0 else 1.5 * finance.independent_debt_per_bed * site.capacity,
        interest_rate=finance.independent_interest,
        rate_change=model.now.bank_rate_change,
    )


def hand_over(site: Site, buyer: Provider) -> None:
    improved = site.model.params.distress.buyer_improves
    site.provider.sites.remove(site)
    site.provider = buyer
    buyer.sites.append(site)
    site.efficiency -= improved * max(site.efficiency - 1.0, 0.0)
    site.rent *= 1.0 - improved * 0.4
    site.trend = site.shock = 0.0
    site.loss_months = site.inadequate_months = 0


# -- closure and failure -----------------------------------------------------------------------------------------------


def close(site: Site, reason: str) -> None:
    """Stop care at the site: everybody there is displaced, staff look for work near by."""
    council, care_type = site.council, site.care_type
    site.people_at_closing = (site.council_people, len(site.self_funders), site.nhs_people)
    site.hours_at_closing = sum(site.hours_by_payer())
    site.provider.pay_off_debt([site])
    record(site, "micro_enterprise_fold" if site.is_micro else "site_closure", reason)
    displace(site, site.council_people, COUNCIL)
    displace(site, site.nhs_people, NHS)
    site.new, site.settled = [0, 0, 0], [0, 0, 0]
    council.flows.displaced += len(site.self_funders)
    for person in site.self_funders:
        person.lose_place()
    site.self_funders, site.self_funder_hours = {}, 0.0
    council.pool += site.model.params.reprovision.freed_staff_stay * site.staff
    council.flows.staff_freed += site.staff
    council.flows.leavers_of_closed_sites += site.leavers
    site.staff = site.posts = site.agency_hours = 0.0
    if site.is_micro:
        council.flows.micro_closures += 1
    else:
        council.flows.closures[care_type] += 1
        council.sites_ended[0] += 1
    site.alive, site.closed = False, site.model.month
    for sites in (council.sites, council.sites_of[care_type], site.provider.sites):
        sites.remove(site)
    site.provider.closed_sites.append(site)
    site.remove()


def fail(provider: Provider, reason: str) -> None:
    """Record a provider's insolvency; its sites leave it in the same month."""
    sites = provider.sites
    people = (
        sum(site.council_people for site in sites),
        sum(len(site.self_funders) for site in sites),
        sum(site.nhs_people for site in sites),
    )
    account = provider_bridge(sites)
    provider.cause = main_cause(account[0])
    record_failure(provider, reason, people, sum(site.hours_due for site in sites), account)
    provider.end(FAILED)


def record_failure(
    provider: Provider,
    reason: str,
    people: tuple[int, int, int],
    hours: float,
    account: tuple[list[float], float, float],
) -> None:
    """Count a failure and write its event; ``account`` is (bridge, surplus per hour at the start, now)."""
    bridge, start, now = account
    provider.last_hours = hours
    provider.home_council.flows.failures += 1
    provider.model.record_event(
        "provider_failure",
        reason,
        provider=provider,
        council=provider.home_council,
        people=people,
        hours=hours,
        surplus=(start, now),
        bridge=bridge,
    )


def end_empty(provider: Provider, reason: str, sold: bool) -> None:
    """End a provider that has no site left; one whose last site closed while it owed more than it had is insolvent.

    Owners who stop in good order pay it themselves.
    """
    fate = SOLD if sold else _FATE_OF_REASON.get(reason, CLOSED)
    if fate != SOLD:
        closed = [site for site in provider.closed_sites if site.closed == provider.model.month]
        account = provider_bridge(closed)
        provider.cause = main_cause(account[0])
        in_debt = provider.cash < 0.0 and provider.kind != COUNCIL_SERVICE and reason != "wound_up"
        if fate == CLOSED and in_debt:
            fate = FAILED
            council, own, nhs = (sum(site.people_at_closing[payer] for site in closed) for payer in range(N_PAYERS))
            hours = sum(site.hours_at_closing for site in closed)
            record_failure(provider, "insolvent at closing", (council, own, nhs), hours, account)
    provider.end(fate)


# -- why ---------------------------------------------------------------------------------------------------------------


def site_bridge(site: Site) -> list[float]:
    """Return the change in surplus per hour since the start by cause; what emptier places cost is named occupancy."""
    if site.occupied_start <= 0.0:
        return [0.0] * N_CAUSES
    dilution = site.occupied_start / max(site.occupied_now, 1e-9) - 1.0
    parts = [now - start for now, start in zip(site.bridge_now, site.bridge_start, strict=True)]
    emptied = [fixed * dilution for fixed in site.fixed_start]
    parts = [part - empty for part, empty in zip(parts, emptied, strict=True)]
    parts[_OCCUPANCY] += sum(emptied)
    return parts


def provider_bridge(sites: list[Site]) -> tuple[list[float], float, float]:
    """Return (bridge, surplus per hour at the start, now) over sites, weighted by hours."""
    bridge, start, now, total = [0.0] * N_CAUSES, 0.0, 0.0, 0.0
    known = [site for site in sites if site.occupied_start > 0.0]
    for site in known:
        hours = max(site.occupied_now * site.capacity, 1.0) * site.care.hours_per_person
        total += hours
        for cause, part in enumerate(site_bridge(site)):
            bridge[cause] += hours * part
        start += hours * sum(site.bridge_start)
        now += hours * sum(site.bridge_now)
    total = max(total, 1e-9)
    return [part / total for part in bridge], start / total, now / total


def main_cause(bridge: list[float]) -> int:
    """Return the cause that took most from the surplus; occupancy where the bridge is empty."""
    return bridge.index(min(bridge)) if any(bridge) else _OCCUPANCY


def record(
    site: Site, kind: str, reason: str, people: tuple[int, int, int] | None = None, hours: float | None = None
) -> None:
    """Write an event of a site with its cause bridge; everybody there is affected unless ``people`` says who."""
    everybody = (site.council_people, len(site.self_funders), site.nhs_people)
    known = site.occupied_start > 0.0
    site.model.record_event(
        kind,
        reason,
        provider=site.provider,
        site=site,
        people=everybody if people is None else people,
        hours=sum(site.hours_by_payer()) if hours is None else hours,
        surplus=(sum(site.bridge_start), sum(site.bridge_now)) if known else (0.0, 0.0),
        bridge=site_bridge(site),
    )
