"""What care costs to provide, and who owns what."""

from __future__ import annotations

from resilience.scenario.declare import Section, parameter


class Costs(Section):
    """Running costs by kind of care."""

    staff_hours_residential: float = parameter(
        29.5,
        unit="paid hours/resident/week",
        low=15.0,
        high=60.0,
        source="assumption; fits E03-098, E03-101",
        label="Paid staff hours a resident of a residential home needs.",
    )
    staff_hours_nursing: float = parameter(
        36.5,
        unit="paid hours/resident/week",
        low=15.0,
        high=80.0,
        source="assumption; fits E03-097, E03-026",
        label="Paid staff hours a resident of a nursing home needs.",
    )
    staff_hours_younger_adults: float = parameter(
        72.0,
        unit="paid hours/resident/week",
        low=20.0,
        high=160.0,
        source="assumption",
        label="Paid staff hours a resident of a younger adults' home needs.",
    )
    paid_per_contact_hour: float = parameter(
        1.20,
        unit="ratio",
        low=1.0,
        high=1.6,
        source="assumption; fits the 70% staff share of E03-059",
        label="Paid hours (travel, training) for one hour of home care.",
    )
    pay_mix_residential: float = parameter(
        1.12,
        unit="ratio",
        low=1.0,
        high=1.6,
        source="assumption",
        label="Mean pay of all staff over a care worker's, residential homes.",
    )
    pay_mix_nursing: float = parameter(
        1.28,
        unit="ratio",
        low=1.0,
        high=2.0,
        source="assumption: nurses",
        label="Mean pay of all staff over a care worker's, nursing homes.",
    )
    pay_mix_home_care: float = parameter(
        1.05,
        unit="ratio",
        low=1.0,
        high=1.6,
        source="assumption",
        label="Mean pay of all staff over a care worker's, home care.",
    )
    fixed_staff_share: float = parameter(
        0.45,
        unit="share",
        low=0.0,
        high=0.9,
        source="E03-112",
        label="Share of a home's staffing that follows its beds rather than its residents.",
    )
    other_cost_residential: float = parameter(
        82.0,
        unit="GBP/resident/week",
        low=20.0,
        high=300.0,
        source="assumption; E03-102",
        label="Food, utilities and supplies in a residential home at 2016 prices.",
    )
    other_cost_nursing: float = parameter(
        98.0,
        unit="GBP/resident/week",
        low=20.0,
        high=300.0,
        source="assumption; E03-102",
        label="Food, utilities and supplies in a nursing home at 2016 prices.",
    )
    other_cost_younger_adults: float = parameter(
        150.0,
        unit="GBP/resident/week",
        low=20.0,
        high=600.0,
        source="assumption",
        label="Food, utilities and supplies in a younger adults' home at 2016 prices.",
    )
    other_cost_home_care: float = parameter(
        1.10,
        unit="GBP/hour",
        low=0.1,
        high=5.0,
        source="assumption",
        label="Mileage and supplies of an hour of home care at 2016 prices.",
    )
    fixed_cost_home: float = parameter(
        1_000.0,
        unit="GBP/week at 30 beds",
        low=100.0,
        high=5_000.0,
        source="assumption; E03-112",
        label="Manager, registration and insurance of a home of 30 beds at 2016 prices.",
    )
    fixed_cost_branch: float = parameter(
        700.0,
        unit="GBP/week at 45 clients",
        low=50.0,
        high=3_000.0,
        source="assumption",
        label="Manager and office of a home-care branch of 45 clients at 2016 prices.",
    )
    fixed_cost_micro: float = parameter(
        12.0,
        unit="GBP/week",
        low=0.0,
        high=200.0,
        source="assumption: very low overhead (E08-009)",
        label="Overhead of a micro-enterprise at 2016 prices.",
    )
    fixed_cost_scale: float = parameter(
        0.5,
        unit="exponent",
        low=0.0,
        high=1.0,
        source="assumption; sign from E03-043 and E04-067 to E04-070",
        label="How the fixed cost of a site grows with its size.",
    )
    property_cost: float = parameter(
        18.0,
        unit="GBP/bed/week",
        low=0.0,
        high=100.0,
        source="assumption",
        label="Upkeep of a bed at 2016 prices, used or not.",
    )
    central_overhead_chain: float = parameter(
        0.05,
        unit="share of revenue",
        low=0.0,
        high=0.15,
        source="E03-112",
        label="Head office of a chain.",
    )
    central_overhead_other: float = parameter(
        0.02,
        unit="share of revenue",
        low=0.0,
        high=0.15,
        source="assumption",
        label="Central costs of other providers.",
    )
    efficiency_spread_homes: float = parameter(
        0.10,
        unit="log standard deviation",
        low=0.0,
        high=0.3,
        source="assumption",
        label="Spread of costs between like homes.",
    )
    efficiency_spread_home_care: float = parameter(
        0.05,
        unit="log standard deviation",
        low=0.0,
        high=0.3,
        source="assumption",
        label="Spread of costs between like home-care branches.",
    )
    passing_shock: float = parameter(
        0.015,
        unit="share of costs a month",
        low=0.0,
        high=0.1,
        source="assumption",
        label="Size of a site's own passing cost shocks (sickness, repairs, bad debts) at 30 people.",
    )
    passing_shock_memory: float = parameter(
        0.90,
        unit="share a month",
        low=0.0,
        high=0.99,
        source="assumption",
        label="How much of a passing cost shock is left after a month.",
    )
    micro_price_ratio: float = parameter(
        0.92,
        unit="ratio to the council's fee",
        low=0.5,
        high=1.5,
        source="E08-034, E08-035, E08-025",
        label="Price of a micro-enterprise over the council's home-care fee.",
    )


