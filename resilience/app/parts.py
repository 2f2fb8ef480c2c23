"""The few things of Solara's that the page is made of, with types, which Solara leaves out."""

import importlib
from collections.abc import Callable, Sequence
from typing import Any

_solara: Any = importlib.import_module("solara")

type Part = Any
"""A part of the page, as Solara holds it."""


def component[**Given](function: Callable[Given, Part]) -> Callable[Given, Part]:
    """Make a function that returns a part into a component, which is made anew when its state changes."""
    made: Callable[Given, Part] = _solara.component(function)
    return made


def from_vue[**Given](path: str) -> Callable[[Callable[Given, None]], Callable[Given, Part]]:
    """Make the signature of a function into a component drawn by a .vue file beside it.

    Its arguments are the file's data, and those named ``event_...`` what the file's script calls.
    """
    made: Callable[[Callable[Given, None]], Callable[Given, Part]] = _solara.component_vue(path)
    return made


def html(tag: str, class_: str, children: Sequence[Part]) -> Part:
    """An HTML element with a class."""
    return _solara.v.Html(tag=tag, class_=class_, children=list(children))


def use_state[Value](first: Value) -> tuple[Value, Callable[[Value], None]]:
    """A value that the component remembers, and what sets it; setting it makes the component anew."""
    value, set_value = _solara.use_state(first)
    return value, set_value


def reactive(value: object) -> Any:
    """A value of Solara's own kind, which tells the page when it changes."""
    return _solara.Reactive(value)


def use_once[Value](make: Callable[[], Value]) -> Value:
    """A value made when the component is first made, and kept as long as it is on the page."""
    value: Value = _solara.use_memo(make, [])
    return value


def use_value[Value](make: Callable[[], Value], given: Sequence[object]) -> Value:
    """A value that is made again only when what it is made of has changed."""
    value: Value = _solara.use_memo(make, list(given))
    return value


def query_at_start() -> str:
    """The query of the address with which the page was opened."""
    return str(_solara.use_router().search or "")


def use_while_open(begin: Callable[[], Callable[[], None]]) -> None:
    """Call ``begin`` when the component comes on the page, and what it returns when it goes."""
    _solara.use_effect(begin, [])
