"""Studies: one question a module, run with ``python -m experiments.NAME``, or all with ``python -m experiments``."""

STUDIES = (
    "austerity_and_wages",
    "chain_collapse",
    "diversity",
    "where_self_funders_live",
    "catalyst",
    "seven_ideas",
    "best_portfolio",
    "robustness",
)
"""The studies with a stored result, in the order of ``docs/experiments.md``. Remedies have a page of their own."""
