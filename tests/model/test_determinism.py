"""Same seed, same run, bit for bit; and nobody's luck depends on anybody else."""

import copy
import os
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from resilience.model import CareMarket
from resilience.state.codes import KINDS
from resilience.state.randomness import hash_keys
from tests.model.worlds import FOUR_TOWNS, TABLES, differences, fingerprint, four_towns, market, town_scenario
from tests.project.files import ROOT

SHOCK_IN_APRIL_2017 = {
    "shocks__funding_cut__real_change": -0.5,
    "shocks__funding_cut__years": 1,
    "shocks__funding_cut__start": "2017-04",
    "shocks__wage_rise__floor_increase": 2.0,
    "shocks__wage_rise__start": "2017-04",
    "policies__catalyst__start": "2017-04",
}


def same_tables(one, other):
    assert one.headline == other.headline
    for name in one.tables:
        pd.testing.assert_frame_equal(one.tables[name], other.tables[name], check_exact=True)


def test_the_same_seed_is_the_same_run():
    one, other = market(months=14), market(months=14)
    assert differences(one.state, other.state) == []
    same_tables(one.results(), other.results())


def test_another_seed_is_another_run():
    one, other = market(months=6), market(months=6, seed=2)
    assert {"sites.quality", "self_funders.savings", "providers.cash", "events"} <= set(
        differences(one.state, other.state)
    )


def test_the_register_is_the_same_for_every_seed():
    one, other = market(), market(seed=2)
    for name in ("key", "council", "care_type", "capacity", "provider", "opened"):
        homes = one.state.sites.care_type != 3
        first, second = getattr(one.state.sites, name), getattr(other.state.sites, name)
        assert np.array_equal(first[homes], second[: len(homes)][homes]), name


def test_the_name_of_a_scenario_decides_nothing():
    one = market(months=6)
    other = market(town_scenario(name="another name", description="the same in other words"), months=6)
    assert differences(one.state, other.state) == []


def test_two_models_in_one_process_do_not_disturb_each_other():
    alone = [market(months=12, seed=seed) for seed in (1, 2)]
    together = [market(seed=1), market(town_scenario(**SHOCK_IN_APRIL_2017), seed=9), market(seed=2)]
    for _ in range(12):
        for model in together:
            model.step()
            model.agents.get("unique_id")
    for one, other in zip(alone, (together[0], together[2]), strict=True):
        assert differences(one.state, other.state) == []


def test_looking_at_a_model_changes_nothing():
    looked, left = market(), market()
    for _ in range(8):
        left.step()
        looked.step()
        for table in TABLES:
            looked.frame(table)
        looked.results()
        looked.agents.shuffle_do("values")
        _ = [person.savings for person in looked.self_funders]
        looked.random.random()
        looked.rng.random()
    assert differences(looked.state, left.state) == []


@pytest.mark.parametrize(
    "copied", [lambda model: pickle.loads(pickle.dumps(model)), copy.deepcopy], ids=["pickle", "deepcopy"]
)
def test_a_copy_made_on_the_way_goes_on_bit_for_bit(copied):
    model = market(town_scenario(**SHOCK_IN_APRIL_2017), months=9)
    twin = copied(model)
    assert differences(model.state, twin.state) == []
    model.run_for(9)
    assert twin.month == 9
    twin.run_for(9)
    assert differences(model.state, twin.state) == []
    same_tables(model.results(), twin.results())
    assert twin.provider(0).model is twin


def test_branches_from_one_month_do_not_touch_their_trunk():
    trunk = market(months=6)
    before = fingerprint(trunk.state)
    branch = copy.deepcopy(trunk)
    branch.accounts = None
    branch.state.providers.cash[:] = -1e9
    branch.run_for(3)
    assert fingerprint(trunk.state) == before
    assert branch.state.flows.failures.sum() + branch.results().headline["provider_failures"] > 0


CODE = """
import hashlib
from tests.model.worlds import fingerprint, market, town_scenario
model = market(town_scenario(shocks__wage_rise__floor_increase=1.0), months=8)
print(hashlib.sha256(repr(sorted(fingerprint(model.state).items())).encode()).hexdigest())
print(hashlib.sha256(repr(model.results().headline).encode()).hexdigest())
"""


