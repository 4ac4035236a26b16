"""Sends generated requests to an embedded AWS of its own, whose resources they name, and says what came back."""

from __future__ import annotations

import http.client
import json
import random
from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from include.local_aws.control.plane import OPERATIONS
from include.local_aws.wire import TARGET_PREFIX
from tests.include.local_aws import jobs
from tests.include.local_aws.generated.requests import Json, Requests

FEW, MANY = 400, 10_000  # in make test and in make whole
SECONDS = 30  # for one answer; more is a hang
_NAME = "generated"
# What a legal Create starts is ended at once: jobs would take the processor from the requests.
_ENDS = {
    "CreateTrainingJob": ("StopTrainingJob", "TrainingJobName"),
    "CreateTransformJob": ("StopTransformJob", "TransformJobName"),
    "CreateProcessingJob": ("StopProcessingJob", "ProcessingJobName"),
    "CreateAutoMLJob": ("StopAutoMLJob", "AutoMLJobName"),
    "CreateAutoMLJobV2": ("StopAutoMLJob", "AutoMLJobName"),
    "CreateHyperParameterTuningJob": ("StopHyperParameterTuningJob", "HyperParameterTuningJobName"),
    "CreateEndpoint": ("DeleteEndpoint", "EndpointName"),
}


class Caller:
    """One connection to SageMaker at ``url``."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self._connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=SECONDS)

    def call(self, operation: str, request: Json) -> tuple[int, Json]:
        """Return status and answer; raises TimeoutError where there is none."""
        headers = {"X-Amz-Target": f"{TARGET_PREFIX}{operation}", "Content-Type": "application/x-amz-json-1.1"}
        self._connection.request("POST", "/", json.dumps(request), headers)
        with self._connection.getresponse() as answer:
            body = answer.read()
        return answer.status, json.loads(body) if body else {}

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def legal(clients: jobs.Clients) -> tuple[dict[str, Json], dict[str, list[Any]]]:
    """Make resources; answers a legal request for every Create, and what exists, by the member that may name it."""
    bucket = jobs.unique(_NAME)
    clients.s3.create_bucket(Bucket=bucket)
    jobs.put_tables(clients.s3, bucket)
    sagemaker = clients.sagemaker
    sagemaker.create_training_job(**jobs.training(bucket, _NAME))
    done = jobs.finished(sagemaker, "Training", _NAME)
    container = {"Image": jobs.XGBOOST, "ModelDataUrl": done["ModelArtifacts"]["S3ModelArtifacts"]}
    model = {"ModelName": _NAME, "PrimaryContainer": container, "ExecutionRoleArn": jobs.ROLE}
    variant = {
        "VariantName": "a",
        "ModelName": _NAME,
        "InitialInstanceCount": 1,
        "InstanceType": jobs.INSTANCE,
        "InitialVariantWeight": 1.0,
    }
    config = {"EndpointConfigName": _NAME, "ProductionVariants": [variant]}
    package = {
        "ModelPackageGroupName": _NAME,
        "InferenceSpecification": {
            "Containers": [container],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    }
    sagemaker.create_model(**model)
    sagemaker.create_endpoint_config(**config)
    sagemaker.create_model_package_group(ModelPackageGroupName=_NAME)
    version = sagemaker.create_model_package(**package)["ModelPackageArn"]
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/in/train/"}}
    out = {"OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/out"}, "RoleArn": jobs.ROLE}
    table = {"DataSource": source, "TargetAttributeName": "y"}
    requests: dict[str, Json] = {
        "CreateTrainingJob": jobs.training(bucket, "t"),
        "CreateTransformJob": jobs.transform(bucket, "b", _NAME),
        "CreateProcessingJob": jobs.processing(bucket, "p"),
        "CreateHyperParameterTuningJob": jobs.tuning(bucket, "h"),
        "CreateAutoMLJob": {"AutoMLJobName": "a", "InputDataConfig": [table], **out},
        "CreateAutoMLJobV2": {
            "AutoMLJobName": "a2",
            "AutoMLJobInputDataConfig": [{"ChannelType": "training", "DataSource": source}],
            "AutoMLProblemTypeConfig": {"TabularJobConfig": {"TargetAttributeName": "y"}},
            **out,
        },
        "CreateModel": {**model, "ModelName": "m"},
        "CreateEndpointConfig": {**config, "EndpointConfigName": "c"},
        "CreateEndpoint": {"EndpointName": "e", "EndpointConfigName": _NAME},
        "CreateModelPackage": package,
        "CreateModelPackageGroup": {"ModelPackageGroupName": "g"},
        "UpdateModelPackage": {"ModelPackageArn": version, "ModelApprovalStatus": "Approved"},
        "AddTags": {"ResourceArn": done["TrainingJobArn"], "Tags": [{"Key": "a", "Value": "b"}]},
        "ListTrainingJobs": {"MaxResults": 2, "SortBy": "Name", "NameContains": "e"},
        "ListCandidatesForAutoMLJob": {"AutoMLJobName": "a"},
    }
    named = ("TrainingJobName", "ModelName", "EndpointConfigName", "ModelPackageGroupName")
    known: dict[str, list[Any]] = {
        **{member: [_NAME] for member in named},
        "ModelPackageName": [version, f"{_NAME}/1"],
        "ResourceArn": [done["TrainingJobArn"], version],
        "Image": [jobs.XGBOOST],
        "TrainingImage": [jobs.XGBOOST],
        "ImageUri": [jobs.XGBOOST, jobs.BUILDER],
        "ModelDataUrl": [container["ModelDataUrl"]],
        "S3Uri": [f"s3://{bucket}/in/train", f"s3://{bucket}/nothing"],
    }
    return requests, known


def send(clients: jobs.Clients, count: int, seed: int) -> Counter[str]:
    """Send ``count`` generated requests; answers how often each kind of answer came.

    :raises AssertionError: an answer that is a defect, with the request that brought it.
    """
    bases, known = legal(clients)
    made, choose, caller = Requests(seed, known), random.Random(seed), Caller(clients.url)  # noqa: S311
    told: Counter[str] = Counter()
    try:
        for number in range(count):
            operation = choose.choice(sorted(bases) if number % 2 else sorted(OPERATIONS))
            changed = number % 2 and made.changed(operation, bases[operation])
            request = changed or made.made(operation)
            status, answer = caller.call(operation, request)
            assert status < 500, (operation, json.dumps(request), answer)
            assert status == 200 or (answer["__type"] and answer["message"]), (operation, json.dumps(request), answer)
            told[answer.get("__type", "done")] += 1
            _end(caller, operation, request, status)
    finally:
        caller.close()
    return told


def _end(caller: Caller, operation: str, request: Mapping[str, Any], status: int) -> None:
    if status == 200 and operation in _ENDS:
        stop, member = _ENDS[operation]
        caller.call(stop, {member: request[member]})
