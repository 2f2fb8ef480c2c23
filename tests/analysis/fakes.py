"""A market whose statistics are known, for the arithmetic of verdicts; workers import it by name."""

from resilience.analysis.observed import Observed
from resilience.analysis.target import Part, Range, Target
from resilience.analysis.tornado import MEASURES
from resilience.scenario import Scenario


class KnownMarket:
    """Statistic ``level`` is 4, 5, 6 for seeds 1, 2, 3; ``even`` only exists for even seeds; a wage rise adds 10."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario, self.seed, self.month = scenario, seed, 0
        self.running = True

    def step(self) -> None:
        self.month += 1
        self.running = self.month < self.scenario.months

    def results(self) -> Observed:
        if self.seed == 13:
            raise ArithmeticError("this seed brings bad luck")
        level = 3.0 + self.seed + (10.0 if self.scenario.shocks else 0.0)
        return Observed({"level": level, "even": 1.0 if self.seed % 2 == 0 else float("nan")})


def target(name: str = "Level", published: float | Range = 5.0, tolerance: float = 1.0, **more: object) -> Target:
    return Target(name, (Part("level", "level", published, tolerance, "", "assumption", "as told", **more),))  # type: ignore[arg-type]


class TunableMarket(KnownMarket):
    """Its level is 100 x turnover + seed / 100; a turnover over 0.6 breaks it."""

    def results(self) -> Observed:
        turnover = self.scenario.labour.turnover_per_year
        if turnover > 0.6:
            raise ArithmeticError("everybody left")
        level = 100.0 * turnover + self.seed / 100.0
        return Observed({"level": level, **dict.fromkeys(MEASURES, 10.0 * level), "market_failures": 0.0})
