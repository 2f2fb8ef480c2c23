"""Who owns the sites of a region, and what chains own beyond it."""

import numpy as np
import pytest

from resilience.region import build_region
from resilience.region.providers import title
from resilience.region.register import register_for
from resilience.region.sites import council_run, owners_in_one_council
from resilience.region.tables import table

OUTSIDE = ["outside_homes", "outside_beds", "outside_councils", "outside_councils_over_10_percent"]
OUTSIDE_HOURS = ["outside_home_care_hours", "outside_home_care_people"]


def homes(region):
    return region.sites[region.sites["care_type"] != "home_care"]


def chains(region):
    rows = region.providers
    inside = homes(region).groupby("provider")["capacity"].agg(["size", "sum"])
    inside = inside.reindex(range(len(rows)), fill_value=0)
    rows = rows.assign(homes=inside["size"].to_numpy(), beds=inside["sum"].to_numpy())
    return rows[rows["group_rank"] > 0].set_index("group_rank")


@pytest.fixture(scope="module")
def home():
    return build_region("west-midlands")


@pytest.fixture(scope="module")
def england():
    return build_region("england")


def test_inside_and_outside_of_a_chain_make_england(home, england):
    inside, whole = chains(home), chains(england)
    whole = whole.loc[inside.index]
    assert (inside["homes"] + inside["outside_homes"] == whole["homes"]).all()
    assert (inside["beds"] + inside["outside_beds"] == whole["beds"]).all()


def test_outside_agrees_with_the_published_footprints(home):
    groups = table("groups_2021").set_index("rank")
    drawn = chains(home).loc[list(range(1, 12))]
    published = groups.loc[drawn.index]
    assert (drawn["outside_homes"] == published["homes"] - published["west_midlands_homes"]).all()
    assert (drawn["outside_councils"] == published["councils"] - published["west_midlands_councils"]).all()
    outside_beds = published["beds"] - published["west_midlands_beds"]
    assert (drawn["outside_beds"] - outside_beds).abs().max() <= 5


def test_nothing_lies_outside_england(england):
    assert (england.providers[OUTSIDE + OUTSIDE_HOURS] == 0).to_numpy().all()


@pytest.mark.parametrize("region", ["north-east", "london", "west-midlands"])
def test_only_chains_own_anything_outside(region):
    rows = build_region(region).providers
    others = rows[rows["kind"] != "chain"]
    assert (others[OUTSIDE + OUTSIDE_HOURS] == 0).to_numpy().all()
    assert (rows[OUTSIDE] >= 0).to_numpy().all()


def test_home_care_chains_hours_inside_and_outside_are_their_total(home):
    rows = home.providers[home.providers["name"].str.startswith("Home care group")].set_index("name")
    assert len(rows) >= 8
    largest = rows.loc["Home care group 1"]
    assert 100_000 < largest["outside_home_care_hours"] < 147_000
    assert (rows["outside_home_care_people"] * 12.7).to_numpy() == pytest.approx(rows["outside_home_care_hours"])


def test_councils_outside_with_over_a_tenth_of_beds(home):
    rows = chains(home)
    assert (rows["outside_councils_over_10_percent"] <= rows["outside_councils"]).all()
    assert rows["outside_councils_over_10_percent"].max() >= 3


@pytest.mark.parametrize("region", ["west-midlands", "england", "south-west"])
def test_every_council_has_a_service_of_its_own_with_one_idle_branch(region):
    built = build_region(region)
    services = built.providers[built.providers["kind"] == "council_service"]
    assert len(services) == len(built.councils)
    assert (services["sector"] == "council").all()
    idle = built.sites[(built.sites["care_type"] == "home_care") & (built.sites["capacity"] == 0)]
    assert sorted(idle["council"]) == list(range(len(built.councils)))
    assert set(idle["provider"]) == set(services.index)


def test_a_councils_service_has_homes_in_its_own_area_only(england):
    services = england.providers.index[england.providers["kind"] == "council_service"]
    owned = homes(england)[homes(england)["provider"].isin(services)]
    names = england.councils["council"].to_numpy(str)[owned["council"]]
    titles = england.providers["name"].to_numpy(str)[owned["provider"]]
    assert (titles == np.char.add(names, " council service")).all()


