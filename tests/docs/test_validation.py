"""What the page on validation says is what was found."""

import json

import pytest

from docs import keep_validation, validation_parts

ABOUT = {
    "scenario": {"name": "a-scenario"}, "hash": "abc", "seeds": [1, 2, 3], "runs_done": 9, "runs_failed": 0,
    "created": "2026-01-02T03:04:05+00:00", "versions": {"resilience": "9.9"}, "timings": {"seconds": 120.0},
    "validation": {"score": 0.5, "passed": 1, "answer": "1 of 2 targets pass."},
}  # fmt: skip
HEADS = (
    "target,part,status,allowed_low,allowed_high,mean,mean_low,mean_high,run_low,run_high,unit,decimals,strict_status"
)
TARGETS = f"""{HEADS}
Closure,homes,PASS,3.3,5.3,4.1,4.0,4.2,3.0,5.0,% a year,1,FAIL
Entry,branches,NOT MEASURED,1.0,2.0,,,,,,% a year,2,NOT MEASURED
"""
FACTS = "fact,status,holds,seeds,mean,mean_low,mean_high,unit\nIt holds,PASS,3,3,1.5,1.0,2.0,points\n"


@pytest.fixture
def results(tmp_path):
    (tmp_path / "manifest.json").write_text(json.dumps(ABOUT))
    (tmp_path / "targets.csv").write_text(TARGETS)
    (tmp_path / "facts.csv").write_text(FACTS)
    return tmp_path


def test_results_are_kept_and_told(results, tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("docs")
    keep_validation.keep(results, folder)
    monkeypatch.setattr(validation_parts, "FOLDER", folder)
    text = validation_parts.results()
    assert "`resilience validate a-scenario`, version 9.9, 2026-01-02, seeds 1 to 3, 9 runs in 2 minutes." in text
    assert "1 of 2 targets pass." in text
    assert "| Closure | homes | 3.3 to 5.3 | 4.1 | 4.0 to 4.2 | 3.0 to 5.0 | % a year | PASS * |" in text
    assert "| Entry | branches | 1.00 to 2.00 | - | - | - | % a year | NOT MEASURED |" in text
    assert "| It holds | 3 of 3 | 1.50 | 1.00 to 2.00 | points | PASS |" in validation_parts.fact_results()


def test_another_folder_is_refused(tmp_path, capsys):
    assert keep_validation.main([str(tmp_path)]) == 2
    assert "is not a folder that 'resilience validate' wrote" in capsys.readouterr().err
    assert keep_validation.main([]) == 2


def test_what_is_stored_is_of_targets_that_exist():
    declared = {target.name for target in validation_parts.TARGETS}
    assert {row["target"] for row in validation_parts._stored("targets")} <= declared
