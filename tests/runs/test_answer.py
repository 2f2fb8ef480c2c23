from collections import Counter

import pandas as pd
import pytest

from resilience.runs.answer import about, answer, difference_answer, listed, main_cause, percent, rounding_unit, span
from resilience.runs.compare import Comparison, compare
from resilience.runs.ensemble import RunSet, run
from tests.runs import fakes


def run_set(causes: Counter | None = None, months: int = 60, **columns: list[float]) -> RunSet:
    """A set of runs of one scenario with these headline measures."""
    chosen = fakes.scenario(months=months)
    count = len(next(iter(columns.values())))
    filled = {"provider_failures": 0.0, "site_closures": 0.0, "care_hours_lost": 0.0, "unmet_hours": 0.0} | columns
    runs = pd.DataFrame({"run_id": "x", "scenario": "squeeze", "seed": range(1, count + 1), **filled})
    return RunSet({"squeeze": chosen}, list(runs["seed"]), runs, runs.head(0), {"squeeze": causes or Counter()}, 1.0)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (0.42, "0.4"),
        (3, "3"),
        (3.44, "3.4"),
        (9.96, "10"),
        (31.2, "31"),
        (99.4, "99"),
        (99.6, "100"),
        (212, "210"),
        (14_499, "14,000"),
        (999_600, "1 million"),
        (1_940_000, "1.9 million"),
        (38_200_000, "38 million"),
        (1_250_000_000, "1.2 billion"),
        (-212, "-210"),
    ],
)
def test_numbers_claim_two_figures(number, text):
    assert about(number) == text


