"""What a user reads when a scenario file is wrong. The wording is part of the interface, so much of it is exact."""

from pathlib import Path

import pytest

from resilience.scenario import Problem, ScenarioError, load
from resilience.scenario.errors import nearest, shown
from tests.scenario.tiny import RUN_TOML, TinyScenario, load_text, tiny, write

REFUSED = [
    # written after the three lines of the run's own settings, then what is said of it
    pytest.param(
        "[tiny]\nleaving_rate = 4.5",
        "case.toml:5: tiny.leaving_rate = 4.5: must be at most 1. Allowed: 0.05 to 1 per year."
        " (Share of staff who leave in a year.)",
        id="too high",
    ),
    pytest.param(
        "[tiny]\n\n# a comment\nbed_count = 0",
        "case.toml:7: tiny.bed_count = 0: must be at least 1. Allowed: 1 to 200 beds. (Beds in a home.)",
        id="too low",
    ),
    pytest.param(
        "[tiny]\nleving_rate = 0.3",
        "case.toml:5: tiny.leving_rate: unknown setting. Did you mean 'leaving_rate'?",
        id="misspelt",
    ),
    pytest.param(
        "[tiny]\nLeaving-Rate = 0.3",
        "case.toml:5: tiny.Leaving-Rate: unknown setting. Did you mean 'leaving_rate'?",
        id="capitals and hyphens",
    ),
    pytest.param("[tiny]\nzzz = 0.3", "case.toml:5: tiny.zzz: unknown setting.", id="like nothing"),
    pytest.param(
        "leaving_rate = 0.3",
        "case.toml:4: leaving_rate: unknown setting. Did you mean 'tiny.leaving_rate'?",
        id="outside its table",
    ),
    pytest.param(
        "[tiny]\nfloor_increase = 1",
        "case.toml:5: tiny.floor_increase: unknown setting. Did you mean 'shocks.wage_rise.floor_increase'?",
        id="wrong table",
    ),
    pytest.param(
        "[tiny]\nmonths = 12",
        "case.toml:5: tiny.months: unknown setting; 'months' belongs at the top of the file, before the first [table].",
        id="run setting in a table",
    ),
    pytest.param(
        "[tinny]\nbed_count = 3", "case.toml:4: tinny: unknown table. Did you mean 'tiny'?", id="misspelt table"
    ),
    pytest.param("extend = 'a.toml'", "case.toml:4: extend: unknown setting. Did you mean 'extends'?", id="extend"),
    pytest.param("tiny = 3", "case.toml:4: tiny = 3: must be a table.", id="number for a table"),
    pytest.param(
        '[tiny]\nleaving_rate = "0.2"',
        'case.toml:5: tiny.leaving_rate = "0.2": must be a number, without quotes. Allowed: 0.05 to 1 per year.'
        " Did you mean 0.2? (Share of staff who leave in a year.)",
        id="number in quotes",
    ),
    pytest.param(
        '[tiny]\nleaving_rate = "8%"',
        'case.toml:5: tiny.leaving_rate = "8%": must be a number, without quotes. Allowed: 0.05 to 1 per year.'
        " Did you mean 0.08? (Share of staff who leave in a year.)",
        id="percentage",
    ),
    pytest.param(
        "[tiny]\ndiscount = 20",
        "case.toml:5: tiny.discount = 20: must be at most 0.5. Allowed: 0 to 0.5 as a fraction. Did you mean 0.2?"
        " (Discount won.)",
        id="20 for 20 per cent",
    ),
    pytest.param(
        '[tiny]\nleaving_rate = "lots"',
        'case.toml:5: tiny.leaving_rate = "lots": must be a number, without quotes. Allowed: 0.05 to 1 per year.'
        " (Share of staff who leave in a year.)",
        id="text for a number",
    ),
    pytest.param(
        "[tiny]\nleaving_rate = true",
        "case.toml:5: tiny.leaving_rate = true: must be a number, not true or false. Allowed: 0.05 to 1 per year."
        " (Share of staff who leave in a year.)",
        id="bool for a number",
    ),
    pytest.param(
        "[tiny]\nleaving_rate = {low = 0.1}",
        "case.toml:5: tiny.leaving_rate = {low = 0.1}: must be a number. Allowed: 0.05 to 1 per year."
        " (Share of staff who leave in a year.)",
        id="table for a number",
    ),
    pytest.param(
        "[tiny]\nleaving_rate = nan",
        "case.toml:5: tiny.leaving_rate = nan: must be a finite number. Allowed: 0.05 to 1 per year."
        " (Share of staff who leave in a year.)",
        id="nan",
    ),
    pytest.param(
        "[tiny]\nleaving_rate = -inf",
        "case.toml:5: tiny.leaving_rate = -inf: must be a finite number. Allowed: 0.05 to 1 per year."
        " (Share of staff who leave in a year.)",
        id="infinity",
    ),
    pytest.param(
        "[tiny]\nbed_count = 20.5",
        "case.toml:5: tiny.bed_count = 20.5: must be a whole number. Allowed: 1 to 200 beds. (Beds in a home.)",
        id="half a bed",
    ),
    pytest.param(
        '[tiny]\nbed_count = "20"',
        'case.toml:5: tiny.bed_count = "20": must be a whole number, without quotes. Allowed: 1 to 200 beds.'
        " Did you mean 20? (Beds in a home.)",
        id="count in quotes",
    ),
    pytest.param(
        "[tiny]\nis_open = 1",
        "case.toml:5: tiny.is_open = 1: must be true or false. (Whether it takes people in.)",
        id="number for a bool",
    ),
    pytest.param(
        '[tiny]\ngrouping = "chains"',
        "case.toml:5: tiny.grouping = \"chains\": is not one of the choices. Allowed: 'chain', 'independent'."
        " Did you mean 'chain'? (Who owns it.)",
        id="no such choice",
    ),
    pytest.param(
        "[tiny]\nmotto = 3",
        "case.toml:5: tiny.motto = 3: must be text in quotes. (Painted over the door.)",
        id="no text",
    ),
    pytest.param(
        "[tiny.pay_floor]\n2016 = 1.5",
        "case.toml:5: tiny.pay_floor.2016 = 1.5: must be at least 3. Allowed: 3 to 40 GBP/hour. (Lowest legal pay.)",
        id="value in a path",
    ),
    pytest.param(
        "[tiny]\npay_floor = {'16/17' = 7.2}",
        "case.toml:5: tiny.pay_floor.16/17 = 7.2: must be a year such as 2025,"
        " the one in which the financial year starts."
        " Allowed: 3 to 40 GBP/hour. (Lowest legal pay.)",
        id="year in a path",
    ),
    pytest.param(
        "[tiny]\npay_floor = 7.2",
        "case.toml:5: tiny.pay_floor = 7.2: must be a table. Allowed: 3 to 40 GBP/hour. (Lowest legal pay.)",
        id="number for a path",
    ),
    pytest.param(
        "[shocks.wage_ris]\nfloor_increase = 1",
        "case.toml:4: shocks.wage_ris: unknown shock. Did you mean 'wage_rise'?",
        id="misspelt shock",
    ),
    pytest.param(
        '[shocks.second]\nkind = "fundingcut"',
        "case.toml:5: shocks.second.kind = \"fundingcut\": unknown kind of shock. Did you mean 'funding_cut'?",
        id="misspelt kind",
    ),
    pytest.param(
        "[policies.second]\nkind = [1]",
        "case.toml:5: policies.second.kind = [1]: must be text in quotes.",
        id="number for a kind",
    ),
    pytest.param(
        "[shocks]\nfloor_increase = 1",
        "case.toml:5: shocks.floor_increase = 1: must be a table, or true or false to switch it on or off.",
        id="parameter without its shock",
    ),
    pytest.param("shocks = 3", "case.toml:4: shocks = 3: must be a table.", id="number for shocks"),
    pytest.param(
        '[shocks."a b"]\nkind = "wage_rise"',
        "case.toml:4: shocks.a b: must be named with letters, digits, - and _ only.",
        id="name of a shock",
    ),
    pytest.param(
        "[shocks.wage_rise]\nfloor_increas = 1",
        "case.toml:5: shocks.wage_rise.floor_increas: unknown setting. Did you mean 'floor_increase'?",
        id="misspelt in a shock",
    ),
    pytest.param(
        '[shocks.wage_rise]\nstart = "April 2017"',
        "case.toml:5: shocks.wage_rise.start = \"April 2017\": must be a month written 'YYYY-MM', such as '2025-04'."
        " (The month in which it begins, written YYYY-MM; the start of the run when not given.)",
        id="start of a shock",
    ),
    pytest.param(
        "[shocks.wage_rise]\nstart = 2017-04-01",
        "case.toml:5: shocks.wage_rise.start = 2017-04-01: must be a month written 'YYYY-MM', such as '2025-04'."
        " (The month in which it begins, written YYYY-MM; the start of the run when not given.)",
        id="date without quotes",
    ),
    pytest.param(
        '[policies.catalyst]\nstart = "2026-04"',
        'case.toml:5: policies.catalyst.start = "2026-04": lies outside the run. Allowed: 2016-04 to 2026-03.'
        " (The month in which it begins, written YYYY-MM; the start of the run when not given.)",
        id="start after the end",
    ),
    pytest.param(
        '[shocks.wage_rise]\nstart = "2016-03"',
        'case.toml:5: shocks.wage_rise.start = "2016-03": lies outside the run. Allowed: 2016-04 to 2026-03.'
        " (The month in which it begins, written YYYY-MM; the start of the run when not given.)",
        id="start before the run",
    ),
    pytest.param(
        "[[shocks.wage_rise]]\nfloor_increase = 1",
        "case.toml:4: shocks.wage_rise = [{'floor_increase': 1}]:"
        " must be a table, or true or false to switch it on or off.",
        id="array of tables",
    ),
]


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_one_mistake_gives_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError) as caught:
        load_text(tmp_path, text)
    assert len(caught.value.problems) == 1
    assert str(caught.value) == said


