"""The month written twice gives the same market: columns and plain Mesa agents agree on every measure.

Both play from the same opening with the same keyed draws, so they differ only by the order in which floats are added.
A few months at three councils keep this quick; the first April (fees, prices, pay, budgets) is among them, and hard
times make sure that every rule for trouble is used.
"""

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from benchmarks.plain_mesa import PlainMarket, world
from benchmarks.plain_mesa.records import COVERED, NOT_COVERED
from resilience import CareMarket, Scenario, load
from resilience.market import entry, finance
from resilience.measures.catalogue import MEASURES
from resilience.measures.recorder import COUNCIL_COLUMNS
from resilience.state.codes import COOPERATIVE, COUNCIL, NHS
from resilience.state.ledger import EVENT_COLUMNS

CONFIGS = Path(__file__).parents[2] / "configs"
COUNCILS = ("Sandwell", "Walsall", "Wolverhampton")
MONTHS = 7
TOLERANCE = 1e-9
"""Relative: float precision of sums over hundreds of sites, a few months on."""
HARD_TIMES = {
    "shocks.funding_cut.start": "2017-02",
    "shocks.funding_cut.real_change": -0.45,
    "shocks.funding_cut.years": 1,
    "shocks.wage_rise.start": "2017-04",
    "shocks.wage_rise.floor_increase": 4.0,
    "policies.catalyst.start": "2017-02",
    "finance.cash_months": 0.6,
    "finance.credit_months": 0.4,
    "finance.chain_debt_per_bed": 60_000.0,
    "councils.own_homes_closed_per_year": 0.5,
    "distress.breach_patience": 3,
    "distress.forced_closure_months": 3,
    "distress.patience_homes": 9,
    "quality.inadequate_below": 0.45,
}


@pytest.fixture(scope="module", autouse=True)
def what_takes_years_comes_in_months():
    """Let banks lend to newcomers after two months, and make every other new branch a co-operative."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finance, "_BANKABLE_MONTHS", 2)
        patch.setattr(world, "BANKABLE_MONTHS", 2)
        patch.setattr(entry, "_COOPERATIVE_SHARE", 0.5)
        patch.setattr(world, "COOPERATIVE_SHARE", 0.5)
        yield


def scenario(folder: Path, values: dict[str, object]) -> Scenario:
    with (folder / "three.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("council",), *((name,) for name in COUNCILS)])
    region = str(folder / "three.csv")
    return load(
        CONFIGS / "west-midlands-2016.toml", **{"region": region, "start": "2017-01", "months": MONTHS, **values}
    )


def played(values: dict[str, object], folder: Path) -> tuple[CareMarket, PlainMarket]:
    """Both versions after the months, having started from the same opening."""
    market = CareMarket(scenario(folder, values), rng=6)
    plain = PlainMarket(market)
    for _ in range(MONTHS):
        market.step()
        plain.step()
    return market, plain


@pytest.fixture(scope="module")
def as_it_was(tmp_path_factory):
    return played({}, tmp_path_factory.mktemp("region"))


@pytest.fixture(scope="module")
def hard_times(tmp_path_factory):
    return played(HARD_TIMES, tmp_path_factory.mktemp("region"))


@pytest.fixture(params=["as_it_was", "hard_times"])
def both(request):
    return request.getfixturevalue(request.param)


def frames(plain: PlainMarket, names: tuple[str, ...]) -> np.ndarray:
    """What the plain version's data collector holds: months x councils x names."""
    from benchmarks.plain_mesa.council import Council

    table = plain.datacollector.get_agenttype_vars_dataframe(Council)
    return table[list(names)].to_numpy(dtype=float).reshape(MONTHS, len(COUNCILS), len(names))


