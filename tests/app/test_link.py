"""Links and files lead back to exactly the scenario, and refuse what cannot be."""

import json
import shlex
import subprocess
import sys

import pytest

from resilience.app import files, link
from resilience.app.levers import baseline_of
from resilience.app.link import Linked, from_query, query_of, written
from resilience.app.presets import bases, played_ahead, presets, title_of
from resilience.measures.catalogue import HEADLINE
from resilience.scenario import ScenarioError
from tests.app.fakes import scenario, squeezed

START = Linked(scenario(), 1, 20)


def round_trip(chosen, **more):
    return from_query(query_of(Linked(chosen, 7, 5, **more)), START)


@pytest.mark.parametrize("name", sorted(presets()))
def test_a_link_to_a_preset_leads_back_to_it(name):
    chosen = presets()[name].scenario
    found = round_trip(chosen)
    assert found.scenario.hash == chosen.hash
    assert (found.seed, found.replicates) == (7, 5)


def test_a_link_holds_settings_that_are_no_levers_too():
    chosen = squeezed(
        **{
            "labour.turnover_per_year": 0.31,
            "policies.mine": {"kind": "catalyst", "who_pays": "government"},
            "shocks.chain_failure.provider": "12",
            "name": "What if? & more",
        }
    )
    found = round_trip(chosen)
    assert found.scenario.hash == chosen.hash
    assert found.scenario.name == "What if? & more"
    assert found.scenario.get("shocks.chain_failure.provider") == "12"


def test_a_link_brings_the_pinned_scenarios_along():
    found = round_trip(squeezed(), pins=(scenario(), squeezed(40)))
    assert [pin.hash for pin in found.pins] == [scenario().hash, squeezed(40).hash]


def test_an_address_without_a_query_leads_to_the_start():
    assert from_query("", START) == START
    assert from_query("?seed=3", START) == Linked(START.scenario, 3, 20)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("shocks.funding_cut.real_change=-9", "must be at least -0.6"),
        ("from=west-midland-2016", "Did you mean 'west-midlands-2016'?"),
        ("seed=minus", "must be a whole number. Allowed: 0 to 999,999"),
        ("replicates=0", "must be a whole number. Allowed: 1 to 200"),
        ("labour.turnovr=0.3", "unknown setting"),
        ("shocks.flood=true", "unknown shock"),
        ("region=%2Fetc%2Fcouncils.csv", "names a file"),
        ("providers.providers_file=secret", "names a file"),
        ("pin=months%3D0", "must be at least 1"),
    ],
)
def test_a_link_with_something_wrong_is_refused_with_what_would_do(query, said):
    with pytest.raises(ScenarioError) as raised:
        from_query(query, START)
    assert said in str(raised.value)


@pytest.mark.parametrize(
    "value", [True, False, 3, -0.25, 1e-7, "largest", "2016-04", "12", "true", "a = b", " x", 'say "so"']
)
def test_values_are_read_back_as_they_were(value):
    from resilience.scenario import parse_assignment

    read = parse_assignment(f"name={written(value)}")[1]
    assert (read, type(read)) == (value, type(value))


def test_baselines_and_stories_are_told_apart():
    assert set(bases()) >= {"west-midlands-2016", "west-midlands-2025", "england-2025"}
    assert presets()["austerity-and-wage-rise"].sort == "squeeze"
    assert presets()["direct-payments"].sort == "remedy"
    assert presets()["chain-failure"].text.startswith("The largest chain of the region stops trading")
    assert title_of("austerity-and-wage-rise") == "Austerity and wage rise"


def test_what_is_played_ahead_has_each_run_once_and_not_all_of_england():
    ahead = played_ahead([squeezed()])
    assert ahead[0] == squeezed()
    assert len({one.hash for one in ahead}) == len(ahead) > 25
    assert all(one.region != "england" for one in ahead)
    assert bases()["west-midlands-2016"].hash in {one.hash for one in ahead}


def test_a_saved_file_is_the_command_lines_own(tmp_path):
    from resilience import load

    text = files.as_toml(squeezed(name="My squeeze"))
    assert text.startswith("# Play it with: resilience run my-squeeze.toml")
    file = tmp_path / "my-squeeze.toml"
    file.write_text(text, encoding="utf-8")
    assert load(file).hash == files.from_toml(text, "other.toml").hash == squeezed().hash


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("region =", "mine.toml:1: not valid TOML"),
        (
            'region = "west-midlands"\nstart = "2016-04"\nmonths = 12\n[labour]\nturnovr = 1',
            "mine.toml:5: labour.turnovr",
        ),
        ('extends = "west-midlands-2016.toml"', "mine.toml: extends: names a file"),
        ('region = "/etc/councils.csv"', "mine.toml: region: names a file"),
        ("#" * 300_000, "too large for a scenario"),
    ],
)
def test_a_file_with_something_wrong_is_refused_by_its_name_and_line(text, said):
    with pytest.raises(ScenarioError) as raised:
        files.from_toml(text, "mine.toml")
    assert said in str(raised.value)
    assert "scenario-" not in str(raised.value)


def test_file_names_are_plain():
    assert files.file_name("Cut & rise: a fifth!") == "cut-rise-a-fifth"
    assert files.file_name("../..") == "scenario"


def played(chosen, runs, seed):
    """The mean headline of a scenario, run directly."""
    from resilience import run

    return run(chosen, runs=runs, workers=1, seed=seed).runs[list(HEADLINE)].mean().to_dict()


def test_the_command_shown_gives_the_numbers(tmp_path):
    chosen = squeezed(months=6, **{"policies.catalyst.who_pays": "government"})
    shown = shlex.split(files.command_of(chosen, 2, 4))
    assert shown[:3] == ["resilience", "run", "west-midlands-2016"]
    more = ["--json", "--workers", "1", "--out", str(tmp_path / "results")]
    command = [sys.executable, "-m", *shown, *more]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    told = json.loads(done.stdout)["measures"]
    assert {name: told[name]["mean"] for name in HEADLINE} == pytest.approx(played(chosen, 2, 4))


def test_the_python_shown_gives_the_differences(capsys):
    chosen = squeezed(months=6)
    names: dict[str, object] = {}
    exec(files.python_of(chosen, baseline_of(chosen), 2, 4), names)
    capsys.readouterr()
    found = names["found"].differences().set_index("measure")
    now, before = played(chosen, 2, 4), played(baseline_of(chosen), 2, 4)
    for name in HEADLINE:
        assert found.loc[name, "difference"] == pytest.approx(now[name] - before[name])


def test_the_comparison_names_files_for_what_is_not_shipped():
    base = presets()["west-midlands-2016"].scenario
    names = files.file_or_shipped(baseline_of(base), "baseline"), files.file_or_shipped(squeezed(), "My squeeze")
    assert names == ("west-midlands-2016", "my-squeeze.toml")
    assert files.comparison_command_of(*names, 20, 1) == (
        "resilience compare west-midlands-2016 my-squeeze.toml --runs 20 --seed 1"
    )
    assert link.differing(base) == ("west-midlands-2016", {})
