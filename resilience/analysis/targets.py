"""The published facts that the model is held against, each stated once."""

from typing import Final

from resilience.analysis.target import Part, Range, Target

TARGETS: Final[tuple[Target, ...]] = (
    Target(
        "Homes close",
        (
            Part("all homes", "closure_rate_homes", 4.3, 1.0, "% a year", "E04-104 to E04-109",
                 "closures over the mean number of homes, a year", scale=100, decimals=2),
            Part("older people's homes", "closure_rate_older_homes", Range(3.0, 4.0), 1.0, "% a year",
                 "E04-059, E04-067 to E04-070, E04-077", "the same for residential and nursing homes",
                 scale=100, decimals=2),
        ),
    ),
    Target(
        "Small homes close more often",
        (
            Part("elasticity of the hazard to beds", "closure_elasticity", -0.40, 0.15, "", "E04-067 to E04-070",
                 "Poisson regression of closure on log beds, homes of the first day, exposure in years", decimals=2),
        ),
        "The published figure is read from hazards by bed band.",
    ),
    Target(
        "Fewer homes, as many beds",
        (
            Part("homes", "home_growth", -1.3, 0.5, "% a year", "E04-006, E02-048",
                 "log change of homes from the first day to the last, a year", scale=100, decimals=2),
            Part("beds", "bed_growth", 0.0, 0.5, "% a year", "E02-048, E02-049",
                 "log change of beds from the first day to the last, a year", scale=100, decimals=2),
        ),
    ),
    Target(
        "Occupancy",
        (
            Part("all homes", "occupancy", Range(85.0, 90.0), 0.0, "%", "E02-030, E02-042, E01-013",
                 "residents over beds, mean of the months", scale=100),
        ),
    ),
    Target(
        "Who pays more, and what it earns",
        (
            Part("self-funder premium in one home", "self_funder_premium", 41.0, 8.0, "%", "E03-007",
                 "self-funder prices over the fees of the same homes, mean of the months", scale=100),
            Part("margin gap, private minus council-funded homes", "margin_gap", 20.0, 6.0, "points", "E03-026",
                 "operating surplus over revenue of older people's homes with over 60% self-funders, less that of "
                 "homes with under 25%, all months together", scale=100),
        ),
        "The margin gap was published for corporate operators in 2024/25.",
    ),
    Target(
        "Home-care branches come and go",
        (
            Part("exit", "branch_exit_rate", Range(10.0, 17.0), 4.0, "% a year", "E04-091, E04-092",
                 "branches closed over the mean number of branches, a year; micro-enterprises apart", scale=100),
            Part("entry", "branch_entry_rate", Range(11.0, 20.0), 4.0, "% a year", "E02-130, E04-091, E04-092",
                 "branches opened over the mean number of branches, a year", scale=100),
        ),
        "Entry follows from published exits and the growth of registered agencies.",
    ),
    Target(
        "Staff leave, posts stay empty",
        (
            Part("turnover", "turnover_first_year", 29.0, 4.0, "% a year", "E05-011, E05-115, E05-048",
                 "leavers over staff, a year, mean of the first year (2016/17)", scale=100),
            Part("vacancies", "vacancy_first_year", 6.6, 2.0, "% of posts", "E05-113, E05-048",
                 "empty posts over posts, mean of the first year (2016/17)", scale=100),
        ),
    ),
    Target(
        "Pay over the wage floor",
        (
            Part("care workers", "pay_over_floor", Range(1.03, 1.06), 0.03, "ratio", "E05-105, E05-107, E05-109",
                 "mean pay of care workers over the wage floor, mean of the months", decimals=3),
        ),
    ),
    Target(
        "Savings run out",
        (
            Part("self-funders in homes", "run_down_share", 25.0, 7.0, "%", "E06-038",
                 "self-funders in homes whose savings reached the capital limit, over self-funders who came to need a "
                 "home, all months together", scale=100),
        ),
        "Of people who enter, those who will run down; the two flows are in a steady state at the start.",
    ),
    Target(
        "Concentration in England",
        (
            Part("top five's share of beds", "top_5_share", Range(11.0, 13.0), 3.0, "%", "E02-024, E02-148",
                 "the market of England as drawn, councils' own homes apart; no run", "england", scale=100),
            Part("top thirty's share of beds", "top_30_share", Range(27.0, 29.0), 5.0, "%", "E02-023, E02-151",
                 "the same for thirty", "england", scale=100),
        ),
        "The model's groups are those of the register of April 2021.",
    ),
    Target(
        "A catalyst programme takes root",
        (
            Part("enterprises after two years", "micro_after_2_years", Range(180.0, 220.0), 0.25, "enterprises",
                 "E08-006, E08-012, E08-022", "Somerset from 50 enterprises, programme of two years", "somerset",
                 relative=True, decimals=0),
            Part("enterprises after five years", "micro_after_5_years", Range(450.0, 600.0), 0.25, "enterprises",
                 "E08-013, E08-016, E08-028", "the same three years later", "somerset", relative=True, decimals=0),
        ),
    ),
    Target(
        "Councils' real spending, 2010 to 2017",
        (
            Part("change over seven years", "real_spend_change", -8.0, 1.0, "%", "E05-140",
                 "councils' spending on care in 2016/17 over 2009/10, prices taken out, under the funding shock alone",
                 "spending", scale=100, decimals=2),
        ),
    ),
    Target(
        "Councils that report failures",
        (
            Part("in the last half of 2016", "councils_affected_2016_h2", 69.0, 12.0, "% of councils", "E04-005",
                 "councils with at least one closure or hand-back in the six months, as the measure is defined",
                 scale=100),
        ),
        "Cannot be met beside published closure rates: see docs/decisions.md.",
    ),
    Target(
        "Hindcast: homes close, 2011 to 2016",
        (
            Part("all homes", "closure_rate_2011_16", 4.25, 1.0, "% a year", "E04-104 to E04-109",
                 "closures in a calendar year over the homes at its start, mean of six years", "hindcast", scale=100,
                 decimals=2),
        ),
        "England's closures against those of the West Midlands in the model: see docs/hindcast.md.",
    ),
)  # fmt: skip
