"""Distress, sale, closure, failure and what follows for people."""

from __future__ import annotations

from resilience.scenario.declare import Section, parameter


class Distress(Section):
    """What providers do when the money does not come round."""

    trend_months: float = parameter(
        6.0,
        unit="months",
        low=1.0,
        high=24.0,
        source="assumption",
        label="Memory with which a provider judges its margin.",
    )
    patience_homes: int = parameter(
        12,
        unit="months",
        low=1,
        high=60,
        source="assumption; E03-099 slow exit",
        label="Months in loss after which the owner of a home gives it up.",
    )
    patience_home_care: int = parameter(
        8,
        unit="months",
        low=1,
        high=60,
        source="assumption; E04-091",
        label="Months in loss after which the owner of a branch gives it up.",
    )
    patience_chain: int = parameter(
        12,
        unit="months",
        low=1,
        high=60,
        source="assumption; E03-111, E04-095",
        label="Months in loss after which a chain sells or closes a site.",
    )
    orderly_share: float = parameter(
        0.45,
        unit="share of owners",
        low=0.0,
        high=1.0,
        source="assumption; E04-093 with E04-078: insolvencies are a quarter or less of closures",
        label="Small owners who stop in good order before their money is gone.",
    )
    hand_back_margin: float = parameter(
        -0.03,
        unit="share of the fee",
        low=-0.5,
        high=0.3,
        source="assumption: below marginal cost",
        label="Margin of the council's fee over marginal cost below which contracts are handed back.",
    )
    hand_back_share: float = parameter(
        0.25,
        unit="share of council clients",
        low=0.01,
        high=1.0,
        source="assumption; hand-backs in 2021/22 were very skewed",
        label="Share of council clients given back in one hand-back.",
    )
    stop_admitting_margin: float = parameter(
        0.0,
        unit="share of the fee",
        low=-0.5,
        high=0.3,
        source="E03-099",
        label="Margin of the council's fee over full running cost below which a home that has self-funders to turn to "
        "stops admitting council clients.",
    )
    covenant_cover: float = parameter(
        1.1,
        unit="ratio",
        low=0.5,
        high=3.0,
        source="assumption",
        role="lever",
        label="Surplus before interest over interest below which a chain breaches its covenant.",
    )
    breach_patience: int = parameter(
        9,
        unit="months",
        low=1,
        high=36,
        source="E04-058, E04-051",
        label="Months in breach after which lenders and landlords act.",
    )
    restructure_relief: float = parameter(
        0.30,
        unit="share",
        low=0.0,
        high=1.0,
        source="E04-049",
        label="Cut in rent and interest that a restructuring brings.",
    )
    retirement_per_year: float = parameter(
        0.06,
        unit="share of owners a year",
        low=0.0,
        high=0.2,
        source="assumption: a working life of about 26 years",
        label="Owners of independents who reach retirement in a year.",
    )
    retirement_per_year_home_care: float = parameter(
        0.05,
        unit="share of owners a year",
        low=0.0,
        high=0.2,
        source="assumption",
        label="Owners of home-care branches who retire or move on in a year.",
    )
    buyer_base: float = parameter(
        0.97,
        unit="probability",
        low=0.0,
        high=1.0,
        source="E04-007: about 90% of chains' homes",
        label="Chance that a large, sound home finds a buyer when few are for sale.",
    )
    buyer_margin: float = parameter(
        0.23,
        unit="share of revenue",
        low=-0.2,
        high=0.4,
        source="assumption",
        label="Surplus before rent and interest at which every second home of 20 beds finds a buyer.",
    )
    buyer_margin_home_care: float = parameter(
        0.03,
        unit="share of revenue",
        low=-0.2,
        high=0.4,
        source="assumption",
        label="The same for a home-care branch of 30 people.",
    )
    buyer_margin_slope: float = parameter(
        0.08,
        unit="share of revenue",
        low=0.005,
        high=0.5,
        source="assumption",
        label="How sharply a buyer's interest rises with that surplus.",
    )
    buyer_size: float = parameter(
        2.4,
        unit="per log size",
        low=0.0,
        high=5.0,
        source="E04-067 to E04-070: big homes are sold, small homes close",
        label="How strongly size raises the chance of a buyer.",
    )
    sale_congestion: float = parameter(
        4.0,
        unit="per share of homes for sale",
        low=0.0,
        high=40.0,
        source="assumption: untested, past cases (E04-044, E04-053) each found buyers",
        label="How much the chance of a buyer falls when many homes come to market at once (the systemic assumption).",
    )
    buyer_improves: float = parameter(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        source="assumption",
        label="Share of a site's excess cost that a buyer gets rid of.",
    )
    forced_closure_months: int = parameter(
        15,
        unit="months",
        low=3,
        high=60,
        source="E04-078 to E04-083 (forced closures 6 to 12% of all)",
        label="Months rated inadequate after which the regulator cancels the registration.",
    )


