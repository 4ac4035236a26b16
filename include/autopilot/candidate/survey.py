"""Everything that can be said about a candidate, also where that is not enough to replay it.

A survey never stops at the first thing that is missing: it keeps one reason why the candidate cannot be used
(``refusal``), what was not there to read (``missing``, from folders of recorded responses) and what a person should
know (``warnings``). :mod:`include.autopilot.candidate.winner` turns a whole one into a candidate, or raises
what it kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from include.autopilot.base.errors import (
    AutopilotError,
    CandidateError,
    MissingResourceError,
    NotRecordedError,
    UnreadableError,
)
from include.autopilot.base.lenient import text_at
from include.autopilot.base.metrics import BINARY, MULTICLASS, PROBLEM_TYPES
from include.autopilot.candidate.artifacts import Artifacts, featurizer_container
from include.autopilot.candidate.containers import MODE, Container, doubts, why_not_pipeline
from include.autopilot.candidate.contract import Schema, schema_of, schema_of_columns
from include.autopilot.candidate.descriptions import Description, describe, is_denied
from include.autopilot.candidate.images import FEATURIZER, algorithm_of, repository
from include.autopilot.candidate.objective import Objective, trained_classes, trained_problem_type
from include.autopilot.candidate.processor import Processor
from include.autopilot.candidate.stated import Stated, labelled
from include.autopilot.candidate.steps import Steps
from include.autopilot.candidate.tags import Tags, read_tags

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

# The role of each job to replay -> its kind.
JOBS = {"fit": "TrainingJob", "featurize": "TransformJob", "train": "TrainingJob"}
_ARNS = {"fit": "TrainingJobArn", "featurize": "TransformJobArn", "train": "TrainingJobArn", "featurizer": "ModelArn"}


@dataclass
class Survey:
    """What is known of a candidate.

    :param label: what it was asked for by, for messages.
    :param kind: which version of the API described the Autopilot job: ``AutoMLJob`` or ``AutoMLJobV2``.
    :param job: the description of the Autopilot job; empty where it is not known.
    :param candidate: the candidate as the job tells it; empty where the job has none, or is not known.
    :param described: the descriptions of the ``fit``, ``featurize`` and ``train`` jobs and of the ``featurizer`` model.
    """

    label: str
    automl_job: str | None = None
    kind: str | None = None
    job: Description = field(default_factory=dict)
    candidate: Description = field(default_factory=dict)
    name: str | None = None
    steps: Steps | None = None
    described: dict[str, Description] = field(default_factory=dict)
    containers: tuple[Container, ...] = ()
    processor: Processor | None = None
    problem_type: str | None = None
    objective: Objective | None = None
    target: str | None = None
    schema: Schema | None = None
    tags: Tags = field(default_factory=lambda: Tags({}, {}))
    missing: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    refusal: AutopilotError | None = None

    def refuse(self, reason: str | AutopilotError | None) -> None:
        """Keep a reason; the first one counts, None is none."""
        if reason is not None and self.refusal is None:
            self.refusal = CandidateError(reason) if isinstance(reason, str) else reason

    @property
    def is_ensemble(self) -> bool:
        """Whether the candidate is one of the ENSEMBLING mode."""
        return self.steps is not None and self.steps.is_ensemble


def describe_part(survey: Survey, sagemaker: SageMakerClient, role: str, kind: str, name: str | None) -> None:
    """Add the description of one job or model; what is gone or denied is a reason, what was not recorded missing."""
    if name is None:
        survey.refuse(f"{survey.label}: the {role} is not named anywhere.")
        return
    try:
        told = describe(sagemaker, kind, name)
        # What was recorded may have lost it.
        survey.described[role] = told if text_at(told, f"{kind}Name") else {**told, f"{kind}Name": name}
    except NotRecordedError as error:
        survey.missing.append(str(error))
    except MissingResourceError as error:
        survey.refuse(MissingResourceError(f"{error} {survey.label} cannot be replayed without its {role}."))
    except ClientError as error:
        if not is_denied(error):
            raise
        survey.refuse(UnreadableError(f"AWS does not let us describe {kind} {name}, the {role}: {error}"))


def check_parts(survey: Survey, artifacts: Artifacts) -> None:
    """Look at the described jobs and models for what makes replaying them impossible or wrong."""
    for role, member in (
        ("fit", "TrainingJobStatus"),
        ("featurize", "TransformJobStatus"),
        ("train", "TrainingJobStatus"),
    ):
        status = text_at(survey.described.get(role), member)
        if status not in ((None, "Completed", "Stopped") if role == "train" else (None, "Completed")):
            reason = text_at(survey.described[role], "FailureReason")
            told = f" ({reason.rstrip('.')})" if reason else ""
            survey.refuse(
                f"{survey.label}: its {role} job is {status}{told}; only a Completed one leaves what is needed."
            )
    _check_image(survey, "fit")
    _check_image(survey, "train")
    container = featurizer_container(survey.described.get("featurizer"))
    mode = text_at(container, "Environment", MODE)
    if mode is not None:
        survey.refuse(
            f"{survey.label}: the model of the featurize step has {MODE}={mode}. It would pass the target on as the "
            "first feature, without a label and without any error. Training data must go through the same artifact "
            f"without {MODE}; a model like the first inference container is for serving only."
        )
    artifact = text_at(container, "ModelDataUrl")
    if artifact is not None and survey.refusal is None and artifacts.is_gone(artifact):
        survey.refuse(f"{survey.label}: the featurizer's artifact {artifact} does not exist any more.")


def check_containers(survey: Survey, kind: str = "candidate") -> None:
    """Check the inference containers against the problem type."""
    label = f"{survey.label}: {kind} {survey.name}"
    if survey.is_ensemble:
        if len(survey.containers) != 1:
            survey.refuse(
                f"{label} has one training step and {len(survey.containers)} inference containers; one was expected."
            )
        return
    reason = why_not_pipeline(survey.containers, survey.problem_type, label)
    survey.refuse(reason)
    if reason is None:
        survey.warnings += doubts(survey.containers, survey.described.get("featurizer"))


def check_problem(survey: Survey) -> None:
    """Compare the problem type with what the algorithm was trained for."""
    trained = trained_problem_type(survey.described.get("train", {}))
    if survey.problem_type is not None and survey.problem_type not in PROBLEM_TYPES:
        survey.refuse(f"{survey.label} is for {survey.problem_type}; known are {', '.join(PROBLEM_TYPES)}.")
    elif survey.problem_type and trained and trained != survey.problem_type:
        survey.warnings.append(f"The job says {survey.problem_type}, the hyperparameters of its winner {trained}.")


def find_columns(survey: Survey, artifacts: Artifacts, stated: Stated) -> None:
    """Add the generated module and the schema; what is stated stands in for a module that cannot be found.

    :raises CandidateError: what is stated cannot be so.
    """
    if not survey.is_ensemble:
        _find_processor(survey, artifacts, stated)
    _read_schema(survey, stated)
    count = trained_classes(survey.described.get("train", {}))
    known = len(survey.schema.labels) if survey.schema else 0
    if known and count is not None and count != known:
        survey.refuse(
            f"{survey.label}: its algorithm was trained for {count} classes, and its generated module names {known}: "
            "the module is another candidate's."
        )
    if survey.schema is None or not stated.labels:
        return
    if survey.is_ensemble:
        survey.warnings.append("The classes given are not used: a search learns them from its rows.")
    elif not survey.schema.labels:
        survey.schema = labelled(survey.schema, survey.problem_type or "", stated.labels, count)
    elif tuple(stated.labels) != survey.schema.labels:
        survey.warnings.append("The classes given differ from those of the generated module, which are used.")


def _read_schema(survey: Survey, stated: Stated) -> None:
    target, columns = survey.target, stated.columns
    if survey.processor is not None:
        if target is not None and target != survey.processor.target:
            survey.refuse(
                f"{survey.label}: the job's target is {target!r}, its data processor's is {survey.processor.target!r}."
            )
        survey.target = survey.processor.target
        _read_labelled_problem(survey, survey.processor.labels or stated.labels)
        if survey.problem_type is not None:
            survey.schema = schema_of(survey.processor, survey.problem_type)
        if columns is not None and tuple(columns) != survey.processor.header:
            survey.warnings.append("The columns given differ from those of the generated module, which are used.")
        return
    _read_labelled_problem(survey, stated.labels)
    if target is None or survey.problem_type is None:
        return
    if columns is not None:
        survey.schema = schema_of_columns(columns, target, survey.problem_type)
    elif survey.is_ensemble:
        # Nothing depends on their order where nothing is replayed.
        survey.schema = schema_of_columns((target,), target, survey.problem_type)


def _read_labelled_problem(survey: Survey, labels: Sequence[str]) -> None:
    """Take the problem type from the number of classes, where nothing else tells it."""
    if survey.problem_type is None and labels:
        survey.problem_type = BINARY if len(labels) == 2 else MULTICLASS
        survey.warnings.append(
            f"The job does not tell its problem type: {survey.problem_type} by its {len(labels)} classes."
        )


def find_tags(survey: Survey, sagemaker: SageMakerClient) -> None:
    """Add the tags of the Autopilot job and of everything described."""
    asked = [(role, text_at(survey.described.get(role), member)) for role, member in _ARNS.items()]
    arns = [(role, arn) for role, arn in asked if role in survey.described]
    if survey.job:
        arns.insert(0, ("search", text_at(survey.job, "AutoMLJobArn")))
    survey.tags = read_tags(sagemaker, arns)
    if survey.tags.warning:
        survey.warnings.append(survey.tags.warning)


def _check_image(survey: Survey, role: str) -> None:
    image = text_at(survey.described.get(role), "AlgorithmSpecification", "TrainingImage")
    if image is None:
        return
    if (repository(image) != FEATURIZER) if role == "fit" else (algorithm_of(image) is None):
        survey.refuse(
            f"{survey.label}: its {role} job ran on {image}, which is no image of Autopilot's hyperparameter tuning."
        )


def _find_processor(survey: Survey, artifacts: Artifacts, stated: Stated) -> None:
    try:
        survey.processor = artifacts.processor(survey.described.get("fit"), survey.described.get("featurizer"))
    except NotRecordedError as error:
        if stated.columns is None:
            survey.missing.append(str(error))
    except CandidateError as error:
        if stated.columns is None:
            survey.refuse(error)
        else:
            survey.warnings.append(f"{error} The columns given are used.")
