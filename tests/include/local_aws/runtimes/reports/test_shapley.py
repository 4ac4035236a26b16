from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from include.local_aws.runtimes.reports.shapley import Attributions, attributions

ROWS = np.random.default_rng(1).normal(size=(30, 6))
BASELINE = np.zeros(6)
TABLE = np.vstack([BASELINE, ROWS])
EVERYWHERE = np.ones(ROWS.shape, dtype=bool)


def mixed(rows: NDArray[np.int16]) -> NDArray[np.float64]:
    return np.asarray(TABLE[rows, np.arange(6)])


def straight(rows: NDArray[np.int16]) -> NDArray[np.float64]:
    """Two outputs that are sums over columns; the last column has no part in them."""
    return np.asarray(mixed(rows) @ np.array([[3, 2, 1, -1, 0.5, 0], [0, 0, 1, 0, 0, 0]]).T)


def bent(rows: NDArray[np.int16]) -> NDArray[np.float64]:
    """One output in which columns act together, from a baseline that is not 0."""
    x = mixed(rows)
    return np.asarray(7 + x[:, [0]] * x[:, [1]] + np.exp(x[:, [2]]) * (x[:, [3]] > 0) + x[:, [4]])


def explained(answer: object, evaluations: int = 10**6, least: int = 1) -> Attributions:
    return attributions(answer, EVERYWHERE, evaluations, least)  # type: ignore[arg-type]


def test_of_a_sum_every_column_has_its_term() -> None:
    found = explained(straight).values
    assert found[:, :, 0] == pytest.approx(ROWS * [3, 2, 1, -1, 0.5, 0])
    assert found[:, :, 1] == pytest.approx(ROWS * [0, 0, 1, 0, 0, 0])


def test_the_values_of_a_row_sum_to_what_it_answers_beyond_the_baseline() -> None:
    answers = bent(np.vstack([np.zeros(6), np.tile(np.arange(1, 31)[:, None], 6)]).astype(np.int16))
    assert explained(bent).values.sum(axis=1) == pytest.approx(answers[1:] - answers[0])


def test_two_columns_that_act_together_share_alike() -> None:
    found = explained(bent).values[:, :, 0]
    assert found[:, 0] == pytest.approx(ROWS[:, 0] * ROWS[:, 1] / 2)
    assert found[:, 1] == pytest.approx(found[:, 0])


def test_a_column_that_differs_nowhere_is_not_tried() -> None:
    differs = EVERYWHERE.copy()
    differs[:, 2] = False
    found = attributions(straight, differs, 10**6, 1)
    assert not found.values[:, 2].any()
    assert found.evaluations == 30 * 2 * 6


@pytest.mark.parametrize(("evaluations", "least", "rows"), [(100, 1, 7), (14, 1, 1), (1, 3, 3), (10**6, 1, 30)])
def test_no_more_rows_are_explained_than_the_evaluations_allow(evaluations: int, least: int, rows: int) -> None:
    found = explained(straight, evaluations, least)
    assert (len(found.values), found.evaluations) == (rows, rows * 2 * 7)


def test_importance_is_the_mean_size() -> None:
    found = explained(straight)
    assert found.importance == pytest.approx(np.abs(found.values).mean(axis=0))
    assert found.importance[:, 0].argmax() == 0
    assert found.importance[5, 0] == 0
