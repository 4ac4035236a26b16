from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from include.local_aws.faults import Faults
from tests.include.local_aws.jobs import (
    INSTANCE,
    ROLE,
    XGBOOST,
    Clients,
    client,
    finished,
    processing,
    refused,
    training,
    transform,
    unique,
)


def outcomes(call: Callable[[], Any], times: int) -> list[str]:
    """Call again and again; answers each call's error code, "ok" or "lost"."""
    found = []
    for _ in range(times):
        try:
            call()
            found.append("ok")
        except ClientError as error:
            found.append(error.response["Error"]["Code"])
        except ConnectionClosedError:
            found.append("lost")
    return found


def model_request(clients: Clients, name: str) -> dict[str, Any]:
    bucket = unique("bucket")
    clients.s3.create_bucket(Bucket=bucket)
    clients.s3.put_object(Bucket=bucket, Key="model.tar.gz", Body=b"x")
    container = {"Image": XGBOOST, "ModelDataUrl": f"s3://{bucket}/model.tar.gz"}
    return {"ModelName": name, "PrimaryContainer": container, "ExecutionRoleArn": ROLE}


def test_throttling_says_what_aws_says(faults: Faults, impatient: Clients) -> None:
    faults.set([{"fault": "throttle", "operation": "sagemaker.List*"}])
    with pytest.raises(ClientError) as error:
        impatient.sagemaker.list_models()
    assert error.value.response["Error"] == {"Code": "ThrottlingException", "Message": "Rate exceeded"}
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_percentage_hits_the_same_calls_in_every_run(faults: Faults, impatient: Clients) -> None:
    def run(seed: int, between: int = 0) -> list[str]:
        faults.set([{"fault": "throttle", "operation": "sagemaker.List*", "percent": 30, "seed": seed}])
        found = []
        for _ in range(60):
            found += outcomes(impatient.sagemaker.list_models, 1)
            outcomes(impatient.sagemaker.list_training_jobs, between)
        return found

    first = run(seed=1)
    assert 8 <= first.count("ThrottlingException") <= 30
    assert run(seed=1) == first
    assert run(seed=1, between=1) == first  # other operations in between change nothing
    assert run(seed=2) != first


def test_two_rules_with_one_seed_choose_different_calls(faults: Faults, impatient: Clients) -> None:
    half = {"operation": "sagemaker.ListModels", "percent": 50}
    faults.set([{"fault": "throttle", **half}, {"fault": "expired_token", **half}])
    found = outcomes(impatient.sagemaker.list_models, 40)
    assert set(found) == {"ThrottlingException", "ExpiredTokenException", "ok"}


def test_a_count_is_for_the_next_calls_only(faults: Faults, impatient: Clients) -> None:
    faults.set([{"fault": "expired_token", "operation": "sagemaker.*", "count": 2}])
    found = outcomes(impatient.sagemaker.list_models, 4)
    assert found == ["ExpiredTokenException", "ExpiredTokenException", "ok", "ok"]
    assert faults.rules()[0]["fired"] == 2


def test_only_the_operations_that_match_are_hit(faults: Faults, impatient: Clients) -> None:
    faults.set([{"fault": "throttle", "operation": "sagemaker.ListModels"}])
    assert outcomes(impatient.sagemaker.list_models, 1) == ["ThrottlingException"]
    assert outcomes(impatient.sagemaker.list_training_jobs, 1) == ["ok"]
    assert outcomes(impatient.s3.list_buckets, 1) == ["ok"]


@pytest.mark.parametrize(
    ("status", "code"), [(500, "InternalFailure"), (503, "ServiceUnavailable"), (502, "ServiceUnavailable")]
)
def test_server_errors(faults: Faults, impatient: Clients, status: int, code: str) -> None:
    faults.set([{"fault": "server_error", "operation": "sagemaker.*", "status": status}])
    with pytest.raises(ClientError) as error:
        impatient.sagemaker.list_models()
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert error.value.response["Error"]["Code"] == code


def test_a_dropped_call_never_happened(faults: Faults, impatient: Clients) -> None:
    request = model_request(impatient, unique("model"))
    faults.set([{"fault": "drop", "operation": "sagemaker.CreateModel", "count": 1}])
    began = time.monotonic()
    with pytest.raises(ConnectionClosedError):
        impatient.sagemaker.create_model(**request)
    assert time.monotonic() - began < 5  # closed, not left to time out
    code, message = refused(impatient.sagemaker.describe_model, ModelName=request["ModelName"])
    assert (code, message.split(" ")[:3]) == ("ValidationException", ["Could", "not", "find"])


def test_after_a_lost_reply_the_thing_is_there(faults: Faults, impatient: Clients) -> None:
    request = model_request(impatient, unique("model"))
    faults.set([{"fault": "drop_after", "operation": "sagemaker.Create*", "count": 1}])
    with pytest.raises(ConnectionClosedError):
        impatient.sagemaker.create_model(**request)
    assert impatient.sagemaker.describe_model(ModelName=request["ModelName"])["ModelName"] == request["ModelName"]
    code, message = refused(impatient.sagemaker.create_model, **request)
    assert (code, message.split(" ")[:4]) == ("ValidationException", ["Cannot", "create", "already", "existing"])


def test_a_client_that_retries_gets_through(faults: Faults, disturbed: str) -> None:
    faults.set(
        [
            {"fault": "drop", "operation": "sagemaker.*", "count": 1},
            {"fault": "throttle", "operation": "sagemaker.*", "count": 1},
            {"fault": "server_error", "operation": "sagemaker.*", "count": 1},
        ]
    )
    assert client(disturbed, "sagemaker").list_models()["Models"] is not None
    assert [rule["fired"] for rule in faults.rules()] == [1, 1, 1]
    assert faults.calls() == {"sagemaker.ListModels": 4}


