"""The first day: the rows of a CareMarket's columns become agents."""

from typing import TYPE_CHECKING

from benchmarks.plain_mesa.council import Council
from benchmarks.plain_mesa.provider import Provider
from benchmarks.plain_mesa.self_funder import SelfFunder
from benchmarks.plain_mesa.site import Site
from resilience.state.codes import COUNCIL, N_PAYERS, N_TYPES, NHS
from resilience.state.market_state import MarketState
from resilience.state.tables import Councils, Providers, Sites

if TYPE_CHECKING:
    from benchmarks.plain_mesa.market import PlainMarket

_NOT_COPIED = {
    # sites: what the constructor takes, and what the agent holds in another form
    *("key", "alive", "provider", "council", "care_type", "capacity", "opened", "closed", "self_funders"),
    *("council_new", "council_settled", "nhs_new", "nhs_settled", "self_funder_hours"),
    # providers
    *("kind", "home_council"),
}
_BY_TYPE_AND_PAYER = ("waiting", "waiting_long", "displaced", "displaced_long", "transfer_loss", "arrivals")


def copy_from(state: MarketState, model: "PlainMarket") -> None:
    """Make an agent of every row of a market that has not played a month yet; raises ValueError if it has."""
    if state.month:
        raise ValueError(f"the market has already played {state.month} months")
    councils = _councils(state, model)
    providers = _providers(state, model, councils)
    sites = _sites(state, model, councils, providers)
    _self_funders(state, model, councils, sites)
    for row, site in enumerate(sites):
        # As booked on the first day: the same sum in the same order.
        site.self_funder_hours = float(state.sites.self_funder_hours[row])


def _councils(state: MarketState, model: "PlainMarket") -> list[Council]:
    table = state.councils
    councils = [Council(model, row=row, key=int(table.key[row])) for row in range(len(table))]
    for name in Councils.columns():
        if name == "key":
            continue
        for council, value in zip(councils, getattr(table, name).tolist(), strict=True):
            if name in _BY_TYPE_AND_PAYER:
                value = [value[start : start + N_PAYERS] for start in range(0, N_TYPES * N_PAYERS, N_PAYERS)]
            setattr(council, name, value)
    for council in councils:
        near = state.neighbours[council.row].tolist()
        neighbours = [other for other, is_near in zip(councils, near, strict=True) if is_near]
        council.neighbours = sorted(neighbours, key=lambda other: other.key)
    return councils


def _providers(state: MarketState, model: "PlainMarket", councils: list[Council]) -> list[Provider]:
    table = state.providers
    columns = {name: getattr(table, name).tolist() for name in Providers.columns()}
    copied = [name for name in columns if name not in _NOT_COPIED]
    providers = [
        Provider(
            model,
            key=columns["key"][row],
            kind=columns["kind"][row],
            home_council=councils[columns["home_council"][row]],
            **{name: columns[name][row] for name in copied},
        )
        for row in range(len(table))
    ]
    for provider in providers:
        if not provider.alive:
            provider.remove()
    return providers


def _sites(state: MarketState, model: "PlainMarket", councils: list[Council], providers: list[Provider]) -> list[Site]:
    columns = {name: getattr(state.sites, name).tolist() for name in Sites.columns()}
    copied = [name for name in columns if name not in _NOT_COPIED]
    sites = []
    for row in range(len(state.sites)):
        site = Site(
            model,
            key=columns["key"][row],
            provider=providers[columns["provider"][row]],
            council=councils[columns["council"][row]],
            care_type=columns["care_type"][row],
            capacity=columns["capacity"][row],
            opened=columns["opened"][row],
            **{name: columns[name][row] for name in copied},
        )
        site.new[COUNCIL], site.settled[COUNCIL] = columns["council_new"][row], columns["council_settled"][row]
        site.new[NHS], site.settled[NHS] = columns["nhs_new"][row], columns["nhs_settled"][row]
        sites.append(site)
    return sites


def _self_funders(state: MarketState, model: "PlainMarket", councils: list[Council], sites: list[Site]) -> None:
    f = state.self_funders
    names = ("hours", "savings", "income", "price_class", "months_in_care", "waiting_months", "displaced", "care_type")
    columns = {name: getattr(f, name).tolist() for name in (*names, "key", "council", "site")}
    for row in range(len(f)):
        site = columns["site"][row]
        SelfFunder(
            model,
            key=columns["key"][row],
            council=councils[columns["council"][row]],
            site=None if site < 0 else sites[site],
            **{name: columns[name][row] for name in names},
        )
