"""A run that goes on from a branch is the run played from the start, bit for bit; another past is never taken."""

import numpy as np
import pytest

from resilience.app.engine import branches as module
from resilience.app.engine.branches import Branches, months_of_change, past_of
from resilience.app.engine.play import Played
from resilience.scenario import Scenario, ScenarioError
from resilience.scenario.registry import FAMILIES, kinds

MONTHS = 9
HERE = {"region": "tests/model/four-towns.csv", "start": "2016-04", "months": MONTHS}
LATER = "2016-10"
SIXTH = 6
CUT = {"kind": "funding_cut", "start": LATER, "real_change": -0.2, "years": 1}


def scenario(**more):
    return Scenario.from_dict({"name": "branch", **HERE, **more})


def play(branches, chosen, seeds=(1,), told=True):
    """Play to the end; returns the run, and in which month it began."""
    played = branches.begin(chosen, seeds, told=told)
    began = played.month
    while played.running:
        branches.pass_by(played)
        played.step()
    return played, began


def everything(played):
    months = played.pack()
    return (
        months.first,
        months.region.tobytes(),
        months.councils.tobytes(),
        months.happenings,
        months.exposed,
        played.failures(),
    )


@pytest.fixture(scope="module")
def passed():
    """Branches that a baseline's and a squeeze's run have passed."""
    branches = Branches()
    for told in (True, False):
        play(branches, scenario(shocks={"funding_cut": CUT}), told=told)
    return branches


EVERY_KIND = [(family, kind) for family in FAMILIES for kind in kinds(family)]


@pytest.mark.parametrize(("family", "kind"), EVERY_KIND)
def test_every_shock_and_policy_goes_on_as_if_played_from_the_start(passed, family, kind):
    chosen = scenario(**{family: {"tried": {"kind": kind, "start": LATER}}})
    resumed, began = play(passed, chosen)
    assert began == SIXTH
    fresh = Played(chosen, 1, told=True)
    while fresh.running:
        fresh.step()
    assert everything(resumed) == everything(fresh)


def alone(chosen, seed):
    """What a run played alone from the start sends home."""
    fresh = Played(chosen, seed, told=False)
    while fresh.running:
        fresh.step()
    (sent,) = fresh.to_send()
    return in_bytes(sent)


def in_bytes(sent):
    return sent.months.first, sent.months.region.tobytes(), sent.months.councils.tobytes(), sent.failures


@pytest.mark.parametrize(
    "tried", [{"kind": "funding_cut"}, {"kind": "epidemic"}, {"kind": "chain_failure", "provider": "P7"}]
)
def test_a_group_goes_on_from_its_branch_as_each_run_would_alone(tried):
    branches, group = Branches(), (4, 2, 7)
    play(branches, scenario(shocks={"funding_cut": CUT}), group, told=False)
    chosen = scenario(shocks={"tried": {**tried, "start": LATER}})
    together, began = play(branches, chosen, group, told=False)
    assert began == SIXTH
    assert together.seeds == group
    assert together.scenario == chosen
    assert list(map(in_bytes, together.to_send())) == [alone(chosen, seed) for seed in group]
    assert all(run.months.count == MONTHS for run in together.to_send())


def test_a_group_goes_on_only_as_a_whole_and_sends_nothing_before_its_end():
    branches, chosen = Branches(), scenario(shocks={"funding_cut": CUT})
    play(branches, chosen, (2, 3), told=False)
    assert [branches.begin(chosen, seeds, told=False).month for seeds in ((2, 3), (3, 2), (2,), (2, 3, 4))] == [
        SIXTH,
        0,
        0,
        0,
    ]
    assert branches.begin(chosen, (2, 3), told=False).to_send() == ()


def test_a_shock_that_cannot_happen_is_refused_for_a_group_too():
    branches = Branches()
    play(branches, scenario(shocks={"funding_cut": CUT}), (2, 3), told=False)
    nobody = {"chain_failure": {"kind": "chain_failure", "start": LATER, "provider": "Nobody Ltd"}}
    with pytest.raises(ScenarioError, match="is no provider in this market"):
        branches.begin(scenario(shocks=nobody), (2, 3), told=False)


