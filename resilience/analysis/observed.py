"""A market that is watched while it runs, for the statistics that targets are stated in.

It is a market like any other for the machinery of runs, with those statistics among the measures of the whole run and
without tables, so that many runs are light to carry.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from resilience.analysis import fitted
from resilience.market import sites as at
from resilience.market.calendar import APRIL, price_index
from resilience.measures.recorder import COUNCIL_COLUMNS
from resilience.measures.results import headline, region_matrix
from resilience.model import CareMarket
from resilience.scenario import Scenario
from resilience.scenario.months import month_number
from resilience.state.codes import CHAIN, COUNCIL_SERVICE, FAILED, HOME_CARE, MICRO_ENTERPRISE, SELF_FUNDER
from resilience.state.columns import Flags, Floats, Ints
from resilience.state.market_state import MarketState

FACT_MONTHS = 48
"""Months after which paired checks compare markets."""

FACT_BEGINS = 12
"""Month in which what the paired checks change begins."""

HINDCAST_YEARS = tuple(range(2011, 2017))
"""Calendar years of the hindcast whose closures are known (E04-104 to E04-109)."""

QUALITY_BEFORE = 24
"""Months before an exit over which quality is followed."""


@dataclass(frozen=True, slots=True)
class Observed:
    """Measures and statistics of one run by name; no tables."""

    headline: dict[str, float]
    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)


class ObservedMarket:
    """A care market with a watch on it."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.market = CareMarket(scenario, rng=seed)
        self.watch = Watch(self.market.state)
        self.running = bool(self.market.running)

    def step(self) -> None:
        """Let one month pass and look at what happened."""
        self.market.step()
        self.watch.look(self.market.state)
        self.running = bool(self.market.running)

    def results(self) -> Observed:
        """Return the measures of the run and the statistics watched."""
        return Observed({**self.market.results().headline, **self.watch.statistics(self.market)})


class MeasuredMarket(ObservedMarket):
    """A care market without a watch and without tables, for many runs of which only the measures count."""

    def step(self) -> None:
        """Let one month pass."""
        self.market.step()
        self.running = bool(self.market.running)

    def results(self) -> Observed:
        """Return the measures of the run."""
        return Observed(headline(region_matrix(self.market.recorder)))


def measured_market(scenario: Scenario, seed: int) -> MeasuredMarket:
    """Build a market of which only the measures count."""
    return MeasuredMarket(scenario, seed)


def observed_market(scenario: Scenario, seed: int) -> ObservedMarket:
    """Build the watched market of a scenario."""
    return ObservedMarket(scenario, seed)


