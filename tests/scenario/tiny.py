"""A small section and scenario of the tests' own, so that no test here depends on the model's parameters."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from resilience.scenario import Scenario, Section, parameter
from resilience.scenario.load import load_with


class Tiny(Section):
    """One parameter of every type there is."""

    leaving_rate: float = parameter(
        0.3, unit="per year", low=0.05, high=1.0, label="Share of staff who leave in a year.", source="E00-001"
    )
    discount: float = parameter(
        0.1, unit="fraction", low=0.0, high=0.5, label="Discount won.", source="assumption", role="lever"
    )
    bed_count: int = parameter(40, unit="beds", low=1, high=200, label="Beds in a home.", source="assumption")
    is_open: bool = parameter(True, unit="", label="Whether it takes people in.", source="assumption", role="fixed")
    grouping: Literal["chain", "independent"] = parameter(
        "chain", unit="", label="Who owns it.", source="assumption", role="fixed"
    )
    motto: str = parameter("", unit="", label="Painted over the door.", source="assumption", role="fixed")
    sites_file: str = parameter("", unit="", label="Own sites.", source="assumption", role="fixed")
    pay_floor: dict[int, float] = parameter(
        {2015: 6.7, 2016: 7.2}, unit="GBP/hour", low=3.0, high=40.0, label="Lowest legal pay.", source="E00-002"
    )


class TinyScenario(Scenario):
    tiny: Tiny = Field(default_factory=Tiny)


RUN = {"region": "west-midlands", "start": "2016-04", "months": 120}
RUN_TOML = 'region = "west-midlands"\nstart = "2016-04"\nmonths = 120\n'


def tiny(**settings: object) -> TinyScenario:
    return TinyScenario.from_dict({**RUN, **settings})


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def load_text(folder: Path, text: str, **values: object) -> TinyScenario:
    """The tiny scenario of a file with this text after the run's own settings, which fill lines 1 to 3."""
    return load_with(write(folder, "case.toml", RUN_TOML + text), values, scenario_class=TinyScenario)
