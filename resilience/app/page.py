"""The page: levers on the left; on the right the months, the answer, numbers, map, charts, and panels with more."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from resilience.app import acts, begin
from resilience.app.desk import TABS, Desk, Doings, commands_of, link_of
from resilience.app.levers import levers_of
from resilience.app.link import from_query
from resilience.app.parts import (
    Part,
    component,
    from_vue,
    html,
    query_at_start,
    use_once,
    use_state,
    use_value,
    use_while_open,
)
from resilience.app.pictures import charts, news, numbers, setting
from resilience.app.serve import ECHARTS, TITLE
from resilience.app.view import View
from resilience.app.visit import Visit
from resilience.scenario import ScenarioError

title = TITLE
"""The browser's title of the page; Solara looks for this name."""

CHARTS_LIBRARY = f"/_solara/cdn/{ECHARTS}"

type Handler = Callable[[Any], None]
type Data = dict[str, Any]


@from_vue("vue/top.vue")
def top_part(setting: Data, query: str, guided: bool, event_guide: Handler) -> None:
    """The title, and switches for the workshop, the full screen, larger text and dark colours."""


@from_vue("vue/stories.vue")
def stories_part(
    groups: list[Data], chosen: str, setting: Data, event_begin: Handler, event_undo: Handler, event_undo_all: Handler
) -> None:
    """The presets, and what takes changes back."""


@from_vue("vue/levers.vue")
def levers_part(
    families: list[Data], setting: Data, event_move: Handler, event_switch_: Handler, event_reseed: Handler
) -> None:
    """Every shock and policy, and the first seed."""


@from_vue("vue/time.vue")
def time_part(time: Data, problem: str, event_act_: Handler) -> None:
    """The months: play, step, scrub, jump; how far the runs have come; what cannot be run."""


@from_vue("vue/answer.vue")
def answer_part(
    answer: Data,
    pins: list[Data],
    can_pin: bool,
    event_compare: Handler,
    event_pin: Handler,
    event_unpin: Handler,
) -> None:
    """The answer in two sentences, and what it is compared with."""


@from_vue("vue/numbers.vue")
def numbers_part(numbers: Data) -> None:
    """The headline numbers beside those of what is compared with."""


@from_vue("vue/map.vue")
def map_part(
    map: Data,
    choices: list[Data],
    measure: str,
    council: int,
    event_look: Handler,
) -> None:
    """The councils as hexagons."""


@from_vue("vue/charts.vue")
def charts_part(
    picture: str,
    sentences: list[str],
    shown: int,
    stamp: str,
    title: str,
    choices: list[Data],
    library: str,
    event_choose: Handler,
) -> None:
    """Four fan charts, each with a sentence, a table and an image."""


@from_vue("vue/tabs.vue")
def tabs_part(tabs: list[Data], chosen: str, event_choose: Handler) -> None:
    """What chooses the panel below."""


@from_vue("vue/news.vue")
def news_part(news: Data) -> None:
    """What happened to providers in the month shown."""


@from_vue("vue/hard.vue")
def hard_part(hard: Data, event_fail: Handler) -> None:
    """Who is difficult to replace."""


@from_vue("vue/council.vue")
def council_part(market: Data, against: str) -> None:
    """One council's market."""


@from_vue("vue/worth.vue")
def worth_part(worth: Data) -> None:
    """What policies cost and save."""


@from_vue("vue/side.vue")
def side_part(side: Data) -> None:
    """Scenarios side by side."""


@from_vue("vue/share.vue")
def share_part(
    setting: Data,
    query: str,
    commands: list[Data],
    file: Data | None,
    making: str,
    event_rename: Handler,
    event_want: Handler,
    event_load: Handler,
) -> None:
    """Name, save, load, link, commands."""


@from_vue("vue/guide.vue")
def guide_part(acts: list[Data], at: int, anchor: str, seen: str, event_go: Handler, event_reveal: Handler) -> None:
    """The guided session."""


@component
def Layout(children: list[Part]) -> Part:  # noqa: N802 - Solara looks for this name
    """Nothing around the page: Solara's own layout would add bars whose buttons have no names."""
    return html("div", "market", children)


@component
def Page() -> Part:  # noqa: N802 - Solara looks for this name
    """One visitor's page; the visit lasts as long as the page is open."""
    latest: View | None = None
    view, set_view = use_state(latest)
    desk, update = use_state(Desk())
    query = query_at_start()
    visit = use_once(lambda: _arrive(query, set_view))
    use_while_open(lambda: _while_open(visit))
    return market(visit, view or visit.view, desk, Doings(visit, update))  # type: ignore[arg-type]


def _arrive(query: str, show: Callable[[View], None]) -> Visit:
    """A visit that begins where the address leads, or with what the server begins with and why."""
    start, problem = begin.chosen().linked, ""
    try:
        start = from_query(query, start)
    except ScenarioError as error:
        problem = f"The link was not understood, so the page begins as usual.\n{error}"
    return Visit(begin.engine(), start, show, problem)


