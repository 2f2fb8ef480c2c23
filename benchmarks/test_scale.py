"""England, and many runs with their tables."""

import pytest

from benchmarks.processes import child


@pytest.mark.benchmark(group="England")
def test_england(benchmark):
    found = benchmark.pedantic(child, args=("region", "england", "6"), rounds=1, iterations=1)
    benchmark.extra_info.update(found)
    assert found["councils"] > 100
    assert found["memory_mb"] < 2048


@pytest.mark.benchmark(group="a batch")
def test_batch_with_tables(benchmark, tmp_path):
    found = benchmark.pedantic(child, args=("batch", "10", "2", str(tmp_path / "results")), rounds=1, iterations=1)
    benchmark.extra_info.update(found)
    assert found["runs"] == 10
