"""What can go wrong with a batch beside a wrong scenario."""

from typing import TYPE_CHECKING

from resilience.runs.folder import OutputError

if TYPE_CHECKING:
    from resilience.batches.batch import Batch


class BatchError(OutputError):
    """A batch cannot start: a wrong shard, a cluster that does not answer, a folder that will not do."""


class BatchStoppedError(Exception):
    """A batch had to stop half-way; what finished is kept. ``finished`` is the Batch so far."""

    def __init__(self, finished: "Batch", message: str) -> None:
        super().__init__(message)
        self.finished = finished
