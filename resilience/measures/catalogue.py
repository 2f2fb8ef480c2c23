"""Every measure declared once: name, unit, label, definition and how it adds up over months.

Tables, the command line, the app and the report read their labels and units from here. The definitions of the
headline measures are the project's contract; the months and councils tables carry the same names.
"""

from dataclasses import dataclass, replace
from typing import Literal

OverTime = Literal["sum", "mean", "last", "max"]
Direction = Literal["worse", "better", "neutral"]


@dataclass(frozen=True, slots=True)
class Measure:
    """One measured quantity.

    ``over_time`` says how the months of one run become one number; ``over_place`` how councils become a region.
    ``higher_is`` tells which direction is bad news. ``headline`` measures stand in the ``runs`` table's first columns.
    """

    name: str
    label: str
    unit: str
    definition: str
    over_time: OverTime = "sum"
    higher_is: Direction = "neutral"
    headline: bool = False
    decimals: int = 0
    over_place: str = "sum"
    """'sum', 'mean', or the name of the measure that weights the mean over councils."""


_ALL = (
    # -- the headline (fixed definitions) --
    Measure(
        "provider_failures",
        "Providers that fail",
        "providers",
        "Providers that stop trading through insolvency (not retirement, not sale as a going concern).",
        "sum",
        "worse",
        True,
    ),
    Measure(
        "site_closures",
        "Homes and branches that close",
        "sites",
        "Homes or branches that stop providing care, for any reason; micro-enterprises that fold are counted apart.",
        "sum",
        "worse",
        True,
    ),
    Measure(
        "market_failures",
        "Market failures",
        "council-setting-months",
        "Council x setting x month in which more than 5% (a parameter) of the funded hours needing a place have waited "
        "over 28 days.",
        "sum",
        "worse",
        True,
    ),
    Measure(
        "councils_affected_share",
        "Councils affected in the last six months",
        "share of councils",
        "Share of councils with at least one closure or hand-back in the trailing six months; mean over months.",
        "mean",
        "worse",
        True,
        3,
    ),
    Measure(
        "dtr_exposure",
        "Exposure to difficult-to-replace providers",
        "share of care hours",
        "Share of care hours supplied by providers that meet the statutory 'difficult to replace' tests (SI 2015/314), "
        "a chain's footprint outside the region counted; mean over months.",
        "mean",
        "worse",
        True,
        3,
    ),
    Measure(
        "replacement_gap",
        "Replacement gap",
        "hours a week",
        "Functional exposure: for each provider the weekly hours that all other staffed spare capacity in the council "
        "and its neighbours could not take within 28 days if it stopped today; per council the largest such gap, for "
        "the region the sum over councils; mean over months.",
        "mean",
        "worse",
        True,
    ),
    Measure(
        "care_hours_lost",
        "Care hours lost",
        "hours",
        "Hours that people were receiving and did not receive because their provider failed, closed or handed back, "
        "summed until re-placed.",
        "sum",
        "worse",
        True,
    ),
    Measure(
        "unmet_hours",
        "Unmet hours",
        "hours",
        "Hours of assessed need not met for any other reason: no place, no staff, rationing.",
        "sum",
        "worse",
        True,
    ),
    # -- the account of hours --
    Measure("need_hours", "Assessed need", "hours", "Hours of assessed need: delivered + lost + unmet.", "sum"),
    Measure("hours_delivered", "Hours delivered", "hours", "Hours of care delivered.", "sum", "better"),
    Measure(
        "unmet_no_place_hours",
        "Unmet: no place",
        "hours",
        "Unmet for want of a staffed place.",
        "sum",
        "worse",
    ),
    Measure(
        "unmet_no_staff_hours",
        "Unmet: no staff",
        "hours",
        "Placed but undelivered for want of staff.",
        "sum",
        "worse",
    ),
    Measure(
        "unmet_rationed_hours",
        "Unmet: rationed",
        "hours",
        "Need that the council's eligibility refuses.",
        "sum",
        "worse",
    ),
    Measure("hours_chain", "Hours by chains", "hours", "Hours delivered by chains.", "sum"),
    Measure("hours_independent", "Hours by independents", "hours", "Hours delivered by independents.", "sum"),
    Measure("hours_cooperative", "Hours by co-operatives", "hours", "Hours delivered by co-operatives.", "sum"),
    Measure("hours_micro_enterprise", "Hours by micro-enterprises", "hours", "Hours by micro-enterprises.", "sum"),
    Measure(
        "hours_council_service",
        "Hours by councils' own services",
        "hours",
        "Hours by councils' services.",
        "sum",
    ),
    Measure(
        "quality_weighted_hours",
        "Quality-weighted hours",
        "hours",
        "Hours delivered times the quality score (0 to 1) of the site that delivers them.",
        "sum",
        "better",
    ),
    # -- the market --
    Measure("homes", "Care homes", "homes", "Living care homes at the month's end.", "last"),
    Measure("beds", "Care-home beds", "beds", "Beds in living care homes.", "last"),
    Measure(
        "home_care_branches",
        "Home-care branches",
        "branches",
        "Living branches, micro-enterprises apart.",
        "last",
    ),
    Measure("micro_enterprises", "Micro-enterprises", "enterprises", "Living micro-enterprises.", "last", "better"),
    Measure("home_closures", "Care homes closed", "homes", "Care homes that stop providing care.", "sum", "worse"),
    Measure(
        "branch_closures",
        "Home-care branches closed",
        "branches",
        "Branches that stop (micro apart).",
        "sum",
        "worse",
    ),
    Measure(
        "micro_enterprise_folds",
        "Micro-enterprises that fold",
        "enterprises",
        "Micro-enterprises whose people stop.",
        "sum",
        "worse",
    ),
    Measure("home_entries", "Care homes opened", "homes", "New care homes.", "sum", "better"),
    Measure(
        "branch_entries",
        "Home-care branches opened",
        "branches",
        "New branches (micro apart).",
        "sum",
        "better",
    ),
    Measure(
        "sites_sold",
        "Sites sold as going concerns",
        "sites",
        "Sites that pass to another owner and go on.",
        "sum",
    ),
    Measure(
        "contract_hand_backs",
        "Contracts handed back",
        "events",
        "Hand-backs of council contracts.",
        "sum",
        "worse",
    ),
    Measure(
        "people_displaced",
        "People displaced",
        "people",
        "People whose provider closes or hands back.",
        "sum",
        "worse",
    ),
    Measure(
        "step_ins",
        "Council step-ins",
        "events",
        "Months in which a council's own service takes people in.",
        "sum",
    ),
    Measure(
        "occupancy",
        "Occupancy of care homes",
        "share of beds",
        "Residents over beds.",
        "mean",
        "neutral",
        False,
        3,
    ),
    Measure(
        "hhi_home_beds",
        "Concentration of care-home beds",
        "index 0-1",
        "Herfindahl index by provider.",
        "mean",
        "neutral",
        False,
        4,
    ),
    Measure(
        "replacement_gap_share",
        "Replacement gap, share of hours",
        "share of hours",
        "The largest replacement gap over all care hours of the council.",
        "mean",
        "worse",
        False,
        3,
    ),
    # -- people and money --
    Measure(
        "self_funders_run_down",
        "Self-funders run down to the capital limit",
        "people",
        "Self-funders whose savings reach the capital limit and who become council-funded.",
        "sum",
        "worse",
    ),
    Measure("council_spend", "Council spend", "GBP", "What councils pay for care of every setting.", "sum"),
    Measure("council_budget", "Council budget", "GBP", "What councils have for the same.", "sum"),
    Measure("self_funder_spend", "Self-funder spend", "GBP", "What self-funders pay.", "sum"),
    Measure("nhs_spend", "NHS spend", "GBP", "What the NHS pays, funded nursing care included.", "sum"),
    Measure(
        "self_funder_premium",
        "Self-funder premium",
        "share over the council's fee",
        "Self-funder price over the council's fee in the same homes, weighted by self-funders.",
        "mean",
        "neutral",
        False,
        3,
    ),
    Measure(
        "fee_residential",
        "Council fee, residential",
        "GBP a week",
        "Weekly fee of councils, mean weighted by their beds.",
        "mean",
    ),
    Measure(
        "fee_nursing",
        "Council fee, nursing",
        "GBP a week",
        "Weekly fee without the NHS's part, mean weighted by beds.",
        "mean",
    ),
    Measure(
        "fee_home_care",
        "Council fee, home care",
        "GBP an hour",
        "Hourly fee of councils, mean weighted by hours delivered.",
        "mean",
        "neutral",
        False,
        2,
    ),
    Measure(
        "cost_per_hour",
        "Cost per hour of care",
        "GBP an hour",
        "All providers' costs over hours delivered.",
        "mean",
        "neutral",
        False,
        2,
    ),
    Measure(
        "leaving_the_local_economy",
        "Money leaving the local economy",
        "GBP",
        "Rent, interest and investor return to owners outside.",
        "sum",
        "worse",
    ),
    Measure("programme_cost", "Cost of policies", "GBP", "Cost of the scenario's policies, whoever pays.", "sum"),
    Measure(
        "programme_cost_council",
        "Cost of policies to councils",
        "GBP",
        "The part of the cost of policies that councils pay; government pays the rest.",
        "sum",
    ),
    Measure(
        "programme_cost_in_spend",
        "Cost of policies that buys care",
        "GBP",
        "The part of the cost of policies that buys care (grants, dearer fees) and is in council spend as well.",
        "sum",
    ),
    # -- work --
    Measure(
        "care_worker_pay",
        "Pay of care workers",
        "GBP an hour",
        "Mean hourly pay, weighted by staff.",
        "mean",
        "better",
        False,
        2,
    ),
    Measure(
        "pay_over_floor",
        "Pay over the wage floor",
        "ratio",
        "Mean pay over the wage floor.",
        "mean",
        "better",
        False,
        3,
    ),
    Measure(
        "turnover_rate",
        "Staff turnover",
        "share a year",
        "Leavers over staff, as a yearly rate.",
        "mean",
        "worse",
        False,
        3,
    ),
    Measure(
        "vacancy_rate",
        "Vacancy rate",
        "share of posts",
        "Vacant posts over posts.",
        "mean",
        "worse",
        False,
        3,
    ),
    Measure("jobs", "Jobs", "full-time workers", "Care staff in full-time equivalents.", "mean", "better"),
    # -- hospital --
    Measure(
        "delayed_discharge_days",
        "Delayed hospital days",
        "days",
        "Hospital days of people who wait for a place.",
        "sum",
        "worse",
    ),
    Measure("delayed_discharge_cost", "Cost of delayed discharge", "GBP", "The same, in money.", "sum", "worse"),
    # -- contagion --
    Measure(
        "care_hours_lost_first_round",
        "Care hours lost, first round",
        "hours",
        "Care hours lost by people whom first-round events displaced; with the second round they make care_hours_lost.",
        "sum",
        "worse",
    ),
    Measure(
        "care_hours_lost_second_round",
        "Care hours lost, second round",
        "hours",
        "Care hours lost by people displaced by events that another provider's closure or hand-back led to.",
        "sum",
        "worse",
    ),
    Measure(
        "staff_freed",
        "Staff of closed sites",
        "full-time workers",
        "Staff whom closures set free; most look for care work near by.",
        "sum",
    ),
    Measure(
        "budget_drain",
        "Cost of stepping in over the fee",
        "GBP",
        "What the people whom councils' own services take in this month cost in the month over the fee.",
        "sum",
        "worse",
    ),
    Measure(
        "sale_congestion",
        "Sites for sale beyond the usual",
        "share of sites",
        "Share of a council's homes, or of its branches if that is more, for sale beyond the usual at month's end: it "
        "lowers the chance of a buyer.",
        "mean",
        "worse",
        False,
        4,
    ),
)

