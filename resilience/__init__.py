"""An agent-based model of England's market for adult social care.

Names are loaded when first used, so that importing the package costs nothing.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resilience.batches.batch import batch
    from resilience.model import CareMarket
    from resilience.reports.write import report
    from resilience.runs.compare import compare
    from resilience.runs.ensemble import run
    from resilience.runs.simulate import simulate
    from resilience.runs.store import load_results
    from resilience.scenario import Scenario
    from resilience.scenario.load import load

__version__ = "0.1.0"

__all__ = [
    "CareMarket",
    "Scenario",
    "__version__",
    "batch",
    "compare",
    "load",
    "load_results",
    "report",
    "run",
    "simulate",
]

_HOMES = {
    "CareMarket": "model",
    "Scenario": "scenario",
    "batch": "batches.batch",
    "compare": "runs.compare",
    "load": "scenario",
    "load_results": "runs.store",
    "report": "reports.write",
    "run": "runs.ensemble",
    "simulate": "runs.simulate",
}


def __getattr__(name: str) -> Any:
    """Load a name of the package when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'resilience' has no attribute '{name}'")
    return getattr(importlib.import_module(f"resilience.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """List the names that can be loaded."""
    return sorted(__all__)
