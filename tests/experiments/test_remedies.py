"""The study of remedies: its scenarios, its choice of the best, its tables."""

import pandas as pd
import pytest

from experiments import remedies
from resilience.policies import POLICIES
from resilience.scenario import load


class Found:
    """A comparison whose costs and benefits are given."""

    def __init__(self, **rows):
        records = []
        for name, (saved, low, hourly) in rows.items():
            for measure in remedies.SHOWN:
                value = {"hours_saved": saved, "cost_per_hour_saved": hourly}.get(measure, 2_000_000.0)
                records.append(
                    {"scenario": name, "measure": measure, "difference": value, "low": low, "high": float("inf")}
                )
        self.frame = pd.DataFrame(records)

    def benefits(self):
        return self.frame


def test_a_remedy_is_the_squeeze_with_its_policy():
    squeeze = load(remedies.SQUEEZE)
    scenario = remedies.remedy(squeeze, "step_in", "fee_uplift")
    assert scenario.name == "step_in + fee_uplift"
    assert {name: policy.start for name, policy in scenario.policies.items()} == {
        "step_in": "2017-04",
        "fee_uplift": "2017-04",
    }
    assert scenario.shocks == squeeze.shocks


def test_targeting_has_something_to_target():
    assert set(remedies.remedy(load(remedies.SQUEEZE), "needs_targeting").policies) == {"needs_targeting", "catalyst"}


def test_every_policy_can_be_studied():
    squeeze = load(remedies.SQUEEZE)
    for kind in POLICIES:
        assert kind in remedies.remedy(squeeze, kind).policies


def test_the_claims_change_what_the_set_says_and_nothing_else():
    squeeze = load(remedies.SQUEEZE)
    changed = remedies.claimed(squeeze)
    assert changed.entry.micro_fold_unsupported == 1.61
    assert changed.providers.largest_four_share == 0.20
    assert changed.shocks == squeeze.shocks
    assert changed.months == squeeze.months
    names = {info.name for info in changed.parameters() if squeeze.get(info.name) != info.value}
    assert len(names) == 10


def test_the_best_save_most_or_most_cheaply_and_clearly_so():
    found = Found(
        much=(900.0, 1.0, 50.0),
        more=(950.0, 1.0, 60.0),
        cheap=(10.0, 1.0, 2.0),
        fair=(20.0, 1.0, 5.0),
        dear=(30.0, 1.0, 500.0),
        doubtful=(800.0, -1.0, 1.0),
    )
    assert remedies.best(found) == ["more", "much", "cheap", "fair"]


def test_the_table_has_most_hours_first():
    text = remedies.table(Found(less=(1_000.0, 0.0, 7.0), more_of_it=(3_000.0, 0.0, float("nan"))), None)
    lines = text.splitlines()
    assert lines[2].startswith("| more of it | 2.0 (0.0 to up) |")
    assert "| 3.0 (0.0 to up) | - |" in lines[2]
    assert lines[3].startswith("| less |")


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(-0.04, 1, "0.0"), (-0.06, 1, "-0.1"), (1234.5, 0, "1,234"), (float("inf"), 0, "up")],
)
def test_numbers(value, decimals, text):
    assert remedies._text(value, decimals) == text


def test_only_the_tables_of_the_document_are_written_again(tmp_path, monkeypatch):
    document = tmp_path / "remedies.md"
    document.write_text("before\n<!-- tables -->\nold\n<!-- end of tables -->\nafter\n", encoding="utf-8")
    monkeypatch.setattr(remedies, "DOCUMENT", document)
    remedies.write("new \\1")
    assert document.read_text(encoding="utf-8") == (
        "before\n<!-- tables -->\n\nnew \\1\n<!-- end of tables -->\nafter\n"
    )