RUN_SETTINGS = [
    ('region = "west-midland"', "region = \"west-midland\": unknown region. Did you mean 'west-midlands'?"),
    ("region = 3", "region = 3: must be text in quotes."),
    ('start = "2016-4"', "start = \"2016-4\": must be a month written 'YYYY-MM', such as '2025-04'."),
    ('start = "1948-07"', 'start = "1948-07": must lie between 1990-01 and 2100-12.'),
    ("start = 2016", "start = 2016: must be a month written 'YYYY-MM', such as '2025-04'."),
    ("months = -12", "months = -12: must be at least 1. Allowed: 1 to 600 months."),
    ("months = 0", "months = 0: must be at least 1. Allowed: 1 to 600 months."),
    ("months = 601", "months = 601: must be at most 600. Allowed: 1 to 600 months."),
    ("months = 12.0", "months = 12.0: must be a whole number. Allowed: 1 to 600 months. Did you mean 12?"),
    ("months = true", "months = true: must be a whole number, not true or false. Allowed: 1 to 600 months."),
    (
        'months = "12"',
        'months = "12": must be a whole number, without quotes. Allowed: 1 to 600 months. Did you mean 12?',
    ),
    ("name = 3", "name = 3: must be text in quotes."),
]


@pytest.mark.parametrize(("line", "said"), RUN_SETTINGS)
def test_bad_run_settings(tmp_path: Path, line: str, said: str) -> None:
    key = line.partition(" ")[0]
    rest = [kept for kept in RUN_TOML.splitlines() if not kept.startswith(key)]
    file = write(tmp_path, "run.toml", "\n".join([line, *rest]))
    with pytest.raises(ScenarioError) as caught:
        load(file)
    [problem] = caught.value.problems
    assert problem.line == 1
    assert f"run.toml:1: {said}" in str(problem)


