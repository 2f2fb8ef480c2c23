"""Paths by financial year: what the outside world does to the market."""

from __future__ import annotations

from resilience.scenario.declare import Section, parameter


class Paths(Section):
    """Yearly paths; a year that is not given takes the latest earlier one (the wage floor grows on after its last)."""

    wage_floor: dict[int, float] = parameter(
        {
            2015: 6.70,
            2016: 7.20,
            2017: 7.50,
            2018: 7.83,
            2019: 8.21,
            2020: 8.72,
            2021: 8.91,
            2022: 9.50,
            2023: 10.42,
            2024: 11.44,
            2025: 12.21,
            2026: 12.71,
        },
        unit="GBP/hour",
        low=3.0,
        high=40.0,
        label="Statutory minimum hourly pay of adults, from April of the year.",
        source="E05-081 to E05-092",
        role="fixed",
    )
    wage_floor_growth_after: float = parameter(
        0.03,
        unit="per year",
        low=-0.05,
        high=0.15,
        label="Growth of the wage floor after the last year of its path.",
        source="assumption",
    )
    real_spend: dict[int, float] = parameter(
        {
            2009: 100.0,
            2010: 99.0,
            2011: 96.0,
            2012: 94.0,
            2013: 92.0,
            2014: 90.0,
            2015: 91.0,
            2016: 92.0,
            2017: 93.0,
            2018: 95.0,
            2019: 97.0,
            2020: 101.0,
            2021: 103.0,
            2022: 104.0,
            2023: 111.0,
            2024: 114.0,
        },
        unit="index, 2009 = 100",
        low=10.0,
        high=400.0,
        label="Councils' real spending on adult social care in England, by year.",
        source="E05-140, E05-037, E05-137, E05-138; other years interpolated (E05-141)",
        role="fixed",
    )
    inflation: dict[int, float] = parameter(
        {
            2016: 0.011,
            2017: 0.028,
            2018: 0.023,
            2019: 0.017,
            2020: 0.006,
            2021: 0.040,
            2022: 0.100,
            2023: 0.057,
            2024: 0.024,
            2025: 0.035,
            2026: 0.025,
        },
        unit="per year",
        low=-0.05,
        high=0.30,
        label="Rise in consumer prices over the year; it uprates budgets, other costs and incomes.",
        source="assumption: consumer prices as published by ONS, rounded; E10-016 for the peak",
        role="fixed",
    )
    on_cost: dict[int, float] = parameter(
        {2015: 0.20, 2018: 0.21, 2019: 0.22, 2025: 0.245},
        unit="share of pay",
        low=0.0,
        high=0.6,
        label="Employer's on-costs: national insurance, pension and holiday pay.",
        source="assumption; E10-006 for the step in 2025",
    )
    funded_nursing_care: dict[int, float] = parameter(
        {
            2015: 112.00,
            2016: 156.25,
            2018: 158.16,
            2019: 165.56,
            2020: 183.92,
            2021: 187.60,
            2022: 209.19,
            2023: 219.71,
            2024: 235.88,
            2025: 254.06,
        },
        unit="GBP/week",
        low=0.0,
        high=600.0,
        label="What the NHS pays a nursing home for each resident's nursing.",
        source="assumption: standard rate as published by the NHS",
        role="fixed",
    )
    bank_rate: dict[int, float] = parameter(
        {
            2015: 0.005,
            2016: 0.003,
            2017: 0.004,
            2018: 0.007,
            2020: 0.001,
            2021: 0.002,
            2022: 0.023,
            2023: 0.051,
            2024: 0.049,
            2025: 0.041,
        },
        unit="per year",
        low=0.0,
        high=0.25,
        label="Bank Rate, mean of the year; floating-rate debt follows it.",
        source="E10-015, years between are assumptions",
        role="fixed",
    )
