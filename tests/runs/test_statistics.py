import math

import numpy as np
import pandas as pd
import pytest

from resilience.runs import statistics as stats


def runs_frame(**columns: list[float]) -> pd.DataFrame:
    count = len(next(iter(columns.values())))
    return pd.DataFrame({"seed": range(1, count + 1), **columns})


def row(frame: pd.DataFrame, measure: str) -> pd.Series:
    return frame.set_index("measure").loc[measure]


def test_the_range_of_runs_is_their_5th_to_95th_percentile():
    # 21 values 0..20: the 5% point is the second smallest, the 95% point the second largest.
    assert stats.range_of_runs(np.arange(21.0)) == (1.0, 19.0)


def test_the_interval_of_the_mean_is_students():
    # 2, 4, 6: mean 4, sd 2, t(0.95; 2) = 2.91999, half = 2.91999 * 2 / sqrt(3) = 3.37171.
    low, high = stats.interval_of_mean(np.array([2.0, 4.0, 6.0]))
    assert low == pytest.approx(4 - 3.37171, abs=1e-5)
    assert high == pytest.approx(4 + 3.37171, abs=1e-5)


def test_one_run_has_no_interval():
    one = np.array([7.0])
    for interval in (stats.range_of_runs(one), stats.interval_of_mean(one), stats.interval_of_tail(one)):
        assert all(math.isnan(end) for end in interval)


@pytest.mark.parametrize(
    ("runs", "size"), [(1, 1), (10, 1), (20, 1), (21, 2), (40, 2), (60, 3), (100, 5), (140, 7), (1000, 50)]
)
def test_the_tail_is_the_worst_twentieth_and_at_least_one_run(runs, size):
    assert stats.tail_size(runs) == size


def test_the_tail_mean_is_the_mean_of_the_worst_runs():
    # Of 0..39 the worst two are 38 and 39.
    assert stats.tail_mean(np.random.default_rng(0).permutation(np.arange(40.0))) == 38.5
    assert stats.tail_mean(np.array([3.0])) == 3.0
    assert math.isnan(stats.tail_mean(np.array([])))


def test_the_tail_exceeds_the_mean_and_its_interval_holds_it_and_repeats():
    values = np.random.default_rng(1).exponential(100, 400)
    low, high = stats.interval_of_tail(values)
    assert values.mean() < low < stats.tail_mean(values) < high
    assert stats.interval_of_tail(values) == (low, high)


def test_a_summary_has_a_row_per_measure_headline_first():
    frame = stats.summary(
        runs_frame(need_hours=[10.0, 10.0], care_hours_lost=[1.0, 3.0], site_closures=[4.0, 6.0]),
        ["need_hours", "care_hours_lost", "site_closures"],
    )
    assert list(frame.columns) == stats.SUMMARY_COLUMNS
    assert list(frame["measure"]) == ["site_closures", "care_hours_lost", "tail_hours_lost", "need_hours"]
    closures = row(frame, "site_closures")
    assert closures["mean"] == 5.0
    assert closures["low"] == pytest.approx(4.1)
    assert closures["high"] == pytest.approx(5.9)
    assert closures["label"] == "Homes and branches that close"
    assert closures["unit"] == "sites"
    assert closures["n"] == 2


def test_the_tail_row_states_how_many_runs_it_is_the_mean_of():
    frame = stats.summary(runs_frame(care_hours_lost=list(range(100))), ["care_hours_lost"])
    tail = row(frame, "tail_hours_lost")
    assert tail["mean"] == 97.0  # 95..99
    assert tail["n"] == 5
    assert tail["low"] == pytest.approx(95.2)
    assert tail["mean_low"] <= 97.0 <= tail["mean_high"]


def test_a_run_without_a_value_is_left_out_of_that_measure_only():
    frame = stats.summary(runs_frame(occupancy=[0.8, float("nan"), 0.9], homes=[1.0, 2.0, 3.0]), ["occupancy", "homes"])
    assert row(frame, "occupancy")["mean"] == pytest.approx(0.85)
    assert row(frame, "occupancy")["n"] == 2
    assert row(frame, "homes")["n"] == 3


def test_a_measure_that_nobody_declared_is_shown_by_its_name():
    frame = stats.summary(runs_frame(left_handed_staff=[1.0]), ["left_handed_staff"])
    assert row(frame, "left_handed_staff")["label"] == "Left handed staff"


def test_no_runs_give_no_numbers():
    frame = stats.summary(runs_frame(care_hours_lost=[]), ["care_hours_lost"])
    assert list(frame["n"]) == [0, 0]
    assert frame["mean"].isna().all()


def paired(base: list[float], other: list[float], measure: str = "care_hours_lost") -> pd.Series:
    frame = stats.differences(runs_frame(**{measure: base}), runs_frame(**{measure: other}), "other", [measure])
    return row(frame, measure)