def test_fresh_interpreters_agree_whatever_their_hash_seed():
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", CODE],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("0", "77")
    ]
    outputs = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert outputs[0] == outputs[1] != ""


# -- common random numbers ---------------------------------------------------------------------------------------------


def test_before_a_shock_starts_a_scenario_is_its_baseline():
    base, shocked = market(), market(town_scenario(**SHOCK_IN_APRIL_2017))
    base.run_for(12)
    shocked.run_for(12)
    assert differences(base.state, shocked.state) == []
    base.step()
    shocked.step()
    assert {"councils.budget", "sites.pay"} <= set(differences(base.state, shocked.state))


def test_a_shock_of_nothing_is_the_baseline():
    base = market(months=15)
    nothing = {
        "shocks__funding_cut__real_change": 0.0,
        "shocks__wage_rise__floor_increase": 0.0,
        "policies__catalyst__start": "2017-04",
        "policies__catalyst__legacy": 0.0,
        "entry__micro_growth_supported": four_towns().entry.micro_growth_unsupported,
        "entry__micro_fold_supported": four_towns().entry.micro_fold_unsupported,
    }
    still = market(
        town_scenario(**{name: value for name, value in nothing.items() if name.startswith("shocks")}), months=15
    )
    assert differences(base.state, still.state) == []


def test_a_longer_scenario_has_the_same_first_months():
    short, long = market(town_scenario(months=12), months=12), market(town_scenario(months=120), months=12)
    assert differences(short.state, long.state) == []


def test_who_arrives_does_not_depend_on_who_came_before():
    base, grown = market(), market(town_scenario(need__growth_per_year=0.05, need__growth_care_homes=0.04))
    for _ in range(12):
        base.step()
        grown.step()
    fewer, more = (set(model.state.self_funders.key.tolist()) for model in (base, grown))
    assert len(more) > len(fewer)
    assert (base.state.flows.arrivals <= grown.state.flows.arrivals).all()
    # Nearly everyone in the smaller market is in the larger one; some have left sooner where places were short.
    assert len(fewer - more) < 0.02 * len(fewer)


def test_entrants_are_the_same_however_many_entered_before():
    few, many = market(), market(town_scenario(entry__branches_per_year=0.5, entry__homes_per_year=0.15))
    new = []
    for model in (few, many):
        seen = {}
        for month in range(10):
            before = len(model.state.sites)
            model.step()
            s = model.state.sites
            for row in range(before, len(s)):
                kind = "home" if s.care_type[row] != 3 else "micro" if not s.posts[row] else "branch"
                seen.setdefault((month, int(s.council[row]), kind), []).append((int(s.key[row]), int(s.capacity[row])))
        new.append(seen)
    fewer, more = new
    shared = 0
    for cell, entrants in fewer.items():
        if cell[2] == "micro":
            continue
        assert more[cell][: len(entrants)] == entrants, cell
        shared += len(entrants)
    assert shared >= 3
    assert sum(map(len, more.values())) > sum(map(len, fewer.values())) + 5


def idle_provider(model, council):
    """A provider with an empty, inadequate home in a council: nobody comes, nothing is bought."""
    state = model.state
    owner = state.providers.append(
        1, key=hash_keys(99), alive=True, kind=1, home_council=council, cash=1e6, owner_retires=10_000
    )
    state.provider_names.append("Nobody's home")
    state.sites.append(
        1,
        key=hash_keys(98),
        alive=True,
        provider=owner.start,
        council=council,
        care_type=0,
        capacity=1,
        opened=-50,
        rating=0,
        price=700.0,
        quality=0.1,
        quality_trait=-1.0,
    )
    if model.accounts is not None:
        model.accounts = type(model.accounts)(state)


WITHOUT_SALES_TO_CHAINS = {"distress.buyer_base": 0.0, "entry.chain_share_of_new_homes": 0.0}
MONEY_OF_GROUPS = ("cash", "outside_surplus", "paid_out")
"""What a chain has of homes and branches outside the region, which do as well as all chains' do inside."""


