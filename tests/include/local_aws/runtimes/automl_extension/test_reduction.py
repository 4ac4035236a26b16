"""Expected values: what the library documents, and what its release 2.5.0 answered on scikit-learn 0.23.2."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from include.local_aws.runtimes.automl_extension.reduction import RobustPCA

ROWS = np.random.RandomState(0).normal(size=(20, 3)) * [3, 2, 1]


def test_dense_and_sparse_tables_become_narrower() -> None:
    dense = RobustPCA(n_components=2).fit_transform(ROWS)
    np.testing.assert_allclose(np.abs(dense[:2]), [[4.49448, 0.37818], [5.98032, 3.07565]], atol=1e-5)
    thin = RobustPCA(n_components=2).fit_transform(sparse.csr_matrix(ROWS))
    np.testing.assert_allclose(np.abs(thin[:2]), [[5.3321, 0.50295], [6.9611, 3.20659]], atol=1e-5)


def test_a_table_that_is_narrow_stays_as_it_is() -> None:
    for components in (3, 1000):
        assert RobustPCA(n_components=components).fit_transform(ROWS) is ROWS
