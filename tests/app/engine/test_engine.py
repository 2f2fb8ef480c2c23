"""Runs are played in processes: exactly as elsewhere, most urgent first, stopped when nobody wants them."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from resilience import CareMarket
from resilience.app.engine import engine as module
from resilience.app.engine.engine import Engine, Wish
from resilience.app.engine.play import failures_of
from resilience.app.engine.worker import work
from resilience.measures.catalogue import MEASURES
from resilience.measures.results import headline
from resilience.region.tiles import region_tiles
from resilience.runs.one import run_one
from resilience.runs.work import failure_causes
from tests.app.fakes import scenario, until

SECONDS = 60.0


@pytest.fixture(scope="module")
def engine():
    made = Engine(workers=2, warm=scenario())
    made.start()
    finished(made, [Wish(scenario(), 3, 1)])  # from then on it knows how long a run takes
    yield made
    made.close()


def quiet() -> None:
    """Takes no notice."""


def finished(engine, wishes, who="test"):
    engine.want(who, wishes, quiet)
    until(lambda: all((found := engine.look(wish)) and (found.finished or found.problem) for wish in wishes), SECONDS)
    return [engine.look(wish) for wish in wishes]


def test_a_replicate_is_the_run_itself(engine):
    chosen = scenario(**{"shocks.funding_cut.real_change": -0.2})
    (found,) = finished(engine, [Wish(chosen, 3, 1)])
    market = CareMarket(chosen, rng=3)
    results = market.run()
    assert headline(found.values(12)) == results.headline
    assert [place.name for place in found.councils] == list(market.state.council_names)
    assert [place.x for place in found.councils] == [tile.x for tile in region_tiles("west-midlands")]
    by_council = market.recorder.by_council[:, 2]
    np.testing.assert_allclose(found.values(12, council=2), by_council, rtol=1e-6)
    np.testing.assert_allclose(found.measure("homes", 5, council=2), by_council[:5, list(MEASURES).index("homes")])
    assert found.over_councils("homes", 12).sum(axis=1) == pytest.approx(found.measure("homes", 12), rel=1e-6)
    assert found.failures == failures_of(market.state)
    assert found.causes(12) == failure_causes(run_one(chosen, 3))
    assert sum(found.causes(6).values()) <= sum(found.causes(12).values())
    assert len(found.happenings) == len(found.exposed) == 12
    assert sum(map(len, found.happenings)) > 50
    assert found.size > found.length * 14 * len(MEASURES) * 4


def test_those_told_of_as_hard_to_replace_are_those_of_the_market(engine):
    (found,) = finished(engine, [Wish(scenario(), 3, 1)])
    market = CareMarket(scenario(), rng=3)
    market.run()
    p = market.state.providers
    last = found.exposed[-1]
    assert [one.gap for one in last] == sorted((one.gap for one in last), reverse=True)
    assert last[0].gap == pytest.approx(p.gap[p.alive].max())
    assert last[0].name == market.state.provider_names[last[0].row]
    assert any(one.statutory for one in last)
    chains = [one for one in last if one.kind == "chain"]
    assert chains
    assert all(one.can_fail for one in chains)
    assert all(one.people > 0 and one.hours > 0 for one in last)


def test_only_the_first_replicate_tells_its_events_and_does_for_those_without(engine):
    told, plain = finished(engine, [Wish(scenario(), 3, 1), Wish(scenario(), 4, 2)])
    assert told.happenings
    assert not plain.happenings
    assert plain.done == 12
    assert engine.look(Wish(scenario(), 3, 2)) is told


def test_a_run_is_played_once_however_many_ask_and_kept_for_later(engine):
    wish = Wish(scenario(**{"shocks.wage_rise.floor_increase": 2.0}), 5, 1)
    (first,) = finished(engine, [wish], "one")
    (second,) = finished(engine, [wish], "other")
    assert first is second
    engine.leave("one")
    engine.leave("other")
    assert engine.look(wish) is first


def test_months_of_the_first_replicate_come_in_while_it_is_played(engine):
    seen = []
    wish = Wish(scenario(months=60, **{"shocks.funding_cut": True}), 6, 1)
    came = threading.Event()

    def look():
        found = engine.look(wish)
        if found is not None:
            seen.append((found.done, len(found.happenings), found.finished))
            if found.finished:
                came.set()

    engine.want("watching", [wish], look)
    assert came.wait(SECONDS)
    engine.leave("watching")
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    assert all(done == told for done, told, _ in seen)
    assert any(0 < done < 60 for done, _, _ in seen)


def test_what_is_no_longer_wished_for_stops_at_once(engine):
    chosen = scenario(months=240)
    many = [Wish(chosen, seed, seed) for seed in range(2, 40)]
    engine.want("impatient", many, quiet)
    until(lambda: engine.at_work == 2, SECONDS)
    engine.want("impatient", [], quiet)
    assert engine.at_work == 0
    until(lambda: at_rest(engine))  # a month under way is played to its end
    assert all(engine.look(wish) is None for wish in many)


def at_rest(engine) -> bool:
    """Whether the workers use no processor time for a third of a second."""
    before = [cpu_seconds(process) for process in engine.processes]
    time.sleep(0.3)
    return [cpu_seconds(process) for process in engine.processes] == before


def cpu_seconds(process: int) -> float:
    """Processor time that a process has used, in ticks; skips the test where the system does not tell."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    except OSError:
        pytest.skip("the system does not tell the processor time of another process")
    return float(fields[11]) + float(fields[12])


