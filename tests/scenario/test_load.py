from pathlib import Path

import pytest

from resilience.scenario import ScenarioError, load, load_with, to_toml
from tests.scenario.tiny import RUN_TOML, TinyScenario, load_text, write


def refused(path: Path | str, **values: object) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load_with(path, values, scenario_class=TinyScenario)
    return str(caught.value).splitlines()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


class TestOneFile:
    def test_settings_are_read(self, tmp_path: Path) -> None:
        scenario = load_text(
            tmp_path,
            'description = "Try it"\n[tiny]\nleaving_rate = 0.2\npay_floor = {2016 = 7.5}\n'
            '[shocks.cut]\nkind = "funding_cut"\n',
        )
        assert (scenario.name, scenario.description) == ("case", "Try it")
        assert (scenario.region, scenario.start, scenario.months) == ("west-midlands", "2016-04", 120)
        assert scenario.tiny.leaving_rate == 0.2
        assert scenario.tiny.pay_floor == {2015: 6.7, 2016: 7.5}
        assert scenario.shocks["cut"].kind == "funding_cut"

    def test_the_name_is_the_files_unless_it_is_given(self, tmp_path: Path) -> None:
        assert load_text(tmp_path, "").name == "case"
        assert load_text(tmp_path, 'name = "Own name"').name == "Own name"

    def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(self, tmp_path: Path) -> None:
        file = tmp_path / "windows.toml"
        file.write_bytes(b"\xef\xbb\xbf" + (RUN_TOML + "[tiny]\nbed_count = 0\n").replace("\n", "\r\n").encode())
        assert refused(file)[0].startswith(f"{file}:5: tiny.bed_count = 0: must be at least 1.")

    def test_text_and_path_do_alike(self, tmp_path: Path) -> None:
        file = write(tmp_path, "run.toml", RUN_TOML)
        assert load(str(file)) == load(file)

    def test_the_extension_may_be_left_out(self, tmp_path: Path) -> None:
        file = write(tmp_path, "run.toml", RUN_TOML)
        assert load(tmp_path / "run") == load(file)

    def test_a_region_may_be_written_as_it_is_spoken(self, tmp_path: Path) -> None:
        assert load_text(tmp_path, "", region="West Midlands").region == "west-midlands"


class TestFilesThatCannotBeRead:
    def test_missing(self, here: Path) -> None:
        write(here, "base.toml", RUN_TOML)
        assert refused("bse.toml") == ["bse.toml: no such file. Did you mean 'base.toml'?"]
        assert refused("sub/zzz.toml") == ["sub/zzz.toml: no such file."]

    def test_a_folder(self, here: Path) -> None:
        (here / "configs").mkdir()
        assert refused("configs") == ["configs: is a folder, not a scenario file."]

    def test_not_text(self, here: Path) -> None:
        (here / "bad.toml").write_bytes(b'name = "x"\n\xff\n')
        assert refused("bad.toml") == ["bad.toml:2: is not text in UTF-8."]

    @pytest.mark.parametrize("name", ["x" * 5000, "a\0b", ""])
    def test_what_no_file_can_be_called(self, here: Path, name: str) -> None:
        [line] = refused(name)
        assert line.endswith("no such file.") or "is a folder" in line

    def test_absurd_files(self, here: Path) -> None:
        write(here, "deep.toml", "a = " + "[" * 5000 + "]" * 5000)
        write(here, "long.toml", "a = 1" + "0" * 5000)
        assert refused("deep.toml") == ["deep.toml: is nested too deeply."]
        assert refused("long.toml")[0].startswith("long.toml:1: not valid TOML: Exceeds the limit")

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("a = 1\nb =\n", "bad.toml:2: not valid TOML: Invalid value."),
            ("[tiny\n", "bad.toml:1: not valid TOML: "),
            ("a = 1\na = 2\n", "bad.toml:2: not valid TOML: Cannot overwrite a value."),
            ('a = "open', "bad.toml:1: not valid TOML: "),
            ("a = 1\n\nb = [1,", "bad.toml:3: not valid TOML: "),
        ],
    )
    def test_syntax_errors_give_the_line(self, here: Path, text: str, said: str) -> None:
        write(here, "bad.toml", text)
        [line] = refused("bad.toml")
        assert line.startswith(said)

    @pytest.mark.parametrize(
        ("line", "meant"),
        [
            ("start = 2025-04", 'start = "2025-04"'),
            ("region = west-midlands  # mine", 'region = "west-midlands"'),
            ("  extends = configs/base.toml", 'extends = "configs/base.toml"'),
        ],
    )
    def test_forgotten_quotes_are_noticed(self, here: Path, line: str, meant: str) -> None:
        write(here, "bad.toml", f"months = 3\n{line}\n")
        [said] = refused("bad.toml")
        assert said.startswith("bad.toml:2: not valid TOML: ")
        assert said.endswith(f"Did you mean '{meant}'?")


