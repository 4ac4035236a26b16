"""CreateProcessingJob, DescribeProcessingJob, StopProcessingJob."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.local_aws.control import checks, images, kinds
from include.local_aws.control.call import Call, Json, Services
from include.local_aws.control.kinds import PROCESSING
from include.local_aws.errors import NotDone, ValidationException
from include.local_aws.runner.processing import ROOT


def create(services: Services, call: Call) -> Json:
    """CreateProcessingJob."""
    request = call.request
    kinds.ensure_free(services, PROCESSING, call)
    _check_application(request["AppSpecification"])
    cluster = request["ProcessingResources"]["ClusterConfig"]
    checks.not_done(cluster, "ProcessingResources.ClusterConfig", "InstancePreferences")
    missing = [name for name in ("InstanceType", "InstanceCount") if name not in cluster]
    if missing:
        raise ValidationException(f"ProcessingResources.ClusterConfig must specify {', '.join(missing)}.")
    checks.volume_key(cluster["InstanceType"], cluster.get("VolumeKmsKeyId"), "VolumeKmsKeyId")
    scripts = images.runs_scripts(request["AppSpecification"]["ImageUri"])
    checks.instances("processing job", cluster["InstanceType"], cluster["InstanceCount"], divisible=scripts)
    _check_inputs(request)
    _check_outputs(request)
    resource = kinds.create(services, PROCESSING, call, _described(request))
    services.runner.submit(resource)
    return {"ProcessingJobArn": resource.arn}


def stop(services: Services, call: Call) -> Json:
    """StopProcessingJob."""
    services.runner.stop(kinds.stop(services, PROCESSING, call).arn)
    return {}


def _check_application(application: Mapping[str, Any]) -> None:
    checks.known_image(application["ImageUri"])
    if not images.runs_scripts(application["ImageUri"]):
        checks.not_done(application, "AppSpecification", "ContainerEntrypoint", "ContainerArguments")
    elif not application.get("ContainerEntrypoint"):
        raise NotDone("A processing job of this image without an AppSpecification.ContainerEntrypoint")


def _check_inputs(request: Mapping[str, Any]) -> None:
    for number, item in enumerate(request.get("ProcessingInputs", []), 1):
        member = f"processingInputs.{number}.member"
        checks.not_done(item, member, "DatasetDefinition", "AppManaged")
        source = item.get("S3Input")
        if source is None:
            raise ValidationException(f"ProcessingInput {item['InputName']} has no S3Input.")
        if source.get("S3InputMode", "File") != "File" or source.get("S3CompressionType", "None") != "None":
            raise NotDone(f"{member}.s3Input with S3InputMode Pipe or S3CompressionType Gzip")
        checks.s3_source(source, f"{member}.s3Input.s3Uri")
        _check_local(source, member)


def _check_outputs(request: Mapping[str, Any]) -> None:
    for number, item in enumerate(request.get("ProcessingOutputConfig", {}).get("Outputs", []), 1):
        member = f"processingOutputConfig.outputs.{number}.member"
        checks.not_done(item, member, "FeatureStoreOutput", "AppManaged")
        target = item.get("S3Output")
        if target is None:
            raise ValidationException(f"ProcessingOutput {item['OutputName']} has no S3Output.")
        if target["S3UploadMode"] != "EndOfJob":
            raise NotDone(f"{member}.s3Output with S3UploadMode Continuous")
        checks.s3_uri(target["S3Uri"], f"{member}.s3Output.s3Uri")
        _check_local(target, member)


def _check_local(place: Mapping[str, Any], member: str) -> None:
    path = place.get("LocalPath", "")
    if not f"{path}/".startswith(f"{ROOT}/") or ".." in path.split("/"):
        raise ValidationException(f"LocalPath {path!r} at '{member}' must be a path below {ROOT}.")


def _described(request: Mapping[str, Any]) -> Json:
    """Return the members of DescribeProcessingJob that differ from the request: AWS fills in what it assumed."""
    inputs = [{"AppManaged": False, **item} for item in request.get("ProcessingInputs", [])]
    output = dict(request.get("ProcessingOutputConfig", {}))
    if output:
        output["Outputs"] = [{"AppManaged": False, **item} for item in output["Outputs"]]
    return {
        "ProcessingInputs": inputs or None,
        "ProcessingOutputConfig": output or None,
        "StoppingCondition": request.get("StoppingCondition", {"MaxRuntimeInSeconds": 86_400}),
    }