class Watch:
    """What is counted month by month that no measure keeps."""

    def __init__(self, state: MarketState) -> None:
        """Remember the market on its first day."""
        s = state.sites
        self.capacity, self.care_type = s.capacity.astype(np.float64), s.care_type.copy()
        self.homes, self.beds = self._homes(state)
        self.started_in = _councils_of_providers(state)
        self.run_down = self.arrived = 0.0
        self.private, self.public = np.zeros(2), np.zeros(2)
        self.older_homes: list[float] = []
        self.older_closures = 0.0
        self.micro: list[int] = []
        self.quality: deque[tuple[Floats, Flags, Flags]] = deque([_quality(state)], maxlen=QUALITY_BEFORE + 2)
        self.low_before_exit: list[float] = []
        self.fall_before_exit: list[float] = []
        self.fact: dict[str, float] = {}

    def look(self, state: MarketState) -> None:
        """Count what happened in the month just done."""
        flows = state.flows
        self.run_down += float(flows.run_down[:, :HOME_CARE].sum())
        self.arrived += float(flows.arrivals[:, :HOME_CARE, SELF_FUNDER].sum())
        self.older_closures += float(flows.closures[:, :2].sum())
        s = state.sites
        self.older_homes.append(float((s.alive & (s.care_type < 2)).sum()))
        self.micro.append(int((s.alive & at.is_micro(state)).sum()))
        self._margins(state)
        self._exits(state)
        if state.month == FACT_MONTHS:
            self.fact = _places_and_homes(state, self.capacity.size)

    def _margins(self, state: MarketState) -> None:
        """Add up surplus and revenue of private and of council-funded homes for older people."""
        s = state.sites
        older = s.alive & (s.care_type < 2)
        paying = s.self_funders / np.maximum(at.people(state), 1)
        money = np.stack([s.operating_surplus, s.revenue])
        self.private += money[:, older & (paying > fitted.PRIVATE_FROM)].sum(axis=1)
        self.public += money[:, older & (paying < fitted.PUBLIC_UP_TO)].sum(axis=1)

    def _exits(self, state: MarketState) -> None:
        """Note the quality of sites that closed while in loss, beside all sites, and how it moved in two years."""
        self.quality.append(_quality(state))
        last, there, in_loss = self.quality[-2]
        closed = there & in_loss & (state.sites.closed[: last.size] == state.month - 1)
        if closed.any():
            self.low_before_exit += (last[there].mean() - last[closed]).tolist()
        if not closed.any() or len(self.quality) < QUALITY_BEFORE + 2:
            return
        old, was_there, _ = self.quality[0]
        both = was_there & there[: old.size]
        fall = old - last[: old.size]
        gone = both & closed[: old.size]
        self.fall_before_exit += (fall[gone] - fall[both].mean()).tolist()

    @staticmethod
    def _homes(state: MarketState) -> tuple[float, float]:
        s = state.sites
        home = s.alive & (s.care_type != HOME_CARE)
        return float(home.sum()), float(s.capacity[home].sum())

    def statistics(self, market: CareMarket) -> dict[str, float]:
        """Return the statistics of the months done."""
        state, months = market.state, market.month
        region = by_month(market)
        return {
            **self._homes_over_time(state, months),
            **self._rates(region, months / 12.0),
            "margin_gap": fitted.share(*self.private) - fitted.share(*self.public),
            "run_down_share": fitted.share(self.run_down, self.arrived),
            "micro_after_2_years": float(self.micro[23]) if months >= 24 else float("nan"),
            "micro_after_5_years": float(self.micro[59]) if months >= 60 else float("nan"),
            "real_spend_change": _real_spend_change(market, region["council_spend"]),
            "closure_rate_2011_16": float(np.mean(list(closure_rates(market, HINDCAST_YEARS).values()))),
            "councils_affected_2016_h2": _in_month(market, region["councils_affected_share"], "2016-12"),
            "turnover_first_year": _mean_of(region["turnover_rate"], 0, 12),
            "vacancy_first_year": _mean_of(region["vacancy_rate"], 0, 12),
            **_failures(state, self.started_in, months / 12.0),
            "quality_low_before_exit": _mean(self.low_before_exit),
            "quality_fall_before_exit": _mean(self.fall_before_exit),
            **self._facts(market, region),
        }

    def _homes_over_time(self, state: MarketState, months: int) -> dict[str, float]:
        """Return how the closure of first-day homes depends on size, and how homes and beds grow."""
        home = self.care_type != HOME_CARE
        ended = state.sites.closed[: home.size]
        watched = np.where(ended >= 0, ended + 1, months)[home] / 12.0
        now_homes, now_beds = self._homes(state)
        return {
            "closure_elasticity": fitted.closure_elasticity(self.capacity[home], watched, (ended >= 0)[home]),
            "home_growth": fitted.yearly_growth(self.homes, now_homes, months),
            "bed_growth": fitted.yearly_growth(self.beds, now_beds, months),
        }

    def _rates(self, region: dict[str, Floats], years: float) -> dict[str, float]:
        """Return rates a year at which homes and branches end and begin, over the mean number there."""
        homes, branches = region["homes"].mean(), region["home_care_branches"].mean()
        return {
            "closure_rate_homes": fitted.share(region["home_closures"].sum() / years, homes),
            "closure_rate_older_homes": fitted.share(self.older_closures / years, float(np.mean(self.older_homes))),
            "branch_exit_rate": fitted.share(region["branch_closures"].sum() / years, branches),
            "branch_entry_rate": fitted.share(region["branch_entries"].sum() / years, branches),
        }

    def _facts(self, market: CareMarket, region: dict[str, Floats]) -> dict[str, float]:
        """Return what paired checks compare; NaN in a run that is too short for them."""
        if market.month < FACT_MONTHS:
            return dict.fromkeys(FACT_STATISTICS, float("nan"))
        vacant = _mean_of(region["vacancy_rate"], FACT_MONTHS - 12, FACT_MONTHS)
        return {**self.fact, **_short_of_care(market), "vacancy_after": vacant}


FACT_STATISTICS = (
    "places_after", "homes_closed_few", "homes_closed_many", "hours_short_few", "hours_short_many", "vacancy_after",
)  # fmt: skip


def by_month(market: CareMarket) -> dict[str, Floats]:
    """Return every measure of the region by month, as the results have it."""
    region = region_matrix(market.recorder)
    return {name: region[:, place] for place, name in enumerate(COUNCIL_COLUMNS)}


