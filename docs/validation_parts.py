"""The generated parts of the page on validation: what the targets and facts are, from their declarations."""

from docs.parts import table
from resilience.analysis import facts as declared_facts
from resilience.analysis.priors import PRIORS
from resilience.analysis.scenarios import SCENARIOS
from resilience.analysis.show import span
from resilience.analysis.targets import TARGETS


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
    rows = [(name, (build.__doc__ or "").strip().split("\n")[0]) for name, build in SCENARIOS.items()]
    return table(("scenario", "what it is"), [*rows, ("england", "The market of England as drawn; nothing is run.")])


def facts() -> str:
    """The qualitative facts and the number each is checked by."""
    rows = [(one.name, one.how, one.unit, ", ".join(one.scenarios)) for one in declared_facts.FACTS]
    return table(("fact", "the number", "unit", "scenarios"), rows)


def priors() -> str:
    """The parameters that calibration is free to move, between which values, and why."""
    rows = [(f"`{one.name}`", f"{one.low:g} to {one.high:g}", one.reason) for one in PRIORS]
    return table(("parameter", "between", "why"), rows)


WHICH = {"targets": targets, "scenarios": target_scenarios, "facts": facts, "priors": priors}