class Finance(Section):
    """Balance sheets at the start."""

    leased_share_chain: float = parameter(
        0.45,
        unit="share of homes",
        low=0.0,
        high=1.0,
        source="assumption",
        label="Chain homes under sale and leaseback.",
    )
    rent_per_bed: float = parameter(
        111.0,
        unit="GBP/bed/week",
        low=20.0,
        high=400.0,
        source="E03-106",
        label="Rent of a leased bed at the start.",
    )
    rent_cover_lowest: float = parameter(
        1.4,
        unit="ratio",
        low=1.0,
        high=3.0,
        source="assumption; E03-104, E03-105 about 1.9 to 2.0",
        label="Surplus before rent over rent that a landlord asked of a lease at its signing.",
    )
    chain_debt_per_bed: float = parameter(
        28_000.0,
        unit="GBP/bed",
        low=0.0,
        high=100_000.0,
        source="E03-110, E03-113",
        role="lever",
        label="Debt on a chain's own beds.",
    )
    chain_debt_spread: float = parameter(
        0.5,
        unit="log standard deviation",
        low=0.0,
        high=1.5,
        source="assumption",
        label="Spread of debt per bed between chains.",
    )
    chain_interest: float = parameter(
        0.08,
        unit="per year",
        low=0.0,
        high=0.2,
        source="E04-054 (10%), E03-109; lower for small chains: assumption",
        label="Interest on chains' debt at the start.",
    )
    chain_floating_share: float = parameter(
        0.4,
        unit="share of chains",
        low=0.0,
        high=1.0,
        source="assumption",
        label="Chains whose debt floats with Bank Rate.",
    )
    refinancing_years: float = parameter(
        5.0,
        unit="years",
        low=0.5,
        high=30.0,
        source="assumption",
        label="Years within which fixed-rate debt falls due and takes the rate of the day.",
    )
    chain_required_return: float = parameter(
        0.11,
        unit="per year",
        low=0.0,
        high=0.25,
        source="E03-001",
        label="Return that investors in chains expect on their equity.",
    )
    chain_equity_per_bed: float = parameter(
        18_000.0,
        unit="GBP/bed",
        low=0.0,
        high=100_000.0,
        source="assumption; E04-057 (equity about half of debt)",
        label="Investors' equity in a chain's bed.",
    )
    independent_debt_per_bed: float = parameter(
        9_000.0,
        unit="GBP/bed",
        low=0.0,
        high=60_000.0,
        source="assumption: low debt",
        label="Debt per bed of independent homes.",
    )
    independent_interest: float = parameter(
        0.05,
        unit="per year",
        low=0.0,
        high=0.2,
        source="assumption",
        label="Interest on independents' debt.",
    )
    drawings_share: float = parameter(
        0.8,
        unit="share of surplus",
        low=0.0,
        high=1.0,
        source="assumption",
        label="Share of a month's surplus that owners draw once cash stands at its target.",
    )
    cash_months: float = parameter(
        1.5,
        unit="months of revenue",
        low=0.1,
        high=12.0,
        source="assumption",
        role="lever",
        label="Cash that homes' owners keep.",
    )
    cash_months_home_care: float = parameter(
        0.9,
        unit="months of revenue",
        low=0.1,
        high=12.0,
        source="assumption",
        role="lever",
        label="Cash that home-care owners keep.",
    )
    credit_months: float = parameter(
        1.0,
        unit="months of revenue",
        low=0.0,
        high=12.0,
        source="assumption",
        label="Overdraft a bank allows a home's owner.",
    )
    credit_months_home_care: float = parameter(
        0.35,
        unit="months of revenue",
        low=0.0,
        high=12.0,
        source="assumption",
        label="Overdraft a bank allows a home-care owner.",
    )
    lowest_margin_start: float = parameter(
        -0.01,
        unit="share of revenue",
        low=-0.3,
        high=0.2,
        source="assumption: providers far below break-even had gone before the start",
        label="Lowest surplus that a site starts with.",
    )
