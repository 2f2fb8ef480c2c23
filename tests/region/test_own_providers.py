"""A user's own file of providers, one row a site."""

import numpy as np
import pytest

from resilience.region import RegionError, build_region

FILE = """provider,kind,council,care_type,capacity,outside_beds,outside_homes,outside_councils,age_years
Acme Care,chain,Birmingham,nursing,60,2500,50,20,12
Acme Care,,Dudley,residential,40,,,,
Sue's Home,,Birmingham,residential,12,,,,
Kindly,cooperative,Birmingham,home_care,80.5,,,,
City,council_service,Birmingham,residential,30,,,,
"""


@pytest.fixture
def file_at(tmp_path):
    def write(text):
        path = tmp_path / "providers.csv"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


@pytest.fixture
def region(file_at):
    return build_region("west-midlands", providers_file=file_at(FILE))


def sites_in(region, council, home_care=False):
    row = list(region.councils["council"]).index(council)
    sites = region.sites[region.sites["council"] == row]
    return sites[(sites["care_type"] == "home_care") == home_care]


def provider(region, name):
    return region.providers[region.providers["name"] == name].iloc[0]


def problem(path):
    with pytest.raises(RegionError) as raised:
        build_region("west-midlands", providers_file=path)
    return str(raised.value).replace(path, "providers.csv")


def test_the_files_homes_replace_the_synthetic_ones_of_their_councils(region):
    assert sorted(sites_in(region, "Birmingham")["capacity"]) == [12, 30, 60]
    assert sites_in(region, "Dudley")["capacity"].tolist() == [40]
    assert region.councils.set_index("council")["care_home_beds"]["Birmingham"] == 102


def test_other_councils_and_settings_stay_synthetic(region):
    usual = build_region("west-midlands")
    assert set(sites_in(region, "Walsall")["key"]) == set(sites_in(usual, "Walsall")["key"])
    assert set(sites_in(region, "Dudley", home_care=True)["key"]) == set(
        sites_in(usual, "Dudley", home_care=True)["key"]
    )


def test_branches_are_replaced_but_the_councils_own_service_stays(region):
    branches = sites_in(region, "Birmingham", home_care=True)
    assert sorted(branches["capacity"]) == [0, 80.5]


def test_a_provider_is_one_over_all_its_rows(region):
    acme = provider(region, "Acme Care")
    assert acme["kind"] == "chain"
    assert acme["sector"] == "for_profit"
    assert (acme["outside_beds"], acme["outside_homes"], acme["outside_councils"]) == (2500, 50, 20)
    row = region.providers.index[region.providers["name"] == "Acme Care"][0]
    assert sorted(region.sites["capacity"][region.sites["provider"] == row]) == [40, 60]


def test_kinds_and_sectors_left_blank_are_filled_in(region):
    sue = provider(region, "Sue's Home")
    assert (sue["kind"], sue["sector"]) == ("independent", "for_profit")
    kindly = provider(region, "Kindly")
    assert (kindly["kind"], kindly["sector"]) == ("cooperative", "third_sector")


def test_three_sites_or_homes_outside_make_a_chain(file_at):
    rows = "provider,council,care_type,capacity,outside_homes\n" + "Trio,Walsall,residential,20,\n" * 3
    built = build_region("west-midlands", providers_file=file_at(rows + "Duo,Walsall,residential,20,2\n"))
    assert provider(built, "Trio")["kind"] == "chain"
    assert provider(built, "Duo")["kind"] == "chain"


def test_a_councils_home_belongs_to_its_service(region):
    row = region.providers.index[region.providers["name"] == "Birmingham council service"][0]
    owned = region.sites[region.sites["provider"] == row]
    assert sorted(owned["capacity"]) == [0, 30]
    assert region.providers["sector"][row] == "council"
    assert "City" not in set(region.providers["name"])


