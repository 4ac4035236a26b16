"""The benchmark decides what judge() decides, and knows which models are better."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.timeline import Season, course
from benchmarks.timeline_side.worlds import METRICS, models, true_loss
from include.autopilot.candidate.objective import Objective
from include.autopilot.gate.bootstrap import resampled_counts, value_of
from include.autopilot.gate.comparison import judge
from include.autopilot.gate.resampled import resampled_metric
from include.autopilot.gate.spending import Look
from include.autopilot.settings.gate import GateConfig

GATE = GateConfig(resamples=1000)
# As far as a metric's models can be better: of squared errors what nobody can predict remains.
GAINS = {
    "MSE": (0.0, 0.0, 0.1, 0.15, 0.2),
    "AUC": (0.0, 0.0, 0.2, 0.5, 0.9),
    "F1": (0.0, 0.0, 0.2, 0.3, 0.41),
}


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("errors", ["timeline", "comparison"])
def test_the_decisions_are_the_gates(metric, errors):
    config = replace(GATE, errors=errors)
    found = []
    for draw in range(4):
        drawn = models(metric, GAINS[metric], np.random.default_rng(draw))
        season = Season(metric, drawn, np.concatenate(list(resampled_counts(200, 1000, 0))))
        for number, challenger in enumerate(drawn[1:], 1):
            look = Look("sealed", number)
            verdict = judge(drawn[0], challenger, Objective(metric, METRICS[metric]), config, look=look)
            decided = season.decided(0, number, config, number)
            assert decided == (verdict.comparison if verdict.promotes else None)
            found.append(verdict.promotes)
    assert any(found)
    assert not all(found)


def test_a_promotion_of_an_equal_model_is_a_false_one():
    config = replace(GATE, errors="comparison")
    counts = np.concatenate(list(resampled_counts(200, 1000, 0)))
    equal = [0.0] * 9
    courses = [
        course(Season("MSE", models("MSE", equal, np.random.default_rng(draw)), counts), equal, config)
        for draw in range(20)
    ]
    false = [one for one in courses if one.false is not None]
    assert 0 < len(false) < 20
    assert all(one.claims[0][0] == 0 < one.claims[0][1] for one in false)


@pytest.mark.parametrize("metric", METRICS)
def test_the_true_loss_is_that_of_many_rows(metric):
    known = resampled_metric(metric)
    losses = []
    for draw in range(60):
        drawn = models(metric, (0.0, 0.15), np.random.default_rng(draw))
        losses.append(known.loss(np.array([value_of(known.scorer(one), len(one.keys)) for one in drawn])))
    wanted = [true_loss(metric, 0.0), true_loss(metric, 0.15)]
    assert np.mean(losses, axis=0) == pytest.approx(wanted, rel=0.05)
