"""Who needs care, for how long, and who pays."""

from __future__ import annotations

from resilience.scenario.declare import Section, parameter


class Need(Section):
    """Demand: stocks at the start, growth, and how long people stay in care."""

    hours_per_resident: float = parameter(
        25.0,
        unit="hours/week",
        low=10.0,
        high=45.0,
        role="fixed",
        source="assumption",
        label="Care hours a week that one care-home resident stands for, the unit of every measure.",
    )
    hours_per_client: float = parameter(
        12.7,
        unit="hours/week",
        low=5.0,
        high=30.0,
        source="E07-057",
        label="Hours a week of one person cared for at home.",
    )
    occupancy_start: float = parameter(
        0.875,
        unit="share of beds",
        low=0.6,
        high=0.98,
        source="E02-030, E02-039",
        label="Residents over beds in care homes at the start.",
    )
    growth_per_year: float = parameter(
        0.018,
        unit="per year",
        low=-0.02,
        high=0.06,
        source="E07-080, E07-017",
        label="Yearly growth of the number of people who come to need care at home.",
    )
    growth_care_homes: float = parameter(
        0.006,
        unit="per year",
        low=-0.03,
        high=0.05,
        source="E02-048, E02-042: beds and occupancy stood still while the number of older people grew",
        label="Yearly growth of the number of people who come to need a care home.",
    )
    first_phase_leave: float = parameter(
        0.60,
        unit="per year",
        low=0.2,
        high=1.5,
        source="E06-043",
        label="Hazard of leaving an older people's home (mostly by death) in the first year.",
    )
    later_leave: float = parameter(
        0.36,
        unit="per year",
        low=0.1,
        high=1.0,
        source="E06-043",
        label="Hazard of leaving an older people's home after the first year.",
    )
    younger_adults_leave: float = parameter(
        0.10,
        unit="per year",
        low=0.02,
        high=0.5,
        source="assumption",
        label="Hazard of leaving a younger adults' home.",
    )
    home_care_leave: float = parameter(
        0.50,
        unit="per year",
        low=0.2,
        high=1.5,
        source="assumption",
        label="Hazard of ending a spell of home care.",
    )
    other_payer_share: float = parameter(
        0.25,
        unit="share of residents",
        low=0.05,
        high=0.45,
        source="E06-045",
        label="Residents whom neither the council nor they themselves pay for: the NHS and others.",
    )
    younger_adults_council_share: float = parameter(
        0.80,
        unit="share of residents",
        low=0.5,
        high=0.98,
        source="E06-013; the split with the NHS is an assumption",
        label="Council-funded among residents of younger adults' homes.",
    )
    younger_adults_self_funder_share: float = parameter(
        0.02,
        unit="share of residents",
        low=0.0,
        high=0.2,
        source="E06-013",
        label="Self-funders among residents of younger adults' homes.",
    )
    home_care_self_funder_share: float = parameter(
        0.20,
        unit="share of hours",
        low=0.05,
        high=0.5,
        source="E06-002, E02-043",
        label="Self-funded share of home-care hours.",
    )
    home_care_nhs_share: float = parameter(
        0.04,
        unit="share of hours",
        low=0.0,
        high=0.2,
        source="assumption",
        label="NHS-funded share of home-care hours.",
    )
    supported_residents_scale: float = parameter(
        1.0,
        unit="ratio",
        low=0.5,
        high=1.5,
        source="E07-060: the tables hold 2015/16",
        label="Council-supported residents at the start over those of 2015/16.",
    )
    home_care_hours_scale: float = parameter(
        1.0,
        unit="ratio",
        low=0.4,
        high=1.6,
        source="E07-058: the tables hold 2013/14",
        label="Council-arranged home-care hours at the start over those of 2013/14.",
    )
    waiting_share_of_discharges: float = parameter(
        0.25,
        unit="share of people waiting",
        low=0.0,
        high=1.0,
        source="assumption; E07-067 for the reasons of delay",
        label="Share of people who wait for a place and wait for it in a hospital bed.",
    )
    delayed_day_cost: float = parameter(
        395.0,
        unit="GBP/day",
        low=200.0,
        high=900.0,
        source="E07-065",
        label="Cost of one delayed day in a hospital bed.",
        role="fixed",
    )


