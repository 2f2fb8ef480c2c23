"""What replicates show together is what the command line would say of the same runs."""

import numpy as np
import pandas as pd
import pytest

from resilience import compare
from resilience.app.engine.play import Played
from resilience.app.engine.replicate import Key, Replicate, digest_of
from resilience.app.ensemble import (
    ANSWERED,
    WEIGHED,
    Ensemble,
    as_comparison,
    fan_of,
    gather,
    paired,
    spread_of,
    wishes_for,
)
from resilience.runs.answer import answer, difference_answer
from tests.app.fakes import FakeEngine, replicate, scenario, squeezed


def ensemble(chosen, seeds, months=None):
    runs = tuple(replicate(chosen, seed, told=seed == seeds[0]) for seed in seeds)
    return Ensemble(chosen, len(seeds), runs, runs[0])


def test_totals_add_up_over_time_as_each_measure_is_declared():
    found = ensemble(scenario(), [2, 4])
    names = ["site_closures", "provider_failures", "fee_home_care", "homes"]
    expected = [[24, 78, 15.65, 88], [48, 78, 15.65, 88]]  # sums, sum of 1 to 12, mean of 15.1 to 16.2, the last
    np.testing.assert_allclose(found.totals(names, 12), expected)
    np.testing.assert_allclose(found.totals(["provider_failures"], 3), [[6], [6]])
    np.testing.assert_allclose(found.totals(["provider_failures"], 3, council=1), [[1.5], [1.5]])


def test_months_of_a_measure_by_run_and_by_council():
    found = ensemble(scenario(), [1, 3])
    np.testing.assert_allclose(found.by_month("site_closures", 2), [[1, 1], [3, 3]])
    np.testing.assert_allclose(found.over_councils("site_closures", 2), [[1.5, 0.5], [1.5, 0.5]])
    assert found.causes(4) == {"rent": 4, "fee": 4}  # months 0 and 3, and 1 and 2, in each of two runs


def test_spreads_and_fans():
    values = spread_of(np.array([1.0, 3.0]))
    assert (values.mean, values.low, values.high) == pytest.approx((2.0, 1.1, 2.9))
    assert values.mean_high - values.mean_low == pytest.approx(2 * 6.313752)  # t with one degree of freedom, 95%
    mean, low, high = fan_of(np.array([[0.0, 10.0], [2.0, 20.0]]))
    np.testing.assert_allclose((mean, low, high), [[1, 15], [0.1, 10.5], [1.9, 19.5]])


def test_only_seeds_that_both_have_are_compared():
    one, other = paired(ensemble(scenario(), [1, 2, 3]), ensemble(squeezed(), [2, 3, 4]))
    assert one.seeds == other.seeds == (2, 3)


def test_what_has_come_in_is_gathered_in_the_order_of_seeds():
    engine = FakeEngine()
    chosen = scenario()
    engine.give(replicate(chosen, 6, told=False))
    engine.give(replicate(chosen, 5, months=3))
    engine.give(Replicate(Key(digest_of(chosen), 7, False), chosen, problem="It broke."))
    found = gather(engine, chosen, 5, 3)  # type: ignore[arg-type]
    assert found.seeds == (6,)
    assert found.first is not None
    assert found.first.done == 3
    assert found.problems == ("It broke.",)
    assert [wish.number for wish in wishes_for(chosen, 5, 3)] == [1, 2, 3]
    assert found == gather(engine, chosen, 5, 3)  # type: ignore[arg-type]
    assert found != ensemble(chosen, [6])


def really(chosen, seeds):
    """An ensemble of runs of the model itself."""
    runs = []
    for number, seed in enumerate(seeds):
        market = Played(chosen, seed, told=number == 0)
        made = Replicate(Key(digest_of(chosen), seed, number == 0), chosen, market.places)
        while market.running:
            market.step()
            made.take(market.pack())
        made.finished, made.failures = True, market.failures()
        runs.append(made)
    return Ensemble(chosen, len(runs), tuple(runs), runs[0])


def test_answers_differences_and_benefits_are_those_of_the_command_line():
    base = scenario(months=8, name="base")
    other = base.with_values({"shocks.funding_cut.real_change": -0.3, "policies.catalyst": True, "name": "other"})
    expected = compare([base, other], runs=2, workers=1, seed=3)
    found = as_comparison({"base": really(base, [3, 4]), "other": really(other, [3, 4])}, 8)
    assert difference_answer(found) == difference_answer(expected)
    assert answer(found.run_set, "other") == answer(expected.run_set, "other")
    mine, theirs = found.differences().set_index("measure"), expected.differences().set_index("measure")
    pd.testing.assert_frame_equal(mine, theirs.loc[mine.index])
    assert set(ANSWERED) <= set(mine.index)
    weighed = as_comparison({"base": really(base, [3, 4]), "other": really(other, [3, 4])}, 8, WEIGHED)
    pd.testing.assert_frame_equal(weighed.benefits(), expected.benefits())
