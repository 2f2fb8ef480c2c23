"""Hand the runs of a batch to a Dask cluster, which looks after its own workers.

A worker needs this package in the same version and a disk on which it sees the batch's folder under the same path: it
keeps each run there itself and sends back a receipt only. Dask gives the runs of a worker that dies to another, and
gives a run up whose workers have died several times (``distributed.scheduler.allowed-failures``, 3).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from resilience.batches.errors import BatchError
from resilience.batches.plan import model_version
from resilience.batches.runstore import RunStore, mark
from resilience.runs.pool import Elsewhere

SECONDS_TO_ANSWER = 30
"""How long the scheduler has to answer and its first worker to join."""

SECONDS_BETWEEN_COUNTS = 5.0
"""How often the workers are counted: a cluster may grow and shrink."""


@contextmanager
def dask_cluster(address: str, store: RunStore) -> Iterator[Elsewhere]:
    """Give the cluster of the scheduler at an address such as tcp://127.0.0.1:8786. Raises BatchError without one."""
    if not re.fullmatch(r"(tcp|tls|ucx|ws|wss)://\S+", address):
        raise BatchError(f"--cluster {address}: must be the address of a Dask scheduler, such as tcp://127.0.0.1:8786.")
    try:
        import distributed
    except ModuleNotFoundError as missing:
        raise BatchError(
            f"--cluster needs more packages ({missing.name} is missing). "
            'Install them with: pip install "care-market-resilience[cluster]"'
        ) from None
    dask: Any = distributed
    try:
        client = dask.Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise BatchError(f"--cluster {address}: no Dask scheduler answers there: {error}") from error
    try:
        _check_workers(client, address, store)
        executor = client.get_executor(pure=False)
        yield Elsewhere(executor, _workers(client))
    finally:
        with suppress(Exception):
            client.close(timeout=5)


def _check_workers(client: Any, address: str, store: RunStore) -> None:
    """Refuse a cluster without workers, with other code, or that does not see the folder."""
    try:
        client.wait_for_workers(1, timeout=SECONDS_TO_ANSWER)
    except TimeoutError:
        raise BatchError(f"--cluster {address}: no worker has joined the scheduler.") from None
    try:
        versions = set(client.run(model_version).values())
    except Exception as error:
        raise BatchError(f"--cluster {address}: its workers cannot load this package: {error}") from error
    if versions != {model_version()}:
        other = ", ".join(sorted(versions - {model_version()}))
        raise BatchError(f"--cluster {address}: its workers have another version of the model ({other}).")
    made = [folder for folder in (store.scratch, *store.scratch.parents) if not folder.exists()]
    token = store.scratch / f"token.{mark()}"
    try:
        store.scratch.mkdir(parents=True, exist_ok=True)
        token.touch()
        seen = set(client.run(_sees, str(token.absolute())).values())
    except OSError as error:
        raise BatchError(f"{store.folder.parent}: cannot write here: {error.strerror}.") from error
    finally:
        token.unlink(missing_ok=True)
        for folder in made:
            with suppress(OSError):
                folder.rmdir()
    if seen != {True}:
        where = store.folder.parent.absolute()
        raise BatchError(f"--cluster {address}: not all of its workers see {where}; choose a shared folder with --out.")


def _sees(path: str) -> bool:
    """Tell whether this machine has a file."""
    return Path(path).is_file()


def _workers(client: Any) -> Callable[[], int]:
    """Return what tells how many runs or groups the workers there are now can do at a time: one a core."""
    counted = [float("-inf"), 1.0]

    def workers() -> int:
        if time.monotonic() - counted[0] > SECONDS_BETWEEN_COUNTS:
            counted[:] = [time.monotonic(), max(sum(client.ncores().values()), 1)]
        return int(counted[1])

    return workers
