"""Where a report goes, what it refuses, and that nothing a scenario says can break out of its page."""

import json
import shutil
import subprocess
import sys

import pandas as pd
import pytest

import resilience
from resilience.runs.folder import OutputError
from tests.reports.conftest import HOSTILE, HOSTILE_TEXT
from tests.reports.page import read_page, section


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    given = [sys.executable, "-m", "resilience", "report", *map(str, arguments)]
    return subprocess.run(given, capture_output=True, text=True, check=False, timeout=120)


def test_the_command_puts_the_report_into_the_folder_and_renews_it(hostile_folder, tmp_path):
    folder = shutil.copytree(hostile_folder, tmp_path / "results")
    for _ in range(2):
        done = command(folder)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == f"Report: {folder / 'report.html'}\n"
    assert not [path for path in folder.iterdir() if path.name.endswith(".partial")]


def test_a_folder_that_holds_no_results_is_refused_with_exit_code_2(tmp_path):
    done = command(tmp_path)
    assert done.returncode == 2
    assert done.stderr == f"{tmp_path}: is not a results folder (it has no manifest.json).\n"
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_the_report_is_loaded_lazily_and_without_the_app(hostile_folder, tmp_path):
    program = (
        "import sys, resilience; assert 'jinja2' not in sys.modules; "
        f"resilience.report({str(hostile_folder)!r}, {str(tmp_path / 'a.html')!r}); "
        "assert callable(resilience.report); print('solara' in sys.modules, 'matplotlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "False False\n"


def test_somebody_elses_file_is_kept_unless_asked_otherwise(hostile_folder, tmp_path):
    file = tmp_path / "minutes.html"
    file.write_text("<title>Minutes</title>", encoding="utf-8")
    with pytest.raises(OutputError, match="exists and is no report"):
        resilience.report(hostile_folder, file)
    assert file.read_text(encoding="utf-8") == "<title>Minutes</title>"
    resilience.report(hostile_folder, file, overwrite=True)
    assert "<h1>" in file.read_text(encoding="utf-8")


def test_a_place_that_cannot_be_written_is_said(hostile_folder, tmp_path):
    with pytest.raises(OutputError, match=r"is a folder. Name a file with --out"):
        resilience.report(hostile_folder, tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot write the report here"):
        resilience.report(hostile_folder, tmp_path / "file" / "report.html")


def test_results_without_a_finished_run_or_a_table_are_refused(hostile_folder, tmp_path):
    folder = shutil.copytree(hostile_folder, tmp_path / "results")
    (folder / "events.parquet").unlink()
    with pytest.raises(OutputError, match="has no table of events, so no report can be made of it"):
        resilience.report(folder)
    runs = pd.read_parquet(folder / "runs.parquet")
    runs.head(0).to_parquet(folder / "runs.parquet")
    with pytest.raises(OutputError, match="no run finished, so there is nothing to report"):
        resilience.report(folder)
    assert not (folder / "report.html").exists()


def test_names_and_texts_of_scenarios_and_errors_are_only_text(hostile_folder, tmp_path):
    path = resilience.report(hostile_folder, tmp_path / "a.html")
    page = read_page(path)
    assert page.find("h1")[0].text == " ".join(HOSTILE.split())
    assert HOSTILE_TEXT in section(page, "scenarios").text
    assert "<b>the market</b> broke" in section(page, "provenance").text
    assert page.find("script") == []
    assert page.find("img") == []
    assert len(page.find("style")) == len(page.find("title")) - len(page.find("g")) == 1


def test_failed_runs_are_counted_and_listed(hostile_folder, tmp_path):
    page = read_page(resilience.report(hostile_folder, tmp_path / "a.html"))
    cautions = [item.text for item in page.find("ul", class_="caution")[0].find("li")]
    assert cautions[0].startswith("2 runs: intervals are wide")
    assert cautions[1].startswith("1 of 3 runs failed")
    assert section(page, "provenance").find("table")[0].rows()[1][1] == "2"


def test_a_scenario_of_a_comparison_without_runs_is_left_out(comparison_folder, tmp_path):
    folder = shutil.copytree(comparison_folder, tmp_path / "results")
    for name in ("runs", "months", "councils", "providers", "events"):
        table = pd.read_parquet(folder / f"{name}.parquet")
        table[table["scenario"] != "funding-cut"].to_parquet(folder / f"{name}.parquet")
    page = read_page(resilience.report(folder))
    assert "Funding cut" not in section(page, "months").text
    assert len(page.find("figure", data_chart="fee")[0].find("polyline")) == 2
    assert "No seed finished under both" in section(page, "answer").text


def test_a_stored_sensitivity_is_shown_largest_first(hostile_folder, tmp_path):
    folder = shutil.copytree(hostile_folder, tmp_path / "results")
    stored = {
        "parameter": ["labour.leave_pool", "councils.squeeze_on_fees"],
        "low": [0.1, 0.2],
        "high": [0.2, 0.5],
        "care_hours_lost_low": [-0.01, 0.05],
        "care_hours_lost_high": [0.02, -0.345],
        "swing": [0.02, 0.345],
        "swings": ["care_hours_lost"] * 2,
    }
    pd.DataFrame(stored).to_csv(folder / "sensitivity.csv", index=False)
    part = section(read_page(resilience.report(folder)), "assumptions")
    rows = part.find("table")[0].rows()[1:]
    assert "councils.squeeze_on_fees" in rows[0][0]
    assert rows[0][1:] == ["20% to 50%", "Care hours lost", "+5.0%", "−34%", "34%"]
    assert "labour.leave_pool" in rows[1][0]
    assert "moved 2 parameters" in part.text


def test_a_sensitivity_table_can_be_named_and_is_checked(hostile_folder, tmp_path):
    text = section(
        read_page(resilience.report(hostile_folder, tmp_path / "a.html", sensitivity="docs/sensitivity.csv")),
        "assumptions",
    ).text
    assert "What each assumption moves most" in text
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(OutputError, match=r"other.csv: is no sensitivity analysis; it has no column parameter"):
        resilience.report(hostile_folder, tmp_path / "b.html", sensitivity=tmp_path / "other.csv")
    with pytest.raises(OutputError, match="cannot be read as a table"):
        resilience.report(hostile_folder, tmp_path / "b.html", sensitivity=tmp_path / "none.csv")
    assert not (tmp_path / "b.html").exists()


def test_a_report_of_an_unknown_region_file_does_without_the_map(hostile_folder, tmp_path):
    folder = shutil.copytree(hostile_folder, tmp_path / "results")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for entry in manifest["scenarios"].values():
        entry["scenario"]["region"] = "gone.csv"
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    part = section(read_page(resilience.report(folder)), "map")
    assert "No map" in part.text
    assert part.find("svg") == []
