"""What a month costs: on columns, as plain Mesa agents, and ten years of them."""

import statistics
from collections.abc import Iterator

from benchmarks.clock import Times, repeated, yardstick
from benchmarks.figures import Figure, seconds
from benchmarks.plain_mesa import PlainMarket
from resilience import CareMarket, load
from resilience.side_by_side import SideBySide

SCENARIO = "west-midlands-2016"
SEED = 1
TOGETHER = 10
"""Runs that are played side by side, as a batch does."""


def market(months: int = 120, region: str = "west-midlands") -> CareMarket:
    """Return a market on its first day; what has to be imported and read for it is there afterwards."""
    return CareMarket(SCENARIO, rng=SEED, months=months, region=region)


def month_by_month(months: int) -> tuple[Times, Times, Times]:
    """Time each month on columns, as plain agents with keyed draws, and with Mesa's own; turn and turn about.

    A busy machine then slows all three alike, and the ratio of a month to its twin does not feel it.
    """
    columns, keyed, ordinary = market(), PlainMarket(market()), PlainMarket(market(), keyed=False)
    times = Times(), Times(), Times()
    for done in range(months + 1):
        for model, own in zip((columns, keyed, ordinary), times, strict=True):
            if done:
                own.measure(model.step)
            else:
                model.step()  # the first month warms up
    return times


def side_by_side(months: int) -> tuple[Times, Times]:
    """Time each month of ten runs side by side and of one of them alone, turn and turn about."""
    together, alone = SideBySide(load(SCENARIO, months=120), range(SEED, SEED + TOGETHER)), market()
    times = Times(), Times()
    for done in range(months + 1):
        for model, own in zip((together, alone), times, strict=True):
            if done:
                own.measure(model.step)
            else:
                model.step()  # the first month warms up
    return times


def ratio(of: Times, to: Times) -> float:
    """Return the median over months of one version's processor time over the other's."""
    return statistics.median(a / b for a, b in zip(of.cpu, to.cpu, strict=True))


def differences(months: int) -> float:
    """Return the largest relative difference between the versions in a month's total of hours, money or events."""
    columns, plain = market(), PlainMarket(market())
    names = ("need_hours", "hours_delivered", "care_hours_lost", "unmet_hours", "site_closures", "provider_failures")
    worst = 0.0
    for _ in range(months):
        columns.step()
        plain.step()
        for name in (*names, "council_spend", "self_funder_spend", "nhs_spend", "jobs"):
            expected = columns.measure(name)
            found = sum(council.measures[name] for council in plain.councils)
            worst = max(worst, abs(found - expected) / max(abs(expected), 1.0))
    return worst


def figures(months: int = 12, repeats: int = 3) -> Iterator[Figure]:
    """Yield what a month and ten years cost."""
    stick = yardstick()
    columns, keyed, ordinary = month_by_month(months)
    yield seconds("month", "A month of the West Midlands, on columns", columns.median, stick)
    yield seconds("month_plain", "The same as plain Mesa agents", ordinary.median, stick)
    yield seconds("month_plain_keyed", "The same, with the model's keyed draws", keyed.median, stick)
    yield Figure("difference", "Largest difference between the two, same draws", differences(min(months, 12)), "share")
    yield Figure("ratio", "Plain Mesa over columns", ratio(ordinary, columns), "times", 100.0, "more")
    yield Figure("ratio_keyed", "Plain Mesa over columns, keyed draws", ratio(keyed, columns), "times")
    stick = yardstick()
    together, alone = side_by_side(months)
    label = f"A month of each of {TOGETHER} runs side by side"
    yield seconds("side_by_side", label, together.median / TOGETHER, stick)
    yield Figure(
        "side_by_side_share", "The same over a month of a run alone", ratio(together, alone) / TOGETHER, "times"
    )
    stick = yardstick()
    opening = repeated(market, repeats)
    yield seconds("opening", "Opening the West Midlands a second time", opening.median, stick)
    years = Times()
    early, late = [], []
    for _ in range(repeats):
        model = market()
        by_month = Times()
        for _ in range(120):
            by_month.measure(model.step)
        early.append(statistics.median(by_month.wall[1:13]))
        late.append(statistics.median(by_month.wall[-12:]))
        years.wall.append(sum(by_month.wall))
    yield seconds("ten_years", "The West Midlands, 120 months", years.median, stick, 0.4)
    growth = statistics.median(b / a for a, b in zip(early, late, strict=True))
    yield Figure("late_month", "A month of year ten over a month of year one", growth, "times", 1.5)
