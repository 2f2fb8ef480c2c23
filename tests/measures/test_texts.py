"""Columns of texts are what pandas would make of the same texts."""

import numpy as np
import pandas as pd
import pytest

from resilience.measures.texts import numbered, texts, words

CODES = np.array([2, -1, 0, 2])


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (texts(["fee", "", "Dudley"]), ["fee", "", "Dudley"]),
        (texts([]), []),
        (words(CODES, ("chain", "independent", "cooperative")), ["cooperative", "", "chain", "cooperative"]),
        (words(CODES[:0], ("chain",)), []),
        (numbered("P", CODES), ["P2", "", "P0", "P2"]),
        (numbered("S", CODES[:0]), []),
    ],
)
def test_texts_are_told_as_pandas_would(column, expected):
    frame = pd.DataFrame({"text": column})
    pd.testing.assert_frame_equal(frame, pd.DataFrame({"text": pd.Series(expected, dtype="str")}))
