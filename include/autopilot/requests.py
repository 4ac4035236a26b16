"""The requests of one run: the template's, with what this run changes put in by name. Pure functions.

Channels are found by ChannelName, never by position; whatever is not changed here is sent as Autopilot had it.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import date
from typing import Any

from include.autopilot.answer import asked_for, output_filter
from include.autopilot.errors import TemplateError
from include.autopilot.names import job_name
from include.autopilot.options import RunOptions
from include.autopilot.plan import Plan, PlannedDrop
from include.autopilot.preparation import Prepared
from include.autopilot.projection import Request
from include.autopilot.split import Side
from include.autopilot.tags import TEMPLATE_TAG
from include.autopilot.template import Template
from include.autopilot.validation import check

# AWS's default when a request names no limit: one day.
_DEFAULT_RUNTIME = 86_400
# How long a spot training may wait for capacity, beyond its own runtime; 30 days is the service's limit for both.
_SPOT_WAIT = 3_600
_LONGEST = 2_592_000
# The algorithm stands second in every pipeline: featurizer, algorithm, and for classification a label decoder.
_ALGORITHM = 1


def featurize_name(model: str, day: date, prepared: Prepared, template: str) -> str:
    """Return the name of a drop's transform job: the same in every run, so that runs share the job."""
    return job_name(model, "featurize", day, prepared.folder, prepared.prepared, template)


def featurize_request(template: Template, drop: PlannedDrop) -> Request:
    """Return the CreateTransformJob request that makes one drop's features.

    The model stays the template's: the featurizer that passes the target on as the label.
    """
    request = copy.deepcopy(template.steps.featurize)
    request["TransformJobName"] = drop.job
    request["TransformInput"]["DataSource"]["S3DataSource"] = {
        "S3DataType": "S3Prefix",
        "S3Uri": drop.prepared.folder,
    }
    # Prepared chunks are plain text, whatever Autopilot's own were.
    request["TransformInput"]["CompressionType"] = "None"
    request["TransformOutput"]["S3OutputPath"] = drop.features
    return check("TransformJob", _tagged(request, template))


def training_request(template: Template, plan: Plan, manifests: Mapping[Side, str]) -> Request:
    """Return the CreateTrainingJob request.

    :param manifests: the address of each side's manifest.
    :raises TemplateError: the template's algorithm has no channel for one of the sides.
    """
    request = copy.deepcopy(template.steps.train)
    channels = request.get("InputDataConfig", [])
    names = {channel["ChannelName"] for channel in channels}
    if not set(manifests) <= names:
        raise TemplateError(
            f"The algorithm of template {template.digest} has the channels {', '.join(sorted(names))}; "
            f"expected {' and '.join(manifests)} among them. Search again."
        )
    for channel in channels:
        if channel["ChannelName"] in manifests:
            source = channel["DataSource"]["S3DataSource"]
            source["S3DataType"] = "ManifestFile"
            source["S3Uri"] = manifests[channel["ChannelName"]]
    request["OutputDataConfig"]["S3OutputPath"] = f"{plan.folder}/model"
    if "CheckpointConfig" in request:
        # The template's checkpoints are the old job's: training would resume from them.
        request["CheckpointConfig"]["S3Uri"] = f"{plan.folder}/checkpoints"
    _place(request, plan.options)
    _limit(request, plan.options)
    prepared = [drop.prepared.prepared for drop in plan.used]
    request["TrainingJobName"] = job_name(plan.model, "train", plan.cutoff, plan.run, template.digest, *prepared)
    return check("TrainingJob", _tagged(request, template))


def model_request(template: Template, plan: Plan, artifact: str) -> Request:
    """Return the CreateModel request: all containers with their environments, the algorithm's with the new artifact.

    The environments are the template's, apart from the answer's columns where the run needs others.

    :param artifact: the S3 address of the new ``model.tar.gz``.
    """
    request = copy.deepcopy(template.steps.model)
    request["Containers"] = asked_for(request["Containers"], plan.problem.columns)
    request["Containers"][_ALGORITHM]["ModelDataUrl"] = artifact
    identity = (plan.run, artifact, *plan.problem.columns)
    request["ModelName"] = job_name(plan.model, "model", plan.cutoff, *identity)
    return check("Model", _tagged(request, template))


def prediction_request(template: Template, plan: Plan, model_name: str) -> Request:
    """Return the CreateTransformJob request that predicts every holdout; one output line ``key,target,answer...``.

    The holdout's lines are ``key,target,features...``: the model sees the features only, and the service puts key and
    target beside the answer, so that nothing has to be aligned by line number later.
    """
    request = copy.deepcopy(template.steps.featurize)
    # Settings of the featurizer's own container; the pipeline asks for its own payload size.
    for name in ("BatchStrategy", "Environment", "MaxPayloadInMB"):
        request.pop(name, None)
    request["TransformInput"] = {
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"{plan.folder}/holdout"}},
        "ContentType": "text/csv",
        "CompressionType": "None",
        "SplitType": "Line",
    }
    request["TransformOutput"] = {
        **request["TransformOutput"],
        # Under the model's name: predictions of a model that was trained again do not mix with the old ones.
        "S3OutputPath": f"{plan.folder}/predictions/{model_name}",
        "Accept": "text/csv",
        "AssembleWith": "Line",
    }
    request["DataProcessing"] = {
        "InputFilter": "$[2:]",
        "JoinSource": "Input",
        "OutputFilter": output_filter(plan.problem.columns),
    }
    request["ModelName"] = model_name
    request["TransformJobName"] = job_name(plan.model, "predict", plan.cutoff, plan.run, model_name)
    return check("TransformJob", _tagged(request, template))


def _tagged(request: Request, template: Template) -> Request:
    """Tag the request with the template it was made from; whoever finds the job compares it before taking it over."""
    return {**request, "Tags": [*request.get("Tags", []), {"Key": TEMPLATE_TAG, "Value": template.digest}]}


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