@component
def market(visit: Visit, view: View, desk: Desk, doings: Doings) -> Part:
    """The page of a view and a desk; what the visitor does goes to the doings."""
    choices = use_once(charts.measure_choices)
    groups = use_once(setting.preset_groups)
    query = use_value(lambda: link_of(visit), [id(view.scenario), view.pins, view.seed, view.replicates])
    families = use_value(lambda: setting.lever_groups(levers_of(view.scenario)), [id(view.scenario)])
    where = setting.setting(view)
    left = [
        stories_part(
            groups=groups,
            chosen=desk.preset if not view.past or view.scenario is view.begun else "",
            setting=where,
            event_begin=doings.begin,
            event_undo=lambda _: visit.undo(),
            event_undo_all=lambda _: visit.undo_all(),
        ),
        levers_part(
            families=families,
            setting=where,
            event_move=lambda what: visit.move(what["name"], what["value"]),
            event_switch_=lambda what: visit.switch(what["family"], what["name"], bool(what["on"])),
            event_reseed=visit.reseed,
        ),
    ]
    right = [_time(view, doings), *([] if desk.hidden else _result(view, desk, doings, choices, query))]
    body = [html("div", "market-left", left), html("div", "market-right", right)]
    top = top_part(setting=where, query=query, guided=desk.guided, event_guide=doings.guide)
    above = html("div", "market-above", [_guide(view, desk, doings)] if desk.guided else [])
    return html(
        "div", "market-page", [top, html("main", "market-main-part", [above, html("div", "market-body", body)])]
    )


def _time(view: View, doings: Doings) -> Part:
    return time_part(time=setting.time(view), problem=view.problem, event_act_=doings.act)


def _result(view: View, desk: Desk, doings: Doings, choices: list[Data], query: str) -> list[Part]:
    """What the scenario leads to."""
    visit = doings.visit
    answer = answer_part(
        answer=numbers.answers(view),
        pins=setting.pins(view),
        can_pin=setting.can_pin(view),
        event_compare=visit.compare_with,
        event_pin=lambda _: visit.pin(),
        event_unpin=visit.unpin,
    )
    tiles = map_part(
        map=charts.tiles(view, desk.on_map, change=desk.change),
        choices=choices,
        measure=desk.on_map,
        council=desk.council,
        event_look=doings.look,
    )
    where = setting.setting(view)
    fans = charts_part(
        picture=charts.charts(view, desk.charts, desk.council),
        sentences=charts.sentences(view, desk.charts, desk.council),
        shown=view.shown,
        stamp=setting.stamp(view),
        title=where["title"],
        choices=choices,
        library=CHARTS_LIBRARY,
        event_choose=doings.chart,
    )
    tabs = tabs_part(
        tabs=[{"name": name, "title": text} for name, text in TABS.items()], chosen=desk.tab, event_choose=doings.tab
    )
    return [
        answer,
        numbers_part(numbers=numbers.numbers(view, desk.council)),
        html("div", "market-middle", [tiles, fans]),
        tabs,
        _panel(view, desk, doings, query),
    ]


def _panel(view: View, desk: Desk, doings: Doings, query: str) -> Part:
    """The panel that the tabs have chosen."""
    visit = doings.visit
    panels: dict[str, Callable[[], Part]] = {
        "news": lambda: news_part(news=news.happenings(view, desk.council)),
        "hard": lambda: hard_part(hard=news.hard_to_replace(view), event_fail=visit.fail_now),
        "council": lambda: council_part(market=news.market_of(view, desk.council), against=view.other_short),
        "worth": lambda: worth_part(worth=numbers.worth(view)),
        "side": lambda: side_part(side=numbers.side_by_side(view)),
        "share": lambda: share_part(
            setting=setting.setting(view),
            query=query,
            commands=commands_of(view),
            file=None if desk.file is None else asdict(desk.file),
            making=desk.making,
            event_rename=visit.name,
            event_want=doings.want,
            event_load=doings.load,
        ),
    }
    return panels[desk.tab]()


def _guide(view: View, desk: Desk, doings: Doings) -> Part:
    seen = ""
    if desk.act >= 0 and desk.guess is not None:
        seen = acts.seen(view, acts.ACTS[desk.act], desk.guess) or "The runs are under way."
    return guide_part(
        acts=[
            {"title": act.title, "say": act.say, "guess": act.guess(view.length), "questions": list(act.questions)}
            for act in acts.ACTS
        ],
        at=desk.act,
        anchor=acts.anchor(view, acts.ACTS[desk.act]) if desk.act >= 0 else "",
        seen=seen,
        event_go=doings.go,
        event_reveal=doings.reveal,
    )


def _while_open(visit: Visit) -> Callable[[], None]:
    visit.start()
    return visit.close
