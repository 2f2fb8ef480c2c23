"""Growth: new homes, branches, co-operatives and micro-enterprises."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from benchmarks.plain_mesa import world
from benchmarks.plain_mesa.council import Council
from benchmarks.plain_mesa.exits import drawn_by_size, sound_chains
from benchmarks.plain_mesa.provider import Provider, month_of_event
from benchmarks.plain_mesa.site import Site
from resilience.state.codes import (
    CHAIN,
    COOPERATIVE,
    HOME_CARE,
    INDEPENDENT,
    MICRO_ENTERPRISE,
    N_PAYERS,
    NURSING,
    RESIDENTIAL,
    WEEKS_PER_MONTH,
    YOUNGER_ADULTS,
)

if TYPE_CHECKING:
    from benchmarks.plain_mesa.market import PlainMarket


def play(model: "PlainMarket") -> None:
    """Open what margins, self-funders and programmes call for."""
    margins = {council: margins_of(council) for council in model.councils}
    open_homes(model, margins)
    open_branches(model, margins)
    support_micro_enterprises(model)
    open_micro_enterprises(model)


def homes_of(council: Council) -> list[Site]:
    return [site for site in council.sites if site.care_type != HOME_CARE]


def branches_of(council: Council) -> list[Site]:
    return [site for site in council.sites_of[HOME_CARE] if not site.is_micro]


def margins_of(council: Council) -> tuple[float, float]:
    """Return the mean margin that owners see: care homes, home care."""
    margins = []
    for sites, at_start in zip((homes_of(council), branches_of(council)), council.margin_start, strict=True):
        total = sum(site.revenue for site in sites)
        earned = sum(site.revenue * site.trend for site in sites)
        margins.append(earned / max(total, 1e-9) if total > 0.0 else at_start)
    return margins[0], margins[1]


def entrants(model: "PlainMarket", decision: str, word: int, council: Council, mean: float) -> Iterator[int]:
    """Draw how many enter the council's market this month; yields their keys."""
    for ordinal in range(model.draws.poisson(decision, council.key, mean)):
        yield model.draws.key(word, model.month, council.key, ordinal)


# -- homes -------------------------------------------------------------------------------------------------------------


def open_homes(model: "PlainMarket", margins: dict[Council, tuple[float, float]]) -> None:
    """Open care homes: more where margins have risen, homes are full and self-funders live."""
    chains = sound_chains(model, at_home=False)
    entering = []
    for council in model.councils:
        mean = mean_new_homes(model, council, margins[council][0])
        entering += [(key, council) for key in entrants(model, "new_homes", world.HOMES, council, mean)]
    for key, council in entering:
        care_type, beds = traits_of_new_home(model, key)
        open_site(model, key, owner_of_new_home(model, key, council, care_type, beds, chains), council, care_type, beds)


def mean_new_homes(model: "PlainMarket", council: Council, margin: float) -> float:
    p, homes = model.params.entry, homes_of(council)
    beds = sum(site.capacity for site in homes)
    full = sum(site.people for site in homes) / max(beds, 1.0) / model.params.need.occupancy_start
    pull = (council.self_funder_share / model.mean_self_funder_share) ** p.self_funder_pull
    drive = math.exp(min(max(p.home_margin_response * (margin - council.margin_start[0]), -3.0), 1.0))
    return p.homes_per_year / 12.0 * len(homes) * drive * pull * min(max(full, 0.0), 1.15) ** 6.0


def traits_of_new_home(model: "PlainMarket", key: int) -> tuple[int, int]:
    """Return kind of care and beds: traits of the entrant."""
    draw = model.draws.trait("new_home_type", key)
    care_type = RESIDENTIAL if draw < 0.35 else NURSING if draw < 0.65 else YOUNGER_ADULTS
    z = model.draws.normal_trait("new_home_size", key)
    mean = model.params.entry.new_home_beds * (0.22 if care_type == YOUNGER_ADULTS else 1.35)
    return care_type, min(max(round(mean * math.exp(0.45 * z - 0.1)), 3), 120)


