"""Calibration: find the values of a few free parameters with which the model comes nearest to the published facts.

    python -m resilience.analysis.calibrate --trials 200 --seeds 3
    python -m resilience.analysis.calibrate --trials 100        # goes on where the last call stopped
    python -m resilience.analysis.calibrate --trials 0 --write configs/calibrated-2016.toml

A trial is a set of values. Each runs with the same seeds in every scenario that the targets need, and its distance is
the sum of squared deviations from the targets, each 1 at the end of what is allowed. The search is Optuna's
tree-structured Parzen estimator, seeded; the first trial has the values in use. The folder keeps the search
(``journal.log``), what it was asked for (``study.json``), every trial (``trials.csv``) and the outcome
(``summary.json``).
"""

import argparse
import datetime
import importlib
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from resilience.analysis.observed import observed_market
from resilience.analysis.priors import PRIORS, Prior
from resilience.analysis.scenarios import build
from resilience.analysis.target import Target
from resilience.analysis.targets import TARGETS
from resilience.analysis.validate import NO_RUN, labels_of, parts_table
from resilience.batches.plan import model_version
from resilience.runs.manifest import commit, machine, versions
from resilience.runs.one import ModelFactory
from resilience.runs.store import MemoryTables
from resilience.runs.work import carry_out, tasks_of
from resilience.scenario import Scenario, ScenarioError, load

LEFT_OUT: Final = {
    "Councils that report failures": "cannot be met beside published closure rates (docs/decisions.md)",
}
"""Targets that calibration does not look at, and why. Those measured without a run are left out too."""

FOLDER: Final = Path("results") / "calibration"
DIGITS: Final = 4
"""Digits to which values are tried, so that a written configuration holds exactly what was tried."""


class CalibrationError(ValueError):
    """The study cannot go on as asked; the message says why."""


@dataclass(frozen=True)
class Study:
    """What a study is about; two calls with the same study go on with one another."""

    base: Scenario
    seeds: tuple[int, ...]
    months: int | None = None
    priors: tuple[Prior, ...] = PRIORS
    targets: tuple[Target, ...] = TARGETS
    model_factory: ModelFactory = observed_market

    @property
    def aims(self) -> tuple[Target, ...]:
        """Return the targets that the distance is made of."""
        runs = [one for one in self.targets if all(part.scenario != NO_RUN for part in one.parts)]
        return tuple(one for one in runs if one.name not in LEFT_OUT)

    def description(self) -> dict[str, Any]:
        """Return what must be the same for a study to be continued, as plain data."""
        return {
            "scenario": self.base.name,
            "hash": self.base.hash,
            "model": model_version(),
            "seeds": list(self.seeds),
            "months": self.months,
            "free": [{"name": prior.name, "low": prior.low, "high": prior.high} for prior in self.priors],
            "targets": [[part.measure, *part.allowed] for target in self.aims for part in target.parts],
        }

    def distances(self, candidates: Sequence[Mapping[str, float]], workers: int | None) -> list[pd.DataFrame | None]:
        """Return the table of targets of each set of values; None where a run failed or a value was refused."""
        scenarios: dict[str, Scenario] = {}
        refused: set[int] = set()
        for number, values in enumerate(candidates):
            try:
                made = build(self.base.with_values(dict(values)), labels_of(self.aims, ()), self.months)
            except ScenarioError:
                refused.add(number)
                continue
            scenarios |= {f"{number}\n{label}": scenario for label, scenario in made.items()}
        done = carry_out(
            tasks_of(scenarios, self.seeds),
            MemoryTables(),
            workers=workers,
            progress=None,
            model_factory=self.model_factory,
        )
        if done.interrupted:
            raise KeyboardInterrupt
        refused |= {int(str(label).partition("\n")[0]) for label in done.failed["scenario"]}
        return [None if number in refused else self._table(number, done.runs) for number in range(len(candidates))]

    def _table(self, number: int, runs: pd.DataFrame) -> pd.DataFrame:
        mine = runs[runs["scenario"].str.startswith(f"{number}\n")]
        return parts_table(self.base, self.aims, mine.assign(scenario=mine["scenario"].str.partition("\n")[2]))


def distance_of(parts: pd.DataFrame) -> float:
    """Return the sum of squared deviations of the parts that were measured; infinite when none was."""
    known = parts["deviation"].dropna()
    return float((known**2).sum()) if len(known) else float("inf")


