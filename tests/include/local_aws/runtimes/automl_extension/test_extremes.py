"""Expected values: what the library documents, and what its release 2.5.0 answered on scikit-learn 0.23.2."""

from __future__ import annotations

import numpy as np

from include.local_aws.runtimes.automl_extension.extremes import (
    BaseExtremeValueTransformer,
    LogExtremeValuesTransformer,
    QuantileExtremeValuesTransformer,
    log_transform,
    quantile_transform_nonrandom,
)

ROWS = np.array([[-float(row), float(row), float(row)] for row in range(11)] + [[-1e5, 1e6, 11.0]])
SOME = ROWS[[0, 1, 5, 11]]


def test_columns_with_extreme_values_are_found() -> None:
    fitted = BaseExtremeValueTransformer(threshold_std=2.0).fit(ROWS)
    assert fitted.cols_to_transform_ == [0, 1]
    np.testing.assert_allclose(fitted.quantiles_, [[-78002.2, 0.22, 0.22], [-0.22, 780002.2, 10.78]])
    assert (fitted.transform(ROWS) == ROWS).all()
    assert BaseExtremeValueTransformer().fit(ROWS).cols_to_transform_ == []
    assert BaseExtremeValueTransformer(100).fit(np.array([[1.0]] * 99 + [[50.0]])).cols_to_transform_ == [0]


def test_logarithms_keep_the_sign() -> None:
    transformed = LogExtremeValuesTransformer(threshold_std=2.0).fit(ROWS).transform(SOME)
    logs = np.log1p([0, 1, 5, 1e5])
    np.testing.assert_allclose(transformed[:, 0], -logs)
    np.testing.assert_allclose(transformed[:3, 1], logs[:3])
    assert transformed[:, 2].tolist() == [0, 1, 5, 11]
    np.testing.assert_allclose(log_transform([-3, 0, 3]), [-np.log(4), 0, np.log(4)])
    np.testing.assert_allclose(log_transform([0, 3]), [0, np.log(4)])


def test_quantiles_are_those_of_the_fit() -> None:
    transformed = QuantileExtremeValuesTransformer(threshold_std=2.0).fit(ROWS).transform(SOME)
    np.testing.assert_allclose(transformed[:, 0], [1, 10 / 11, 6 / 11, 0], atol=1e-6)
    np.testing.assert_allclose(transformed[:, 1], [0, 1 / 11, 5 / 11, 1], atol=1e-6)
    assert transformed[:, 2].tolist() == [0, 1, 5, 11]
    np.testing.assert_allclose(quantile_transform_nonrandom([1, 2, 9]).ravel(), [0, 0.5, 1], atol=1e-6)
