"""The generated parts of the documents, each a function that returns Markdown; all is read from declarations."""

import ast
import csv
import dataclasses
import importlib
import inspect
import re
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from docs import uses
from resilience.measures.catalogue import COLUMNS, MEASURES, TAIL, Measure
from resilience.measures.stress_columns import STRESS_COLUMNS
from resilience.policies import POLICIES
from resilience.scenario import Scenario
from resilience.scenario.declare import Component, Section
from resilience.scenario.describe import ParameterInfo, infos
from resilience.shocks import SHOCKS
from resilience.state import codes, tables
from resilience.state.ledger import EVENT_KINDS

FOLDER = Path(__file__).parent
_EVIDENCE_ID = re.compile(r"\bE(\d\d)-(\d{3})\b")
_RANGE = re.compile(r"\bE(\d\d)-(\d{3}) to E\1-(\d{3})\b")


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a Markdown table; a bar inside a cell is escaped, a line break becomes a blank."""
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(_cell(value) for value in row)} |" for row in rows]
    return "\n".join(lines)


def _cell(value: object) -> str:
    return " ".join(str(value).split()).replace("|", "\\|")


def first_sentence(text: str | None) -> str:
    """Return the first sentence of a docstring, with code in Markdown's form."""
    flat = " ".join((text or "").split())
    flat = re.sub(r":\w+:`~?(?:[\w.]+\.)?(\w+)`", r"`\1`", flat).replace("``", "`")
    return re.split(r"(?<=[.!?])\s+(?=[A-Z`])", flat, maxsplit=1)[0]


# -- parameters ------------------------------------------------------------------------------------------------------


def number(value: float) -> str:
    """Return a number as it would be written in a scenario file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}".replace(",", "_") if abs(value) >= 10_000 else str(value)
    return f"{value:.6g}" if abs(value) < 10_000 else f"{value:_.0f}"


def shown(value: Any) -> str:
    """Return a parameter's value: a number, a path by year, or text."""
    if isinstance(value, Mapping):
        return ", ".join(f"{year}: {number(one)}" for year, one in value.items())
    if value is None:
        return "none"
    if isinstance(value, str):
        return f'"{value}"'
    return number(value)


def _range(info: ParameterInfo) -> str:
    if info.low is None or info.high is None:
        return "one of " + ", ".join(info.choices) if info.choices else info.type
    return f"{number(info.low)} to {number(info.high)}"


_HEADS = ("name", "default", "unit", "range", "what it is", "source", "role", "moves the headline", "used by")


def _rows(section: Section, prefix: str) -> list[tuple[str, ...]]:
    from docs.sensitivity_parts import moves

    users = uses.users()
    rows: list[tuple[str, ...]] = []
    for info in infos(section, prefix):
        modules = users.get(info.name, (prefix,))
        used = ", ".join(f"`{_short(module)}`" for module in modules) or "**nothing yet**"
        declared = (shown(info.default), info.unit, _range(info), info.label, info.source, info.role)
        rows.append((f"`{info.name}`", *declared, moves(info.name), used))
    return rows


def _short(module: str) -> str:
    return module.removesuffix(".py")


def parameters() -> str:
    """Every section of parameters as a table under a heading of its own."""
    blocks = []
    for name, kind in uses.SECTIONS.items():
        assert kind is not None
        heading = f"### {name}\n\n{first_sentence(kind.__doc__)}\n"
        blocks.append(f"{heading}\n{table(_HEADS, _rows(kind(), name))}\n")
    return "\n".join(blocks).rstrip("\n")


def run_settings() -> str:
    """The settings of a scenario file that stand before its tables."""
    rows = []
    for name in ("name", "description", "region", "start", "months"):
        field = Scenario.model_fields[name]
        default = "required" if field.is_required() else shown(field.default)
        rows.append((f"`{name}`", default, field.description))
    return table(("name", "default", "what it is"), rows)


