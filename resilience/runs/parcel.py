"""The tables of a run on their way between processes: compressed, and opened one by one when they are read."""

from collections.abc import Iterator, Mapping
from typing import Any

import pyarrow as pa


class Parcel(Mapping[str, Any]):
    """Tables by name. Pickled they are compressed (lz4), and stay so until each is asked for.

    A group hands over the tables of all its runs at once, and more than one group may wait to be gathered; so that
    memory stays flat, they take up a third of the room meanwhile. It takes no longer than to pickle them as they are.
    """

    def __init__(self, tables: Mapping[str, Any]) -> None:
        self._tables: dict[str, Any] = dict(tables)

    def __getitem__(self, name: str) -> Any:
        held = self._tables[name]
        return _opened(held) if isinstance(held, bytes) else held

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __getstate__(self) -> dict[str, bytes]:
        """Return the tables compressed."""
        return {name: held if isinstance(held, bytes) else _closed(held) for name, held in self._tables.items()}

    def __setstate__(self, state: dict[str, bytes]) -> None:
        """Take tables as they arrive."""
        self._tables = dict(state)


def _closed(table: Any) -> bytes:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)  # a worker has one thread
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _opened(held: bytes) -> Any:
    return pa.ipc.open_stream(held, options=pa.ipc.IpcReadOptions(use_threads=False)).read_all()
