"""Every block of code in the tutorial runs as it stands."""

import importlib
import importlib.util
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from resilience.cli import app
from tests.docs.documents import ROOT, Block, blocks, sections, text_of

TUTORIAL = sections(text_of("tutorial.md"))
USERS = [heading for heading in TUTORIAL if heading.startswith("For a ")]
NEEDS = {"import duckdb": "duckdb"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder like the project's, with the shipped scenarios, to work in."""
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the command ``app`` would open, without opening it."""
    calls: list[tuple[Any, ...]] = []
    pytest.importorskip("solara")
    monkeypatch.setattr(
        importlib.import_module("resilience.app"), "launch", lambda *given, **named: calls.append((given, named))
    )
    return calls


def write_file(block: Block, folder: Path) -> None:
    """Keep a scenario under the name in its first line, a comment."""
    first, _, rest = block.text.partition("\n")
    (folder / first.removeprefix("# ")).write_text(rest, encoding="utf-8")


def run_commands(block: Block) -> None:
    """Run each line as a command of the program."""
    for line in block.text.splitlines():
        program, *arguments = shlex.split(line)
        assert program == "resilience", line
        if arguments[0] in ("run", "compare"):
            arguments += ["--workers", "1"]  # results do not depend on it, and starting processes takes long
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, f"{line}\n{done.output}\n{done.exception!r}"
        assert done.stdout.strip() or arguments[0] == "app", line


def lacks_a_package(block: Block) -> bool:
    """True for a block that needs an optional package which is not installed."""
    return any(word in block.text and importlib.util.find_spec(name) is None for word, name in NEEDS.items())


def play(found: list[Block], folder: Path) -> dict[str, Any]:
    """Run the blocks of a section in order, as a reader would; returns the names that the Python blocks made."""
    names: dict[str, Any] = {"__name__": "tutorial"}
    how: dict[str, Callable[[Block], None]] = {
        "toml": lambda block: write_file(block, folder),
        "sh": run_commands,
        "python": lambda block: exec(compile(block.text, f"tutorial.md, block at line {block.line}", "exec"), names),
    }
    for block in found:
        if not lacks_a_package(block):
            how[block.language](block)
    return names


def test_the_tutorial_has_its_three_users():
    assert len(USERS) == 3
    assert all(blocks(TUTORIAL[user]) for user in USERS)


def test_the_strategists_commands_run(folder):
    play(blocks(TUTORIAL[USERS[0]]), folder)
    assert len(list((folder / "results").iterdir())) == 3


def test_the_researchers_python_runs(folder, capsys):
    names = play(blocks(TUTORIAL[USERS[1]]), folder)
    assert names["model"].month == 6
    assert names["gap"].abs().max() < 1e-6 * names["months"]["need_hours"].max()
    assert set(names["results"].tables) == {"months", "councils", "councils_by", "providers", "events"}
    assert (folder / "results" / "base" / "manifest.json").is_file()
    assert "care_hours_lost" in names["outcome"]
    assert capsys.readouterr().out.count("\n") > 20


def test_the_workshops_files_and_commands_run(folder, opened):
    play(blocks(TUTORIAL[USERS[2]]), folder)
    ((given, named),) = opened
    assert given == ("my-future.toml",)
    assert {"host", "port", "open_browser", "replicates"} <= set(named)


def test_a_block_that_fails_names_its_line(folder):
    with pytest.raises(ZeroDivisionError) as caught:
        play([Block("python", "1 / 0\n", 7)], folder)
    assert "block at line 7" in str(caught.traceback[-1].path)


def test_a_command_that_fails_is_not_passed_over(folder):
    with pytest.raises(AssertionError, match="no-such-scenario"):
        play([Block("sh", "resilience check no-such-scenario\n", 1)], folder)
