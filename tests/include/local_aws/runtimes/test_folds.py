from __future__ import annotations

import functools
import operator

import numpy as np
import pytest

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.folds import folds


def test_every_row_is_held_out_once_and_the_seed_decides() -> None:
    labels = np.arange(23.0)
    first, again, other = ([held.tolist() for _, held in folds(labels, 5, 1, False, seed)] for seed in (1, 1, 2))
    assert sorted(functools.reduce(operator.iadd, first, [])) == list(range(23))
    assert first == again
    assert first != other


def test_classes_are_spread_over_the_folds() -> None:
    labels = np.array([0] * 8 + [1] * 4)
    assert all(labels[held].sum() == 1 for _, held in folds(labels, 4, 1, True, -3))


@pytest.mark.parametrize(
    ("labels", "stratified", "message"),
    [
        (np.arange(2.0), False, "_kfold 3 needs at least 3 rows, the channels have 2"),
        (np.array([0, 1, 0, 1]), True, "_kfold 3: n_splits=3 cannot be greater than the number of members"),
    ],
)
def test_too_little_data_is_refused(labels: np.ndarray, stratified: bool, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        list(folds(labels, 3, 1, stratified, 0))
