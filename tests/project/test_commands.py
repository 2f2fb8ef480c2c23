"""The commands that the documents promise exist and do what they are there for."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.files import ROOT, text_of

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make in the project's root, as if it were the first make called."""
    environment = {
        name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    }
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)


def targets() -> set[str]:
    """The commands that the Makefile declares."""
    phony = re.search(r"^\.PHONY: (.*)$", text_of("Makefile"), re.MULTILINE)
    assert phony is not None
    return set(phony.group(1).split())


def code_in(text: str) -> str:
    """The code of a document, one block or span below the other."""
    pattern = r"^```(?:sh|powershell)\n(.*?)^```|`([^`\n]+)`"
    return "\n".join(block or span for block, span in re.findall(pattern, text, re.DOTALL | re.MULTILINE))


def promised(program: str) -> set[str]:
    """The first word after ``program`` wherever the readers' documents give a command."""
    code = code_in(text_of("README.md") + text_of("CONTRIBUTING.md"))
    return set(re.findall(rf"(?:^|[\\/\s]){program} +([a-z][a-z-]*)", code, re.MULTILINE))


def test_code_is_told_from_words():
    text = "To make sure, call `make test`.\n```sh\n.venv/bin/resilience run x\n```\nand resilience counts.\n"
    assert code_in(text).split("\n") == ["make test", ".venv/bin/resilience run x", ""]


def test_the_documents_promise_the_two_commands_that_matter():
    assert {"run", "test"} <= promised("make")


def test_every_make_command_in_the_documents_exists():
    assert promised("make") <= targets()


def test_every_scenario_named_in_the_documents_and_the_makefile_exists():
    text = code_in(text_of("README.md")).replace("\\", "/") + text_of("Makefile")
    named = set(re.findall(r"configs/[a-z0-9-]+\.toml", text))
    assert "configs/austerity-and-wage-rise.toml" in named
    assert {name for name in named if not (ROOT / name).is_file()} == set()


@pytest.mark.parametrize("command", sorted(promised("resilience")))
def test_every_command_of_the_program_in_the_documents_exists(command):
    done = subprocess.run(
        [sys.executable, "-m", "resilience", command, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


@needs_make
def test_make_alone_lists_every_command():
    listed = make().stdout
    for target in targets() - {"help"}:
        assert re.search(rf"^make {target} +\S", listed, re.MULTILINE), target


@needs_make
@pytest.mark.parametrize(
    ("target", "does"),
    [
        ("run", "resilience run configs/austerity-and-wage-rise.toml --runs 20"),
        ("test", "-m pytest --numprocesses 2"),
        ("lint", "mypy"),
        ("baseline", "-m tests.baseline.refresh"),
        ("app", "resilience app"),
    ],
)
def test_a_command_makes_its_environment_first(target, does, tmp_path):
    planned = make("--dry-run", target, f"VENV={tmp_path}/env").stdout
    before, _, _ = planned.partition(does)
    assert before != planned, planned
    assert "-m venv" in before
    assert "--constraint constraints.txt" in before


@needs_make
def test_a_python_that_is_too_old_is_refused_with_advice(tmp_path):
    old = tmp_path / "old-python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    done = make(f"PYTHON={old}", f"VENV={tmp_path}/env", f"{tmp_path}/env/bin/python")
    assert done.returncode != 0
    assert "No Python 3.12 or newer" in done.stderr
    assert "python3-venv" in done.stderr
    assert not (tmp_path / "env").exists()


@needs_make
def test_a_python_in_a_folder_with_a_space_makes_the_environment(tmp_path):
    folder = tmp_path / "my programs"
    folder.mkdir()
    python = folder / "python"
    python.symlink_to(sys.executable)
    made = tmp_path / "env"
    done = make("--dry-run", f"PYTHON={python}", f"VENV={made}", f"{made}/bin/python")
    assert f'for python in "{python}"' in done.stdout


def test_continuous_integration_ends_with_the_tests():
    script = ROOT / ".ci" / "run"
    lines = [line for line in script.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert lines[0] == "set -euo pipefail"
    assert lines[-1].startswith("make test")
    assert "make lint" in lines
    assert "export RESILIENCE_REQUIRE_BROWSER=1" in lines
    assert os.access(script, os.X_OK)


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_continuous_integration_is_a_valid_script():
    subprocess.run(["bash", "-n", str(ROOT / ".ci" / "run")], check=True, timeout=60)


def test_commit_hooks_need_nothing_from_elsewhere():
    hooks = text_of(".pre-commit-config.yaml")
    assert re.findall(r"repo: (.*)", hooks) == ["local"]
    assert set(re.findall(r"language: (.*)", hooks)) == {"system"}
    assert {Path(tool).name for tool in re.findall(r"entry: (\S+)", hooks)} == {"ruff", "mypy"}
