"""The generated parts of the page on validation: what the targets and facts are, from their declarations."""

import csv
import json
import math
from pathlib import Path

from docs.parts import table
from resilience.analysis import facts as declared_facts
from resilience.analysis.priors import PRIORS
from resilience.analysis.scenarios import SCENARIOS
from resilience.analysis.show import plain, span
from resilience.analysis.targets import TARGETS

FOLDER = Path(__file__).parent


def targets() -> str:
    """Every part of every target: what is published, what is allowed, how it is computed, and its source."""
    rows = []
    for target in TARGETS:
        for number, part in enumerate(target.parts):
            published, allowed = (span(*ends, part.decimals) for ends in (part.figures, part.allowed))
            name = target.name if number == 0 else ""
            how = f"{part.how}. {target.note}" if target.note and number == 0 else part.how
            rows.append((name, part.name, published, allowed, part.unit, how, part.scenario, part.source))
    return table(("target", "part", "published", "allowed", "unit", "how it is computed", "scenario", "source"), rows)


def target_scenarios() -> str:
    """The scenarios that targets and facts are measured in."""
    rows = [(name, _what(build.__doc__ or "")) for name, build in SCENARIOS.items()]
    return table(("scenario", "what it is"), [*rows, ("england", "The market of England as drawn; nothing is run.")])


def _what(docstring: str) -> str:
    """Return what a builder returns, from its docstring's first line."""
    first = docstring.strip().split("\n")[0].removeprefix("Return ")
    return first[:1].upper() + first[1:]


def facts() -> str:
    """The qualitative facts and the number each is checked by."""
    rows = [(one.name, one.how, one.unit, ", ".join(one.scenarios)) for one in declared_facts.FACTS]
    return table(("fact", "the number", "unit", "scenarios"), rows)


def priors() -> str:
    """The parameters that calibration is free to move, between which values, and why."""
    rows = [(f"`{one.name}`", f"{one.low:g} to {one.high:g}", one.reason) for one in PRIORS]
    return table(("parameter", "between", "why"), rows)


def results() -> str:
    """What the stored validation came to: the run, the score, and every part of every target."""
    about = json.loads((FOLDER / "validation.json").read_text(encoding="utf-8"))
    first, last = about["seeds"]
    rows = []
    for row in _stored("targets"):
        numbers = {name: _number(row[name]) for name in ("mean", "mean_low", "mean_high", "run_low", "run_high")}
        places = int(row["decimals"])
        allowed = span(_number(row["allowed_low"]), _number(row["allowed_high"]), places)
        mean, interval = plain(numbers["mean"], places), span(numbers["mean_low"], numbers["mean_high"], places)
        runs = span(numbers["run_low"], numbers["run_high"], places)
        verdict = row["status"] if row["strict_status"] == row["status"] else f"{row['status']} *"
        rows.append((row["target"], row["part"], allowed, mean, interval, runs, row["unit"], verdict))
    heads = ("target", "part", "allowed", "mean", "90% of the mean", "90% of runs", "unit", "verdict")
    run = (
        f"`resilience validate {about['scenario']}`, version {about['version']}, {about['date']}, "
        f"seeds {first} to {last}, {about['runs']} runs in {about['seconds'] / 60:.0f} minutes. {about['answer']}"
    )
    star = "A star: the narrower reading of the tolerance (`strict_status`) gives another verdict."
    return f"{run}\n\n{table(heads, rows)}\n\n{star}"


def fact_results() -> str:
    """What the stored validation says of the qualitative facts."""
    rows = []
    for row in _stored("facts"):
        mean, *ends = (_number(row[name]) for name in ("mean", "mean_low", "mean_high"))
        holds = f"{row['holds']} of {row['seeds']}"
        rows.append((row["fact"], holds, plain(mean, 2), span(*ends, 2), row["unit"], row["status"]))
    return table(("fact", "holds in seeds", "size", "90% of the mean", "unit", "verdict"), rows)


def _stored(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"validation-{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _number(text: str) -> float:
    return float(text) if text else math.nan


WHICH = {
    "results": results,
    "fact-results": fact_results,
    "targets": targets,
    "scenarios": target_scenarios,
    "facts": facts,
    "priors": priors,
}