def test_everyones_first_replicate_comes_before_anyones_second(engine):
    order = []
    long, short = (scenario(months=months, **{"shocks.demand_growth": True}) for months in (72, 12))
    mine = [Wish(long, seed, number) for number, seed in enumerate(range(100, 108), start=1)]
    theirs = [Wish(short, seed, number) for number, seed in enumerate(range(200, 203), start=1)]

    def note():
        for wish in (*mine, *theirs):
            found = engine.look(wish)
            if found is not None and found.finished and wish.seed not in order:
                order.append(wish.seed)

    engine.want("mine", mine, note)
    until(lambda: len(order) >= 1, SECONDS)
    assert held(engine)  # the others are under way, side by side
    engine.want("theirs", theirs, note)
    until(lambda: len(order) == len(mine) + len(theirs), SECONDS)
    assert order[:2] == [100, 200]
    engine.leave("mine")
    engine.leave("theirs")


def held(engine) -> list[tuple[int, ...]]:
    """The seeds of every group in the workers' hands."""
    return [seeds for worker in engine._workers for seeds in held_by(worker)]


def held_by(worker) -> list[tuple[int, ...]]:
    """The seeds of every group in a worker's hands."""
    return [order.seeds for order in list(worker.in_hand.values()) if len(order.seeds) > 1]


def test_runs_side_by_side_are_the_runs_themselves(engine):
    chosen = scenario(**{"shocks.funding_cut.real_change": -0.3})
    wishes = [Wish(chosen, seed, number) for number, seed in enumerate((31, 32, 33, 34), start=1)]
    groups: set[tuple[int, ...]] = set()
    engine.want("test", wishes, lambda: groups.update(held(engine)))
    groups.update(held(engine))
    found = finished(engine, wishes)
    assert groups == {(32, 33, 34)}
    for replicate, wish in zip(found, wishes, strict=True):
        market = CareMarket(chosen, rng=wish.seed)
        assert headline(replicate.values(12)) == market.run().headline
        assert replicate.failures == failures_of(market.state)
        councils = market.recorder.by_council.astype(np.float32)
        assert np.array_equal(replicate.over_councils("homes", 12), councils[:, :, list(MEASURES).index("homes")])
    assert [bool(replicate.happenings) for replicate in found] == [True, False, False, False]


def test_visitors_who_share_the_workers_get_smaller_groups_in_turn(engine):
    handed_out: dict[int, tuple[int, ...]] = {}

    def note():
        for worker in engine._workers:
            handed_out.update({job: order.seeds for job, order in list(worker.in_hand.items())})

    wishes = {
        name: [
            Wish(scenario(months=6, **{"shocks.demand_growth": True}), first + place, place + 1) for place in range(12)
        ]
        for name, first in (("mine", 300), ("theirs", 400))
    }
    engine.want("mine", wishes["mine"][:1], note)
    for name, wished in wishes.items():
        engine.want(name, wished, note)
        note()
    everything = [wish for wished in wishes.values() for wish in wished]
    until(lambda: all((found := engine.look(wish)) and found.finished for wish in everything), SECONDS)
    of_theirs = [seeds for _, seeds in sorted(handed_out.items()) if seeds[0] >= 400]
    assert of_theirs == [(400,), tuple(range(401, 406)), tuple(range(406, 411)), (411,)]
    for name in wishes:
        engine.leave(name)


def test_a_group_that_nobody_wants_any_more_stops_at_once(engine):
    chosen = scenario(months=240)
    engine.want("impatient", [Wish(chosen, seed, seed) for seed in range(2, 14)], quiet)
    assert len(held(engine)) == 2
    time.sleep(0.5)
    engine.want("impatient", [], quiet)
    assert engine.at_work == 0
    until(lambda: at_rest(engine))
    (found,) = finished(engine, [Wish(scenario(), 41, 1)])
    assert found.finished


def test_a_worker_that_dies_with_a_group_is_replaced_and_the_runs_are_played_alone(engine):
    chosen = scenario(months=36, **{"shocks.epidemic": True})
    wishes = [Wish(chosen, seed, number) for number, seed in enumerate((51, 52, 53), start=2)]
    engine.want("test", wishes, quiet)
    assert held(engine) == [(51, 52)]
    holding = next(worker for worker in engine._workers if held_by(worker))
    os.kill(holding.process.pid, signal.SIGKILL)
    until(lambda: holding not in engine._workers, SECONDS)
    assert held(engine) == []
    assert all(replicate.finished for replicate in finished(engine, wishes))


