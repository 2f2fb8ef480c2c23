"""The hindcast: what it compares, from made-up months and from a short real one."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from resilience import CareMarket, load
from resilience.analysis import hindcast
from resilience.analysis.hindcast_page import write
from resilience.analysis.observed import closure_rates
from resilience.runs.ensemble import Order, run_set


def test_the_shipped_hindcast_is_the_usual_market_with_its_changes():
    made = hindcast.hindcast_of(load(hindcast.BASE))
    assert made.hash == load(hindcast.CONFIG).hash


def test_it_carries_the_parameters_of_the_scenario_it_is_made_of():
    base = load(hindcast.BASE, **{"distress.patience_homes": 17})
    made = hindcast.hindcast_of(base)
    assert made.distress.patience_homes == 17
    assert (made.start, made.councils.follow_returns) == ("2010-04", True)


def made_up(months=84):
    region = {name: np.zeros(months) for name in ("home_closures", "beds_closed", "self_funder_premium")}
    region |= {"homes": np.full(months, 200.0), "beds": np.full(months, 5_000.0)}
    region |= {"occupancy": np.full(months, 0.9), "turnover_rate": np.full(months, 0.25)}
    return region


def test_a_year_is_a_calendar_year_over_what_stood_at_its_start():
    region = made_up()
    region["beds"][8] = 4_000.0  # December 2010, the ninth month
    region["beds_closed"][9:21] = 10.0
    region["self_funder_premium"][9:21] = 0.4
    found = hindcast.by_year(region, load(hindcast.CONFIG), dict.fromkeys(hindcast.YEARS, 0.05))
    assert found["beds_closed_2011"] == pytest.approx(100 * 120 / 4_000)
    assert found["beds_closed_2012"] == 0.0
    assert found["self_funder_premium_2011"] == pytest.approx(40.0)
    assert found["homes_closed_2013"] == pytest.approx(5.0)
    assert found["occupancy_2016"] == pytest.approx(90.0)


def test_a_year_that_was_not_played_to_its_end_is_not_compared():
    found = hindcast.by_year(made_up(20), load(hindcast.CONFIG), dict.fromkeys(hindcast.YEARS, 0.05))
    assert np.isnan(found["homes_closed_2011"])


@pytest.fixture(scope="module")
def market():
    market = CareMarket(load(hindcast.CONFIG, region="west-midlands", months=24), rng=3)
    market.run_for(24)
    return market


def test_closure_rates_are_counted_from_the_ledger_alike(market):
    events = pd.DataFrame(market.state.ledger.columns())
    closed = events[(events["kind"] == "site_closure") & (events["care_type"] < 3) & events["month"].between(9, 20)]
    s = market.state.sites
    there = ((s.opened <= 8) & ((s.closed < 0) | (s.closed > 8)) & (s.care_type < 3)).sum()
    assert closure_rates(market, [2011])[2011] == pytest.approx(len(closed) / there)
    assert np.isnan(closure_rates(market, [2012])[2012])


def test_councils_pay_what_they_returned(market):
    state = market.state
    row = state.returns.row(2011)
    assert state.councils.fee[:, 0] == pytest.approx(state.returns.fee["residential"][row])
    assert state.councils.fee[:, 3] == pytest.approx(state.returns.fee["home_care"][row])


def test_table_and_figure_are_written(tmp_path):
    scenario = load(hindcast.CONFIG, months=22)
    done = run_set(Order({"hindcast": scenario}, 2, 1, 1, None, hindcast.hindcast_market), None)
    compared = hindcast.table(done)
    closed = compared[(compared["measure"] == "homes_closed") & (compared["year"] == 2011)].iloc[0]
    assert closed["happened"] == 3.60
    assert closed["mean"] == pytest.approx(done.runs["homes_closed_2011"].mean())
    write(compared, done, tmp_path)
    stored = pd.read_csv(tmp_path / "hindcast.csv")
    assert set(stored["seeds"]) == {2}
    assert stored["mean"].iloc[0] == pytest.approx(closed["mean"], rel=1e-4)
    assert (tmp_path / "images" / "hindcast.svg").read_text().startswith("<?xml")


def test_the_gap_is_the_mean_over_the_years():
    rows = [
        {"measure": "homes_closed", "year": year, "happened": 4.0, "mean": 4.0 + year - 2011} for year in (2011, 2012)
    ]
    assert hindcast.mean_gap(pd.DataFrame(rows)) == pytest.approx(0.5)


def test_the_command_plays_it_in_worker_processes(tmp_path):
    command = [sys.executable, "-m", "resilience.analysis.hindcast", "--runs", "2", "--workers", "2", "--months", "22"]
    done = subprocess.run([*command, "--write", tmp_path], capture_output=True, text=True, check=True, timeout=300)
    assert "2011" in done.stdout
    stored = pd.read_csv(tmp_path / "hindcast.csv")
    assert set(stored["seeds"]) == {2}
    assert stored.query("measure == 'homes_closed' and year == 2011")["mean"].notna().all()