def components(family: str) -> str:
    """Every kind of shock or policy: what it is, what it does each month, and its parameters."""
    families: dict[str, Mapping[str, type[Component]]] = {"shocks": SHOCKS, "policies": POLICIES}
    blocks = []
    for name, kind in families[family].items():
        rows = [(*row[:-2],) for row in _rows(kind(), f"{family}.{name}")]
        apply = getattr(kind, "apply")  # noqa: B009 - declared on Shock and Policy, not on their common base
        text = f"### {name}\n\n{_whole(kind.__doc__)}\n\nEach month: {_whole(apply.__doc__)}\n"
        blocks.append(f"{text}\n{table(_HEADS[:-2], rows)}\n")
    return "\n".join(blocks).rstrip("\n")


def _whole(text: str | None) -> str:
    return " ".join(inspect.cleandoc(text or "").split()).replace("``", "`")


def assumed() -> str:
    """How many parameters rest on published figures, and which rest on assumption alone."""
    rows = []
    for name, kind in uses.SECTIONS.items():
        assert kind is not None
        found = list(infos(kind(), name))
        alone = [
            info for info in found if info.source.startswith("assumption") and not _EVIDENCE_ID.search(info.source)
        ]
        names = ", ".join(f"`{info.name.split('.', 1)[1]}`" for info in alone)
        rows.append((f"`{name}`", len(found), len(alone), names or "none"))
    return table(("section", "parameters", "assumption alone", "which"), rows)


def not_used() -> str:
    """The parameters that are declared and have no effect."""
    names = uses.unused()
    return "Declared without effect: " + ", ".join(f"`{name}`" for name in names) + "." if names else "None."


PLANNED = {
    "shocks": (
        "funding_cut", "wage_rise", "on_cost_rise", "cost_inflation", "interest_rise", "self_funder_fall", "epidemic",
        "labour_supply_cut", "demand_growth", "chain_failure", "multiple_failure",
    ),
    "policies": (
        "community_target", "needs_targeting", "housing_with_care", "catalyst", "level_playing_field",
        "careers_campaign", "skills_budget", "fee_uplift", "direct_payments", "ring_fenced_grant", "step_in",
        "oversight_notice", "leverage_cap", "employee_buyout", "community_networks",
    ),
    "commands": (
        "run", "compare", "batch", "stress", "validate", "explain", "report", "app", "check", "schema", "import",
    ),
    "scenarios": ("west-midlands-2016", "west-midlands-2025", "england-2025", "claims-2017"),
}  # fmt: skip
"""What the first version is to have."""


def planned() -> str:
    """What of the plan is not there yet."""
    from resilience.cli import app

    commands = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]
    commands += [group.name or "" for group in app.registered_groups]
    scenarios = [file.stem for file in (FOLDER.parent / "configs").glob("*.toml")]
    there = {"shocks": [*SHOCKS], "policies": [*POLICIES], "commands": commands, "scenarios": scenarios}
    rows = []
    for what, names in PLANNED.items():
        missing = [f"`{name}`" for name in names if name not in there[what]]
        rows.append((what, f"{len(names) - len(missing)} of {len(names)}", ", ".join(missing) or "none"))
    return table(("what", "there", "not there yet"), rows)


def used_by(*modules: str) -> str:
    """The parameters that one or several modules use, in one line."""
    names = sorted({name for module in modules for name in uses.uses_of(module)})
    listed = ", ".join(f"`{name}`" for name in names) if names else "none"
    return f"Code: {', '.join(f'`resilience/{module}`' for module in modules)}. Parameters: {listed}."


def modules(folder: str) -> str:
    """Every module of a folder of the package: what it says it is for, and the parameters it uses."""
    rows = []
    for path in sorted((uses.PACKAGE / folder).glob("*.py")):
        doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        if path.stem != "__init__":
            names = ", ".join(f"`{name}`" for name in uses.uses_of(f"{folder}/{path.name}"))
            rows.append((f"`{folder}/{path.stem}`", first_sentence(doc), names or "none"))
    return table(("module", "what it is for", "parameters"), rows)


# -- measures and tables ---------------------------------------------------------------------------------------------

