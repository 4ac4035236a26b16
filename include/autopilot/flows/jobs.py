"""What a retraining asks SageMaker for: one function per operator of the DAG, which gives its Create request.

None where a run takes another path: a featurizer that is fitted again comes before the featurize jobs, and a candidate
without steps is searched again instead of featurizing and training. Beside that the champion answers the same holdout.

Apart from the steps, because every process of an operator imports this, and the steps need numpy and more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import RunError
from include.autopilot.candidate.winner import find_candidate
from include.autopilot.drops.manifest import fit_manifest_of, manifest_uri
from include.autopilot.drops.plan import Plan
from include.autopilot.drops.split import SIDES
from include.autopilot.requests import refit, replay, retune, retuned, searchagain
from include.autopilot.settings.config import ModelConfig
from include.autopilot.template.projection import Request
from include.autopilot.template.published import Template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

Job = Mapping[str, Any]
"""What an operator returned of its job or model: ``name``, ``arn``, ``uri`` (its result), and more."""
Batch = Mapping[str, Any]
"""Drops whose features one task makes: ``name`` for people, ``drops`` by their names."""


def fit_request(template: Template, plan: Plan) -> Request | None:
    """Return the CreateTrainingJob request that fits the featurizer on the run's training rows."""
    if plan.path != "refit" or plan.options.dry_run:
        return None
    return refit.fit_request(template, plan, fit_manifest_of(plan))


def featurizer_request(template: Template, plan: Plan, fitted: Job) -> Request:
    """Return the CreateModel request of the model that featurizes training data with the new featurizer."""
    return refit.featurizer_request(template, plan, fitted["uri"])


def featurize_requests(template: Template, plan: Plan, batch: Batch, featurizer: Job | None = None) -> list[Request]:
    """Return a CreateTransformJob request per drop of a batch.

    :param featurizer: the model of a featurizer that was fitted again; None: the template's.
    """
    model, wanted = featurizer["name"] if featurizer else None, set(batch["drops"])
    drops = [drop for drop in plan.used if drop.name in wanted]
    return [replay.featurize_request(template, drop, model, plan.kms_key) for drop in drops]


def training_request(template: Template, plan: Plan) -> Request | None:
    """Return the CreateTrainingJob request."""
    if plan.path == "search_again":
        return None
    return replay.training_request(template, plan, {side: manifest_uri(plan, side) for side in SIDES})


def retune_request(template: Template, plan: Plan) -> Request | None:
    """Return the CreateHyperParameterTuningJob request that tunes around the winner."""
    if plan.retune is None:
        return None
    return retune.retune_request(template, plan, {side: manifest_uri(plan, side) for side in SIDES})


def search_again_request(template: Template, plan: Plan) -> Request | None:
    """Return the request that repeats the template's search on the run's rows."""
    return searchagain.again_request(template, plan) if plan.path == "search_again" else None


def model_request(
    s3: S3Client,
    sagemaker: SageMakerClient,
    template: Template,
    plan: Plan,
    trained: Job | None = None,
    fitted: Job | None = None,
    searched: Job | None = None,
    tuned: Job | None = None,
) -> Request:
    """Return the CreateModel request of the whole pipeline: replayed with the new artifacts, or what the search found.

    :param tuned: the tuning job of a retune: the better one of its best training and the replay makes the model.
    :param fitted: the job that fitted the featurizer again; None: the template's stays.
    :raises CandidateError: the search found nothing that can be served, or another kind of pipeline.
    """
    if searched is not None:
        return searchagain.found_model_request(template, plan, find_candidate(sagemaker, s3, searched["name"]))
    if trained is None:
        raise RunError("Neither a training nor a search has ended. Clear the task guard with all that follows it.")
    artifact = trained["uri"]
    if tuned is not None:
        artifact = retuned.choose(s3, sagemaker, template, plan, tuned["name"], trained["name"])["uri"]
    return replay.model_request(template, plan, artifact, fitted["uri"] if fitted else None)


def second_model_request(template: Template, plan: Plan, trained: Job | None = None) -> Request | None:
    """Return the CreateModel request of a run's second challenger; None where its training failed."""
    return replay.model_request(template, plan, trained["uri"]) if trained else None


def prediction_request(template: Template, plan: Plan, created: Job) -> Request:
    """Return the CreateTransformJob request that predicts every holdout, the target joined beside the prediction."""
    return replay.prediction_request(template, plan, created["name"])


def champion_request(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, plan: Plan) -> Request | None:
    """Return the CreateModel request of the champion; None where there is none to ask."""
    # The comparison that it belongs to needs numpy.
    from include.autopilot.champion import judging

    return judging.champion_request(s3, sagemaker, config, plan)


def champion_prediction_request(s3: S3Client, plan: Plan, champion: Job) -> Request:
    """Return the CreateTransformJob request with which the champion predicts the run's holdout."""
    from include.autopilot.champion import judging

    return judging.prediction_request(s3, plan, champion["name"])
