import json
import os
import re
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from resilience import __version__
from resilience.cli import app
from resilience.commands.options import shipped
from resilience.runs import one
from resilience.runs.store import load_results
from tests.runs import fakes

runner = CliRunner()


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path, monkeypatch):
    """Every command runs in an empty folder, with a model whose results can be worked out by hand."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(one, "care_market", fakes.FakeMarket)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setattr(sys, "argv", ["/usr/bin/resilience", "as", "typed"])


def config(name: str = "squeeze", text: str = "", **settings: object) -> str:
    lines = {"region": '"west-midlands"', "start": '"2025-04"', "months": "12", **settings}
    Path(f"{name}.toml").write_text("".join(f"{key} = {value}\n" for key, value in lines.items()) + text)
    return f"{name}.toml"


def invoke(*arguments: str, code: int = 0):
    result = runner.invoke(app, list(arguments))
    assert result.exit_code == code, (result.stdout, result.stderr, result.exception)
    assert "Traceback" not in result.stderr
    return result


def written() -> list[str]:
    return sorted(path.name for path in Path().iterdir() if path.suffix != ".toml")


def test_a_run_prints_the_headline_the_answer_and_where_the_results_are():
    result = invoke("run", config(), "--runs", "3")
    assert re.search(r"Homes and branches that close +│ +2 │ +1 to 3 │ sites", result.stdout)
    assert re.search(r"Care hours lost, worst 5% of runs +│ +300 │ +- │ hours", result.stdout)
    assert "Over 1 year about 2 homes and branches close" in result.stdout
    (folder,) = Path("results").iterdir()
    assert re.fullmatch(r"squeeze-[0-9a-f]{8}", folder.name)
    assert f"Results: {folder}" in result.stdout
    assert result.stderr == ""


def test_the_results_folder_has_everything():
    invoke("run", config(), "--runs", "2", "--seed", "7", "--out", "out")
    stored = load_results("out")
    assert stored.manifest["seeds"] == [7, 8]
    assert stored.manifest["command"] == "resilience as typed"
    assert stored.manifest["answer"].startswith("Over 1 year")
    assert {"runs", "months", "councils", "councils_by", "providers", "events", "failed_runs"} <= set(stored.names)


def test_json_is_all_there_is_on_standard_output():
    result = invoke("run", config(), "--runs", "3", "--json", "--out", "out")
    found = json.loads(result.stdout)
    assert found["scenario"] == "squeeze"
    assert re.fullmatch(r"[0-9a-f]{64}", found["hash"])
    assert (found["runs"], found["seeds"], found["failed_runs"]) == (3, [1, 2, 3], 0)
    assert found["out"] == "out"
    assert found["answer"].startswith("Over 1 year")
    closures = found["measures"]["site_closures"]
    assert (closures["mean"], closures["unit"]) == (2.0, "sites")
    assert closures["low"] == pytest.approx(1.1)
    assert closures["high"] == pytest.approx(2.9)
    assert found["measures"]["tail_hours_lost"]["mean"] == 300.0
    assert "Results: out" in result.stderr


def test_json_of_one_run_has_no_interval():
    found = json.loads(invoke("run", config(), "--json").stdout)
    assert found["measures"]["site_closures"]["low"] is None
    assert found["answer"].startswith("In this single run")


def test_settings_are_laid_over_the_scenario():
    changes = ["--set", "shocks.funding_cut.real_change=-0.1", "--set", "start=2016-04", "--months", "6"]
    found = json.loads(invoke("run", config(), "--json", "--out", "out", *changes).stdout)
    assert found["measures"]["care_hours_lost"]["mean"] == 200.0
    assert (found["start"], found["months"]) == ("2016-04", 6)
    assert load_results("out").manifest["scenario"]["shocks"]["funding_cut"]["real_change"] == -0.1


def test_the_same_seed_gives_the_same_numbers_with_any_number_of_workers():
    one_worker, two = (
        json.loads(invoke("run", config(), "--runs", "4", "--workers", workers, "--json", "--out", workers).stdout)
        for workers in ("1", "2")
    )
    assert one_worker["measures"] == two["measures"]


def test_a_second_run_gets_its_own_folder():
    for _ in range(2):
        invoke("run", config())
    first, second = sorted(path.name for path in Path("results").iterdir())
    assert second == f"{first}-2"


@pytest.mark.parametrize("command", [["run"], ["check"], ["compare", "squeeze.toml"]])
def test_mistakes_in_a_scenario_are_all_told_with_their_lines(command):
    config()
    bad = config("bad", "[labour]\nturnovr = 0.2\n[shocks.funding_cut]\nreal_change = 4.5\n")
    result = invoke(*command, bad, code=2)
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert any(line.startswith("bad.toml:5: labour.turnovr: unknown setting.") for line in lines)
    assert any(line.startswith("bad.toml:7: shocks.funding_cut.real_change = 4.5: ") for line in lines)
    assert written() == []


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("labour.turnovr=0.2", "--set: labour.turnovr: unknown setting."),
        ("months=0", "--set: months = 0: "),
        ("months", "--set: months: must be written NAME=VALUE"),
        ("shocks.funding_cutt.real_change=-0.1", "Did you mean 'funding_cut'?"),
        ("region=west-midland", "Did you mean 'west-midlands'?"),
    ],
)
def test_a_misspelt_setting_is_told_and_nothing_is_written(assignment, message):
    result = invoke("run", config(), "--set", assignment, code=2)
    assert message in result.stderr
    assert result.stdout == ""
    assert written() == []


def test_a_missing_scenario_names_a_near_one():
    config("west-midlands-2016")
    result = invoke("run", "west-midland-2016.toml", code=2)
    assert "west-midland-2016.toml: no such file. Did you mean 'west-midlands-2016.toml'?" in result.stderr


def test_an_error_of_the_region_is_told_without_a_traceback():
    for command in ("run", "check"):
        result = invoke(command, config(description='"no such council"'), code=2)
        assert result.stderr.startswith("councils.csv:3: council = 'Dudly': unknown council.")
    assert written() == []


@pytest.mark.parametrize(
    "arguments", [["--runs", "0"], ["--runs", "many"], ["--workers", "0"], ["--seed", "-1"], ["--run", "3"]]
)
def test_impossible_options_are_refused(arguments):
    result = invoke("run", config(), *arguments, code=2)
    assert arguments[0] in result.stderr
    assert written() == []


def test_a_folder_of_something_else_is_refused():
    Path("thesis").mkdir()
    Path("thesis/chapter.txt").write_text("years of work")
    result = invoke("run", config(), "--out", "thesis", code=2)
    assert "thesis: is not empty and holds no results of this program" in result.stderr
    assert [path.name for path in Path("thesis").iterdir()] == ["chapter.txt"]


def test_earlier_results_are_replaced_only_on_demand():
    invoke("run", config(), "--out", "out")
    result = invoke("run", config(), "--out", "out", "--runs", "2", code=2)
    assert "out: holds earlier results" in result.stderr
    assert len(load_results("out").runs) == 1
    invoke("run", config(), "--out", "out", "--runs", "2", "--overwrite")
    assert len(load_results("out").runs) == 2


def test_a_folder_that_cannot_be_written_is_told_before_the_runs(monkeypatch):
    def never(*_arguments: object) -> None:
        raise AssertionError("a run started")

    monkeypatch.setattr("resilience.runs.work.run_one", never)
    Path("file").write_text("text")
    result = invoke("run", config(), "--out", "file/out", code=2)
    assert "file/out: cannot write the results here" in result.stderr


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission_is_told():
    Path("locked").mkdir(mode=0o500)
    result = invoke("run", config(), "--out", "locked/out", code=2)
    assert "locked/out: cannot write the results here: Permission denied" in result.stderr


def test_some_failed_runs_leave_the_others_and_exit_code_1(monkeypatch):
    monkeypatch.setattr(one, "care_market", fakes.FailsOnSeed3)
    result = invoke("run", config(), "--runs", "4", "--out", "out", code=1)
    assert "Run with seed 3 of squeeze failed: FloatingPointError: cash is nan at month 7" in result.stderr
    assert "1 of 4 runs failed" in result.stderr
    assert "squeeze: 3 runs" in result.stdout
    assert len(load_results("out").failed_runs) == 1


def test_json_tells_of_failed_runs(monkeypatch):
    monkeypatch.setattr(one, "care_market", fakes.AlwaysFails)
    found = json.loads(invoke("run", config(), "--runs", "2", "--json", "--out", "out", code=1).stdout)
    assert found["failed_runs"] == 2
    assert found["failures"][0]["seed"] == 1
    assert found["measures"] == {}
    assert found["answer"].startswith("No run finished")


def test_a_comparison_prints_paired_differences_and_what_they_mean():
    cut = config("cut", "[shocks.funding_cut]\nreal_change = -0.1\n")
    result = invoke("compare", config("base"), cut, "--runs", "4")
    assert "cut minus base: 4 common seeds" in result.stdout
    assert re.search(r"Care hours lost +│ +250 │ +350 │ +\+100 │ +\+100 to \+100 │ +\+40\.0% │ +100%", result.stdout)
    assert "100 more hours of care are lost on every seed" in " ".join(result.stdout.split())
    (folder,) = Path("results").iterdir()
    assert folder.name == "base-compared"
    assert set(load_results(folder).runs["scenario"]) == {"base", "cut"}


def test_a_comparison_as_json():
    cut = config("cut", "[shocks.funding_cut]\nreal_change = -0.1\n")
    result = invoke("compare", config("base"), cut, "--runs", "3", "--seed", "5", "--json", "--out", "out")
    found = json.loads(result.stdout)
    assert found["base"] == "base"
    assert list(found["scenarios"]) == ["base", "cut"]
    lost = found["differences"]["cut"]["care_hours_lost"]
    assert (lost["difference"], lost["low"], lost["high"], lost["n"]) == (100.0, 100.0, 100.0, 3)
    assert found["scenarios"]["cut"]["measures"]["care_hours_lost"]["mean"] == 700.0
    assert (found["seeds"], found["out"], found["failed_runs"]) == ([5, 6, 7], "out", 0)
    assert found["answer"].startswith("With cut instead of base")


def test_three_scenarios_are_compared_with_the_first():
    names = [config(name) for name in ("base", "first", "second")]
    result = invoke("compare", *names, "--runs", "2")
    assert "first minus base" in result.stdout
    assert "second minus base" in result.stdout


def test_a_comparison_with_failed_runs_says_so(monkeypatch):
    monkeypatch.setattr(one, "care_market", fakes.FailsOnSeed3)
    result = invoke("compare", config("base"), config("other"), "--runs", "3", code=1)
    assert "2 of 6 runs failed" in result.stderr
    assert "2 common seeds" in result.stdout


def test_a_comparison_needs_two():
    invoke("compare", config("base"), code=2)


def test_check_shows_what_a_scenario_comes_to():
    good = config("good", "[shocks.cut]\nkind = 'funding_cut'\nstart = '2025-10'\nreal_change = -0.1\n")
    text = invoke("check", good, "--set", "labour.turnover_per_year=0.31").stdout
    assert text.startswith("OK: good can be run.")
    assert "west-midlands: 2 councils, 1 care homes and 2 home-care branches" in text
    assert "2025-04 to 2026-03 (12 months)" in text
    assert "cut (funding_cut) from 2025-10: real_change = -0.1" in text
    assert "Policies none" in text
    assert "Changed  labour.turnover_per_year = 0.31" in text
    assert written() == []


def test_check_as_json():
    found = json.loads(invoke("check", config("good"), "--json").stdout)
    assert (found["ok"], found["councils"], found["end"]) == (True, 2, "2026-03")


def test_the_schema_is_json_schema():
    found = json.loads(invoke("schema").stdout)
    assert found["type"] == "object"
    assert "shocks" in found["properties"]


def test_the_table_of_parameters():
    text = invoke("schema", "--table").stdout
    assert re.search(r"^shocks\.funding_cut\.real_change = \S+ .*\n    \S.* \[.*\]$", text, re.MULTILINE)
    rows = json.loads(invoke("schema", "--table", "--json").stdout)
    assert "shocks.funding_cut.real_change" in {row["name"] for row in rows}


def test_the_app_is_launched_with_what_was_asked(monkeypatch):
    launched = []

    class App:
        @staticmethod
        def launch(*arguments: object, **options: object) -> None:
            launched.append((arguments, options))

    monkeypatch.setitem(sys.modules, "resilience.app", App)
    invoke("app", config(), "--port", "9000", "--no-browser")
    runs = {"replicates": 20, "workers": 2, "ahead": True, "mesa": False}
    assert launched == [(("squeeze.toml",), {"host": "localhost", "port": 9000, "open_browser": False, **runs})]


def test_the_app_without_its_packages_says_how_to_get_them(monkeypatch):
    class App:
        @staticmethod
        def launch(*_arguments: object, **_options: object) -> None:
            raise ModuleNotFoundError("No module named 'solara'", name="solara")

    monkeypatch.setitem(sys.modules, "resilience.app", App)
    result = invoke("app", code=2)
    assert "(solara is missing)" in result.stderr
    assert 'pip install "care-market-resilience[app]"' in result.stderr


def test_the_app_refuses_a_wrong_scenario():
    result = invoke("app", "nowhere.toml", code=2)
    assert "nowhere.toml: no such file" in result.stderr


def test_version_and_help():
    assert invoke("--version").stdout == f"resilience {__version__}\n"
    text = invoke("--help").stdout
    for command in ("run", "compare", "check", "schema", "app"):
        assert command in text


def test_scenarios_complete():
    Path("configs").mkdir()
    config("configs/zebra-2016")
    config("configs/yak-2025")
    assert shipped("z") == ["zebra-2016"]
    assert {"yak-2025", "zebra-2016"} <= set(shipped(""))