def test_differences_are_paired_by_seed():
    # Differences 1, 2, 3: mean 2, sd 1, half = 2.91999 / sqrt(3) = 1.68586. The runs themselves differ far more.
    found = paired([10.0, 500.0, 90.0], [11.0, 502.0, 93.0])
    assert found["difference"] == pytest.approx(2.0)
    assert found["low"] == pytest.approx(2 - 1.68586, abs=1e-5)
    assert found["high"] == pytest.approx(2 + 1.68586, abs=1e-5)
    assert found["range_low"] == pytest.approx(1.1)
    assert found["range_high"] == pytest.approx(2.9)
    assert found["relative_change"] == pytest.approx(2 / 200)
    assert found["n"] == 3
    assert found["scenario"] == "other"


def test_more_seeds_is_how_many_more_bring_the_interval_to_a_share_of_the_difference():
    # Mean 2, sd 1. Half the interval at n pairs is t(n-1) / sqrt(n); to be at most 0.5 x 2 = 1:
    # n = 4: 2.3534 / 2 = 1.18; n = 5: 2.1318 / 2.2361 = 0.953. So 5 pairs, 2 more than the 3 there are.
    change = np.array([1.0, 2.0, 3.0])
    assert stats.more_seeds(change, 0.5) == 2.0
    # To a tenth, 0.2: about (1.66 / 0.2)^2 = 68; t(67)/sqrt(68) = 1.6679/8.2462 = 0.2023; t(69)/sqrt(70) = 0.1993.
    assert stats.more_seeds(change, 0.1) == 67.0
    assert stats.more_seeds(change, 0.9) == 0.0
    assert paired([10.0, 500.0, 90.0], [11.0, 502.0, 93.0])["more_seeds"] == 67.0


def test_more_seeds_are_not_known_for_one_pair_and_for_a_difference_of_nothing():
    assert math.isnan(stats.more_seeds(np.array([3.0])))
    assert math.isnan(stats.more_seeds(np.array([-1.0, 1.0])))
    assert stats.more_seeds(np.array([3.0, 3.0])) == 0.0
    assert stats.more_seeds(np.array([0.0, 0.0])) == 0.0


def test_more_seeds_for_the_tail_go_with_the_square_of_its_interval():
    # Half the interval is 20, wanted 10: four times the 25 pairs, 75 more.
    assert stats.more_seeds_for_tail(100.0, 80.0, 120.0, 25, 0.1) == 75.0
    assert stats.more_seeds_for_tail(100.0, 95.0, 105.0, 25, 0.1) == 0.0
    assert math.isnan(stats.more_seeds_for_tail(0.0, -5.0, 5.0, 25, 0.1))
    assert math.isnan(stats.more_seeds_for_tail(100.0, float("nan"), float("nan"), 1, 0.1))


def test_the_order_of_rows_does_not_matter_to_the_pairs():
    base = runs_frame(unmet_hours=[10.0, 20.0, 30.0])
    other = runs_frame(unmet_hours=[11.0, 21.0, 31.0]).iloc[::-1]
    found = row(stats.differences(base, other, "other", ["unmet_hours"]), "unmet_hours")
    assert (found["low"], found["high"]) == (1.0, 1.0)


def test_a_seed_that_failed_under_one_scenario_is_left_out():
    base = runs_frame(unmet_hours=[10.0, 20.0, 30.0])
    other = runs_frame(unmet_hours=[12.0, 99.0, 34.0]).drop(index=1)
    found = row(stats.differences(base, other, "other", ["unmet_hours"]), "unmet_hours")
    assert found["n"] == 2
    assert found["difference"] == 3.0
    assert found["base_mean"] == 20.0


@pytest.mark.parametrize(
    ("measure", "share"), [("care_hours_lost", 2 / 3), ("hours_delivered", 1 / 3), ("council_spend", None)]
)
def test_the_share_of_seeds_in_which_things_get_worse_knows_the_bad_direction(measure, share):
    found = paired([10.0, 10.0, 10.0], [11.0, 12.0, 9.0], measure)
    if share is None:
        assert math.isnan(found["worse_share"])
    else:
        assert found["worse_share"] == pytest.approx(share)


def test_a_relative_change_from_nothing_is_not_known():
    assert math.isnan(paired([0.0, 0.0], [1.0, 2.0])["relative_change"])


def test_one_pair_has_a_difference_and_no_interval():
    found = paired([5.0], [8.0])
    assert found["difference"] == 3.0
    assert math.isnan(found["low"])


def test_the_tails_difference_is_of_the_tails_not_of_the_pairs():
    # 20 runs: the tail is the worst one. Base worst 19 -> other worst 119, though most seeds do not change.
    base = [float(value) for value in range(20)]
    frame = stats.differences(
        runs_frame(care_hours_lost=base),
        runs_frame(care_hours_lost=[*base[:19], 119.0]),
        "other",
        ["care_hours_lost"],
    )
    tail = row(frame, "tail_hours_lost")
    assert (tail["base_mean"], tail["mean"], tail["difference"]) == (19.0, 119.0, 100.0)
    assert tail["low"] >= 0.0
    assert tail["high"] == 100.0
    assert row(frame, "care_hours_lost")["difference"] == 5.0


def test_no_common_seed_gives_rows_without_numbers():
    base, other = runs_frame(care_hours_lost=[1.0]), runs_frame(care_hours_lost=[2.0]).assign(seed=9)
    frame = stats.differences(base, other, "other", ["care_hours_lost"])
    assert list(frame["n"]) == [0, 0]
    assert frame["difference"].isna().all()
