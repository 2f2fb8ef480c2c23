"""The market's rules know columns and parameters: no clock, no files, no chance but the keyed draws."""

import ast

import pytest

from tests.project.files import name_of, python_files

RULES = ("resilience/market", "resilience/agents", "resilience/shocks", "resilience/policies")
FORBIDDEN_MODULES = {
    "random": "unkeyed random numbers",
    "secrets": "unkeyed random numbers",
    "uuid": "unkeyed random numbers",
    "numpy.random": "unkeyed random numbers",
    "scipy.stats": "unkeyed random numbers",
    "time": "a clock",
    "os": "the machine",
    "io": "files",
    "pathlib": "files",
    "tomllib": "files",
    "logging": "output",
    "matplotlib": "pictures",
    "resilience.app": "the app",
    "resilience.cli": "the command line",
    "resilience.commands": "the command line",
    "resilience.runs": "the runner",
}
FORBIDDEN_ATTRIBUTES = {
    "random": "unkeyed random numbers",
    "rng": "unkeyed random numbers",
    "shuffle": "unkeyed random numbers",
    "shuffle_do": "unkeyed random numbers",
    "now": "a clock",
    "today": "a clock",
    "utcnow": "a clock",
}
FORBIDDEN_CALLS = {
    "open": "files",
    "print": "output",
    "input": "input",
    "hash": "differs from process to process",
}


def breaches(source: str) -> list[str]:
    """What in the source of a rule reaches outside columns and parameters, as ``line: name (why)``."""
    found = []
    for node in ast.walk(ast.parse(source)):
        for name, why in _forbidden_in(node):
            found.append(f"{getattr(node, 'lineno', 0)}: {name} ({why})")
    return found


def _forbidden_in(node: ast.AST) -> list[tuple[str, str]]:
    if isinstance(node, ast.Import):
        return [hit for alias in node.names for hit in _forbidden_module(alias.name)]
    if isinstance(node, ast.ImportFrom) and node.module:
        whole = _forbidden_module(node.module)
        return whole or [hit for alias in node.names for hit in _forbidden_module(f"{node.module}.{alias.name}")]
    if isinstance(node, ast.Attribute) and node.attr in FORBIDDEN_ATTRIBUTES:
        return [(f".{node.attr}", FORBIDDEN_ATTRIBUTES[node.attr])]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
        return [(f"{node.func.id}()", FORBIDDEN_CALLS[node.func.id])]
    return []


def _forbidden_module(name: str) -> list[tuple[str, str]]:
    return [(name, why) for module, why in FORBIDDEN_MODULES.items() if f"{name}.".startswith(f"{module}.")]


@pytest.mark.parametrize(
    ("source", "caught"),
    [
        ("import numpy as np\nx = np.random.default_rng(1)", "2: .random"),
        ("from numpy import random", "1: numpy.random"),
        ("from numpy.random import default_rng", "1: numpy.random"),
        ("import random", "1: random"),
        ("def f(agent):\n    return agent.model.rng.uniform()", "2: .rng"),
        ("def f(agents):\n    agents.shuffle_do('step')", "2: .shuffle_do"),
        ("from time import perf_counter", "1: time"),
        ("import datetime\nd = datetime.datetime.now()", "2: .now"),
        ("from datetime import date\nd = date.today()", "2: .today"),
        ("text = open('fees.csv').read()", "1: open()"),
        ("key = hash('council')", "1: hash()"),
        ("from resilience.runs.pool import run", "1: resilience.runs"),
        ("from resilience import cli", "1: resilience.cli"),
    ],
)
def test_the_check_catches(source, caught):
    assert any(breach.startswith(caught) for breach in breaches(source)), breaches(source)


@pytest.mark.parametrize(
    "source",
    [
        "import datetime\nd = datetime.date(2016, 4, 1)",
        "from resilience.state.randomness import uniform",
        "def fee(hours, rate):\n    return hours * rate",
        "from resilience.running import cost",
    ],
)
def test_the_check_leaves_alone(source):
    assert breaches(source) == []


def test_there_are_rules_to_check():
    assert len(python_files(*RULES)) >= 4


def test_no_rule_reaches_outside_columns_and_parameters():
    found = {name_of(path): breaches(path.read_text(encoding="utf-8")) for path in python_files(*RULES)}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