_OVER_PLACE = {
    "councils_affected_share": "mean",
    "dtr_exposure": "hours_delivered",
    "occupancy": "beds",
    "hhi_home_beds": "beds",
    "replacement_gap_share": "hours_delivered",
    "self_funder_premium": "self_funder_spend",
    "fee_residential": "beds",
    "fee_nursing": "beds",
    "fee_home_care": "hours_delivered",
    "cost_per_hour": "hours_delivered",
    "care_worker_pay": "jobs",
    "pay_over_floor": "jobs",
    "turnover_rate": "jobs",
    "vacancy_rate": "jobs",
    "sale_congestion": "mean",
}
"""Measures whose council values are averaged, not added, into the region's; the weight is another measure."""

MEASURES: dict[str, Measure] = {
    measure.name: replace(measure, over_place=_OVER_PLACE.get(measure.name, "sum")) for measure in _ALL
}
HEADLINE: tuple[str, ...] = tuple(measure.name for measure in _ALL if measure.headline)

TAIL = Measure(
    "tail_hours_lost",
    "Care hours lost, worst 5% of runs",
    "hours",
    "Mean of care hours lost over the worst 5% of runs (expected shortfall).",
    "mean",
    "worse",
    True,
)
"""A measure of a set of runs, not of one: it stands in the summary only."""


