"""What a report is made from: a results folder, its scenarios under their titles, and what its manifest says."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from resilience.reports.figures import title_of
from resilience.runs.compare import Comparison
from resilience.runs.ensemble import RunSet
from resilience.runs.folder import OutputError
from resilience.runs.store import StoredResults, load_results
from resilience.runs.tables import KEYS
from resilience.state.codes import NEVER_FILLED

Kind = Literal["run", "comparison", "stress", "sweep"]

NEEDED = {
    "run": ("runs", "months", "councils", "providers", "events"),
    "comparison": ("runs", "months", "councils", "providers", "events"),
    "stress": ("stress_providers", "stress_councils"),
    "sweep": ("runs", "design"),
}
"""Tables without which there is nothing to report."""


class Material(StoredResults):
    """A results folder whose scenarios bear their titles in every table; ``name_of`` gives back the names.

    Of a batch the scenarios are those that it varies; its design points keep their labels.
    """

    def __init__(self, path: Path, manifest: dict[str, Any]) -> None:
        given = manifest.get("bases") or manifest["scenarios"]
        self.name_of = _titled(given)
        entries = {title: given[name] for title, name in self.name_of.items()}
        super().__init__(path, {**manifest, "scenarios": entries})

    @property
    def titles(self) -> list[str]:
        """Return the titles of the scenarios, the base of a comparison first."""
        return list(self.name_of)

    def table(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return a table with titles in its column ``scenario``. Raises KeyError for one that is not there."""
        frame = super().table(name, columns)
        if "scenario" in frame and self.kind != "sweep":
            frame["scenario"] = frame["scenario"].replace({name: title for title, name in self.name_of.items()})
        return frame

    @cached_property
    def kind(self) -> Kind:
        """Return what the folder holds."""
        if "stress" in self.manifest:
            return "stress"
        if "design" in self.names:
            return "sweep"
        return "comparison" if len(self.manifest["scenarios"]) > 1 else "run"

    @cached_property
    def run_set(self) -> RunSet:
        """Return the runs as the functions that answer and summarise take them."""
        return RunSet(
            scenarios=self.scenarios,
            seeds=list(self.manifest["seeds"]),
            runs=self.runs,
            failed=self.failed_runs if "failed_runs" in self.names else self.runs.head(0),
            causes=self._causes(),
            seconds=float(self.manifest.get("timings", {}).get("seconds") or 0.0),
            interrupted=bool(self.manifest.get("interrupted", False)),
            path=self.path,
        )

    @cached_property
    def comparison(self) -> Comparison:
        """Return the runs as a comparison with the first scenario."""
        return Comparison(self.run_set)

    @cached_property
    def finished(self) -> dict[str, int]:
        """Return the number of finished runs of each scenario, by title."""
        counts = self.runs["scenario"].value_counts()
        return {title: int(counts.get(title, 0)) for title in self.titles}

    @property
    def fewest_runs(self) -> int:
        """Return the runs of the scenario, or of the design point, that has fewest."""
        if self.kind == "sweep":
            return int(self.runs["scenario"].value_counts().min())
        return min(self.finished.values())

    def _causes(self) -> dict[str, Counter[str]]:
        """Return failed providers by cause for each scenario, as a set of runs counts them."""
        if "providers" not in self.names:
            return {}
        table = self.table("providers", ["scenario", "fate", "cause", "opened"])
        failed = table[(table["fate"] == "failed") & table["cause"].notna()]
        young = failed["opened"].notna() & (failed["cause"] == "occupancy")
        causes = failed["cause"].mask(young, NEVER_FILLED)
        return {
            title: Counter(cause for cause in causes[failed["scenario"] == title] if cause) for title in self.titles
        }


def _titled(names: Iterable[str]) -> dict[str, str]:
    """Return each scenario's name by its title; a title that is taken gets a number."""
    titles: dict[str, str] = {}
    for name in names:
        title, number = title_of(name), 1
        while title in titles:
            number += 1
            title = f"{title_of(name)} ({number})"
        titles[title] = name
    return titles


def read_material(folder: str | Path) -> Material:
    """Open a results folder for a report.

    Raises OutputError when the folder holds no results, when no run finished, or when a table is missing.
    """
    stored = load_results(folder)
    material = Material(stored.path, stored.manifest)
    missing = [name for name in NEEDED[material.kind] if name not in material.names]
    if "runs" not in material.names or material.runs.empty:
        raise OutputError(f"{material.path}: no run finished, so there is nothing to report.")
    if missing:
        raise OutputError(f"{material.path}: has no table of {', '.join(missing)}, so no report can be made of it.")
    return material


def keys_and(*columns: str) -> list[str]:
    """Return the columns to read of a table: its keys and these."""
    return [*KEYS, *columns]
