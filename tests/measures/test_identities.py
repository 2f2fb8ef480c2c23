"""Planted faults: each breaks one identity, and exactly that identity's check finds it."""

import copy

import numpy as np
import pytest

from resilience.market import choice, closure, finance, need, quality, reprovision, savings
from resilience.measures import identities
from resilience.measures.identities import AccountingError, Accounts
from resilience.state.codes import HOME_CARE
from tests.model.worlds import market, town_scenario

CHECKS = {
    "hours": lambda accounts, state: identities.hours_add_up(state),
    "people": lambda accounts, state: accounts.people_add_up(state),
    "spend": lambda accounts, state: identities.spend_is_revenue(state),
    "cash": lambda accounts, state: accounts.cash_adds_up(state),
    "providers": lambda accounts, state: identities.every_site_has_one_living_provider(state),
    "counts": lambda accounts, state: identities.counts_agree(state),
}


@pytest.fixture(scope="module")
def sound():
    """A market in its eighth month and the accounts kept before that month."""
    model = market(months=7)
    accounts = Accounts(model.state)
    model.step()
    return accounts, model.state


def breached(sound, plant):
    """Which checks fail after a fault was planted into a copy of a sound market."""
    accounts, state = copy.deepcopy(sound)
    plant(state)
    found = {}
    for name, check in CHECKS.items():
        try:
            check(accounts, state)
        except AccountingError as error:
            found[name] = str(error)
    return found


def busy(state, care_type=None, *, self_funders=0):
    """A living site of a provider with several, with settled council residents and so many self-funders."""
    s = state.sites
    several = np.bincount(s.provider[s.alive], minlength=len(state.providers))[s.provider] > 1
    good = s.alive & several & (s.council_settled > 1) & (s.council_new > 0) & (s.self_funders >= self_funders)
    if care_type is not None:
        good &= s.care_type == care_type
    return int(np.flatnonzero(good)[0])


def test_a_sound_market_breaches_nothing(sound):
    assert breached(sound, lambda state: None) == {}


# -- one fault for each identity, and more ways to break the same ------------------------------------------------------


def lose_delivered_hours(state):
    state.flows.delivered[0, 0, 0] -= 1.0


def forget_need(state):
    state.flows.need[1, HOME_CARE, 1] += 0.01


def deliver_negative_hours(state):
    state.flows.delivered[0, 0, 0] += state.flows.lost[0, 0, 0] + 50.0
    state.flows.lost[0, 0, 0] = -50.0


def hours_that_are_not_numbers(state):
    state.flows.delivered[0, 0, 0] = np.nan


def drop_a_client(state):
    state.sites.council_settled[busy(state)] -= 1


def invent_someone_waiting(state):
    state.councils.waiting[0, 0] += 1


def forget_someone_refused(state):
    state.councils.rationed[np.unravel_index(state.councils.rationed.argmax(), state.councils.rationed.shape)] -= 1


def change_payer_unbooked(state):
    row = busy(state)
    state.sites.council_settled[row] -= 1
    state.sites.nhs_settled[row] += 1


def forget_an_arrival(state):
    state.flows.arrivals[0, 0, 0] += 1


def lose_a_self_funder_who_waits(state):
    f = state.self_funders
    f.append(1, spell=state.next_spell, council=0, care_type=0, hours=25.0)


def pay_a_site_twice(state):
    s = state.sites
    row = busy(state)
    state.flows.revenue[s.council[row], s.care_type[row], 0] += s.revenue[row]


def send_a_bill_to_nobody(state):
    state.flows.spend[2, 0, 2] -= 1.0


def create_cash(state):
    state.providers.cash[3] += 100.0


def pay_owners_off_the_books(state):
    state.providers.cash[:5] -= 20.0


def forget_the_capital_of_an_entrant(state):
    state.flows.capital_put_in[0] += 5_000.0


def let_a_dead_provider_keep_its_sites(state):
    state.providers.alive[state.sites.provider[busy(state)]] = False


def leave_a_provider_without_a_site(state):
    state.providers.append(1, alive=True)


def crowd_a_home(state):
    row = busy(state, 0)
    s = state.sites
    s.capacity[row] = (
        s.council_new[row] + s.council_settled[row] + s.nhs_new[row] + s.nhs_settled[row] + s.self_funders[row] - 1
    )


def miscount_self_funders(state):
    state.sites.self_funders[busy(state, 0, self_funders=1)] -= 1


def miscount_their_hours(state):
    state.sites.self_funder_hours[busy(state, 0, self_funders=1)] += 0.5


def count_below_nothing(state):
    row = busy(state)
    state.sites.council_settled[row] += state.sites.council_new[row] + 1
    state.sites.council_new[row] = -1


def queue_below_nothing(state):
    councils = state.councils
    councils.waiting_long[0, 0] += councils.waiting[0, 0] + 1
    councils.waiting[0, 0] = -1


def leave_people_in_a_closed_site(state):
    state.sites.alive[busy(state)] = False


