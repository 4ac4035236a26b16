from __future__ import annotations

import gzip
from typing import Any

import pytest

from tests.include.local_aws.jobs import (
    ACCOUNT,
    INSTANCE,
    REGION,
    ROLE,
    XGBOOST,
    Clients,
    csv,
    finished,
    log_lines,
    refused,
    table,
    transform,
    unique,
)


def _outputs(clients: Clients, bucket: str, name: str) -> dict[str, bytes]:
    prefix = f"predictions/{name}/"
    listed = clients.s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    return {
        item["Key"].removeprefix(prefix): clients.s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
        for item in listed
    }


def test_every_object_becomes_one_out_object_where_it_was(clients: Clients, tables: str, model: str) -> None:
    name = unique("transform")
    created = clients.sagemaker.create_transform_job(**transform(tables, name, model))
    assert created["TransformJobArn"] == f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:transform-job/{name}"
    described = finished(clients.sagemaker, "Transform", name)
    assert described["TransformJobStatus"] == "Completed", described
    assert described["CreationTime"] <= described["TransformStartTime"] <= described["TransformEndTime"]
    assert "FailureReason" not in described
    outputs = _outputs(clients, tables, name)
    assert {key: len(body.split()) for key, body in outputs.items()} == {"a/part.csv.out": 25, "b.csv.out": 25}
    predictions = [float(value) for value in outputs["a/part.csv.out"].split()]
    assert max(abs(got - real) for got, real in zip(predictions, table()[250:275, 0], strict=True)) < 4