def closure_rates(market: CareMarket, years: Iterable[int]) -> dict[int, float]:
    """Return the homes closed in each calendar year over those there at its start; NaN for years not wholly played."""
    region, start = by_month(market), month_number(market.scenario.start)
    rates = {}
    for year in years:
        first = month_number(f"{year}-01") - start
        whole = first >= 1 and first + 12 <= market.month
        closed = region["home_closures"][first : first + 12].sum() if whole else float("nan")
        rates[year] = float(closed / region["homes"][first - 1]) if whole else float("nan")
    return rates


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _mean_of(values: Floats, first: int, end: int) -> float:
    """Return the mean of some months; NaN where the run has not all of them."""
    return float(values[first:end].mean()) if values.size >= end else float("nan")


def _in_month(market: CareMarket, values: Floats, wanted: str) -> float:
    """Return the value of a month written YYYY-MM; NaN where it is not in the run."""
    month = month_number(wanted) - month_number(market.scenario.start)
    return float(values[month]) if 0 <= month < values.size else float("nan")


def _by_council(market: CareMarket, name: str) -> Floats:
    """Return a measure by month and council."""
    values: Floats = market.recorder.by_council[: market.month, :, COUNCIL_COLUMNS.index(name)]
    return values


def _quality(state: MarketState) -> tuple[Floats, Flags, Flags]:
    """Return quality by site, which are homes or branches that provide care, and which are in loss."""
    s = state.sites
    return s.quality.copy(), s.alive & ~at.is_micro(state), s.loss_months > 0


def _councils_of_providers(state: MarketState) -> Ints:
    """Return in how many councils each provider has sites, those outside the region counted."""
    s, p = state.sites, state.providers
    pairs = np.unique(s.provider[s.alive] * state.n_councils + s.council[s.alive])
    return np.bincount(pairs // state.n_councils, minlength=len(p)) + p.outside_councils


def _real_spend_change(market: CareMarket, spend: Floats) -> float:
    """Return the real change of councils' spending from the run's first financial year to its last whole one."""
    scenario = market.scenario
    if scenario.month_date(0).month != APRIL:
        return float("nan")
    years = [scenario.first_year + month // 12 for month in range(market.month)]
    prices = np.array([price_index(scenario.paths, scenario.first_year, year) for year in years])
    return fitted.real_change(spend, prices)


def _failures(state: MarketState, started_in: Ints, years: float) -> dict[str, float]:
    """Return how many chains and other providers failed, their mean weekly hours, and the councils they were in."""
    p = state.providers
    failed = (p.fate == FAILED) & (p.kind != MICRO_ENTERPRISE) & (p.kind != COUNCIL_SERVICE)
    councils = np.ones(len(p))
    councils[: started_in.size] = started_in
    found = {}
    for name, group in (("chain", failed & (p.kind == CHAIN)), ("small", failed & (p.kind != CHAIN))):
        count = float(group.sum())
        found[f"{name}_failures"] = count
        found[f"{name}_failures_a_year"] = fitted.share(count, years)
        found[f"{name}_failure_hours"] = fitted.share(float(p.last_hours[group].sum()), count)
        found[f"{name}_failure_councils"] = fitted.share(float(councils[group].sum()), count)
    return found


def _few(state: MarketState) -> Flags:
    """Return the councils with fewer self-funders than the median council has."""
    paying = state.councils.self_funder_share
    return np.asarray(paying < np.median(paying))


def _places_and_homes(state: MarketState, sites_at_start: int) -> dict[str, float]:
    """Return places in homes and branches, and the share of homes closed where few and where many pay themselves."""
    s = state.sites
    first = np.arange(len(s)) < sites_at_start
    home = first & (s.care_type < 2)
    few = _few(state)[s.council]
    return {
        "places_after": float(s.capacity[s.alive & ~at.is_micro(state)].sum()),
        "homes_closed_few": fitted.share(float((home & few & (s.closed >= 0)).sum()), float((home & few).sum())),
        "homes_closed_many": fitted.share(float((home & ~few & (s.closed >= 0)).sum()), float((home & ~few).sum())),
    }


def _short_of_care(market: CareMarket) -> dict[str, float]:
    """Return hours lost or unmet over need where few and where many pay themselves, from the second year on."""
    few = _few(market.state)
    window = slice(FACT_BEGINS, FACT_MONTHS)
    short = (_by_council(market, "care_hours_lost") + _by_council(market, "unmet_hours"))[window].sum(axis=0)
    need = _by_council(market, "need_hours")[window].sum(axis=0)
    return {
        "hours_short_few": fitted.share(short[few].sum(), need[few].sum()),
        "hours_short_many": fitted.share(short[~few].sum(), need[~few].sum()),
    }
