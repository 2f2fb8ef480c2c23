"""What an experiment file comes to, and what a user reads when it is wrong."""

import subprocess
import sys
from pathlib import Path

import pytest

from resilience.batches.plan import MODEL_PARTS, Changes, plan_of
from resilience.scenario import ScenarioError, load
from tests.cli.test_processes import ROOT

HEAD = 'base = "west-midlands-2025"\nmonths = 6\n'


def written(folder: Path, text: str, name: str = "try.toml", head: str = HEAD) -> Path:
    file = folder / name
    file.write_text(head + text)
    return file


def values(plan):
    return [point.row.values for point in plan.points]


@pytest.fixture(autouse=True)
def in_its_own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_grid_has_every_combination_the_last_factor_fastest(tmp_path):
    factors = "shocks.funding_cut.real_change = [0.0, -0.1]\nlabour.turnover_per_year = [0.2, 0.3, 0.4]\n"
    text = f"seeds = 2\n[factors]\n{factors}"
    plan = plan_of(written(tmp_path, text))
    cut, turnover = "shocks.funding_cut.real_change", "labour.turnover_per_year"
    assert plan.factors == [cut, turnover]
    assert [(row[cut], row[turnover]) for row in values(plan)] == [
        (0.0, 0.2), (0.0, 0.3), (0.0, 0.4), (-0.1, 0.2), (-0.1, 0.3), (-0.1, 0.4),
    ]  # fmt: skip
    assert [point.label for point in plan.points] == [f"west-midlands-2025-{number}" for number in range(1, 7)]
    assert len(plan) == 12
    assert [(run.point, run.seed) for run in plan[:7]] == [*((point, 1) for point in range(6)), (0, 2)]
    scenario = plan.scenario(5)
    assert (scenario.months, scenario.labour.turnover_per_year) == (6, 0.4)
    assert scenario.get(cut) == -0.1


def test_the_scenarios_are_those_that_set_would_give(tmp_path):
    plan = plan_of(
        written(
            tmp_path, "[factors]\nshocks.funding_cut.real_change = [-0.1]\n[values]\nlabour.turnover_per_year = 0.3\n"
        )
    )
    same = load(
        "west-midlands-2025",
        **{"months": 6, "shocks.funding_cut.real_change": -0.1, "labour.turnover_per_year": 0.3},
    )
    assert plan.points[0].hash == same.hash == plan.scenario(0).hash
    assert plan.points[0].label == "west-midlands-2025"


def test_steps_are_even_and_a_range_left_out_is_the_declared_one(tmp_path):
    text = (
        '[factors]\n"labour.turnover_per_year" = {low = 0.1, high = 0.4, steps = 4}\n'
        "shocks.funding_cut.real_change = {steps = 5}\n"
    )
    plan = plan_of(written(tmp_path, text))
    found = values(plan)
    assert sorted({row["labour.turnover_per_year"] for row in found}) == [0.1, 0.2, 0.3, 0.4]
    assert sorted({row["shocks.funding_cut.real_change"] for row in found}) == [-0.6, -0.4, -0.2, 0.0, 0.2]


def test_rows_are_the_points_as_listed(tmp_path):
    text = '[[rows]]\nname = "cut"\nshocks.funding_cut.real_change = -0.1\n[[rows]]\nlabour.turnover_per_year = 0.3\n'
    plan = plan_of(written(tmp_path, text))
    assert [point.label for point in plan.points] == ["cut", "west-midlands-2025-2"]
    assert plan.factors == ["shocks.funding_cut.real_change", "labour.turnover_per_year"]
    usual = load("west-midlands-2025").labour.turnover_per_year
    assert plan.values_of("shocks.funding_cut.real_change") == [-0.1, None]
    assert plan.values_of("labour.turnover_per_year") == [usual, 0.3]


@pytest.mark.parametrize("kind", ["latin_hypercube", "sobol"])
def test_sampled_points_lie_one_in_each_slice_of_every_range(tmp_path, kind):
    text = (
        f'[design]\nkind = "{kind}"\npoints = 16\n[factors]\nlabour.turnover_per_year = {{low = 0.1, high = 0.5}}\n'
        "shocks.funding_cut.years = {low = 1, high = 4}\nshocks.funding_cut.real_change = [-0.1, -0.2]\n"
    )
    plan = plan_of(written(tmp_path, text))
    found = values(plan)
    slices = {int((row["labour.turnover_per_year"] - 0.1) / 0.4 * 16) for row in found}
    assert slices == set(range(16))
    years = [row["shocks.funding_cut.years"] for row in found]
    assert {type(year) for year in years} == {int}
    assert sorted(years) == sorted([1, 2, 3, 4] * 4)
    assert sorted(row["shocks.funding_cut.real_change"] for row in found) == [-0.2] * 8 + [-0.1] * 8
    assert values(plan_of(tmp_path / "try.toml")) == found
    text = text.replace("points = 16", "points = 16\nseed = 2")
    assert values(plan_of(written(tmp_path, text))) != found


