"""What a user waits for: importing, and commands in a process of their own."""

import pytest

from benchmarks.months import SCENARIO
from benchmarks.processes import run


@pytest.mark.benchmark(group="importing")
@pytest.mark.parametrize(
    "program",
    ["pass", "import mesa", "import resilience", "import resilience; resilience.CareMarket"],
    ids=["python alone", "mesa", "resilience", "the model"],
)
def test_importing(benchmark, program):
    benchmark.pedantic(run, args=("-c", program), rounds=5, iterations=1, warmup_rounds=1)


@pytest.mark.benchmark(group="commands")
@pytest.mark.parametrize("command", [["--help"], ["check", SCENARIO]], ids=["help", "check"])
def test_commands(benchmark, command):
    said = benchmark.pedantic(run, args=("-m", "resilience", *command), rounds=5, iterations=1, warmup_rounds=1)
    assert said.strip()


@pytest.mark.benchmark(group="commands")
def test_one_run_and_its_answer(benchmark, tmp_path):
    keep = ("--out", str(tmp_path / "results"), "--overwrite")
    command = ("-m", "resilience", "run", SCENARIO, "--runs", "1", *keep)
    said = benchmark.pedantic(run, args=command, rounds=3, iterations=1, warmup_rounds=1)
    assert said.strip()
