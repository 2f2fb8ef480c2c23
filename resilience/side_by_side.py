"""Several runs of one scenario, one a seed, played side by side."""

from collections.abc import Sequence

from resilience.measures.recorder import Recorder
from resilience.measures.results import Results
from resilience.model import CareMarket
from resilience.scenario import Scenario
from resilience.state.market_state import MarketState


class SideBySide:
    """Runs of one scenario that advance together; each gives exactly what it gives alone."""

    def __init__(self, scenario: Scenario, seeds: Sequence[int]) -> None:
        self.scenario = scenario
        self.seeds = tuple(seeds)
        self._markets = [CareMarket(scenario, rng=seed) for seed in self.seeds]

    @property
    def month(self) -> int:
        """Months done."""
        return self._markets[0].month

    def step(self) -> None:
        """Advance every run by one month."""
        for market in self._markets:
            market.step()

    def run_for(self, months: int) -> None:
        """Advance every run by that many months."""
        for _ in range(months):
            self.step()

    def go_on_as(self, scenario: Scenario) -> None:
        """Play the months to come under another scenario; see ``CareMarket.go_on_as``."""
        self.scenario = scenario
        for market in self._markets:
            market.go_on_as(scenario)

    def results(self) -> list[Results]:
        """Return each run's results so far, in the order of the seeds."""
        return [market.results() for market in self._markets]

    def of(self, number: int) -> tuple[MarketState, Recorder]:
        """Return the market and the recorder of one run, to read only; ``number`` is its place among the seeds."""
        market = self._markets[number]
        return market.state, market.recorder