class SelfFunders(Section):
    """People who pay for their own care."""

    premium_start: float = parameter(
        0.41,
        unit="share over the council's fee",
        low=0.0,
        high=1.0,
        source="E03-007",
        label="Self-funder price over the council's fee in the same home at the start.",
    )
    premium_slope: float = parameter(
        0.80,
        unit="per share of self-funders",
        low=0.0,
        high=2.0,
        source="assumption; E03-011 to E03-016: private-pay homes charge more",
        label="How much higher the premium is in homes with more self-funders than usual.",
    )
    premium_spread: float = parameter(
        0.10,
        unit="share",
        low=0.0,
        high=0.3,
        source="assumption",
        label="Spread (standard deviation) of that premium between homes.",
    )
    home_care_premium_start: float = parameter(
        0.18,
        unit="share over the council's fee",
        low=0.0,
        high=1.0,
        source="E06-042 (value share over hours share)",
        label="Self-funder price over the council's fee for home care at the start.",
    )
    savings_median: float = parameter(
        143_000.0,
        unit="GBP",
        low=30_000.0,
        high=600_000.0,
        source="E06-038: fits a 25% run-out",
        label="Median assets, home included, of people who enter a home as self-funders.",
    )
    savings_spread: float = parameter(
        1.0,
        unit="log standard deviation",
        low=0.3,
        high=2.0,
        source="assumption",
        label="Spread of those assets (lognormal).",
    )
    income_to_fees: float = parameter(
        270.0,
        unit="GBP/week",
        low=0.0,
        high=800.0,
        source="assumption: GBP 14k a year",
        label="Income a self-funding resident puts towards the fee.",
    )
    home_care_savings_median: float = parameter(
        70_000.0,
        unit="GBP",
        low=10_000.0,
        high=400_000.0,
        source="assumption: the home does not count at home",
        label="Median savings of people who pay for home care.",
    )
    home_care_income_to_fees: float = parameter(
        150.0,
        unit="GBP/week",
        low=0.0,
        high=600.0,
        source="assumption",
        label="Income a self-funder at home puts towards care.",
    )
    capital_limit: float = parameter(
        23_250.0,
        unit="GBP",
        low=0.0,
        high=200_000.0,
        source="E06-037",
        role="lever",
        label="Savings below which the council starts to pay.",
    )
    price_sensitivity: float = parameter(
        3.0,
        unit="per 100% of price",
        low=0.0,
        high=10.0,
        source="assumption; E06-049 elasticity about -0.3 of demand",
        label="How strongly a higher price deters a middling self-funder's choice of provider.",
    )
    quality_sensitivity: float = parameter(
        3.0,
        unit="per point of quality (0-1)",
        low=0.0,
        high=10.0,
        source="assumption; sign from E06-015, E06-016",
        label="How strongly quality draws a self-funder.",
    )
    size_preference: float = parameter(
        -0.10,
        unit="per log beds",
        low=-1.0,
        high=1.0,
        source="assumption; E09-001 small homes do better",
        label="How size draws a self-funder, beyond the number of free places.",
    )
    price_follows_clientele: float = parameter(
        0.5,
        unit="share of the way a year",
        low=0.0,
        high=1.0,
        source="assumption; E03-011 to E03-016: private-pay homes charge more",
        label="How far a home's price moves each April to what homes with its share of self-funders charge.",
    )
    cross_subsidy: float = parameter(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        source="E06-047, E06-050; size is an assumption",
        label="Share of the council's shortfall that a provider puts on its self-funders' prices.",
    )
    price_rise_limit: float = parameter(
        0.10,
        unit="per year",
        low=0.0,
        high=0.3,
        source="E06-050 (9.5% a year at the most)",
        label="Most that a self-funder price rises in one April beyond general inflation.",
    )
    nhs_price_ratio: float = parameter(
        0.95,
        unit="ratio",
        low=0.6,
        high=1.2,
        source="assumption: near self-funder fees",
        label="NHS price over the self-funder price of the same site.",
    )
