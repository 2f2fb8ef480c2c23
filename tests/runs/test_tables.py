import datetime
import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from resilience.measures.catalogue import COLUMNS
from resilience.runs.tables import TableWriter, describe, to_arrow, to_pandas

APRIL = datetime.date(2025, 4, 1)


def kept(frame: pd.DataFrame, seed: int = 1):
    return to_arrow(frame, run_id=f"run{seed}", scenario="squeeze", seed=seed)


def written(tmp_path, *tables, **about):
    writer = TableWriter(tmp_path / "t.parquet", "t", about)
    for table in tables:
        writer.add(table)
    writer.close()
    return pq.read_table(tmp_path / "t.parquet")


def test_every_table_begins_with_its_keys():
    table = kept(pd.DataFrame({"homes": [3, 4]}), seed=7)
    assert table.column_names == ["run_id", "scenario", "seed", "homes"]
    assert table.to_pylist()[1] == {"run_id": "run7", "scenario": "squeeze", "seed": 7, "homes": 4}


def test_keys_that_the_model_gave_are_replaced():
    table = kept(pd.DataFrame({"seed": [99], "homes": [3]}), seed=7)
    assert table.to_pylist() == [{"run_id": "run7", "scenario": "squeeze", "seed": 7, "homes": 3}]


def test_types_that_are_kept():
    frame = pd.DataFrame(
        {
            "month": pd.to_datetime(["2025-04-01"]),
            "fate_month": [APRIL],
            "occupancy": [0.9],
            "need_hours": [1 / 3],
            "hours": [1 / 3],
            "homes": np.array([3], dtype=np.int32),
            "provider": np.array([2**63], dtype=np.uint64),
            "statutory": [True],
            "council": pd.Categorical(["Dudley"]),
            "cause": ["fee"],
        }
    )
    schema = kept(frame).schema
    assert schema.field("month").type == pa.date32()
    assert schema.field("fate_month").type == pa.date32()
    assert schema.field("occupancy").type == pa.float32()
    assert schema.field("need_hours").type == pa.float64()
    assert schema.field("hours").type == pa.float32()  # hours a week: no account has to add up
    assert schema.field("homes").type == pa.int32()
    assert schema.field("provider").type == pa.uint64()
    assert schema.field("statutory").type == pa.bool_()
    assert schema.field("council").type == pa.string()
    assert schema.field("cause").type == pa.string()


def test_every_column_of_the_account_of_hours_is_kept_exactly():
    for name in ("need_hours", "hours_delivered", "care_hours_lost", "unmet_hours", "unmet_rationed_hours"):
        assert describe(name).unit == "hours"
        table = kept(pd.DataFrame({name: [1e9 + 1 / 3]}))
        assert table.column(name).to_pylist() == [1e9 + 1 / 3]


def test_the_file_says_what_each_column_means_and_in_what_unit(tmp_path):
    table = written(tmp_path, kept(pd.DataFrame({"occupancy": [0.9], "cash": [5.0]})), hash="abc")
    metadata = table.schema.field("cash").metadata
    assert metadata[b"unit"] == b"GBP"
    assert metadata[b"meaning"].decode() == COLUMNS["cash"].meaning
    note = json.loads(table.schema.metadata[b"resilience"])
    assert note["table"] == "t"
    assert note["hash"] == "abc"
    assert note["columns"]["occupancy"] == {
        "unit": COLUMNS["occupancy"].unit,
        "meaning": COLUMNS["occupancy"].meaning,
    }
    assert note["columns"]["run_id"]["meaning"]


def test_floats_are_split_by_byte_and_compressed(tmp_path):
    written(tmp_path, kept(pd.DataFrame({"occupancy": np.linspace(0, 1, 50), "council": "Dudley"})))
    group = pq.ParquetFile(tmp_path / "t.parquet").metadata.row_group(0)
    columns = {group.column(place).path_in_schema: group.column(place) for place in range(group.num_columns)}
    assert "BYTE_STREAM_SPLIT" in columns["occupancy"].encodings
    assert "RLE_DICTIONARY" in columns["council"].encodings
    assert {column.compression for column in columns.values()} == {"ZSTD"}


