"""What the studies share: their size, their runs, and how the answer, table, figure and provenance are kept.

A study is a module with a ``STUDY``: a question, a size that answers it in a few minutes, and a function that runs it.
``python -m experiments.NAME`` prints the answer and the table; ``--write`` keeps them in ``docs/experiments``, from
where ``docs/experiments.md`` reads them. Runs are kept in ``results/experiments/NAME`` as they finish, so a study that
was stopped goes on, and one that grows runs only what is new.
"""

import argparse
import datetime
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from resilience.analysis.uncertain import Game
from resilience.batches.batch import batch
from resilience.batches.batchfolder import STORE
from resilience.batches.plan import model_version
from resilience.batches.runstore import RunStore
from resilience.runs.manifest import commit, versions
from resilience.runs.one import ModelFactory, care_market
from resilience.runs.pool import processors
from resilience.runs.statistics import interval_of_mean
from resilience.runs.store import StoredResults
from resilience.scenario import ScenarioError

DOCUMENTS: Final = Path(__file__).parent.parent / "docs" / "experiments"
RESULTS: Final = Path("results") / "experiments"

BASE: Final = "west-midlands-2016"
SQUEEZE: Final[Mapping[str, Any]] = {
    "shocks.funding_cut.start": "2017-04",
    "shocks.funding_cut.real_change": -0.20,
    "shocks.funding_cut.years": 3,
    "shocks.wage_rise.start": "2017-04",
    "shocks.wage_rise.floor_increase": 1.00,
    "shocks.wage_rise.years": 2,
}
"""The values of ``configs/austerity-and-wage-rise.toml``, the squeeze under which most studies look."""

BLUE, ORANGE, GREEN, GREY = "#0072b2", "#d55e00", "#009e73", "#7f7f7f"
"""Colours that people who see colours differently can tell apart (Okabe and Ito)."""

STYLE: Final[dict[str, Any]] = {
    "svg.hashsalt": "resilience",
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
}


class RunFailedError(RuntimeError):
    """A run of a study failed; a study has an answer only when all its runs are there."""


@dataclass(frozen=True)
class Size:
    """How large a study is run: seeds 1 to ``seeds``, months, processes, settings for every scenario, where runs go.

    ``reduced`` asks a study that searches, or looks at many futures, to take few of them.
    """

    seeds: int
    months: int
    workers: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    folder: Path = RESULTS
    reduced: bool = False


@dataclass(frozen=True)
class Finding:
    """What a study found: two sentences, a table, a figure, the runs they rest on and the seconds those took in all."""

    answer: str
    table: pd.DataFrame
    figure: Figure
    runs: int
    seconds: float


@dataclass(frozen=True)
class Study:
    """One question: ``seeds`` and ``months`` are the size of the stored result, ``full_seeds`` one worth publishing."""

    name: str
    title: str
    question: str
    find: Callable[[Size], Finding]
    seeds: int
    months: int = 60
    full_seeds: int = 30
    fewest_months: int = 13
    """Fewer months end before the study's shocks begin."""

    @property
    def command(self) -> str:
        """Return the command that makes the stored result again."""
        return f"python -m experiments.{self.name} --write"

    @property
    def full_command(self) -> str:
        """Return the command of the full size."""
        return f"python -m experiments.{self.name} --seeds {self.full_seeds} --write"


def play(
    name: str,
    size: Size,
    points: Mapping[str, Mapping[str, Any]],
    *,
    base: str = BASE,
    measures: Sequence[str] | None = None,
    tables: Sequence[str] = (),
    first_seed: int = 1,
    market: ModelFactory = care_market,
) -> StoredResults:
    """Run every point (its label and values by dotted name) on the same seeds and return the gathered results.

    A point's values stand over the settings of ``size``. ``scenario`` in the tables is the label. ``market`` is another
    market than the model's own; its runs need a ``name`` of their own, for they are kept by scenario and seed. Raises
    ScenarioError for a wrong value, RunFailedError where a run failed.
    """
    rows = [{"name": label, **size.settings, **values} for label, values in points.items()]
    experiment = {
        "name": name,
        "base": base,
        "months": size.months,
        "seeds": list(range(first_seed, first_seed + size.seeds)),
        "tables": list(tables),
        "design": {"kind": "rows"},
        "rows": rows,
    }
    if measures is not None:
        experiment["measures"] = list(measures)
    done = batch(
        experiment,
        size.folder / name,
        size.workers,
        retry_failed=True,
        progress=_progress(name),
        model_factory=market,
    )
    if done.failed:
        raise RunFailedError(f"{done.failed} runs of {name} failed; see {done.path}: {(done.failures or [''])[0]}")
    return done.results()


def effort(*played: StoredResults) -> tuple[int, float]:
    """Return how many runs results rest on and their seconds, one after the other, also where they were done before."""
    return sum(len(one.runs) for one in played), sum(float(one.manifest["timings"]["seconds"]) for one in played)


def effort_of(games: Sequence[Game], runs: int) -> tuple[int, float]:
    """Return how many runs games have played for a study, and their seconds as reckoned from those they kept."""
    kept = [RunStore(game.folder / "runs" / STORE).samples(most=runs) for game in games]
    seconds = [float(note["seconds"]) for samples in kept for _, note in samples]
    return runs, runs * sum(seconds) / max(1, len(seconds))