def test_ownership_of_homes_is_near_the_published_shares(england):
    sector = england.providers["sector"].to_numpy(str)[homes(england)["provider"]]
    shares = {name: (sector == name).mean() for name in ("for_profit", "third_sector", "council")}
    assert shares["for_profit"] == pytest.approx(0.854, abs=0.02)
    assert shares["third_sector"] == pytest.approx(0.119, abs=0.02)
    assert shares["council"] == pytest.approx(0.027, abs=0.004)


def test_kinds_follow_the_number_of_sites(england):
    count = england.sites.groupby("provider").size().reindex(range(len(england.providers)))
    independents = england.providers["kind"] == "independent"
    assert count[independents.to_numpy()].max() == 2
    assert count[(england.providers["kind"] == "chain").to_numpy()].min() >= 3


def test_a_chain_may_have_one_site_inside_a_region_and_still_be_a_chain(home):
    rows = chains(home)
    single = rows[(rows["homes"] == 1) & (rows["kind"] == "chain")]
    assert len(single) > 50
    assert (single["homes"] + single["outside_homes"] >= 3).all()


def test_keys_and_names_are_unique(england):
    assert england.providers["key"].is_unique
    assert england.providers["name"].is_unique
    assert england.sites["key"].is_unique


def test_sites_and_providers_are_the_same_in_every_region_that_holds_them(home, england):
    columns = ["care_type", "nursing", "capacity", "age_years"]
    inside = home.sites.set_index("key")[columns]
    assert england.sites.set_index("key").loc[inside.index, columns].equals(inside)
    names = home.providers.set_index("key")[["name", "kind", "sector", "group_rank"]]
    assert england.providers.set_index("key").loc[names.index, list(names.columns)].equals(names)


def test_owners_are_the_same_in_every_region(home, england):
    def owner_of_site(region):
        return region.sites.set_index("key")["provider"].map(region.providers["key"])

    inside = owner_of_site(home)
    assert owner_of_site(england).loc[inside.index].equals(inside)


def test_ages_are_exponential_with_a_cap(england):
    ages = homes(england)["age_years"]
    assert ages.between(0, 60).all()
    assert ages.mean() == pytest.approx(17.4, abs=0.5)  # 18 years, less what the cap at 60 takes


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        ("G12", "Care home group 12"),
        ("406-3", "Birmingham homes 3"),
        ("agency 406-17", "Birmingham home care 17"),
        ("cooperative 406-2", "Birmingham home care co-operative 2"),
        ("home care group 0", "Home care group 1"),
        ("council 406", "Birmingham council service"),
        ("own-new-town-4", "New Town homes 4"),
        ("agency own-new-town-4", "New Town home care 4"),
        ("own Acme Care", "Acme Care"),
        ("999-1", "999 homes 1"),
    ],
)
def test_titles(owner, name):
    assert title(owner, {"406": "Birmingham", "own-new-town": "New Town"}) == name


def test_a_council_runs_the_owner_of_about_the_usual_size():
    # With 100 homes the usual number is 100 x 0.048 / 0.6 = 8.
    owners = ("G1",) * 9 + ("G2",) * 30 + ("x-1",) * 1
    everybody = {"G1", "G2", "x-1"}
    chosen = {council_run(f"{number}", owners * 5, everybody, 1) for number in range(40)}
    assert chosen <= {"", "x-1", "G1"}
    runs = {council_run(f"{number}", ("G1",) * 8 + ("G2",) * 92, everybody, 1) for number in range(40)}
    assert runs == {"", "G1"}


def test_an_owner_with_homes_elsewhere_is_never_the_council():
    assert {council_run(f"{number}", ("G1",) * 8, set(), 1) for number in range(40)} == {""}


def test_owners_in_one_council_leaves_out_chains_published_in_several():
    alone = owners_in_one_council(register_for(1, False))
    groups = table("groups_2021").set_index("rank")
    ranks = [int(owner[1:]) for owner in alone if owner.startswith("G")]
    assert (groups.loc[ranks, "councils"] == 1).all()
    assert "G1" not in alone
    assert len(ranks) > 250