def test_runs_follow_one_another_in_the_file(tmp_path):
    tables = [kept(pd.DataFrame({"homes": [seed, seed]}), seed) for seed in (1, 2, 3)]
    frame = to_pandas(written(tmp_path, *tables))
    assert list(frame["seed"]) == [1, 1, 2, 2, 3, 3]
    assert list(frame["homes"]) == [1, 1, 2, 2, 3, 3]


def test_rows_are_written_in_groups_as_they_come(tmp_path, monkeypatch):
    monkeypatch.setattr("resilience.runs.tables.ROWS_IN_A_GROUP", 10)
    writer = TableWriter(tmp_path / "t.parquet", "t", {})
    for seed in range(10):
        writer.add(kept(pd.DataFrame({"homes": range(4)}), seed))
        assert writer._waiting_rows < 10
    writer.close()
    file = pq.ParquetFile(tmp_path / "t.parquet")
    assert file.metadata.num_row_groups == 4
    assert writer.rows == file.metadata.num_rows == 40


def test_a_run_with_no_events_fits_among_the_others(tmp_path):
    empty = pd.DataFrame({"month": [], "cause": [], "hours": []})
    full = pd.DataFrame({"month": [APRIL], "cause": ["fee"], "hours": [1.5]})
    for order in ((empty, full), (full, empty)):
        table = written(tmp_path, *(kept(frame, seed) for seed, frame in enumerate(order)))
        assert table.num_rows == 1
        assert table.schema.field("month").type == pa.date32()
        assert table.schema.field("hours").type == pa.float32()


def test_a_run_with_no_events_need_not_even_know_their_columns(tmp_path):
    empty, full = pd.DataFrame({"month": []}), pd.DataFrame({"month": [APRIL], "cause": ["fee"]})
    for order in ((empty, full), (full, empty)):
        table = written(tmp_path, *(kept(frame, seed) for seed, frame in enumerate(order)))
        assert table.column("cause").to_pylist() == ["fee"]


def test_a_column_that_is_empty_in_one_run_takes_its_type_from_another(tmp_path):
    table = written(tmp_path, kept(pd.DataFrame({"cause": [None, None]})), kept(pd.DataFrame({"cause": ["fee"]}), 2))
    assert table.column("cause").to_pylist() == [None, None, "fee"]


def test_a_column_empty_in_every_run_is_text(tmp_path):
    table = written(tmp_path, kept(pd.DataFrame({"cause": [None]})))
    assert table.schema.field("cause").type == pa.string()


def test_counts_with_a_gap_in_one_run_are_numbers_in_all(tmp_path):
    table = written(tmp_path, kept(pd.DataFrame({"homes": [3]})), kept(pd.DataFrame({"homes": [np.nan, 4.0]}), 2))
    assert table.column("homes").to_pylist() == [3.0, None, 4.0]


def test_a_gap_that_comes_too_late_is_an_error_and_not_a_wrong_number(tmp_path, monkeypatch):
    monkeypatch.setattr("resilience.runs.tables.ROWS_IN_A_GROUP", 1)
    writer = TableWriter(tmp_path / "t.parquet", "t", {})
    writer.add(kept(pd.DataFrame({"homes": [3]})))
    with pytest.raises(pa.ArrowInvalid):
        writer.add(kept(pd.DataFrame({"homes": [3.5]}), 2))
    writer.close(keep=False)


def test_a_run_with_other_columns_is_refused_by_name(tmp_path):
    writer = TableWriter(tmp_path / "t.parquet", "t", {})
    writer.add(kept(pd.DataFrame({"homes": [3]})))
    writer.add(kept(pd.DataFrame({"houses": [3]}), 2))
    with pytest.raises(ValueError, match=r"table 't' has other columns .*: homes, houses"):
        writer.close()


def test_reading_gives_timestamps_for_dates(tmp_path):
    frame = to_pandas(written(tmp_path, kept(pd.DataFrame({"month": [APRIL]}))))
    assert frame["month"].iloc[0] == pd.Timestamp("2025-04-01")
