"""The generated parts of the documents say what the declarations say now."""

import pytest

from docs import generate, parts
from docs.parts import PARTS
from resilience.measures.catalogue import COLUMNS, HEADLINE, MEASURES
from resilience.measures.stress_columns import STRESS_COLUMNS
from resilience.scenario.schema import parameter_table
from resilience.state.tables import Councils, Providers, SelfFunders, Sites
from tests.docs.documents import DOCS, text_of
from tests.project.files import tracked_files

SLOW = "story"  # has a test of its own, since it runs the model
DOCUMENTS = [path.name for path in generate.documents() if generate.parts_in(path.read_text(encoding="utf-8"))]


def rows_of(text: str) -> list[list[str]]:
    """The rows of a Markdown table as cells, the heads first and the ruler left out."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_part_is_stale(name):
    found = generate.parts_in(text_of(name))
    stale = [part for part, body in found.items() if not part.startswith(SLOW) and body != generate.part(part) + "\n"]
    assert stale == [], f"docs/{name} is stale: run python -m docs.generate"


def test_every_kind_of_part_stands_in_some_document():
    used = {name.split()[0] for document in DOCUMENTS for name in generate.parts_in(text_of(document))}
    assert used == set(PARTS)


def test_every_parameter_stands_in_its_table():
    listed = {row[0].strip("`") for row in rows_of(text_of("parameters.md"))}
    declared = {row["name"] for row in parameter_table()}
    assert declared <= listed
    assert len(declared) > 150


def test_a_parameters_row_says_all_that_was_declared():
    (row,) = [row for row in rows_of(parts.parameters()) if row[0] == "`self_funders.capital_limit`"]
    assert row[1:4] == ["23_250", "GBP", "0 to 200_000"]
    assert row[4] == "Savings below which the council starts to pay."
    assert row[5:7] == ["E06-037", "lever"]
    assert row[7].endswith("%")
    assert "`market/savings`" in row[8]


def test_every_measure_and_column_stands_in_its_table():
    listed = {row[0].strip("`") for row in rows_of(text_of("measures.md"))}
    assert {*MEASURES, *COLUMNS, *STRESS_COLUMNS, "tail_hours_lost"} <= listed
    headline = [row[0].strip("`") for row in rows_of(parts.measures("headline"))][1:]
    assert headline == [*HEADLINE, "tail_hours_lost"]


@pytest.mark.parametrize("kind", [Sites, Providers, Councils, SelfFunders])
def test_every_state_variable_stands_in_the_description(kind):
    listed = [row[0].strip("`") for row in rows_of(parts.state_of(kind.__name__))][1:]
    assert listed == list(kind.columns())


def test_the_month_is_told_in_the_order_of_the_code():
    steps = [row[0] for row in rows_of(parts.month())][1:]
    assert steps == sorted(steps, key=int)
    assert set(steps) == {str(number) for number in range(1, 13)}
    rules = [row[2].strip("`()") for row in rows_of(parts.month())][1:]
    assert rules[0] == "calendar.step"
    assert rules[-1] == "recorder.record"
    assert rules.index("delivery.step") < rules.index("finance.step") < rules.index("distress.step")


def test_every_module_of_rules_is_listed():
    listed = {row[0].strip("`") for row in rows_of(parts.modules("market"))}
    assert {"market/need", "market/distress", "market/bridge"} <= listed
    assert "market/__init__" not in listed


def test_a_part_is_found_by_its_marks_and_written_between_them():
    text = "before\n<!-- begin: words -->\nold\n<!-- end: words -->\nafter\n"
    assert generate.parts_in(text) == {"words": "old\n"}
    assert generate.stale_parts(text) == ["words"]
    new = generate.renewed(text)
    assert new.startswith("before\n<!-- begin: words -->\n| what |")
    assert new.endswith("|\n<!-- end: words -->\nafter\n")
    assert generate.stale_parts(new) == []


def test_a_part_without_its_end_is_a_mistake():
    with pytest.raises(ValueError, match="no end for the generated part 'words'"):
        generate.parts_in("<!-- begin: words -->\n<!-- end: other -->\n")


def test_an_unknown_part_names_those_there_are():
    with pytest.raises(KeyError, match=r"'wirds'.*parameters"):
        generate.part("wirds")


def test_a_check_changes_nothing_and_says_what_is_stale(tmp_path, monkeypatch, capsys):
    document = tmp_path / "one.md"
    document.write_text("<!-- begin: words -->\nlast year's\n<!-- end: words -->\n", encoding="utf-8")
    monkeypatch.setattr(generate, "FOLDER", tmp_path)
    assert generate.main(["--check"]) == 1
    assert capsys.readouterr().out == "one.md: words is stale\n"
    assert "last year's" in document.read_text(encoding="utf-8")
    assert generate.main([]) == 0
    assert "last year's" not in document.read_text(encoding="utf-8")
    assert generate.main(["--check"]) == 0


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.3, "0.3"),
        (-0.01, "-0.01"),
        (12, "12"),
        (135_000.0, "135_000"),
        (48_939, "48_939"),
        (True, "true"),
        (None, "none"),
        ("", '""'),
        ({2016: 7.2, 2017: 7.5}, "2016: 7.2, 2017: 7.5"),
    ],
)
def test_values_are_written_as_in_a_scenario_file(value, written):
    assert parts.shown(value) == written


def test_a_bar_or_a_line_break_does_not_break_a_table():
    assert parts.table(("a", "b"), [("x|y", "one\ntwo")]).splitlines()[-1] == "| x\\|y | one two |"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Return one thing. More follows.", "Return one thing."),
        ("Fees of E.g. nothing\nelse here.", "Fees of E.g. nothing else here."),
        ("See :class:`~resilience.agents.Chain` for ``debt``. `More`.", "See `Chain` for `debt`."),
        (None, ""),
    ],
)
def test_the_first_sentence_of_a_docstring(text, first):
    assert parts.first_sentence(text) == first


def test_what_is_planned_is_counted_against_what_is_there():
    rows = {row[0]: row for row in rows_of(parts.planned())[1:]}
    assert rows["shocks"][1].endswith("of 11")
    assert "`funding_cut`" not in rows["shocks"][2]
    assert "`compare`" not in rows["commands"][2]


def test_there_is_a_list_of_documents_and_it_is_complete():
    index = text_of("README.md")
    names = [path.name for path in tracked_files() if path.parent == DOCS and path.suffix == ".md"]
    assert "odd.md" in names
    assert [name for name in names if name != "README.md" and f"({name})" not in index] == []
