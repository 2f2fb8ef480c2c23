"""Every shock has a scenario file of its own that says what it is."""

from pathlib import Path

import pytest

from resilience.scenario import load
from resilience.scenario.describe import parameters_of
from resilience.shocks import SHOCKS

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.mark.parametrize("kind", SHOCKS)
def test_a_shock_has_a_file_named_for_it(kind):
    path = CONFIGS / f"{kind.replace('_', '-')}.toml"
    scenario = load(path)
    assert [shock.kind for shock in scenario.shocks.values()] == [kind]
    assert scenario.shocks[kind].start == "2017-04"
    assert scenario.name == path.stem
    assert scenario.description
    assert path.read_text(encoding="utf-8").startswith("# ")


def test_an_epidemic_comes_with_and_without_grants():
    without, granted = load(CONFIGS / "epidemic.toml"), load(CONFIGS / "epidemic-with-grants.toml")
    assert without.get("shocks.epidemic.grant_per_bed") == 0.0
    assert granted.get("shocks.epidemic.grant_per_bed") == 50.0
    assert without.with_values({"shocks.epidemic.grant_per_bed": 50.0}).hash == granted.hash


@pytest.mark.parametrize("kind", SHOCKS)
def test_every_parameter_is_declared_in_full(kind):
    scenario = load("west-midlands-2016", **{f"shocks.{kind}": True})
    own = [info for info in parameters_of(scenario) if info.name.startswith(f"shocks.{kind}.")]
    assert own
    for info in own:
        assert info.label.endswith(".")
        assert info.source
        assert info.role in ("lever", "uncertainty")
        if info.type in ("number", "whole number"):
            assert info.low is not None
            assert info.high is not None
            assert info.low <= info.value <= info.high
