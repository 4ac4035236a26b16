"""How good predictions are. Regression: RMSE, MAE, R2 and Spearman's rank correlation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error


@dataclass(frozen=True)
class RegressionMetrics:
    """Errors are in units of the target. None: not defined for these rows (one row, or all values equal)."""

    rows: int
    rmse: float
    mae: float
    r2: float | None
    spearman: float | None


def regression_metrics(actual: Sequence[float], predicted: Sequence[float]) -> RegressionMetrics:
    """Compare predictions with measured values, pair by pair.

    :raises ValueError: the two differ in length or are empty.
    """
    truth, guess = np.asarray(actual, dtype=float), np.asarray(predicted, dtype=float)
    varied = len(truth) > 1 and bool(np.ptp(truth))
    return RegressionMetrics(
        rows=len(truth),
        rmse=float(root_mean_squared_error(truth, guess)),
        mae=float(mean_absolute_error(truth, guess)),
        r2=float(r2_score(truth, guess)) if varied else None,
        spearman=float(spearmanr(truth, guess).statistic) if varied and np.ptp(guess) else None,
    )
