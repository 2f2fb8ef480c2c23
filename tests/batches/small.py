"""A small experiment on the fake market of 12 months, and what its folder holds."""

from pathlib import Path

SCENARIO = 'region = "west-midlands"\nstart = "2025-04"\nmonths = 12\n'
FACTORS = "[factors]\nshocks.funding_cut.real_change = [0.0, -0.1]\n"


def experiment(folder: Path, text: str = FACTORS, *, seeds: object = 3, note: Path | None = None) -> Path:
    """Write an experiment and its base; the base's description names the folder ``note``."""
    description = "" if note is None else f'description = "{note.as_posix()}"\n'
    (folder / "squeeze.toml").write_text(description + SCENARIO)
    file = folder / "cuts.toml"
    file.write_text(f'base = "squeeze.toml"\nseeds = {seeds}\n{text}')
    return file


def run_files(out: Path) -> dict[str, tuple[int, int]]:
    """The finished runs by key, with what changes when one is written again."""
    files = (out / "batch" / "runs").glob("??/*.arrow")
    return {file.stem: (file.stat().st_mtime_ns, file.stat().st_ino) for file in files}