def owner_of_new_home(
    model: "PlainMarket", key: int, council: Council, care_type: int, beds: int, chains: list[tuple[Provider, float]]
) -> Provider:
    """Return the owner: a sound chain, or a new independent who brings the start-up cash."""
    p, finance, draws = model.params.entry, model.params.finance, model.draws
    revenue = beds * council.fee[care_type] * WEEKS_PER_MONTH
    cash = p.start_up_months * revenue
    if draws.trait("new_home_owner", key) < p.chain_share_of_new_homes:
        chain = drawn_by_size(chains, draws.trait("which_chain_opens", key))
        if chain is not None:
            chain.cash += cash
            council.flows.capital_put_in += cash
            chain.finance_beds(beds)
            return chain
    return Provider.newcomer(
        model,
        key,
        INDEPENDENT,
        council,
        cash=cash,
        credit_limit=finance.credit_months * revenue,
        at_home=False,
        debt=finance.independent_debt_per_bed * beds,
        interest_rate=finance.independent_interest,
        rate_change=model.now.bank_rate_change,
    )


# -- branches ----------------------------------------------------------------------------------------------------------


def open_branches(model: "PlainMarket", margins: dict[Council, tuple[float, float]]) -> None:
    """Open home-care branches, more where margins have risen and people wait; a few are owned by their workers."""
    entering = []
    for council in model.councils:
        mean = mean_new_branches(model, council, margins[council][1])
        entering += [(key, council) for key in entrants(model, "new_branches", world.BRANCHES, council, mean)]
    for key, council in entering:
        clients = 40.0 * math.exp(0.6 * model.draws.normal_trait("new_branch_size", key) - 0.18)
        capacity = min(max(round(clients), 8), 250)
        open_site(model, key, owner_of_new_branch(model, key, council, capacity), council, HOME_CARE, capacity)


def mean_new_branches(model: "PlainMarket", council: Council, margin: float) -> float:
    p, branches = model.params.entry, branches_of(council)
    waiting = sum(council.waiting_long[HOME_CARE][payer] for payer in range(N_PAYERS))
    served = sum(site.people for site in branches)
    short = 1.0 + 5.0 * min(waiting / max(served, 1.0), 0.2)
    drive = math.exp(min(max(p.branch_margin_response * (margin - council.margin_start[1]), -3.0), 1.0))
    return p.branches_per_year / 12.0 * len(branches) * drive * short


