"""The regulator's care directory becomes a provider file: what stays, what is left out, and who belongs to whom."""

import subprocess
import sys

import pandas as pd
import pytest

import resilience
from resilience.region import RegionError, build_region
from resilience.region.cqc_import import import_cqc, write_import
from resilience.region.cqc_sites import CHILDREN, DORMANT, NO_BEDS, NO_CARE, REPEATED, SECOND, is_council
from tests.region.directory import LOCATIONS, table, write_csv, write_ods, write_xlsx


@pytest.fixture
def directory(tmp_path):
    return write_csv(tmp_path / "directory.csv", table())


@pytest.fixture
def found(directory):
    return import_cqc(directory, "west-midlands")


def rows_of(found, provider):
    return found.providers[found.providers["provider"] == provider]


def test_every_location_is_a_site_or_is_left_out_with_its_reason(found):
    reasons = dict(zip(found.dropped["location"], found.dropped["reason"], strict=True))
    assert reasons.pop("1-16").startswith(
        "local authority 'Birmingam' is no council of England here. Did you mean 'Birmingham'?"
    )
    assert reasons == {
        "1-11": DORMANT, "1-12": SECOND, "1-13": NO_BEDS, "1-14": NO_CARE, "1-15": CHILDREN, "1-1": REPEATED,
    }  # fmt: skip
    assert found.dropped.set_index("location").loc["1-14", ["line", "name"]].to_list() == [15, "Dentist"]
    # 18 rows less 7 left out are 11 locations; one of them is a home and a branch; three sites lie outside the region
    assert len(found.providers) + found.outside == 18 - 7 + 1
    assert found.outside == 3
    assert found.unknown == {"Birmingam": 1}


def test_kinds_of_care_and_beds(found):
    homes = found.providers[found.providers["care_type"] != "home_care"].set_index("capacity")["care_type"]
    assert homes.to_dict() == {
        40: "residential", 60: "nursing", 30: "residential", 6: "younger_adults", 8: "residential", 20: "residential",
        12: "residential",
    }  # fmt: skip
    assert found.providers.set_index("capacity").loc[60, ["nursing_beds", "age_years"]].to_list() == [60.0, 0.0]
    assert found.providers.set_index("capacity").loc[40, "nursing_beds"] == 0.0
    assert pd.isna(found.providers.set_index("capacity").loc[40, "age_years"])  # registered when the law changed


def test_a_brand_is_one_chain_and_what_it_has_elsewhere_is_its_footprint(found):
    giant = rows_of(found, "Giant Care")
    assert set(giant["kind"]) == {"chain"}
    assert set(giant["sector"]) == {"for_profit"}
    first = giant.iloc[0]
    assert first[["outside_homes", "outside_beds", "outside_councils"]].to_list() == [1, 55, 1]
    assert first["outside_councils_over_10_percent"] == 1  # all of Leeds' 55 beds
    assert first["outside_home_care_hours"] == pytest.approx(first["outside_home_care_people"] * 12.7, abs=0.1)
    assert giant.iloc[1][["outside_homes", "outside_beds"]].isna().all()


def test_providers_of_one_name_stay_apart_and_a_council_is_itself_only_at_home(found):
    assert {"A Smith (1-20)", "A Smith (1-21)"} <= set(found.providers["provider"])
    at_home = rows_of(found, "Birmingham City Council").iloc[0]
    abroad = rows_of(found, "Birmingham City Council outside its area").iloc[0]
    assert at_home[["council", "kind", "sector"]].to_list() == ["Birmingham", "council_service", "council"]
    assert abroad[["council", "kind", "sector"]].to_list() == ["Solihull", "independent", "council"]
    assert rows_of(found, "Wye Co-operative Limited").iloc[0][["council", "kind", "sector"]].to_list() == [
        "Herefordshire", "cooperative", "third_sector",
    ]  # fmt: skip
    trust = rows_of(found, "Trust in Walsall")
    assert sorted(trust["care_type"]) == ["home_care", "residential"]
    assert set(trust["sector"]) == {"third_sector"}


@pytest.mark.parametrize(
    ("provider", "council", "same"),
    [
        ("Birmingham City Council", "Birmingham", True),
        ("City of Wolverhampton Council", "Wolverhampton", True),
        ("Durham County Council", "County Durham", True),
        ("London Borough of Camden", "Camden", True),
        ("Birmingham City Council", "Solihull", False),
        ("Birmingham Care Limited", "Birmingham", False),
    ],
)
def test_a_council_is_known_by_its_name(provider, council, same):
    assert is_council(provider, council) is same


def test_a_branch_has_the_same_drawn_size_whatever_else_is_in_the_file(found, tmp_path):
    alone = [location for location in LOCATIONS if location["id"] == "1-9"]
    again = import_cqc(write_csv(tmp_path / "alone.csv", table(alone)), "west-midlands")
    size = rows_of(found, "Wye Co-operative Limited").iloc[0]["capacity"]
    assert again.providers.iloc[0]["capacity"] == size
    assert 3 <= size <= 600


def test_the_summary_stands_beside_the_shipped_register(found):
    rows = found.summary.set_index("council")
    assert len(rows) == 14
    assert rows.loc["Birmingham", ["homes", "beds", "nursing_homes", "branches"]].to_list() == [3, 130, 1, 0]
    assert rows.loc["Walsall", ["homes", "beds", "branches"]].to_list() == [1, 12, 1]
    assert rows["shipped_beds"].sum() == 48_939
    assert rows.loc["Coventry", "homes"] == 0