def test_a_provider_far_away_leaves_everybody_else_alone():
    """Only chains carry news from one council to the next: as buyers, and by what chains earn on average."""
    scenario = four_towns().with_values(WITHOUT_SALES_TO_CHAINS)
    plain, crowded = market(scenario), market(scenario)
    idle_provider(crowded, council=3)
    owner = len(crowded.state.providers) - 1
    extra = len(crowded.state.sites) - 1
    for _ in range(8):
        plain.step()
        crowded.step()
    one, other = plain.state, crowded.state
    assert len(other.sites) == len(one.sites) + 1
    rest = np.delete(np.arange(len(other.sites)), extra)
    for name in one.sites.columns():
        if name == "provider":
            continue
        here = one.sites.council != 3
        assert np.array_equal(getattr(one.sites, name)[here], getattr(other.sites, name)[rest][here]), name
    for name in one.councils.columns():
        assert np.array_equal(getattr(one.councils, name)[:3], getattr(other.councils, name)[:3]), name
    there = np.unique(one.sites.provider[one.sites.council == 3])
    calm = (one.providers.home_council != 3) & ~np.isin(np.arange(len(one.providers)), there)
    others = np.delete(np.arange(len(other.providers)), owner)
    chains = one.providers.kind == KINDS.index("chain")
    assert (calm & chains).sum() >= 3
    for name in one.providers.columns():
        mine, yours = getattr(one.providers, name), getattr(other.providers, name)[others]
        who = calm & ~chains if name in MONEY_OF_GROUPS else calm
        assert np.array_equal(mine[who], yours[who]), name
    ours, theirs = one.self_funders, other.self_funders
    near_ours, near_theirs = ours.council != 3, theirs.council != 3
    for name in ("key", "savings", "hours", "months_in_care"):
        assert np.array_equal(getattr(ours, name)[near_ours], getattr(theirs, name)[near_theirs]), name


@pytest.mark.parametrize("own", [True, False], ids=["own towns", "known councils"])
def test_the_order_of_the_councils_in_the_table_is_of_no_account(tmp_path, own):
    table = (
        pd.read_csv(FOUR_TOWNS)
        if own
        else pd.DataFrame({"council": ["Solihull", "Coventry", "Warwickshire", "Walsall"]})
    )
    models = []
    for number, order in enumerate(([0, 1, 2, 3], [2, 0, 3, 1])):
        path = tmp_path / f"towns-{number}.csv"
        table.iloc[order].to_csv(path, index=False)
        models.append(market(four_towns().with_values({"region": str(path)}), months=8))
    one, other = (model.state for model in models)
    for columns in (TABLES[0], TABLES[1], TABLES[3]):
        first, second = getattr(one, columns), getattr(other, columns)
        rows = [np.argsort(table.key) for table in (first, second)]
        for name in set(first.columns()) - {"provider", "council", "home_council", "site", "spell"}:
            pair = [getattr(table, name)[order] for table, order in zip((first, second), rows, strict=True)]
            assert np.allclose(pair[0], pair[1], rtol=1e-7, atol=1e-7), (columns, name)
    councils = [model.frame("councils").set_index("council").sort_index() for model in models]
    pd.testing.assert_frame_equal(councils[0], councils[1], rtol=1e-7)
    headlines = [model.results().headline for model in models]
    assert headlines[0] == pytest.approx(headlines[1])


def test_a_council_does_not_depend_on_councils_that_are_not_built(tmp_path):
    table = pd.read_csv(FOUR_TOWNS)
    path = tmp_path / "two-towns.csv"
    table.iloc[[2, 3]].assign(neighbours="").to_csv(path, index=False)
    few = market(four_towns().with_values({"region": str(path)}))
    many = market()
    for name in ("Cray", "Dunmore"):
        homes = []
        for model in (few, many):
            sites = model.frame("sites").query("council == @name and setting == 'care_home'")
            keys = model.state.sites.key[sites["site"]]
            homes.append(set(zip(keys.tolist(), sites["beds"], sites["care_type"], strict=True)))
        assert homes[0] == homes[1], name


def test_the_seed_must_be_a_whole_number():
    for bad in (1.5, "1", None, True):
        with pytest.raises(TypeError, match="rng must be a whole number"):
            CareMarket(four_towns(), rng=bad)
