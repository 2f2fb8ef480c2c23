"""A validation's results folder: the table of targets, the facts, every statistic of every run, a manifest."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from resilience.analysis.show import data
from resilience.analysis.validate import Validation
from resilience.runs.folder import OutputError, ResultsFolder, cannot_write
from resilience.runs.manifest import manifest
from resilience.runs.store import Store
from resilience.scenario import Scenario


class ValidationFolder:
    """The folder in the making: try it out before the work, ``keep`` the result, ``discard`` in any case."""

    def __init__(self, base: Scenario, runs: int, out: Path | None, overwrite: bool) -> None:
        """Choose the folder and try it out. Raises OutputError when it cannot be used."""
        self.folder = ResultsFolder(out, f"{base.name}-{base.hash[:8]}-validation", runs, overwrite=overwrite)

    def keep(self, found: Validation, command: Sequence[str] | None) -> Path:
        """Write ``targets`` and ``facts`` (csv and parquet), ``runs`` and the manifest, and publish the folder."""
        runs = found.runs
        store = Store(self.folder, manifest(runs.scenarios, runs.seeds, command), runs.scenarios)
        try:
            for name, frame in (("targets", found.parts), ("facts", found.facts)):
                self._write(name, frame)
            told = data(found)
            outcome = {name: told[name] for name in ("score", "passed", "targets", "distance", "statuses", "answer")}
            repeat = f"resilience validate scenario-1.toml --runs {len(runs.seeds)} --seed {runs.seeds[0]}"
            return store.publish(
                runs.runs,
                runs.failed,
                {
                    "reproduce": repeat,
                    "runs_asked": len(runs.seeds) * len(runs.scenarios),
                    "runs_done": len(runs.runs),
                    "runs_failed": len(runs.failed),
                    "interrupted": runs.interrupted,
                    "timings": {"seconds": round(runs.seconds, 3)},
                    "validation": outcome,
                    "answer": told["answer"],
                },
            )
        finally:
            store.let_go()

    def _write(self, name: str, frame: pd.DataFrame) -> None:
        try:
            frame.to_csv(self.folder.partial / f"{name}.csv", index=False, lineterminator="\n")
            frame.to_parquet(self.folder.partial / f"{name}.parquet", index=False)
        except OSError as error:
            raise OutputError(cannot_write(self.folder.path, error)) from error

    def discard(self) -> None:
        """Leave no trace of a folder that was not published."""
        self.folder.discard()
