"""Councils: fees, budgets, eligibility, placement and their own services."""

from __future__ import annotations

from resilience.scenario.declare import Section, parameter


class Councils(Section):
    """How councils buy care."""

    care_home_fee_uprating: float = parameter(
        1.06,
        unit="ratio",
        low=0.8,
        high=3.0,
        source="E03-091: fees rose about 3% a year",
        label="Care-home fees of 2016 over those of 2014/15.",
    )
    home_care_fee_uprating: float = parameter(
        0.96,
        unit="ratio",
        low=0.8,
        high=3.0,
        source="E03-092 with E03-062",
        label="Home-care fees of 2016 over those of 2013/14.",
    )
    follow_returns: bool = parameter(
        False,
        unit="",
        role="fixed",
        source="NHS Digital, PSS EX1 2009-10 to 2014-15 (region table returns)",
        label="Councils pay the fees and spend the money of their returns for 2009/10 to 2014/15 as far as they reach; "
        "after that they decide by themselves.",
    )
    fee_noise: float = parameter(
        0.6,
        unit="share",
        low=0.0,
        high=1.0,
        role="fixed",
        source="assumption: single cells of the returns jump, medians are sound",
        label="Share of a council's distance from the median fee that is taken as reporting noise and left out.",
    )
    younger_adults_fee: float = parameter(
        1_250.0,
        unit="GBP/week",
        low=500.0,
        high=4_000.0,
        source="assumption",
        label="Council fee in a younger adults' home in 2016.",
    )
    cost_follows_fee: float = parameter(
        0.7,
        unit="elasticity",
        low=0.0,
        high=1.0,
        source="assumption: providers have settled into what local fees pay",
        label="How far local costs differ with local fees at the start.",
    )
    budget_headroom: float = parameter(
        0.005,
        unit="share",
        low=-0.1,
        high=0.2,
        source="assumption",
        label="Budget over committed spend at the start.",
    )
    squeeze_on_fees: float = parameter(
        0.30,
        unit="share",
        low=0.0,
        high=1.0,
        source="E07-083, E03-091; split is an assumption",
        role="lever",
        label="Share of a budget squeeze that falls on fees; the rest falls on eligibility and reserves.",
    )
    lowest_uplift: float = parameter(
        -0.01,
        unit="per year",
        low=-0.2,
        high=0.1,
        source="assumption: fees are frozen rather than cut",
        role="lever",
        label="Lowest fee uplift a council makes.",
    )
    pass_through_limit: float = parameter(
        0.85,
        unit="share",
        low=0.0,
        high=1.5,
        source="assumption",
        label="Share of spare money that goes into fees above cost inflation; the rest goes into volume.",
    )
    reserves: float = parameter(
        0.04,
        unit="share of a year's budget",
        low=0.0,
        high=0.5,
        source="assumption; E05-049 councils do overspend",
        label="Reserves that may carry an overspend.",
    )
    lowest_eligibility: float = parameter(
        0.40,
        unit="share",
        low=0.0,
        high=1.0,
        source="assumption: the statutory duty sets a floor",
        label="Smallest share of newly assessed people whom a council funds.",
    )
    eligibility_start: float = parameter(
        0.95,
        unit="share",
        low=0.3,
        high=1.0,
        source="assumption; E07-082 unmet need exists at the start",
        label="Share of newly assessed people whom councils fund at the start.",
    )
    eligibility_speed: float = parameter(
        1.5,
        unit="per year",
        low=0.1,
        high=12.0,
        source="assumption",
        label="How fast eligibility follows the gap between budget and spend.",
    )
    quality_weight: float = parameter(
        1.0,
        unit="per point of quality (0-1)",
        low=0.0,
        high=10.0,
        source="assumption",
        role="lever",
        label="How strongly a council prefers better providers when it places people.",
    )
    in_house_cost_ratio: float = parameter(
        1.9,
        unit="ratio",
        low=1.0,
        high=4.0,
        source="E03-062 (39.1 against 15.3), lowered: part is reablement",
        label="Cost of an hour of a council's own home care over that of an independent branch.",
    )
    own_homes_closed_per_year: float = parameter(
        0.079,
        unit="share of own homes a year",
        low=0.0,
        high=0.5,
        source="E04-074",
        role="lever",
        label="Own care homes that councils close in a year.",
    )
    own_service_pull: float = parameter(
        0.7,
        unit="ratio",
        low=0.0,
        high=5.0,
        source="assumption; E03-062: the own service is dearer, so councils use it less",
        role="lever",
        label="Pull of a free place in a council's own home care over one in an independent branch.",
    )
    community_scale_people: float = parameter(
        40.0,
        unit="people",
        low=5.0,
        high=200.0,
        role="fixed",
        source="assumption: fewer than 50 staff; 86% of enterprises are (E02-009)",
        label="Largest home or branch that counts as community-scale, beds or clients; chains and councils never do.",
    )
    step_in_growth: float = parameter(
        0.02,
        unit="share a month",
        low=0.0,
        high=0.5,
        source="assumption",
        role="lever",
        label="How fast a council's own service can grow to take displaced people in an emergency.",
    )
