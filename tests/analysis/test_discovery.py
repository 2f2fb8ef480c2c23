"""Scenario discovery: a corner in which a policy fails is found; futures are played in pairs on common seeds."""

import numpy as np
import pandas as pd
import pytest

from resilience.analysis import discovery as program
from resilience.analysis.discovery import DiscoveryError, discover, futures, policy_values
from resilience.analysis.uncertain import Factor, Game, latin_hypercube
from resilience.scenario import load
from tests.analysis.fakes import TunableMarket

TURNOVER = "labour.turnover_per_year"
FACTORS = [Factor("labour.a", 0.0, 1.0), Factor("need.b", 0.0, 1.0), Factor("need.c", 0.0, 1.0)]


def test_the_corner_in_which_a_policy_fails_is_found():
    points = latin_hypercube(FACTORS, 400)
    table = pd.DataFrame(points, columns=[one.name for one in FACTORS])
    corner = (table["labour.a"] > 0.7) & (table["need.b"] < 0.4)
    found = discover(table.assign(hours_saved=np.where(corner, -10.0, 10.0)), FACTORS)
    assert found.futures["fails"].sum() == corner.sum()
    box = found.box.set_index("factor")
    assert set(box.index) == {"labour.a", "need.b"}
    assert box.loc["labour.a", "low"] == pytest.approx(0.7, abs=0.06)
    assert box.loc["need.b", "high"] == pytest.approx(0.4, abs=0.06)
    assert found.coverage > 0.85
    assert found.density > 0.85
    assert set(found.scores["factor"][:2]) == {"labour.a", "need.b"}


@pytest.mark.parametrize(("saved", "how"), [(5.0, "none"), (-5.0, "all")])
def test_futures_that_are_all_alike_tell_nothing(saved, how):
    table = pd.DataFrame(latin_hypercube(FACTORS, 30), columns=[one.name for one in FACTORS])
    with pytest.raises(DiscoveryError, match=how):
        discover(table.assign(hours_saved=saved), FACTORS)


class Helped(TunableMarket):
    """Hours fall by a hundred where a catalyst runs."""

    def results(self):
        found = super().results()
        found.headline.update(care_hours_lost=900.0 if self.scenario.policies else 1000.0, unmet_hours=7.0)
        return found


def test_each_future_is_played_with_and_without_the_policy(tmp_path):
    base = load("west-midlands-2016", region="tests/model/four-towns.csv", months=1)
    policy = policy_values(["catalyst"], "2016-04")
    game = Game(base, (1, 2), tmp_path, program.HOURS, 1, None, Helped)
    found = futures(game, policy, [Factor(TURNOVER, 0.2, 0.5)], 20)
    assert found["hours_saved"].tolist() == [100.0] * 20
    assert len(list(tmp_path.rglob("*.arrow"))) == 80
    assert found[TURNOVER].between(0.2, 0.5).all()


def test_too_few_futures_are_refused_before_anything_runs(tmp_path, capsys):
    given = ["--policy", "catalyst", "--futures", "5", "--folder", str(tmp_path / "none")]
    assert program.main(given) == 2
    assert "must be at least 20" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()
