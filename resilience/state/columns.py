"""Growable columns: one NumPy array per field, one table per model and population.

A table's fields are declared once, as annotations that carry unit and meaning; rules work on whole columns, agents
read and write their own row through :class:`Cell`. Rows are appended and never move (self-funders apart, whose spells
come and go by the thousand: see :meth:`Table.keep`).
"""

from typing import TYPE_CHECKING, Annotated, Any, ClassVar, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from resilience.kernels import compiled_in

if TYPE_CHECKING:
    from collections.abc import Mapping

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
AnyInts = NDArray[np.signedinteger[Any]]
"""Whole numbers of any width."""
Flags = NDArray[np.bool_]
Keys = NDArray[np.uint64]
Rows = NDArray[np.int32]
"""Rows of another table, in a table of so many rows that half the bytes count."""
Counts = NDArray[np.int32]
"""Counts of people, beds or months in a table that every rule reads: half the bytes to fetch."""
Months = NDArray[np.int16]
"""Months in such a table."""
Codes = NDArray[np.int8]
"""Codes in such a table: a code times another number must fit as well, below 128."""


class Unit:
    """Unit and meaning of one column, carried in its annotation; ``width`` > 1 makes a two-dimensional column."""

    __slots__ = ("fill", "meaning", "unit", "width")

    def __init__(self, unit: str, meaning: str, width: int = 1, fill: float = 0) -> None:
        self.unit, self.meaning, self.width, self.fill = unit, meaning, width, fill


_DTYPES: dict[Any, np.dtype[Any]] = {
    Floats: np.dtype(np.float64),
    Ints: np.dtype(np.int64),
    Flags: np.dtype(np.bool_),
    Keys: np.dtype(np.uint64),
    Rows: np.dtype(np.int32),
    Months: np.dtype(np.int16),
    Codes: np.dtype(np.int8),
}

_BITS = {np.dtype(bits).itemsize: bits for bits in (np.int64, np.int32, np.int16, np.int8)}


class Table:
    """Base of the column tables; a subclass lists its columns as ``name: Annotated[Floats, Unit(...)]``."""

    _columns: ClassVar[dict[str, tuple[np.dtype[Any], Unit]]] = {}

    def __init_subclass__(cls) -> None:
        hints = get_type_hints(cls, include_extras=True)
        cls._columns = {
            name: (_DTYPES[get_args(hint)[0]], get_args(hint)[1])
            for name, hint in hints.items()
            if get_origin(hint) is Annotated
        }

    def __init__(self, rows: int = 0) -> None:
        self._length = rows
        self._room = max(rows, 16)
        self._used = rows
        self._store: dict[str, NDArray[Any]] = {}
        for name, (dtype, unit) in self._columns.items():
            shape = (self._room,) if unit.width == 1 else (self._room, unit.width)
            self._store[name] = np.full(shape, unit.fill, dtype=dtype)
        self._refresh()

    def __len__(self) -> int:
        return self._length

    def __getstate__(self) -> dict[str, Any]:
        return {"length": self._length, "store": {name: data[: self._length] for name, data in self._store.items()}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._length = state["length"]
        self._store = {name: data.astype(self._columns[name][0]) for name, data in state["store"].items()}
        self._room = self._used = self._length
        self._refresh()

    @classmethod
    def columns(cls) -> "Mapping[str, Unit]":
        """Return each column's unit and meaning by name."""
        return {name: unit for name, (_, unit) in cls._columns.items()}

    def _refresh(self) -> None:
        """Point the attributes at the live part of the store."""
        self.__dict__.update({name: data[: self._length] for name, data in self._store.items()})

    def append(self, rows: int, **values: Any) -> slice:
        """Add ``rows`` rows, set the named columns (scalars or arrays of that length), return the rows' slice."""
        unknown = values.keys() - self._columns.keys()
        if unknown:
            raise KeyError(f"{type(self).__name__} has no column {sorted(unknown)}")
        start, stop = self._length, self._length + rows
        if stop > self._room:
            self._room = max(stop, int(self._room * 1.5))
            for name, data in self._store.items():
                grown = np.full((self._room, *data.shape[1:]), self._columns[name][1].fill, dtype=data.dtype)
                grown[: self._length] = data[: self._length]
                self._store[name] = grown
        if start < self._used:
            # Rows that were used before still hold what stood there.
            for name, data in self._store.items():
                data[stop if name in values else start : self._used] = self._columns[name][1].fill
        for name, value in values.items():
            self._store[name][start:stop] = value
        self._length = self._used = stop
        self._refresh()
        return slice(start, stop)

    def keep(self, mask: Flags) -> None:
        """Keep only the rows where ``mask`` is true, in order; rows move, so only for tables found by id."""
        self.drop(np.flatnonzero(~mask))

    def drop(self, gone: Ints) -> None:
        """Take these rows (in rising order) out; the others move up in order, so only for tables found by id."""
        if gone.size == 0:
            return
        for data in self._store.values():
            # Numbers and keys are moved as bits, whatever they stand for.
            close_up(data.view(_BITS[data.itemsize])[: self._length], gone)
        self._length -= gone.size
        self._refresh()


@compiled_in("tables")
def close_up(data: NDArray[Any], gone: Ints) -> None:
    """Move the rows of a column up over those that are gone (in rising order), in place; order is kept."""
    stay = np.ones(len(data), dtype=np.bool_)
    stay[gone] = False
    data[: len(data) - gone.size] = data[stay]


class Cell:
    """Descriptor on an agent class that reads and writes the agent's row of its own model's table.

    The class holds only the column's name; the table is found through the instance's model, so two models in one
    process never share state.
    """

    __slots__ = ("_column",)

    def __set_name__(self, owner: type, name: str) -> None:
        self._column = name

    def __get__(self, agent: Any, owner: type | None = None) -> Any:
        if agent is None:
            return self
        cell = getattr(agent.table, self._column)[agent.row]
        return cell.item() if cell.ndim == 0 else cell

    def __set__(self, agent: Any, value: Any) -> None:
        getattr(agent.table, self._column)[agent.row] = value