def test_given_ages_stand_and_others_are_drawn(region):
    ages = sites_in(region, "Birmingham").set_index("capacity")["age_years"]
    assert ages[60] == 12
    assert 0 < ages[12] <= 60


def test_nursing_follows_the_care_type_or_the_nursing_beds(file_at):
    rows = "A,Walsall,nursing,50,\nB,Walsall,residential,40,10\nC,Walsall,residential,40,0\n"
    text = "provider,council,care_type,capacity,nursing_beds\n" + rows
    built = build_region("west-midlands", providers_file=file_at(text))
    assert sites_in(built, "Walsall")["nursing"].tolist() == [True, True, False]


def test_keys_are_unique_and_do_not_depend_on_other_rows(file_at):
    head = "provider,council,care_type,capacity\n"
    one = build_region("west-midlands", providers_file=file_at(head + "A,Walsall,residential,50\n"))
    key = sites_in(one, "Walsall")["key"].iloc[0]
    two = build_region(
        "west-midlands", providers_file=file_at(head + "B,Walsall,residential,20\nA,Walsall,residential,50\n")
    )
    assert key in set(sites_in(two, "Walsall")["key"])
    assert two.sites["key"].is_unique


def test_everything_still_fits_together(region):
    assert region.sites["provider"].between(0, len(region.providers) - 1).all()
    assert set(region.sites["provider"]) == set(range(len(region.providers)))
    assert not region.providers.isna().to_numpy().any()
    assert np.isfinite(region.sites["capacity"]).all()


def test_other_spellings_of_a_council_are_understood(file_at):
    text = 'provider,council,care_type,capacity\nA,"Herefordshire, County of",residential,50\n'
    built = build_region("west-midlands", providers_file=file_at(text))
    assert sites_in(built, "Herefordshire")["capacity"].tolist() == [50]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("A,Birmingam,residential,50,,,", "council = 'Birmingam': is not in the region. Did you mean 'birmingham'?"),
        ("A,Leeds,residential,50,,,", "council = 'Leeds': is not in the region."),
        ("A,Dudley,residental,50,,,", "care_type = 'residental': is not known. Did you mean 'residential'?"),
        ("A,Dudley,residential,,,,", "capacity = '': is blank. Allowed: a number from 1 to 5000."),
        ("A,Dudley,residential,0,,,", "capacity = '0': is below 1."),
        ("A,Dudley,residential,-4,,,", "capacity = '-4': is negative. Allowed: a number from 1 to 5000."),
        ("A,Dudley,residential,10.5,,,", "capacity = 10.5: beds must be whole."),
        ("A,Dudley,nursing,20,30,,", "nursing_beds = 30: is above capacity. Allowed: at most 20."),
        (",Dudley,nursing,20,,,", "provider = '': is blank."),
        ("A,Dudley,nursing,20,,charity,", "kind = 'charity': is not known."),
        ("A,Dudley,nursing,20,,council_service,for_profit", "a council_service is council. Allowed: council."),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(file_at, rows, message):
    path = file_at("provider,council,care_type,capacity,nursing_beds,kind,sector\n" + rows + "\n")
    said = problem(path)
    assert message in said
    assert said.startswith("providers.csv:2: ")


def test_two_rows_of_one_provider_must_agree(file_at):
    text = (
        "provider,council,care_type,capacity,kind\nA,Dudley,residential,20,chain\nA,Dudley,residential,30,independent\n"
    )
    said = problem(file_at(text))
    assert said == (
        "providers.csv:3: kind = 'independent': line 2 says 'chain' of the same provider 'A'. "
        "Allowed: the same on all its rows, or blank."
    )


def test_all_problems_are_said_at_once(file_at):
    text = "provider,council,care_type,capacity\nA,Leeds,residential,10.5\nB,Nowhere,residential,3\n"
    assert len(problem(file_at(text)).splitlines()) == 3


def test_a_missing_file():
    with pytest.raises(RegionError, match=r"none.csv: there is no such file"):
        build_region("west-midlands", providers_file="none.csv")
