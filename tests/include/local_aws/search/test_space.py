from __future__ import annotations

import optuna
import pytest

from include.local_aws.runtimes.xgboost.hyperparameters import validated
from include.local_aws.search.columns import Columns
from include.local_aws.search.objectives import BINARY, MULTICLASS, REGRESSION, objective_for
from include.local_aws.search.space import START, fixed, suggest


def columns(*labels: tuple[str, int], rows: int = 100) -> Columns:
    return Columns(("y", "a"), "y", "", labels, {"train": rows, "validation": 20, "dropped": 0}, ())


@pytest.mark.parametrize(
    ("problem", "found"),
    [
        (REGRESSION, columns()),
        (BINARY, columns(("no", 90), ("yes", 30))),
        (MULTICLASS, columns(("a", 1), ("b", 2), ("c", 3))),
    ],
)
def test_everything_proposed_is_a_hyperparameter_of_the_container(problem: str, found: Columns) -> None:
    trial = optuna.trial.FixedTrial(START)
    assert validated({**fixed(objective_for(problem, None), found), **suggest(trial)})


def test_the_start_is_within_the_ranges() -> None:
    study = optuna.create_study()
    study.enqueue_trial(START)
    proposed = {name: float(value) for name, value in suggest(study.ask()).items()}
    assert proposed == {name: float(value) for name, value in START.items()}


def test_small_tables_are_cross_validated() -> None:
    objective = objective_for(REGRESSION, None)
    assert fixed(objective, columns(rows=49_980))["_kfold"] == "5"
    assert "_kfold" not in fixed(objective, columns(rows=49_981))
    assert fixed(objective, columns())["_tuning_objective_metric"] == "validation:mse"
    assert fixed(objective_for(REGRESSION, "MAE"), columns())["eval_metric"] == "mae,mse,rmse,r2"


def test_classes_are_counted_in_the_searched_data() -> None:
    assert fixed(objective_for(BINARY, None), columns(("no", 90), ("yes", 30)))["scale_pos_weight"] == "3"
    assert fixed(objective_for(MULTICLASS, None), columns(("a", 1), ("b", 2), ("c", 3)))["num_class"] == "3"
