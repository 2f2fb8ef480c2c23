"""Other tools drive the model: SALib, EMA Workbench, Mesa's batch_run and scipy's optimiser, each on a month of it."""

import warnings

import mesa
import numpy as np
import pytest
from scipy.optimize import minimize_scalar

import resilience
from resilience import CareMarket, load

TURNOVER, PREMIUM = "labour.turnover_per_year", "labour.agency_premium"


@pytest.fixture(scope="module")
def month():
    return load("west-midlands-2016", months=1)


def leavers(scenario, turnover, seed=1):
    return resilience.simulate(scenario, {TURNOVER: turnover}, seed=seed)["turnover_rate"]


def test_salib_finds_the_parameter_that_matters(month):
    sample = pytest.importorskip("SALib.sample.morris").sample
    analyze = pytest.importorskip("SALib.analyze.morris").analyze
    problem = {"num_vars": 2, "names": [TURNOVER, PREMIUM], "bounds": [[0.2, 0.4], [0.1, 0.5]]}
    design = sample(problem, 2, num_levels=4, seed=1)
    runs = [
        resilience.simulate(month, dict(zip(problem["names"], row.tolist(), strict=True)), seed=1) for row in design
    ]
    found = analyze(problem, design, np.array([run["turnover_rate"] for run in runs]), num_levels=4, seed=1)
    strength = dict(zip(found["names"], found["mu_star"], strict=True))
    # Turnover moves the rate nearly one for one over a range of 0.2; what agencies charge hardly moves it.
    assert strength[TURNOVER] == pytest.approx(0.2, abs=0.02)
    assert strength[PREMIUM] < 1e-4


def test_ema_workbench_runs_experiments_on_it(month):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # EMA's own imports warn of what pandas will change
        ema = pytest.importorskip("ema_workbench")

        def played(turnover):
            return {"leaving": leavers(month, turnover)}

        model = ema.Model("care", function=played)
        model.uncertainties = [ema.RealParameter("turnover", 0.2, 0.4)]
        model.outcomes = [ema.ScalarOutcome("leaving")]
        experiments, outcomes = ema.perform_experiments(model, scenarios=3)
    expected = [leavers(month, turnover) for turnover in experiments["turnover"]]
    assert outcomes["leaving"].tolist() == pytest.approx(expected)
    assert len(set(outcomes["leaving"])) == 3


def test_mesas_batch_run_plays_it(month):
    rows = mesa.batch_run(
        CareMarket,
        {"scenario": [month], TURNOVER: [0.2, 0.4]},
        rng=[1, 2],
        max_steps=1,
        number_processes=1,
        display_progress=False,
    )
    last = {(row[TURNOVER], row["rng"]): row for row in rows if row["Step"] == 1}
    assert set(last) == {(0.2, 1), (0.2, 2), (0.4, 1), (0.4, 2)}
    alone = resilience.simulate(month, {TURNOVER: 0.4}, seed=2)
    assert last[0.4, 2]["hours_delivered"] == pytest.approx(alone["hours_delivered"])


def test_scipys_optimiser_finds_the_turnover_that_was_measured(month):
    wanted = leavers(month, 0.31)
    found = minimize_scalar(
        lambda turnover: (leavers(month, float(turnover)) - wanted) ** 2, bounds=(0.2, 0.4), options={"maxiter": 12}
    )
    assert found.x == pytest.approx(0.31, abs=0.005)
