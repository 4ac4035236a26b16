from __future__ import annotations

import pytest

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.xgboost.hyperparameters import HYPERPARAMETERS, is_classification, validated


def test_strings_become_values() -> None:
    values = validated(
        {
            "num_round": "12",
            "eta": "0.3",
            "eval_metric": "rmse, mae,error@0.7",
            "objective": "binary:logistic",
            "_kfold": "5",
            "_tuning_objective_metric": "validation:f1_binary",
            "save_model_on_termination": "true",
            "tree_method": "hist",
            "monotone_constraints": "(1,0,-1)",
        }
    )
    assert values["num_round"] == 12
    assert values["eta"] == 0.3
    assert values["eval_metric"] == ["rmse", "mae", "error@0.7"]
    assert values["monotone_constraints"] == "(1,0,-1)"


def test_the_old_name_of_squared_error_is_translated_and_the_default() -> None:
    assert validated({"num_round": "1", "objective": "reg:linear"})["objective"] == "reg:squarederror"
    assert validated({"num_round": "1"})["objective"] == "reg:squarederror"


@pytest.mark.parametrize(
    "name",
    [
        "num_round", "objective", "eta", "gamma", "max_depth", "min_child_weight", "max_delta_step", "subsample",
        "colsample_bytree", "colsample_bylevel", "colsample_bynode", "lambda", "alpha", "tree_method", "num_class",
        "scale_pos_weight", "base_score", "seed", "eval_metric", "early_stopping_rounds", "nthread", "max_leaves",
        "save_model_on_termination", "grow_policy", "max_bin", "csv_weights", "booster", "verbosity", "_kfold",
        "_num_cv_round", "_tuning_objective_metric", "num_parallel_tree", "tweedie_variance_power",
    ],
)  # fmt: skip
def test_sagemakers_names_are_known(name: str) -> None:
    assert name in HYPERPARAMETERS


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"num_rounds": "3"}, "Extraneous hyperparameter found: num_rounds"),
        ({"num_round": "0"}, "Hyperparameter num_round: 0 is not in [1, +inf)"),
        ({"num_round": "ten"}, "Hyperparameter num_round: could not parse value 'ten'"),
        ({"max_depth": "6.5"}, "Hyperparameter max_depth: could not parse value '6.5'"),
        ({"eta": "1.5"}, "Hyperparameter eta: 1.5 is not in [0, 1]"),
        ({"eta": "nan"}, "Hyperparameter eta: nan is not in [0, 1]"),
        ({"subsample": "0"}, "Hyperparameter subsample: 0.0 is not in (0, 1]"),
        ({"tweedie_variance_power": "2"}, "Hyperparameter tweedie_variance_power: 2.0 is not in (1, 2)"),
        (
            {"tree_method": "gpu_hist"},
            "Hyperparameter tree_method: gpu_hist is not in ['auto', 'exact', ",
        ),
        ({"booster": "GBTree"}, "Hyperparameter booster: GBTree is not in ['gbtree', 'gblinear', 'dart']"),
        ({"eval_metric": "rmse,rmsee"}, "Hyperparameter eval_metric: rmsee is not in ['accuracy', 'auc', "),
        ({"eval_metric": "rmse@2"}, "Hyperparameter eval_metric: rmse@2 is not in ["),
        ({"eval_metric": "error@x"}, "Hyperparameter eval_metric: error@x is not in ["),
        ({"eval_metric": "rmse,,mae"}, "Hyperparameter eval_metric: could not parse value 'rmse,,mae'"),
        ({"monotone_constraints": "(1,"}, "Hyperparameter monotone_constraints: could not parse value '(1,'"),
        ({"_tuning_objective_metric": "train:rmse"}, "Hyperparameter _tuning_objective_metric: train:rmse is not in ["),
        ({"predictor": "auto"}, "Hyperparameter predictor: this version of XGBoost no longer has it; leave it out"),
        ({"objective": "multi:softprob"}, "Require input for parameter 'num_class' for multi-classification"),
        (
            {"num_class": "3"},
            "Do not need to setup parameter 'num_class' for learning task other than multi-classification.",
        ),
        ({"eval_metric": "auc"}, "Metric 'auc' can only be applied for classification and ranking problems."),
        ({"eval_metric": "aft-nloglik"}, "Metric 'aft-nloglik' can only be applied for 'survival:aft' objective."),
        (
            {"_tuning_objective_metric": "validation:f1_binary"},
            "Metric 'f1_binary' can only be applied for classification, the objective is 'reg:squarederror'.",
        ),
        (
            {"monotone_constraints": "(1,)", "tree_method": "approx"},
            "monotone_constraints can be used only when the tree_method parameter is set to exact or hist.",
        ),
        (
            {"interaction_constraints": "[[0,1]]"},
            "interaction_constraints can be used only when the tree_method parameter is set to exact or hist or ",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_name(change: dict[str, str], message: str) -> None:
    with pytest.raises(ClientError) as caught:
        validated({"num_round": "3", **change})
    assert str(caught.value).startswith(message)


def test_num_round_is_required() -> None:
    with pytest.raises(ClientError, match="Missing required hyperparameter: num_round"):
        validated({"eta": "0.1"})


@pytest.mark.parametrize(
    ("objective", "answer"), [("binary:logistic", True), ("multi:softmax", True), ("reg:logistic", False)]
)
def test_is_classification(objective: str, answer: bool) -> None:
    assert is_classification(objective) is answer
