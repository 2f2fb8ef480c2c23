"""Columns of texts for frames, made of codes and numbers: pandas need not look at every text to find its type."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from resilience.state.columns import AnyInts, Ints


def texts(values: Sequence[str]) -> Any:
    """Return texts as a column."""
    return _column(pa.array(values, type=pa.large_string()))


def words(codes: AnyInts, names: Sequence[str]) -> Any:
    """Return the names of codes as a column; an empty text for -1."""
    known = pa.array([*names, ""], type=pa.large_string())
    return _column(known.take(pa.array(np.where(codes < 0, len(names), codes))))


def numbered(letter: str, rows: Ints) -> Any:
    """Return a letter with each row's number as a column; an empty text for -1."""
    named = pc.binary_join_element_wise(letter, pc.cast(pa.array(rows), pa.string()), "")
    return _column(pc.if_else(pa.array(rows < 0), "", named))


def _column(found: Any) -> Any:
    return pd.array(found.cast(pa.large_string()), dtype="str")
