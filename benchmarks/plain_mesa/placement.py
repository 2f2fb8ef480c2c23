"""Finding places: councils and the NHS share people out, self-funders choose, displaced people are re-placed."""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from itertools import accumulate
from typing import TYPE_CHECKING

from benchmarks.plain_mesa import world
from benchmarks.plain_mesa.council import Council
from benchmarks.plain_mesa.self_funder import SelfFunder
from benchmarks.plain_mesa.site import Site
from resilience.state.codes import COUNCIL, HOME_CARE, N_TYPES, NHS

if TYPE_CHECKING:
    from benchmarks.plain_mesa.market import PlainMarket

_GOLDEN = 0.6180339887498949


def share_out(model: "PlainMarket", decision: str, council: Council, care_type: int, payer: int, people: int) -> int:
    """Place people of one payer over a market's sites by systematic sampling; returns how many found no room.

    The k-th of n people stands at (k + u) / n of the cumulated pull of free places; who finds a site full tries again.
    """
    sites = [site for site in council.sites_of[care_type] if site.room > 0 and site.pull > 0.0]
    for attempt in range(world.ROUNDS):
        cumulated = list(accumulate(site.pull * site.room for site in sites))
        if people == 0 or not cumulated or cumulated[-1] <= 0.0:
            break
        u = model.draws.uniform(f"{decision}/{attempt}", council.key_of(care_type))
        sent = [0] * len(sites)
        for ordinal in range(people):
            position = (ordinal + u) / people * cumulated[-1]
            sent[min(bisect_right(cumulated, position), len(sites) - 1)] += 1
        for site, wanted in zip(sites, sent, strict=True):
            taken = min(wanted, site.room)
            site.new[payer] += taken
            site.room -= taken
            people -= taken
    return people


def look_for_room(sites: Iterable[Site]) -> None:
    for site in sites:
        site.room = site.staffed_room()


def set_pulls(sites: Iterable[Site], payer: int) -> None:
    for site in sites:
        site.pull = site.pull_on(payer)


# -- councils and the NHS ----------------------------------------------------------------------------------------------


def place(model: "PlainMarket") -> None:
    """Place council-funded, then NHS-funded people, at home and then with neighbours."""
    look_for_room(model.sites)
    for council in model.councils:
        for care_type in range(N_TYPES):
            keep_room_for_self_funders(model, council, care_type)
    for payer in (COUNCIL, NHS):
        set_pulls(model.sites, payer)
        left = {}
        for council in model.councils:
            for care_type in range(N_TYPES):
                in_turn = council.displaced_in_turn(care_type, payer)
                wanting = council.waiting[care_type][payer] + council.waiting_long[care_type][payer] + in_turn
                remaining = share_out(model, f"place/{payer}", council, care_type, payer, wanting)
                council.serve(care_type, payer, wanting - remaining, in_turn)
                left[council, care_type] = remaining
        place_away(model, payer, left)


def keep_room_for_self_funders(model: "PlainMarket", council: Council, care_type: int) -> None:
    """Where a market is short, leave each site the part of its room that council and NHS have in the demand."""
    own = len(council.seekers[care_type])
    public = council.queue_of(care_type, COUNCIL) + council.queue_of(care_type, NHS)
    sites = council.sites_of[care_type]
    if own + public <= sum(site.room for site in sites):
        return
    share = public / max(own + public, 1)
    for site in sites:
        wanted = site.room * share
        whole = int(wanted)
        site.room = whole + (model.draws.uniform("room_share", site.key) < wanted - whole)


def place_away(model: "PlainMarket", payer: int, left: dict[tuple[Council, int], int]) -> None:
    """Place those left who have waited over a month, or were displaced and are in turn, with neighbouring councils.

    They then count (and are paid for) where they live.
    """
    asking: dict[tuple[Council, int], list[Council]] = {}
    in_turn: dict[tuple[Council, int], int] = {}
    served: Counter[tuple[Council, int]] = Counter()
    free = free_places(model, with_pull=True)
    for (home, care_type), remaining in left.items():
        if remaining == 0:
            continue
        in_turn[home, care_type] = home.displaced_in_turn(care_type, payer)
        people = min(home.waiting_long[care_type][payer] + in_turn[home, care_type], remaining)
        reach = [free[host, care_type] for host in home.neighbours]
        cumulated = list(accumulate(reach))
        if not cumulated or cumulated[-1] == 0:
            continue
        u = model.draws.uniform(f"place_away/{payer}", home.key)
        for ordinal in range(people):
            position = (u + ordinal * _GOLDEN) % 1.0 * cumulated[-1]
            asking.setdefault((home.neighbours[bisect_right(cumulated, position)], care_type), []).append(home)
    for (host, care_type), homes in asking.items():
        remaining = share_out(model, f"place_host/{payer}", host, care_type, payer, len(homes))
        # The first to ask are the first served.
        served.update((home, care_type) for home in homes[: len(homes) - remaining])
    for (home, care_type), people in served.items():
        home.serve(care_type, payer, people, in_turn[home, care_type])


