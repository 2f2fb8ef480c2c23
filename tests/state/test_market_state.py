"""The state's own questions: draws of the month, markets of sites, empty flows."""

import numpy as np

from resilience.state import randomness
from resilience.state.market_state import Flows
from tests.market.small import SmallMarket


def test_a_market_is_a_council_and_a_kind_of_care():
    small = SmallMarket(3)
    for council, care_type in ((0, "residential"), (2, "home_care"), (1, "nursing")):
        small.site(care_type=care_type, council=council)
    assert small.state.market_of_site().tolist() == [0, 11, 5]
    small.site(care_type="younger_adults", council=2)
    assert small.state.market_of_site().tolist() == [0, 11, 5, 10]


def test_draws_are_those_of_the_run_and_month():
    small = SmallMarket(seed=8, month=4)
    keys = randomness.hash_keys(1, np.arange(5))
    assert np.array_equal(small.state.uniform("buyer", keys), randomness.uniform(8, "buyer", 4, keys))
    traits = small.state.uniforms(("buyer", "founder"), keys, np.zeros(5, dtype=np.int64), month=0)
    assert np.array_equal(traits[1], randomness.uniform(8, "founder", 0, keys))


def test_draws_of_runs_side_by_side_are_those_of_their_seeds():
    state = SmallMarket(4, month=4).state
    state.seeds = 8, 3
    keys, council = randomness.hash_keys(1, np.arange(6)), np.array([3, 0, 1, 2, 0, 3])
    first, second = (randomness.uniform(seed, "buyer", 4, keys) for seed in (8, 3))
    assert np.array_equal(state.uniform("buyer", keys, council), np.where(council < 2, first, second))
    by_council = state.uniform("buyer", randomness.hash_keys(2, np.arange(8)))
    assert np.array_equal(by_council[4:], randomness.uniform(3, "buyer", 4, randomness.hash_keys(2, np.arange(4, 8))))


def test_a_mean_of_a_run_is_over_its_own_councils():
    state = SmallMarket(4).state
    state.seeds = 8, 3
    assert state.mean_of_run(np.array([1.0, 3.0, 10.0, 20.0])).tolist() == [2.0, 2.0, 15.0, 15.0]
    assert state.run_of(np.array([0, 3, 1, 2])).tolist() == [0, 1, 0, 1]


def test_binomial_draws_use_the_table_of_their_probabilities():
    state = SmallMarket().state
    keys = randomness.hash_keys(1, np.arange(3))
    n = np.array([0, 50, 150])
    u, which = state.uniform("leave", keys), np.array([1, 0, 1])
    drawn = state.binomial_table((0.0, 0.9)).draw(n, u, which)
    assert drawn[:2].tolist() == [0, 0]
    assert 115 <= drawn[2] <= 150
    assert np.array_equal(drawn, state.binomial_table((0.0, 0.9)).draw(n, u, which))


def test_empty_flows_are_zero_and_do_not_share_arrays():
    flows = Flows.empty(2)
    names = Flows.__slots__
    arrays = [getattr(flows, name) for name in names]
    assert all((array == 0).all() for array in arrays)
    assert len({id(array) for array in arrays}) == len(names)
    assert flows.need.shape == (2, 4, 3)
    assert flows.closures.shape == (2, 4)
    assert flows.failures.shape == (2,)
    assert flows.arrivals.dtype == np.int64
