"""Compile every kernel now: ``python -m resilience.kernels``. It takes a minute once, and a moment when they are there.

Runs do so by themselves when they first need a kernel; done ahead of a workshop or a batch, nobody waits for it then.
"""

import sys
import time

from resilience.kernels import KERNELS, form

MONTHS = 15


def main() -> int:
    """Play a market in which everything happens, so that every kernel is called; says how long it took."""
    try:
        wanted = form()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    if wanted != "numba":
        print("Kernels run as NumPy here; there is nothing to compile.")
        return 0
    began = time.perf_counter()
    # Imported here, since every module of rules enters its kernels in the list when it is imported.
    from resilience.model import CareMarket
    from resilience.policies import POLICIES
    from resilience.scenario import load
    from resilience.shocks import SHOCKS

    everything = {f"shocks.{kind}.start": "2016-06" for kind in SHOCKS}
    everything |= {f"policies.{kind}.start": "2016-06" for kind in POLICIES}
    market = CareMarket(load("west-midlands-2016", months=MONTHS, **everything))
    for month in range(MONTHS):
        market.step()
        if sys.stderr.isatty():
            print(f"\rCompiling: month {month + 1} of {MONTHS}", end="", file=sys.stderr, flush=True)
    market.results()
    # What only the first day draws is compiled from the second market on.
    CareMarket("west-midlands-2016")
    print(f"{len(KERNELS)} kernels are compiled ({time.perf_counter() - began:.0f} s).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
