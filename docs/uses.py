"""Which parameters each rule uses, read from the source: ``scenario.section.name`` wherever it stands, under any alias.

A rule may take a section under a short name (``p = state.scenario.councils``) or reach parameters by kind of care
through ``state.coefficients``; both are followed. Nothing is imported or run.
"""

import ast
from functools import cache
from pathlib import Path
from typing import get_type_hints

from resilience.scenario.parameters import Parameters

PACKAGE = Path(__file__).resolve().parents[1] / "resilience"
SECTIONS = {name: field.annotation for name, field in Parameters.model_fields.items()}
_SECTION_OF_CLASS = {kind.__name__: name for name, kind in SECTIONS.items() if kind is not None}
_ROOT = "scenario"
_COEFFICIENTS = "coefficients"
_RULES = ("market", "measures", "shocks", "policies", "state", "agents")


class _Reader(ast.NodeVisitor):
    """Collects the parameters and coefficients that one function or module reaches.

    ``known`` maps local names to what they stand for: "scenario", "scenario.need" or "coefficients".
    """

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.built_from: dict[str, set[str]] = {}
        self.parameters: set[str] = set()
        self.coefficients: set[str] = set()

    def meaning(self, node: ast.expr) -> str:
        """Return what an expression stands for, or an empty string."""
        if isinstance(node, ast.Name):
            return self.known.get(node.id, "")
        if not isinstance(node, ast.Attribute):
            return ""
        if node.attr in (_ROOT, "_care_scenario"):
            return _ROOT
        if node.attr == _COEFFICIENTS:
            return _COEFFICIENTS
        inner = self.meaning(node.value)
        return f"{_ROOT}.{node.attr}" if inner == _ROOT and node.attr in SECTIONS else ""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """Take the arguments whose type says what they are, then the body."""
        for argument in (*node.args.args, *node.args.kwonlyargs):
            name = argument.annotation.id if isinstance(argument.annotation, ast.Name) else ""
            if name in ("Scenario", "Parameters"):
                self.known[argument.arg] = _ROOT
            elif name == "CareCoefficients":
                self.known[argument.arg] = _COEFFICIENTS
            elif name in _SECTION_OF_CLASS:
                self.known[argument.arg] = f"{_ROOT}.{_SECTION_OF_CLASS[name]}"
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """Remember what a local name stands for, and what it was built from."""
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                for name, value in zip(target.elts, node.value.elts, strict=False):
                    self._remember(name, value)
            else:
                self._remember(target, node.value)
        self.generic_visit(node)

    def _remember(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.known[target.id] = self.meaning(value)
            self.built_from[target.id] = self.parameters_of(value)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Note a parameter or a coefficient."""
        inner = self.meaning(node.value)
        if inner == _COEFFICIENTS:
            self.coefficients.add(node.attr)
        elif inner.startswith(f"{_ROOT}."):
            self.parameters.add(f"{inner.removeprefix(f'{_ROOT}.')}.{node.attr}")
        self.generic_visit(node)

    def parameters_of(self, node: ast.expr) -> set[str]:
        """Return the parameters in an expression, those of the local names it is built from included."""
        inside = _Reader()
        inside.known, inside.built_from = dict(self.known), self.built_from
        inside.visit(node)
        names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        return inside.parameters.union(*(self.built_from.get(name, set()) for name in names))


def uses_in_source(source: str, coefficients: dict[str, set[str]] | None = None) -> set[str]:
    """Return the dotted names of the parameters that a module's source uses.

    ``coefficients`` maps each coefficient by kind of care to the parameters behind it.
    """
    found: set[str] = set()
    for node in _functions(ast.parse(source)):
        reader = _Reader()
        reader.visit(node)
        found |= reader.parameters
        for name in reader.coefficients:
            found |= (coefficients or {}).get(name, set())
    return found & all_parameters()


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """Return the outermost functions of a module, those of classes included."""
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    return [node for body in bodies for node in body if isinstance(node, ast.FunctionDef)]


@cache
def all_parameters() -> frozenset[str]:
    """Return the dotted name of every parameter of the sections (shocks and policies apart)."""
    names = set()
    for section, kind in SECTIONS.items():
        names |= {f"{section}.{name}" for name in get_type_hints(kind) if name in kind.model_fields}  # type: ignore[union-attr]
    return frozenset(names)


@cache
def parameters_of_coefficients() -> dict[str, set[str]]:
    """Return the parameters behind each coefficient by kind of care."""
    tree = ast.parse((PACKAGE / "state" / "coefficients.py").read_text(encoding="utf-8"))
    builder = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "of")
    reader = _Reader()
    reader.visit(builder)
    call = next(
        node.value for node in ast.walk(builder) if isinstance(node, ast.Return) and isinstance(node.value, ast.Call)
    )
    return {word.arg: reader.parameters_of(word.value) for word in call.keywords if word.arg}


@cache
def uses_of(module: str) -> tuple[str, ...]:
    """Return the parameters that a module of the package uses ("market/need.py"), in the order of their names."""
    source = (PACKAGE / module).read_text(encoding="utf-8")
    return tuple(sorted(uses_in_source(source, parameters_of_coefficients())))


@cache
def users() -> dict[str, tuple[str, ...]]:
    """Return the modules that use each parameter, by its dotted name; an empty tuple where none does."""
    found: dict[str, list[str]] = {name: [] for name in all_parameters()}
    files = [PACKAGE / "model.py", *(file for folder in _RULES for file in sorted((PACKAGE / folder).glob("*.py")))]
    for file in files:
        module = file.relative_to(PACKAGE).as_posix()
        if module != "state/coefficients.py":
            for name in uses_of(module):
                found[name].append(module)
    return {name: tuple(modules) for name, modules in found.items()}


def unused() -> list[str]:
    """Return the parameters that no rule uses."""
    return sorted(name for name, modules in users().items() if not modules)
