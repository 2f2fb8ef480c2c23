"""The four populations: sites, providers, councils and self-funders, each column with its unit and meaning."""

from typing import Annotated

import numpy as np

from resilience.state.codes import N_CAUSES, N_PAYERS, N_TYPES
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Keys, Months, Rows, Table, Unit

GONE = -2
"""Site of a self-funder who has left care or has become council-funded; -1 is that of one who waits."""


class Sites(Table):
    """One row per home, branch or micro-enterprise, living or closed; rows never move."""

    key: Annotated[Keys, Unit("", "stable exogenous key")]
    alive: Annotated[Flags, Unit("", "provides care")]
    provider: Annotated[Rows, Unit("row", "provider that runs it")]
    council: Annotated[Rows, Unit("row", "council it stands in")]
    care_type: Annotated[Codes, Unit("code", "kind of care, see codes.CARE_TYPES")]
    capacity: Annotated[Counts, Unit("people", "beds, or people a branch is set up to serve")]
    opened: Annotated[Counts, Unit("month", "month of opening; negative: before the start")]
    closed: Annotated[Counts, Unit("month", "month of closing; -1 while open", fill=-1)]
    council_new: Annotated[Counts, Unit("people", "council-funded, in the first phase of their stay")]
    council_settled: Annotated[Counts, Unit("people", "council-funded, in the later phase of their stay")]
    nhs_new: Annotated[Counts, Unit("people", "NHS-funded, first phase")]
    nhs_settled: Annotated[Counts, Unit("people", "NHS-funded, later phase")]
    self_funders: Annotated[Counts, Unit("people", "self-funders living or served here")]
    self_funder_hours: Annotated[Floats, Unit("hours a week", "hours of the self-funders here")]
    staff: Annotated[Floats, Unit("full-time workers", "staff in post")]
    posts: Annotated[Floats, Unit("full-time workers", "posts, filled or vacant")]
    pay: Annotated[Floats, Unit("GBP an hour", "pay of a care worker")]
    pay_differential: Annotated[Floats, Unit("share", "pay wanted over the wage floor, as a share of it")]
    cover: Annotated[Floats, Unit("share", "share of the hours due that staff and agency can deliver", fill=1.0)]
    agency_hours: Annotated[Floats, Unit("hours a week", "agency cover")]
    leavers: Annotated[Floats, Unit("full-time workers", "staff who left this month")]
    efficiency: Annotated[Floats, Unit("ratio", "hours and costs needed over those of a like site", fill=1.0)]
    rent: Annotated[Floats, Unit("GBP a week at 2016 prices", "rent of the building; it rises with prices")]
    price: Annotated[Floats, Unit("GBP a week or an hour", "self-funder price: a week in a home, an hour at home")]
    quality: Annotated[Floats, Unit("0-1", "quality of care")]
    quality_trait: Annotated[Floats, Unit("0-1", "lasting quality of its management over others'")]
    rating: Annotated[Codes, Unit("code", "latest published rating")]
    takes_council: Annotated[Flags, Unit("", "admits council-funded people", fill=True)]
    council_pull: Annotated[Floats, Unit("ratio", "pull of a place here on councils over that of like sites", fill=1.0)]
    self_funder_pull: Annotated[Floats, Unit("ratio", "pull on self-funders over that of like sites", fill=1.0)]
    revenue: Annotated[Floats, Unit("GBP a month", "revenue from all payers")]
    operating_surplus: Annotated[Floats, Unit("GBP a month", "revenue less pay, agency, other costs and overhead")]
    surplus: Annotated[Floats, Unit("GBP a month", "operating surplus less rent and interest")]
    surplus_to_rent: Annotated[Floats, Unit("GBP a month", "rent paid")]
    surplus_to_interest: Annotated[Floats, Unit("GBP a month", "interest paid")]
    trend: Annotated[Floats, Unit("share", "smoothed surplus before investor return, as a share of revenue")]
    loss_months: Annotated[Counts, Unit("months", "months running with a negative trend, start-up time apart")]
    inadequate_months: Annotated[Counts, Unit("months", "months since rated inadequate")]
    shock: Annotated[Floats, Unit("share", "site's own passing cost shock, as a share of other costs")]
    bridge_start: Annotated[Floats, Unit("GBP an hour", "components of surplus per hour at the start", width=N_CAUSES)]
    bridge_now: Annotated[Floats, Unit("GBP an hour", "components of surplus per hour now", width=N_CAUSES)]
    fixed_start: Annotated[Floats, Unit("GBP an hour", "part of them that does not follow occupancy", width=N_CAUSES)]
    occupied_now: Annotated[
        Floats, Unit("share", "occupancy when the latest components were booked, at least one person")
    ]
    occupied_start: Annotated[Floats, Unit("share", "occupancy when the start was taken; 0: not yet")]


