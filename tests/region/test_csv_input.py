"""A user's csv table is read, or everything wrong with it is said at once."""

import math

import pytest

from resilience.region.csv_input import Column, cell_value, read_table, stop_at
from resilience.region.errors import RegionError, nearest

COLUMNS = (
    Column("name", "the name", text=True, required=True),
    Column("beds", "beds", whole=True),
    Column("share", "share, 0-1", high=1),
    Column("kind", "kind", choices=("chain", "independent")),
)


def written(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    return str(path)


def problem(tmp_path, text, encoding="utf-8"):
    path = written(tmp_path, text, encoding)
    with pytest.raises(RegionError) as raised:
        read_table(path, COLUMNS)
    return str(raised.value).replace(path, "table.csv")


def test_rows_have_line_numbers_and_typed_values(tmp_path):
    rows = read_table(written(tmp_path, "name,beds,share,kind\nA,12,0.5,chain\n\nB,,,\n"), COLUMNS)
    assert [row.line for row in rows] == [2, 4]
    assert rows[0].number("beds") == 12
    assert rows[0].text("kind") == "chain"
    assert rows[1].number("beds") is None
    assert rows[1].text("kind") == ""
    assert rows[1].number("absent") is None


def test_columns_may_be_left_out_and_come_in_any_order(tmp_path):
    rows = read_table(written(tmp_path, "beds,name\n3,A\n"), COLUMNS)
    assert rows[0].values == {"beds": 3.0, "name": "A"}


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    rows = read_table(written(tmp_path, "\ufeffname,beds\r\nA,3\r\n"), COLUMNS)
    assert rows[0].values == {"name": "A", "beds": 3.0}


def test_quoted_names_may_hold_commas(tmp_path):
    rows = read_table(written(tmp_path, 'name\n"Herefordshire, County of"\n'), COLUMNS)
    assert rows[0].text("name") == "Herefordshire, County of"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "table.csv: the file is empty. Needed: a header and at least one row."),
        ("\n\n", "table.csv: the file is empty. Needed: a header and at least one row."),
        ("name,beds\n", "table.csv: the file has a header but no rows."),
        ("beds\n3\n", "table.csv:1: column 'name' is missing (the name)."),
        ("name,name\nA,B\n", "table.csv:1: column 'name' appears twice."),
        ("name;beds\nA;3\n", "table.csv:1: the columns seem to be separated by ';'. Save the table with commas."),
        ("name,beds\nA\n", "table.csv:2: has 1 cells, the header has 2."),
        ("name\n A ,3\n", "table.csv:2: has 2 cells, the header has 1."),
        ("name,beds\n,3\n", "table.csv:2: name = '': is blank. Allowed: text."),
        ("name,beds\nA,-3\n", "table.csv:2: beds = '-3': is negative. Allowed: a whole number from 0 up."),
        ("name,beds\nA,3.5\n", "table.csv:2: beds = '3.5': is not a whole number. Allowed: a whole number from 0 up."),
        ("name,share\nA,1.2\n", "table.csv:2: share = '1.2': is above 1. Allowed: a number from 0 to 1."),
        ("name,share\nA,nan\n", "table.csv:2: share = 'nan': is not a finite number. Allowed: a number from 0 to 1."),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(tmp_path, text, message):
    assert problem(tmp_path, text) == message


@pytest.mark.parametrize("cell", ["many", "£500", '"1,200"', "1 200", "12 %"])
def test_a_number_must_be_a_plain_number(tmp_path, cell):
    assert "is not a plain number" in problem(tmp_path, f"name,beds\nA,{cell}\n")


def test_an_unknown_column_is_answered_with_the_nearest(tmp_path):
    said = problem(tmp_path, "name,bedz\nA,3\n")
    assert said == "table.csv:1: column 'bedz' is not known. Did you mean 'beds'? Allowed: name, beds, share, kind."


def test_an_unknown_word_is_answered_with_the_nearest(tmp_path):
    said = problem(tmp_path, "name,kind\nA,chian\n")
    assert "kind = 'chian': is not known. Did you mean 'chain'? Allowed: one of chain, independent." in said


def test_all_problems_are_said_at_once(tmp_path):
    said = problem(tmp_path, "name,beds,share\nA,x,2\nB,-1,0.5\n").splitlines()
    assert [line.split(":")[1] for line in said] == ["2", "2", "3"]


def test_at_most_twenty_problems_are_shown_and_the_rest_counted(tmp_path):
    said = problem(tmp_path, "name,beds\n" + "A,x\n" * 25).splitlines()
    assert len(said) == 21
    assert said[-1] == "... and 5 more."


def test_a_missing_file(tmp_path):
    with pytest.raises(RegionError, match=r"nowhere.csv: there is no such file"):
        read_table(str(tmp_path / "nowhere.csv"), COLUMNS)


def test_a_folder(tmp_path):
    with pytest.raises(RegionError, match="this is a folder, not a csv file"):
        read_table(str(tmp_path), COLUMNS)


def test_text_that_is_not_utf_8(tmp_path):
    said = problem(tmp_path, "name,beds\nYnys Môn,3\n", "latin-1")
    assert said.startswith("table.csv: byte 17 is not UTF-8 text. Save the table as 'CSV UTF-8")


def test_a_spreadsheet_under_the_name_of_a_csv(tmp_path):
    path = tmp_path / "book.csv"
    path.write_bytes(b"PK\x03\x04\xff\xfe binary")
    with pytest.raises(RegionError, match="is not UTF-8 text"):
        read_table(str(path), COLUMNS)


def test_null_bytes_are_refused_in_plain_words(tmp_path):
    said = problem(tmp_path, "name,beds\nA,\x003\n")
    assert "is not a plain number" in said or "null" in said.lower()


def test_region_error_is_a_value_error():
    assert issubclass(RegionError, ValueError)
    stop_at([])
    with pytest.raises(ValueError, match="one\ntwo"):
        stop_at(["one", "two"])


def test_nearest_name_ignores_case_and_gives_nothing_when_nothing_is_near():
    assert nearest("BIRMINGAM", ["Birmingham", "Coventry"]) == " Did you mean 'Birmingham'?"
    assert nearest("xyz", ["Birmingham"]) == ""


def test_allowed_in_words():
    assert Column("n", "", low=1, high=10, whole=True).allowed == "a whole number from 1 to 10"
    assert Column("n", "").allowed == "a number from 0 up"
    assert math.isinf(Column("n", "").high)


def test_blank_cells_are_nothing():
    assert cell_value(COLUMNS[1], "") is None
    with pytest.raises(ValueError, match="is blank"):
        cell_value(COLUMNS[0], "")
