from __future__ import annotations

import numpy as np
import pandas as pd

from include.local_aws.runtimes.reports.winner import differing, middle, mixed

NONE = float("nan")
COLUMNS = {0: [1.0, 5.0, NONE], 1: ["b", "a", "b"], 2: [NONE, NONE, NONE], 3: ["", "", "x"]}
TABLE = pd.DataFrame(COLUMNS).astype({1: object, 3: object})  # as a featurizer takes texts


def test_the_middle_is_medians_and_the_most_frequent_texts_in_the_columns_order() -> None:
    usual = middle(TABLE)
    assert list(usual.columns) == [0, 1, 2, 3]
    assert usual.iloc[0].tolist()[:2] == [3.0, "b"]
    assert np.isnan(usual.iloc[0, 2])
    assert usual.iloc[0, 3] == ""
    assert (usual.dtypes == TABLE.dtypes).all()


def test_missing_values_do_not_differ() -> None:
    assert differing(TABLE, TABLE.head(1)).tolist() == [
        [False, False, False, False],
        [True, True, False, False],
        [True, False, False, True],
    ]


def test_rows_are_put_together_cell_by_cell() -> None:
    found = mixed(TABLE, np.array([[1, 0, 0, 2], [0, 1, 2, 0]]))
    assert list(found.columns) == [0, 1, 2, 3]
    assert found[[0, 1, 3]].to_numpy().tolist() == [[5.0, "b", "x"], [1.0, "a", ""]]
    assert (found.dtypes == TABLE.dtypes).all()


def test_texts_that_are_all_missing_are_missing_in_the_usual_row() -> None:
    table = pd.DataFrame({0: [None, None], 1: [1.0, 3.0]}, index=[4, 7]).astype({0: object})
    usual = middle(table)
    assert usual.shape == (1, 2)
    assert pd.isna(usual.iloc[0, 0])
    assert usual.iloc[0, 1] == 2.0
    assert not differing(table, usual)[:, 0].any()


def test_the_middle_of_huge_numbers_is_a_number() -> None:
    table = pd.DataFrame({0: [1e308, -1e308, 1.7e308, 1.5e308], 1: [1.0, 2.0, 4.0, 7.0]})
    assert middle(table).iloc[0].tolist() == [1.25e308, 3.0]