@pytest.mark.parametrize(
    ("mean", "low", "high", "texts"),
    [
        (1909, 1856, 1977, ("1,910", "1,860", "1,980")),
        (212, 190, 230, ("210", "190", "230")),
        (1540, 245, 2855, ("1,500", "200", "2,900")),
        (1.94e6, 1.44e6, 2.96e6, ("1.9 million", "1.4 million", "3 million")),
        (31.26e6, 31.1e6, 31.4e6, ("31.3 million", "31.1 million", "31.4 million")),
        (10.5, 10.4, 10.6, ("10", "10", "11")),
    ],
)
def test_a_narrow_interval_earns_more_figures(mean, low, high, texts):
    unit = rounding_unit(mean, low, high)
    assert tuple(about(number, unit) for number in (mean, low, high)) == texts


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0.0%"), (0.0004, "less than 0.1%"), (0.0042, "0.4%"), (0.0996, "10%"), (0.624, "62%")],
)
def test_shares_claim_no_more_than_is_known(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(
    ("months", "text"), [(1, "1 month"), (12, "1 year"), (18, "18 months"), (24, "2 years"), (120, "10 years")]
)
def test_periods_are_said_in_years_where_they_are_whole(months, text):
    assert span(months) == text


def test_the_whole_answer_of_many_runs():
    runs = run_set(
        Counter(fee=40, wage_floor=10),
        site_closures=[190.0 + 2 * place for place in range(23)],
        provider_failures=[31.0] * 23,
        care_hours_lost=[1_900_000.0] * 23,
        unmet_hours=[38_000_000.0] * 23,
        unmet_no_place_hours=[8e6] * 23,
        unmet_no_staff_hours=[5e6] * 23,
        unmet_rationed_hours=[25e6] * 23,
        need_hours=[475e6] * 23,
    )
    assert answer(runs) == (
        "Over 5 years about 210 homes and branches close (90% of runs: 190 to 230) and 31 providers go under; "
        "people lose 1.9 million hours of care (0.4% of need) before they are re-placed, and a further 38 million "
        "hours of need go unmet (8.0%), mostly because councils ration; the commonest cause of failure is fees and "
        "prices that fell behind (80% of failures)."
    )


def test_a_few_runs_give_their_range():
    text = answer(run_set(site_closures=[10.0, 20.0, 30.0]))
    assert "about 20 homes and branches close (3 runs: 11 to 29)" in text


def test_one_run_says_that_it_is_one():
    text = answer(run_set(site_closures=[213.0], provider_failures=[1.0], months=12))
    assert text.startswith(
        "In this single run (more runs would give an interval), over 1 year 213 homes and branches close and "
        "1 provider goes under;"
    )
    assert "about" not in text


def test_nothing_happening_is_said_as_that():
    assert answer(run_set(site_closures=[0.0, 0.0])) == (
        "Over 5 years no homes or branches close and no provider goes under; nobody loses care that they had, and no "
        "other need goes unmet."
    )


def test_unmet_need_without_lost_hours_is_not_further():
    text = answer(run_set(unmet_hours=[5000.0, 5000.0]))
    assert text.endswith("nobody loses care that they had, and 5,000 hours of need go unmet.")


def test_a_reason_short_of_half_is_the_most_frequent_only():
    runs = run_set(
        unmet_hours=[100.0, 100.0],
        unmet_no_place_hours=[30.0, 30.0],
        unmet_no_staff_hours=[45.0, 45.0],
        unmet_rationed_hours=[25.0, 25.0],
    )
    assert "go unmet, most often because there are no staff to deliver it" in answer(runs)


def test_no_finished_run_gives_no_answer():
    assert answer(run_set(site_closures=[])).startswith("No run finished")


def test_causes():
    assert main_cause(Counter()) == ""
    assert main_cause(Counter(interest=3, rent=1)) == (
        "the commonest cause of failure is interest on debt (75% of failures)"
    )


def test_the_answer_of_real_looking_runs_can_be_worked_out():
    runs = run(fakes.scenario(), runs=3, model_factory=fakes.FakeMarket)
    assert answer(runs) == (
        "Over 1 year about 2 homes and branches close (3 runs: 1 to 3) and 0.7 providers go under (3 runs: 0 to 1); "
        "people lose 200 hours of care (0.2% of need) before they are re-placed, and a further 5,000 hours of need go "
        "unmet (4.2%), mostly because councils ration; the commonest cause of failure is fees and prices that fell "
        "behind (100% of failures)."
    )


def comparison(base: dict[str, list[float]], other: dict[str, list[float]]) -> Comparison:
    first, second = run_set(**base), run_set(**other)
    runs = pd.concat([first.runs.assign(scenario="base"), second.runs.assign(scenario="cut")], ignore_index=True)
    chosen = fakes.scenario(months=120)
    return Comparison(RunSet({"base": chosen, "cut": chosen}, first.seeds, runs, runs.head(0), {}, 1.0))


def test_a_difference_is_said_with_its_interval():
    # Closures 40, 41, 42 more: mean 41, half 2.92 / sqrt(3) = 1.69. Failures 3 fewer, 2 fewer, 1 more: unclear.
    found = comparison(
        {"site_closures": [10.0, 20.0, 30.0], "provider_failures": [5.0, 5.0, 5.0]},
        {"site_closures": [50.0, 61.0, 72.0], "provider_failures": [2.0, 3.0, 6.0]},
    )
    assert difference_answer(found) == (
        "With cut instead of base, over 10 years (3 common seeds), about 41 more homes and branches close "
        "(90% interval 39 to 43); there is no clear difference in provider failures, care hours lost and unmet hours."
    )


def test_fewer_is_said_of_a_fall_and_its_interval_counts_upwards():
    found = comparison({"unmet_hours": [1000.0, 1100.0]}, {"unmet_hours": [400.0, 480.0]})
    assert "610 fewer hours of need go unmet (90% interval 550 to 670)" in difference_answer(found)


def test_one_seed_gives_differences_without_interval():
    found = comparison({"site_closures": [10.0]}, {"site_closures": [14.0]})
    assert difference_answer(found) == (
        "With cut instead of base, over 10 years (one seed only, so with no interval), 4 more homes and branches "
        "close; there is no difference in provider failures, care hours lost and unmet hours."
    )


def test_each_scenario_has_its_sentence_and_agreement_is_said():
    cuts = [fakes.scenario(f"cut{n}", shocks__funding_cut__real_change=-n / 10) for n in (1, 2)]
    text = difference_answer(compare([fakes.scenario("base"), *cuts], runs=2, model_factory=fakes.FakeMarket))
    assert "With cut1 instead of base" in text
    assert "200 more hours of care are lost on every seed" in text


def test_no_common_seed_is_said():
    found = comparison({"site_closures": [1.0]}, {"site_closures": [2.0]})
    found.run_set.runs.loc[1, "seed"] = 7
    assert difference_answer(found) == "No seed finished under both base and cut, so there is no answer."


def test_lists_read_as_in_a_sentence():
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"


def test_new_providers_that_never_filled_are_told_apart() -> None:
    causes = Counter({"never_filled": 60, "wage_floor": 30, "occupancy": 10})
    assert main_cause(causes) == (
        "60% of the failures are new providers that never filled their places, and the commonest cause among the "
        "others is the rise in pay and on-costs (75%)"
    )


def test_only_new_providers_failed() -> None:
    assert main_cause(Counter({"never_filled": 4})) == (
        "100% of the failures are new providers that never filled their places"
    )