def test_the_description_fills_in_what_aws_assumes(clients: Clients, tables: str, model: str) -> None:
    name = unique("transform")
    clients.sagemaker.create_transform_job(**transform(tables, name, model, MaxConcurrentTransforms=4))
    described = finished(clients.sagemaker, "Transform", name)
    assert described["DataProcessing"] == {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"}
    assert described["TransformInput"]["CompressionType"] == "None"
    assert described["TransformOutput"]["KmsKeyId"] == ""
    assert described["MaxConcurrentTransforms"] == 4
    assert "BatchStrategy" not in described


def test_a_single_record_without_a_split_is_the_whole_object(clients: Clients, tables: str, model: str) -> None:
    name = unique("transform")
    request = _with(transform(tables, name, model), "TransformInput", SplitType="None")
    clients.sagemaker.create_transform_job(**request, BatchStrategy="SingleRecord")
    assert finished(clients.sagemaker, "Transform", name)["TransformJobStatus"] == "Completed"
    assert len(_outputs(clients, tables, name)["b.csv.out"].splitlines()) == 25


def test_the_target_can_be_joined_beside_the_prediction(clients: Clients, tables: str, model: str) -> None:
    name = unique("transform")
    request = transform(tables, name, model, prefix="in/validation/")
    request["DataProcessing"] = {"InputFilter": "$[1:]", "OutputFilter": "$[0,-1]", "JoinSource": "Input"}
    clients.sagemaker.create_transform_job(**request)
    assert finished(clients.sagemaker, "Transform", name)["TransformJobStatus"] == "Completed"
    rows = [line.split(b",") for line in _outputs(clients, tables, name)["chunk_0.csv.out"].splitlines()]
    targets = [round(float(value), 5) for value in table()[200:250, 0]]
    assert [float(row[0]) for row in rows] == pytest.approx(targets)
    assert all(len(row) == 2 for row in rows)


def test_gzipped_input_is_read(clients: Clients, bucket: str, model: str) -> None:
    clients.s3.put_object(Bucket=bucket, Key="holdout/a.csv.gz", Body=gzip.compress(csv(table(10)[:, 1:])))
    name = unique("transform")
    request = transform(bucket, name, model)
    request["TransformInput"]["CompressionType"] = "Gzip"
    clients.sagemaker.create_transform_job(**request)
    described = finished(clients.sagemaker, "Transform", name)
    assert described["TransformJobStatus"] == "Completed", described
    assert [len(body.split()) for body in _outputs(clients, bucket, name).values()] == [10]


def test_the_model_can_be_deleted_while_the_job_runs(clients: Clients, tables: str, trained: str) -> None:
    described = clients.sagemaker.describe_training_job(TrainingJobName=trained)
    container = {"Image": XGBOOST, "ModelDataUrl": described["ModelArtifacts"]["S3ModelArtifacts"]}
    name = unique("short-lived")
    clients.sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
    clients.sagemaker.create_transform_job(**transform(tables, name, name))
    clients.sagemaker.delete_model(ModelName=name)
    assert finished(clients.sagemaker, "Transform", name)["TransformJobStatus"] == "Completed"


def test_the_stream_is_named_after_an_instance(clients: Clients, tables: str, model: str) -> None:
    name = unique("transform")
    # A wrong column count makes the container say something.
    clients.sagemaker.create_transform_job(**transform(tables, name, model, prefix="in/train/"))
    described = finished(clients.sagemaker, "Transform", name)
    assert described["TransformJobStatus"] == "Failed"
    assert described["FailureReason"].startswith("ClientError: ")
    assert described["FailureReason"].endswith(", exit code: 2")
    streams = clients.logs.describe_log_streams(
        logGroupName="/aws/sagemaker/TransformJobs", logStreamNamePrefix=f"{name}/"
    )["logStreams"]
    assert len(streams) == 1
    instance = streams[0]["logStreamName"].split("/")[1]
    assert instance.startswith("i-")
    assert len(instance) == 19
    assert log_lines(clients.logs, "Transform", name)


@pytest.mark.parametrize("uri", ["s3://{bucket}/nothing/", "s3://no-such-bucket-anywhere/in/"])
def test_an_empty_prefix_fails_the_job(clients: Clients, tables: str, model: str, uri: str) -> None:
    uri = uri.format(bucket=tables)
    name = unique("empty")
    request = transform(tables, name, model)
    request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"] = uri
    clients.sagemaker.create_transform_job(**request)
    described = finished(clients.sagemaker, "Transform", name)
    assert described["TransformJobStatus"] == "Failed"
    assert described["FailureReason"].startswith(
        f'ClientError: No S3 objects found under S3 URL "{uri}" given in input'
    )
    assert described["TransformEndTime"] >= described["TransformStartTime"]


def test_a_missing_output_bucket_fails_the_job(clients: Clients, tables: str, model: str) -> None:
    name = unique("nowhere")
    request = transform(tables, name, model)
    request["TransformOutput"]["S3OutputPath"] = "s3://no-such-bucket-anywhere/out"
    clients.sagemaker.create_transform_job(**request)
    described = finished(clients.sagemaker, "Transform", name)
    assert described["TransformJobStatus"] == "Failed"
    assert described["FailureReason"].startswith("ClientError: Artifact upload failed:")


def test_an_artifact_that_is_no_archive_fails_the_job(clients: Clients, tables: str) -> None:
    clients.s3.put_object(Bucket=tables, Key="broken/model.tar.gz", Body=b"no archive")
    name = unique("broken")
    container = {"Image": XGBOOST, "ModelDataUrl": f"s3://{tables}/broken/model.tar.gz"}
    clients.sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
    clients.sagemaker.create_transform_job(**transform(tables, name, name))
    described = finished(clients.sagemaker, "Transform", name)
    assert described["FailureReason"].startswith(
        f"ClientError: Failed to extract model data archive s3://{tables}/broken/model.tar.gz: "
    )


def test_an_unknown_model_is_refused(clients: Clients, tables: str) -> None:
    assert refused(clients.sagemaker.create_transform_job, **transform(tables, unique("x"), "no-such-model")) == (
        "ValidationException",
        f'Could not find model "arn:aws:sagemaker:{REGION}:{ACCOUNT}:model/no-such-model".',
    )


def test_a_taken_name_is_refused(clients: Clients, tables: str, model: str) -> None:
    name = unique("twice")
    created = clients.sagemaker.create_transform_job(**transform(tables, name, model))
    assert refused(clients.sagemaker.create_transform_job, **transform(tables, name, model)) == (
        "ResourceInUse",
        (
            "Job names must be unique within an AWS account and region, and a job with this name already exists "
            f"({created['TransformJobArn']})"
        ),
    )


def test_unknown_and_finished_jobs_cannot_be_stopped(clients: Clients, tables: str, model: str) -> None:
    for operation in (clients.sagemaker.describe_transform_job, clients.sagemaker.stop_transform_job):
        told = refused(operation, TransformJobName="never-created")
        assert told == ("ValidationException", "Could not find requested job with name: never-created")
    name = unique("done")
    clients.sagemaker.create_transform_job(**transform(tables, name, model))
    finished(clients.sagemaker, "Transform", name)
    told = refused(clients.sagemaker.stop_transform_job, TransformJobName=name)
    assert told == (
        "ValidationException",
        "The request was rejected because the transform job has already reached a terminal state: Completed.",
    )


def test_more_than_four_instances_are_over_the_quota(clients: Clients, tables: str, model: str) -> None:
    request = transform(tables, unique("big"), model, TransformResources={"InstanceType": INSTANCE, "InstanceCount": 5})
    code, message = refused(clients.sagemaker.create_transform_job, **request)
    assert code == "ResourceLimitExceeded"
    assert f"'{INSTANCE} for transform job usage' is 4 Instances" in message
    assert "a request delta of 5 Instances" in message


def _with(request: dict[str, Any], member: str, **more: Any) -> dict[str, Any]:
    return {**request, member: {**request[member], **more}}


def test_settings_that_do_not_go_together_are_refused(clients: Clients, tables: str, model: str) -> None:
    plain = transform(tables, unique("refused"), model)
    cases: list[tuple[dict[str, Any], str]] = [
        (
            _with(plain, "TransformInput", SplitType="None") | {"BatchStrategy": "MultiRecord"},
            "BatchStrategy can only be specified when SplitType is not None.",
        ),
        (
            plain | {"MaxPayloadInMB": 60, "MaxConcurrentTransforms": 2},
            "MaxPayloadInMB * MaxConcurrentTransforms is 120; it must not exceed 100.",
        ),
        (
            _with(plain, "TransformOutput", AssembleWith="None") | {"DataProcessing": {"JoinSource": "Input"}},
            "JoinSource Input needs the same SplitType and AssembleWith; they are Line and None.",
        ),
        (
            _with(plain, "TransformOutput", S3OutputPath="https://x/y"),
            "Invalid S3 URI at 'transformOutput.s3OutputPath': 'https://x/y' is not an s3://bucket/key address.",
        ),
    ]
    for request, message in cases:
        assert refused(clients.sagemaker.create_transform_job, **request) == ("ValidationException", message)


def test_what_is_not_done_is_refused_and_named(clients: Clients, tables: str, model: str, trained: str) -> None:
    request = transform(tables, unique("not"), model, DataCaptureConfig={"DestinationS3Uri": f"s3://{tables}/capture"})
    code, message = refused(clients.sagemaker.create_transform_job, **request)
    assert code == "NotImplementedException"
    assert message.startswith("DataCaptureConfig is not done by the embedded AWS endpoint")

    described = clients.sagemaker.describe_training_job(TrainingJobName=trained)
    source = {
        "S3Uri": described["ModelArtifacts"]["S3ModelArtifacts"],
        "S3DataType": "S3Object",
        "CompressionType": "Gzip",
    }
    name = unique("source")
    container = {"Image": XGBOOST, "ModelDataSource": {"S3DataSource": source}}
    clients.sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
    code, message = refused(clients.sagemaker.create_transform_job, **transform(tables, unique("not"), name))
    assert code == "NotImplementedException"
    assert f"model {name}, which has a ModelDataSource" in message
