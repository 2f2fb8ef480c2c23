"""Unit and meaning of the columns that only the tables of a stress test have."""

from resilience.measures.catalogue import Column

DAYS = (7, 28, 90)
"""Days after which re-placement is told."""

STRESS_COLUMNS: dict[str, Column] = {
    "rank": Column("", "Place in the ranking, 1 the worst."),
    "hours_interrupted": Column("hours a week", "Weekly care hours of the sites that stop."),
    "people_affected": Column("people", "People whose provider stops."),
    **{
        f"replaced_{days}_days": Column("share", f"Share of the interrupted hours re-placed within {days} days.")
        for days in DAYS
    },
    "hours_lost": Column("hours", "Care hours lost in three months beyond those lost without the failure."),
    "unmet_hours_caused": Column("hours", "Further unmet hours of others in three months, who find places taken."),
    "weeks_to_recover": Column("weeks", "Weeks until 95% of the interrupted hours wait no longer; empty: not in time."),
    "months_followed": Column("months", "Months for which the failure is followed."),
    "councils_hit": Column("councils", "Councils where at least a hundred hours are lost in three months."),
    "second_round_failures": Column("providers", "Others that fail in the months followed and would not have."),
    "failures_averted": Column("providers", "Others that would have failed in them and do not: they gain the people."),
    "room_used": Column("ratio", "Its hours over what others near by could take in 28 days, where that is hardest."),
    "regional_gap": Column("hours a week", "Hours nobody could take in 28 days, each free place counted once."),
    "below_the_line": Column("true or false", "Hard to replace (room_used over 0.5) but meets no statutory test."),
    "gap_council": Column("", "Council where it is hardest to replace."),
    "gap_care_type": Column("", "Kind of care in which it is hardest to replace."),
    "places_to_mend": Column("people", "Further staffed places near by that would close the largest gap."),
    "empty_places": Column("people", "Other providers' places near by that stand empty for want of staff."),
    "mend_by": Column("", "What closes the gap: staff for empty places, new places, or both; empty without a gap."),
    "share_of_need": Column("share", "The hours lost over the council's need in three months."),
    "worst_provider": Column("", "The provider whose failure loses most hours in the council."),
    "worst_provider_name": Column("", "Its name."),
    "providers_that_hit": Column("providers", "Providers whose failure loses at least a hundred hours in the council."),
    "gap_provider": Column(
        "", "The provider that would leave the council's largest replacement gap or need most room."
    ),
    "members": Column("", "The providers that fail together."),
    "member_names": Column("", "Their names."),
    "size": Column("providers", "How many fail together."),
    "method": Column("", "pair: two that fail together; greedy: the worst pair, grown one by one."),
    "hours_lost_singly": Column("hours", "Sum of the hours that each failure alone loses."),
    "hours_lost_jointly": Column("hours", "What failing together adds to that sum."),
}
