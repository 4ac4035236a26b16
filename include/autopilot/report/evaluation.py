"""Evaluate one run: metrics of every holdout, written beside the run's other results."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from include.autopilot.errors import MissingObjectError, RunError
from include.autopilot.objects import read_json, write_json
from include.autopilot.plan import Plan
from include.autopilot.report.metrics import Direction
from include.autopilot.report.outcome import Classes
from include.autopilot.report.predictions import Predictions, read_predictions
from include.autopilot.report.scores import Score, scores_of
from include.autopilot.source import marked

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

BETTER: Mapping[Direction, str] = {"Minimize": "lower is better", "Maximize": "higher is better"}


def evaluate_run(s3: S3Client, plan: Plan, output_uri: str) -> dict[str, Any]:
    """Compare predictions with holdouts, write ``evaluation.json`` and return its content.

    :param output_uri: the prediction job's S3OutputPath.
    :return: ``cutoff``, ``problem_type``, ``judge`` (the holdout that counts), ``objective`` (the metric that counts:
        ``metric``, ``direction``, and its ``value`` on the judge or the ``reason`` why it has none), ``holdouts``
        (name -> ``rows``, ``metrics``, the address of the ``predictions``, and of classes the ``confusion``),
        ``predictions`` (the output path), ``source`` and ``synthetic``.
    :raises EvaluationError: the predictions do not belong to the holdouts line for line.
    """
    holdouts = {found.holdout: _holdout(plan, found) for found in read_predictions(s3, plan, output_uri)}
    judge, objective = plan.holdouts[0].name, plan.problem.objective
    measured = holdouts[judge]["metrics"][objective.metric]
    evaluation = {
        "cutoff": plan.cutoff.isoformat(),
        "problem_type": plan.problem.type,
        "judge": judge,
        "objective": {"metric": objective.metric, **measured, "direction": objective.direction},
        "holdouts": holdouts,
        "predictions": output_uri,
        "source": plan.source,
        "synthetic": plan.synthetic,
    }
    write_json(s3, _uri(plan), evaluation)
    for name, found in holdouts.items():
        log.info("%s", marked(_sentence(plan, name, found), plan.source))
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


def _holdout(plan: Plan, found: Predictions) -> dict[str, Any]:
    outcome = found.outcome
    scores = scores_of(outcome, plan.problem.type)
    evaluated: dict[str, Any] = {
        "rows": len(found.keys),
        "metrics": {name: _as_json(score) for name, score in scores.items()},
        "predictions": found.uri,
    }
    if isinstance(outcome, Classes):
        counts = [list(row) for row in outcome.confusion]
        evaluated["confusion"] = {"classes": list(outcome.names), "measured_by_predicted": counts}
    return evaluated


def _as_json(score: Score) -> dict[str, Any]:
    return {"value": score.value, "direction": score.metric.direction, "reason": score.reason}


def _sentence(plan: Plan, name: str, found: Mapping[str, Any]) -> str:
    """Return one line: the objective first, with its direction, then the other metrics that have a value."""
    objective = plan.problem.objective
    headline = found["metrics"][objective.metric]
    value = f"is not defined: {headline['reason']}" if headline["value"] is None else f"{headline['value']:.4f}"
    others = [
        f"{metric} {score['value']:.4f}"
        for metric, score in found["metrics"].items()
        if metric != objective.metric and score["value"] is not None
    ]
    first = f"{plan.title}, holdout {name}: {objective.metric} {value} ({BETTER[objective.direction]})"
    return "; ".join([first, *([", ".join(others)] if others else []), f"{found['rows']} rows"])


def _uri(plan: Plan) -> str:
    return f"{plan.folder}/evaluation.json"
