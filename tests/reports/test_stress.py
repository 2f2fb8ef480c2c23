"""The report of a stress test says what its tables hold."""

import subprocess
import sys

import pandas as pd
import pytest

from docs import examples
from resilience import report
from tests.reports.page import read_page, section


@pytest.fixture(scope="module")
def stress_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stress") / "out"
    asked = ["--at", "1", "--min-hours", "9000", "--k", "1", "--workers", "1", "--out", str(folder)]
    command = [sys.executable, "-m", "resilience", "stress", "configs/west-midlands-2016.toml", *asked]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return folder


def test_providers_stand_in_the_order_of_the_table_and_councils_on_the_map(stress_folder):
    page = read_page(report(stress_folder))
    part = section(page, "stress")
    providers = pd.read_parquet(stress_folder / "stress_providers.parquet")
    rows = part.find("table")[0].rows()
    assert rows[0][0] == "Provider"
    assert [row[0] for row in rows[1:]] == providers["provider_name"].head(15).to_list()
    assert rows[1][4] == f"{providers['hours_lost'].iloc[0]:,.0f}"
    councils = pd.read_parquet(stress_folder / "stress_councils.parquet").set_index("council")
    tiles = part.find("svg")[0].find("g")
    assert len(tiles) == len(councils) == 14
    assert page.find("h1")[0].text == "West Midlands 2016: who would be missed most"
    assert (
        "more than 9,000 hours of care a week failed in turn after 1 month,"
        in page.find("p", class_="question")[0].text
    )
    assert "resilience stress scenario.toml --at 1" in section(page, "provenance").text


def test_an_example_is_small_and_names_no_folder_of_its_making(comparison_folder, tmp_path):
    path = examples.write(comparison_folder, "comparison.html", tmp_path)
    text = path.read_text(encoding="utf-8")
    assert str(comparison_folder) not in text
    assert len(text) < examples.LARGEST_BYTES
    assert "What each assumption moves most" in text
