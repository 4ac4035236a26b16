"""Values of a model's YAML that are good alone: those that contradict each other are refused when the file is read."""

from __future__ import annotations

from typing import Any

import pytest

from include.autopilot.base.errors import ConfigError
from tests.support.modelkeys import changed
from tests.support.toy import YAML

BINARY = {"search.problem_type": "BinaryClassification", "search.metric": "F1"}
# Values that are good alone and not together.
TOGETHER: list[tuple[dict[str, Any], str]] = [
    ({"key": "y"}, "target and key are both 'y'. What identifies a row is not to be predicted."),
    ({"ignore": ["note", "y"]}, "ignore holds the target 'y'. Take it out of ignore."),
    ({"ignore": ["id"]}, "ignore holds the key 'id'. Take it out of ignore."),
    (
        {"gate.judge_on": "recent", "recent.rows": 100},
        "recent.rows is 100, and gate.min_holdout_rows 150: too few to judge. Write 150 or more.",
    ),
    (
        {"gate.judge_on": "both", "holdouts": ["sealed", "recent"]},
        "a holdout is named recent, as are the recent rows that gate.judge_on asks for. Rename the holdout.",
    ),
    (
        {"window": "auto"},
        "window: auto needs rows that show a change: add gate: {judge_on: recent}, or write window: all.",
    ),
    (
        {"window": "auto", "gate.judge_on": "recent", "exam": "off"},
        "window: auto follows the champion's exams, and exam is off: say exam: on, or write window: all.",
    ),
    (
        {"window": "auto", "gate.judge_on": "both", "featurizer": "refit"},
        "window: auto takes Autopilot's featurizer: say featurizer: reuse, or write window: all.",
    ),
    (
        {"window": "auto", "gate.judge_on": "both", "recipe": "search"},
        "window: auto trains the winner again, and recipe: search does not: write window: all.",
    ),
    (
        {"segments": [{"column": "id"}]},
        "segments names the key 'id', which no two rows share. Name a column whose values rows share.",
    ),
    (
        {"segments": [{"column": "colour"}, {"column": "y"}]},
        "segments names the target 'y', which has numbers. Add bands to it, such as bands: 4.",
    ),
    (
        {**BINARY, "segments": [{"column": "y", "bands": 2}]},
        "segments asks for bands of the target 'y', which has classes. Take bands out.",
    ),
    ({"trigger": "drop"}, "trigger drop needs drops_queue_url, the SQS queue that S3 tells of objects."),
    (
        {"trigger": "both", "drops_queue_url": "https://sqs.us-east-1.amazonaws.com/123456789012/toy"},
        "trigger both needs a schedule: give a cron expression, or say trigger: drop.",
    ),
    (
        {"search": None},
        "say where the pipeline comes from: add autopilot (a job you have) or search (a new one).",
    ),
    (
        {"search_again": "trigger"},
        "search_again: trigger needs search_after_losses, the kept champions in a row that a search is to follow.",
    ),
    (
        {"endpoint.instance_count": 2},
        "endpoint describes what deploy: none leaves out: say deploy: endpoint, or take it out.",
    ),
    (
        {"inference_output": "probabilities"},
        "inference_output: probabilities is for classes, and search.problem_type is Regression. Take it out.",
    ),
    (
        {"search.problem_type": "BinaryClassification"},
        (
            "search: metric is 'MSE', which is no objective of a BinaryClassification. Write one of: Accuracy, "
            "BalancedAccuracy, F1, Precision, Recall, AUC."
        ),
    ),
    (
        {"search.problem_type": "MulticlassClassification", "search.metric": "F1"},
        (
            "search: metric is 'F1', which is no objective of a MulticlassClassification. Write one of: Accuracy, "
            "BalancedAccuracy, F1macro, PrecisionMacro, RecallMacro."
        ),
    ),
    (
        {"gate.metric": "F1", "gate.direction": "Maximize"},
        "gate.metric is 'F1', which is none of a Regression. Write one of: MSE, RMSE, MAE, R2.",
    ),
    (
        {"gate.metric": "R2", "gate.direction": "Minimize"},
        "gate: direction is Minimize, and R2 is to maximize: the gate would promote the worse model. Correct it.",
    ),
    ({"gate.direction": "Maximize"}, "gate.direction is Maximize, and MSE is to minimize. Correct it, or take it out."),
    (
        {**BINARY, "gate.metric": "AUC", "gate.direction": "Maximize"},
        "gate.metric AUC needs probabilities. Add inference_output: probabilities.",
    ),
    (
        {"budget_usd": 5, "budget_usd_per_run": 50},
        "budget_usd_per_run is 50, more than the 5 of budget_usd for a month. Correct one of them.",
    ),
    (
        {"exam": "off", "decline.least_days": 3},
        "decline says what follows from exams, and exam is off: say exam: on, or take decline out.",
    ),
    (
        {"decline.then": "retrain"},
        "decline.then: retrain needs exams: add decline.schedule, or drops_queue_url to hear of new drops.",
    ),
    (
        {"approval_timeout_seconds": 60},
        "approval_timeout_seconds limits an approval: set approval to required, or take it out.",
    ),
    (
        {"autopilot.template": "t.json", "autopilot.labels": ["no", "yes"]},
        "autopilot: a template has its own classes: state labels to the describe command that writes it.",
    ),
    (
        {"autopilot.template": "t.json", "autopilot.candidate": "c"},
        "autopilot: a candidate can be named only together with its job.",
    ),
    (
        {"encryption.sse": "AES256", "encryption.kms_key": "abc"},
        "encryption: kms_key and bucket_key belong to KMS: say sse: aws:kms, or take them out.",
    ),
    (
        {"encryption.sse": "AES256", "encryption.bucket_key": False},
        "encryption: kms_key and bucket_key belong to KMS: say sse: aws:kms, or take them out.",
    ),
    (
        {"key": "y", "ignore": ["y"], "approval_timeout_seconds": 60},
        (
            "target and key are both 'y'. What identifies a row is not to be predicted. ignore holds the target 'y'. "
            "Take it out of ignore. ignore holds the key 'y'. Take it out of ignore. approval_timeout_seconds limits "
            "an approval: set approval to required, or take it out."
        ),
    ),
]
FITTING: list[dict[str, Any]] = [
    {"root": "s3://toy-models/toy/"},
    {"budget_usd": 5, "budget_usd_per_run": 5},
    {"search.max_runtime_per_training_seconds": 600},
    {"gate.metric": "r2", "gate.direction": "Maximize"},
    {**BINARY, "search.metric": "AUC", "gate.metric": "LogLoss", "gate.direction": "Minimize"},
    {**BINARY, "inference_output": "probabilities", "gate.metric": "AUC", "gate.direction": "Maximize"},
    # What is taken over may have had another objective than a search would have.
    {"autopilot.job": "toy-1", "gate.direction": "Maximize"},
    {"autopilot.job": "toy-1", "autopilot.columns": ["a", "y"]},
    {"trigger": "drop", "drops_queue_url": "https://sqs.us-east-1.amazonaws.com/123456789012/toy"},
    {"search_again": "trigger", "search_after_losses": 3},
    {"segments": [{"column": "note"}, {"column": "y", "bands": 4}, {"column": "a", "bands": 20}]},
    {**BINARY, "segments": [{"column": "y"}]},
    # What is taken over may have another kind of target than a search would have.
    {"autopilot.job": "toy-1", "segments": [{"column": "y"}]},
]


@pytest.mark.parametrize(("changes", "said"), TOGETHER, ids=[said[:60] for _, said in TOGETHER])
def test_values_that_do_not_fit_together_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as refused:
        changed(YAML, changes)
    assert str(refused.value) == f"toy.yaml: {said}"


@pytest.mark.parametrize("changes", FITTING, ids=str)
def test_values_that_fit_together_are_taken(changes: dict[str, Any]) -> None:
    assert changed(YAML, changes).name == "toy"