FAULTS = [
    (lose_delivered_hours, "hours", "need = delivered"),
    (forget_need, "hours", "need = delivered"),
    (deliver_negative_hours, "hours", "negative hours in lost"),
    (hours_that_are_not_numbers, "hours", "nan"),
    (drop_a_client, "people", "people in and out"),
    (invent_someone_waiting, "people", "people in and out"),
    (forget_someone_refused, "people", "people in and out"),
    (change_payer_unbooked, "people", "people in and out"),
    (forget_an_arrival, "people", "people in and out"),
    (lose_a_self_funder_who_waits, "people", "people in and out"),
    (pay_a_site_twice, "spend", "spend = revenue"),
    (send_a_bill_to_nobody, "spend", "spend = revenue"),
    (create_cash, "cash", "cash: off by 100"),
    (pay_owners_off_the_books, "cash", "cash: off by 100"),
    (forget_the_capital_of_an_entrant, "cash", "cash: off by 5000"),
    (let_a_dead_provider_keep_its_sites, "providers", "living sites without a living provider"),
    (leave_a_provider_without_a_site, "providers", "living providers without a site"),
    (crowd_a_home, "counts", "more people than it has beds"),
    (miscount_self_funders, "counts", "self-funders counted at sites"),
    (miscount_their_hours, "counts", "hours of self-funders"),
    (count_below_nothing, "counts", "a count of people is negative"),
    (queue_below_nothing, "counts", "a count of people is negative"),
    (leave_people_in_a_closed_site, "counts", "people at a site that has closed"),
]


@pytest.mark.parametrize(("plant", "identity", "message"), FAULTS, ids=[plant.__name__ for plant, _, _ in FAULTS])
def test_a_planted_fault_is_caught_by_its_own_check_alone(sound, plant, identity, message):
    found = breached(sound, plant)
    assert set(found) == {identity}
    assert message in found[identity]


def test_every_check_is_among_those_that_stop_a_run(sound, monkeypatch):
    called = []
    names = ("hours_add_up", "spend_is_revenue", "every_site_has_one_living_provider", "counts_agree")
    for name in names:
        monkeypatch.setattr(identities, name, lambda state, name=name: called.append(name))
    accounts, state = copy.deepcopy(sound)
    for name in ("people_add_up", "cash_adds_up"):
        monkeypatch.setattr(Accounts, name, lambda self, state, name=name: called.append(name))
    accounts.check(state)
    assert sorted(called) == sorted([*names, "people_add_up", "cash_adds_up"])


def test_a_check_that_passed_is_the_starting_point_of_the_next_month(sound):
    accounts, state = copy.deepcopy(sound)
    accounts.check(state)
    state.flows.arrivals[:] = state.flows.leavers[:] = state.flows.run_down[:] = 0
    accounts.people_add_up(state)
    state.councils.waiting[0, 0] += 1
    with pytest.raises(AccountingError):
        accounts.people_add_up(state)


# -- rules that go wrong stop a run in the month they do ---------------------------------------------------------------


def after(rule, fault):
    """A rule that does its work and then something wrong."""

    def wrong(state, *args, **kwargs):
        result = rule(state, *args, **kwargs)
        if state.month == 3:
            fault(state)
        return result

    return wrong


@pytest.mark.parametrize(
    ("module", "name", "fault", "message"),
    [
        (need, "step", drop_a_client, "people in and out"),
        (quality, "step", miscount_self_funders, "self-funders counted at sites"),
        (choice, "step", miscount_self_funders, "spend = revenue"),
        (finance, "step", create_cash, "cash: off by 100"),
        (finance, "step", pay_a_site_twice, "spend = revenue"),
        (savings, "run_down", change_payer_unbooked, "people in and out"),
        (reprovision, "step", leave_a_provider_without_a_site, "living providers without a site"),
    ],
    ids=["need", "quality", "choice", "cash", "spend", "savings", "providers"],
)
def test_a_rule_that_goes_wrong_stops_the_run(monkeypatch, module, name, fault, message):
    monkeypatch.setattr(module, name, after(getattr(module, name), fault))
    model = market()
    model.run_for(3)
    with pytest.raises(AccountingError, match=message):
        model.step()


def test_a_closure_that_forgets_people_stops_the_run(monkeypatch):
    def leave(state, rows, *how):
        put_out(state, rows, *how)
        state.councils.displaced[:] = 0

    put_out = closure.leave
    monkeypatch.setattr(closure, "leave", leave)
    model = market(town_scenario(months=24, distress__patience_home_care=1, distress__patience_homes=1))
    with pytest.raises(AccountingError, match="people in and out"):
        model.run()


def test_without_the_switch_nothing_is_checked(monkeypatch):
    monkeypatch.setattr(finance, "step", after(finance.step, create_cash))
    model = market(town_scenario(measures__check_accounts=False))
    model.run_for(5)
    assert model.accounts is None