def test_several_bases_are_all_varied(tmp_path):
    (tmp_path / "other.toml").write_text('extends = "mine.toml"\n[labour]\nturnover_per_year = 0.4\n')
    (tmp_path / "mine.toml").write_text('region = "west-midlands"\nstart = "2025-04"\nmonths = 12\n')
    plan = plan_of(
        written(
            tmp_path,
            "[factors]\nshocks.funding_cut.real_change = [0.0, -0.1]\n",
            head='base = ["mine.toml", "other.toml"]\n',
        )
    )
    assert [point.label for point in plan.points] == ["mine-1", "mine-2", "other-1", "other-2"]
    assert plan.scenario(3).labour.turnover_per_year == 0.4


def test_the_key_is_of_scenario_seed_and_model_alone(tmp_path):
    one = plan_of(written(tmp_path, "seeds = [4, 7]\n[factors]\nlabour.turnover_per_year = [0.2, 0.3]\n"))
    two = plan_of(written(tmp_path, "seeds = [7]\n[factors]\nlabour.turnover_per_year = [0.1, 0.3, 0.2]\n", "two.toml"))
    keys = {(one.scenario(run.point).labour.turnover_per_year, run.seed): run.key for run in one}
    again = {(two.scenario(run.point).labour.turnover_per_year, run.seed): run.key for run in two}
    assert len(set(keys.values())) == 4
    assert again[0.2, 7] == keys[0.2, 7]
    assert again[0.3, 7] == keys[0.3, 7]
    one.version = "another"
    assert one[0].key not in keys.values()


def test_changes_from_outside(tmp_path):
    file = written(tmp_path, "seeds = [5, 9]\n[factors]\nlabour.turnover_per_year = [0.2, 0.3]\n")
    plan = plan_of(file, Changes(runs=3, months=2))
    assert plan.seeds == (5, 6, 7)
    assert plan.scenario(0).months == 2
    assert plan_of(file, Changes(seed=11)).seeds == (11, 12)
    changed = plan_of(file, Changes(values={"shocks.funding_cut.real_change": -0.2}))
    assert changed.scenario(1).get("shocks.funding_cut.real_change") == -0.2


def told(source) -> str:
    with pytest.raises(ScenarioError) as caught:
        plan_of(source)
    return str(caught.value)


def test_every_mistake_is_told_at_once_with_its_line(tmp_path):
    text = (
        'seeds = 0\nmeasures = ["care_hours_lst"]\nbas = 3\n[values]\nlabour.turnover_per_yer = 0.3\n'
        "[factors]\nshocks.funding_cut.real_change = [0.0, -9.2]\n"
        "[values.councils]\nfee_upliftt = 1\n"
    )
    lines = told(written(tmp_path, text)).splitlines()
    assert lines[0].startswith("try.toml:3: seeds = 0: must be a number of seeds from 1 to 1000000.")
    assert lines[1].startswith('try.toml:4: measures.0 = "care_hours_lst": unknown measure. Did you mean')
    assert lines[2] == "try.toml:5: bas: unknown setting. Did you mean 'base'?"
    assert "try.toml:7: labour.turnover_per_yer: unknown setting. Did you mean 'turnover_per_year'?" in lines
    assert any(line.startswith("try.toml:11: councils.fee_upliftt: unknown setting") for line in lines)


def test_a_level_out_of_range_is_told_where_it_stands(tmp_path):
    text = "[factors]\nlabour.turnover_per_year = [0.2, 0.3]\nshocks.funding_cut.real_change = [0.0, -9.2]\n"
    (line,) = told(written(tmp_path, text)).splitlines()
    assert line.startswith(
        "try.toml:5: shocks.funding_cut.real_change = -9.2: must be at least -0.6. Allowed: -0.6 to 0.2"
    )


