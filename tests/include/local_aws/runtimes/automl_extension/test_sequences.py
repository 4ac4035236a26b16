"""Expected values: the examples that the library documents, and what its release 2.5.0 answered."""

from __future__ import annotations

import numpy as np
import pytest

from include.local_aws.runtimes.automl_extension.sequences import TSFlattener

nan = np.nan


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,, 3, 44", [1, nan, 3, 44]),
        ("11, 111", [11, 111]),
        ("NaN, , 1, NaN", [nan, nan, 1, nan]),
        ("x,2", [nan, 2]),
        ("inf,1e3", [nan, 1000]),
        ("", [nan]),
        (None, [nan]),
    ],
)
def test_a_text_is_its_numbers(text: str | None, numbers: list[float]) -> None:
    [flat] = TSFlattener().fit([[text]]).transform([[text]])
    np.testing.assert_array_equal(flat, numbers)


def test_a_long_sequence_is_trimmed() -> None:
    assert TSFlattener(2).transform([["1,2,3"], ["4"]])[0].tolist() == [2, 3]
    assert TSFlattener(2, trim_beginning=False).transform([["1,2,3"]])[0].tolist() == [1, 2]


def test_it_takes_one_column() -> None:
    with pytest.raises(ValueError, match="one column of sequences at a time, not 2"):
        TSFlattener().transform([["1,2", "3"]])
