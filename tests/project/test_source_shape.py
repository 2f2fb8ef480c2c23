"""Modules stay short enough to read, and say what they are for."""

import ast

from tests.project.files import ROOT, name_of, python_files

LONGEST_MODULE = 600
LONGEST_FUNCTION = 60


def test_the_search_for_files_finds_this_one_and_the_package():
    names = {name_of(path) for path in python_files()}
    assert "tests/conftest.py" in names
    assert any(name.startswith("resilience/") for name in names)
    assert not any(name.startswith((".venv/", "build/")) for name in names)


def test_walking_finds_what_git_lists():
    from tests.project import files

    walked = {name_of(path) for path in files._found_by_walking() if path.is_file()}
    missing = {name_of(path) for path in files.tracked_files()} - walked
    assert missing == set()
    assert ROOT / "pyproject.toml" in files._found_by_walking()


def test_no_module_is_longer_than_a_reader_can_hold():
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_every_module_of_the_package_says_what_it_is_for():
    silent = [
        name_of(path)
        for path in python_files("resilience")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def functions_longer_than(limit: int, source: str) -> list[str]:
    """Names of the functions whose definition, docstring included, takes more than ``limit`` lines."""
    return [
        node.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > limit
    ]


def test_the_measure_of_a_function_counts_its_lines():
    source = "def short():\n    return 1\n\n\ndef long():\n    a = 1\n    return a\n"
    assert functions_longer_than(2, source) == ["long"]
    assert functions_longer_than(3, source) == []


def test_no_function_of_the_package_is_longer_than_a_page():
    long = {
        name_of(path): functions_longer_than(LONGEST_FUNCTION, path.read_text(encoding="utf-8"))
        for path in python_files("resilience")
    }
    assert {name: functions for name, functions in long.items() if functions} == {}
