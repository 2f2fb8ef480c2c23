"""Read scenario files: TOML, one extending another, with values laid over them."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tomli_w

from resilience.scenario.errors import Problem, ScenarioError, nearest
from resilience.scenario.files import is_file, is_folder, locate_files, missing_files, near_file
from resilience.scenario.layers import Layer, Origin, lay_over, layer_of
from resilience.scenario.lines import key_lines
from resilience.scenario.scenario import Scenario

CONFIG_FOLDERS = (Path("configs"), Path(__file__).resolve().parents[2] / "configs")
"""Where a bare name is looked for: here first, then beside the package."""

_OWN_SETTINGS = ("name", "description", "extends")


def load(path: str | Path, /, **values: Any) -> Scenario:
    """The scenario in a TOML file, or the shipped one of that bare name ("west-midlands-2016").

    values: settings by dotted name that replace the file's: `load("base.toml", **{"labour.turnover": 0.3})`.
    Raises ScenarioError with every mistake found.
    """
    return load_with(path, values)


def load_with[Kind: Scenario](
    path: str | Path,
    values: Mapping[str, Any] | None = None,
    *,
    origin: str = "keyword",
    scenario_class: type[Kind] = Scenario,  # type: ignore[assignment]
) -> Kind:
    """`load` with the values as a mapping, and the name messages give to their origin, such as "--set"."""
    layer = read_layer(find_file(path))
    if values:
        over = locate_files(layer_of(values, Origin(origin)), Path.cwd())
        layer = Layer(lay_over(layer, over).values, layer.origins | over.origins, layer.origin)
    return scenario_class.from_layer(layer, missing_files(layer))


def find_file(path: str | Path) -> Path:
    """The file itself, or the shipped scenario of that bare name. Raises ScenarioError when there is none."""
    given = Path(path)
    for file in (given, given.parent / f"{given.name}.toml"):
        if is_file(file):
            return file
    if given.name == str(path) and given.suffix in {"", ".toml"}:
        for folder in CONFIG_FOLDERS:
            shipped = folder / f"{given.stem}.toml"
            if is_file(shipped):
                return shipped
    if is_folder(given):
        raise ScenarioError([Problem(str(path), None, "", None, "is a folder, not a scenario file")])
    raise ScenarioError([Problem(str(path), None, "", None, "no such file", suggestion=_near_scenario(given))])


def read_layer(file: Path, chain: tuple[Path, ...] = ()) -> Layer:
    """The settings of a file laid over those of the file it extends. Raises ScenarioError."""
    own = locate_files(file_layer(file), file.parent)
    values = own.values
    parent = values.pop("extends", None)
    if not chain:
        values.setdefault("name", file.stem)
    if parent is None:
        return own
    below = read_layer(_parent_file(parent, file, own, chain), (*chain, file.resolve()))
    for name in _OWN_SETTINGS:
        below.values.pop(name, None)
    return lay_over(below, own)


def file_layer(file: Path) -> Layer:
    """The settings of a TOML file as they stand, each with its line. Raises ScenarioError."""
    shown = _shown(file)
    text = _text_of(file)
    values = _parsed(text, shown)
    origins = {path: Origin(shown, line) for path, line in key_lines(text).items()}
    return Layer(values, origins, Origin(shown))


def to_toml(scenario: Scenario) -> str:
    """The resolved scenario as TOML text; loading it gives an equal scenario."""
    return tomli_w.dumps(scenario.resolved())


def parse_assignment(text: str, *, origin: str = "--set") -> tuple[str, Any]:
    """`"labour.turnover=0.2"` as ("labour.turnover", 0.2).

    The value is read as TOML (0.2, 12, true, "text", {2016 = 7.2}); what TOML cannot read is text, so that
    `start=2025-04` needs no quotes. Raises ScenarioError when there is no name, or no "=".
    """
    name, equals, written = (part.strip() for part in text.partition("="))
    if not equals or not all(part.strip() for part in name.split(".")):
        message = "must be written NAME=VALUE, for instance labour.turnover_per_year=0.2"
        raise ScenarioError([Problem(origin, None, text, None, message)])
    try:
        parsed = tomllib.loads(f"value = {written}")
    except tomllib.TOMLDecodeError:
        return name, written
    return name, parsed["value"] if len(parsed) == 1 else written


def parse_assignments(texts: Iterable[str], *, origin: str = "--set") -> dict[str, Any]:
    """Several assignments by name; the last for a name wins. Raises ScenarioError with every bad one."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for text in texts:
        try:
            name, value = parse_assignment(text, origin=origin)
        except ScenarioError as error:
            problems.extend(error.problems)
        else:
            values[name] = value
    if problems:
        raise ScenarioError(problems)
    return values


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = file.read_bytes().count(b"\n", 0, error.start) + 1
        raise ScenarioError([Problem(_shown(file), line, "", None, "is not text in UTF-8")]) from None
    except OSError as error:
        raise ScenarioError([Problem(_shown(file), None, "", None, f"cannot be read: {error.strerror}")]) from None


def _parsed(text: str, shown: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ScenarioError([Problem(shown, None, "", None, "is nested too deeply")]) from None
    except ValueError as error:  # a TOMLDecodeError, or a number of thousands of digits
        found = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", str(error), re.DOTALL)
        message = found.group(1) if found else str(error)
        line = int(found.group(2)) if found and found.group(2) else text.count("\n") + 1
        meant = _with_quotes("".join(text.splitlines()[line - 1 : line]))
        problem = Problem(shown, line, "", None, f"not valid TOML: {message}", suggestion=meant)
        raise ScenarioError([problem]) from None


def _with_quotes(line: str) -> str | None:
    """The line with its value in quotes, when that is all it lacks, as in `start = 2025-04`."""
    found = re.fullmatch(r"\s*([\w.-]+)\s*=\s*([A-Za-z0-9][\w./ -]*?)\s*(?:#.*)?", line)
    return f'{found.group(1)} = "{found.group(2)}"' if found else None


def _parent_file(parent: Any, file: Path, own: Layer, chain: tuple[Path, ...]) -> Path:
    place = own.place(("extends",))

    def refuse(message: str, suggestion: str | None = None) -> ScenarioError:
        return ScenarioError([Problem(place.file, place.line, "extends", parent, message, suggestion=suggestion)])

    if not isinstance(parent, str):
        raise refuse("must be the path of another scenario file, in quotes")
    target = file.parent / parent
    if not is_file(target):
        raise refuse("no such file (the path counts from the file that extends)", near_file(target))
    links = [*chain, file.resolve()]
    if target.resolve() in links:
        circle = [*links[links.index(target.resolve()) :], target]
        raise refuse("goes round in a circle: " + " -> ".join(link.name for link in circle))
    return Path(os.path.normpath(target))


def _near_scenario(missing: Path) -> str | None:
    """The name most like a missing scenario's, from its own folder or, for a bare name, the shipped ones."""
    if missing.suffix == ".toml" and missing.name != str(missing):
        return near_file(missing)
    folders = [missing.parent, *(CONFIG_FOLDERS if missing.name == str(missing) else ())]
    files = [file for folder in folders if is_folder(folder) for file in folder.glob("*.toml")]
    return nearest(missing.name, [file.name if missing.suffix else file.stem for file in files])


def _shown(file: Path) -> str:
    """The file's path as messages give it: from the working folder where that is shorter."""
    try:
        return file.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(file)
