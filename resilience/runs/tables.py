"""Results tables as they are kept: column types, units and meanings, and a writer that takes one run at a time.

Floats are kept in single precision, except the accounts of hours: need = delivered + lost + unmet has to hold when the
tables are read back, so every column measured in hours, and every column of the ``runs`` table, keeps double precision.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from resilience.measures.catalogue import COLUMNS, Column
from resilience.measures.stress_columns import STRESS_COLUMNS

KEYS = ("run_id", "scenario", "seed")
"""Columns that every table begins with and that join the tables."""

MODEL_TABLES = ("months", "councils", "councils_by", "providers", "events")
"""Tables that one run of the model gives."""

ROWS_IN_A_GROUP = 64_000
"""Rows gathered before they are written: small enough for flat memory, large enough to read and compress well."""

RUNNER_COLUMNS = {
    "seed": Column("", "Seed of the run: runs of different scenarios with one seed share their chance events."),
    "run_id": Column("", "Identifies one run: a digest of the scenario's name, its content, the seed and the version."),
}


def describe(name: str) -> Column:
    """Return the unit and meaning of a column; empty texts for one that nobody declared."""
    return RUNNER_COLUMNS.get(name) or COLUMNS.get(name) or STRESS_COLUMNS.get(name) or Column("", "")


def to_arrow(frame: pd.DataFrame, *, run_id: str, scenario: str, seed: int, double: bool = False) -> pa.Table:
    """Return a table of one run with the key columns first and the types in which it is kept.

    ``double`` keeps every float in double precision. A ``month`` (or any other date) becomes a date.
    """
    rows = len(frame)
    keys = [pa.repeat(pa.scalar(run_id), rows), pa.repeat(pa.scalar(scenario), rows)]
    keys.append(pa.repeat(pa.scalar(seed, pa.int64()), rows))
    kinds = [(place, str(name), kind) for place, (name, kind) in enumerate(frame.dtypes.items()) if name not in KEYS]
    floats = {place: name for place, name, kind in kinds if kind == np.float64}
    columns = _floats(frame, floats, double)
    for place, name, _ in kinds:
        if place not in floats:
            column = pa.Array.from_pandas(frame.iloc[:, place])
            columns[name] = column.cast(_kept_type(name, column.type, double))
    return pa.table(dict(zip(KEYS, keys, strict=True)) | {name: columns[name] for _, name, _ in kinds})


def _floats(frame: pd.DataFrame, places: Mapping[int, str], double: bool) -> dict[str, Any]:
    """Return the columns of floats, given by place and name, as they are kept; a missing number is a null.

    They are taken out of the frame together: one by one costs ten times as much.
    """
    kept = {name: _kept_type(name, pa.float64(), double) for name in places.values()}
    numbers = frame.iloc[:, list(places)].to_numpy().T
    return {
        name: pa.array(column.astype(kind.to_pandas_dtype()), type=kind, from_pandas=True)
        for (name, kind), column in zip(kept.items(), numbers, strict=True)
    }


def _kept_type(name: str, given: Any, double: bool) -> Any:
    """Return the type in which a column is kept."""
    if pa.types.is_dictionary(given):
        given = given.value_type
    if pa.types.is_floating(given):
        return pa.float64() if double or describe(name).unit == "hours" else pa.float32()
    if pa.types.is_large_string(given) or pa.types.is_string_view(given):
        return pa.string()
    if pa.types.is_timestamp(given):
        return pa.date32()
    return given


def with_metadata(schema: Any, table: str, about: Mapping[str, Any]) -> Any:
    """Return the schema with each column's unit and meaning, and what the whole table belongs to, in its metadata.

    The columns' texts stand in each field's metadata (pyarrow) and once more, as JSON, under the key ``resilience``,
    which tools that only see a file's key-value metadata (DuckDB) can read.
    """
    fields, columns = [], {}
    for field in schema:
        column = describe(field.name)
        text = {"unit": column.unit, "meaning": column.meaning}
        fields.append(pa.field(field.name, field.type, metadata=text))
        columns[field.name] = text
    note = json.dumps({"table": table, **about, "columns": columns}, sort_keys=True)
    return pa.schema(fields, metadata={"resilience": note})


class TableWriter:
    """Writes one parquet file from tables that arrive run by run; what it holds in memory does not grow with the runs.

    The first tables decide the columns' types. A column that is empty in all of them is taken as text. The file is
    complete after ``close``.
    """

    def __init__(self, path: Path, name: str, about: Mapping[str, Any]) -> None:
        self.path, self.name, self.about = path, name, about
        self.rows = 0
        self._waiting: list[Any] = []
        self._waiting_rows = 0
        self._writer: Any = None

    def add(self, table: Any) -> None:
        """Take the table of one run; its columns must be those of the runs before."""
        self._waiting.append(table)
        self._waiting_rows += table.num_rows
        if self._waiting_rows >= ROWS_IN_A_GROUP:
            self._write()

    def close(self, *, keep: bool = True) -> None:
        """Complete the file, or with ``keep`` False let go of it as it is."""
        try:
            if keep and self._waiting:
                self._write()
        finally:
            if self._writer is not None:
                self._writer.close()
            self._waiting = []

    def _write(self) -> None:
        """Write what has gathered as one row group."""
        if self._writer is None:
            schema = with_metadata(_united(self._waiting, self.name), self.name, self.about)
            self._writer = _open(self.path, schema)
        group = pa.concat_tables([_fitted(table, self._writer.schema, self.name) for table in self._waiting])
        self._writer.write_table(group, row_group_size=max(group.num_rows, 1))
        self.rows += group.num_rows
        self._waiting, self._waiting_rows = [], 0


def _united(tables: Sequence[Any], name: str) -> Any:
    """Return the one schema of the first tables; an empty column gets its type from a run that fills it, or text."""
    schemas = _different([table.schema for table in [table for table in tables if table.num_rows] or tables])
    types: dict[str, list[Any]] = {column: [] for column in schemas[0].names}
    for schema in schemas:
        for field in schema:
            types.setdefault(field.name, []).append(field.type)
    fields = []
    for column in schemas[0].names:
        known = [given for given in types[column] if not pa.types.is_null(given)]
        fields.append((column, _widest(known) if known else pa.string()))
    united = pa.schema(fields)
    for schema in schemas:
        _check_columns(schema, united, name)
    return united


def _different(schemas: Sequence[Any]) -> list[Any]:
    """Return the schemas without repeats, in the order of their first appearance; most runs have the same."""
    found: list[Any] = []
    for schema in schemas:
        if not any(schema.equals(known) for known in found):
            found.append(schema)
    return found


def _widest(types: Sequence[Any]) -> Any:
    """Return a type that holds all of these: a column of counts with gaps in one run is a float in all."""
    floats = [given for given in types if pa.types.is_floating(given)]
    if pa.float64() in floats:
        return pa.float64()
    return floats[0] if floats else types[0]


def _check_columns(given: Any, schema: Any, name: str) -> None:
    """Refuse a table's schema with other columns than the one that all are to have."""
    if set(given.names) != set(schema.names):
        odd = sorted(set(given.names) ^ set(schema.names))
        raise ValueError(f"the table '{name}' has other columns in one run than in another: {', '.join(odd)}")


def _fitted(table: Any, schema: Any, name: str) -> Any:
    """Return the table with the columns' order and types of the schema."""
    if not table.num_rows:
        return schema.empty_table()
    if table.schema.equals(schema):
        return table
    _check_columns(table.schema, schema, name)
    columns = [table.column(field.name).cast(field.type, safe=not pa.types.is_floating(field.type)) for field in schema]
    return pa.table(columns, schema=schema)


def _open(path: Path, schema: Any) -> Any:
    """Open a parquet file: zstd, floats split by byte, everything else by dictionary."""
    split = {field.name: "BYTE_STREAM_SPLIT" for field in schema if pa.types.is_floating(field.type)}
    dictionary = [field.name for field in schema if field.name not in split]
    return pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=dictionary, column_encoding=split or None)


def together(tables: Sequence[Any], name: str) -> Any:
    """Return the tables of several runs as one, in the types in which a file would have them."""
    schema = _united(tables, name)
    return pa.concat_tables([_fitted(table, schema, name) for table in tables])


def to_pandas(table: Any) -> pd.DataFrame:
    """Return a kept table as a frame; dates become pandas timestamps."""
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    return frame