def calibrate(study: Study, folder: Path, trials: int, *, batch: int = 4, workers: int | None = None) -> pd.DataFrame:
    """Do ``trials`` more trials of a study kept in ``folder`` and return all of its trials, best first.

    ``batch`` sets of values are tried at a time, on ``workers`` processes. An interrupt loses the batch under way.
    Raises CalibrationError when the folder holds another study, ModuleNotFoundError without Optuna.
    """
    importlib.import_module("optuna")
    folder.mkdir(parents=True, exist_ok=True)
    _begin_or_continue(study, folder)
    search = _search(folder)
    started, before = time.perf_counter(), len(search.trials)
    if before == 0:
        search.enqueue_trial(_now(study))
    while (left := before + trials - _ended(search)) > 0:
        asked = [search.ask(_spaces(study)) for _ in range(min(batch, left))]
        tried = [{name: _rounded(value) for name, value in one.params.items()} for one in asked]
        for trial, values, parts in zip(asked, tried, study.distances(tried, workers), strict=True):
            _tell(search, trial, values, parts)
        _write_trials(search, folder)
        _say(search, trials)
    found = _write_trials(search, folder)
    _write_summary(study, search, folder, time.perf_counter() - started, trials)
    return found


def _begin_or_continue(study: Study, folder: Path) -> None:
    """Write what the study is about, or check that the folder holds the same one."""
    file = folder / "study.json"
    wanted = study.description()
    if not file.exists():
        file.write_text(json.dumps(wanted, indent=2) + "\n", encoding="utf-8")
        return
    held = json.loads(file.read_text(encoding="utf-8"))
    other = [name for name, value in json.loads(json.dumps(wanted)).items() if held.get(name) != value]
    if other:
        raise CalibrationError(
            f"{folder}: holds another study, with other {', '.join(other)}. Choose another --folder, or ask for that."
        )


def _search(folder: Path) -> Any:
    """Return Optuna's study in a folder: what it was told before, and a sampler that does not repeat itself."""
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = JournalStorage(JournalFileBackend(str(folder / "journal.log")))
    search = optuna.create_study(study_name="calibration", storage=storage, load_if_exists=True)
    search.sampler = optuna.samplers.TPESampler(seed=1 + len(search.trials), n_startup_trials=24, constant_liar=True)
    return search


def _spaces(study: Study) -> dict[str, Any]:
    from optuna.distributions import FloatDistribution, IntDistribution

    return {
        prior.name: IntDistribution(int(prior.low), int(prior.high))
        if prior.whole
        else FloatDistribution(prior.low, prior.high, log=prior.logs)
        for prior in study.priors
    }


def _now(study: Study) -> dict[str, float]:
    """Return the values in use, moved inside the priors where they lie outside."""
    return {prior.name: min(max(study.base.get(prior.name), prior.low), prior.high) for prior in study.priors}


def _rounded(value: float) -> float:
    return value if isinstance(value, int) else float(f"{value:.{DIGITS}g}")


def _ended(search: Any) -> int:
    """Return how many trials have an outcome; a batch lost to an interrupt has none."""
    return sum(trial.state.is_finished() for trial in search.trials)


def _tell(search: Any, trial: Any, values: Mapping[str, float], parts: pd.DataFrame | None) -> None:
    import optuna

    if parts is None:
        search.tell(trial, state=optuna.trial.TrialState.FAIL)
        return
    trial.set_user_attr("values", dict(values))
    trial.set_user_attr("means", {row["measure"]: row["mean"] for row in parts.to_dict("records")})
    trial.set_user_attr("passed", int((parts["status"] == "PASS").sum()))
    search.tell(trial, distance_of(parts))


def _write_trials(search: Any, folder: Path) -> pd.DataFrame:
    """Write every trial with an outcome, best first, and return them."""
    rows = [
        {
            "trial": trial.number,
            "distance": trial.value,
            "parts_passed": trial.user_attrs["passed"],
            **trial.user_attrs["values"],
            **trial.user_attrs["means"],
        }
        for trial in search.trials
        if trial.value is not None
    ]
    columns = ["trial", "distance"] if not rows else None
    frame = pd.DataFrame(rows, columns=columns).sort_values(["distance", "trial"]).reset_index(drop=True)
    frame.to_csv(folder / "trials.csv", index=False, lineterminator="\n")
    return frame