class Providers(Table):
    """One row per organisation, living or gone; rows never move."""

    key: Annotated[Keys, Unit("", "stable exogenous key")]
    alive: Annotated[Flags, Unit("", "trades")]
    kind: Annotated[Codes, Unit("code", "see codes.KINDS")]
    sector: Annotated[Codes, Unit("code", "for profit, third sector or council")]
    home_council: Annotated[Rows, Unit("row", "council of its largest site")]
    cash: Annotated[Floats, Unit("GBP", "cash, negative when overdrawn")]
    credit_limit: Annotated[Floats, Unit("GBP", "overdraft a bank allows")]
    debt: Annotated[Floats, Unit("GBP", "borrowings for the sites in the region")]
    interest_rate: Annotated[Floats, Unit("share a year", "interest on the debt")]
    floating: Annotated[Flags, Unit("", "the debt's rate floats with Bank Rate")]
    rate_change: Annotated[Floats, Unit("share a year", "change of the interest rate since the start or the loan")]
    investor_return: Annotated[Floats, Unit("GBP a month", "return owed to investors outside")]
    owner_retires: Annotated[Ints, Unit("month", "month in which the owner retires", fill=np.iinfo(np.int64).max)]
    revenue: Annotated[Floats, Unit("GBP a month", "revenue of its sites in the region")]
    surplus: Annotated[Floats, Unit("GBP a month", "surplus after rent and interest, before investor return")]
    outside_surplus: Annotated[
        Floats, Unit("GBP a month", "surplus of its homes outside the region after rent and interest")
    ]
    paid_out: Annotated[Floats, Unit("GBP a month", "return and drawings paid out")]
    orderly: Annotated[Flags, Unit("", "its owner would stop in good order before the money is gone")]
    breach_months: Annotated[Counts, Unit("months", "months running in breach of the covenant")]
    restructured: Annotated[Flags, Unit("", "has restructured its debt or rent once")]
    supported: Annotated[Flags, Unit("", "micro-enterprise supported by a catalyst programme")]
    members: Annotated[Counts, Unit("people", "members of a co-operative")]
    opened: Annotated[Counts, Unit("month", "month of entry; -1: there from the start", fill=-1)]
    ended: Annotated[Counts, Unit("month", "month of its end; -1 while trading", fill=-1)]
    fate: Annotated[Codes, Unit("code", "see codes.FATES")]
    cause: Annotated[Codes, Unit("code", "largest part of the cause bridge at its end; -1: none", fill=-1)]
    last_hours: Annotated[Floats, Unit("hours a week", "care hours now, or when it ended")]
    statutory: Annotated[Flags, Unit("", "meets a 'difficult to replace' test")]
    gap: Annotated[Floats, Unit("hours a week", "largest replacement gap it would leave in a council")]
    outside_homes: Annotated[Counts, Unit("homes", "homes outside the region")]
    outside_beds: Annotated[Counts, Unit("beds", "beds outside the region")]
    outside_councils: Annotated[Counts, Unit("councils", "councils outside the region with a home")]
    outside_councils_over_10: Annotated[Counts, Unit("councils", "of them with over 10% of its capacity")]
    outside_hours: Annotated[Floats, Unit("hours a week", "home care outside the region")]
    outside_people: Annotated[Floats, Unit("people", "home-care clients outside the region")]


