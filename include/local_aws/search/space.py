"""The hyperparameters of XGBoost that are fixed, and those that are searched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from include.local_aws.search.columns import Columns
from include.local_aws.search.objectives import BINARY, MULTICLASS, PROBLEMS, Objective

if TYPE_CHECKING:
    import optuna

Values = dict[str, Any]

# Up to here Autopilot cross-validates with five folds; beyond, one validation set is enough.
_FOLDED_ROWS = 50_000

# name -> (low, high, logarithmic)
_WHOLE: dict[str, tuple[int, int, bool]] = {
    "num_round": (100, 300, False),
    "max_depth": (3, 7, False),
    "min_child_weight": (1, 6, False),
}
_REAL: dict[str, tuple[float, float, bool]] = {
    "eta": (0.04, 0.2, True),
    "colsample_bytree": (0.3, 0.8, False),
    "subsample": (0.6, 1.0, False),
}
# Good on many small and middle-sized tables: the first trial of every data processor.
START: Values = {
    "num_round": 150,
    "max_depth": 4,
    "min_child_weight": 2,
    "eta": 0.1,
    "colsample_bytree": 0.5,
    "subsample": 0.8,
}


def ranges() -> dict[str, str]:
    """Return hyperparameter -> its range, for people."""
    return {
        name: f"{low} to {high}{', logarithmic' if logarithmic else ''}"
        for name, (low, high, logarithmic) in {**_WHOLE, **_REAL}.items()
    }


def suggest(trial: optuna.Trial) -> dict[str, str]:
    """Ask a trial for the searched hyperparameters, as SageMaker writes them."""
    whole = {name: trial.suggest_int(name, low, high, log=log) for name, (low, high, log) in _WHOLE.items()}
    real = {name: trial.suggest_float(name, low, high, log=log) for name, (low, high, log) in _REAL.items()}
    return {name: str(value) for name, value in whole.items()} | {name: f"{value:.6g}" for name, value in real.items()}


def fixed(objective: Objective, columns: Columns) -> dict[str, str]:
    """Return the hyperparameters that all candidates share.

    The balance and the number of classes are those of the searched data, as in Autopilot.
    """
    problem = PROBLEMS[objective.problem_type]
    names = [objective.name, *(name for name in problem.reported if name != objective.name)]
    settings = {
        "objective": problem.loss,
        "eval_metric": ",".join(problem.metrics[name] for name in names),
        "_tuning_objective_metric": objective.logged,
        "save_model_on_termination": "true",
        # Sixty-four bins score as well as 256 on the tables this was measured on, in less than half the time.
        "tree_method": "hist",
        "max_bin": "64",
    }
    if columns.total_rows <= _FOLDED_ROWS:
        settings["_kfold"] = "5"
    if objective.problem_type == BINARY:
        (_, majority), (_, minority) = columns.labels
        settings["scale_pos_weight"] = f"{majority / minority:.6g}"
    if objective.problem_type == MULTICLASS:
        settings["num_class"] = str(len(columns.labels))
    return settings
