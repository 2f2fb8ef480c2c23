"""The page: levers on the left; on the right buttons, headline numbers, three charts and the month's news."""

from collections.abc import Callable
from typing import Any

from resilience.app import begin, pictures
from resilience.app.parts import Part, component, from_vue, html, use_once, use_state, use_while_open
from resilience.app.serve import ECHARTS, TITLE
from resilience.app.visit import View, Visit
from resilience.measures.catalogue import MEASURES

title = TITLE
"""The browser's title of the page; Solara looks for this name."""

CHARTS_LIBRARY = f"/_solara/cdn/{ECHARTS}"

type Handler = Callable[[Any], None]
type Data = dict[str, Any]


@from_vue("vue/top.vue")
def top_part(setting: Data) -> None:
    """The title, and switches for dark colours and larger text."""


@from_vue("vue/levers.vue")
def levers_part(
    levers: list[Data], setting: Data, event_move: Handler, event_reseed: Handler, event_undo: Handler
) -> None:
    """Sliders and menus of the two shocks, and the seed."""


@from_vue("vue/controls.vue")
def controls_part(progress: Data, problem: str, event_do: Handler) -> None:
    """The buttons, and how far the run has come."""


@from_vue("vue/numbers.vue")
def numbers_part(numbers: list[Data], stamp: str) -> None:
    """The headline numbers beside the baseline's."""


@from_vue("vue/charts.vue")
def charts_part(picture: str, choices: list[Data], library: str, event_choose: Handler) -> None:
    """Three charts, each with a sentence and its numbers as a table."""


@from_vue("vue/happenings.vue")
def happenings_part(news: Data) -> None:
    """What happened to providers in the month shown."""


@component
def Layout(children: list[Part]) -> Part:  # noqa: N802 - Solara looks for this name
    """Nothing around the page: Solara's own layout would add bars whose buttons have no names."""
    return html("div", "market", children)


@component
def Page() -> Part:  # noqa: N802 - Solara looks for this name
    """One visitor's page; the visit lasts as long as the page is open."""
    latest: View | None = None
    view, set_view = use_state(latest)
    visit = use_once(lambda: Visit(begin.player(), begin.chosen(), begin.SEED, set_view))
    use_while_open(lambda: _while_open(visit))
    return market(visit, view or visit.view)


@component
def market(visit: Visit, view: View) -> Part:
    """The page of a view; what the visitor does goes to the visit."""
    chosen, choose = use_state(pictures.FIRST_CHOICE)
    choices = use_once(pictures.measure_choices)
    setting = pictures.setting(view)
    left = levers_part(
        levers=pictures.lever_data(visit.levers, view),
        setting=setting,
        event_move=lambda moved: visit.move(moved["name"], moved["value"]),
        event_reseed=visit.reseed,
        event_undo=lambda _: visit.undo(),
    )
    right = [
        controls_part(progress=pictures.progress(view), problem=view.problem, event_do=lambda what: _do(visit, what)),
        numbers_part(numbers=pictures.numbers(view), stamp=pictures.stamp(view)),
        charts_part(
            picture=pictures.charts(view, chosen),
            choices=choices,
            library=CHARTS_LIBRARY,
            event_choose=lambda name: choose(name) if name in MEASURES else None,
        ),
        happenings_part(news=pictures.month_happenings(view)),
    ]
    body = [html("div", "market-left", [left]), html("div", "market-right", right)]
    return html("div", "market-page", [top_part(setting=setting), html("main", "market-body", body)])


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
