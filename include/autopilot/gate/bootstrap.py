"""The paired bootstrap: draw the holdout's rows with replacement, the same rows for both models, again and again.

Percentile intervals (Efron and Tibshirani 1993, chapter 13). The bias-corrected ones (BCa) were measured and are worse
here: with heavy-tailed errors they promote equals twice as often, see docs/adr/0010-gate.md.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from include.autopilot.gate.resampled import ResampledMetric, Scorer, Values

# One chunk of counts takes 16 MB, whatever the number of rows.
_CELLS = 2_000_000


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
    gains = np.concatenate(
        [
            metric.loss(champion(counts)) - metric.loss(challenger(counts))
            for counts in resampled_counts(rows, resamples, seed)
        ]
    )
    return np.asarray(gains[np.isfinite(gains)], dtype=float)


def value_of(scorer: Scorer, rows: int) -> float:
    """Return the metric of the holdout as it is: every row once."""
    return float(scorer(np.ones((1, rows)))[0])
