"""The guided session: four acts, each with a scenario, something to say, a guess to make and questions to ask.

The scenarios are laid over whatever region and period the session has begun with: nothing happens, then a squeeze,
then the largest chain fails in it, then a remedy is tried against the squeeze.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from resilience.app.engine.replicate import digest_of
from resilience.app.ensemble import spread_of
from resilience.app.levers import baseline_of
from resilience.app.pictures.numbers import range_written
from resilience.app.view import View
from resilience.app.words import unit_written, written
from resilience.measures.catalogue import MEASURES
from resilience.runs.answer import span
from resilience.scenario import Scenario

COUNTED = ("homes", "home_care_branches")
"""What there is to begin with."""


@dataclass(frozen=True, slots=True)
class Act:
    """One act of the session."""

    title: str
    say: str
    measure: str
    """The measure that the room guesses."""
    questions: tuple[str, ...]
    scenario: Callable[[Scenario], Scenario]
    """Makes the act's scenario from the baseline."""
    against: Callable[[Scenario], Scenario] | None = None
    """Makes what it is compared with, where that is not the baseline."""

    def guess(self, months: int) -> str:
        """What is to be guessed, in words: the measure, its unit and the period."""
        measure = MEASURES[self.measure]
        unit = unit_written(measure)
        beside = f" ({unit})" if unit and unit.lower() not in measure.label.lower() else ""
        return f"{measure.label}{beside}, over {span(months)}?"


def squeeze_of(baseline: Scenario) -> Scenario:
    """A fifth less money within three years and a pound more on the wage floor within two, from the second year."""
    start = _month(baseline, 12)
    return _named(
        baseline,
        "squeeze",
        {
            "shocks.funding_cut.start": start,
            "shocks.funding_cut.real_change": -0.20,
            "shocks.funding_cut.years": 3,
            "shocks.wage_rise.start": start,
            "shocks.wage_rise.floor_increase": 1.0,
            "shocks.wage_rise.years": 2,
        },
    )


def collapse_of(baseline: Scenario) -> Scenario:
    """The squeeze, and the largest chain fails in the third year."""
    values = {"shocks.chain_failure.start": _month(baseline, 24), "shocks.chain_failure.provider": "largest"}
    return _named(squeeze_of(baseline), "collapse", values)


def remedy_of(baseline: Scenario) -> Scenario:
    """The squeeze with fees 5% higher than councils planned, which government pays for."""
    return _named(squeeze_of(baseline), "remedy", {"policies.fee_uplift.start": _month(baseline, 12)})


ACTS = (
    Act(
        "Baseline",
        "Nothing special happens: prices, wages and need go on as planned. Homes and branches close all the same, "
        "and others open. How much of that is normal?",
        "site_closures",
        (
            "Is this more or less than you see where you live? Choose your council on the map.",
            "Who closes: homes or home-care branches, large or small?",
            "What becomes of the people? Look at what happened in a month.",
        ),
        baseline_of,
    ),
    Act(
        "Squeeze",
        "From the second year on councils have a fifth less to spend, and the wage floor rises by a pound an hour "
        "more than planned. Play the months and watch what gives way first.",
        "unmet_hours",
        (
            "What do councils do first when the money runs short? Look at fees and at who is refused care.",
            "Who pays in the end: people who need care, families, care workers, the NHS?",
            "Which councils are hit hardest, and why these?",
        ),
        squeeze_of,
    ),
    Act(
        "Collapse",
        "In the middle of the squeeze the largest chain of the region goes under. Its homes and branches are sold or "
        "closed, and its people need other places at once.",
        "care_hours_lost",
        (
            "Who takes its people in? Where is there nobody who could?",
            "Which other providers are difficult to replace? Let one fail, see what follows, and undo it.",
            "What would you have wanted to know a year earlier?",
        ),
        collapse_of,
        squeeze_of,
    ),
    Act(
        "Remedies",
        "The same squeeze with one remedy: fees five per cent higher, paid for by government. Take it off and try "
        "others: what would you spend the money on?",
        "unmet_hours",
        (
            "What does an hour of care saved cost? Look at costs and savings.",
            "Which remedy does most for the money, and which for your own council?",
            "What would have to be true for the small remedies to work better than they do here?",
        ),
        remedy_of,
        squeeze_of,
    ),
)


def anchor(view: View, act: Act) -> str:
    """Something to hold a guess to: the measure in what is compared with, or how many there are to begin with."""
    if not view.ready or not view.is_current or view.here is None or view.there is None:
        return ""
    if digest_of(view.scenario) != digest_of(view.other):
        measure = MEASURES[act.measure]
        value = float(view.there.totals([act.measure], view.length).mean())
        return f"In {view.other_title} it is {written(measure, value)}."
    counts = [f"{view.here.by_month(name, 1).mean():,.0f} {MEASURES[name].label.lower()}" for name in COUNTED]
    return f"In the first month there are {' and '.join(counts)}."


def seen(view: View, act: Act, guess: float) -> str:
    """What the model says beside what the room guessed, in a sentence; empty while no run is there."""
    if not view.ready or not view.is_current or view.here is None:
        return ""
    measure = MEASURES[act.measure]
    value = spread_of(view.here.totals([act.measure], view.length)[:, 0])
    unit = unit_written(measure)
    spread = range_written(measure, value.low, value.high)
    ends = f" (90% of runs: {spread})" if spread else ""
    said = f"You guessed {written(measure, guess)}; the model says {written(measure, value.mean)} {unit}{ends}."
    if not guess or not value.mean or math.isclose(guess, value.mean, rel_tol=0.1):
        return said
    ratio = value.mean / guess
    return (
        f"{said} That is {ratio:.1f} times the guess."
        if ratio > 1
        else f"{said} The guess is {1 / ratio:.1f} times that."
    )


def _month(scenario: Scenario, index: int) -> str:
    """A month of the run, the first where it is shorter than that."""
    return f"{scenario.month_date(index if index < scenario.months else 0):%Y-%m}"


def _named(scenario: Scenario, name: str, values: Mapping[str, object]) -> Scenario:
    return scenario.with_values({**values, "name": name, "description": ""})
