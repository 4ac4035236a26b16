from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap

from include.autopilot.gate import bootstrap as ours
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.resampled import resampled_metric


def test_chunks_draw_every_row_count_and_stay_small(monkeypatch):
    whole = np.concatenate(list(ours.resampled_counts(30, 500, seed=4)))
    monkeypatch.setattr(ours, "_CELLS", 30 * 64)
    chunks = list(ours.resampled_counts(30, 500, seed=4))
    assert max(len(chunk) for chunk in chunks) == 64
    assert whole.shape == (500, 30)
    assert (np.concatenate(chunks) == whole).all()
    assert (whole.sum(axis=1) == 30).all()
    assert whole.mean() == 1


def test_another_seed_draws_otherwise():
    one, other = (next(ours.resampled_counts(30, 10, seed)) for seed in (1, 2))
    assert (one != other).any()


def test_the_interval_is_scipys():
    random = np.random.default_rng(0)
    actual, noise, one, other = random.standard_normal((4, 150))
    pair = [
        Contender("m", "h", tuple(map(str, range(150))), tuple(actual), tuple(actual + noise + error / 2))
        for error in (one, other)
    ]
    metric = resampled_metric("RMSE")
    gains = ours.resampled_gains(metric, metric.scorer(pair[0]), metric.scorer(pair[1]), 150, 10_000, seed=1)

    def gain(first, second, axis):
        return np.sqrt((first**2).mean(axis=axis)) - np.sqrt((second**2).mean(axis=axis))

    errors = noise + one / 2, noise + other / 2
    theirs = bootstrap(errors, gain, paired=True, method="percentile", n_resamples=10_000, rng=random, axis=0)
    low, high = theirs.confidence_interval
    assert np.quantile(gains, [0.025, 0.975]) == pytest.approx([low, high], abs=0.05 * (high - low))


def test_of_a_large_holdout_fewer_resamples_are_drawn():
    drawn = [ours.resamples_of(rows, 10_000) for rows in (150, 200_000, 1_000_000, 10**8)]
    assert drawn == [10_000, 10_000, 2000, 1000]
    assert ours.resamples_of(10**8, 1000) == 1000