@pytest.mark.parametrize(
    ("key", "meaning"),
    [
        ("region", "(A region of England, 'england', or the path of a csv file of councils.)"),
        ("start", "(The first month, written YYYY-MM.)"),
        ("months", "Allowed: 1 to 600 months. (How many months to run.)"),
    ],
)
def test_a_missing_setting_is_named(tmp_path: Path, key: str, meaning: str) -> None:
    rest = [line for line in RUN_TOML.splitlines() if not line.startswith(key)]
    file = write(tmp_path, "run.toml", "\n".join(rest))
    with pytest.raises(ScenarioError) as caught:
        load(file)
    said = f"{file}: {key}: is missing; give it here or in a file this one extends. {meaning}"
    assert str(caught.value) == said


def test_everything_is_reported_at_once_in_the_order_of_lines(tmp_path: Path) -> None:
    text = (
        "[shocks.late]\nkind = 'wage_rise'\nstart = '2030-01'\nyears = 0\n"
        "[tiny]\nleving_rate = 0.3\nbed_count = 'two'\n[policies.catalyst]\nyears = 2.5\n[policies.catalist]\n[tinyy]\n"
    )
    with pytest.raises(ScenarioError) as caught:
        load_text(tmp_path, text, **{"tiny.discount": 9, "months": True})
    assert [(problem.line, problem.key) for problem in caught.value.problems] == [
        (7, "shocks.late.years"),
        (9, "tiny.leving_rate"),
        (10, "tiny.bed_count"),
        (12, "policies.catalyst.years"),
        (13, "policies.catalist"),
        (14, "tinyy"),
        (None, "months"),
        (None, "tiny.discount"),
    ]