class TestExtends:
    def test_tables_are_merged_over_three_files(self, tmp_path: Path) -> None:
        write(
            tmp_path, "a/base.toml", RUN_TOML + "[tiny]\nleaving_rate = 0.2\nbed_count = 10\npay_floor = {2017 = 7.5}"
        )
        write(tmp_path, "a/middle.toml", 'extends = "base.toml"\n[tiny]\nbed_count = 20\npay_floor = {2018 = 7.8}')
        top = write(tmp_path, "b/top.toml", 'extends = "../a/middle.toml"\nmonths = 6\n[tiny]\nmotto = "x"')
        scenario = load_with(top, scenario_class=TinyScenario)
        assert scenario.months == 6
        assert scenario.region == "west-midlands"
        assert (scenario.tiny.leaving_rate, scenario.tiny.bed_count, scenario.tiny.motto) == (0.2, 20, "x")
        assert scenario.tiny.pay_floor == {2015: 6.7, 2016: 7.2, 2017: 7.5, 2018: 7.8}

    def test_name_and_description_are_not_inherited(self, tmp_path: Path) -> None:
        write(tmp_path, "base.toml", 'name = "Base"\ndescription = "The base"\n' + RUN_TOML)
        top = load(write(tmp_path, "top.toml", 'extends = "base.toml"'))
        assert (top.name, top.description) == ("top", "")

    def test_a_mistake_is_placed_in_the_file_that_makes_it(self, here: Path) -> None:
        write(here, "base.toml", RUN_TOML + "[tiny]\nleving_rate = 0.2\nbed_count = 0\n")
        write(here, "sub/top.toml", 'extends = "../base.toml"\n\n[tiny]\nbed_count = 999\nleaving_rate = 7\n')
        assert [line.split(" ")[0] for line in refused("sub/top.toml")] == [
            "base.toml:5:",
            "sub/top.toml:4:",
            "sub/top.toml:5:",
        ]

    def test_a_better_value_on_top_mends_a_bad_one_below(self, tmp_path: Path) -> None:
        write(tmp_path, "base.toml", RUN_TOML + "[tiny]\nbed_count = 0\n")
        top = write(tmp_path, "top.toml", 'extends = "base.toml"\n[tiny]\nbed_count = 5\n')
        assert load_with(top, scenario_class=TinyScenario).tiny.bed_count == 5

    def test_a_missing_target(self, here: Path) -> None:
        write(here, "configs/base.toml", RUN_TOML)
        write(here, "configs/top.toml", '# first\nextends = "bsae.toml"')
        assert refused("configs/top.toml") == [
            'configs/top.toml:2: extends = "bsae.toml": no such file (the path counts from the file that extends).'
            " Did you mean 'base.toml'?"
        ]

    def test_a_target_that_is_no_path(self, here: Path) -> None:
        write(here, "top.toml", 'extends = ["base.toml"]')
        assert refused("top.toml") == [
            "top.toml:1: extends = ['base.toml']: must be the path of another scenario file, in quotes."
        ]

    def test_a_syntax_error_below_is_placed_there(self, here: Path) -> None:
        write(here, "base.toml", RUN_TOML + "x = = 1")
        write(here, "top.toml", 'extends = "base.toml"')
        assert refused("top.toml") == ["base.toml:4: not valid TOML: Invalid value."]

    @pytest.mark.parametrize(
        ("links", "said"),
        [
            ({"a": "a"}, 'a.toml:1: extends = "a.toml": goes round in a circle: a.toml -> a.toml.'),
            ({"a": "b", "b": "a"}, 'b.toml:1: extends = "a.toml": goes round in a circle: a.toml -> b.toml -> a.toml.'),
            (
                {"a": "b", "b": "c", "c": "b"},
                'c.toml:1: extends = "b.toml": goes round in a circle: b.toml -> c.toml -> b.toml.',
            ),
        ],
    )
    def test_circles_are_refused(self, here: Path, links: dict[str, str], said: str) -> None:
        for name, target in links.items():
            write(here, f"{name}.toml", f'extends = "{target}.toml"')
        assert refused("a.toml") == [said]

    def test_two_ways_to_one_file_are_no_circle(self, tmp_path: Path) -> None:
        write(tmp_path, "base.toml", RUN_TOML)
        write(tmp_path, "middle.toml", 'extends = "./base.toml"')
        top = write(tmp_path, "top.toml", 'extends = "middle.toml"')
        assert load(top).months == 120


