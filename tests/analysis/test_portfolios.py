"""The search for portfolios: a market whose front is known by hand, epsilon dominance, resumption, and a real one."""

import numpy as np
import pandas as pd
import pytest

from resilience.analysis import portfolios as program
from resilience.analysis.portfolios import Field, Lever, compromise, front, levers_of, objectives, search
from resilience.analysis.uncertain import AnalysisError, Game
from resilience.scenario import ScenarioError, load, to_toml
from tests.analysis.fakes import TunableMarket

TURNOVER = "labour.turnover_per_year"
START = "2016-04"
LEVERS = (Lever("fee_uplift", "uplift", (0.02, 0.05)), Lever("step_in"), Lever("careers_campaign"))
FUTURES = [{TURNOVER: value} for value in (0.1, 0.2, 0.3, 0.4, 0.5)]


class Bought(TunableMarket):
    """Hours are 10,000 x turnover; fees save 10,000 x uplift, stepping in 1,000 in the worst future, campaigns none."""

    def results(self):
        found = super().results()
        on, turnover = self.scenario.policies, self.scenario.labour.turnover_per_year
        uplift = on["fee_uplift"].uplift if "fee_uplift" in on else 0.0
        fees = 5000.0 * uplift
        other = 60.0 * ("step_in" in on) + 40.0 * ("careers_campaign" in on)
        saved = 10_000.0 * uplift + 1000.0 * ("step_in" in on) * (turnover > 0.45)
        found.headline.update(
            care_hours_lost=4000.0 * turnover - saved,
            unmet_hours=6000.0 * turnover,
            programme_cost=fees + other,
            programme_cost_in_spend=fees,
            council_spend=9000.0 + self.seed + fees,
        )
        return found


def ground(folder, factory=Bought):
    base = load("west-midlands-2016", region="tests/model/four-towns.csv", months=1)
    return Field(Game(base, (1, 2), folder, program.MEASURES, 1, None, factory), LEVERS, FUTURES, START)


def test_the_front_of_a_known_market_is_found_and_its_runs_are_done_once(tmp_path):
    heard = []
    found = search(ground(tmp_path), 40, progress=lambda done, asked: heard.append((done, asked)))
    assert heard == [(8, 40), (16, 40), (24, 40), (32, 40), (40, 40)]
    rows = found.set_index("portfolio")
    # Without a policy 1,000 to 5,000 hours go missing: 3,000 on average, 5,000 in the worst of five futures.
    assert rows.loc["no policy", ["hours", "tail", "cost", "hours_saved"]].tolist() == pytest.approx([3000, 5000, 0, 0])
    # Stepping in saves 1,000 hours in one future of five; an uplift of 5% costs 250 once, though it shows twice.
    step = rows.loc["step in", ["hours", "tail", "cost", "hours_saved", "tail_saved"]]
    assert step.tolist() == pytest.approx([2800, 4000, 60, 200, 1000])
    assert rows.loc["fee uplift 0.05", ["hours", "tail", "cost"]].tolist() == pytest.approx([2500, 4500, 250])
    best = front(found, 0.001)
    assert best["portfolio"].tolist() == [
        "no policy", "step in", "fee uplift 0.02 + step in", "fee uplift 0.05", "fee uplift 0.05 + step in",
    ]  # fmt: skip
    # Distances from the best corner: 2, 0.66, 0.49, 1.18 and 1.
    assert compromise(best)["portfolio"] == "fee uplift 0.02 + step in"

    kept = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("batch/runs/**/*.arrow")}
    assert len(kept) == len(found) * len(FUTURES) * 2
    again = search(ground(tmp_path), 40)
    pd.testing.assert_frame_equal(found, again)
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("batch/runs/**/*.arrow")} == kept


def test_a_search_with_more_trials_begins_with_those_there_are(tmp_path):
    some = search(ground(tmp_path), 8)
    assert some["portfolio"].tolist()[:6] == [
        "no policy", "fee uplift 0.02", "fee uplift 0.05", "step in", "careers campaign",
        "fee uplift 0.02 + step in + careers campaign",
    ]  # fmt: skip
    more = search(ground(tmp_path), 16)
    pd.testing.assert_frame_equal(more.head(len(some)), some)


class Breaks(Bought):
    """Campaigns break it."""

    def results(self):
        if "careers_campaign" in self.scenario.policies:
            raise ArithmeticError("the poster fell down")
        return super().results()