def free_places(model: "PlainMarket", with_pull: bool) -> dict[tuple[Council, int], int]:
    """Return the free places of every market, or those where the current payer may place people."""
    return {
        (council, care_type): sum(site.room for site in council.sites_of[care_type] if not with_pull or site.pull > 0.0)
        for council in model.councils
        for care_type in range(N_TYPES)
    }


# -- self-funders ------------------------------------------------------------------------------------------------------


def self_funders_choose(model: "PlainMarket") -> None:
    """Let every self-funder without care choose a site; those displaced before lost half the month on average."""
    seekers = people_without_place(model)
    displaced = [person for person in seekers if person.displaced]
    choose(model, "choice", seekers)
    for person in displaced:
        if person.site is not None:
            person.lose_on_the_way(0.5)


def people_without_place(model: "PlainMarket") -> list[SelfFunder]:
    return [person for council in model.councils for queue in council.seekers for person in queue]


def choose(model: "PlainMarket", decision: str, seekers: list[SelfFunder]) -> None:
    """Let people choose at home; those left who have waited, or lost their place, look to a neighbouring council."""
    if not seekers:
        return
    look_for_room(model.sites)
    for site in model.sites:
        site.pulls = site.pull_on_self_funders()
    left = choose_in(model, f"{decision}/home", [(person, person.council) for person in seekers])
    free = free_places(model, with_pull=False)
    away = []
    for person in left:
        if person.waiting_months > 0 or person.displaced:
            host = host_council(model, decision, person, free)
            if host is not None:
                away.append((person, host))
    choose_in(model, f"{decision}/away", away)


def host_council(
    model: "PlainMarket", decision: str, person: SelfFunder, free: dict[tuple[Council, int], int]
) -> Council | None:
    """Return the neighbouring council a person looks to, drawn by free places of the kind needed."""
    neighbours = person.council.neighbours
    cumulated = list(accumulate(free[host, person.care_type] for host in neighbours))
    if not cumulated or cumulated[-1] == 0:
        return None
    return neighbours[bisect_right(cumulated, model.draws.uniform(f"{decision}/host", person.key) * cumulated[-1])]


def choose_in(model: "PlainMarket", decision: str, people: list[tuple[SelfFunder, Council]]) -> list[SelfFunder]:
    """Let each person choose in the council named; a full site takes those it can, the others choose again.

    Returns the people left without a place.
    """
    for attempt in range(world.ROUNDS):
        wishes: dict[Site, list[SelfFunder]] = {}
        for person, council in people:
            site = person.pick_site(council, model.draws.uniform(f"{decision}/{attempt}", person.key))
            if site is not None:
                wishes.setdefault(site, []).append(person)
        if not wishes:
            break
        for site, wanting in wishes.items():
            if len(wanting) > site.room:
                queue = f"{decision}/queue/{attempt}"
                wanting.sort(key=lambda person: model.draws.uniform(queue, person.key))
            for person in wanting[: site.room]:
                person.settle(site)
                site.room -= 1
        people = [(person, council) for person, council in people if person.site is None]
    return [person for person, _ in people]


# -- re-provision ------------------------------------------------------------------------------------------------------


def find_new_places(model: "PlainMarket") -> None:
    """Find new places for displaced people at once where there is room; a council's own service steps in last."""
    if any(sum(map(sum, council.displaced)) + sum(map(sum, council.displaced_long)) for council in model.councils):
        look_for_room(model.sites)
        for payer in (COUNCIL, NHS):
            set_pulls(model.sites, payer)
            for council in model.councils:
                for care_type in range(N_TYPES):
                    wanting = council.displaced_in_turn(care_type, payer)
                    remaining = share_out(model, f"reprovision/{payer}", council, care_type, payer, wanting)
                    council.serve_displaced(care_type, payer, wanting - remaining)
        for council in model.councils:
            step_in(model, council)
    displaced = [person for person in people_without_place(model) if person.displaced]
    choose(model, "reprovision", displaced)
    for person in displaced:
        if person.site is not None:
            person.lose_on_the_way(model.care[person.care_type].lag_share)


def step_in(model: "PlainMarket", council: Council) -> None:
    """Let the council's own home care take displaced council clients, as fast as it can grow in an emergency."""
    waiting = council.displaced[HOME_CARE][COUNCIL] + council.displaced_long[HOME_CARE][COUNCIL]
    if waiting == 0:
        return
    for site in council.sites_of[HOME_CARE]:
        if not site.is_own_service:
            continue
        clients = site.council_people
        taken = min(math.ceil(model.params.councils.step_in_growth * max(clients, 10)), waiting)
        if taken == 0:
            continue
        waiting -= taken
        site.new[COUNCIL] += taken
        site.capacity = max(site.capacity, clients + taken)
        council.serve_displaced(HOME_CARE, COUNCIL, taken)
        council.flows.step_ins += 1
        weekly_fee = council.fee[HOME_CARE] * site.care.hours_per_person
        council.flows.budget_drain += taken * weekly_fee * (model.params.councils.in_house_cost_ratio - 1.0)
        hours = taken * site.care.hours_per_person
        why = "displaced people without a place"
        model.record_event("step_in", why, provider=site.provider, site=site, people=(taken, 0, 0), hours=hours)
