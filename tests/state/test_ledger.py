"""The event ledger."""

import pytest

from resilience.state.codes import CAUSES
from resilience.state.ledger import EVENT_COLUMNS, EVENT_KINDS, Ledger


def test_an_event_is_kept_in_the_order_of_the_columns():
    ledger = Ledger()
    bridge = tuple(float(number) for number in range(len(CAUSES)))
    ledger.record(
        5,
        "site_closure",
        reason="retirement",
        provider=1,
        site=2,
        council=3,
        care_type=0,
        people=(10, 20, 30),
        hours=1_500.0,
        surplus_start=4.0,
        surplus_now=-1.0,
        bridge=bridge,
        round_=2,
    )
    assert len(ledger) == 1
    event = dict(zip(EVENT_COLUMNS, ledger.rows[0], strict=True))
    assert event["month"] == 5
    assert (event["kind"], event["reason"]) == ("site_closure", "retirement")
    assert (event["provider"], event["site"], event["council"], event["care_type"]) == (1, 2, 3, 0)
    assert (event["people_council"], event["people_self_funder"], event["people_nhs"]) == (10, 20, 30)
    assert (event["hours"], event["surplus_per_hour_start"], event["surplus_per_hour"]) == (1_500.0, 4.0, -1.0)
    assert tuple(event[f"cause_{cause}"] for cause in CAUSES) == bridge
    assert event["round"] == 2


def test_an_unknown_kind_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match="unknown event kind 'explosion'; known: provider_failure"):
        Ledger().record(0, "explosion")


def test_columns_are_lists_of_equal_length_even_without_events():
    ledger = Ledger()
    assert ledger.columns() == {name: [] for name in EVENT_COLUMNS}
    for month, kind in enumerate(EVENT_KINDS):
        ledger.record(month, kind)
    columns = ledger.columns()
    assert columns["kind"] == list(EVENT_KINDS)
    assert columns["month"] == list(range(len(EVENT_KINDS)))
    assert {len(values) for values in columns.values()} == {len(EVENT_KINDS)}
    assert set(columns["provider"]) == {-1}


def test_two_ledgers_do_not_share_their_events():
    one, two = Ledger(), Ledger()
    one.record(0, "entry")
    assert len(two) == 0


class TestRecordEach:
    def test_it_writes_what_record_writes_one_by_one(self):
        together, singly = Ledger(), Ledger()
        together.record_each(
            4, ["entry", "site_sale"], reason=["new site", "retirement"], site=[7, 8], hours=[0.0, 9.5]
        )
        singly.record(4, "entry", reason="new site", site=7)
        singly.record(4, "site_sale", reason="retirement", site=8, hours=9.5)
        assert together.rows == singly.rows
        assert [list(map(type, row)) for row in together.rows] == [list(map(type, row)) for row in singly.rows]

    def test_without_events_nothing_is_written(self):
        ledger = Ledger()
        ledger.record_each(4, [], site=[])
        assert len(ledger) == 0

    @pytest.mark.parametrize(("kinds", "columns"), [(["explosion"], {}), (["entry"], {"sites": [1]})])
    def test_an_unknown_kind_or_column_is_refused(self, kinds, columns):
        ledger = Ledger()
        with pytest.raises(ValueError, match=r"unknown event kind or column: (explosion|sites)"):
            ledger.record_each(0, kinds, **columns)
        assert len(ledger) == 0

    def test_a_column_of_another_length_is_refused(self):
        ledger = Ledger()
        with pytest.raises(ValueError, match="2 events need as many values in each column: site has 1"):
            ledger.record_each(0, ["entry", "entry"], site=[1])
        assert len(ledger) == 0


def test_closures_of_a_month_are_added_up_by_provider():
    ledger = Ledger()
    for month, kind, provider, care_type, people, hours in (
        (3, "site_closure", 1, 0, (50, 50, 50), 999.0),
        (4, "site_closure", 1, 0, (1, 2, 3), 10.0),
        (4, "site_closure", 2, 0, (9, 9, 9), 90.0),
        (4, "site_closure", 1, 3, (10, 20, 30), 100.0),
        (4, "contract_hand_back", 1, 2, (7, 0, 0), 7.0),
    ):
        ledger.record(
            month,
            kind,
            reason="x",
            provider=provider,
            site=0,
            council=0,
            care_type=care_type,
            people=people,
            hours=hours,
        )
    assert ledger.closures_of(4, {1, 7}) == {1: ((11, 22, 33), 110.0, 3)}
    assert ledger.closures_of(4, set()) == {}
    assert ledger.closures_of(5, {1}) == {}
