"""Results do not move unnoticed: two scenarios of the West Midlands against what was stored.

The stored figures are the model's own, not outside facts: they say that nothing changed, not that it is right.
"""

import pytest

from resilience.measures.catalogue import HEADLINE, MEASURES
from tests.baseline import refresh, summary
from tests.baseline.summary import HOW_TO_RENEW, STORED, differences, read, summarise, table, write


@pytest.fixture(scope="module")
def now():
    return summarise()


def test_results_are_those_that_were_stored(now):
    assert STORED.exists(), f"{STORED.name} is missing. {HOW_TO_RENEW}"
    rows = differences(read(), now)
    assert not rows, f"{len(rows)} results moved:\n\n{table(rows)}\n\n{HOW_TO_RENEW}"


def test_every_measure_of_every_run_is_compared(now):
    assert set(now) == {f"{name}, seed {seed}" for name in summary.SCENARIOS for seed in summary.SEEDS}
    for found in now.values():
        assert list(found) == list(MEASURES)
        assert set(HEADLINE) <= set(found)


def test_what_is_stored_reads_back_exactly(now, tmp_path):
    path = tmp_path / "stored.json"
    write(now, path)
    assert read(path) == now
    assert path.read_text(encoding="utf-8").count("\n") > sum(len(found) for found in now.values())


STORED_BEFORE = {"a, seed 1": {"site_closures": 100.0, "occupancy": 0.9, "step_ins": 0.0}, "b, seed 1": {"beds": 5.0}}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"site_closures": 100.00005}, []),
        ({"site_closures": 101.0}, [("a, seed 1", "site_closures", "100.000", "101.000", "+1.000%")]),
        ({"occupancy": 0.8}, [("a, seed 1", "occupancy", "0.900000", "0.800000", "-11.111%")]),
        ({"step_ins": 2.0}, [("a, seed 1", "step_ins", "0.000", "2.000", "+2")]),
        ({"occupancy": float("nan")}, [("a, seed 1", "occupancy", "0.900000", "nan", "+nan%")]),
        ({"beds": 7.0}, [("a, seed 1", "beds", "-", "7.000", "new")]),
    ],
)
def test_what_moved_is_told(change, expected):
    after = {"a, seed 1": STORED_BEFORE["a, seed 1"] | change, "b, seed 1": {"beds": 5.0}}
    assert differences(STORED_BEFORE, after) == expected


def test_a_run_that_is_gone_is_told():
    assert differences(STORED_BEFORE, {"a, seed 1": STORED_BEFORE["a, seed 1"]}) == [
        ("b, seed 1", "beds", "5.000", "-", "gone")
    ]


def test_the_table_is_aligned():
    rows = differences(STORED_BEFORE, {"a, seed 1": {"site_closures": 1.0, "occupancy": 0.9, "step_ins": 0.0}})
    lines = table(rows).splitlines()
    assert lines[0].split() == ["run", "measure", "stored", "now", "change"]
    assert len({line.index(word) for line, word in zip(lines[1:], ("site_closures", "beds"), strict=True)}) == 1
    assert lines[1].endswith("-99.000%")


def test_renewing_shows_what_changed_and_stores_it(monkeypatch, tmp_path, capsys):
    path = tmp_path / "stored.json"
    after = {"a, seed 1": {"site_closures": 90.0}}
    monkeypatch.setattr(refresh, "STORED", path)
    monkeypatch.setattr(refresh, "summarise", lambda: after)
    monkeypatch.setattr(refresh, "read", lambda: read(path))
    monkeypatch.setattr(refresh, "write", lambda found: write(found, path))
    refresh.main()
    assert "new" in capsys.readouterr().out
    refresh.main()
    assert "Nothing changed." in capsys.readouterr().out
    after["a, seed 1"]["site_closures"] = 99.0
    refresh.main()
    printed = capsys.readouterr().out
    assert "+10.000%" in printed
    assert "1 of them moved" in printed
    assert read(path) == after


def test_the_message_says_how_to_renew():
    assert "make baseline" in HOW_TO_RENEW
    assert "python -m tests.baseline.refresh" in HOW_TO_RENEW