def owner_of_new_branch(model: "PlainMarket", key: int, council: Council, capacity: int) -> Provider:
    """Return the founder, who brings cash, has no overdraft yet and often stops before the money is gone."""
    p = model.params.entry
    kind = COOPERATIVE if model.draws.trait("member_owned", key) < world.COOPERATIVE_SHARE else INDEPENDENT
    revenue = 0.5 * capacity * (council.fee[HOME_CARE] * model.care[HOME_CARE].hours_per_person) * WEEKS_PER_MONTH
    return Provider.newcomer(
        model,
        key,
        kind,
        council,
        cash=0.4 * p.start_up_months * revenue,
        credit_limit=0.0,
        at_home=True,
        orderly=model.draws.trait("founder", key) < p.founders_stop_early,
        members=max(3, capacity // 3) if kind == COOPERATIVE else 0,
    )


# -- a new site --------------------------------------------------------------------------------------------------------


def open_site(model: "PlainMarket", key: int, owner: Provider, council: Council, care_type: int, capacity: int) -> None:
    """Open an empty site with first staff and the prices of its place, and write the entry."""
    labour, costs, quality, draws = model.params.labour, model.params.costs, model.params.quality, model.draws
    spread = costs.efficiency_spread_home_care if care_type == HOME_CARE else costs.efficiency_spread_homes
    z = draws.normal_trait("pay_differential", key)
    site = Site(
        model,
        key=key,
        provider=owner,
        council=council,
        care_type=care_type,
        capacity=capacity,
        opened=model.month,
        efficiency=math.exp(0.7 * spread * draws.normal_trait("efficiency", key)),
        pay_differential=max(labour.pay_differential + labour.pay_differential_spread * z, 0.0),
        price=typical_price(council, care_type),
        quality_trait=quality.spread * draws.normal_trait("quality_trait", key),
        quality=min(quality.start + 0.03, 1.0),
        self_funder_pull=1.3 if owner.kind == CHAIN else 1.0,
    )
    site.pay = model.now.wage_floor * (1.0 + site.pay_differential)
    places = site.care.fixed_staff_share * 0.9 * capacity + 2.0
    site.staff = site.posts = site.care.staff_hours_per_person * places / labour.hours_per_worker
    council.pool = max(council.pool - 0.6 * site.staff, 0.0)
    council.flows.entries[care_type] += 1
    model.record_event("entry", "new site", provider=owner, site=site)


def typical_price(council: Council, care_type: int) -> float:
    """Return the mean self-funder price of the market; without sites the council's fee with the usual premium."""
    p = council.model.params.self_funders
    prices = [site.price for site in council.sites_of[care_type] if site.price > 0.0 and not site.is_micro]
    if prices:
        return sum(prices) / len(prices)
    premium = p.home_care_premium_start if care_type == HOME_CARE else p.premium_start
    return council.fee[care_type] * (1.0 + premium)


# -- micro-enterprises -------------------------------------------------------------------------------------------------


def support_micro_enterprises(model: "PlainMarket") -> None:
    """Take the micro-enterprises of councils with a programme under its wing: they stay longer."""
    rules = model.params.entry
    longer = rules.micro_fold_unsupported / max(rules.micro_fold_supported, 1e-6)
    for provider in model.providers:
        reach = model.now.catalyst[provider.home_council.row]
        if provider.kind == MICRO_ENTERPRISE and not provider.supported and reach > 0.0:
            provider.supported = True
            remaining = max(provider.owner_retires - model.month, 1)
            provider.owner_retires = model.month + int(min(remaining * longer, 100_000.0))


def open_micro_enterprises(model: "PlainMarket") -> None:
    """Start micro-enterprises: in proportion to those there, up to a ceiling; a programme raises the rate."""
    rules = model.params.entry
    entering = []
    for council in model.councils:
        n = sum(1 for site in council.sites_of[HOME_CARE] if site.is_micro)
        ceiling = rules.micro_ceiling_per_1000 * council.population / 1000.0
        reach = model.now.catalyst[council.row]
        rate = rules.micro_growth_unsupported + reach * (rules.micro_growth_supported - rules.micro_growth_unsupported)
        room = max(1.0 - n / max(ceiling, 1.0), 0.0)
        mean = rate / 12.0 * max(n, 0.3 * council.micro_start) * room
        entering += [(key, council) for key in entrants(model, "new_micro", world.MICRO, council, mean)]
    for key, council in entering:
        open_micro_enterprise(model, key, council, model.now.catalyst[council.row] > 0.0)


def open_micro_enterprise(model: "PlainMarket", key: int, council: Council, supported: bool) -> None:
    """Start a micro-enterprise without clients; its people stop after a time of their own."""
    rules, labour, quality, draws = model.params.entry, model.params.labour, model.params.quality, model.draws
    capacity = min(max(round(rules.micro_clients + draws.normal_trait("micro_size", key)), 1), 15)
    rate = rules.micro_fold_supported if supported else rules.micro_fold_unsupported
    owner = Provider.newcomer(
        model,
        key,
        MICRO_ENTERPRISE,
        council,
        cash=world.MICRO_CASH,
        credit_limit=world.MICRO_CASH,
        at_home=True,
        supported=supported,
        members=min(max(round(capacity / 3.0), 1), 5),
        owner_retires=month_of_event(model, "micro_stops", key, rate),
    )
    site = Site(
        model,
        key=key,
        provider=owner,
        council=council,
        care_type=HOME_CARE,
        capacity=capacity,
        opened=model.month,
        pay_differential=labour.pay_differential,
        price=council.fee[HOME_CARE] * model.params.costs.micro_price_ratio,
        quality=min(quality.start + (0.10 if supported else 0.03), 1.0),
        takes_council=False,
        pay=model.now.wage_floor * (1.0 + labour.pay_differential),
    )
    model.record_event("entry", "new site", provider=owner, site=site)