def test_where_a_group_fails_its_runs_are_played_alone(monkeypatch):
    made = Engine(workers=1)
    monkeypatch.setattr(module, "work", work_without_groups)
    made.start()
    try:
        chosen = scenario(months=2)
        wishes = [Wish(chosen, seed, number) for number, seed in enumerate((61, 62, 63), start=1)]
        assert all(replicate.finished and not replicate.problem for replicate in finished(made, wishes))
        assert not made._alone
    finally:
        made.close()


def work_without_groups(pipe, warm) -> None:
    """Be a worker in which several runs side by side come to grief."""
    from resilience.app.engine import play

    def breaks(self, scenario, seeds) -> None:
        raise MemoryError("too many runs")

    play.PlayedTogether.__init__ = breaks
    work(pipe, warm)


def test_what_is_played_ahead_gives_way(engine):
    ahead = [Wish(scenario(months=600), seed, seed) for seed in (1, 2)]
    engine.play_ahead(ahead)
    until(lambda: engine.at_work == 2, SECONDS)
    asked = [Wish(scenario(**{"shocks.interest_rise": True}), seed, seed) for seed in (1, 2, 3)]
    finished(engine, asked)
    assert not any(engine.look(wish).finished for wish in ahead)
    engine._ahead.clear()
    engine.leave("test")
    assert engine.at_work == 0


def test_what_is_played_ahead_is_ahead_no_more_when_somebody_waits_for_it(engine):
    chosen = scenario(months=240, **{"shocks.funding_cut": True})
    engine.play_ahead([Wish(chosen, seed, seed) for seed in (1, 2)])
    until(lambda: engine.at_work == 2, SECONDS)
    engine.want("test", [Wish(chosen, 1, 1)], quiet)
    ahead = {order.seeds: order.urgency[0] for worker in engine._workers for order in worker.in_hand.values()}
    assert ahead == {(1,): 0, (2,): 1}
    engine._ahead.clear()
    engine.leave("test")
    assert engine.at_work == 0


def test_a_mistake_in_the_input_is_told_and_the_worker_goes_on(engine, tmp_path):
    councils = tmp_path / "councils.csv"
    councils.write_text("council\nNowhere at all\n", encoding="utf-8")
    (wrong,) = finished(engine, [Wish(scenario(region=str(councils)), 1, 1)])
    assert "Nowhere at all" in wrong.problem
    assert not wrong.finished
    (right,) = finished(engine, [Wish(scenario(), 8, 2)])
    assert right.finished


def test_a_worker_that_dies_is_replaced_and_its_run_tried_again(engine):
    wish = Wish(scenario(months=48, **{"shocks.epidemic": True}), 9, 1)
    engine.want("test", [wish], quiet)
    until(lambda: engine.look(wish) is not None and engine.look(wish).done > 0, SECONDS)
    before = set(engine.processes)
    holding = next(worker for worker in engine._workers if worker.in_hand)
    os.kill(holding.process.pid, signal.SIGKILL)
    (found,) = finished(engine, [wish])
    assert found.finished
    assert len(set(engine.processes) - before) == 1


def test_a_run_whose_workers_keep_dying_is_given_up(engine):
    wish = Wish(scenario(months=600), 10, 1)
    engine.want("test", [wish], quiet)
    for _ in range(2):
        until(lambda: engine.look(wish) is not None and engine.look(wish).done > 0, SECONDS)
        holding = next(worker for worker in engine._workers if worker.in_hand)
        os.kill(holding.process.pid, signal.SIGKILL)
        until(lambda gone=holding: gone not in engine._workers, SECONDS)
    assert "has ended 2 times" in engine.look(wish).problem
    engine.leave("test")


STARTS_AND_WAITS = """
import sys, time
from resilience.app.engine.engine import Engine, Wish
from resilience.scenario import Scenario
engine = Engine(workers=2)
engine.start()
chosen = Scenario.from_dict({"region": "west-midlands", "start": "2016-04", "months": 600})
engine.want("it", [Wish(chosen, 1, 1), Wish(chosen, 2, 2)], lambda: None)
print(*engine.processes, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs to see which processes there are")
def test_workers_end_with_a_parent_that_is_killed():
    with subprocess.Popen([sys.executable, "-c", STARTS_AND_WAITS], stdout=subprocess.PIPE, text=True) as parent:
        workers = [int(word) for word in parent.stdout.readline().split()]
        assert len(workers) == 2
        parent.kill()
    until(lambda: not any(runs(worker) for worker in workers), SECONDS)


def runs(process: int) -> bool:
    """Whether a process is there and not only waiting to be cleared away."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