def test_the_south_coast_is_shared_out_by_town(tmp_path):
    found = import_cqc(write_csv(tmp_path / "d.csv", table()), "south-west")
    assert found.providers[["provider", "council"]].to_numpy().tolist() == [["Sea Ltd", "Poole"]]


@pytest.mark.parametrize("titles", [0, 6])
@pytest.mark.parametrize(("name", "write"), [("d.xlsx", write_xlsx), ("d.ods", write_ods), ("d.csv", write_csv)])
def test_every_format_reads_alike_with_titles_above_or_not(found, tmp_path, name, write, titles):
    again = import_cqc(write(tmp_path / name, table(titles=titles)), "west-midlands")
    pd.testing.assert_frame_equal(again.providers, found.providers)
    assert again.dropped["line"].to_list() == [line + titles for line in found.dropped["line"]]


def test_a_sheet_of_another_name_is_found_by_its_columns_and_windows_letters_are_read(found, tmp_path):
    again = import_cqc(write_xlsx(tmp_path / "d.xlsx", table(), sheet="Sheet2"), "west-midlands")
    assert len(again.providers) == len(found.providers)
    cafe = [{**LOCATIONS[0], "brand": "-", "provider": "Café £ Care"}]
    again = import_cqc(write_csv(tmp_path / "d.csv", table(cafe), encoding="cp1252"), "west-midlands")
    assert again.providers["provider"].to_list() == ["Café £ Care"]


def test_an_unknown_name_can_be_given_its_council(directory):
    found = import_cqc(directory, "west-midlands", {"Birmingam": "Birmingham"})
    assert "Typo Ltd" in set(found.providers["provider"])
    assert found.unknown == {}
    with pytest.raises(RegionError, match=r"council 'Birmingam' is not known. Did you mean 'Birmingham'\?"):
        import_cqc(directory, "west-midlands", {"Brum": "Birmingam"})


def refused(path, region="west-midlands"):
    with pytest.raises(RegionError) as raised:
        import_cqc(path, region)
    return str(raised.value).replace(str(path), path.name)


def test_what_is_wrong_with_a_file_is_said(tmp_path, directory):
    assert refused(tmp_path / "none.csv") == "none.csv: there is no such file."
    (tmp_path / "d.txt").write_text("x", encoding="utf-8")
    assert "cannot tell what kind of file this is. Allowed: a name that ends in .csv" in refused(tmp_path / "d.txt")
    (tmp_path / "d.xlsx").write_text("no workbook", encoding="utf-8")
    assert "d.xlsx: cannot be read as a spreadsheet" in refused(tmp_path / "d.xlsx")
    assert "no row with the names of the columns" in refused(write_csv(tmp_path / "a.csv", [["a", "b"], ["1", "2"]]))
    assert (
        refused(write_csv(tmp_path / "b.csv", table(())))
        == "b.csv: there are no locations below the names of the columns."
    )
    assert "region 'mercia' is not known" in refused(directory, "mercia")
    assert "has no home and no branch in london" in refused(directory, "london")


def test_a_missing_column_is_named_with_the_nearest_there_is(tmp_path):
    rows = [["Care home beds" if cell == "Care homes beds" else cell for cell in row] for row in table()]
    said = refused(write_csv(tmp_path / "d.csv", rows))
    assert said == "d.csv:1: column 'Care homes beds' is missing. Did you mean 'Care home beds'?"


def test_without_what_reads_spreadsheets_the_message_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    said = refused(write_ods(tmp_path / "d.ods", table()))
    assert 'pip install "care-market-resilience[import]", or save it as csv' in said


def test_an_import_never_goes_over_somebodys_files(found, tmp_path):
    out = tmp_path / "mine"
    assert write_import(found, out) == out / "providers.csv"
    with pytest.raises(RegionError, match=r"is not empty.*replace an earlier import with --overwrite"):
        write_import(found, out)
    write_import(found, out, overwrite=True)
    (out / "notes.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(RegionError, match=r"is not empty. Choose another folder with --out\.$"):
        write_import(found, out, overwrite=True)
    assert (out / "notes.txt").read_text(encoding="utf-8") == "keep"


def test_the_command_writes_a_file_that_a_scenario_runs_with(directory, tmp_path):
    out = tmp_path / "import"
    command = [
        sys.executable,
        "-m",
        "resilience",
        "import",
        "cqc",
        directory,
        "--region",
        "west-midlands",
        "--out",
        out,
    ]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert "9 sites of 7 providers in west-midlands; 3 sites elsewhere." in done.stdout
    assert "- 1: dormant" in done.stdout
    region = build_region("west-midlands", providers_file=str(out / "providers.csv"))
    beds = region.councils.set_index("council")["care_home_beds"]
    assert beds[["Birmingham", "Dudley", "Walsall"]].to_list() == [130, 14, 12]
    giant = region.providers[region.providers["name"] == "Giant Care"].iloc[0]
    assert giant["outside_beds"] == 55
    values = {"months": 2, "providers.providers_file": str(out / "providers.csv")}
    result = resilience.run(resilience.load("west-midlands-2016", **values), workers=1)
    assert len(result.failed) == 0
    names = set(result.table("providers")["provider_name"])
    assert {"Giant Care", "Wye Co-operative Limited"} <= names


def test_wrong_input_leaves_with_code_2_and_writes_nothing(tmp_path):
    out = tmp_path / "import"
    command = [sys.executable, "-m", "resilience", "import", "cqc", "none.csv", "--out", str(out), "--rename", "Brum"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert done.stderr == "--rename 'Brum': should be the authority's name, '=' and the council's name.\n"
    assert not out.exists()
