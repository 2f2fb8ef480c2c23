"""Twenty visitors at once on one engine: each gets the numbers of their own scenario, and leaves nothing behind."""

import threading

import pytest

from resilience import CareMarket
from resilience.app.engine.engine import Engine
from resilience.measures.catalogue import HEADLINE
from tests.app.fakes import CUT, Watched, squeezed, until

VISITORS = 20


def test_twenty_visitors_at_once_get_their_own_numbers_and_leave_nothing_behind():
    engine = Engine(workers=2, warm=squeezed(months=2))
    engine.start()
    threads = threading.active_count()
    visitors = [Watched(engine, squeezed(months=2), replicates=1, seed=5) for _ in range(VISITORS)]
    try:
        for number, one in enumerate(visitors):
            one.visit.move(CUT, -0.02 * number)
        for number, one in enumerate(visitors):
            mine = pytest.approx(-0.02 * number)
            one.until(lambda view, mine=mine: view.complete and view.scenario.get(CUT) == mine, seconds=120)
        told = [one.view.here.totals(HEADLINE, 2)[0].tolist() for one in visitors]
        assert len({tuple(numbers) for numbers in told}) > VISITORS / 2
        for number in (3, 17):
            alone = CareMarket(squeezed(2.0 * number, months=2), rng=5).run().headline
            assert told[number] == pytest.approx([alone[name] for name in HEADLINE])
        assert all(one.view.there == visitors[0].view.there for one in visitors)
    finally:
        for one in visitors:
            one.visit.close()
    until(lambda: threading.active_count() == threads)
    assert engine.at_work == 0
    assert not engine._wishes
    assert not engine._tell
    engine.close()
    until(lambda: not any(worker.process.is_alive() for worker in engine._workers))
