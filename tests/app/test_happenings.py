"""What visitors are told of a month is read off the ledger."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from resilience.app.happenings import Happening, happenings_since
from resilience.state.codes import CAUSES, CHAIN, HOME_CARE, INDEPENDENT, MICRO_ENTERPRISE, NURSING, RESIDENTIAL
from resilience.state.ledger import Ledger
from tests.app.fakes import scenario

NAMES = ["Elm House", "Ash Group", "Two Carers"]


def told(*events: dict[str, Any], after: int = 0) -> tuple[Happening, ...]:
    ledger = Ledger()
    for event in events:
        ledger.record(3, event.pop("kind"), **event)
    state: Any = SimpleNamespace(
        ledger=ledger,
        scenario=scenario(),
        provider_names=NAMES,
        council_names=["Dudley", "Walsall"],
        providers=SimpleNamespace(kind=np.array([INDEPENDENT, CHAIN, MICRO_ENTERPRISE])),
    )
    return happenings_since(state, after)


def bridge(**parts: float) -> tuple[float, ...]:
    return tuple(parts.get(cause, 0.0) for cause in CAUSES)


def failure(**more: Any) -> dict[str, Any]:
    return {"kind": "provider_failure", "reason": "insolvent", "provider": 0, "council": 1, **more}


def test_a_failure_names_provider_council_people_and_the_cause_that_took_most():
    (event,) = told(failure(people=(10, 5, 2), bridge=bridge(fee=-0.4, wage_floor=-1.5, rent=0.3)))
    story = event.story
    assert event == Happening("goes under", "Elm House", "Walsall", 17, "the rise in pay and on-costs", story)
    assert story.startswith(
        "July 2016: fails (its money and credit are used up); 17 people (10 paid for by the council"
    )


def test_one_that_never_had_a_surplus_is_not_given_a_cause():
    (event,) = told(failure(bridge=bridge()))
    assert event.why == "no surplus from the start"


def test_closures_say_what_closes_and_why():
    kinds = {
        RESIDENTIAL: "closes a care home",
        NURSING: "closes a nursing home",
        HOME_CARE: "closes a home-care branch",
    }
    for care_type, what in kinds.items():
        (event,) = told(
            {"kind": "site_closure", "reason": "retirement", "provider": 0, "council": 0, "care_type": care_type}
        )
        assert (event.what, event.why) == (what, "the owner retires")


def test_a_micro_enterprise_just_stops():
    (event,) = told({"kind": "site_closure", "reason": "folded", "provider": 2, "council": 0, "care_type": HOME_CARE})
    assert (event.provider, event.what) == ("Two Carers", "stops")


def test_closures_that_follow_from_a_failure_are_not_told_twice():
    events = told(
        failure(people=(9, 0, 0)),
        {"kind": "site_closure", "reason": "provider_failure", "provider": 0, "council": 1, "people": (9, 0, 0)},
    )
    assert [event.what for event in events] == ["goes under"]


def test_good_news_and_routine_are_left_out():
    quiet = ("entry", "site_sale", "step_in", "stops_admitting_council")
    assert told(*({"kind": kind, "reason": "any", "provider": 0, "council": 0} for kind in quiet)) == ()


def test_lenders_come_first_then_most_people():
    events = told(
        {
            "kind": "contract_hand_back",
            "reason": "fee below marginal cost",
            "provider": 0,
            "council": 0,
            "people": (4, 0, 0),
        },
        failure(people=(1, 0, 0)),
        {"kind": "covenant_breach", "reason": "interest cover 0.56", "provider": 1, "council": 0},
        failure(people=(0, 50, 0)),
    )
    assert [(event.people, event.what) for event in events] == [
        (0, "breaks a promise to its lenders"),
        (50, "goes under"),
        (4, "hands contracts back"),
        (1, "goes under"),
    ]
    assert events[0].why == "too little surplus for the interest"
    assert events[2].why == "the fee no longer covers the cost of staff"


def test_only_what_is_new_in_the_ledger_is_told():
    assert len(told(failure(), failure(), failure(), after=2)) == 1


def test_an_event_without_provider_or_council_has_empty_names():
    (event,) = told(failure(provider=-1, council=-1))
    assert (event.provider, event.council) == ("", "")
