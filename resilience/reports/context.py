"""What surrounds the findings: the question, what each scenario assumes, policies and their cost, and assumptions."""

import datetime
import math
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from resilience.measures.catalogue import Measure
from resilience.reports.figures import change, interval, plain, seeds_said, value
from resilience.reports.read import Material
from resilience.runs.answer import listed, span
from resilience.runs.benefits import costs_and_benefits, without_policies
from resilience.scenario import ParameterInfo, Scenario
from resilience.scenario.describe import parameters_of

WEIGHTIEST = (
    "distress.sale_congestion",
    "councils.squeeze_on_fees",
    "councils.cost_follows_fee",
    "need.hours_per_resident",
)
"""The four assumptions that carry the most weight; docs/limits.md says why."""

COMPONENTS = ("shocks", "policies")


def place_of(scenario: Scenario) -> str:
    """Return the region as one writes it: "the West Midlands", "England"; of a file of councils its name."""
    region = scenario.region
    if region.endswith(".csv"):
        return region.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".csv")
    small = {"of", "and", "the"}
    name = " ".join(word if word in small else word.capitalize() for word in region.split("-"))
    return name if region in ("england", "london", "yorkshire-and-the-humber", "east-of-england") else f"the {name}"


def period_of(scenario: Scenario) -> str:
    """Return the months of a run: "April 2016 to March 2021"."""
    return f"{scenario.month_date(0):%B %Y} to {scenario.month_date(scenario.months - 1):%B %Y}"


def question(material: Material) -> str:
    """Return what the runs were made to find out."""
    scenarios = material.run_set.scenarios
    base = next(iter(scenarios.values()))
    where = f"{place_of(base)} over the {span(base.months)} from {base.month_date(0):%B %Y}"
    if len(scenarios) == 1:
        under = f" under “{material.titles[0]}”"
        return f"What happens to adult social care in {where}{under}: who fails, and how much care is lost?"
    others = listed([f"“{title}”" for title in material.titles[1:]])
    return f"What changes for adult social care in {where} under {others} instead of “{material.titles[0]}”?"


def settings(material: Material) -> list[dict[str, Any]]:
    """Return what each scenario says, its shocks and policies with their settings, and what else it changes.

    What an experiment varies has no one value, and says so.
    """
    found = []
    varied = set(material.table("design").columns) if material.kind == "sweep" else set[str]()
    for title, scenario in material.run_set.scenarios.items():
        infos = parameters_of(scenario)
        found.append(
            {
                "title": title,
                "description": scenario.description,
                "period": period_of(scenario),
                "components": [
                    _component(family, name, scenario, infos, varied)
                    for family in COMPONENTS
                    for name in getattr(scenario, family)
                ],
                "changed": [
                    _row(info)
                    for info in infos
                    if info.name.split(".")[0] not in COMPONENTS and info.value != info.default
                ],
            }
        )
    return found


def _component(
    family: str, name: str, scenario: Scenario, infos: Sequence[ParameterInfo], varied: AbstractSet[str]
) -> dict[str, Any]:
    component = getattr(scenario, family)[name]
    prefix = f"{family}.{name}."
    doc = " ".join((type(component).__doc__ or "").split("\n\n")[0].split())
    return {
        "family": {"shocks": "Shock", "policies": "Policy"}[family],
        "name": name.replace("_", " ").capitalize(),
        "meaning": doc.replace("``", ""),
        "said": _said([info for info in infos if info.name.startswith(prefix)], varied),
        "rows": [
            _row(info) | ({"value": "varied"} if info.name in varied else {})
            for info in infos
            if info.name.startswith(prefix)
        ],
    }


def _said(infos: Sequence[ParameterInfo], varied: AbstractSet[str]) -> str:
    """Return the settings of a component that say how large it is, or are not the defaults, in a line."""
    said = [
        f"{info.name.rsplit('.', 1)[-1].replace('_', ' ')} "
        f"{'varied' if info.name in varied else _without_its_name(info)}"
        for info in infos
        if info.role == "lever" or info.value != info.default or info.name in varied
    ]
    text = "; ".join(said)
    return f"Here: {text}." if text else "With its usual settings."


def _without_its_name(info: ParameterInfo) -> str:
    """Return a setting's value with its unit, unless its name says the unit already: "years 2"."""
    name, text = info.name.rsplit(".", 1)[-1], written(info.value, info.unit)
    return text.removesuffix(f" {info.unit}") if info.unit == name else text


def _row(info: ParameterInfo) -> dict[str, str]:
    return {
        "name": info.name,
        "label": info.label,
        "value": written(info.value, info.unit),
        "default": written(info.default, info.unit),
        "range": _range(info),
        "unit": info.unit,
        "source": info.source,
    }


def _range(info: ParameterInfo) -> str:
    if info.low is None or info.high is None:
        return ", ".join(info.choices or ())
    return f"{_amount(info.low, info.unit).partition(' ')[0]} to {_amount(info.high, info.unit).partition(' ')[0]}"


def written(given: Any, unit: str) -> str:
    """Return a parameter's value with its unit, as one reads it: "−20%", "£1 an hour", "April 2017", "3 years"."""
    if given is None:
        return "from the start"
    if isinstance(given, bool):
        return "yes" if given else "no"
    if isinstance(given, Mapping):
        return ", ".join(f"{year}: {written(number, unit)}" for year, number in given.items())
    if isinstance(given, int | float):
        return _amount(given, unit)
    if unit == "month" and re.fullmatch(r"\d{4}-\d{2}", given):
        return f"{datetime.date(int(given[:4]), int(given[5:]), 1):%B %Y}"
    return str(given) or "none"


