"""Measuring time on a machine that may be busy: medians, processor time beside the clock's, and a yardstick.

The yardstick is a fixed piece of plain Python and NumPy work that has nothing to do with the model. Timed next to each
measurement, it tells how fast the machine was just then, so that "so many yardsticks" carries over to other machines
and busier hours better than seconds do.
"""

import gc
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np


@dataclass
class Times:
    """Repeated measurements of one piece of work: seconds by the clock and of the processor."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def measure(self, work: Callable[[], object]) -> None:
        """Do the work once and add its times."""
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(time.process_time() - cpu)

    @property
    def median(self) -> float:
        """Median seconds by the clock."""
        return statistics.median(self.wall)

    @property
    def median_cpu(self) -> float:
        """Median seconds of the processor."""
        return statistics.median(self.cpu)

    @property
    def spread(self) -> float:
        """Third quartile over first quartile of the seconds by the clock: 1 is a quiet machine."""
        if len(self.wall) < 2:
            return 1.0
        low, _, high = statistics.quantiles(self.wall, n=4, method="inclusive")
        return high / low


def repeated(work: Callable[[], object], repeats: int) -> Times:
    """Do the work so many times, each after a collection of garbage."""
    times = Times()
    for _ in range(repeats):
        gc.collect()
        times.measure(work)
    return times


class _Clerk:
    """What the plain Python part of the yardstick works on."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.balance = float(number)


def python_work() -> float:
    """Plain Python: objects, attributes, a dictionary, floats; a few hundredths of a second."""
    clerks = [_Clerk(number) for number in range(2_000)]
    places: dict[int, _Clerk] = {}
    total = 0.0
    for turn in range(30):
        for clerk in clerks:
            clerk.balance = clerk.balance * 0.999 + math.sqrt(clerk.number + turn)
            places[clerk.number % 97] = clerk
        total += sum(clerk.balance for clerk in places.values())
    return total


def numpy_work() -> float:
    """NumPy on columns of ten thousand: exponentials, counts by group, a sort; a few hundredths of a second."""
    values = np.arange(10_000, dtype=np.float64) * 0.6180339887498949 % 1.0
    groups = np.arange(10_000) % 60
    total = 0.0
    for _ in range(40):
        weight = np.exp(-values) * np.where(values > 0.5, 1.5, 1.0)
        total += float(np.bincount(groups, weights=weight, minlength=60).sum())
        order = np.argsort(values * weight, kind="stable")
        total += float(np.cumsum(weight[order])[-1])
    return total


def yardstick(repeats: int = 7) -> float:
    """Return the median seconds of the yardstick now: plain Python and NumPy work together."""
    return repeated(lambda: (python_work(), numpy_work()), repeats).median
