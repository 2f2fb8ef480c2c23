import json
import subprocess
from pathlib import Path

import pytest

import resilience
from resilience.runs import manifest as manifests
from resilience.runs.manifest import commit, manifest, reproducing, scenario_file, versions
from tests.runs import fakes


def test_a_manifest_is_plain_json_with_every_scenario():
    base, cut = fakes.scenario("base"), fakes.scenario("cut", shocks__funding_cut__real_change=-0.1)
    found = json.loads(json.dumps(manifest({"base": base, "cut": cut}, [3, 4], ["resilience", "compare", "a b.toml"])))
    assert found["hash"] == base.hash
    assert found["scenarios"]["cut"]["hash"] == cut.hash
    assert found["scenarios"]["cut"]["scenario"]["shocks"]["funding_cut"]["real_change"] == -0.1
    assert found["command"] == "resilience compare 'a b.toml'"
    assert found["seeds"] == [3, 4]
    assert found["created"].endswith("+00:00")


def test_a_call_from_python_has_no_command_line_but_can_be_repeated():
    found = manifest({"base": fakes.scenario("base")}, [3, 4], None)
    assert found["command"] is None
    assert found["reproduce"] == "resilience run scenario.toml --runs 2 --seed 3"


def test_each_scenario_of_a_comparison_has_its_file():
    assert scenario_file("only", ["only"]) == "scenario.toml"
    assert [scenario_file(label, ["a", "b"]) for label in "ab"] == ["scenario-1.toml", "scenario-2.toml"]
    assert reproducing(["a", "b"], [1])[:4] == ["resilience", "compare", "scenario-1.toml", "scenario-2.toml"]


def test_versions_are_of_what_can_move_a_result():
    found = versions()
    assert found["resilience"] == resilience.__version__
    assert {"python", "numpy", "pandas", "mesa", "scipy"} <= set(found)


def test_the_commit_is_that_of_the_checkout():
    commit.cache_clear()
    root = Path(manifests.__file__).parents[2]
    found = commit()
    if not (root / ".git").exists():
        assert found is None
        return
    head = subprocess.run(["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    if head.returncode:
        assert found is None
    else:
        assert found is not None
        assert found["id"] == head.stdout.strip()
        assert isinstance(found["modified"], bool)


def test_without_git_there_is_no_commit(monkeypatch: pytest.MonkeyPatch):
    def missing(*_arguments: object, **_options: object) -> None:
        raise FileNotFoundError("git")

    monkeypatch.setattr(manifests.subprocess, "run", missing)
    commit.cache_clear()
    assert commit() is None
    commit.cache_clear()
