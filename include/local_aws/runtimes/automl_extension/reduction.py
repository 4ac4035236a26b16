"""Fewer columns: principal components of dense tables, a truncated decomposition of sparse ones."""

from __future__ import annotations

from typing import Any, Self

from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.decomposition import PCA, TruncatedSVD

from include.local_aws.runtimes.automl_extension.tables import same_width

_SPARSE_ITERATIONS = 5


class RobustPCA(BaseEstimator, TransformerMixin):  # type: ignore[misc]
    """The first `n_components` components; a table with no more columns than that stays as it is.

    :param random_state: None is 0 here, so that the same rows make the same features.
    """

    def __init__(
        self,
        n_components: int = 1000,
        svd_solver: str = "auto",
        iterated_power: Any = "auto",
        tol: float = 0.0,
        random_state: Any = None,
    ) -> None:
        self.n_components = n_components
        self.svd_solver = svd_solver
        self.iterated_power = iterated_power
        self.tol = tol
        self.random_state = random_state

    def fit(self, X: Any, y: Any = None) -> Self:  # noqa: N803, ARG002
        """Learn the components."""
        self.n_features_in_ = X.shape[1]
        self.robust_pca_ = None if X.shape[1] <= self.n_components else self._method(sparse.issparse(X)).fit(X)
        return self

    def transform(self, X: Any, y: Any = None) -> Any:  # noqa: N803, ARG002
        """Return the components, or the table."""
        same_width(self, X)
        return X if self.robust_pca_ is None else self.robust_pca_.transform(X)

    def _method(self, sparsely: bool) -> Any:
        seed = 0 if self.random_state is None else self.random_state
        power: Any = self.iterated_power
        if not sparsely:
            return PCA(
                self.n_components, svd_solver=self.svd_solver, tol=self.tol, iterated_power=power, random_state=seed
            )
        solver = "arpack" if self.svd_solver == "arpack" else "randomized"
        rounds = _SPARSE_ITERATIONS if power == "auto" else power
        return TruncatedSVD(self.n_components, algorithm=solver, n_iter=rounds, tol=self.tol, random_state=seed)