_DIRECTION = {"worse": "bad", "better": "good", "neutral": ""}


def _measure_row(measure: Measure) -> tuple[object, ...]:
    place = measure.over_place
    weight = {"sum": "sum", "mean": "mean of councils"}.get(place, f"mean weighted by `{place}`")
    definition = measure.definition.rstrip(".") + "."
    higher = _DIRECTION[measure.higher_is]
    return f"`{measure.name}`", measure.label, measure.unit, definition, measure.over_time, weight, higher


def measures(which: str) -> str:
    """The headline measures, or all others."""
    chosen = [measure for measure in MEASURES.values() if measure.headline == (which == "headline")]
    heads = ("name", "label", "unit", "definition", "over months", "over councils", "higher is")
    rows = [_measure_row(measure) for measure in chosen]
    if which == "headline":
        place = "all councils"
        definition = TAIL.definition
        rows.append((f"`{TAIL.name}`", TAIL.label, TAIL.unit, definition, "worst 5% of runs", place, "bad"))
    return table(heads, rows)


def columns(which: str = "results") -> str:
    """The columns of the results tables that are not measures, or those that only a stress test has."""
    declared = COLUMNS if which == "results" else STRESS_COLUMNS
    rows = [(f"`{name}`", column.unit, column.meaning) for name, column in declared.items() if name not in MEASURES]
    return table(("column", "unit", "meaning"), rows)


# -- state ------------------------------------------------------------------------------------------------------------


def state_of(name: str) -> str:
    """The columns of one table of state: Sites, Providers, Councils or SelfFunders."""
    kind = getattr(tables, name)
    rows = []
    for column, (dtype, unit) in kind._columns.items():
        width = {1: "", codes.N_TYPES: "kind of care", codes.N_TYPES * codes.N_PAYERS: "kind of care x payer"}
        over = "cause" if unit.width == codes.N_CAUSES else width.get(unit.width, f"{unit.width} values")
        rows.append((f"`{column}`", unit.meaning, unit.unit, _plain_type(dtype.kind), over))
    return table(("state variable", "meaning", "unit", "type", "one for each"), rows)


def _plain_type(kind: str) -> str:
    return {"f": "number", "i": "whole number", "u": "key", "b": "yes or no"}[kind]


def fields(module: str, name: str) -> str:
    """The fields of a dataclass with the text below each: Conditions, Flows, CareCoefficients."""
    kind = getattr(importlib.import_module(module), name)
    assert dataclasses.is_dataclass(kind)
    tree = ast.parse(inspect.getsource(typing.cast(type, kind))).body[0]
    assert isinstance(tree, ast.ClassDef)
    rows = []
    for node, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            rows.append((f"`{node.target.id}`", _text_of(after) or node.target.id.replace("_", " ").capitalize() + "."))
    return table(("field", "meaning"), rows)


def _text_of(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return _whole(node.value.value)
    return ""


def words() -> str:
    """The kinds that stand behind the codes in the state."""
    rows = [
        ("kind of care", codes.CARE_TYPES),
        ("setting", codes.SETTINGS),
        ("payer", codes.PAYERS),
        ("kind of provider", codes.KINDS),
        ("fate of a provider", codes.FATES),
        ("rating", codes.RATINGS),
        ("cause", codes.CAUSES),
        ("kind of event", EVENT_KINDS),
    ]
    return table(("what", "its values"), [(what, ", ".join(f"`{name}`" for name in names)) for what, names in rows])


# -- the month --------------------------------------------------------------------------------------------------------


def month() -> str:
    """The order of play, read from ``play_month``: each call, the words beside it, what the rule says."""
    from resilience.model import play_month

    source = inspect.getsource(play_month)
    lines = source.splitlines()
    step = ""
    rows = []
    for node in ast.parse(source).body[0].body:  # type: ignore[attr-defined]
        rule = _rule_called(node)
        if rule is None:
            continue
        found = re.match(r"(\d*)\s*(.*)", lines[node.lineno - 1].partition("#")[2].strip())
        assert found is not None
        step = found[1] or step
        rows.append((step, found[2].rstrip(","), f"`{rule[0]}()`", first_sentence(rule[1].__doc__)))
    return table(("step", "what", "rule", "what the rule does"), rows)


def _rule_called(node: ast.stmt) -> tuple[str, Callable[..., Any]] | None:
    """Return the name of the rule that a statement calls on the state, and the rule; None for other statements."""
    if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and node.value.args):
        return None
    if ast.unparse(node.value.args[0]) != "state":
        return None
    place, _, function = ast.unparse(node.value.func).rpartition(".")
    if place == "recorder":
        from resilience.measures.recorder import Recorder

        return f"recorder.{function}", getattr(Recorder, function)
    return f"{place}.{function}", getattr(importlib.import_module(f"resilience.market.{place}"), function)


