"""The candidate: Autopilot's winner with everything needed to replay it, found by position and role, never by name.

A winner of the hyperparameter-tuning mode has these steps, in this order:

1. a processing job that splits the data (may be absent),
2. a training job that fits the featurizer,
3. a transform job that featurizes training and validation data,
4. a training job that trains the algorithm.

The model that step 3 uses is not a step. It is the featurizer *without* ``AUTOML_TRANSFORM_MODE``, so it passes the
target on as the label; the first inference container is the same featurizer *with* it and would turn the target into a
feature.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from include.autopilot.descriptions import Description, describe
from include.autopilot.errors import CandidateError
from include.autopilot.objective import Objective, objective_of, problem_type_of, target_of
from include.autopilot.objects import list_uris, read
from include.autopilot.processor import Processor, parse_processor

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

_TRAINING = "AWS::SageMaker::TrainingJob"
_TRANSFORM = "AWS::SageMaker::TransformJob"


@dataclass(frozen=True)
class Steps:
    """The names of the jobs behind a candidate."""

    fit: str
    featurize: str
    train: str


@dataclass(frozen=True)
class Candidate:
    """One finished candidate. ``fit``, ``featurize``, ``train`` and ``featurizer`` are Describe responses.

    :param featurizer: the model that the featurize job uses.
    :param containers: the inference containers in order, with their environments.
    """

    automl_job: str
    name: str
    problem_type: str
    objective: Objective
    fit: Description
    featurize: Description
    train: Description
    featurizer: Description
    containers: tuple[dict[str, Any], ...]
    processor: Processor


def find_candidate(sagemaker: SageMakerClient, s3: S3Client, automl_job: str) -> Candidate:
    """Return the best candidate of an Autopilot job made with either version of the API.

    :raises CandidateError: the job has no winner, or one that cannot be replayed; the message says why.
    :raises MissingResourceError: the job, one of its steps or its featurizer model was deleted.
    """
    job = describe(sagemaker, "AutoMLJob", automl_job)
    best = _best(job, automl_job)
    steps = find_steps(best, automl_job)
    featurize = describe(sagemaker, "TransformJob", steps.featurize)
    fit = describe(sagemaker, "TrainingJob", steps.fit)
    processor = _read_processor(s3, fit)
    target = target_of(job)
    if target is not None and target != processor.target:
        raise CandidateError(
            f"{automl_job}: the job's target is {target!r}, its data processor's is {processor.target!r}."
        )
    return Candidate(
        automl_job=automl_job,
        name=best["CandidateName"],
        problem_type=problem_type_of(job, automl_job),
        objective=objective_of(job, best, automl_job),
        fit=fit,
        featurize=featurize,
        train=describe(sagemaker, "TrainingJob", steps.train),
        featurizer=describe(sagemaker, "Model", featurize["ModelName"]),
        containers=_containers(best, automl_job),
        processor=processor,
    )


def find_steps(candidate: Description, automl_job: str) -> Steps:
    """Return the candidate's steps by their position around its one transform job.

    :raises CandidateError: the steps are those of another mode, or incomplete.
    """
    steps = [(step["CandidateStepType"], step["CandidateStepName"]) for step in candidate["CandidateSteps"]]
    transforms = [index for index, (kind, _) in enumerate(steps) if kind == _TRANSFORM]
    if not transforms:
        raise CandidateError(
            f"{automl_job}: candidate {candidate['CandidateName']} has no transform step. Jobs of the ENSEMBLING mode "
            "leave one AutoGluon model and no steps to replay; search again with Mode HYPERPARAMETER_TUNING."
        )
    before = [name for kind, name in steps[: transforms[0]] if kind == _TRAINING]
    after = [name for kind, name in steps[transforms[0] :] if kind == _TRAINING]
    if len(transforms) != 1 or len(before) != 1 or len(after) != 1:
        kinds = ", ".join(kind.rpartition("::")[2] for kind, _ in steps)
        raise CandidateError(
            f"{automl_job}: candidate {candidate['CandidateName']} has the steps {kinds}; expected one training job "
            "before and one after one transform job."
        )
    return Steps(fit=before[0], featurize=steps[transforms[0]][1], train=after[0])


def _best(job: Description, automl_job: str) -> Description:
    best: Description | None = job.get("BestCandidate")
    status = job.get("AutoMLJobStatus")
    if status not in ("Completed", "Stopped"):
        reason = job.get("FailureReason", "it has to finish first")
        raise CandidateError(f"{automl_job} is {status}: {reason}.")
    if best is None or not best.get("CandidateSteps"):
        raise CandidateError(f"{automl_job} is {status} but left no finished candidate. Search again with more time.")
    return best


def _containers(best: Description, automl_job: str) -> tuple[dict[str, Any], ...]:
    containers = tuple(best.get("InferenceContainers", ()))
    if len(containers) not in (2, 3):
        raise CandidateError(
            f"{automl_job}: candidate {best['CandidateName']} has {len(containers)} inference containers; "
            "a featurizer and an algorithm (and for classification a label decoder) were expected."
        )
    return containers


def _read_processor(s3: S3Client, fit: Description) -> Processor:
    """Read the generated module: the fit job's ``code`` channel holds it under its ``processor_module``."""
    name = fit["TrainingJobName"]
    channels = {channel["ChannelName"]: channel for channel in fit.get("InputDataConfig", [])}
    module = fit.get("HyperParameters", {}).get("processor_module")
    if "code" not in channels or not module:
        raise CandidateError(f"Training job {name} has no code channel or no processor_module: no column order.")
    folder = channels["code"]["DataSource"]["S3DataSource"]["S3Uri"]
    path = f"/{module.replace('.', '/')}.py"
    found = [uri for uri in list_uris(s3, folder) if uri.endswith(path)]
    if len(found) != 1:
        raise CandidateError(f"{folder} holds {len(found)} files {path[1:]}; exactly one was expected.")
    return parse_processor(read(s3, found[0]).body.decode(), found[0])
