"""The command that shows how the synthetic market agrees with the published one."""

import re
import subprocess
import sys

import pandas as pd
import pytest

from resilience.region import build_region
from resilience.region.agreement import agreement, drawn_groups, drawn_market, main, meets_care_home_test
from resilience.region.market import market_by_council


@pytest.fixture(scope="module")
def home():
    return agreement(build_region("west-midlands")).set_index("measure")


def test_exact_rows_have_no_gap(home):
    for measure in ("homes", "beds", "homes 1 10 beds", "nursing homes", "groups", "chains' homes here"):
        assert home.loc[measure, "published"] == home.loc[measure, "drawn"]
        assert home.loc[measure, "largest gap"] == "0"
    assert home.loc["beds", "drawn"] == "48,939"


def test_close_rows_have_small_gaps(home):
    assert float(home.loc["largest group share, mean of councils", "largest gap"]) < 0.02
    assert float(home.loc["group bed hhi, mean of councils", "median gap"]) < 0.002
    assert float(home.loc["chains' beds here", "largest gap"]) <= 5


def test_england_shows_the_largest_and_the_statutory_groups():
    rows = agreement(build_region("england")).set_index("measure")
    assert rows.loc["top five groups' share of beds", "drawn"] == "11.4%"
    assert rows.loc["top thirty groups' share of beds", "drawn"] == "27.4%"
    assert rows.loc["groups that meet a care-home test", "drawn"] == "32"
    assert rows.loc["their share of beds", "drawn"] == rows.loc["their share of beds", "published"]
    assert rows.loc["top four's share of home-care hours", "drawn"] == "9.1%"


def test_other_regions_are_compared_by_council_only():
    rows = agreement(build_region("north-east"))
    assert not rows["measure"].str.contains("chains").any()
    assert rows.set_index("measure").loc["beds", "drawn"] == "26,032"


def test_drawn_market_has_the_columns_of_the_published_one():
    drawn = drawn_market(build_region("west-midlands"))
    published = market_by_council().loc[drawn.index]
    assert set(drawn.columns) <= set(published.columns)
    assert (drawn["beds"] == published["beds"]).all()


def test_drawn_groups_count_a_councils_own_homes():
    drawn = drawn_groups(build_region("england"))
    assert drawn["homes"].sum() == 9_759
    assert drawn["councils"].max() == 92


def test_care_home_test_at_its_boundaries():
    beds = pd.Series([2000, 1999, 1000, 999, 1000])
    councils = pd.Series([1, 15, 16, 40, 15])
    assert meets_care_home_test(beds, councils).tolist() == [True, False, True, False, False]


def test_main_prints_a_table(capsys):
    assert main([]) == 0
    said = capsys.readouterr().out
    assert said.startswith("west-midlands: 14 councils, 1,673 care homes, 1,006 home-care branches, ")
    assert re.search(r"^beds +48,939 +48,939 +0 +0$", said, re.MULTILINE)


def test_main_takes_a_region_and_a_seed(capsys):
    assert main(["north-east", "1"]) == 0
    assert capsys.readouterr().out.startswith("north-east: 12 councils, 736 care homes")


def test_the_command_says_what_is_wrong_and_ends_with_two():
    done = subprocess.run(
        [sys.executable, "-m", "resilience.region", "nort-east"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "Did you mean 'north-east'?" in done.stderr
    assert done.stdout == ""