class Councils(Table):
    """One row per council; two-dimensional columns run over kinds of care (4) or kinds of care x payers (12)."""

    key: Annotated[Keys, Unit("", "stable key from the council's code")]
    population: Annotated[Floats, Unit("people", "all ages")]
    self_funder_share: Annotated[Floats, Unit("share", "self-funders among residents of older people's homes")]
    income_deprived: Annotated[Floats, Unit("per cent", "older people who are income deprived")]
    cost_index: Annotated[Floats, Unit("ratio", "local cost level over the region's")]
    fee: Annotated[Floats, Unit("GBP a week or an hour", "fee paid by kind of care", width=N_TYPES)]
    fee_start: Annotated[Floats, Unit("GBP a week or an hour", "fee at the start", width=N_TYPES)]
    uplift: Annotated[Floats, Unit("share", "fee uplift of the latest April", width=N_TYPES)]
    waiting: Annotated[Ints, Unit("people", "new people waiting under a month", width=N_TYPES * N_PAYERS)]
    waiting_long: Annotated[Ints, Unit("people", "people waiting over 28 days", width=N_TYPES * N_PAYERS)]
    displaced: Annotated[Ints, Unit("people", "displaced people waiting to be re-placed", width=N_TYPES * N_PAYERS)]
    displaced_long: Annotated[Ints, Unit("people", "of the displaced, over 28 days", width=N_TYPES * N_PAYERS)]
    transfer_loss: Annotated[
        Floats, Unit("person-months", "care lost by people on their way to a new place", width=N_TYPES * N_PAYERS)
    ]
    rationed: Annotated[Ints, Unit("people", "assessed need that eligibility refuses", width=N_TYPES)]
    funded_start: Annotated[Floats, Unit("people", "council-funded people at the start", width=N_TYPES)]
    budget: Annotated[Floats, Unit("GBP a year", "budget for care of this financial year")]
    budget_start: Annotated[Floats, Unit("GBP a year", "budget of the first year")]
    grant: Annotated[Floats, Unit("GBP a year", "ring-fenced money on top of the budget")]
    spend_year: Annotated[Floats, Unit("GBP", "spend since April")]
    reserves: Annotated[Floats, Unit("GBP", "reserves that may carry an overspend")]
    eligibility: Annotated[Floats, Unit("share", "share of newly assessed people whom the council funds", fill=1.0)]
    arrivals: Annotated[Floats, Unit("people a month", "newly needing care at the start", width=N_TYPES * N_PAYERS)]
    pool: Annotated[Floats, Unit("full-time workers", "people looking for care work")]
    pool_start: Annotated[Floats, Unit("full-time workers", "the same at the start")]
    outside_inflow: Annotated[
        Floats, Unit("full-time workers a month", "people from outside who start looking, at the start")
    ]
    outside_pay: Annotated[Floats, Unit("GBP an hour", "pay of like jobs outside care")]
    micro_start: Annotated[Floats, Unit("enterprises", "micro-enterprises at the start")]
    margin_start: Annotated[Floats, Unit("share", "mean margin at the start: care homes, home care", width=2)]
    for_sale: Annotated[
        Floats, Unit("sites", "sites that came to market lately (decaying count): care homes, branches", width=2)
    ]
    sites_ended: Annotated[Ints, Unit("events", "closures and hand-backs, last six months", width=6)]
    second_round: Annotated[
        Floats, Unit("share", "of the displaced, those whom second-round events displaced", width=N_TYPES * N_PAYERS)
    ]


class SelfFunders(Table):
    """One row per self-funder in care or looking for it; rows are compacted, find people by ``spell``.

    Taking rows out moves the whole table, so those who go are marked first and taken out once a month. Between the two
    (from need to savings in the order of play) rules that look for people without a site look for -1.
    """

    spell: Annotated[Ints, Unit("", "identifier of the spell, rising")]
    key: Annotated[Keys, Unit("", "stable exogenous key")]
    council: Annotated[Rows, Unit("row", "council where the person lives")]
    care_type: Annotated[Codes, Unit("code", "kind of care needed")]
    site: Annotated[Rows, Unit("row", "site that cares for the person; -1 while waiting", fill=-1)]
    hours: Annotated[Floats, Unit("hours a week", "need")]
    months_in_care: Annotated[Months, Unit("months", "time since the need began")]
    savings: Annotated[Floats, Unit("GBP", "savings and home equity that count for the means test")]
    income: Annotated[Floats, Unit("GBP a week at 2016 prices", "income that goes to fees; it rises with prices")]
    price_class: Annotated[Codes, Unit("class", "0 hardly, 1 middling, 2 very price-sensitive")]
    waiting_months: Annotated[Months, Unit("months", "months waiting for a place")]
    displaced: Annotated[Flags, Unit("", "waiting because the provider ended")]

    def mark_gone(self, rows: Ints) -> None:
        """Mark people who go for good; they are at no site and wait for none."""
        self.site[rows] = GONE

    def drop_gone(self) -> None:
        """Take all who are marked as gone out of the table."""
        self.drop(np.flatnonzero(self.site == GONE))