def test_every_measure_agrees_in_every_council_and_month(both):
    market, plain = both
    expected = market.recorder.by_council[:MONTHS][:, :, [COUNCIL_COLUMNS.index(name) for name in COVERED]]
    found = frames(plain, COVERED)
    scale = np.maximum(np.abs(expected), np.abs(found)).max(axis=(0, 1))
    worst = np.abs(expected - found).max(axis=(0, 1)) / np.maximum(scale, 1e-9)
    assert {name: value for name, value in zip(COVERED, worst, strict=True) if value > TOLERANCE} == {}


def test_what_the_plain_version_leaves_out_is_named_with_a_reason(both):
    _, plain = both
    worked_out = {name for council in plain.councils for name in council.measures}
    assert set(MEASURES) - worked_out == set(MEASURES) & set(NOT_COVERED)
    assert all(NOT_COVERED.values())


def test_the_account_of_hours_agrees_by_setting_and_payer(both):
    market, plain = both
    expected = market.recorder.account[MONTHS - 1]
    found = np.array([council.account for council in plain.councils])
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE, atol=1e-6)


def test_the_same_things_happen_to_the_same_sites_and_providers(both):
    market, plain = both

    def place(name: str) -> int:
        return EVENT_COLUMNS.index(name)

    expected = Counter(
        tuple(row[place(name)] for name in ("month", "kind", "reason", "provider", "site"))
        for row in market.state.ledger.rows
    )
    found = Counter(
        tuple(event[name] for name in ("month", "kind", "reason", "provider", "site")) for event in plain.events
    )
    assert expected - found == Counter()
    assert found - expected == Counter()


def test_the_same_people_are_affected_for_the_same_causes(both):
    market, plain = both
    told = {(e["month"], e["kind"], e["site"], e["provider"]): e for e in plain.events if "bridge" in e}
    checked = 0
    for row in market.state.ledger.rows:
        event = dict(zip(EVENT_COLUMNS, row, strict=True))
        twin = told.get((event["month"], event["kind"], event["site"], event["provider"]))
        if twin is None:
            continue
        checked += 1
        assert twin["people"] == (event["people_council"], event["people_self_funder"], event["people_nhs"])
        bridge = [event[name] for name in EVENT_COLUMNS if name.startswith("cause_")]
        assert twin["bridge"] == pytest.approx(bridge, rel=1e-9, abs=1e-9)
        assert twin["surplus"] == pytest.approx(
            (event["surplus_per_hour_start"], event["surplus_per_hour"]), rel=1e-9, abs=1e-9
        )
    assert checked == len(told) > 5


def test_the_state_that_is_left_agrees_site_by_site(both):
    market, plain = both
    s = market.state.sites
    assert [site.row for site in plain.sites] == np.flatnonzero(s.alive).tolist()
    for site in plain.sites:
        row = site.row
        assert (site.new[COUNCIL], site.settled[COUNCIL]) == (s.council_new[row], s.council_settled[row])
        assert (site.new[NHS], site.settled[NHS]) == (s.nhs_new[row], s.nhs_settled[row])
        assert len(site.self_funders) == s.self_funders[row]
        assert site.provider.row == s.provider[row]
        assert (site.rating, site.takes_council, site.loss_months) == (
            s.rating[row],
            s.takes_council[row],
            s.loss_months[row],
        )
        for name in ("staff", "pay", "price", "quality", "trend", "cover", "efficiency", "rent", "shock"):
            assert getattr(site, name) == pytest.approx(getattr(s, name)[row], rel=1e-8, abs=1e-9), (name, row)


def test_the_state_that_is_left_agrees_provider_by_provider(both):
    market, plain = both
    p = market.state.providers
    living = {provider.row: provider for provider in plain.providers}
    assert sorted(living) == np.flatnonzero(p.alive).tolist()
    for row, provider in living.items():
        assert provider.cash == pytest.approx(p.cash[row], rel=1e-8, abs=1e-4)
        assert provider.debt == pytest.approx(p.debt[row], rel=1e-8, abs=1e-4)
        assert provider.investor_return == pytest.approx(p.investor_return[row], rel=1e-8, abs=1e-4)
        assert provider.credit_limit == pytest.approx(p.credit_limit[row], rel=1e-8, abs=1e-4)
        assert provider.outside_surplus == pytest.approx(p.outside_surplus[row], rel=1e-8, abs=1e-4)
        assert provider.rate_change == pytest.approx(p.rate_change[row], rel=1e-8, abs=1e-12)
        assert (provider.statutory, provider.breach_months) == (p.statutory[row], p.breach_months[row])
        assert provider.gap == pytest.approx(p.gap[row], rel=1e-8, abs=1e-6)


