"""Small integers that stand for kinds of care, payers, providers and reasons in the columns."""

from typing import Final

CARE_TYPES: Final = ("residential", "nursing", "younger_adults", "home_care")
"""Kinds of place that do not stand in for each other; the first three are the setting ``care_home``."""
RESIDENTIAL, NURSING, YOUNGER_ADULTS, HOME_CARE = range(4)
N_TYPES: Final = 4

SETTINGS: Final = ("care_home", "home_care")
SETTING_OF_TYPE: Final = (0, 0, 0, 1)

PAYERS: Final = ("council", "self_funder", "nhs")
COUNCIL, SELF_FUNDER, NHS = range(3)
N_PAYERS: Final = 3

KINDS: Final = ("chain", "independent", "cooperative", "micro_enterprise", "council_service")
CHAIN, INDEPENDENT, COOPERATIVE, MICRO_ENTERPRISE, COUNCIL_SERVICE = range(5)
N_KINDS: Final = 5

FATES: Final = ("trading", "failed", "closed", "retired", "sold", "folded")
TRADING, FAILED, CLOSED, RETIRED, SOLD, FOLDED = range(6)
"""What became of a provider: insolvent, closed while solvent, retired, sold whole, folded (a micro-enterprise)."""

RATINGS: Final = ("inadequate", "requires_improvement", "good", "outstanding")
INADEQUATE, REQUIRES_IMPROVEMENT, GOOD, OUTSTANDING = range(4)

CAUSES: Final = ("fee", "wage_floor", "agency", "occupancy", "rent", "interest", "investor_return", "other")
CAUSE_LABELS: Final = {
    "fee": "fees and prices that fell behind",
    "wage_floor": "the rise in pay and on-costs",
    "agency": "agency cover and vacancies",
    "occupancy": "empty places",
    "rent": "rent",
    "interest": "interest on debt",
    "investor_return": "the return owed to investors",
    "other": "other costs",
}
N_CAUSES: Final = 8
NEVER_FILLED: Final = "never_filled"
"""Stands for the cause 'occupancy' where a provider that opened in the run failed before its places had filled."""

SECTORS: Final = ("for_profit", "third_sector", "council")
WEEKS_PER_MONTH: Final = 365.25 / 7 / 12
"""Weeks in an average month (definition)."""
DAYS_PER_MONTH: Final = 365.25 / 12
"""Days in an average month (definition)."""
