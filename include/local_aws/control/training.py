"""CreateTrainingJob, DescribeTrainingJob, StopTrainingJob."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from include.local_aws.control import checks, images, kinds
from include.local_aws.control.call import Call, Json, Services
from include.local_aws.control.kinds import TRAINING
from include.local_aws.errors import ValidationException
from include.local_aws.runner.failures import JobFailed
from include.local_aws.runner.sources import SourceObject, no_objects, resolve

_DEFAULT_MAX_RUNTIME_SECONDS = 86_400


def create(services: Services, call: Call) -> Json:
    """CreateTrainingJob: everything that can be refused is refused before the job exists."""
    kinds.ensure_free(services, TRAINING, call)
    check(services, call)
    resource = kinds.create(services, TRAINING, call, _described(call.request))
    services.runner.submit(resource)
    return {"TrainingJobArn": resource.arn}


def check(services: Services, call: Call) -> None:
    """Raise AWS's error for a CreateTrainingJob request that cannot be carried out."""
    request = call.request
    checks.not_done(request, "", "ServerlessJobConfig", "SessionChainingConfig", "ModelPackageConfig")
    checks.required(request, "AlgorithmSpecification", "ResourceConfig", "StoppingCondition")
    _check_algorithm(request["AlgorithmSpecification"])
    _check_resources(request)
    _check_stopping(request)
    checks.s3_uri(request["OutputDataConfig"]["S3OutputPath"], "outputDataConfig.s3OutputPath")
    _check_channels(services, call)


def check_metrics(algorithm: Mapping[str, Any]) -> None:
    """Raise AWS's error for metric definitions that an image with an algorithm, or a script, cannot have."""
    given = algorithm.get("MetricDefinitions", [])
    if given and not images.runs_scripts(algorithm["TrainingImage"]):
        raise ValidationException(
            "You can't override the metric definitions for Amazon SageMaker algorithms. Please retry the request "
            "without specifying metric definitions."
        )
    for item in given:
        try:
            re.compile(item["Regex"])
        except re.error as error:
            raise ValidationException(
                f"The regex of the metric definition {item['Name']} is invalid: {error}."
            ) from error


def stop(services: Services, call: Call) -> Json:
    """StopTrainingJob."""
    services.runner.stop(kinds.stop(services, TRAINING, call).arn)
    return {}


def _check_algorithm(algorithm: Mapping[str, Any]) -> None:
    place = "AlgorithmSpecification"
    checks.not_done(algorithm, place, "AlgorithmName", "ContainerEntrypoint", "ContainerArguments")
    if "TrainingImage" not in algorithm:
        raise ValidationException("Either AlgorithmName or TrainingImage must be specified in AlgorithmSpecification.")
    checks.known_image(algorithm["TrainingImage"])
    check_metrics(algorithm)


def _check_resources(request: Mapping[str, Any]) -> None:
    resources = request["ResourceConfig"]
    checks.not_done(resources, "ResourceConfig", "InstanceGroups", "InstancePreferences", "TrainingPlanArn")
    missing = [name for name in ("InstanceType", "InstanceCount", "VolumeSizeInGB") if name not in resources]
    if missing:
        raise ValidationException(f"ResourceConfig must specify {', '.join(missing)}.")
    checks.volume_key(resources["InstanceType"], resources.get("VolumeKmsKeyId"), "VolumeKmsKeyId")
    usage = "spot training job" if request.get("EnableManagedSpotTraining") else "training job"
    checks.instances(
        usage, resources["InstanceType"], resources["InstanceCount"], divisible=images.trains_with_script(request)
    )


def _check_stopping(request: Mapping[str, Any]) -> None:
    stopping = request["StoppingCondition"]
    runtime = stopping.get("MaxRuntimeInSeconds", _DEFAULT_MAX_RUNTIME_SECONDS)
    wait = stopping.get("MaxWaitTimeInSeconds")
    if request.get("EnableManagedSpotTraining"):
        if wait is None or wait < runtime:
            raise ValidationException(
                "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds"
            )
    elif wait is not None:
        raise ValidationException(
            "Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true"
        )


def _check_channels(services: Services, call: Call) -> None:
    seen: set[str] = set()
    for number, channel in enumerate(call.request.get("InputDataConfig", []), 1):
        name, member = channel["ChannelName"], f"inputDataConfig.{number}.member"
        if name in seen:
            raise ValidationException(f"Channel names must be unique; {name} is given twice.")
        seen.add(name)
        checks.not_done(channel, member, "ShuffleConfig")
        checks.not_done(channel["DataSource"], f"{member}.dataSource", "FileSystemDataSource", "DatasetSource")
        source = channel["DataSource"].get("S3DataSource")
        if source is None:
            raise ValidationException(f"Channel {name} has no S3DataSource.")
        checks.s3_source(source, f"{member}.dataSource.s3DataSource.s3Uri")
        if not _objects(services, call, source):
            raise ValidationException(no_objects(source["S3Uri"], call.region, call.request["RoleArn"]))


def _objects(services: Services, call: Call, source: Mapping[str, Any]) -> list[SourceObject]:
    try:
        return resolve(services.s3(call.region), source["S3Uri"], source["S3DataType"])
    except JobFailed as error:  # a manifest that is none
        raise ValidationException(str(error)) from error


def _described(request: Mapping[str, Any]) -> Json:
    """Return the members of DescribeTrainingJob that differ from the request: AWS fills in what it assumed."""
    algorithm = dict(request["AlgorithmSpecification"])
    algorithm["MetricDefinitions"] = images.metrics(algorithm)
    algorithm.setdefault("EnableSageMakerMetricsTimeSeries", False)
    return {
        "AlgorithmSpecification": algorithm,
        "InputDataConfig": [described_channel(item) for item in request.get("InputDataConfig", [])] or None,
        "OutputDataConfig": {"KmsKeyId": "", "CompressionType": "GZIP", **request["OutputDataConfig"]},
        "StoppingCondition": {"MaxRuntimeInSeconds": _DEFAULT_MAX_RUNTIME_SECONDS, **request["StoppingCondition"]},
        "EnableNetworkIsolation": request.get("EnableNetworkIsolation", False),
        "EnableInterContainerTrafficEncryption": request.get("EnableInterContainerTrafficEncryption", False),
        "EnableManagedSpotTraining": request.get("EnableManagedSpotTraining", False),
    }


def described_channel(channel: Mapping[str, Any]) -> Json:
    """Return a channel as Describe tells it, with what AWS assumed."""
    source = {"S3DataDistributionType": "FullyReplicated", **channel["DataSource"]["S3DataSource"]}
    return {"CompressionType": "None", "RecordWrapperType": "None", **channel, "DataSource": {"S3DataSource": source}}
