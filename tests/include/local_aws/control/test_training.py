from __future__ import annotations

import io
import itertools
import tarfile
import time
from typing import Any

import pytest
import xgboost

from tests.include.local_aws.jobs import (
    ACCOUNT,
    REGION,
    Clients,
    channel,
    csv,
    endless,
    finished,
    log_lines,
    refused,
    table,
    training,
    unique,
    until,
)


def test_a_job_trains_a_real_model(clients: Clients, trained: str, tables: str) -> None:
    described = clients.sagemaker.describe_training_job(TrainingJobName=trained)
    assert described["TrainingJobArn"] == f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/{trained}"
    artifact = f"s3://{tables}/out/{trained}/output/model.tar.gz"
    assert described["ModelArtifacts"] == {"S3ModelArtifacts": artifact}
    body = clients.s3.get_object(Bucket=tables, Key=f"out/{trained}/output/model.tar.gz")["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        file = archive.extractfile("xgboost-model")
        assert file is not None
        booster = xgboost.Booster(model_file=bytearray(file.read()))
    assert booster.num_boosted_rounds() == 5


def test_the_description_tells_the_life_of_the_job(clients: Clients, trained: str) -> None:
    described = clients.sagemaker.describe_training_job(TrainingJobName=trained)
    steps = described["SecondaryStatusTransitions"]
    assert [step["Status"] for step in steps] == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    for step, following in itertools.pairwise(steps):
        assert step["EndTime"] == following["StartTime"]
    assert described["SecondaryStatus"] == "Completed"
    assert described["CreationTime"] <= described["TrainingStartTime"] <= described["TrainingEndTime"]
    assert described["TrainingTimeInSeconds"] == described["BillableTimeInSeconds"] >= 1
    metrics = {item["MetricName"]: item["Value"] for item in described["FinalMetricDataList"]}
    assert set(metrics) == {"train:rmse", "validation:rmse"}
    assert 0 < metrics["train:rmse"] < 2


def test_the_description_fills_in_what_aws_assumes(clients: Clients, trained: str) -> None:
    described = clients.sagemaker.describe_training_job(TrainingJobName=trained)
    assert described["EnableManagedSpotTraining"] is False
    assert described["EnableNetworkIsolation"] is False
    assert described["OutputDataConfig"]["KmsKeyId"] == ""
    assert described["InputDataConfig"][0]["CompressionType"] == "None"
    assert described["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3DataDistributionType"] == "FullyReplicated"
    names = {item["Name"] for item in described["AlgorithmSpecification"]["MetricDefinitions"]}
    assert {"train:rmse", "validation:rmse", "validation:mse"} <= names
    assert "Tags" not in described


def test_the_log_is_in_cloudwatch_under_awss_name(clients: Clients, trained: str) -> None:
    group = "/aws/sagemaker/TrainingJobs"
    streams = clients.logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{trained}/")["logStreams"]
    assert len(streams) == 1
    job, _, instance = streams[0]["logStreamName"].partition("/")
    assert (job, instance[:7], instance[7:].isdigit()) == (trained, "algo-1-", True)
    assert sum("#011validation-rmse:" in line for line in log_lines(clients.logs, "Training", trained)) == 5


def test_recorded_settings_come_back_as_they_were_given(clients: Clients, tables: str) -> None:
    name = unique("recorded")
    recorded = {
        "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
        "EnableNetworkIsolation": True,
        "EnableInterContainerTrafficEncryption": True,
        "Environment": {"A": "", "B": "x y"},
        "RetryStrategy": {"MaximumRetryAttempts": 2},
        "CheckpointConfig": {"S3Uri": f"s3://{tables}/checkpoints"},
        "ExperimentConfig": {"TrialComponentDisplayName": "x"},
    }
    clients.sagemaker.create_training_job(**training(tables, name, **recorded))
    described = finished(clients.sagemaker, "Training", name)
    assert described["TrainingJobStatus"] == "Completed", described
    assert {key: described[key] for key in recorded} == recorded


def test_spot_settings_are_accepted_together(clients: Clients, tables: str) -> None:
    name = unique("spot")
    stopping = {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 900}
    clients.sagemaker.create_training_job(
        **training(tables, name, EnableManagedSpotTraining=True, StoppingCondition=stopping)
    )
    described = finished(clients.sagemaker, "Training", name)
    assert described["TrainingJobStatus"] == "Completed"
    assert described["EnableManagedSpotTraining"] is True
    assert described["StoppingCondition"] == stopping


def test_stopping_stops_the_process_and_keeps_the_model(clients: Clients, tables: str) -> None:
    name = unique("stopped")
    clients.sagemaker.create_training_job(**endless(tables, name))
    until(lambda: {"lines": log_lines(clients.logs, "Training", name)} if _training(clients, name) else {}, _has_rounds)
    clients.sagemaker.stop_training_job(TrainingJobName=name)
    stopping = clients.sagemaker.describe_training_job(TrainingJobName=name)
    assert stopping["TrainingJobStatus"] in {"Stopping", "Stopped"}
    clients.sagemaker.stop_training_job(TrainingJobName=name) if stopping["TrainingJobStatus"] == "Stopping" else None
    described = finished(clients.sagemaker, "Training", name, seconds=20)
    assert (described["TrainingJobStatus"], described["SecondaryStatus"]) == ("Stopped", "Stopped")
    statuses = [step["Status"] for step in described["SecondaryStatusTransitions"]]
    assert statuses == ["Starting", "Downloading", "Training", "Stopping", "Stopped"]
    assert described["BillableTimeInSeconds"] >= 1
    assert "FailureReason" not in described
    lines = len(log_lines(clients.logs, "Training", name))
    time.sleep(0.3)
    assert len(log_lines(clients.logs, "Training", name)) == lines
    assert refused(clients.sagemaker.stop_training_job, TrainingJobName=name) == (
        "ValidationException",
        "The request was rejected because the training job is in status Stopped.",
    )


def _training(clients: Clients, name: str) -> bool:
    described = clients.sagemaker.describe_training_job(TrainingJobName=name)
    return bool(described["SecondaryStatus"] == "Training")


def _has_rounds(found: dict[str, Any]) -> bool:
    return any("train-rmse" in line for line in found.get("lines", []))


def test_a_job_that_takes_too_long_is_stopped(clients: Clients, tables: str) -> None:
    name = unique("slow")
    clients.sagemaker.create_training_job(**endless(tables, name, StoppingCondition={"MaxRuntimeInSeconds": 1}))
    described = finished(clients.sagemaker, "Training", name, seconds=30)
    assert (described["TrainingJobStatus"], described["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert described["SecondaryStatusTransitions"][-1]["StatusMessage"] == (
        "Training job runtime exceeded MaxRuntimeInSeconds provided"
    )
    assert 1 <= described["TrainingTimeInSeconds"] <= 20


def test_a_job_that_waits_for_a_place_can_be_stopped(clients: Clients, tables: str) -> None:
    names = [unique("busy") for _ in range(3)]
    for name in names:
        clients.sagemaker.create_training_job(**endless(tables, name))
    *running, waiting = names
    for name in running:
        until(lambda name=name: {"on": _training(clients, name)}, lambda found: found["on"])
    described = clients.sagemaker.describe_training_job(TrainingJobName=waiting)
    assert (described["TrainingJobStatus"], described["SecondaryStatus"]) == ("InProgress", "Starting")
    # The waiting one first: it would take the place of another that has been stopped.
    for name in (waiting, *running):
        clients.sagemaker.stop_training_job(TrainingJobName=name)
    described = finished(clients.sagemaker, "Training", waiting)
    assert described["TrainingJobStatus"] == "Stopped"
    assert "TrainingStartTime" not in described
    assert "BillableTimeInSeconds" not in described
    for name in running:
        assert finished(clients.sagemaker, "Training", name)["TrainingJobStatus"] == "Stopped"


def test_bad_data_fails_the_job_with_the_containers_reason(clients: Clients, bucket: str) -> None:
    clients.s3.put_object(Bucket=bucket, Key="in/train/a.csv", Body=b"1,2,3\n4,5,not a number\n")
    name = unique("bad")
    clients.sagemaker.create_training_job(**training(bucket, name, InputDataConfig=[channel(bucket, "train")]))
    described = finished(clients.sagemaker, "Training", name)
    assert (described["TrainingJobStatus"], described["SecondaryStatus"]) == ("Failed", "Failed")
    reason = described["FailureReason"]
    assert reason.startswith("ClientError: ")
    assert reason.endswith(", exit code: 2")
    assert "ModelArtifacts" not in described


def test_a_missing_output_bucket_fails_the_job(clients: Clients, tables: str) -> None:
    name = unique("nowhere")
    output = {"S3OutputPath": "s3://no-such-bucket-anywhere/out"}
    clients.sagemaker.create_training_job(**training(tables, name, OutputDataConfig=output))
    described = finished(clients.sagemaker, "Training", name)
    assert described["TrainingJobStatus"] == "Failed"
    assert described["FailureReason"].startswith("ClientError: Artifact upload failed:")
    assert f"(s3://no-such-bucket-anywhere/out/{name}/output/model.tar.gz)" in described["FailureReason"]


def test_a_manifest_names_the_objects_of_a_channel(clients: Clients, bucket: str) -> None:
    rows = table(120)
    clients.s3.put_object(Bucket=bucket, Key="drops/2024/a.csv", Body=csv(rows[:60]))
    clients.s3.put_object(Bucket=bucket, Key="drops/2025/b.csv", Body=csv(rows[60:]))
    clients.s3.put_object(Bucket=bucket, Key="drops/2026/c.csv", Body=b"must,not,be,read\n")
    manifest = f'[{{"prefix": "s3://{bucket}/drops/"}}, "2024/a.csv", "2025/b.csv"]'
    clients.s3.put_object(Bucket=bucket, Key="train.manifest", Body=manifest.encode())
    item = channel(bucket, "train", "train.manifest")
    item["DataSource"]["S3DataSource"] |= {"S3DataType": "ManifestFile", "S3DataDistributionType": "ShardedByS3Key"}
    name = unique("manifest")
    clients.sagemaker.create_training_job(**training(bucket, name, InputDataConfig=[item]))
    described = finished(clients.sagemaker, "Training", name)
    assert described["TrainingJobStatus"] == "Completed", described


@pytest.mark.parametrize("mode", ["Pipe", "FastFile"])
def test_other_input_modes_train_the_same_model(clients: Clients, tables: str, trained: str, mode: str) -> None:
    name = unique(mode.lower())
    channels = [channel(tables, item, InputMode=mode) for item in ("train", "validation")]
    clients.sagemaker.create_training_job(**training(tables, name, InputDataConfig=channels))
    described = finished(clients.sagemaker, "Training", name)
    assert described["TrainingJobStatus"] == "Completed", described
    file_mode = clients.sagemaker.describe_training_job(TrainingJobName=trained)
    assert _values(described) == _values(file_mode)


def _values(described: dict[str, Any]) -> dict[str, float]:
    return {item["MetricName"]: item["Value"] for item in described["FinalMetricDataList"]}
