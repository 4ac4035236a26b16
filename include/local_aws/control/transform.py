"""CreateTransformJob, DescribeTransformJob, StopTransformJob."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.local_aws.control import checks, kinds, models
from include.local_aws.control.call import Call, Json, Services
from include.local_aws.control.kinds import TRANSFORM
from include.local_aws.errors import ValidationException

_MOST_MEGABYTES_IN_FLIGHT = 100  # MaxPayloadInMB * MaxConcurrentTransforms, CreateTransformJob's documentation


def create(services: Services, call: Call) -> Json:
    """CreateTransformJob. The model is read now: deleting it later does not touch the job."""
    request = call.request
    kinds.ensure_free(services, TRANSFORM, call)
    model = models.deployable(services, call.region, request["ModelName"], "Batch transform")
    checks.not_done(request, "", "DataCaptureConfig")
    resources = request["TransformResources"]
    checks.volume_key(resources["InstanceType"], resources.get("VolumeKmsKeyId"), "VolumeKmsKeyId")
    checks.instances("transform job", resources["InstanceType"], resources["InstanceCount"], divisible=True)
    checks.s3_source(request["TransformInput"]["DataSource"]["S3DataSource"], "transformInput.dataSource.s3DataSource")
    checks.s3_uri(request["TransformOutput"]["S3OutputPath"], "transformOutput.s3OutputPath")
    _check_batches(request)
    resource = kinds.create(services, TRANSFORM, call, {**_described(request), "_Model": model})
    services.runner.submit(resource)
    return {"TransformJobArn": resource.arn}


def stop(services: Services, call: Call) -> Json:
    """StopTransformJob."""
    services.runner.stop(kinds.stop(services, TRANSFORM, call).arn)
    return {}


def _check_batches(request: Mapping[str, Any]) -> None:
    split = request["TransformInput"].get("SplitType", "None")
    if request.get("BatchStrategy") == "MultiRecord" and split == "None":  # a single record is then the whole object
        raise ValidationException("BatchStrategy can only be specified when SplitType is not None.")
    in_flight = request.get("MaxPayloadInMB", 0) * request.get("MaxConcurrentTransforms", 1)
    if in_flight > _MOST_MEGABYTES_IN_FLIGHT:
        raise ValidationException(
            f"MaxPayloadInMB * MaxConcurrentTransforms is {in_flight}; it must not exceed {_MOST_MEGABYTES_IN_FLIGHT}."
        )
    if request.get("DataProcessing", {}).get("JoinSource", "None") == "Input":
        assembled = request["TransformOutput"].get("AssembleWith", "None")
        if split != assembled:
            raise ValidationException(
                f"JoinSource Input needs the same SplitType and AssembleWith; they are {split} and {assembled}."
            )


def _described(request: Mapping[str, Any]) -> Json:
    return {
        "TransformInput": {"CompressionType": "None", "SplitType": "None", **request["TransformInput"]},
        "TransformOutput": {"AssembleWith": "None", "KmsKeyId": "", **request["TransformOutput"]},
        "DataProcessing": {
            "InputFilter": "$",
            "OutputFilter": "$",
            "JoinSource": "None",
            **request.get("DataProcessing", {}),
        },
    }
