"""A stress test's results folder: the three tables, the scenario as resolved and a manifest, whole or not at all."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from resilience.runs.folder import ResultsFolder
from resilience.runs.manifest import manifest
from resilience.runs.one import run_identity
from resilience.runs.store import Store
from resilience.runs.tables import to_arrow
from resilience.runs.work import FAILED_COLUMNS
from resilience.stress.answer import stress_answer
from resilience.stress.nminus import StressOrder, StressResult


class StressFolder:
    """The folder in the making: try it out before the work, ``keep`` the result, ``discard`` in any case."""

    def __init__(self, order: StressOrder, out: Path | None, overwrite: bool, command: Sequence[str] | None) -> None:
        """Choose the folder and try it out. Raises OutputError when it cannot be used."""
        scenario = order.scenario
        self.order, self.command = order, command
        self.folder = ResultsFolder(out, f"{scenario.name}-{scenario.hash[:8]}-stress", 1, overwrite=overwrite)

    def keep(self, result: StressResult, tables: dict[str, pd.DataFrame]) -> Path:
        """Write the tables and publish the folder; returns its path."""
        order = self.order
        scenarios = {order.scenario.name: order.scenario}
        store = Store(self.folder, manifest(scenarios, order.seeds, self.command), scenarios)
        label = order.scenario.name
        run_id = run_identity(label, order.scenario.hash, order.seed)
        try:
            for name, frame in tables.items():
                if len(frame):
                    store.add(name, to_arrow(frame, run_id=run_id, scenario=label, seed=order.seed))
            run = {"run_id": run_id, "scenario": label, "seed": order.seed, "providers_tested": len(result.tested)}
            return store.publish(pd.DataFrame([run]), self._failed(result, run_id), self._outcome(result, tables))
        finally:
            store.let_go()

    def discard(self) -> None:
        """Leave no trace of a folder that was not published."""
        self.folder.discard()

    def _failed(self, result: StressResult, run_id: str) -> pd.DataFrame:
        rows = [
            (run_id, self.order.scenario.name, stop.seed, f"{_who(stop.providers)}: {failed.error}", failed.traceback)
            for stop, failed in result.failed
        ]
        kinds = {name: "str" for name in FAILED_COLUMNS if name != "seed"}
        return pd.DataFrame(rows, columns=list(FAILED_COLUMNS)).astype({**kinds, "seed": "int64"})

    def _outcome(self, result: StressResult, tables: dict[str, pd.DataFrame]) -> dict[str, object]:
        """Return what the manifest says beside the usual."""
        order = self.order
        repeat = f"resilience stress scenario.toml --at {order.at} --min-hours {order.min_hours:g} --k {order.k}"
        repeat += f" --seed {order.seed} --runs {order.lucks}" + (" --with-buyers" if order.with_buyers else "")
        return {
            "reproduce": repeat,
            "stress": {
                "at": order.at,
                "month": str(order.scenario.month_date(order.at)),
                "min_hours": order.min_hours,
                "k": order.k,
                "with_buyers": order.with_buyers,
            },
            "runs_asked": 1,
            "runs_done": 1,
            "runs_failed": len(result.failed),
            "interrupted": False,
            "timings": {"seconds": round(result.seconds, 3)},
            "answer": stress_answer(result, tables),
        }


def _who(providers: tuple[int, ...]) -> str:
    return " and ".join(f"P{row}" for row in providers)
