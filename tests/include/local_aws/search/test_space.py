from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from include.local_aws.runtimes.linear_learner.hyperparameters import validated as of_linear_learner
from include.local_aws.runtimes.mlp.hyperparameters import validated as of_mlp
from include.local_aws.runtimes.xgboost.hyperparameters import validated as of_xgboost
from include.local_aws.search.algorithms import ALGORITHMS, LINEAR_LEARNER, MLP, XGBOOST
from include.local_aws.search.columns import Columns
from include.local_aws.search.objectives import BINARY, MULTICLASS, REGRESSION, objective_for
from include.local_aws.search.space import SPACES, fixed
from include.local_aws.tuning.ranges import ranges_of

VALIDATED: Mapping[str, Callable[[Mapping[str, str]], dict[str, Any]]] = {
    "xgboost": of_xgboost,
    "linear-learner": of_linear_learner,
    "mlp": of_mlp,
}


def columns(*labels: tuple[str, int], rows: int = 100) -> Columns:
    described = ({"name": "a", "kind": "categorical"},)
    return Columns(("y", "a"), "y", "", labels, {"train": rows, "validation": 20, "dropped": 0}, described)


@pytest.mark.parametrize("name", ALGORITHMS)
@pytest.mark.parametrize(
    ("problem", "found"),
    [
        (REGRESSION, columns()),
        (BINARY, columns(("no", 90), ("yes", 30))),
        (MULTICLASS, columns(("a", 1), ("b", 2), ("c", 3))),
    ],
)
def test_everything_proposed_is_a_hyperparameter_of_the_container(problem: str, found: Columns, name: str) -> None:
    settings = {**fixed(ALGORITHMS[name], objective_for(problem, None), found), **SPACES[name].start}
    assert VALIDATED[name](settings)
    assert ("num_class" in "".join(settings)) == (problem == MULTICLASS)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_the_start_is_within_the_ranges(name: str) -> None:
    ranges = ranges_of(SPACES[name].parameters())
    assert {one.name for one in ranges} == SPACES[name].start.keys() == SPACES[name].ranges().keys()
    assert all(one.known(SPACES[name].start[one.name]) is not None for one in ranges)


def test_small_tables_are_cross_validated() -> None:
    objective = objective_for(REGRESSION, None)
    for algorithm in ALGORITHMS.values():
        assert fixed(algorithm, objective, columns(rows=49_980))["_kfold"] == "5"
        assert "_kfold" not in fixed(algorithm, objective, columns(rows=49_981))
        assert fixed(algorithm, objective, columns())["_tuning_objective_metric"] == "validation:mse"
    assert fixed(XGBOOST, objective_for(REGRESSION, "MAE"), columns())["eval_metric"] == "mae,mse,rmse,r2"


def test_classes_are_counted_in_the_searched_data() -> None:
    two, three = columns(("no", 90), ("yes", 30)), columns(("a", 1), ("b", 2), ("c", 3))
    assert fixed(XGBOOST, objective_for(BINARY, None), two)["scale_pos_weight"] == "3"
    assert fixed(XGBOOST, objective_for(MULTICLASS, None), three)["num_class"] == "3"
    assert fixed(MLP, objective_for(MULTICLASS, None), three)["num_classes"] == "3"


def test_mlp_is_told_how_many_categories_come_first() -> None:
    assert fixed(MLP, objective_for(REGRESSION, None), columns())["num_categorical_features"] == "1"


def test_linear_learner_chooses_its_threshold_for_the_objective() -> None:
    def criterion(metric: str) -> str:
        settings = fixed(LINEAR_LEARNER, objective_for(BINARY, metric), columns(("no", 90), ("yes", 30)))
        return settings["binary_classifier_model_selection_criteria"]

    assert [criterion(name) for name in ("F1", "Accuracy", "AUC")] == ["f_beta", "accuracy", "loss_function"]
