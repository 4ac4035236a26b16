from __future__ import annotations

import numpy as np
import pytest

from include.local_aws.runtimes.autogluon.blend import loss, weights
from include.local_aws.runtimes.estimators.task import BINARY, MULTICLASS, REGRESSOR, Task

NUMBERS = Task(REGRESSOR)
TRUTH = np.array([0.0, 1.0, 2.0, 3.0])


def test_two_that_err_in_opposite_directions_share() -> None:
    found = weights(NUMBERS, TRUTH, {"high": TRUTH + 1, "low": TRUTH - 1, "far": TRUTH + 9})
    assert found == {"high": 0.5, "low": 0.5}


def test_one_that_is_right_has_all_the_weight_and_of_equals_the_first() -> None:
    assert weights(NUMBERS, TRUTH, {"wrong": TRUTH + 1, "right": TRUTH, "too": TRUTH}) == {"right": 1.0}


def test_a_blend_is_never_worse_than_its_best_member() -> None:
    dice = np.random.default_rng(0)
    made = {name: TRUTH + dice.normal(size=4) for name in "abc"}
    found = weights(NUMBERS, TRUTH, made)
    assert sum(found.values()) == pytest.approx(1)
    blended = np.sum([share * made[name] for name, share in found.items()], axis=0)
    assert loss(NUMBERS, TRUTH, blended) <= min(loss(NUMBERS, TRUTH, one) for one in made.values())


def test_the_loss_of_classes_is_of_the_true_ones_probability() -> None:
    two = loss(Task(BINARY, 2), np.array([1.0, 0.0]), np.array([0.8, 0.4]))
    assert two == pytest.approx(-(np.log(0.8) + np.log(0.6)) / 2)
    chances = np.array([[0.2, 0.5, 0.3], [0.0, 0.0, 1.0]])
    three = loss(Task(MULTICLASS, 3), np.array([1.0, 2.0]), chances)
    assert three == pytest.approx(-np.log(0.5) / 2)
    assert np.isfinite(loss(Task(MULTICLASS, 3), np.array([0.0, 0.0]), chances[1:].repeat(2, axis=0)))
