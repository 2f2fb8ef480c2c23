"""Qualitative facts, checked seed by seed: the same chance with and without a change, or one run by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

Seed = Mapping[str, Mapping[str, float]]
"""Statistics of the runs of one seed, by scenario label."""

HOLDS_IN = 0.9
"""Share of seeds from which on a fact counts as held."""

RARE = 0.1
"""Chain failures are rare when they are at most this share of all failures."""


FREQUENT = 12.0
"""Failures a year in the region from which on they are frequent: assumption."""

LOCAL = 1.5
"""Councils per failing provider below which failures are local: assumption."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact as a number that is positive where the fact holds; NaN in a seed that says nothing about it.

    scenarios: the labels it needs. size: the number. how: what the number is.
    """

    name: str
    scenarios: tuple[str, ...]
    size: Callable[[Seed], float]
    unit: str
    how: str


def _added(seed: Seed, label: str, name: str) -> float:
    """Return what a change adds to a statistic."""
    return seed[label][name] - seed["baseline"][name]


def _cut_shows_in_care(seed: Seed) -> float:
    return 100.0 * (_added(seed, "cut", "hours_short_few") - _added(seed, "cut", "hours_short_many"))


def _cut_shows_in_homes(seed: Seed) -> float:
    return 100.0 * (_added(seed, "cut", "homes_closed_few") - _added(seed, "cut", "homes_closed_many"))


def _chains_rare(seed: Seed) -> float:
    run = seed["baseline"]
    both = run["chain_failures"] + run["small_failures"]
    return 100.0 * (RARE - run["chain_failures"] / both) if both else float("nan")


def _chains_large(seed: Seed) -> float:
    run = seed["baseline"]
    return run["chain_failure_hours"] / run["small_failure_hours"] - 1.0


def _small_frequent(seed: Seed) -> float:
    return seed["baseline"]["small_failures_a_year"] - FREQUENT


def _small_local(seed: Seed) -> float:
    return LOCAL - seed["baseline"]["small_failure_councils"]


def _wage_costs_places(seed: Seed) -> float:
    return -_added(seed, "wage", "places_after")


def _fees_lower_vacancies(seed: Seed) -> float:
    return -100.0 * _added(seed, "wage and fees", "vacancy_after")


def _quality_low(seed: Seed) -> float:
    return 100.0 * seed["baseline"]["quality_low_before_exit"]


def _quality_falls(seed: Seed) -> float:
    return 100.0 * seed["baseline"]["quality_fall_before_exit"]


FACTS: Final[tuple[Fact, ...]] = (
    Fact("Cuts leave people without care first where few pay for themselves", ("baseline", "cut"),
         _cut_shows_in_care, "points of need",
         "hours lost or unmet that a tenth less money adds, over need: councils with fewer self-funders than the "
         "median, less the others"),
    Fact("Cuts close homes first where few pay for themselves", ("baseline", "cut"), _cut_shows_in_homes,
         "points of homes", "homes for older people that the cut closes within three years, over homes: the same two "
         "groups of councils"),
    Fact("Chain failures are rare", ("baseline",), _chains_rare, "points of failures",
         "a tenth, less chains' share of failures"),
    Fact("Chain failures are large", ("baseline",), _chains_large, "times",
         "mean weekly hours of failing chains over those of other failing providers, less one; seeds with one only"),
    Fact("Small failures are frequent", ("baseline",), _small_frequent, "failures a year",
         "failures of providers other than chains in a year, less twelve: one a month in the region"),
    Fact("Small failures are local", ("baseline",), _small_local, "councils",
         "one and a half, less the councils that a failing provider other than a chain was in on the first day"),
    Fact("A wage rise without fees costs places", ("baseline", "wage"), _wage_costs_places, "places",
         "beds and branch places that a pound on the wage floor costs within three years"),
    Fact("With fees, a wage rise lowers vacancies", ("baseline", "wage and fees"), _fees_lower_vacancies,
         "points of posts", "fall in the vacancy rate in the third year, the same with fees a tenth higher"),
    Fact("Quality is low before exit", ("baseline",), _quality_low, "points of quality",
         "quality of all homes and branches, less that of those that close in loss in the month before they do"),
    Fact("Quality gives way before exit", ("baseline",), _quality_falls, "points of quality",
         "fall of quality in the two years before a site closes in loss, less that of all sites in the same time"),
)  # fmt: skip
