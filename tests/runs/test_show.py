import io
import json
import math

import pytest
from rich.console import Console

from resilience.runs import show
from resilience.runs.compare import compare
from resilience.runs.ensemble import run
from tests.runs import fakes


@pytest.mark.parametrize(
    ("value", "decimals", "signed", "text"),
    [
        (1234.4, 0, False, "1,234"),
        (0.25, 3, False, "0.250"),
        (math.nan, 0, False, "-"),
        (38_214_000.0, 0, False, "38.21m"),
        (-1_940_000.0, 0, True, "-1.94m"),
        (41.0, 0, True, "+41"),
        (0.0, 0, True, "0"),
        (-0.0001, 3, True, "0.000"),
    ],
)
def test_numbers_on_the_screen(value, decimals, signed, text):
    assert show.number(value, decimals, signed=signed) == text


def test_an_interval_on_the_screen():
    assert show.interval(1.0, 20.0, 0) == "1 to 20"
    assert show.interval(-3.0, 20.0, 0, signed=True) == "-3 to +20"
    assert show.interval(math.nan, math.nan, 0) == "-"


def rendered(table: object) -> str:
    console = Console(width=140, file=io.StringIO())
    with console.capture() as captured:
        console.print(table)
    return captured.get()


def test_the_headline_table_has_the_headline_and_its_units():
    text = rendered(show.headline_table(run(fakes.scenario(), runs=3, model_factory=fakes.FakeMarket)))
    assert "squeeze: 3 runs" in text
    assert "90% of runs" in text
    assert "council-setting-months" in text
    assert "Assessed need" not in text


def test_the_title_of_one_run_is_singular():
    text = rendered(show.headline_table(run(fakes.scenario(), model_factory=fakes.FakeMarket)))
    assert text.splitlines()[0].strip() == "squeeze: 1 run"


def test_data_is_strict_json_and_a_failed_comparison_too():
    for factory in (fakes.FakeMarket, fakes.AlwaysFails):
        found = compare([fakes.scenario("a"), fakes.scenario("b")], runs=1, model_factory=factory)
        data = json.loads(json.dumps(show.comparison_data(found), allow_nan=False))
        assert set(data["differences"]) == {"b"}
        assert data["failed_runs"] == len(found.run_set.failed)


def test_every_measure_of_the_summary_is_in_the_data():
    runs = run(fakes.scenario(), runs=2, model_factory=fakes.FakeMarket)
    data = show.run_data(runs)
    assert list(data["measures"]) == list(runs.summary()["measure"])
    assert data["measures"]["need_hours"]["unit"] == "hours"
    assert data["out"] is None