def test_a_wrong_row_is_told_at_its_own_line(tmp_path):
    text = "[[rows]]\nlabour.turnover_per_year = 0.3\n[[rows]]\nlabour.turnover_per_year = 7.0\n"
    (line,) = told(written(tmp_path, text)).splitlines()
    assert line.startswith("try.toml:6: labour.turnover_per_year = 7.0: must be at most")


TURNOVER = "labour.turnover_per_year"
FACTORS = f"[factors]\n{TURNOVER}"
MISTAKES = [
    (
        f"{FACTORS} = {{}}\n",
        f"try.toml:4: factors.{TURNOVER} = {{}}: is a range, and in a grid a range needs steps (2 to 1000).",
    ),
    (f"{FACTORS} = 0.3\n", "must be a list of levels, or a range such as {low = 0.1, high = 0.3}."),
    (f"{FACTORS} = []\n", "must have at least one level."),
    (f"{FACTORS} = [0.2, 0.2]\n", "has a level twice."),
    (f"{FACTORS} = {{low = 0.4, high = 0.2, steps = 2}}\n", "must have low below high."),
    (f'{FACTORS} = [0.2]\n"{TURNOVER}" = [0.3]\n', "is given twice."),
    (
        "[factors]\nlabour.turnover_per_yea = [0.2]\n",
        "try.toml:4: labour.turnover_per_yea: unknown setting. Did you mean 'turnover_per_year'?",
    ),
    ('[design]\nkind = "gird"\n', "Did you mean 'grid'?"),
    (
        f'[design]\nkind = "sobol"\npoints = 100\n{FACTORS} = {{}}\n',
        "try.toml:5: design.points = 100: must be a power of two in a Sobol design, or it is not even. "
        "Did you mean 128?",
    ),
    (
        f'[design]\nkind = "latin_hypercube"\n{FACTORS} = {{}}\n',
        "design.points: is missing; a design of kind 'latin_hypercube' needs it.",
    ),
    (
        '[design]\nkind = "sobol"\npoints = 8\n',
        "factors: must name at least one parameter in a design of kind 'sobol'.",
    ),
    ("[design]\npoints = 8\n", "try.toml:4: design.points = 8: has no use in a grid"),
    ('[design]\nkind = "rows"\n', "rows: must list at least one design point as [[rows]]."),
    (
        f"{FACTORS} = [0.2]\n[values]\n{TURNOVER} = 0.3\n",
        f"try.toml:6: values.{TURNOVER}: is varied by the experiment, so it cannot also hold at every point.",
    ),
    ('tables = ["month"]\n', "try.toml:3: tables.0 = \"month\": unknown table. Did you mean 'months'?"),
    ("seeds = [1, 1]\n", "must be different whole numbers from 0."),
    ('seeds = "20"\n', "must be a number of seeds, or a list of them such as [1, 2, 3]."),
]


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_mistakes(tmp_path, text, said):
    assert said in told(written(tmp_path, text))


def test_a_base_that_is_not_there_is_told_with_its_line(tmp_path):
    said = told(written(tmp_path, "", head='# first\nbase = "west-midlands-2052"\n'))
    assert said == "try.toml:2: base.0 = \"west-midlands-2052\": no such file. Did you mean 'west-midlands-2025'?"


def test_an_experiment_that_is_not_there(tmp_path):
    written(tmp_path, "")
    assert told("tri") == "tri: no such file. Did you mean 'try'?"
    assert told(tmp_path).endswith("is a folder, not an experiment file.")


def test_files_count_from_the_experiment(tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "own.csv").write_text("site\n")
    plan_text = '[factors]\nproviders.providers_file = ["own.csv"]\n'
    plan = plan_of(written(inner, plan_text))
    assert plan.points[0].row.values["providers.providers_file"] == str(inner / "own.csv")
    said = told(written(inner, '[factors]\nproviders.providers_file = ["owm.csv"]\n'))
    assert "no such file. Did you mean 'own.csv'?" in said


def test_a_key_covers_all_the_code_that_plays_a_run():
    """What the model loads is among the parts by which results of other code are told apart."""
    code = (
        "import sys, resilience.side_by_side\n"
        "print(*(module.__file__ for name, module in sys.modules.items() if name.startswith('resilience.')))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    package = ROOT / "resilience"
    loaded = {Path(file).relative_to(package).parts[0] for file in done.stdout.split()}
    assert {"kernels", "market", "model.py", "side_by_side.py"} <= loaded
    assert loaded <= set(MODEL_PARTS)