def test_a_start_outside_the_run_is_reported_with_the_rest(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_text(tmp_path, "[shocks.wage_rise]\nstart = '2030-01'\nyears = 0\n")
    assert [problem.key for problem in caught.value.problems] == ["shocks.wage_rise.start", "shocks.wage_rise.years"]


def test_a_problem_holds_its_parts(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_text(tmp_path, "[tiny]\nleaving_rate = 4.5")
    assert caught.value.problems == [
        Problem(
            file=caught.value.problems[0].file,
            line=5,
            key="tiny.leaving_rate",
            value=4.5,
            message="must be at most 1",
            allowed="0.05 to 1 per year",
            suggestion=None,
            label="Share of staff who leave in a year.",
        )
    ]
    assert caught.value.problems[0].file.endswith("case.toml")


def test_unlike_any_kind_lists_the_kinds(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_text(tmp_path, "[shocks.qqqq]")
    [problem] = caught.value.problems
    assert problem.suggestion is None
    assert problem.allowed is not None
    assert {"'funding_cut'", "'wage_rise'"} <= set(problem.allowed.split(", "))


def test_unlike_any_region_lists_the_regions() -> None:
    with pytest.raises(ScenarioError) as caught:
        tiny(region="qqqq")
    [problem] = caught.value.problems
    assert problem.allowed is not None
    assert problem.allowed.startswith("'england', 'east-midlands'")


def test_a_shock_among_the_policies_is_refused() -> None:
    from resilience.shocks.wage_rise import WageRise

    with pytest.raises(ScenarioError, match=r"policies\.wage_rise: unknown policy"):
        tiny(policies={"wage_rise": {}})
    with pytest.raises(ValueError, match="must be a policy"):
        TinyScenario(region="england", start="2016-04", months=1, policies={"wage_rise": WageRise()})  # type: ignore[dict-item]


def test_an_error_survives_pickling() -> None:
    import pickle

    with pytest.raises(ScenarioError) as caught:
        tiny(months=-1)
    twin = pickle.loads(pickle.dumps(caught.value))
    assert twin.problems == caught.value.problems
    assert str(twin) == str(caught.value)


def test_long_values_are_shortened() -> None:
    text = shown("x" * 500)
    assert len(text) == 120
    assert text.endswith("...")
    assert shown({"a": True, "b": "c"}) == '{a = true, b = "c"}'


@pytest.mark.parametrize(
    ("name", "found"),
    [("leving_rate", "leaving_rate"), ("LEAVING RATE", "leaving_rate"), ("bed-count", "bed_count"), ("zzz", None)],
)
def test_nearest_name(name: str, found: str | None) -> None:
    assert nearest(name, ["bed_count", "leaving_rate"]) == found