class Reprovision(Section):
    """How displaced people find care again."""

    lag_days_home_care: float = parameter(
        9.0,
        unit="days",
        low=0.0,
        high=30.0,
        source="E07-069 to E07-073",
        label="Days without care when a displaced home-care client is re-placed at once.",
    )
    lag_days_care_home: float = parameter(
        3.0,
        unit="days",
        low=0.0,
        high=30.0,
        source="assumption; E04-103 planned moves do little harm",
        label="Days without care when a displaced resident is re-placed at once.",
    )
    freed_staff_stay: float = parameter(
        0.7,
        unit="share",
        low=0.0,
        high=1.0,
        source="E05-112",
        label="Staff of a closed site who look for work in care near by.",
    )
    replaced_in_a_month: float = parameter(
        0.05,
        unit="share of the people funded",
        low=0.005,
        high=1.0,
        source="assumption; E04-041 to E04-043: 9,300 people in 84 councils took about a month",
        label="Displaced people for whom a council can arrange new care in a month, over the people it funds in that "
        "kind of care.",
    )
    absorb_share: float = parameter(
        0.8,
        unit="share",
        low=0.0,
        high=1.0,
        source="assumption",
        label="Share of staffed spare capacity that can take people within 28 days.",
    )


class Entry(Section):
    """New homes, branches and micro-enterprises."""

    homes_per_year: float = parameter(
        0.026,
        unit="share of homes a year",
        low=0.0,
        high=0.2,
        source="E02-048, E04-006: closures less net decline",
        label="New homes a year over existing ones when margins stand where they stood at the start.",
    )
    home_margin_response: float = parameter(
        6.0,
        unit="per point of margin",
        low=0.0,
        high=40.0,
        source="assumption",
        label="How strongly new homes follow margins.",
    )
    new_home_beds: float = parameter(
        38.0,
        unit="beds",
        low=5.0,
        high=150.0,
        source="E02-003, E03-043",
        label="Mean size of a new home.",
    )
    chain_share_of_new_homes: float = parameter(
        0.45,
        unit="share",
        low=0.0,
        high=1.0,
        source="assumption",
        label="New homes that chains open.",
    )
    self_funder_pull: float = parameter(
        2.0,
        unit="elasticity",
        low=0.0,
        high=6.0,
        source="assumption; E06-004, E06-005",
        label="How strongly new homes go where self-funders live.",
    )
    branches_per_year: float = parameter(
        0.15,
        unit="share of branches a year",
        low=0.0,
        high=0.6,
        source="E02-033, E04-092",
        label="New home-care branches a year over existing ones when margins stand where they stood at the start.",
    )
    branch_margin_response: float = parameter(
        8.0,
        unit="per point of margin",
        low=0.0,
        high=60.0,
        source="assumption",
        label="How strongly new branches follow margins.",
    )
    start_up_months: float = parameter(
        9.0,
        unit="months of revenue",
        low=0.0,
        high=24.0,
        source="assumption",
        label="Months of a full home's revenue (a fifth of it for a branch) that an entrant's owners put in as cash.",
    )
    founders_stop_early: float = parameter(
        0.8,
        unit="share of founders",
        low=0.0,
        high=1.0,
        source="assumption; E04-093: few of the many young agencies that close are insolvent",
        label="Founders of new branches who stop in good order before their money is gone.",
    )
    micro_start_per_1000: float = parameter(
        0.045,
        unit="enterprises per 1,000 people",
        low=0.0,
        high=2.0,
        source="E08-020 (78 in Worcestershire), E08-012",
        label="Micro-enterprises at the start.",
    )
    micro_ceiling_per_1000: float = parameter(
        2.3,
        unit="enterprises per 1,000 people",
        low=0.05,
        high=5.0,
        source="E08-027: a generous ceiling",
        label="Most micro-enterprises a place can hold.",
    )
    micro_growth_supported: float = parameter(
        0.62,
        unit="per year",
        low=0.0,
        high=2.0,
        source="E08-013, E08-027: fits Somerset, the upper tail",
        label="Yearly formation of micro-enterprises over existing ones with a catalyst programme, before saturation.",
    )
    micro_growth_unsupported: float = parameter(
        0.25,
        unit="per year",
        low=0.0,
        high=2.0,
        source="assumption: balances folding",
        label="The same without a programme.",
    )
    micro_clients: float = parameter(
        5.0,
        unit="people",
        low=1.0,
        high=15.0,
        source="E08-009, E08-029",
        label="People that one micro-enterprise can serve.",
    )
    micro_hours_per_client: float = parameter(
        3.7,
        unit="hours/week",
        low=1.0,
        high=15.0,
        source="E08-009",
        label="Hours a week of one micro-enterprise client.",
    )
    micro_from_care_work: float = parameter(
        0.65,
        unit="share",
        low=0.0,
        high=1.0,
        source="E08-023: 33 to 35% would not otherwise be in care",
        label="Work of micro-enterprises' people that is lost to other providers of care.",
    )
    micro_word_of_mouth: float = parameter(
        0.12,
        unit="people a free place a month",
        low=0.0,
        high=1.0,
        source="assumption; E08-029, E08-030: most clients bought no care before",
        label="People who bought no care before and hear of a supported micro-enterprise with time to spare.",
    )
    micro_fold_supported: float = parameter(
        0.05,
        unit="per year",
        low=0.0,
        high=0.5,
        source="E08-004, E08-015",
        label="Owners of supported micro-enterprises who stop for reasons of their own in a year.",
    )
    micro_fold_unsupported: float = parameter(
        0.20,
        unit="per year",
        low=0.0,
        high=2.0,
        source="E08-003 is not credible; assumption",
        label="Owners of unsupported micro-enterprises who stop for reasons of their own in a year.",
    )