def test_the_same_self_funders_are_left_with_the_same_savings(both):
    market, plain = both
    f = market.state.self_funders
    found = {person.key: person for person in plain.self_funders}
    assert len(found) == len(f)
    for row, key in enumerate(f.key.tolist()):
        person = found[key]
        assert (-1 if person.site is None else person.site.row) == f.site[row]
        assert person.savings == pytest.approx(f.savings[row], rel=1e-9)


def test_hard_times_use_every_rule_for_trouble(hard_times):
    _, plain = hard_times
    assert {
        "provider_failure",
        "site_closure",
        "micro_enterprise_fold",
        "site_sale",
        "contract_hand_back",
        "stops_admitting_council",
        "covenant_breach",
        "restructuring",
        "step_in",
        "entry",
    } <= {event["kind"] for event in plain.events}
    reasons = {event["reason"] for event in plain.events}
    assert {
        "provider_failure",
        "insolvent",
        "insolvent at closing",
        "regulator",
        "council_decision",
        "folded",
        "retirement",
        "loss_making",
        "wound_up",
    } <= reasons


def test_the_newer_rules_of_money_are_used(both):
    """Chains with branches elsewhere, co-operatives, and newcomers' overdrafts: without them agreement says little."""
    _, plain = both
    assert any(provider.outside_hours > 0.0 and provider.outside_surplus != 0.0 for provider in plain.providers)
    newcomers = [provider for provider in plain.providers if provider.opened >= 0 and provider.debt == 0.0]
    assert any(provider.kind == COOPERATIVE and provider.surplus != 0.0 for provider in newcomers)
    assert any(provider.kind == COOPERATIVE and provider.credit_limit > 0.0 for provider in newcomers)
    assert any(provider.rate_change != 0.0 and provider.debt > 0.0 for provider in plain.providers)


def test_a_market_that_has_begun_cannot_be_copied(tmp_path):
    market = CareMarket(scenario(tmp_path, {}), rng=3)
    market.step()
    with pytest.raises(ValueError, match="already played 1 months"):
        PlainMarket(market)


def test_a_policy_with_rules_of_its_own_is_refused_rather_than_left_out(tmp_path):
    market = CareMarket(scenario(tmp_path, {"policies.employee_buyout.start": "2017-02"}), rng=3)
    with pytest.raises(ValueError, match="does not play employee_buyout"):
        PlainMarket(market)


def test_councils_that_follow_their_returns_are_refused(tmp_path):
    market = CareMarket(scenario(tmp_path, {"start": "2014-01", "councils.follow_returns": True}), rng=3)
    with pytest.raises(ValueError, match="councils set their fees by rule"):
        PlainMarket(market)


def test_a_shock_that_looks_at_the_market_is_refused(tmp_path):
    values = {"shocks.chain_failure.start": "2017-01"}
    plain_start = CareMarket(scenario(tmp_path, values), rng=3)
    with pytest.raises(ValueError, match="looks at the market"):
        PlainMarket(plain_start)


def test_with_mesas_own_draws_it_is_the_same_market_on_average(tmp_path):
    market = CareMarket(scenario(tmp_path, {}), rng=3)
    plain = PlainMarket(market, keyed=False)
    for _ in range(3):
        market.step()
        plain.step()
    for name, share in (("need_hours", 0.02), ("hours_delivered", 0.03), ("council_spend", 0.03), ("beds", 0.03)):
        assert sum(council.measures[name] for council in plain.councils) == pytest.approx(
            market.measure(name), rel=share
        )