def test_a_delay_holds_back_the_reply_not_the_work(faults: Faults, disturbed: str, impatient: Clients) -> None:
    request = model_request(impatient, unique("model"))
    faults.set([{"fault": "delay", "operation": "sagemaker.CreateModel", "seconds": 0.5}])
    began = time.monotonic()
    impatient.sagemaker.create_model(**request)
    assert 0.5 <= time.monotonic() - began < 3
    assert faults.calls()["sagemaker.CreateModel"] == 1


def test_a_delayed_reply_can_be_lost_as_well(faults: Faults, impatient: Clients) -> None:
    faults.set(
        [
            {"fault": "delay", "operation": "sagemaker.ListModels", "seconds": 0.3},
            {"fault": "drop_after", "operation": "sagemaker.ListModels", "count": 1},
        ]
    )
    began = time.monotonic()
    assert outcomes(impatient.sagemaker.list_models, 1) == ["lost"]
    assert time.monotonic() - began >= 0.3


def test_the_other_services_fail_in_their_own_words(faults: Faults, disturbed: str, impatient: Clients) -> None:
    sts = client(disturbed, "sts", retries={"total_max_attempts": 1})

    def told(fault: dict[str, Any]) -> list[str]:
        faults.set([fault])
        calls = (impatient.s3.list_buckets, impatient.logs.describe_log_groups, sts.get_caller_identity)
        return [outcomes(call, 1)[0] for call in calls]

    assert told({"fault": "throttle"}) == ["SlowDown", "ThrottlingException", "Throttling"]
    assert told({"fault": "expired_token"}) == ["ExpiredToken", "ExpiredTokenException", "ExpiredToken"]
    assert told({"fault": "server_error"}) == ["InternalError", "InternalFailure", "InternalFailure"]
    assert told({"fault": "drop"}) == ["lost"] * 3
    assert told({"fault": "drop_after"}) == ["lost"] * 3
    assert told({"fault": "throttle", "operation": "logs.*"}) == ["ok", "ThrottlingException", "ok"]


def test_the_runtime_is_disturbed_apart_from_the_rest(faults: Faults, disturbed: str, impatient: Clients) -> None:
    runtime = client(disturbed, "sagemaker-runtime", retries={"total_max_attempts": 1})
    faults.set([{"fault": "throttle", "operation": "sagemaker-runtime.*", "count": 1}])
    impatient.sagemaker.list_endpoints()
    told = refused(runtime.invoke_endpoint, EndpointName="e", Body=b"1")
    assert told == ("ThrottlingException", "Rate exceeded")
    assert refused(runtime.invoke_endpoint, EndpointName="e", Body=b"1")[0] == "ValidationError"
    assert faults.calls()["sagemaker-runtime.InvokeEndpoint"] == 2


def test_an_object_whose_reply_was_lost_is_there(faults: Faults, impatient: Clients) -> None:
    bucket = unique("bucket")
    impatient.s3.create_bucket(Bucket=bucket)
    faults.set([{"fault": "drop_after", "operation": "s3.PutObject", "count": 1}])
    assert outcomes(lambda: impatient.s3.put_object(Bucket=bucket, Key="k", Body=b"kept"), 1) == ["lost"]
    assert impatient.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"kept"


def test_a_quota_that_is_used_up(faults: Faults, impatient: Clients) -> None:
    faults.set([{"fault": "resource_limit", "count": 3}])
    assert outcomes(impatient.sagemaker.list_models, 1) == ["ok"]  # only creating a job needs an instance
    quota = (
        "The account-level service limit 'ml.m5.large for {0} job usage' is {1} Instances, with current utilization of "
        "{1} Instances and a request delta of {1} Instances. Please use AWS Service Quotas to request an increase for "
        "this quota. If AWS Service Quotas is not available, contact AWS support to request an increase for this quota."
    )
    spot = {
        "EnableManagedSpotTraining": True,
        "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60},
    }
    three = {"TransformResources": {"InstanceType": INSTANCE, "InstanceCount": 3}}
    calls = {
        "spot training": (impatient.sagemaker.create_training_job, training("bucket", "name", **spot)),
        "transform": (impatient.sagemaker.create_transform_job, transform("bucket", "name", "model", **three)),
        "processing": (impatient.sagemaker.create_processing_job, processing("bucket", "name")),
    }
    for usage, (call, request) in calls.items():
        count = 3 if usage == "transform" else 1  # a quota that the request fits in, but for what is in use
        assert refused(call, **request) == ("ResourceLimitExceeded", quota.format(usage, count))
    assert impatient.sagemaker.list_training_jobs()["TrainingJobSummaries"] == []
    call, request = calls["transform"]
    assert refused(call, **request)[0] == "ValidationException"  # the fourth is checked as ever: there is no such model


def test_what_jobs_read_and_write_is_neither_counted_nor_disturbed(
    faults: Faults, impatient: Clients, table_bucket: str
) -> None:
    faults.set([{"fault": "drop", "operation": "s3.*"}])
    name = unique("job")
    impatient.sagemaker.create_training_job(**training(table_bucket, name))
    assert finished(impatient.sagemaker, "Training", name)["TrainingJobStatus"] == "Completed"
    assert not [called for called in faults.calls() if called.startswith("s3.")]
