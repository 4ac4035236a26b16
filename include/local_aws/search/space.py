"""The hyperparameters of each algorithm that are fixed, and those that are searched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from include.local_aws.search.algorithms import LINEAR_LEARNER, MLP, XGBOOST, Algorithm
from include.local_aws.search.columns import Columns
from include.local_aws.search.interface import Json
from include.local_aws.search.objectives import BINARY, MULTICLASS, PROBLEMS, REGRESSION, Objective

# Up to here Autopilot cross-validates with five folds; beyond, one validation set is enough.
_FOLDED_ROWS = 50_000


@dataclass(frozen=True)
class Space:
    """What is searched for one algorithm.

    :param start: the first trial of every data processor.
    :param whole: whole numbers as name -> (low, high); `real`: numbers as name -> (low, high, logarithmic);
        `words`: texts as name -> choices.
    """

    start: Mapping[str, str]
    whole: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    real: Mapping[str, tuple[float, float, bool]] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def ranges(self) -> dict[str, str]:
        """Return hyperparameter -> its range, for people."""
        told = {name: f"{low} to {high}" for name, (low, high) in self.whole.items()}
        for name, (low, high, logarithmic) in self.real.items():
            told[name] = f"{low:g} to {high:g}{', logarithmic' if logarithmic else ''}"
        return told | {name: "; ".join(choices) for name, choices in self.words.items()}

    def parameters(self) -> Json:
        """Return the ranges as a tuning job's ParameterRanges."""
        return {
            "IntegerParameterRanges": [_range(name, *ends, "Linear") for name, ends in self.whole.items()],
            "ContinuousParameterRanges": [
                _range(name, low, high, "Logarithmic" if logarithmic else "Linear")
                for name, (low, high, logarithmic) in self.real.items()
            ],
            "CategoricalParameterRanges": [
                {"Name": name, "Values": list(choices)} for name, choices in self.words.items()
            ],
        }


def _range(name: str, low: float, high: float, scale: str) -> Json:
    return {"Name": name, "MinValue": str(low), "MaxValue": str(high), "ScalingType": scale}


SPACES = {
    # The start is good on many small and middle-sized tables.
    XGBOOST.name: Space(
        start={
            "num_round": "150",
            "max_depth": "4",
            "min_child_weight": "2",
            "eta": "0.1",
            "colsample_bytree": "0.5",
            "subsample": "0.8",
        },
        whole={"num_round": (100, 300), "max_depth": (3, 7), "min_child_weight": (1, 6)},
        real={
            "eta": (0.04, 0.2, True),
            "colsample_bytree": (0.3, 0.8, False),
            "subsample": (0.6, 1.0, False),
        },
    ),
    LINEAR_LEARNER.name: Space(
        start={"wd": "0.01"},
        real={"wd": (1e-5, 1.0, True)},
    ),
    MLP.name: Space(
        start={"learning_rate": "0.001", "weight_decay": "0.001", "layers": "50,25", "mini_batch_size": "64"},
        whole={"mini_batch_size": (32, 128)},
        real={"learning_rate": (3e-4, 1e-2, True), "weight_decay": (1e-6, 1.0, True)},
        words={"layers": ("50,25", "100,50", "100")},
    ),
}


def fixed(algorithm: Algorithm, objective: Objective, columns: Columns) -> dict[str, str]:
    """Return the hyperparameters that all candidates of an algorithm share.

    The balance and the number of classes are those of the searched data, as in Autopilot.
    """
    own = {XGBOOST.name: _xgboost, LINEAR_LEARNER.name: _linear_learner, MLP.name: _mlp}[algorithm.name]
    settings = {"_tuning_objective_metric": objective.logged_by(algorithm), **own(objective, columns)}
    if columns.total_rows <= _FOLDED_ROWS:
        settings["_kfold"] = "5"
    if objective.problem_type == MULTICLASS:
        settings["num_class" if algorithm is XGBOOST else "num_classes"] = str(len(columns.labels))
    return settings


def _xgboost(objective: Objective, columns: Columns) -> dict[str, str]:
    problem = PROBLEMS[objective.problem_type]
    names = [objective.name, *(name for name in problem.reported if name != objective.name)]
    settings = {
        "objective": problem.loss,
        "eval_metric": ",".join(problem.metrics[name] for name in names),
        "save_model_on_termination": "true",
        # Sixty-four bins score as well as 256 on the tables this was measured on, in less than half the time.
        "tree_method": "hist",
        "max_bin": "64",
    }
    if objective.problem_type == BINARY:
        (_, majority), (_, minority) = columns.labels
        settings["scale_pos_weight"] = f"{majority / minority:.6g}"
    return settings


def _linear_learner(objective: Objective, _columns: Columns) -> dict[str, str]:
    settings = {"ml_application": "linear_learner", "feature_dim": "auto", "use_bias": "true"}
    if objective.problem_type == BINARY:
        criteria = {"F1": "f_beta", "Accuracy": "accuracy"}
        settings |= {
            "predictor_type": "binary_classifier",
            "loss": "logistic",
            "binary_classifier_model_selection_criteria": criteria.get(objective.name, "loss_function"),
        }
    elif objective.problem_type == MULTICLASS:
        settings |= {"predictor_type": "multiclass_classifier", "loss": "softmax_loss"}
    else:
        settings |= {"predictor_type": "regressor", "loss": "squared_loss"}
    return settings


def _mlp(objective: Objective, columns: Columns) -> dict[str, str]:
    problems = {
        REGRESSION: "regression",
        BINARY: "binary_classification",
        MULTICLASS: "multiclass_classification",
    }
    return {
        "ml_application": "mlp",
        "problem_type": problems[objective.problem_type],
        "num_categorical_features": str(len(columns.of_kind("categorical"))),
        "activation": "relu",
        "epochs": "60",
    }
