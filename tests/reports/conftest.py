"""Small real results that the tests of reports share: a run, a comparison, and a hostile name with a failed run."""

import pytest

import resilience
from resilience.runs.one import care_market

SEEDS = 3
MONTHS = 6
HOSTILE = "<script>alert('x')</script> & \"co\""
HOSTILE_TEXT = "</style></title><img src=http://example.invalid/a.png onerror=alert(1)> {{ 7 * 7 }}"


def small(name: str = "west-midlands-2016", months: int = MONTHS, **values: object) -> resilience.Scenario:
    return resilience.load(name, months=months, **values)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory):
    """Three runs of one scenario with a shock and a policy."""
    scenario = small(
        "austerity-with-catalyst",
        **{
            "shocks.funding_cut.start": "2016-06",
            "policies.catalyst.start": "2016-05",
            "shocks.wage_rise.start": "2016-06",
        },
    )
    return resilience.run(scenario, SEEDS, 1, out=tmp_path_factory.mktemp("reports") / "run").path


@pytest.fixture(scope="session")
def comparison_folder(tmp_path_factory):
    """Three scenarios on three seeds; the third only adds a policy to the second."""
    cut = small("funding-cut", **{"shocks.funding_cut.start": "2016-05"})
    fees = cut.with_values({"policies.catalyst.start": "2016-05"})
    fees = type(fees).from_dict({**fees.resolved(), "name": "cut-with-catalyst"})
    out = tmp_path_factory.mktemp("reports") / "comparison"
    return resilience.compare([small(), cut, fees], SEEDS, 1, out=out).path


def failing_market(scenario, seed):
    """A market that cannot be built with seed 2."""
    if seed == 2:
        raise RuntimeError("<b>the market</b> broke")
    return care_market(scenario, seed)


@pytest.fixture(scope="session")
def hostile_folder(tmp_path_factory):
    """Two runs done and one failed, of a scenario whose name and description try to break out of the page."""
    scenario = resilience.Scenario.from_dict(
        {**small(months=2).resolved(), "name": HOSTILE, "description": HOSTILE_TEXT}
    )
    out = tmp_path_factory.mktemp("reports") / "hostile"
    return resilience.run(scenario, SEEDS, 1, out=out, model_factory=failing_market).path
