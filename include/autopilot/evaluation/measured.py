"""Evaluate one run: metrics of every holdout, written beside the run's other results."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from include.autopilot.base.errors import MissingObjectError, RunError
from include.autopilot.base.metrics import Direction
from include.autopilot.base.source import marked
from include.autopilot.drops.plan import Plan
from include.autopilot.evaluation.outcome import Classes, Numbers
from include.autopilot.evaluation.predictions import Predictions, read_predictions
from include.autopilot.s3.objects import read_json, write_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from include.autopilot.evaluation.scores import Score

log = logging.getLogger(__name__)

# From here on four digits are enough.
_LARGE = 1e9

BETTER: Mapping[Direction, str] = {"Minimize": "lower is better", "Maximize": "higher is better"}


def evaluate_run(s3: S3Client, plan: Plan, output_uri: str) -> dict[str, Any]:
    """Compare predictions with holdouts, write ``evaluation.json`` and return its content.

    :param output_uri: the prediction job's S3OutputPath.
    :return: ``cutoff``, ``problem_type``, ``judge`` (the holdout that counts), ``objective`` (the metric that counts:
        ``metric``, ``direction``, and its ``value`` on the judge or the ``reason`` why it has none), ``holdouts``
        (name -> ``rows``, ``metrics``, the address of the ``predictions``, of classes the ``confusion``, and where
        rows have no answer ``unanswered``: how many, the first one's ``key``, and the ``fault``),
        ``predictions`` (the output path), ``source`` and ``synthetic``.
    :raises EvaluationError: the predictions do not belong to the holdouts line for line.
    """
    holdouts = {
        found.holdout: _holdout(plan, found) for found in read_predictions(s3, plan.problem, plan.holdouts, output_uri)
    }
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
        raise RunError(f"Run {plan.run} has no evaluation yet ({_uri(plan)}). Run the task judge first.") from error
    return evaluation


def _holdout(plan: Plan, found: Predictions) -> dict[str, Any]:
    outcome = found.outcome
    evaluated: dict[str, Any] = {
        "rows": len(found.keys),
        "metrics": {name: _as_json(score) for name, score in _scores(plan, found).items()},
        "predictions": found.uri,
    }
    if found.unanswered is not None:
        evaluated["unanswered"] = asdict(found.unanswered)
    if isinstance(outcome, Classes):
        counts = [list(row) for row in outcome.confusion]
        evaluated["confusion"] = {"classes": list(outcome.names), "measured_by_predicted": counts}
    return evaluated


def _scores(plan: Plan, found: Predictions) -> dict[str, Score]:
    """Return the metrics; a reason why there are none names the row that is the reason."""
    # scikit-learn takes a second and 100 MB: who only loads an evaluation does without.
    from include.autopilot.evaluation.scores import TOO_LARGE, scores_of, without_scores

    if found.unanswered is not None:
        return without_scores(plan.problem.type, found.unanswered.of(len(found.keys)))
    scores = scores_of(found.outcome, plan.problem.type)
    if not isinstance(found.outcome, Numbers):
        return scores
    too_large = {name: score for name, score in scores.items() if score.reason == TOO_LARGE}
    if not too_large:
        return scores
    key = found.keys[_furthest(found.outcome)]
    return scores | {
        name: replace(score, reason=f"{TOO_LARGE}, the largest at key {key!r}") for name, score in too_large.items()
    }


def _furthest(outcome: Numbers) -> int:
    """Return the place of the row with the largest error."""
    halves = np.asarray(outcome.predicted) / 2 - np.asarray(outcome.actual) / 2
    return int(np.argmax(np.abs(halves)))


def _as_json(score: Score) -> dict[str, Any]:
    return {"value": score.value, "direction": score.metric.direction, "reason": score.reason}


def _sentence(plan: Plan, name: str, found: Mapping[str, Any]) -> str:
    """Return one line: the objective first, with its direction, then the other metrics that have a value."""
    objective = plan.problem.objective
    headline = found["metrics"][objective.metric]
    value = f"is not defined: {headline['reason']}" if headline["value"] is None else _number(headline["value"])
    others = [
        f"{metric} {_number(score['value'])}"
        for metric, score in found["metrics"].items()
        if metric != objective.metric and score["value"] is not None
    ]
    first = f"{plan.title}, holdout {name}: {objective.metric} {value} ({BETTER[objective.direction]})"
    return "; ".join([first, *([", ".join(others)] if others else []), f"{found['rows']} rows"])


def _number(value: float) -> str:
    return f"{value:.4f}" if abs(value) < _LARGE else f"{value:.4g}"


def _uri(plan: Plan) -> str:
    return plan.run_folder.evaluation
