"""Checking a scenario, printing the schema and answering --help must not wait for the heavy libraries."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"mesa", "pandas", "pyarrow", "scipy", "networkx", "matplotlib", "solara", "dask"}


@pytest.mark.parametrize(
    "code",
    [
        "import resilience.scenario",
        "from resilience.scenario import json_schema; json_schema()",
        "from resilience.scenario import Scenario\n"
        "Scenario.from_dict({'region': 'england', 'start': '2025-04', 'months': 12, 'shocks': {'wage_rise': {}}}).hash",
        "import resilience.shocks, resilience.policies",
        "import resilience.policies.catalyst",
    ],
)
def test_nothing_heavy_is_imported(code: str) -> None:
    script = f"{code}\nimport sys\nprint(*(name.partition('.')[0] for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "pydantic" in done.stdout.split()
    assert HEAVY.isdisjoint(done.stdout.split())
