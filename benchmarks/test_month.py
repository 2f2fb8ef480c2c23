"""A month of the West Midlands, on columns and as plain Mesa agents; ten years; a new market."""

import pytest

from benchmarks.months import market
from benchmarks.plain_mesa import PlainMarket


@pytest.mark.benchmark(group="a month of the West Midlands")
def test_month_on_columns(benchmark):
    model = market()
    benchmark.pedantic(model.step, rounds=24, iterations=1, warmup_rounds=1)
    assert model.month >= 1


@pytest.mark.benchmark(group="a month of the West Midlands")
@pytest.mark.parametrize("keyed", [False, True], ids=["Mesa's draws", "keyed draws"])
def test_month_of_plain_agents(benchmark, keyed):
    model = PlainMarket(market(), keyed=keyed)
    benchmark.pedantic(model.step, rounds=8, iterations=1, warmup_rounds=1)
    assert model.month >= 1


@pytest.mark.benchmark(group="ten years")
def test_ten_years_on_columns(benchmark):
    def fresh():
        return (market(),), {}

    benchmark.pedantic(lambda model: model.run_for(120), setup=fresh, rounds=3, iterations=1)


@pytest.mark.benchmark(group="a new market")
def test_opening_the_west_midlands(benchmark):
    model = benchmark.pedantic(market, rounds=5, iterations=1, warmup_rounds=1)
    assert model.month == 0


@pytest.mark.benchmark(group="a new market")
def test_results_as_tables(benchmark):
    model = market()
    model.run_for(12)
    results = benchmark.pedantic(model.results, rounds=5, iterations=1, warmup_rounds=1)
    assert {"months", "councils", "councils_by", "providers", "events"} <= set(results.tables)
