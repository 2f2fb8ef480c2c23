"""The page: the levers and buttons on the left; the headline numbers, three charts and the month's news on the right."""

from collections.abc import Callable
from typing import Any

import solara

from resilience.app import begin, pictures
from resilience.app.serve import ECHARTS
from resilience.app.visit import View, Visit

CHARTS_LIBRARY = f"/_solara/cdn/{ECHARTS}"

type Handler = Callable[[Any], None]


@solara.component_vue("vue/levers.vue")
def LeversPart(
    levers: list[Any], setting: dict[str, Any], event_move: Handler, event_reseed: Handler, event_undo: Handler
):
    """Sliders and menus of the two shocks, where the run takes place, and its seed."""


@solara.component_vue("vue/controls.vue")
def ControlsPart(progress: dict[str, Any], problem: str, event_do: Handler):
    """The buttons, and how far the run has come."""


@solara.component_vue("vue/numbers.vue")
def NumbersPart(numbers: list[Any], stamp: str):
    """The headline numbers beside the baseline's."""


@solara.component_vue("vue/charts.vue")
def ChartsPart(picture: str, choices: list[Any], library: str, event_choose: Handler):
    """Three charts, each with a sentence and its numbers as a table."""


@solara.component_vue("vue/happenings.vue")
def HappeningsPart(news: dict[str, Any]):
    """What happened to providers in the month shown."""


@solara.component_vue("vue/top.vue")
def TopPart(setting: dict[str, Any]):
    """The title, and switches for dark colours and larger text."""


@solara.component
def Layout(children: list[Any]):
    """Nothing around the page: Solara's own layout would add bars that have no names."""
    return html("div", "market", children)


@solara.component
def Page():
    """One visitor's page."""
    view, set_view = solara.use_state(None)
    visit = solara.use_memo(lambda: Visit(begin.player(), begin.chosen(), begin.SEED, set_view), [])
    solara.use_effect(lambda: _while_open(visit), [])
    return Market(visit, view or visit.view)


@solara.component
def Market(visit: Visit, view: View):
    """The page of a view; what the visitor does goes to the visit."""
    chosen, choose = solara.use_state(pictures.FIRST_CHOICE)
    choices = solara.use_memo(pictures.measure_choices, [])
    setting = pictures.setting(view)
    left = LeversPart(
        levers=pictures.lever_data(visit.levers, view),
        setting=setting,
        event_move=lambda moved: visit.move(moved["name"], moved["value"]),
        event_reseed=visit.reseed,
        event_undo=lambda _: visit.undo(),
    )
    right = [
        ControlsPart(progress=pictures.progress(view), problem=view.problem, event_do=lambda what: _do(visit, what)),
        NumbersPart(numbers=pictures.numbers(view), stamp=pictures.stamp(view)),
        ChartsPart(
            picture=pictures.charts(view, chosen),
            choices=choices,
            library=CHARTS_LIBRARY,
            event_choose=lambda name: choose(name) if name in pictures.MEASURES else None,
        ),
        HappeningsPart(news=pictures.month_happenings(view)),
    ]
    body = [html("div", "market-left", [left]), html("div", "market-right", right)]
    return html("div", "market-page", [TopPart(setting=setting), html("main", "market-body", body)])


def html(tag: str, class_: str, children: list[Any]) -> Any:
    """An HTML element of Solara's."""
    return solara.v.Html(tag=tag, class_=class_, children=children)


def _while_open(visit: Visit) -> Callable[[], None]:
    visit.start()
    return visit.close


def _do(visit: Visit, what: str) -> None:
    """Do what a button says."""
    buttons = {
        "step": visit.step,
        "play": visit.play,
        "pause": visit.pause,
        "to_end": visit.to_end,
        "reset": visit.reset,
    }
    buttons[what]()


__all__ = ["Layout", "Page"]
