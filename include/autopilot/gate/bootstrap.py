"""The paired bootstrap: draw the holdout's rows with replacement, the same rows for both models, again and again.

Percentile intervals (Efron and Tibshirani 1993, chapter 13). The bias-corrected ones (BCa) were measured and are worse
here: with heavy-tailed errors they promote equals twice as often, see docs/adr/0010-gate.md.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from include.autopilot.gate.confusion import Scorer, Values
from include.autopilot.gate.resampled import ResampledMetric

# One chunk of counts takes 8 MB, or one resample; what is drawn does not depend on it.
_CELLS = 1_000_000
# Draws of all resamples together: some minutes. Of a large holdout fewer resamples tell the interval as well.
_DRAWS, _FEWEST = 2 * 10**9, 1000
# A metric that more resamples than this share lack (AUC without a positive row) has no honest interval.
MOST_UNDEFINED = 0.05


def resamples_of(rows: int, wanted: int) -> int:
    """Return how many resamples are drawn of a holdout: what is wanted, and of more than 200,000 rows fewer."""
    return min(wanted, max(_FEWEST, _DRAWS // rows))


def resampled_counts(rows: int, resamples: int, seed: int) -> Iterator[Values]:
    """Yield counts in chunks: one line per resample, one column per row of the holdout."""
    random = np.random.default_rng(seed)
    at_once = max(1, _CELLS // rows)
    for start in range(0, resamples, at_once):
        size = min(at_once, resamples - start)
        drawn = random.integers(0, rows, (size, rows)) + np.arange(size)[:, None] * rows
        yield np.bincount(drawn.ravel(), minlength=size * rows).reshape(size, rows).astype(float)


def resampled_gains(
    metric: ResampledMetric, champion: Scorer, challenger: Scorer, rows: int, resamples: int, seed: int
) -> Values:
    """Return the challenger's gain in every resample where it is defined; above zero the challenger is better."""
    # Two infinite losses have no difference; what is not finite is left out.
    with np.errstate(invalid="ignore", over="ignore"):
        gains = np.concatenate(
            [
                metric.loss(champion(counts)) - metric.loss(challenger(counts))
                for counts in resampled_counts(rows, resamples, seed)
            ]
        )
    return np.asarray(gains[np.isfinite(gains)], dtype=float)


def resampled_values(scorer: Scorer, rows: int, resamples: int, seed: int) -> Values:
    """Return one model's metric in every resample where it is defined."""
    with np.errstate(invalid="ignore", over="ignore"):
        values = np.concatenate([scorer(counts) for counts in resampled_counts(rows, resamples, seed)])
    return np.asarray(values[np.isfinite(values)], dtype=float)


def value_of(scorer: Scorer, rows: int) -> float:
    """Return the metric of the holdout as it is: every row once."""
    return float(scorer(np.ones((1, rows)))[0])
