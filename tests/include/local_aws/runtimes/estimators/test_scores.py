from __future__ import annotations

import re

import numpy as np
import pytest

from include.local_aws.runtimes.estimators.scores import METRIC_DEFINITIONS, NAMES, log_lines, mean, score
from include.local_aws.runtimes.estimators.task import BINARY, MULTICLASS, REGRESSOR, Task

TASKS = {REGRESSOR: Task(REGRESSOR), BINARY: Task(BINARY, 2, f_beta=0.5), MULTICLASS: Task(MULTICLASS, 3, top_k=2)}
PREDICTED = {
    REGRESSOR: np.array([1.0, 2.0, 5.0]),
    BINARY: np.array([0.9, 0.6, 0.1]),
    MULTICLASS: np.array([[0.6, 0.3, 0.1], [0.5, 0.4, 0.1], [0.1, 0.2, 0.7]]),
}


def test_numbers() -> None:
    scores = score(TASKS[REGRESSOR], np.array([1.0, 2.0, 3.0]), PREDICTED[REGRESSOR], 0.5)
    assert scores["mse"] == pytest.approx(4 / 3)
    assert scores["absolute_loss"] == pytest.approx(2 / 3)
    assert scores["r2"] == pytest.approx(-1)
    assert "r2" not in score(TASKS[REGRESSOR], np.ones(3), PREDICTED[REGRESSOR], 0.5)


def test_two_classes_and_the_threshold() -> None:
    truth = np.array([1.0, 0.0, 0.0])
    low, high = (score(TASKS[BINARY], truth, PREDICTED[BINARY], at) for at in (0.5, 0.7))
    assert (low["precision"], high["precision"]) == (0.5, 1.0)
    assert low["binary_f_beta"] == pytest.approx(1.25 * 0.5 / (0.25 * 0.5 + 1))
    assert low["roc_auc_score"] == high["roc_auc_score"] == 1.0
    assert "roc_auc_score" not in score(TASKS[BINARY], np.zeros(3), PREDICTED[BINARY], 0.5)


def test_many_classes() -> None:
    scores = score(TASKS[MULTICLASS], np.array([0.0, 1.0, 2.0]), PREDICTED[MULTICLASS], 0.5)
    assert scores["multiclass_accuracy"] == pytest.approx(2 / 3)
    assert scores["multiclass_top_k_accuracy"] == 1.0
    assert scores["objective_loss"] == pytest.approx(-np.log([0.6, 0.4, 0.7]).mean())


@pytest.mark.parametrize("predictor", TASKS)
def test_the_definitions_find_every_metric_of_their_data_in_the_log(predictor: str) -> None:
    truth = np.array([0.0, 1.0, 1.0])
    scores = score(TASKS[predictor], truth, PREDICTED[predictor], 0.5)
    assert set(scores) == set(NAMES[predictor])
    log = "\n".join(log_lines("validation", scores, TASKS[predictor]))
    found = {item["Name"]: re.search(item["Regex"], log) for item in METRIC_DEFINITIONS}
    told = {name: float(match.group(1)) for name, match in found.items() if match}
    assert told == {f"validation:{name}": pytest.approx(value) for name, value in scores.items()}


def test_the_mean_of_folds() -> None:
    assert mean([{"mse": 1.0, "r2": 0.5}, {"mse": 3.0}]) == {"mse": 2.0, "r2": 0.5}