def _write_summary(study: Study, search: Any, folder: Path, seconds: float, trials: int) -> None:
    """Write how the search went: budget, best, time and machine; the time of earlier calls is added up."""
    file = folder / "summary.json"
    before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    values = [trial for trial in search.trials if trial.value is not None]
    best = min(values, key=lambda trial: trial.value) if values else None
    first = next((trial for trial in values if trial.number == 0), None)
    summary = {
        "study": study.description(),
        "trials": len(values),
        "failed": sum(trial.state.name == "FAIL" for trial in search.trials),
        "seconds": round(float(before.get("seconds", 0.0)) + seconds, 1),
        "seconds_of_this_call": round(seconds, 1),
        "trials_of_this_call": trials,
        "distance_before": first.value if first else None,
        "distance": best.value if best else None,
        "best": best.user_attrs["values"] if best else None,
        "means": best.user_attrs["means"] if best else None,
        "left_out": LEFT_OUT,
        "date": datetime.date.today().isoformat(),
        "versions": versions(),
        "commit": commit(),
        "machine": machine(),
    }
    file.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _say(search: Any, trials: int) -> None:
    values = [trial.value for trial in search.trials if trial.value is not None]
    best = f"{min(values):.3f}" if values else "none"
    print(f"{_ended(search)} trials done, {trials} asked for in this call; least distance {best}", file=sys.stderr)


def as_config(summary: Mapping[str, Any], extends: str, name: str) -> str:
    """Return the best values as a scenario file that extends another, with where they come from in its heading."""
    study, best = summary["study"], summary["best"]
    if not best:
        raise CalibrationError("the study has no trial that ran, so there is nothing to write")
    reasons = {prior.name: prior.reason for prior in PRIORS}
    first, last, minutes = study["seeds"][0], study["seeds"][-1], summary["seconds"] / 60.0
    head = [
        f"Calibrated on {summary['date']} by resilience.analysis.calibrate (Optuna's TPE): {summary['trials']} trials,",
        f"seeds {first} to {last}, {minutes:.0f} minutes on {summary['machine']['processors']} processors.",
        f"Distance {summary['distance']:.2f} (with the values before: {summary['distance_before']:.2f}): the sum of",
        "squared deviations from the targets of docs/validation.md, each 1 at the end of what is allowed.",
        f"Base {study['scenario']}, hash {study['hash'][:12]}. What stands below was free; all else keeps its value.",
    ]
    lines = [f"# {line}" for line in head]
    lines += [f'extends = "{extends}"', f'name = "{name}"']
    lines += ['description = "The calibration vintage with the values of its free parameters found by calibration."']
    for section in dict.fromkeys(key.partition(".")[0] for key in best):
        lines += ["", f"[{section}]"]
        for key, value in best.items():
            if key.startswith(f"{section}."):
                lines += [f"# {reasons[key]}", f"{key.partition('.')[2]} = {value!r}"]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the options, search, and write the best set where that is asked for. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m resilience.analysis.calibrate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--base", default="west-midlands-2016", help="scenario to calibrate")
    parser.add_argument("--trials", type=int, default=200, help="further trials")
    parser.add_argument("--seeds", type=int, default=3, help="runs of every scenario in a trial")
    parser.add_argument("--seed", type=int, default=1001, help="the first seed; validation has others")
    parser.add_argument("--months", type=int, default=None, help="run no longer than this")
    parser.add_argument("--batch", type=int, default=4, help="sets of values tried at a time")
    parser.add_argument("--workers", type=int, default=None, help="processes")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the study is kept")
    parser.add_argument("--write", type=Path, default=None, help="write the best set as this scenario file")
    chosen = parser.parse_args(arguments)
    try:
        study = Study(load(chosen.base), tuple(range(chosen.seed, chosen.seed + chosen.seeds)), chosen.months)
        found = calibrate(study, chosen.folder, chosen.trials, batch=chosen.batch, workers=chosen.workers)
        print(found.head(5).to_string())
        if chosen.write is not None:
            summary = json.loads((chosen.folder / "summary.json").read_text(encoding="utf-8"))
            extends = f"{study.base.name}.toml"
            chosen.write.write_text(as_config(summary, extends, chosen.write.stem), encoding="utf-8", newline="\n")
            print(f"Written: {chosen.write}")
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "optuna":
            raise
        print(
            f"Calibration needs more packages ({missing.name} is missing). "
            'Install them with: pip install "care-market-resilience[analysis]"',
            file=sys.stderr,
        )
        return 2
    except (ScenarioError, CalibrationError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
