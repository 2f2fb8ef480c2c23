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
from resilience.app.engine.engine import Engine, Wish
from resilience.app.engine.play import failures_of
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
    long = scenario(months=24, **{"shocks.demand_growth": True})
    mine = [Wish(long, seed, number) for number, seed in enumerate(range(100, 112), start=1)]
    theirs = [Wish(long, seed, number) for number, seed in enumerate(range(200, 203), start=1)]

    def note():
        for wish in (*mine, *theirs):
            found = engine.look(wish)
            if found is not None and found.finished and wish.seed not in order:
                order.append(wish.seed)

    engine.want("mine", mine, note)
    until(lambda: len(order) >= 2, SECONDS)
    engine.want("theirs", theirs, note)
    until(lambda: len(order) == 15, SECONDS)
    assert order.index(200) < order.index(106)
    assert order.index(202) < order.index(109)
    engine.leave("mine")
    engine.leave("theirs")


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