def test_months_are_sent_again_even_those_sent_before_the_branch():
    branches = Branches()
    first = branches.begin(scenario(shocks={"funding_cut": CUT}), (1,), told=True)
    for _ in range(SIXTH):
        first.step()
        first.pack()
    branches.pass_by(first)
    again = branches.begin(scenario(shocks={"funding_cut": CUT | {"real_change": -0.1}}), (1,), told=True)
    sent = again.pack()
    assert (sent.first, sent.count, len(sent.happenings), len(sent.exposed)) == (0, SIXTH, SIXTH, SIXTH)


def test_a_run_that_is_told_another_seed_and_another_past_are_not_taken(passed):
    cut = {"funding_cut": CUT}
    assert passed.begin(scenario(shocks=cut), (2,), told=True).month == 0
    assert passed.begin(scenario(shocks=cut, labour={"turnover_per_year": 0.4}), (1,), told=True).month == 0
    sooner = {"wage_rise": {"kind": "wage_rise", "start": "2016-08"}}
    assert passed.begin(scenario(shocks=cut | sooner), (1,), told=True).month == 0
    only_told = Branches()
    play(only_told, scenario(shocks=cut), told=True)
    assert only_told.begin(scenario(shocks=cut), (1,), told=False).month == 0


def test_what_began_before_a_branch_is_part_of_the_past():
    branches = Branches()
    early = {"wage_rise": {"kind": "wage_rise", "start": "2016-07"}}
    play(branches, scenario(shocks=early | {"funding_cut": CUT}))
    deeper = scenario(shocks=early | {"funding_cut": CUT | {"real_change": -0.3}})
    assert branches.begin(deeper, (1,), told=True).month == SIXTH
    harder = scenario(shocks={"wage_rise": early["wage_rise"] | {"floor_increase": 2.0}, "funding_cut": CUT})
    assert branches.begin(harder, (1,), told=True).month == 3
    assert months_of_change(deeper) == [3, SIXTH]
    assert past_of(deeper, SIXTH) == scenario(shocks=early).hash
    assert past_of(deeper, 3) == scenario().hash


def test_a_baseline_branches_where_scenarios_usually_begin(monkeypatch):
    monkeypatch.setattr(module, "USUAL_CHANGE", 2)
    branches = Branches()
    play(branches, scenario())
    assert (
        branches.begin(scenario(policies={"catalyst": {"kind": "catalyst", "start": "2016-06"}}), (1,), told=True).month
        == 2
    )


def test_a_shock_that_cannot_happen_to_the_market_is_refused_though_a_branch_is_there(passed):
    nobody = {"chain_failure": {"kind": "chain_failure", "start": LATER, "provider": "Nobody Ltd"}}
    with pytest.raises(ScenarioError, match="is no provider in this market"):
        passed.begin(scenario(shocks=nobody), (1,), told=True)


def test_the_oldest_branches_go_first_and_the_last_one_stays():
    branches = Branches(most_bytes=1)
    for seed in (1, 2):
        play(branches, scenario(shocks={"funding_cut": CUT}), seeds=(seed,), told=False)
    assert [branches.begin(scenario(shocks={"funding_cut": CUT}), (seed,), told=False).month for seed in (1, 2)] == [
        0,
        SIXTH,
    ]


def test_a_market_goes_on_only_in_its_own_region_and_time():
    played = Played(scenario(), 1, told=False)
    with pytest.raises(ValueError, match="same region, first month and length"):
        played.go_on_as(scenario(months=MONTHS + 1))
    assert played.scenario == scenario()


def test_nothing_is_shared_with_the_kept_run(passed):
    chosen = scenario(shocks={"funding_cut": CUT})
    one, _ = play(passed, chosen)
    two, _ = play(passed, chosen)
    assert np.array_equal(one.pack().region, two.pack().region)