# -- evidence ---------------------------------------------------------------------------------------------------------


def evidence_table() -> dict[str, dict[str, str]]:
    """Return the evidence by id."""
    with (FOLDER / "evidence.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def ids_in(text: str) -> set[str]:
    """Return the evidence ids that a text cites, those inside a range ("E04-067 to E04-070") included."""
    found = {match[0] for match in _EVIDENCE_ID.finditer(text)}
    for topic, first, last in _RANGE.findall(text):
        found |= {f"E{topic}-{item:03d}" for item in range(int(first), int(last) + 1)}
    return found


def cited() -> set[str]:
    """Return the ids that the package, the scenarios and the documents cite, the list of evidence itself apart."""
    sources = [
        *sorted(uses.PACKAGE.rglob("*.py")),
        *sorted(uses.PACKAGE.rglob("*.toml")),
        *sorted((FOLDER.parent / "configs").glob("*.toml")),
        *(path for path in sorted(FOLDER.glob("*.md")) if path.name != "evidence.md"),
    ]
    return set().union(*(ids_in(path.read_text(encoding="utf-8")) for path in sources))


def evidence() -> str:
    """The figures that are cited, by id."""
    known = evidence_table()
    rows = []
    for name in sorted(cited() & known.keys()):
        row = known[name]
        source = f"[{row['source']}]({row['link']})" if row["link"] and "(" not in row["link"] else row["source"]
        value = f"{row['value']} {row['unit']}".strip()
        place = row["geography"]
        rows.append((name, row["quantity"], value, row["year"], place, source, row["confidence"]))
    return table(("id", "quantity", "value", "year", "place", "source", "confidence"), rows)


# -- story ------------------------------------------------------------------------------------------------------------


def story(*arguments: str) -> str:
    """The story that ``python -m docs.story`` prints."""
    from docs.story import main_text

    return main_text(list(arguments))


def sensitivity(which: str) -> str:
    """What was run for the tornado, or the parameters that move the headline most."""
    from docs import sensitivity_parts

    return sensitivity_parts.sensitivity(which)


def validation(which: str) -> str:
    """The targets, the scenarios they are measured in, or the qualitative facts."""
    from docs.validation_parts import WHICH

    return WHICH[which]()


def hindcast() -> str:
    """What the latest hindcast gave beside what happened."""
    from docs import hindcast_parts

    return hindcast_parts.compared()


def experiment(name: str) -> str:
    """What a study found, from its stored table."""
    from docs import experiments_parts

    return experiments_parts.experiment(name)


PARTS: dict[str, Callable[..., str]] = {
    "parameters": parameters,
    "run-settings": run_settings,
    "components": components,
    "assumed": assumed,
    "not-used": not_used,
    "planned": planned,
    "used-by": used_by,
    "modules": modules,
    "measures": measures,
    "columns": columns,
    "state-of": state_of,
    "fields": fields,
    "words": words,
    "month": month,
    "evidence": evidence,
    "story": story,
    "validation": validation,
    "hindcast": hindcast,
    "sensitivity": sensitivity,
    "experiment": experiment,
}
"""What may stand after ``begin:`` in a document."""
