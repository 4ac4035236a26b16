"""Every data processor on a table that has every kind of column."""

from __future__ import annotations

import csv
import functools
import io
from typing import Any

import numpy as np
import pytest
from scipy import sparse

from include.local_aws.runtimes.data_builder.columns import describe
from include.local_aws.runtimes.sklearn_automl.featurizer import Featurizer
from include.local_aws.runtimes.sklearn_automl.label_encoders import NALabelEncoder
from include.local_aws.search.columns import Columns
from include.local_aws.search.processors import KINDS as BECOME_FEATURES
from include.local_aws.search.processors import PROCESSORS
from tests.include.local_aws.runtimes.sklearn_automl.tables import processor
from tests.support import mixedtable

NUMBERS = range(len(PROCESSORS))


def cells(rows: int, seed: int = 0) -> np.ndarray:
    text = mixedtable.as_csv(mixedtable.rows(rows, seed), mixedtable.KEY).decode()
    table = np.array(list(csv.reader(io.StringIO(text))), dtype=object)[1:]
    return table[:, [-1, *range(table.shape[1] - 1)]]


@functools.cache
def fitted(number: int) -> Featurizer:
    train, names = cells(600), (mixedtable.TARGET, *mixedtable.KINDS)
    described = tuple(vars(describe(name, train[:, at])) for at, name in enumerate(names) if at)
    found = Columns(names, names[0], "Regression", (), {"train": 600, "validation": 0, "dropped": 0}, described)
    made = processor(number, found)
    return Featurizer.fit(made["HEADER"], made["build_feature_transform"](), NALabelEncoder(), train)


def features(number: int, rows: np.ndarray) -> np.ndarray:
    found: Any = fitted(number).transform(rows)[0]
    dense: np.ndarray = found.toarray() if sparse.issparse(found) else found
    return dense


def test_the_kinds_are_seen() -> None:
    train = cells(600)
    found = {name: describe(name, train[:, at]).kind for at, name in enumerate(mixedtable.KINDS, 1)}
    assert found == mixedtable.KINDS
    assert set(found.values()) == set(BECOME_FEATURES)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_row_alone_has_the_features_that_it_has_among_others(number: int) -> None:
    rows = cells(60, seed=1)
    together = features(number, rows).astype(np.float32)
    alone = np.concatenate([features(number, rows[[at]]) for at in range(5)]).astype(np.float32)
    np.testing.assert_allclose(alone, together[:5], rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("column", mixedtable.KINDS)
def test_every_column_reaches_the_features(number: int, column: str) -> None:
    rows = cells(60, seed=1)
    at = list(mixedtable.KINDS).index(column) + 1
    other = rows.copy()
    other[:, at] = np.roll(other[:, at], 1)
    assert (features(number, rows) != features(number, other)).any()


@pytest.mark.parametrize("number", NUMBERS)
def test_what_was_never_seen_does_not_fail(number: int) -> None:
    rows = cells(2, seed=1)
    rows[0, 1:] = "something else"
    rows[1, 1:] = ""
    found = features(number, rows)
    assert found.shape[0] == 2
    # Trees take what is missing as it is; the others are given numbers only.
    assert number in (0, 1) or np.isfinite(found).all()