@dataclass(frozen=True, slots=True)
class Column:
    """Meaning and unit of one column of a results table."""

    unit: str
    meaning: str


COLUMNS: dict[str, Column] = {
    "run_id": Column("", "Identifies one run: scenario hash and seed."),
    "scenario": Column("", "The scenario's name."),
    "seed": Column("", "The run's seed."),
    "month": Column("date", "First day of the month."),
    "council": Column("", "The council's name."),
    "setting": Column("", "care_home or home_care."),
    "payer": Column("", "council, self_funder or nhs."),
    "provider": Column("", "The provider's identifier."),
    "provider_name": Column("", "The provider's name."),
    "kind": Column(
        "",
        "chain, independent, cooperative, micro_enterprise or council_service; in events the kind of event.",
    ),
    "reason": Column("", "Why it happened, in a word; empty where the kind of event says it all."),
    "provider_kind": Column("", "Kind of the provider that an event happened to."),
    "outside_beds": Column("beds", "Beds of the provider's group outside the region."),
    "site": Column("", "The site's identifier."),
    "care_type": Column("", "residential, nursing, younger_adults or home_care."),
    "sites": Column("sites", "Living sites of the provider in the region."),
    "councils": Column("councils", "Councils in which the provider has a living site."),
    "capacity": Column("beds, or hours a week", "Beds of a home; hours a week of a branch."),
    "beds": Column("beds", "Care-home beds."),
    "hours_per_week": Column("hours a week", "Care hours a week at the end (at failure for those that failed)."),
    "fate": Column("", "trading, failed, closed, retired, sold or folded."),
    "fate_month": Column("date", "Month of the fate."),
    "cause": Column("", "The largest part of the cause bridge."),
    "statutory": Column(
        "true or false", "Meets a statutory 'difficult to replace' test at the run's end or at its own end."
    ),
    "opened": Column("date", "Month in which the provider entered; empty for those there from the start."),
    "cash": Column("GBP", "Cash at the end."),
    "debt": Column("GBP", "Debt at the end."),
    "people": Column("people", "People affected."),
    "people_council": Column("people", "Council-funded people affected."),
    "people_self_funder": Column("people", "Self-funders affected."),
    "people_nhs": Column("people", "NHS-funded people affected."),
    "hours": Column("hours a week", "Weekly hours affected."),
    "surplus_per_hour_start": Column("GBP an hour", "Monthly surplus per care hour at the start."),
    "surplus_per_hour": Column("GBP an hour", "Monthly surplus per care hour at the event."),
    "cause_fee": Column("GBP an hour", "Part of the change due to fees and prices."),
    "cause_wage_floor": Column("GBP an hour", "Part due to pay and on-costs."),
    "cause_agency": Column("GBP an hour", "Part due to agency cover and vacancies."),
    "cause_occupancy": Column("GBP an hour", "Part due to occupancy."),
    "cause_rent": Column("GBP an hour", "Part due to rent."),
    "cause_interest": Column("GBP an hour", "Part due to interest."),
    "cause_investor_return": Column("GBP an hour", "Part due to the return owed to investors."),
    "cause_other": Column("GBP an hour", "Part due to other costs."),
    "round": Column("", "2 when another provider's ending in the last six months led to the event, else 1."),
    "linked_provider": Column("", "The provider whose ending led to an event of the second round; empty in the first."),
    "channel": Column("", "The way: fire_sale, displaced_demand or budget_drain; empty in the first round."),
    "error": Column("", "The exception of a failed run."),
    "traceback": Column("", "Its traceback."),
} | {name: Column(measure.unit, measure.definition) for name, measure in MEASURES.items()}


def column(name: str) -> Column:
    """Return the meaning of a results column; raise KeyError for a column nobody declared."""
    return COLUMNS[name]
