"""What a batch costs beside the model, a run: ``python -m benchmarks.overhead``.

The market here plays nothing and hands over the tables of one real run made beforehand, so all the time that passes is
the engine's: making the scenario, packing and writing the run, the pool's messages, and gathering at the end.
"""

import argparse
import functools
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

from resilience.batches.batch import Batch, batch
from resilience.model import CareMarket
from resilience.scenario import Scenario, load

SCENARIO = "west-midlands-2016"


@functools.cache
def real_results(months: int) -> Any:
    """Return what one real run gives."""
    return CareMarket(load(SCENARIO, months=months), rng=1).run()


class NullMarket:
    """A market that is over at once."""

    running = False

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.months = scenario.months

    def step(self) -> None:
        """Play nothing."""

    def results(self) -> Any:
        """Hand over the results of the run made beforehand."""
        return real_results(self.months)


def measured(folder: Path, runs: int, months: int, tables: list[str] | None) -> tuple[Batch, float, float]:
    """Do a batch of null runs in this process; return it, processor seconds a run, and of gathering alone a run."""
    tables_kept = {} if tables is None else {"tables": tables}
    experiment = {"name": "null", "base": SCENARIO, "months": months, "seeds": runs, **tables_kept}
    real_results(months)
    before = time.process_time()
    batch(experiment, folder / "out", 1, shard=(1, 1), model_factory=NullMarket)
    whole = time.process_time() - before
    (folder / "out" / "manifest.json").unlink()
    before = time.process_time()
    done = batch(experiment, folder / "out", 1, model_factory=NullMarket)
    return done, whole / runs, (time.process_time() - before) / runs


def main(arguments: list[str] | None = None) -> None:
    """Measure with all tables and with none, and print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.overhead", description="What a batch itself costs.")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--months", type=int, default=60)
    chosen = parser.parse_args(arguments)
    for what, tables in (("all tables", None), ("measures only", [])):
        with tempfile.TemporaryDirectory() as folder:
            done, whole, gathering = measured(Path(folder), chosen.runs, chosen.months, tables)
            files = list((done.path / "batch" / "runs").glob("??/*.arrow"))
            size = sum(file.stat().st_size for file in files) / len(files)
            gathered = sum(file.stat().st_size for file in done.path.glob("*.parquet")) / len(files)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{what}, {chosen.months} months: {whole * 1e3:.1f} ms of processor time a run, of which gathering "
            f"{gathering * 1e3:.1f} ms; {size / 1e3:,.0f} kB a run, gathered {gathered / 1e3:,.0f} kB; "
            f"peak memory {peak:,.0f} MB"
        )


if __name__ == "__main__":
    main()