def test_a_portfolio_with_a_failed_run_is_left_out(tmp_path):
    found = search(ground(tmp_path, Breaks), 8)
    assert "step in" in set(found["portfolio"])
    assert not found["portfolio"].str.contains("careers").any()


def frame(*rows):
    return pd.DataFrame(
        [(str(number), *row) for number, row in enumerate(rows)], columns=["portfolio", *program.OBJECTIVES]
    )


def test_differences_below_epsilon_do_not_count():
    # Ranges are 100 each. 1 is no better than 3 in anything, 4 than 0; 2 has a little fewer hours than 3 for 30 more.
    table = frame((0, 0, 60), (100, 100, 0), (48, 40, 30), (50, 40, 0), (5, 5, 100))
    assert front(table, 0.001)["portfolio"].tolist() == ["3", "2", "0"]
    # In boxes of 10 their 48 and 50 hours still lie on two sides of a wall.
    assert front(table, 0.1)["portfolio"].tolist() == ["3", "2", "0"]
    # In boxes of 60 both share the best one, where 3 lies nearer to the corner, and 0 has a worse one.
    assert front(table, 0.6)["portfolio"].tolist() == ["3"]


def test_epsilon_dominance_agrees_with_platypus():
    from platypus import EpsilonBoxArchive, Problem, Solution

    values = np.random.default_rng(1).random((60, 3))
    values[:3] = [[0, 0, 1], [0, 1, 0], [1, 0, 0]]
    values[:3] += 1e-6
    values[0, 2] = values[1, 1] = values[2, 0] = 1.0 + 1e-6
    archive, problem = EpsilonBoxArchive([0.1]), Problem(0, 3)
    for row in (values - values.min(axis=0)) / np.ptp(values, axis=0):
        solution = Solution(problem)
        solution.objectives[:] = row
        solution.evaluated = True
        archive.add(solution)
    mine = front(frame(*values), 0.1)
    assert 0 < len(mine) < len(values)
    assert len(mine) == len(archive)


def test_the_tail_is_the_worst_fifth_of_the_futures():
    futures = pd.DataFrame(
        {
            "care_hours_lost": range(10),
            "unmet_hours": [10.0] * 10,
            "programme_cost": [5.0] * 10,
            "programme_cost_in_spend": [2.0] * 10,
            "council_spend": [100.0] * 10,
        }
    )
    assert objectives(futures) == {"hours": 14.5, "tail": 18.5, "cost": 103.0}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["fee_uplft"], "fee_uplift"),
        (["catalyst"], "already"),
        (["step_in", "step_in"], "twice"),
        (["fee_uplift.uplift=lots"], "needs a setting and sizes"),
        (["fee_uplift.uplift"], "needs a setting and sizes"),
        (["fee_uplift.uplift=0.02,7"], "7"),
        (["fee_uplift.upplift=0.02"], "uplift"),
    ],
)
def test_wrong_levers_are_refused(asked, told):
    with pytest.raises(ScenarioError, match=told):
        levers_of(load("austerity-with-catalyst"), asked, "2017-04")


def test_impossible_numbers_are_refused_before_anything_runs(tmp_path, capsys):
    with pytest.raises(AnalysisError, match="at least 1"):
        search(ground(tmp_path / "none"), 0)
    assert program.main(["--epsilon", "2", "--folder", str(tmp_path / "none")]) == 2
    assert "--epsilon" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_real_search_writes_its_portfolios(tmp_path, capsys):
    base, out = tmp_path / "small.toml", tmp_path / "found.csv"
    base.write_text(to_toml(load("west-midlands-2016", region="tests/model/four-towns.csv")), encoding="utf-8")
    policies = ["--policies", "ring_fenced_grant.share_of_budget=0.1", "step_in", "--start", "2016-04"]
    size = ["--trials", "4", "--futures", "2", "--seeds", "1", "--months", "2", "--workers", "1"]
    factors = ["--factors", "labour.turnover_per_year", "need.growth_per_year"]
    places = ["--folder", str(tmp_path / "runs"), "--write", str(out)]
    assert program.main(["--base", str(base), *policies, *size, *factors, *places]) == 0
    table = pd.read_csv(out)
    assert table["portfolio"].tolist()[:2] == ["no policy", "ring fenced grant 0.1"]
    assert table.loc[0, "cost"] == 0.0
    assert table.loc[1, "cost"] > 0.0
    assert table["front"].any()
    assert "the front, cheapest first" in capsys.readouterr().out
