"""Care workers: pay, turnover, recruitment and agency cover."""

from __future__ import annotations

from resilience.scenario.declare import Section, parameter


class Labour(Section):
    """The labour market of each council's area."""

    hours_per_worker: float = parameter(
        37.0,
        unit="hours/week",
        low=30.0,
        high=40.0,
        role="fixed",
        source="assumption: one full-time post",
        label="Paid hours a week of one full-time worker.",
    )
    turnover_per_year: float = parameter(
        0.29,
        unit="per year",
        low=0.05,
        high=0.8,
        source="E05-011, E05-115",
        label="Share of staff who leave in a year when pay stands where it stood at the start.",
    )
    turnover_small: float = parameter(
        0.85,
        unit="ratio",
        low=0.4,
        high=1.2,
        source="assumption",
        label="Turnover in the smallest providers over that of large ones.",
    )
    turnover_member_owned: float = parameter(
        0.70,
        unit="ratio",
        low=0.3,
        high=1.1,
        source="E08-033: low turnover reported; size is an assumption",
        label="Turnover in co-operatives over that of others.",
    )
    separation_elasticity_homes: float = parameter(
        1.0,
        unit="elasticity",
        low=0.2,
        high=4.0,
        source="E05-079",
        label="How much leaving falls when pay rises by 1% relative to other jobs, care homes.",
    )
    separation_elasticity_home_care: float = parameter(
        2.5,
        unit="elasticity",
        low=0.2,
        high=6.0,
        source="E05-079",
        label="How much leaving falls when pay rises by 1% relative to other jobs, home care.",
    )
    recruit_elasticity: float = parameter(
        2.0,
        unit="elasticity",
        low=0.2,
        high=6.0,
        source="E05-078",
        label="How much the number of people looking for care work rises with relative pay.",
    )
    vacancy_start: float = parameter(
        0.066,
        unit="share of posts",
        low=0.01,
        high=0.2,
        source="E05-115",
        label="Vacant posts at the start.",
    )
    stay_in_sector: float = parameter(
        0.67,
        unit="share of leavers",
        low=0.3,
        high=0.95,
        source="E05-112",
        label="Leavers who look for another job in care.",
    )
    leave_pool: float = parameter(
        0.30,
        unit="share a month",
        low=0.05,
        high=0.9,
        source="assumption",
        label="People looking for care work who give up each month.",
    )
    pool_start: float = parameter(
        1.5,
        unit="months of leavers",
        low=0.5,
        high=6.0,
        source="assumption",
        label="People looking for care work at the start.",
    )
    fill_curve: float = parameter(
        0.5,
        unit="elasticity",
        low=0.0,
        high=1.0,
        source="assumption: a matching function",
        label="How hiring follows the number of people looking.",
    )
    pay_differential: float = parameter(
        0.045,
        unit="share of the floor",
        low=0.0,
        high=0.3,
        source="E05-105, E05-109",
        label="Pay over the wage floor at the start.",
    )
    pay_differential_spread: float = parameter(
        0.03,
        unit="share of the floor",
        low=0.0,
        high=0.15,
        source="assumption; E05-102 for those at the floor",
        label="Spread of that differential between providers.",
    )
    pay_compression: float = parameter(
        0.6,
        unit="share",
        low=0.0,
        high=1.0,
        source="E05-108: the experience premium fell from 33p to 4p",
        label="Part of the differential that is lost for each 10% that the floor rises beyond other pay.",
    )
    outside_pay_ratio: float = parameter(
        1.10,
        unit="ratio to the floor",
        low=0.9,
        high=1.6,
        source="assumption; E05-013",
        label="Pay of like jobs outside care over the wage floor at the start.",
    )
    outside_pay_follows_floor: float = parameter(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        source="assumption",
        label="Share of an extra rise in the wage floor that like jobs outside care pass on.",
    )
    agency_limit_homes: float = parameter(
        0.12,
        unit="share of staff hours",
        low=0.0,
        high=0.5,
        source="assumption",
        label="Most agency cover a home can find.",
    )
    agency_limit_home_care: float = parameter(
        0.07,
        unit="share of staff hours",
        low=0.0,
        high=0.5,
        source="assumption",
        label="Most agency or overtime cover a home-care branch can find.",
    )
    agency_premium: float = parameter(
        0.50,
        unit="share of pay",
        low=0.0,
        high=2.0,
        source="assumption",
        label="Cost of an agency hour over an employed one.",
    )
    growth_headroom: float = parameter(
        0.03,
        unit="share of people served",
        low=0.0,
        high=0.3,
        source="assumption",
        label="Room to grow for which providers keep posts.",
    )
