"""Evaluate one run: metrics of every holdout, written beside the run's other results."""

from __future__ import annotations

import logging
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from include.autopilot.errors import MissingObjectError, RunError
from include.autopilot.metrics import regression_metrics
from include.autopilot.objects import read_json, write_json
from include.autopilot.plan import Plan
from include.autopilot.predictions import read_predictions
from include.autopilot.source import marked

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)


def evaluate_run(s3: S3Client, plan: Plan, output_uri: str) -> dict[str, Any]:
    """Compare predictions with holdouts, write ``evaluation.json`` and return its content.

    :param output_uri: the prediction job's S3OutputPath.
    :return: ``cutoff``, ``judge`` (the holdout that counts), ``holdouts`` (name -> metrics and the address of the
        predictions), ``predictions`` (the output path), ``source`` and ``synthetic``.
    :raises EvaluationError: the predictions do not belong to the holdouts line for line.
    """
    holdouts = {
        predictions.holdout: {
            **asdict(regression_metrics(predictions.actual, predictions.predicted)),
            "predictions": predictions.uri,
        }
        for predictions in read_predictions(s3, plan, output_uri)
    }
    evaluation = {
        "cutoff": plan.cutoff.isoformat(),
        "judge": plan.holdouts[0].name,
        "holdouts": holdouts,
        "predictions": output_uri,
        "source": plan.source,
        "synthetic": plan.synthetic,
    }
    write_json(s3, _uri(plan), evaluation)
    for name, found in holdouts.items():
        text = f"{plan.title}, holdout {name}: RMSE {found['rmse']:.4f}, MAE {found['mae']:.4f}, {found['rows']} rows"
        log.info("%s", marked(text, plan.source))
    return evaluation


def load_evaluation(s3: S3Client, plan: Plan) -> dict[str, Any]:
    """Return the evaluation of a run.

    :raises RunError: it was not evaluated yet.
    """
    try:
        evaluation: dict[str, Any] = read_json(s3, _uri(plan))
    except MissingObjectError as error:
        raise RunError(f"Run {plan.run} has no evaluation yet ({_uri(plan)}). Run the evaluate task first.") from error
    return evaluation


def _uri(plan: Plan) -> str:
    return f"{plan.folder}/evaluation.json"