def _progress(name: str) -> Callable[[int, int], None] | None:
    """Return what shows the runs done on a terminal; None elsewhere."""
    if not sys.stderr.isatty():
        return None
    return lambda done, asked: print(f"\r{name}: {done} of {asked} runs", end="", file=sys.stderr, flush=True)


def paired(runs: pd.DataFrame, base: str, measure: str) -> pd.DataFrame:
    """Return a row a scenario: the mean of a measure, and its mean difference to ``base`` on the same seeds.

    ``low`` to ``high`` is the 90% t-interval of that difference (Student). Scenarios stay in the order of the runs.
    """
    wide = runs.pivot(index="seed", columns="scenario", values=measure)[list(dict.fromkeys(runs["scenario"]))]
    changes = wide.sub(wide[base], axis=0)
    ends = [interval_of_mean(changes[label].to_numpy(dtype=np.float64)) for label in wide]
    return pd.DataFrame(
        {
            "mean": wide.mean(),
            "difference": changes.mean(),
            "low": [low for low, _ in ends],
            "high": [high for _, high in ends],
        }
    )


def span(row: Any, scale: float = 1.0, decimals: int = 0) -> str:
    """Return "difference (low to high)" of a row of ``paired``, with signs; no brackets where there is one seed."""
    signed = f"{{:+,.{decimals}f}}".format
    if not np.isfinite(row["low"]):
        return signed(row["difference"] / scale)
    return f"{signed(row['difference'] / scale)} ({signed(row['low'] / scale)} to {signed(row['high'] / scale)})"


def clear(row: Any) -> bool:
    """Tell whether the interval of a difference lies on one side of nought."""
    return bool(row["low"] > 0.0 or row["high"] < 0.0)


def drawing(columns: int = 1, width: float = 8.0, height: float = 3.6) -> tuple[Figure, list[Any]]:
    """Return a figure of panels side by side in the style of the documents. Draw inside ``mpl.rc_context(STYLE)``."""
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, list(np.atleast_1d(figure.subplots(1, columns)).ravel())


def keep(study: Study, size: Size, found: Finding, folder: Path = DOCUMENTS) -> list[Path]:
    """Write table (csv), figure (svg) and provenance (json) and return the files. Raises OSError where it cannot."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{study.name}.{ending}" for ending in ("csv", "svg", "json")]
    found.table.to_csv(files[0], index=False, float_format="%.6g", lineterminator="\n")
    with mpl.rc_context(STYLE):
        found.figure.savefig(files[1], metadata={"Date": None})
    text = json.dumps(_provenance(study, size, found), indent=2, ensure_ascii=False)
    files[2].write_text(text + "\n", encoding="utf-8", newline="\n")
    return files


def _provenance(study: Study, size: Size, found: Finding) -> dict[str, Any]:
    same = replace(size, workers=None, folder=RESULTS) == Size(study.seeds, study.months)
    extra = "" if same else f" --seeds {size.seeds} --months {size.months}" + (" --reduced" if size.reduced else "")
    return {
        "title": study.title,
        "question": study.question,
        "answer": found.answer,
        "command": study.command.replace(" --write", f"{extra} --write"),
        "full_command": study.full_command,
        "seeds": size.seeds,
        "months": size.months,
        "runs": found.runs,
        "seconds": round(found.seconds),
        "processors": processors(),
        "settings": dict(size.settings),
        "model": model_version(),
        "versions": versions(),
        "commit": commit(),
        "date": datetime.date.today().isoformat(),
    }


def main(study: Study, arguments: Sequence[str] | None = None) -> int:
    """Read the options, run the study, print what it found, and keep it where asked. Returns the exit code."""
    parser = argparse.ArgumentParser(prog=f"python -m experiments.{study.name}", description=study.question)
    parser.add_argument("--seeds", type=int, default=study.seeds, help=f"common seeds, from 1 (default {study.seeds})")
    parser.add_argument("--months", type=int, default=study.months, help=f"months to run (default {study.months})")
    parser.add_argument("--workers", type=int, default=None, help="processes (default: as many as pay)")
    parser.add_argument("--reduced", action="store_true", help="few trials and futures, where a study has any")
    parser.add_argument("--write", action="store_true", help="keep table, figure and provenance in docs/experiments")
    chosen = parser.parse_args(arguments)
    for name, least in (("seeds", 1), ("months", study.fewest_months)):
        if getattr(chosen, name) < least:
            print(f"--{name} {getattr(chosen, name)}: must be at least {least}", file=sys.stderr)
            return 2
    size = Size(chosen.seeds, chosen.months, chosen.workers, reduced=chosen.reduced)
    try:
        found = study.find(size)
    except (ScenarioError, RunFailedError) as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, ScenarioError) else 1
    print(f"{study.question}\n\n{found.answer}\n\n{found.table.to_string(index=False)}")
    if chosen.write:
        print("Written: " + ", ".join(str(file) for file in keep(study, size, found)))
    return 0
