"""What a retune found, and who of the two goes on to the gate: its best training, or the one that replays the winner.

The validation rows decide, as they decide within the tuning job. The rows that judge are not touched: the gate sees one
challenger, and its error is not shared.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import MissingObjectError, RunError
from include.autopilot.base.lenient import at, items_at, mapping_at, number_at, text_at
from include.autopilot.base.source import marked
from include.autopilot.candidate.descriptions import describe
from include.autopilot.drops.plan import Plan
from include.autopilot.requests.retune import KIND
from include.autopilot.s3.objects import read_json, write_json
from include.autopilot.template.published import Template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

log = logging.getLogger(__name__)

_RANGES = ("IntegerParameterRanges", "ContinuousParameterRanges")


def choose(
    s3: S3Client, sagemaker: SageMakerClient, template: Template, plan: Plan, tuning: str, replay: str
) -> dict[str, Any]:
    """Compare a tuning job's best training with the replay, write what was found, and return it.

    :param tuning: the name of the tuning job; ``replay``: that of the training job.
    :return: ``chosen`` (``retuned`` or ``replayed``), ``uri`` of its artifact, ``best``, ``replay``, ``trainings`` and
        more, as in ``retunes/<run>.json``.
    :raises RunError: the tuning job has no best training.
    """
    told = describe(sagemaker, KIND, tuning)
    best = text_at(told, "BestTrainingJob", "TrainingJobName")
    if best is None:
        raise RunError(
            f"The tuning job {tuning} has no best training: none of its trainings told {_objective(told)[0]}. Look at "
            "their logs in SageMaker, or start another run with the recipe replay."
        )
    metric, direction = _objective(told)
    value = _objective_in(at(told, "BestTrainingJob"))
    replayed = describe(sagemaker, "TrainingJob", replay)
    finals = (one for one in items_at(replayed, "FinalMetricDataList") if one["MetricName"] == metric)
    theirs = next((_finite(one, "Value") for one in finals), None)
    better = value is not None and (theirs is None or (value < theirs if direction == "Minimize" else value > theirs))
    going = describe(sagemaker, "TrainingJob", best) if better else replayed
    content: dict[str, Any] = {
        "run": plan.run,
        "cutoff": plan.cutoff.isoformat(),
        "template": plan.template,
        "synthetic": plan.synthetic,
        "job": tuning,
        "parent": plan.retune.parent if plan.retune else None,
        "metric": metric,
        "direction": direction,
        "chosen": "retuned" if better else "replayed",
        "uri": str(going["ModelArtifacts"]["S3ModelArtifacts"]),
        "best": {"name": best, "value": value},
        "replay": {"name": replay, "value": theirs},
        "hyperparameters": list(_compared(template, told)),
        "trainings": list(_trainings(sagemaker, tuning)),
    }
    content["sentence"] = _sentence(content)
    log.info("%s", marked(content["sentence"], plan.source))
    write_json(s3, plan.locations.retune(plan.run), content)
    return content


def retune_of(s3: S3Client, plan: Plan) -> dict[str, Any] | None:
    """Return what the run's retune found, as :func:`choose` wrote it; None of a run that did not retune."""
    if plan.retune is None:
        return None
    try:
        found: dict[str, Any] = read_json(s3, plan.locations.retune(plan.run))
    except MissingObjectError:
        return None
    return found


def _compared(template: Template, told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield each tuned hyperparameter: the winner's value, the range, and the best training's."""
    winner = mapping_at(template.steps.train, "HyperParameters")
    best = mapping_at(told, "BestTrainingJob", "TunedHyperParameters")
    ranges = mapping_at(told, f"{KIND}Config", "ParameterRanges")
    for one in (entry for member in _RANGES for entry in items_at(ranges, member)):
        name = one["Name"]
        yield {
            "name": name,
            "winner": winner.get(name),
            "low": one["MinValue"],
            "high": one["MaxValue"],
            "best": best.get(name),
        }


def _trainings(sagemaker: SageMakerClient, tuning: str) -> Iterator[dict[str, Any]]:
    pages = sagemaker.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job")
    for page in pages.paginate(HyperParameterTuningJobName=tuning, SortBy="Name", SortOrder="Ascending"):
        for one in page["TrainingJobSummaries"]:
            began, ended = at(one, "TrainingStartTime"), at(one, "TrainingEndTime")
            yield {
                "name": one["TrainingJobName"],
                "status": one["TrainingJobStatus"],
                "value": _objective_in(one),
                "seconds": round((ended - began).total_seconds(), 1) if began and ended else None,
                "hyperparameters": dict(one["TunedHyperParameters"]),
            }


def _objective(told: Mapping[str, Any]) -> tuple[str, str]:
    """Return the metric of a tuning job, and which way is better."""
    objective = mapping_at(told, f"{KIND}Config", "HyperParameterTuningJobObjective")
    return str(objective["MetricName"]), str(objective["Type"])


def _objective_in(training: Any) -> float | None:
    return _finite(training, "FinalHyperParameterTuningJobObjectiveMetric", "Value")


def _finite(value: Any, *path: str) -> float | None:
    """Return the number at a path; one that is none, as a training ends in that diverges, is nothing to compare."""
    found = number_at(value, *path)
    return found if found is not None and math.isfinite(found) else None


def _sentence(found: Mapping[str, Any]) -> str:
    count, metric = len(found["trainings"]), found["metric"]
    value, theirs = found["best"]["value"], found["replay"]["value"]
    tried = f"{count} trainings around the winner's hyperparameters"
    if value is None:
        return f"{tried}: the best does not tell its {metric}. The replay goes on."
    if theirs is None:
        return f"{tried}: the best has {metric} {value:.4g} and goes on. The replay does not tell its own."
    if found["chosen"] == "retuned":
        return f"{tried}: the best has {metric} {value:.4g}, the replay {theirs:.4g}. The best goes on."
    return f"{tried}: none has a better {metric} than the replay with {theirs:.4g}. The replay goes on."
