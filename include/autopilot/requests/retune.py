"""A retune: a tuning job around the winner's hyperparameters, beside the training that replays them.

Its trainings are those of the replay, apart from what is tuned: the same image, features, manifests, instances,
network, keys and tags. docs/adr/0032-retune.md says why both are trained.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.model import StructureShape

from include.autopilot.base.errors import MissingResourceError, TemplateError
from include.autopilot.base.lenient import mapping_at, text_at
from include.autopilot.base.metrics import Direction, find_metric
from include.autopilot.base.names import tuning_name
from include.autopilot.candidate.descriptions import describe
from include.autopilot.drops.plan import Plan, PlannedRetune, find_plan
from include.autopilot.drops.split import Side
from include.autopilot.requests.octave import OBJECTIVE, around, combinations
from include.autopilot.requests.replay import training_request
from include.autopilot.requests.warmstart import winner_of
from include.autopilot.s3.objects import list_uris, read_json
from include.autopilot.settings.retune import MOST_JOBS, RetuneConfig
from include.autopilot.template.projection import Request, create_shape
from include.autopilot.template.published import Template
from include.autopilot.template.validation import check

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

    from include.autopilot.base.locations import Locations

KIND = "HyperParameterTuningJob"
# The training's that its definition in a tuning job must not have: its trainings would go on from each other's
# checkpoints, and Amazon's images refuse metrics of others.
_NOT_TAKEN = ("CheckpointConfig", "HyperParameters")
# The newest earlier ones that are asked whether the next may begin with what they found.
_ASKED = 5


def retune_request(template: Template, plan: Plan, manifests: Mapping[Side, str]) -> Request:
    """Return the CreateHyperParameterTuningJob request of a plan that retunes.

    :param manifests: the address of each side's manifest.
    :raises TemplateError: the template does not say what its training was tuned for, or has nothing to tune.
    """
    retune = plan.retune
    if retune is None:
        raise TemplateError(f"Run {plan.run} does not retune.")
    training = training_request(template, plan, manifests)
    metric, direction = objective_of(template)
    ranges, static = around(winner_of(template), training.get("HyperParameters", {}))
    if not ranges:
        raise TemplateError(
            f"{template.candidate} has no hyperparameter to tune: none with a positive number that its algorithm lets "
            "be tuned. Write recipe: replay, or search again."
        )
    identity = (plan.run, template.digest, *plan.learned, str(retune.jobs), retune.parent or "")
    # A tuning job is refused if it may try more than there is.
    jobs = min(retune.jobs, combinations(ranges))
    request: Request = {
        f"{KIND}Name": tuning_name(plan.model, *identity),
        f"{KIND}Config": {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"Type": direction, "MetricName": metric},
            "ResourceLimits": {
                "MaxNumberOfTrainingJobs": jobs,
                "MaxParallelTrainingJobs": min(retune.parallel, jobs),
            },
            "ParameterRanges": ranges,
        },
        "TrainingJobDefinition": definition_of(training, static),
        "Tags": training["Tags"],
    }
    if retune.parent is not None:
        # Never IdenticalDataAndAlgorithm: each run's manifests are its own, and it usually has more drops.
        request["WarmStartConfig"] = {
            "ParentHyperParameterTuningJobs": [{f"{KIND}Name": retune.parent}],
            "WarmStartType": "TransferLearning",
        }
    return check(KIND, request)


def definition_of(training: Request, static: Mapping[str, str]) -> Request:
    """Return the training of a tuning job: of a CreateTrainingJob request whatever a definition can have.

    :param static: the hyperparameters that are not tuned.
    """
    shape = create_shape(KIND).members["TrainingJobDefinition"]
    taken = {member: value for member, value in training.items() if member in _members(shape)}
    algorithm = _members(shape)["AlgorithmSpecification"]
    specified = {
        member: value
        for member, value in training["AlgorithmSpecification"].items()
        if member in _members(algorithm) and member != "MetricDefinitions"
    }
    kept = {member: value for member, value in taken.items() if member not in _NOT_TAKEN}
    return {**kept, "AlgorithmSpecification": specified, "StaticHyperParameters": dict(static)}


def objective_of(template: Template) -> tuple[str, Direction]:
    """Return the metric by its name in the training's log, such as ``validation:rmse``, and which way is better.

    :raises TemplateError: the template does not say, or has no training at all.
    """
    if template.replay is None:
        raise TemplateError(
            f"{template.candidate} left no steps to replay, so there is nothing to retune. Write recipe: search, or "
            "choose it in the form: each run then searches again, as it does with recipe: replay."
        )
    metric = text_at(template.steps.train, "HyperParameters", OBJECTIVE)
    if metric is None:
        raise TemplateError(
            f"The training of {template.candidate} does not say what it was tuned for ({OBJECTIVE}), so it cannot be "
            "retuned. Write recipe: replay, or search again."
        )
    known = find_metric(metric, template.problem_type)
    if known is not None:
        return metric, known.direction
    if metric.rpartition(":")[2].lower() == template.objective.metric.rpartition(":")[2].lower():
        return metric, template.objective.direction
    raise TemplateError(
        f"The training of {template.candidate} was tuned for {metric} ({OBJECTIVE}), of which it is not known whether "
        "higher or lower is better, so it cannot be retuned. Write recipe: replay, or search again."
    )


def planned_retune(
    s3: S3Client, sagemaker: SageMakerClient, locations: Locations, key: str, template: str, config: RetuneConfig
) -> PlannedRetune:
    """Return what a run's retune may try, and the tuning job that it begins with: the last one of the same template.

    Of a run with a later cutoff none is taken: a backfilled run must not know what was learned after it. Nor is one of
    so many trainings that SageMaker, which counts them with the new ones, would refuse both. A run that is prepared
    again begins with the same one: another would be another tuning job, paid for once more.

    :param key: the run's; ``template``: the digest of its template.
    """
    before = find_plan(s3, locations.run(key))
    if before is not None and before.retune is not None and before.template == template:
        same = before.retune.parent
        if same is None or _may_begin_with(sagemaker, same, config.jobs):
            return PlannedRetune(config.jobs, config.parallel, same)
    earlier = [
        uri for uri in list_uris(s3, locations.retunes) if _name(uri) != key and _cutoff(_name(uri)) <= _cutoff(key)
    ]
    for uri in reversed(earlier[-_ASKED:]):
        found = read_json(s3, uri)
        if found["template"] == template and _may_begin_with(sagemaker, found["job"], config.jobs):
            return PlannedRetune(config.jobs, config.parallel, found["job"])
    return PlannedRetune(config.jobs, config.parallel)


def _may_begin_with(sagemaker: SageMakerClient, job: str, jobs: int) -> bool:
    """Whether a tuning job is still known, found something, and leaves room for so many trainings more."""
    try:
        described = describe(sagemaker, KIND, job)
    except MissingResourceError:
        return False
    trained = sum(mapping_at(described, "TrainingJobStatusCounters").values())
    return bool(text_at(described, "BestTrainingJob", "TrainingJobName")) and trained + jobs <= MOST_JOBS


def _name(uri: str) -> str:
    return uri.rpartition("/")[2].removesuffix(".json")


def _cutoff(key: str) -> str:
    return key.partition("-")[0]


def _members(shape: object) -> Mapping[str, object]:
    return shape.members if isinstance(shape, StructureShape) else {}
