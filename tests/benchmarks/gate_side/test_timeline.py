"""A sequence of models with known errors, followed as the benchmark follows BACE's."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.gate_side.timeline import Months, course_of
from include.autopilot.settings.gate import GateConfig

GATE = GateConfig(resamples=1000)


def months(scales, audit=()):
    """Models whose answers are wrong by the same random errors, each times its own scale."""
    random = np.random.default_rng(0)
    target, error = random.normal(0, 5, 160), random.standard_normal(160)
    answers, audited = ([target + scale * error for scale in some] for some in (scales, audit))
    return Months(target, np.array(answers), target if audit else np.empty(0), np.array(audited))


def test_every_model_meets_the_champion_of_its_time():
    course = course_of(months([1.0, 0.995, 0.8, 0.9, 0.7]), GATE)
    assert course.promoted == (1, 3, 5)
    assert course.final_regret == pytest.approx(0)
    assert course.mean_regret == pytest.approx((0 + (1 / 0.995 - 1)) / 5)


def test_small_gains_add_up_to_a_promotion():
    assert course_of(months([1.0, 0.995, 0.991, 0.985]), GATE).promoted == (1, 4)


def test_rows_that_judged_nothing_tell_how_good_the_champion_is():
    course = course_of(months([1.0, 0.995], audit=[1.0, 0.5]), GATE)
    assert course.promoted == (1,)
    assert course.final_audit == pytest.approx(1.0)


def test_nothing_promoted():
    course = course_of(months([50.0, 60.0]), GATE)
    assert course.promoted == ()
    assert np.isnan([course.final_regret, course.mean_regret, course.final_audit]).all()
