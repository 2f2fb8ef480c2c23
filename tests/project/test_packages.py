"""The packages asked for, the versions tested and the imports made agree with one another."""

import ast
import importlib.metadata
import re
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.project.files import name_of, pyproject, python_files, text_of

OURS = "care-market-resilience"
ASKED_AS = {"pydantic-core": "pydantic"}  # the one brings the other, in the version that it needs
OPTIONAL_PARTS = ("resilience/app/", "resilience/analysis/")


def pins() -> dict[str, Version]:
    """The tested version of every package, by its canonical name."""
    lines = [line for line in text_of("constraints.txt").splitlines() if line and not line.startswith("#")]
    return {canonicalize_name(name): Version(version) for name, version in (line.split("==") for line in lines)}


def requirements(*extras: str) -> list[Requirement]:
    """What the core and the named extras ask for."""
    project = pyproject()["project"]
    asked = [
        *project["dependencies"],
        *(text for extra in extras for text in project["optional-dependencies"][extra]),
    ]
    return [Requirement(text) for text in asked if canonicalize_name(Requirement(text).name) != OURS]


def every_extra() -> list[str]:
    return list(pyproject()["project"]["optional-dependencies"])


def test_constraints_are_exact_versions_and_name_no_place_to_get_them():
    lines = [line for line in text_of("constraints.txt").splitlines() if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+]*", line)] == []
    assert "://" not in text_of("constraints.txt")


def test_constraints_are_in_order_and_without_repeats():
    lines = [line for line in text_of("constraints.txt").splitlines() if not line.startswith("#")]
    names = [canonicalize_name(line.split("==")[0]) for line in lines]
    assert names == sorted(set(names))


def test_tested_versions_satisfy_what_the_project_asks_for():
    tested = pins()
    asked = requirements(*every_extra())
    assert [str(need) for need in asked if canonicalize_name(need.name) not in tested] == []
    assert [str(need) for need in asked if tested[canonicalize_name(need.name)] not in need.specifier] == []


def test_everything_installed_for_the_tests_has_a_tested_version():
    tested, unpinned, seen = pins(), set(), set()
    waiting = requirements("dev", "app", "analysis")
    while waiting:
        need = waiting.pop()
        name = canonicalize_name(need.name)
        if (name, frozenset(need.extras)) in seen:
            continue
        seen.add((name, frozenset(need.extras)))
        if name not in tested:
            unpinned.add(name)
        waiting += _needs_of(name, need.extras)
    assert unpinned == set()
    assert len(seen) > 50


def _needs_of(name: str, extras: set[str]) -> list[Requirement]:
    texts = importlib.metadata.distribution(name).requires or []
    environments = [{"extra": extra} for extra in ("", *extras)]
    needs = [Requirement(text) for text in texts]
    return [need for need in needs if need.marker is None or any(map(need.marker.evaluate, environments))]


def test_the_vue_2_widgets_are_held_wherever_solara_comes_in():
    for extras in ((), ("app",)):
        limits = {canonicalize_name(need.name): need.specifier for need in requirements(*extras)}
        assert "3.0" not in limits["ipyvuetify"]
        assert "3.0" not in limits["ipyvue"]


def test_the_extra_all_asks_for_every_other():
    extras = pyproject()["project"]["optional-dependencies"]
    assert Requirement(extras["all"][0]).extras == set(extras) - {"all"}


def third_party_imports(path: Path) -> dict[str, bool]:
    """Packages that a module imports from elsewhere; True for those needed as soon as it is imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    at_once = {id(node) for node in tree.body}
    found: dict[str, bool] = {}
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in (name.partition(".")[0] for name in names):
            if name not in sys.stdlib_module_names and name != "resilience":
                found[name] = found.get(name, False) or id(node) in at_once
    return found


def _asked_as(package: str) -> str:
    name = canonicalize_name(package)
    return ASKED_AS.get(name, name)


def test_every_package_imported_is_asked_for_by_name():
    core = {canonicalize_name(need.name) for need in requirements()}
    any_extra = {canonicalize_name(need.name) for need in requirements(*every_extra())}
    missing = []
    for path in python_files("resilience"):
        optional = name_of(path).startswith(OPTIONAL_PARTS)
        for package, at_once in third_party_imports(path).items():
            allowed = core if at_once and not optional else any_extra
            if _asked_as(package) not in allowed:
                missing.append(f"{name_of(path)}: {package}")
    assert missing == []


def test_imports_inside_functions_are_told_from_those_at_once(tmp_path):
    module = tmp_path / "module.py"
    module.write_text("import json\nimport numpy as np\n\ndef f():\n    from dask import delayed\n    return delayed")
    assert third_party_imports(module) == {"numpy": True, "dask": False}


def test_the_version_is_the_same_wherever_it_is_written():
    version = pyproject()["project"]["version"]
    cited = re.search(r"^version: (\S+)$", text_of("CITATION.cff"), re.MULTILINE)
    assert cited is not None
    assert cited.group(1) == version
    assert Version(version).release >= (0, 1)


def test_the_licence_is_the_one_declared():
    project = pyproject()["project"]
    licence = text_of("LICENSE")
    assert project["license"] == "Apache-2.0"
    assert "Apache License\n                           Version 2.0, January 2004" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    assert re.search(r"^license: Apache-2.0$", text_of("CITATION.cff"), re.MULTILINE)


@pytest.mark.parametrize("minor", ["3.12", "3.13"])
def test_the_promised_pythons_are_allowed(minor):
    from packaging.specifiers import SpecifierSet

    assert minor in SpecifierSet(pyproject()["project"]["requires-python"])
    assert f"Programming Language :: Python :: {minor}" in pyproject()["project"]["classifiers"]
    assert text_of(".python-version").strip() == "3.13"
