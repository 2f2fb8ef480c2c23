"""A user's own table of councils."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.region import RegionError, build_region
from resilience.region.agreement import concentration
from resilience.region.own_councils import NEEDED, england_ratios, own_code, read_councils
from resilience.region.own_market import concentration_lines, market_row, own_chains, own_market

HEADER = "council," + ",".join(NEEDED)
TOWN = "New Town,50000,2100,500,550,15,20000"


@pytest.fixture
def table_at(tmp_path):
    def write(text):
        path = tmp_path / "my-councils.csv"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def problem(path):
    with pytest.raises(RegionError) as raised:
        build_region(path)
    return str(raised.value).replace(path, "my-councils.csv")


def homes(region, council):
    row = list(region.councils["council"]).index(council)
    return region.sites[(region.sites["council"] == row) & (region.sites["care_type"] != "home_care")]


def test_known_councils_by_name_alone_are_the_shipped_ones(table_at):
    mine = build_region(table_at("council\nBirmingham\nSolihull\n"))
    shipped = build_region("west-midlands")
    assert mine.name == "my-councils"
    assert list(mine.councils["council"]) == ["Birmingham", "Solihull"]
    assert set(homes(mine, "Birmingham")["key"]) == set(homes(shipped, "Birmingham")["key"])
    columns = ["population_85plus", "residential_fee_gbp_week", "care_home_beds", "self_funder_share"]
    row = shipped.councils.set_index("council").loc["Solihull", columns]
    assert mine.councils.set_index("council").loc["Solihull", columns].tolist() == row.tolist()


def test_a_copy_of_the_whole_region_keeps_its_map_and_its_providers(table_at):
    shipped = build_region("west-midlands")
    mine = build_region(table_at(shipped.councils[["council"]].to_csv(index=False)))
    pd.testing.assert_frame_equal(mine.councils, shipped.councils)
    pd.testing.assert_frame_equal(mine.sites, shipped.sites)
    pd.testing.assert_frame_equal(mine.providers, shipped.providers)
    assert np.array_equal(mine.neighbours, shipped.neighbours)


def test_the_councils_frame_itself_can_be_saved_changed_and_read_back(table_at):
    shipped = build_region("west-midlands").councils
    raised = shipped.assign(residential_fee_gbp_week=shipped["residential_fee_gbp_week"] + 100)
    mine = build_region(table_at(raised.to_csv(index=False)))
    pd.testing.assert_frame_equal(mine.councils, raised)


def test_a_known_council_may_be_named_by_code_or_by_another_spelling(table_at):
    mine = build_region(table_at('council,code\n"Herefordshire, County of",\nBrum,406\n'))
    assert list(mine.councils["code"]) == ["415", "406"]
    assert list(mine.councils["council"]) == ["Herefordshire, County of", "Brum"]


def test_a_changed_fee_leaves_the_homes_alone(table_at):
    mine = build_region(table_at("council,residential_fee_gbp_week\nDudley,600\n"))
    assert mine.councils["residential_fee_gbp_week"].tolist() == [600]
    shipped = build_region("west-midlands")
    assert set(homes(mine, "Dudley")["key"]) == set(homes(shipped, "Dudley")["key"])


def test_changed_beds_are_drawn_anew(table_at):
    mine = build_region(table_at("council,care_home_beds,care_homes,nursing_beds\nDudley,2000,50,800\n"))
    drawn = homes(mine, "Dudley")
    assert len(drawn) == 50
    assert drawn["capacity"].sum() == mine.councils["care_home_beds"].iloc[0] == 2000
    assert drawn["capacity"][drawn["nursing"]].sum() == pytest.approx(800, abs=20)


def test_a_council_of_ones_own_is_drawn_like_english_ones(table_at):
    mine = build_region(table_at(f"{HEADER}\n{TOWN}\n"))
    drawn = homes(mine, "New Town")
    assert drawn["capacity"].sum() == 2100
    assert len(drawn) == round(2100 * 15_397 / 458_947)
    assert (drawn["care_type"] != "younger_adults").mean() == pytest.approx(0.71, abs=0.03)
    kinds = mine.providers["kind"].value_counts()
    assert kinds["chain"] > 10
    assert kinds["council_service"] == 1


def test_what_an_own_council_leaves_out_is_estimated_from_england(table_at):
    row = build_region(table_at(f"{HEADER}\n{TOWN}\n")).councils.iloc[0]
    assert row["code"] == "own-new-town"
    assert row["population_75plus"] == round(50_000 * 4_865_591 / 10_464_019)
    assert row["population_85plus"] == round(50_000 * 1_406_410 / 10_464_019)
    assert row["supported_residents"] == round(50_000 * 162_562 / 10_464_019)
    assert row["self_funder_share"] == pytest.approx(england_ratios()["self_funder_share"])
    assert row["population_all"] > 50_000


def test_own_numbers_stand(table_at):
    text = f"{HEADER},self_funder_share,population_85plus,region\n{TOWN},0.6,9000,Wessex\n"
    row = build_region(table_at(text)).councils.iloc[0]
    assert row["self_funder_share"] == 0.6
    assert row["population_85plus"] == 9000
    assert row["region"] == "Wessex"


def test_own_councils_are_neighbours_only_of_those_they_name(table_at):
    text = (
        f"{HEADER},neighbours\n{TOWN},Old Town\nOld Town,20000,900,480,520,14,9000,\nFar,20000,900,480,520,14,9000,\n"
    )
    near = build_region(table_at(text)).neighbours
    assert near.tolist() == [[False, True, False], [True, False, False], [False, False, False]]


def test_own_tiles_make_neighbours_too(table_at):
    text = f"{HEADER},map_column,map_row\n{TOWN},3,3\nOld Town,20000,900,480,520,14,9000,3,4\n"
    mine = build_region(table_at(text))
    assert mine.neighbours.tolist() == [[False, True], [True, False]]
    assert mine.councils["map_row"].tolist() == [3, 4]


def test_own_and_known_councils_mix(table_at):
    text = f"{HEADER},neighbours\n{TOWN},Dudley\nDudley,,,,,,,\nSandwell,,,,,,,\n"
    mine = build_region(table_at(text))
    assert mine.councils["care_home_beds"].tolist() == [2100, 2374, 2117]
    # Dudley borders Sandwell, and the own council says that it borders Dudley.
    assert mine.neighbours.tolist() == [[False, True, False], [True, False, True], [False, True, False]]
    assert not mine.councils.duplicated(["map_column", "map_row"]).any()


def test_chains_of_an_own_region_own_less_outside(table_at):
    mine = build_region(table_at(f"{HEADER}\n{TOWN}\n"))
    drawn = homes(mine, "New Town")
    held = drawn.groupby("provider")["capacity"].agg(["size", "sum"])
    rows = mine.providers[mine.providers["group_rank"] > 0]
    from resilience.region.tables import table

    groups = table("groups_2021").set_index("rank").loc[rows["group_rank"]]
    inside = held.loc[rows.index]
    assert (rows["outside_homes"].to_numpy() == groups["homes"].to_numpy() - inside["size"].to_numpy()).all()
    assert (rows["outside_councils"].to_numpy() == groups["councils"].to_numpy() - 1).all()


def test_another_seed_draws_another_market(table_at):
    path = table_at(f"{HEADER}\n{TOWN}\n")
    one, again, other = (build_region(path, population_seed=seed) for seed in (1, 1, 2))
    assert one is again
    assert one.sites["capacity"].tolist() != other.sites["capacity"].tolist()
    assert one.sites["key"].iloc[0] == other.sites["key"].iloc[0]


def test_a_changed_file_is_read_again(table_at):
    first = build_region(table_at("council,residential_fee_gbp_week\nDudley,600\n"))
    second = build_region(table_at("council,residential_fee_gbp_week\nDudley,1601\n"))
    assert first.councils["residential_fee_gbp_week"].iloc[0] == 600
    assert second.councils["residential_fee_gbp_week"].iloc[0] == 1601


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("council\nBirmingam\n", "my-councils.csv:2: council = 'Birmingam' is not a council of the shipped table. "
         "Did you mean 'Birmingham'? A council of your own also needs: population_65plus"),
        ("council\nDudley\nDudley\n", "my-councils.csv:3: council = 'Dudley' is already on line 2."),
        ("council,code\nDudley,\nDudders,408\n", "my-councils.csv:3: council = 'Dudders' is already on line 2."),
        ("council,care_home_beds,nursing_beds\nDudley,100,200\n",
         "my-councils.csv:2: nursing_beds = 200: is above care_home_beds (100). Allowed: at most care_home_beds."),
        ("council,population_85plus\nDudley,99999\n", ":2: population_85plus = 99999: is above"),
        ("council,care_homes\nDudley,0\n", "my-councils.csv:2: care_homes = 0: but there are care_home_beds."),
        ("council,self_funder_share\nDudley,39\n", "my-councils.csv:2: self_funder_share = '39': is above 0.999."),
        ("council,residential_fee_gbp_week\nDudley,-5\n", ":2: residential_fee_gbp_week = '-5': is negative."),
        ("council,residential_fee\nDudley,5\n", "is not known. Did you mean 'residential_fee_gbp_week'?"),
        ("name\nDudley\n", "my-councils.csv:1: column 'council' is missing"),
        ("council,neighbours\nDudley,Narnia\n", "council 'Dudley': its neighbour 'Narnia' is not in the table."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_plain_words(table_at, text, message):
    assert message in problem(table_at(text))


def test_own_councils_with_the_same_letters_are_one(table_at):
    text = f"{HEADER}\n{TOWN}\n{TOWN.replace('New Town', 'New-Town')}\n"
    assert "is already on line 2" in problem(table_at(text))


def test_a_missing_table():
    with pytest.raises(RegionError, match=r"no-such-table.csv: there is no such file"):
        build_region("no-such-table.csv")


def test_own_code():
    assert own_code("St. Mary's & Sons") == "own-st-mary-s-sons"


@pytest.mark.parametrize(("beds", "given"), [(0, ""), (1, ""), (3, ""), (40, ""), (500, ""), (60, "1"), (9000, "1")])
def test_small_and_odd_markets_add_up(table_at, beds, given):
    text = f"{HEADER},care_homes\nTiny,3000,{beds},500,550,15,100,{given}\n"
    mine = build_region(table_at(text))
    assert homes(mine, "Tiny")["capacity"].sum() == beds
    assert mine.councils["care_home_beds"].iloc[0] == beds
    assert not mine.providers.isna().to_numpy().any()


def test_a_council_without_home_care_hours_has_finite_sizes(table_at):
    mine = build_region(table_at(f"{HEADER}\nTiny,3000,30,500,550,15,0\n"))
    assert np.isfinite(mine.sites["capacity"]).all()


def test_market_rows_are_possible():
    given = {"care_homes": np.nan, "nursing_beds": np.nan, "map_column": 0, "map_row": 0}
    for beds in (1, 25, 400, 5_000):
        row = market_row(pd.Series({"care_home_beds": beds} | given))
        assert row["homes_1_10_beds"] + row["homes_11_49_beds"] + row["homes_50_plus_beds"] == row["homes"]
        assert 0 < row["groups"] <= row["homes"]
        assert row["largest_group_share"] <= row["top_10_group_share"] <= 1
        assert row["group_bed_hhi"] >= row["largest_group_share"] ** 2
        assert row["older_people_beds"] <= beds


def test_concentration_falls_with_the_number_of_homes():
    lines = concentration_lines()
    assert lines["groups"][0] == pytest.approx(0.89, abs=0.01)
    assert lines["largest_group_share"][0] < 0
    assert lines["group_bed_hhi"][0] < 0


def test_concentration_by_hand():
    found = concentration(np.array(["a", "b", "a"]), np.array([30.0, 40.0, 30.0]))
    assert found["groups"] == 2
    assert found["largest_group_share"] == pytest.approx(0.6)
    assert found["top_10_group_share"] == pytest.approx(1.0)
    assert found["group_bed_hhi"] == pytest.approx(0.36 + 0.16)


def test_a_region_the_size_of_the_west_midlands_is_reached_by_about_as_many_chains():
    columns = {"care_homes": np.nan, "nursing_beds": np.nan, "map_column": 0, "map_row": 0}
    councils = pd.DataFrame([{"code": f"own-{n}", "care_home_beds": 3_500} | columns for n in range(14)])
    market = own_market(councils)
    reached = [len(own_chains(market, seed).rank) for seed in range(8)]
    assert np.mean(reached) == pytest.approx(247, abs=25)
    held = [own_chains(market, seed).homes.sum() / market["homes"].sum() for seed in range(8)]
    assert np.mean(held) == pytest.approx(0.6, abs=0.07)


def test_read_councils_says_where_homes_are_drawn(table_at):
    frame = read_councils(table_at(f"{HEADER}\n{TOWN}\nDudley,,,,,,\nSandwell,,2000,,,,\n"))
    assert frame["own"].tolist() == [True, False, True]
    assert frame["placed"].tolist() == [True, False, False]


@settings(max_examples=6, deadline=None)
@given(
    beds=st.lists(st.integers(0, 2_000), min_size=1, max_size=4),
    hours=st.integers(0, 60_000),
    seed=st.integers(1, 50),
)
def test_any_own_table_of_possible_numbers_is_built(tmp_path_factory, beds, hours, seed):
    rows = [f"Town {n},30000,{number},500,550,15,{hours}" for n, number in enumerate(beds)]
    path = tmp_path_factory.mktemp("own") / "own.csv"
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    mine = build_region(str(path), population_seed=seed)
    assert mine.councils["care_home_beds"].tolist() == beds
    assert mine.sites["key"].is_unique
    assert (mine.sites["capacity"] >= 0).all()
    assert mine.sites["provider"].between(0, len(mine.providers) - 1).all()
