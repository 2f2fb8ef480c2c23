import tomllib

import tomli_w
from hypothesis import given
from hypothesis import strategies as st

from resilience.scenario.lines import KeyPath, key_lines


def test_keys_tables_and_dotted_keys() -> None:
    text = 'name = "x"\n\n[labour]\n# a comment\nrate = 0.3\ncare.homes = 2\n[shocks.wage_rise]\n  years = 1\n'
    assert key_lines(text) == {
        ("name",): 1,
        ("labour",): 3,
        ("labour", "rate"): 5,
        ("labour", "care"): 6,
        ("labour", "care", "homes"): 6,
        ("shocks",): 7,
        ("shocks", "wage_rise"): 7,
        ("shocks", "wage_rise", "years"): 8,
    }


def test_what_looks_like_a_key_inside_a_text_is_not_one() -> None:
    text = 'a = """\nb = 1\n[c]\n"""\nd = \'\'\'\ne = 2\'\'\'\nf = "g = \\"3\\" # no"  # h = 4\ni = \'j = "\'\n'
    assert tomllib.loads(text).keys() == {"a", "d", "f", "i"}
    assert key_lines(text) == {("a",): 1, ("d",): 5, ("f",): 7, ("i",): 8}


def test_texts_that_end_in_quotes() -> None:
    text = 'a = """x""\\""""\nb = """""y"""""\nc = \'\'\'\'z\'\'\'\'\nd = ""\ne = 1\n'
    assert tomllib.loads(text).keys() == {"a", "b", "c", "d", "e"}
    assert key_lines(text) == {("a",): 1, ("b",): 2, ("c",): 3, ("d",): 4, ("e",): 5}


def test_arrays_and_inline_tables_over_several_lines() -> None:
    text = 'a = [\n  1, # one ]\n  {b = 2, c.d = "}"},\n  ["x]"],\n]\n'
    text += "e = {f = 1, g = {h = [2, 3]}}\ni = 2020-01-01 10:00:00\n"
    assert tomllib.loads(text)["i"].year == 2020
    assert key_lines(text) == {
        ("a",): 1,
        ("a", "b"): 3,
        ("a", "c"): 3,
        ("a", "c", "d"): 3,
        ("e",): 6,
        ("e", "f"): 6,
        ("e", "g"): 6,
        ("e", "g", "h"): 6,
        ("i",): 7,
    }


def test_quoted_keys_and_spaced_headers() -> None:
    text = '[ shocks . "a.b" ]\n"16/17" = 1\n\'c d\' = 2\n[[list]]\nx = 1\n[[list]]\nx = 2\n'
    assert key_lines(text) == {
        ("shocks",): 1,
        ("shocks", "a.b"): 1,
        ("shocks", "a.b", "16/17"): 2,
        ("shocks", "a.b", "c d"): 3,
        ("list",): 4,
        ("list", "0"): 4,
        ("list", "0", "x"): 5,
        ("list", "1"): 6,
        ("list", "1", "x"): 7,
    }


def test_nothing_has_no_keys() -> None:
    assert key_lines("") == {}
    assert key_lines("\n# only a comment") == {}


def paths_of(table: dict[str, object], within: KeyPath = ()) -> set[KeyPath]:
    found: set[KeyPath] = set()
    for name, value in table.items():
        found.add((*within, name))
        if isinstance(value, dict):
            found |= paths_of(value, (*within, name))
    return found


scalars = st.one_of(st.text(max_size=12), st.integers(-999, 999), st.floats(), st.booleans(), st.dates())
tables = st.recursive(
    st.dictionaries(st.text(max_size=6), scalars, max_size=4),
    lambda inner: st.dictionaries(st.text(max_size=6), inner | scalars | st.lists(scalars, max_size=3), max_size=4),
    max_leaves=12,
)


@given(tables, st.booleans())
def test_every_key_of_any_document_is_found_on_a_line_that_holds_it(table: dict[str, object], multiline: bool) -> None:
    text = tomli_w.dumps(table, multiline_strings=multiline).replace("\r\n", "\n")
    table = tomllib.loads(text)
    lines = key_lines(text)
    assert set(lines) == paths_of(table)
    written = text.split("\n")
    for path, line in lines.items():
        key = tomli_w.dumps({path[-1]: 0}).partition(" = 0\n")[0]
        assert key in written[line - 1]
