"""``resilience stress`` on the command line."""

import json

import pytest
from typer.testing import CliRunner

from resilience.cli import app
from resilience.runs.store import load_results
from tests.model.worlds import FOUR_TOWNS

runner = CliRunner()


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "160")
    text = f'name = "towns"\nregion = "{FOUR_TOWNS}"\nstart = "2016-04"\nmonths = 24\n'
    (tmp_path / "towns.toml").write_text(text)


def invoke(*arguments, code=0):
    result = runner.invoke(app, ["stress", "towns.toml", "-w", "1", *arguments])
    assert result.exit_code == code, (result.stdout, result.stderr, result.exception)
    assert "Traceback" not in result.stderr
    return result


def test_prints_the_ranking_the_answer_and_where_the_results_are():
    result = invoke("--at", "1", "--min-hours", "1500", "--k", "2", "--out", "out")
    assert "towns after 1 month: " in result.stdout
    assert "Several at once" in result.stdout
    assert "the failure of" in result.stdout
    assert result.stdout.rstrip().endswith("Results: out")
    stored = load_results("out")
    assert {"stress_providers", "stress_councils", "stress_sets", "failed_runs", "runs"} <= set(stored.names)
    assert stored.manifest["answer"] in result.stdout


def test_json_is_all_there_is_on_standard_output():
    data = json.loads(invoke("--at", "1", "--min-hours", "3000", "--k", "1", "--json", "--out", "out").stdout)
    assert data["providers_tested"] == len(data["providers"]) >= 1
    assert data["out"] == "out"


def test_earlier_results_are_not_overwritten(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "notes.txt").write_text("mine")
    assert "is not empty" in invoke("--out", "out", code=2).stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "towns.toml"]


@pytest.mark.parametrize("wrong", [("--at", "0"), ("--k", "0"), ("--min-hours", "-1"), ("--set", "need.grwth=1")])
def test_wrong_input_is_code_two_and_writes_nothing(wrong, tmp_path):
    invoke(*wrong, code=2)
    assert [path.name for path in tmp_path.iterdir()] == ["towns.toml"]
