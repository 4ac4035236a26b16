"""Cross-validation: which rows train and which are held out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold

from include.local_aws.runtimes import ClientError

Indices = NDArray[np.int64]


def folds(
    labels: NDArray[Any], number: int, repeats: int, stratified: bool, seed: int
) -> Iterator[tuple[Indices, Indices]]:
    """Yield (rows to train on, rows held out) for `repeats` times `number` folds; the same seed gives the same folds.

    AWS's XGBoost container leaves the shuffle unseeded; here the same job gives the same model.

    :raises ClientError: fewer rows than folds.
    """
    if number > len(labels):
        raise ClientError(f"_kfold {number} needs at least {number} rows, the channels have {len(labels)}")
    splitter = (RepeatedStratifiedKFold if stratified else RepeatedKFold)(
        n_splits=number, n_repeats=repeats, random_state=seed % 2**32
    )
    try:
        yield from splitter.split(np.zeros(len(labels)), labels)
    except ValueError as error:  # such as a class with fewer rows than folds
        raise ClientError(f"_kfold {number}: {error}") from error
