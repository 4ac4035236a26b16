"""The requests of one run: the template's, with what this run changes put in by name. Pure functions.

Channels are found by ChannelName, never by position; whatever is not changed here is sent as Autopilot had it.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from include.autopilot.base.errors import TemplateError
from include.autopilot.base.lenient import text_at
from include.autopilot.base.names import job_name
from include.autopilot.candidate.inference import asked_for, output_filter
from include.autopilot.candidate.tags import TEMPLATE_TAG
from include.autopilot.drops.plan import Plan, PlannedDrop
from include.autopilot.drops.split import Side
from include.autopilot.requests.encrypted import encrypted
from include.autopilot.settings.options import RunOptions
from include.autopilot.template.projection import Request
from include.autopilot.template.published import Template
from include.autopilot.template.validation import check

# AWS's default when a request names no limit: one day.
_DEFAULT_RUNTIME = 86_400
# How long a spot training may wait for capacity, beyond its own runtime; 30 days is the service's limit for both.
_SPOT_WAIT = 3_600
_LONGEST = 2_592_000
# What Autopilot transforms with; the answer of an ensemble's search names no instance type.
ENSEMBLE_INSTANCE = "ml.m5.4xlarge"
# The algorithm stands second in every pipeline: featurizer, algorithm, and for classification a label decoder.
_ALGORITHM = 1


def featurize_request(
    template: Template, drop: PlannedDrop, featurizer: str | None = None, kms_key: str | None = None
) -> Request:
    """Return the CreateTransformJob request that makes one drop's features.

    :param featurizer: the model of a featurizer that was fitted again; None: the template's own. Either one passes the
        target on as the label.
    :param kms_key: the plan's.
    """
    request = copy.deepcopy(template.steps.featurize)
    if featurizer is not None:
        request["ModelName"] = featurizer
    request["TransformJobName"] = drop.job
    request["TransformInput"]["DataSource"]["S3DataSource"] = {
        "S3DataType": "S3Prefix",
        "S3Uri": drop.prepared.folder,
    }
    # Prepared chunks are plain text, whatever Autopilot's own were.
    request["TransformInput"]["CompressionType"] = "None"
    request["TransformOutput"]["S3OutputPath"] = drop.features
    return finished("TransformJob", request, template, kms_key)


def training_request(template: Template, plan: Plan, manifests: Mapping[Side, str]) -> Request:
    """Return the CreateTrainingJob request.

    :param manifests: the address of each side's manifest.
    :raises TemplateError: the template's algorithm has no channel for one of the sides.
    """
    request = copy.deepcopy(template.steps.train)
    read_manifest(request, manifests, template)
    request["OutputDataConfig"]["S3OutputPath"] = plan.run_folder.model
    if "CheckpointConfig" in request:
        # The template's checkpoints are the old job's: training would resume from them.
        request["CheckpointConfig"]["S3Uri"] = plan.run_folder.checkpoints
    _place(request, plan.options)
    _limit(request, plan.options)
    request["TrainingJobName"] = job_name(plan.model, "train", plan.cutoff, plan.run, template.digest, *plan.learned)
    return finished("TrainingJob", request, template, plan.kms_key)


def read_manifest(request: Request, manifests: Mapping[Side, str], template: Template) -> None:
    """Let channels of a training request, found by name, read manifests.

    :raises TemplateError: there is no such channel.
    """
    channels = request.get("InputDataConfig", [])
    names = {channel["ChannelName"] for channel in channels}
    if not set(manifests) <= names:
        raise TemplateError(
            f"{request['TrainingJobName']} of template {template.digest} has the channels {', '.join(sorted(names))}; "
            f"expected {' and '.join(manifests)} among them. Search again."
        )
    for channel in channels:
        if channel["ChannelName"] in manifests:
            source = channel["DataSource"]["S3DataSource"]
            source["S3DataType"] = "ManifestFile"
            source["S3Uri"] = manifests[channel["ChannelName"]]


def model_request(template: Template, plan: Plan, artifact: str, featurizer: str | None = None) -> Request:
    """Return the CreateModel request: all containers with their environments, the algorithm's with the new artifact.

    The environments are the template's, apart from the answer's columns where the run needs others.

    :param artifact: the S3 address of the new ``model.tar.gz``.
    :param featurizer: that of a featurizer that was fitted again, which is the artifact of all other containers: the
        label decoder of a classification is the same model as the first container.
    """
    request = copy.deepcopy(template.steps.model)
    request["Containers"] = asked_for(request["Containers"], plan.problem.columns)
    for place, container in enumerate(request["Containers"]):
        if place == _ALGORITHM:
            container["ModelDataUrl"] = artifact
        elif featurizer is not None:
            container["ModelDataUrl"] = featurizer
    identity = (plan.run, artifact, *plan.problem.columns, *([featurizer] if featurizer else []))
    request["ModelName"] = job_name(plan.model, "model", plan.cutoff, *identity)
    return finished("Model", request, template, plan.kms_key)


def prediction_request(template: Template, plan: Plan, model_name: str) -> Request:
    """Return the CreateTransformJob request that predicts every holdout; one output line ``key,target,answer...``."""
    folder = plan.run_folder
    name = job_name(plan.model, "predict", plan.cutoff, plan.run, model_name)
    # Under the model's name: predictions of a model that was trained again do not mix with the old ones.
    places = plan.main_folder.holdouts, folder.predictions(model_name)
    return measured_request(template, name, model_name, *places, plan.problem.columns, plan.kms_key)


def measured_request(
    template: Template,
    name: str,
    model_name: str,
    rows: str,
    output: str,
    columns: tuple[str, ...],
    kms_key: str | None,
) -> Request:
    """Return the CreateTransformJob request that predicts rows whose target is known.

    The lines are ``key,target,features...``: the model sees the features only, and the service puts key and target
    beside the answer, so that nothing has to be aligned by line number later.

    :param name: of the job.
    :param rows: the folder of the rows; ``output``: that of the answers, one line ``key,target,answer...`` each.
    :param columns: what the model answers with.
    :param kms_key: with which the job encrypts, unless the template says it.
    """
    request = transform_settings(template)
    request["TransformInput"] = {
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": rows}},
        "ContentType": "text/csv",
        "CompressionType": "None",
        "SplitType": "Line",
    }
    request["TransformOutput"] = {
        **request["TransformOutput"],
        "S3OutputPath": output,
        "Accept": "text/csv",
        "AssembleWith": "Line",
    }
    request["DataProcessing"] = {
        "InputFilter": "$[2:]",
        "JoinSource": "Input",
        "OutputFilter": output_filter(columns),
    }
    request["ModelName"] = model_name
    request["TransformJobName"] = name
    return finished("TransformJob", request, template, kms_key)


def transform_settings(template: Template) -> Request:
    """Return what a transform of the whole pipeline takes over: instances and keys."""
    if template.replay is not None:
        request = copy.deepcopy(template.replay.featurize)
        # Settings of the featurizer's own container; the pipeline asks for its own payload size.
        for name in ("BatchStrategy", "Environment", "MaxPayloadInMB"):
            request.pop(name, None)
        return request
    # A search tells no instance for it; its keys are those it encrypted with.
    search = template.repeatable
    resources: Request = {"InstanceType": ENSEMBLE_INSTANCE, "InstanceCount": 1}
    if "VolumeKmsKeyId" in search.security:
        resources["VolumeKmsKeyId"] = search.security["VolumeKmsKeyId"]
    key = text_at(search.request, "OutputDataConfig", "KmsKeyId")
    settings: Request = {"TransformResources": resources, "TransformOutput": {"KmsKeyId": key} if key else {}}
    if "Tags" in search.request:
        settings["Tags"] = search.request["Tags"]
    return settings


def finished(kind: str, request: Request, template: Template, kms_key: str | None) -> Request:
    """Return a request that was made from a template as it is sent: with the model's key, tagged, and checked.

    The tag names the template; whoever finds the job compares it before taking it over.

    :param kind: as in ``Create<kind>``.
    :raises RequestError: SageMaker would refuse it.
    """
    sent = encrypted(kind, request, kms_key)
    tags = [*sent.get("Tags", []), {"Key": TEMPLATE_TAG, "Value": template.digest}]
    return check(kind, {**sent, "Tags": tags})


def _place(request: Request, options: RunOptions) -> None:
    """Put in the instance type and count that the form asks for."""
    resources: dict[str, Any] = request.setdefault("ResourceConfig", {})
    if options.instance_type is not None:
        resources["InstanceType"] = options.instance_type
        resources.setdefault("InstanceCount", 1)
    if options.instance_count is not None:
        resources["InstanceCount"] = options.instance_count
    if "InstanceType" in resources:
        # Other ways to say where to run exclude the instance type.
        for name in ("InstanceGroups", "InstancePreferences"):
            resources.pop(name, None)


def _limit(request: Request, options: RunOptions) -> None:
    """Put in runtime and spot; the wait limit is accepted only with spot, and then may not be below the runtime."""
    stopping: dict[str, Any] = request.setdefault("StoppingCondition", {})
    runtime = options.max_runtime_seconds or stopping.get("MaxRuntimeInSeconds", _DEFAULT_RUNTIME)
    wait = stopping.pop("MaxWaitTimeInSeconds", 0)
    stopping["MaxRuntimeInSeconds"] = runtime
    spot = request.get("EnableManagedSpotTraining", False) if options.spot is None else options.spot
    request["EnableManagedSpotTraining"] = spot
    if spot:
        stopping["MaxWaitTimeInSeconds"] = max(wait, min(runtime + _SPOT_WAIT, _LONGEST), runtime)
        # Warm pools keep an instance, and spot gives none to keep.
        request["ResourceConfig"].pop("KeepAlivePeriodInSeconds", None)
