"""Work that is measured in a process of its own: ``python -m benchmarks.child WORK ARGUMENTS`` prints JSON."""

import json
import resource
import sys
import time
from pathlib import Path


def region(name: str, months: str) -> dict[str, float]:
    """Open a region's market and play some months; seconds and the most memory held, in megabytes."""
    from resilience import CareMarket

    started = time.perf_counter()
    model = CareMarket("west-midlands-2016", rng=1, region=name, months=120)
    opened = time.perf_counter()
    model.step()  # the first month warms up
    by_month = []
    for _ in range(int(months)):
        before = time.perf_counter()
        model.step()
        by_month.append(time.perf_counter() - before)
    return {
        "opening": opened - started,
        "month": sorted(by_month)[len(by_month) // 2],
        "councils": len(model.councils),
        "sites": int(model.state.sites.alive.sum()),
        "self_funders": len(model.state.self_funders),
        "memory_mb": memory_mb(),
    }


def batch(runs: str, workers: str, folder: str) -> dict[str, float]:
    """Run the West Midlands many times into a results folder; seconds, and this process's memory."""
    import resilience

    started = time.perf_counter()
    done = resilience.run("west-midlands-2016", runs=int(runs), workers=int(workers), out=folder)
    return {
        "seconds": time.perf_counter() - started,
        "runs": len(done.runs),
        "months": next(iter(done.scenarios.values())).months,
        "memory_mb": memory_mb(),
    }


def memory_mb() -> float:
    """Return the most memory that this process held at any time, in megabytes.

    Linux counts what the process that started this one held then into its ``ru_maxrss``; its status file does not.
    """
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) / 2**10
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


WORK = {"region": region, "batch": batch}

if __name__ == "__main__":
    print(json.dumps(WORK[sys.argv[1]](*sys.argv[2:])))