def _amount(number: float, unit: str) -> str:
    if unit in ("share", "fraction"):
        return f"{plain_number(100 * number)}%"
    if unit.startswith("GBP"):
        text = pence(plain_number(number))
        sign = "−" if text.startswith("−") else ""
        return f"{sign}£{text.removeprefix('−')}{unit.removeprefix('GBP').replace('/', ' a ')}".replace(
            " a hour", " an hour"
        )
    return f"{plain_number(number)} {unit.replace('/', ' a ')}".strip()


def pence(text: str) -> str:
    """Return pounds as written with two figures behind the point rather than one: "1.5" as "1.50"."""
    return f"{text}0" if re.fullmatch(r".*\.\d", text) else text


def plain_number(number: float | None) -> str:
    """Return a number of a setting: no needless zeros, thousands separated."""
    if number is None or not math.isfinite(number):
        return "–"
    text = f"{abs(number):,.4f}".rstrip("0").rstrip(".") if abs(number) < 1e6 else f"{abs(number):,.0f}"
    return f"−{text}" if number < 0 and text != "0" else text


def policies(material: Material) -> dict[str, Any]:
    """Return what the policies cost and bring: of a comparison against its base, of one scenario what they cost."""
    if material.kind == "run":
        scenario = material.run_set.scenarios[material.titles[0]]
        summary = {row["measure"]: row for row in material.run_set.summary().to_dict("records")}
        row = summary.get("programme_cost")
        if not scenario.policies or row is None:
            return {"names": [], "cost": "", "tables": []}
        cost = value("programme_cost", row["mean"], row["low"], row["high"])
        return {"names": [name.replace("_", " ") for name in scenario.policies], "cost": cost, "tables": []}
    tables = []
    for title in material.comparison.others:
        base = without_policies(material.run_set.scenarios, title)
        if base is None:
            continue
        frame = costs_and_benefits(material.run_set.of(base), material.run_set.of(title), title)
        if len(frame):
            rows = [_benefit(row) for row in frame.to_dict("records")]
            names = _added(material.run_set.scenarios, base, title)
            tables.append({"title": title, "base": base, "rows": rows, "names": names})
    return {"names": [], "cost": "", "tables": tables}


def _added(scenarios: Mapping[str, Scenario], base: str, title: str) -> list[str]:
    policies = scenarios[title].policies.items()
    return [name.replace("_", " ") for name, policy in policies if scenarios[base].policies.get(name) != policy]


def _benefit(row: Mapping[Any, Any]) -> dict[str, str]:
    hourly = row["measure"] == "cost_per_hour_saved"
    measure = Measure(row["measure"], row["label"], row["unit"], "", decimals=2 if hourly else 0)
    number, low, high = row["difference"], row["low"], row["high"]
    return {
        "name": row["measure"],
        "label": row["label"],
        "value": value(measure, number, low, high) if hourly else change(measure, number, low, high),
        "interval": interval(measure, low, high, signed=not hourly),
        "unit": {"GBP": "", "GBP/hour": "an hour"}.get(row["unit"], row["unit"]),
    }


def weighty(material: Material) -> list[dict[str, str]]:
    """Return the declared assumptions that carry the most weight, with their value in the base and their range."""
    scenario = next(iter(material.run_set.scenarios.values()))
    by_name = {info.name: info for info in parameters_of(scenario)}
    return [_row(by_name[name]) for name in WEIGHTIEST if name in by_name]


def cautions(material: Material) -> list[str]:
    """Return what a reader must know about these very runs: few, failed or interrupted."""
    said = []
    fewest = material.fewest_runs
    if material.kind == "sweep":
        said += ["Few seeds a design point: part of the differences between points is chance."] if fewest < 5 else []
    elif fewest < 2:
        said.append("One run only: there are no intervals, and chance alone may make what is seen here.")
    elif fewest < 20:
        said.append(f"{fewest} runs: intervals are wide, and the ends of ranges are those of the few runs there are.")
    failed = len(material.run_set.failed)
    if failed:
        asked = failed + len(material.runs)
        said.append(
            f"{plain(failed)} of {plain(asked)} runs failed and are left out; the folder keeps their tracebacks."
        )
    if material.run_set.interrupted:
        said.append("The work was interrupted: only runs that had finished count.")
    return said


def failed_rows(material: Material, most: int = 20) -> list[dict[str, Any]]:
    """Return the failed runs: scenario, seed and error."""
    failed = material.run_set.failed
    return [
        {"scenario": row["scenario"], "seed": row["seed"], "error": row["error"]}
        for row in failed.head(most).to_dict("records")
    ]


def facts(material: Material) -> list[tuple[str, str]]:
    """Return what stands under the title: where, when, how many runs."""
    base = next(iter(material.run_set.scenarios.values()))
    runs = sorted(set(material.finished.values()))
    each = " each" if len(material.titles) > 1 else ""
    counted = plain(runs[0]) + each if len(runs) == 1 else f"{plain(runs[0])} to {plain(runs[-1])} each"
    region = place_of(base)
    return [
        ("Where", region[0].upper() + region[1:]),
        ("When", period_of(base)),
        ("Runs", counted),
        ("Seeds", seeds_said(material.run_set.seeds)),
    ]
