"""Every column of every shipped table is described, and the tables name the same councils."""

import csv
import tomllib
from importlib.resources import files

import pytest

from resilience.region.own_councils import known_names
from resilience.region.tables import TABLES, region_names, table

DATA = files("resilience.region") / "data"
DESCRIBED = tomllib.loads((DATA / "columns.toml").read_text(encoding="utf-8"))
FIELDS = {"meaning", "unit", "year", "source", "estimate"}


def header(name):
    with (DATA / f"{name}.csv").open(encoding="utf-8") as lines:
        return next(csv.reader(lines))


def test_every_csv_file_is_a_known_table_and_described():
    found = {item.name.removesuffix(".csv") for item in DATA.iterdir() if item.name.endswith(".csv")}
    assert found == set(TABLES) == set(DESCRIBED)


@pytest.mark.parametrize("name", TABLES)
def test_every_column_has_a_description_and_every_description_a_column(name):
    assert header(name) == list(DESCRIBED[name]["columns"])
    assert DESCRIBED[name]["about"].endswith(".")


@pytest.mark.parametrize("name", TABLES)
def test_descriptions_say_meaning_unit_year_source_and_whether_estimated(name):
    for column, described in DESCRIBED[name]["columns"].items():
        assert set(described) - {"marked"} == FIELDS, column
        assert described["meaning"], column
        assert described["unit"], column
        assert described["source"], column
        assert described["estimate"] in (True, False, "some"), column
        assert ("marked" in described) == (described["estimate"] == "some"), column


@pytest.mark.parametrize("name", TABLES)
def test_a_column_estimated_in_part_is_marked_by_a_column_that_exists(name):
    for described in DESCRIBED[name]["columns"].values():
        if described["estimate"] == "some":
            assert described["marked"].split()[0] in header(name)


@pytest.mark.parametrize("name", [name for name in TABLES if name not in ("councils", "returns")])
def test_no_table_has_empty_cells_but_for_the_spread_of_a_single_home(name):
    empty = table(name).isna()
    if name == "market_2021":
        empty = empty.drop(columns="older_log_beds_sd")
    assert not empty.to_numpy().any()


def test_councils_left_few_cells_of_their_returns_empty():
    empty = table("returns").isna()
    assert not empty[["year", "code"]].to_numpy().any()
    assert empty.to_numpy().mean() < 0.02


def test_councils_are_complete_but_for_the_notes():
    councils = table("councils")
    assert len(councils) == 152
    assert councils["code"].is_unique
    assert councils["council"].is_unique
    assert not councils.drop(columns="notes").isna().to_numpy().any()


def test_every_imputed_value_named_in_the_notes_is_a_column_of_the_table():
    columns = set(table("councils").columns)
    for note in table("councils")["notes"].dropna():
        words = [word.strip(".,:;") for word in note.split() if "_" in word]
        assert words
        assert set(words) <= columns, note


def test_england_totals_of_the_sources():
    councils = table("councils")
    assert councils["population_65plus"].sum() == 10_464_019
    assert councils["population_75plus"].sum() == 4_865_591
    assert councils["population_85plus"].sum() == 1_406_410
    assert councils["home_care_services"].sum() == 10_349
    assert councils["gross_current_expenditure_gbp_m"].sum() == pytest.approx(17_527.6, abs=0.1)
    assert councils["supported_residents"].sum() == 162_562
    assert councils["home_care_hours_per_week"].sum() == pytest.approx(3.58e6, rel=0.002)


def test_all_residents_are_published_for_the_west_midlands_and_near_the_region_totals_elsewhere():
    councils = table("councils")
    home = councils[councils["region"] == "West Midlands"]
    assert home["population_all_estimated"].sum() == 0
    assert home["population_all"].sum() == 5_961_929
    assert (councils["population_all_estimated"] == (councils["region"] != "West Midlands")).all()
    assert councils["population_all"].sum() == pytest.approx(56_550_138, abs=100)


def test_older_people_are_never_more_than_all():
    councils = table("councils")
    assert (councils["population_85plus"] <= councils["population_75plus"]).all()
    assert (councils["population_75plus"] <= councils["population_65plus"]).all()
    assert (councils["population_65plus"] < councils["population_all"]).all()


def test_every_area_of_the_market_belongs_to_a_council_and_every_council_but_one_has_an_area():
    plain = dict(zip(table("councils")["council"], table("councils")["code"], strict=True))
    moved = table("boundaries")
    reached = set()
    for area in table("market_2021")["area"]:
        codes = set(moved["code"][moved["area"] == area]) or {plain[area]}
        assert codes <= set(plain.values()), area
        reached |= codes
    assert set(plain.values()) - reached == {plain["City of London"]}


def test_boundary_shares_of_an_area_add_up_to_one_or_merge_whole_areas():
    moved = table("boundaries")
    for area, rows in moved.groupby("area"):
        assert rows["share"].sum() == pytest.approx(1.0, abs=1e-9), area


def test_other_spellings_of_a_council_are_known():
    names = known_names()
    codes = dict(zip(table("councils")["council"], table("councils")["code"], strict=True))
    assert names["herefordshire, county of"] == codes["Herefordshire"]
    assert names["kingston upon hull, city of"] == codes["Kingston upon Hull"]
    assert names["bristol, city of"] == codes["Bristol"]
    assert "bournemouth, christchurch and poole" not in names
    assert len(set(names.values())) == 152


@pytest.mark.parametrize(("name", "size"), [("tiles_england", 152), ("tiles_west_midlands", 14)])
def test_every_council_has_a_tile_of_its_own(name, size):
    tiles = table(name)
    assert len(tiles) == size
    assert not tiles.duplicated("code").any()
    assert not tiles.duplicated(["map_column", "map_row"]).any()
    assert set(tiles["code"]) <= set(table("councils")["code"])


def test_there_are_nine_regions():
    assert len(region_names()) == 9
    assert region_names()[-2:] == ("West Midlands", "Yorkshire and The Humber")


def test_groups_and_councils_tell_one_story_of_england():
    groups, market = table("groups_2021"), table("market_2021")
    # 5,935 operators: 1,058 with three homes or more, 761 with two, 4,116 with one.
    assert market["homes"].sum() - groups["homes"].sum() == 4_116 + 2 * 761
    assert len(groups) == 1_058
    assert groups["homes"].min() == 3
    assert groups["beds"].is_monotonic_decreasing
    assert (groups["west_midlands_homes"] <= groups["homes"]).all()
    assert (groups["west_midlands_councils"] <= 14).all()