class TestShippedNames:
    def test_a_bare_name_is_looked_for_in_configs(self, here: Path) -> None:
        write(here, "configs/small-town.toml", RUN_TOML)
        assert load("small-town").name == "small-town"
        assert load("small-town.toml").months == 120

    def test_a_misspelt_name_gets_the_nearest(self, here: Path) -> None:
        write(here, "configs/small-town.toml", RUN_TOML)
        assert refused("smal-town") == ["smal-town: no such file. Did you mean 'small-town'?"]

    def test_a_file_here_comes_first(self, here: Path) -> None:
        write(here, "configs/small-town.toml", RUN_TOML)
        write(here, "small-town.toml", RUN_TOML.replace("120", "7"))
        assert load("small-town.toml").months == 7


class TestFilesNamed:
    def test_a_csv_region_counts_from_the_file_that_names_it(self, tmp_path: Path) -> None:
        councils = write(tmp_path, "data/councils.csv", "council\nA\n")
        write(tmp_path, "configs/base.toml", RUN_TOML.replace("west-midlands", "../data/councils.csv"))
        top = write(tmp_path, "top.toml", 'extends = "configs/base.toml"')
        assert Path(load(top).region) == councils

    def test_so_does_any_parameter_that_names_a_file(self, tmp_path: Path) -> None:
        sites = write(tmp_path, "sites.csv", "site\n1\n")
        assert Path(load_text(tmp_path, '[tiny]\nsites_file = "sites.csv"').tiny.sites_file) == sites

    def test_a_value_given_by_hand_counts_from_here(self, here: Path) -> None:
        sites = write(here, "own.csv", "site\n1\n")
        file = write(here, "configs/case.toml", RUN_TOML)
        scenario = load_with(file, {"tiny.sites_file": "own.csv"}, scenario_class=TinyScenario)
        assert Path(scenario.tiny.sites_file) == sites

    def test_missing_files_are_reported_with_everything_else(self, here: Path) -> None:
        write(here, "councils.csv", "council\n")
        text = 'region = "council.csv"\nstart = "2016-04"\nmonths = 0\n[tiny]\nsites_file = "no.csv"\n'
        write(here, "case.toml", text)
        lines = refused("case.toml")
        assert [line.split(" ")[0] for line in lines] == ["case.toml:1:", "case.toml:3:", "case.toml:5:"]
        assert lines[0].endswith("council.csv\": no such file. Did you mean 'councils.csv'?")

    def test_a_missing_file_given_by_hand(self, tmp_path: Path) -> None:
        with pytest.raises(ScenarioError, match=r"^--set: region = .*no such file"):
            load_text(tmp_path, "").with_values({"region": "no.csv"}, origin="--set")


class TestRoundTrip:
    def test_the_resolved_scenario_written_out_loads_as_the_same(self, tmp_path: Path) -> None:
        scenario = load_text(
            tmp_path,
            'name = "Two \\"cuts\\""\n[tiny]\npay_floor = {2020 = 8.72}\n[shocks.cut]\nkind = "funding_cut"\n'
            'start = "2018-01"\n[shocks.wage_rise]\n[policies.catalyst]\nyears = 5\n',
        )
        again = load_with(write(tmp_path, "again.toml", to_toml(scenario)), scenario_class=TinyScenario)
        assert again == scenario
        assert again.hash == scenario.hash
        assert to_toml(again) == to_toml(scenario)
