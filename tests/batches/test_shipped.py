"""The experiments that come with the project, and the one that the page on batches shows."""

import re
import tomllib
from pathlib import Path

import pytest

from resilience.batches.batch import batch
from resilience.batches.plan import Changes, plan_of
from tests.runs.fakes import FakeMarket

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "experiments").glob("*.toml"))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_shipped_experiment_is_valid_and_asks_a_question(file):
    plan = plan_of(file)
    assert plan.settings.name == file.stem
    assert plan.settings.question.endswith("?")


def test_the_grid_of_austerity_and_wages(tmp_path):
    plan = plan_of("austerity-and-wages")
    assert len(plan.points) == 16
    worst = plan.scenario(15)
    assert (worst.get("shocks.funding_cut.real_change"), worst.get("shocks.wage_rise.floor_increase")) == (-0.3, 1.5)
    assert (worst.get("shocks.funding_cut.start"), worst.get("shocks.funding_cut.years")) == ("2017-04", 3)
    done = batch(ROOT / "experiments/austerity-and-wages.toml", tmp_path / "out", 1, model_factory=FakeMarket)
    assert (done.done, done.failed) == (160, 0)


def test_the_experiment_in_the_documents_is_valid(tmp_path):
    text = (ROOT / "docs/batch.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    tables = tomllib.loads(block)
    tables["base"] = "west-midlands-2016"
    plan = plan_of(tables, Changes(runs=1))
    assert (len(plan.points), plan.scenario(0).months) == (12, 60)
