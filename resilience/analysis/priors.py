"""The parameters that calibration is free to move, and between which values: each stated once, with its reason.

They are few on purpose: weakly supported by evidence, and known to move a target. All others keep their values.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Prior:
    """A parameter by its dotted name, with the ends between which every value is as likely as any other.

    The ends are narrower than what the parameter allows. reason: what the evidence says, and which target it moves.
    whole: only whole numbers. logs: every ratio is as likely, instead of every difference.
    """

    name: str
    low: float
    high: float
    reason: str
    whole: bool = False
    logs: bool = False


PRIORS: Final[tuple[Prior, ...]] = (
    Prior("distress.retirement_per_year", 0.035, 0.085,
          "assumption: a working life of 12 to 28 years in charge; moves the closure of homes"),
    Prior("distress.buyer_margin", 0.16, 0.30,
          "assumption: around published margins of 27 to 30% (E03-029 to E03-041); moves the closure of homes"),
    Prior("distress.buyer_size", 1.4, 3.4,
          "E04-067 to E04-070 give the sign: big homes are sold, small homes close; moves the elasticity to beds"),
    Prior("entry.homes_per_year", 0.018, 0.034,
          "closures less the net decline (E04-104 to E04-109, E04-006); moves the number of homes and beds"),
    Prior("entry.branches_per_year", 0.10, 0.20,
          "E02-130, E04-091, E04-092: exits and a slow growth of agencies; moves home care's entry and exit"),
    Prior("distress.patience_home_care", 6, 15,
          "assumption, E04-091 for the result; moves home care's exit", whole=True),
    Prior("entry.micro_growth_supported", 0.50, 0.90,
          "E08-012, E08-013, E08-016, E08-022: Somerset's path; moves the catalyst programme", logs=True),
    Prior("councils.eligibility_speed", 1.0, 6.0,
          "assumption: councils correct an overspend within two months to a year; moves councils' real spending",
          logs=True),
    Prior("self_funders.premium_slope", 0.4, 1.2,
          "E03-011 to E03-016 give the sign: private-pay homes charge more; moves premium and margin gap"),
    Prior("self_funders.cross_subsidy", 0.2, 0.8,
          "E06-047, E06-050 give the sign; moves premium and margin gap"),
)  # fmt: skip
