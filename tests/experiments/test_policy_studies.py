"""Studies of policies: ideas ranked, findings judged, and a portfolio held against a future without a squeeze."""

import numpy as np
import pandas as pd
import pytest

from experiments import best_portfolio, robustness, seven_ideas
from experiments.remedies import claims
from experiments.study import SQUEEZE
from resilience.analysis.discovery import FUTURES
from resilience.analysis.portfolios import MEASURES
from resilience.analysis.uncertain import Game, factors_of
from resilience.policies import POLICIES
from resilience.scenario import load
from tests.analysis.fakes import TunableMarket


def test_every_idea_is_played_with_the_evidence_and_with_the_claims():
    every = seven_ideas.scenarios()
    assert len(every) == 2 * (1 + 7 + 1)
    assert every["evidence: none"] == dict(SQUEEZE)
    assert set(every["claims of 2017: none"]) == {*SQUEEZE, *claims()}
    more = {name for name in every["evidence: all seven together"] if name not in SQUEEZE}
    assert more == {f"policies.{kind}.start" for kind in list(POLICIES)[:7]}
    assert "policies.catalyst.start" in every["evidence: 2 programmes sent where need is"]
    load("west-midlands-2016", **every["claims of 2017: all seven together"])


def test_ideas_are_ranked_by_what_an_hour_costs_and_those_that_save_none_come_last():
    saved = {"a": (100.0, 5.0), "b": (50.0, -2.0), "c": (-10.0, np.nan), "d": (-1.0, np.nan)}
    rows = [
        {"scenario": name, "measure": measure, "difference": value}
        for name, both in {**saved, seven_ideas.TOGETHER: (900.0, 1.0)}.items()
        for measure, value in zip(("hours_saved", "cost_per_hour_saved"), both, strict=True)
    ]
    assert seven_ideas.ranks(pd.DataFrame(rows)).to_dict() == {"b": 1, "a": 2, "d": 3, "c": 4}


@pytest.mark.parametrize(
    ("margin", "judged"),
    [
        ([9.0, 10.0, 11.0], "holds: +10 (+8 to +12)"),
        ([-9.0, -10.0, -11.0], "turned: -10 (-12 to -8)"),
        ([-5.0, 10.0, 4.0], "open: +3 (-10 to +16)"),
        ([0.5], "holds: +0.50"),
    ],
)
def test_a_finding_holds_is_open_or_is_turned(margin, judged):
    # Deviation 1 over three seeds: half the interval is 2.92 / sqrt(3) = 1.7; of 7.55 it is 12.7.
    assert robustness.told(np.array(margin)) == judged


def test_what_an_answer_says_of_findings():
    claim = [one.said for one in robustness.CLAIMS]
    clear, doubtful = np.array([9.0, 10.0, 11.0]), np.array([-5.0, 10.0, 4.0])
    own = dict.fromkeys(claim, clear)
    text = robustness._answer({"own": own, "other": own | {claim[1]: doubtful, claim[2]: -clear}})
    assert text.startswith(f"{len(claim) - 2} of {len(claim)} findings hold")
    assert f"not clear everywhere: {claim[1]}; turned somewhere: {claim[2]}." in text
    assert "none is unclear anywhere; no finding is turned anywhere." in robustness._answer({"own": own})


def test_margins_are_reckoned_seed_by_seed():
    def runs(lost, unmet):
        zeros = dict.fromkeys(robustness.MEASURES, 0.0)
        return pd.DataFrame({**zeros, "care_hours_lost": lost, "unmet_hours": unmet, "correlation": -0.5}, index=[1, 2])

    calm = runs([10.0, 20.0], [100.0, 100.0])
    table = dict.fromkeys(robustness.POINTS, calm) | {
        "cut": runs([20.0, 30.0], [200.0, 200.0]),
        "rise": runs([10.0, 20.0], [150.0, 160.0]),
        "squeeze": runs([50.0, 60.0], [300.0, 400.0]),
    }
    by = {claim.said: claim.margin(table).tolist() for claim in robustness.CLAIMS}
    assert by["the squeeze costs hours of care"] == [240.0, 340.0]
    # On top of the cut the rise costs 130 and 230 hours, alone 50 and 60.
    assert by["a cut makes a wage rise cost more hours"] == [80.0, 170.0]
    assert by["more goes unmet where fewer pay for themselves"] == [0.5, 0.5]


class Withstands(TunableMarket):
    """Of 10 hours a point of the cut policies save 30%, and 40 besides; they cost GBP 7."""

    def results(self):
        found = super().results()
        cut = -self.scenario.shocks["funding_cut"].real_change
        helped = bool(self.scenario.policies)
        found.headline.update(
            care_hours_lost=1000.0 * cut * (0.7 if helped else 1.0),
            unmet_hours=500.0 - 40.0 * helped,
            programme_cost=7.0 * helped,
            programme_cost_in_spend=0.0,
            council_spend=900.0,
        )
        return found


def test_a_portfolio_fails_where_it_gives_back_less_than_half_of_what_the_squeeze_takes(tmp_path):
    base = load("west-midlands-2016", region="tests/model/four-towns.csv", months=14, **SQUEEZE)
    factors = factors_of(base, FUTURES)
    game = Game(base, (1,), tmp_path, MEASURES, 1, None, Withstands)
    policies = {"policies.fee_uplift.start": "2017-04"}
    played = best_portfolio.on_fresh_futures(game, factors, policies, 12)
    cut = -played[best_portfolio.CUT]
    assert played["calm"].tolist() == [500.0] * 12
    assert played["squeezed"].tolist() == pytest.approx((500.0 + 1000.0 * cut).tolist())
    assert played["saved"].tolist() == pytest.approx((40.0 + 300.0 * cut).tolist())
    assert played["cost"].tolist() == pytest.approx([7.0] * 12)
    found = best_portfolio.failures(played, factors)
    # It gives back 40 hours and 30% of the loss: half of it or more up to a cut of a fifth.
    assert found.futures["fails"].tolist() == (cut > 0.2).tolist()
    box = found.box.set_index("factor")
    assert box.loc[best_portfolio.CUT, "high"] == pytest.approx(-0.2, abs=0.04)
    assert "it fails mostly where the change of real spending lies between" in best_portfolio._where(found)
    assert best_portfolio.failures(played.assign(saved=1e9), factors) is None