class Quality(Section):
    """Quality of care and its ratings."""

    start: float = parameter(
        0.66,
        unit="0-1",
        low=0.1,
        high=1.0,
        source="E09-015",
        label="Mean quality at the start.",
    )
    spread: float = parameter(
        0.12,
        unit="0-1",
        low=0.0,
        high=0.4,
        source="E09-015",
        label="Spread of quality between sites at the start.",
    )
    drift: float = parameter(
        0.06,
        unit="share a month",
        low=0.0,
        high=1.0,
        source="assumption",
        label="How fast quality moves to what staffing, turnover, size and margin support.",
    )
    staffing_effect: float = parameter(
        1.0,
        unit="per share of posts",
        low=0.0,
        high=5.0,
        source="assumption; E05-098 sign",
        label="Fall in quality when the share of posts filled falls.",
    )
    turnover_effect: float = parameter(
        0.25,
        unit="per turnover a year",
        low=0.0,
        high=2.0,
        source="assumption",
        label="Fall in quality with staff turnover.",
    )
    size_effect: float = parameter(
        0.05,
        unit="per log size",
        low=0.0,
        high=0.5,
        source="E09-003 to E09-006",
        label="Fall in quality with size.",
    )
    margin_effect: float = parameter(
        0.5,
        unit="per share of revenue",
        low=0.0,
        high=3.0,
        source="E05-098: quality gives way first",
        label="Fall in quality when the margin is negative.",
    )
    not_for_profit_effect: float = parameter(
        0.04,
        unit="0-1",
        low=0.0,
        high=0.3,
        source="E09-012",
        label="Quality of third-sector and member-owned providers over for-profit ones.",
    )
    noise: float = parameter(
        0.025,
        unit="0-1 a month",
        low=0.0,
        high=0.2,
        source="assumption",
        label="Passing ups and downs of quality.",
    )
    inspections_per_year: float = parameter(
        0.8,
        unit="per year",
        low=0.1,
        high=4.0,
        source="assumption",
        label="Inspections of a site in a year.",
    )
    inadequate_below: float = parameter(
        0.46,
        unit="0-1",
        low=0.0,
        high=1.0,
        source="E09-015",
        label="Quality below which a site is rated inadequate.",
    )
    improvement_below: float = parameter(
        0.60,
        unit="0-1",
        low=0.0,
        high=1.0,
        source="E09-015",
        label="Quality below which a site is rated requires improvement.",
    )
    outstanding_above: float = parameter(
        0.93,
        unit="0-1",
        low=0.0,
        high=1.0,
        source="E09-015",
        label="Quality above which a site is rated outstanding.",
    )


class Measures(Section):
    """Conventions of measurement."""

    market_failure_share: float = parameter(
        0.05,
        unit="share of funded hours",
        low=0.0,
        high=1.0,
        role="fixed",
        source="definition",
        label="Share of funded hours waiting over 28 days above which a market counts as failed.",
    )
    check_accounts: bool = parameter(
        False,
        unit="",
        role="fixed",
        source="definition",
        label="Check every accounting identity after every month and stop at the first breach.",
    )
