"""The project's files, for the tests that keep house."""

import shutil
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
NOT_OURS = {"build", "dist", "venv", "node_modules", "__pycache__"}
NOT_OURS_AT_THE_TOP = {"results", "test-results"}
HIDDEN_BUT_OURS = {".ci"}


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file under version control, or without a checkout every file but the tools' and runs' output."""
    listed = _listed_by_git() or _found_by_walking()
    return tuple(path for path in listed if path.is_file())


def _listed_by_git() -> list[Path]:
    """What git lists; nothing without a checkout, without git, or where git will not look into the folder."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        return []
    command = ["git", "-C", str(ROOT), "ls-files", "-z"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8")
    return [ROOT / name for name in done.stdout.split("\0") if name]


def _found_by_walking() -> list[Path]:
    found = []
    for path in sorted(ROOT.rglob("*")):
        folders = path.relative_to(ROOT).parts[:-1]
        hidden = any(folder.startswith(".") and folder not in HIDDEN_BUT_OURS for folder in folders)
        output = bool(NOT_OURS.intersection(folders)) or (bool(folders) and folders[0] in NOT_OURS_AT_THE_TOP)
        if not hidden and not output and not path.name.startswith(".coverage"):
            found.append(path)
    return found


def name_of(path: Path) -> str:
    """The path from the project's root, with forward slashes."""
    return path.relative_to(ROOT).as_posix()


def python_files(*folders: str) -> list[Path]:
    """Tracked Python files below the folders (named from the root), or all of them."""
    return [
        path
        for path in tracked_files()
        if path.suffix == ".py" and (not folders or any(name_of(path).startswith(f"{folder}/") for folder in folders))
    ]


def text_of(name: str) -> str:
    """The text of the file with this name from the root."""
    return (ROOT / name).read_text(encoding="utf-8")


def pyproject() -> dict[str, Any]:
    """The project's metadata and settings."""
    return tomllib.loads(text_of("pyproject.toml"))
