"""``resilience batch`` on the command line: what it prints, what it writes, with which code it leaves."""

import json
import os

import pytest

from resilience.runs import one
from tests.batches.small import FACTORS, experiment
from tests.cli.test_cli import in_an_empty_folder, invoke, written
from tests.runs import fakes

__all__ = ["in_an_empty_folder"]  # a fixture


def test_a_batch_prints_each_point_the_answer_and_where_the_results_are(tmp_path):
    experiment(tmp_path)
    result = invoke("batch", "cuts", "--workers", "1")
    assert "cuts: mean over 3 seeds" in result.stdout
    assert "funding_cut.real_change" in result.stdout
    assert "│ squeeze-2 │ -0.1" in result.stdout
    assert "2 design points on 3 seeds. Over 1 year, on average: care hours lost from 200" in result.stdout
    assert "6 runs: 0 found finished, 6 done now, 0 failed." in result.stdout
    assert "Results: results/cuts" in result.stdout
    manifest = json.loads((tmp_path / "results/cuts/manifest.json").read_text())
    assert manifest["command"] == "resilience as typed"
    assert manifest["batch"]["model"].startswith("0.")


def test_json_has_each_point_with_its_values_and_intervals(tmp_path):
    experiment(tmp_path)
    result = invoke("batch", "cuts.toml", "--workers", "1", "--json", "--out", "out", "--runs", "2", "--seed", "5")
    found = json.loads(result.stdout)
    assert (found["runs"], found["done"], found["failed_runs"], found["left"]) == (4, 4, 0, 0)
    assert found["points"][1]["values"] == {"shocks.funding_cut.real_change": -0.1}
    assert found["points"][1]["measures"]["care_hours_lost"]["mean"] == 650.0
    assert found["out"] == "out"


def test_a_dry_run_writes_nothing(tmp_path):
    experiment(tmp_path)
    before = written()
    result = invoke("batch", "cuts.toml", "--dry-run", "--workers", "2")
    assert "cuts: 2 design points on 3 seeds" in result.stdout
    assert "6 (0 finished, 0 failed, 6 to do)" in result.stdout
    assert "Nothing was written." in result.stdout
    assert written() == before
    found = json.loads(invoke("batch", "cuts.toml", "--dry-run", "--json").stdout)
    assert (found["dry_run"], found["runs"], found["to_do"]) == (True, 6, 6)
    assert found["bytes"] > 0
    assert written() == before


def test_some_failed_runs_leave_with_1(tmp_path, monkeypatch):
    monkeypatch.setattr(one, "care_market", fakes.FailsOnSeed3)
    experiment(tmp_path)
    result = invoke("batch", "cuts.toml", "--workers", "1", "--out", "out", code=1)
    assert "Run of squeeze-1 with seed 3 failed: FloatingPointError: cash is nan at month 7" in result.stderr
    assert "2 of 6 runs failed; their tracebacks are in failed_runs.parquet. --retry-failed does them" in result.stderr


@pytest.mark.parametrize(
    ("text", "arguments", "said"),
    [
        (FACTORS.replace("-0.1", "-9"), (), "cuts.toml:4: shocks.funding_cut.real_change = -9: must be at least -0.6."),
        (FACTORS, ("--shard", "3of4"), "--shard 3of4: must be written K/N, for instance 3/40"),
        (FACTORS, ("--shard", "5/4"), "shard 5/4: must be from 1/4 to 4/4."),
        (FACTORS, ("--set", "labour.turnover=1"), "--set: labour.turnover: unknown setting. Did you mean"),
        (FACTORS, ("--months", "9000"), "--months: months = 9000: must be at most 600."),
        (FACTORS, ("--collect",), "out: has no finished run to gather."),
        (FACTORS, ("--out", "cuts.toml"), "cuts.toml: is a file, not a folder."),
    ],
)
def test_wrong_input_leaves_with_2_and_writes_nothing(tmp_path, text, arguments, said):
    experiment(tmp_path, text)
    result = invoke("batch", "cuts.toml", "--out", "out", *arguments, code=2)
    assert said in result.stderr
    assert written() == []


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_closed_leaves_with_2(tmp_path):
    experiment(tmp_path)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    result = invoke("batch", "cuts.toml", "--out", "closed/out", code=2)
    assert result.stderr.startswith("closed/out: cannot write the results here: Permission denied.")


def test_a_shard_says_what_is_left_to_do(tmp_path):
    experiment(tmp_path)
    result = invoke("batch", "cuts.toml", "--workers", "1", "--shard", "1/2", "--out", "out")
    assert "3 runs: 0 found finished, 3 done now, 0 failed." in result.stdout
    assert "when all parts are done, the command without --shard gathers them." in result.stdout
    assert not (tmp_path / "out/manifest.json").exists()


def test_explain_reads_a_gathered_batch(tmp_path, monkeypatch):
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    experiment(tmp_path, FACTORS, seeds=1)
    invoke("batch", "cuts.toml", "--workers", "1", "--months", "2", "--out", "out")
    assert "squeeze-2" in invoke("explain", "out").stdout
