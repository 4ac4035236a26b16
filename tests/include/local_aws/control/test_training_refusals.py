from __future__ import annotations

from typing import Any

import pytest

from tests.include.local_aws.jobs import (
    ACCOUNT,
    INSTANCE,
    REGION,
    ROLE,
    XGBOOST,
    Clients,
    channel,
    refused,
    training,
    unique,
)

OVERRIDE = (
    "You can't override the metric definitions for Amazon SageMaker algorithms. Please retry the request without "
    "specifying metric definitions."
)


def _resources(**more: Any) -> dict[str, Any]:
    return {"ResourceConfig": {"InstanceType": INSTANCE, "InstanceCount": 1, "VolumeSizeInGB": 10, **more}}


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            {"StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60}},
            "Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true",
        ),
        (
            {
                "EnableManagedSpotTraining": True,
                "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 59},
            },
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds",
        ),
        (
            {"EnableManagedSpotTraining": True},
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds",
        ),
        (
            {
                "AlgorithmSpecification": {
                    "TrainingImage": XGBOOST,
                    "TrainingInputMode": "File",
                    "MetricDefinitions": [{"Name": "m", "Regex": "m=(.*)"}],
                }
            },
            OVERRIDE,
        ),
        (
            {"AlgorithmSpecification": {"TrainingInputMode": "File"}},
            "Either AlgorithmName or TrainingImage must be specified in AlgorithmSpecification.",
        ),
        (_resources(InstanceCount=0), "Instance count must be at least 1, not 0."),
        (
            {"ResourceConfig": {"InstanceType": INSTANCE, "InstanceCount": 1}},
            "ResourceConfig must specify VolumeSizeInGB.",
        ),
        (
            {"OutputDataConfig": {"S3OutputPath": "https://a.com/x"}},
            "Invalid S3 URI at 'outputDataConfig.s3OutputPath': 'https://a.com/x' is not an s3://bucket/key address.",
        ),
        (
            {"Tags": [{"Key": "aws:x", "Value": "1"}]},
            "aws: prefixed tag key names are not allowed for external use.",
        ),
    ],
)
def test_what_aws_refuses_is_refused(clients: Clients, tables: str, more: dict[str, Any], message: str) -> None:
    name = unique("refused")
    request = training(tables, name, **more)
    assert refused(clients.sagemaker.create_training_job, **request) == ("ValidationException", message)
    code, _ = refused(clients.sagemaker.describe_training_job, TrainingJobName=name)
    assert code == "ValidationException"


def test_members_the_model_leaves_optional_are_required(clients: Clients, tables: str) -> None:
    request = training(tables, unique("refused"))
    del request["AlgorithmSpecification"], request["StoppingCondition"]
    assert refused(clients.sagemaker.create_training_job, **request) == (
        "ValidationException",
        (
            "2 validation errors detected: Value null at 'algorithmSpecification' failed to satisfy constraint: "
            "Member must not be null; Value null at 'stoppingCondition' failed to satisfy constraint: "
            "Member must not be null"
        ),
    )


def test_two_channels_of_one_name_are_refused(clients: Clients, tables: str) -> None:
    request = training(tables, unique("refused"), InputDataConfig=[channel(tables, "train"), channel(tables, "train")])
    told = refused(clients.sagemaker.create_training_job, **request)
    assert told == ("ValidationException", "Channel names must be unique; train is given twice.")


def test_an_image_without_a_runtime_is_refused(clients: Clients, tables: str) -> None:
    image = f"683313688378.dkr.ecr.{REGION}.amazonaws.com/kmeans:1"
    request = training(
        tables, unique("refused"), AlgorithmSpecification={"TrainingImage": image, "TrainingInputMode": "File"}
    )
    code, message = refused(clients.sagemaker.create_training_job, **request)
    assert code == "ValidationException"
    assert message.startswith(f"Requested image {image} not found: ")
    assert "sagemaker-xgboost" in message


@pytest.mark.parametrize("spot", [False, True])
def test_more_instances_than_this_machine_are_over_the_quota(clients: Clients, tables: str, *, spot: bool) -> None:
    more = _resources(InstanceCount=2) | {"EnableManagedSpotTraining": spot}
    if spot:
        more["StoppingCondition"] = {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60}
    usage = "spot training job" if spot else "training job"
    assert refused(clients.sagemaker.create_training_job, **training(tables, unique("big"), **more)) == (
        "ResourceLimitExceeded",
        (
            f"The account-level service limit '{INSTANCE} for {usage} usage' is 1 Instances, with current utilization "
            "of 0 Instances and a request delta of 2 Instances. Please use AWS Service Quotas to request an increase "
            "for this quota. If AWS Service Quotas is not available, contact AWS support to request an increase for "
            "this quota."
        ),
    )


@pytest.mark.parametrize("uri", ["s3://{bucket}/nothing/here", "s3://no-such-bucket-anywhere/in"])
def test_a_source_without_objects_is_refused_as_aws_refuses_it(clients: Clients, tables: str, uri: str) -> None:
    uri = uri.format(bucket=tables)
    item = channel(tables, "train")
    item["DataSource"]["S3DataSource"]["S3Uri"] = uri
    found = uri.split("/")[2]
    assert refused(
        clients.sagemaker.create_training_job, **training(tables, unique("empty"), InputDataConfig=[item])
    ) == (
        "ValidationException",
        (
            f'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure that the bucket '
            f"exists in the selected region ({REGION}), that objects exist under that S3 prefix, and that the role "
            f'"{ROLE}" has "s3:ListBucket" permissions on bucket "{found}".'
        ),
    )


@pytest.mark.parametrize(
    ("more", "what"),
    [
        (
            {"AlgorithmSpecification": {"AlgorithmName": "a", "TrainingInputMode": "File"}},
            "AlgorithmSpecification.AlgorithmName",
        ),
        (
            {
                "AlgorithmSpecification": {
                    "TrainingImage": XGBOOST,
                    "TrainingInputMode": "File",
                    "ContainerEntrypoint": ["sh"],
                }
            },
            "AlgorithmSpecification.ContainerEntrypoint",
        ),
        (
            {
                "ResourceConfig": {
                    "InstanceGroups": [{"InstanceType": INSTANCE, "InstanceCount": 1, "InstanceGroupName": "g"}],
                    "VolumeSizeInGB": 1,
                }
            },
            "ResourceConfig.InstanceGroups",
        ),
        (
            {
                "InputDataConfig": [
                    {
                        "ChannelName": "train",
                        "DataSource": {
                            "FileSystemDataSource": {
                                "FileSystemId": "fs-12345678",
                                "FileSystemAccessMode": "ro",
                                "FileSystemType": "EFS",
                                "DirectoryPath": "/x",
                            }
                        },
                    }
                ]
            },
            "inputDataConfig.1.member.dataSource.FileSystemDataSource",
        ),
    ],
)
def test_what_is_not_done_is_refused_and_named(clients: Clients, tables: str, more: dict[str, Any], what: str) -> None:
    assert refused(clients.sagemaker.create_training_job, **training(tables, unique("not"), **more)) == (
        "NotImplementedException",
        f"{what} is not done by the embedded AWS endpoint; docs/local.md lists what it does.",
    )


def test_augmented_manifests_and_shuffling_are_refused(clients: Clients, tables: str) -> None:
    augmented = channel(tables, "train")
    augmented["DataSource"]["S3DataSource"]["S3DataType"] = "AugmentedManifestFile"
    shuffled = channel(tables, "train", ShuffleConfig={"Seed": 1})
    for item, what in ((augmented, "S3DataType AugmentedManifestFile"), (shuffled, "ShuffleConfig")):
        request = training(tables, unique("not"), InputDataConfig=[item])
        code, message = refused(clients.sagemaker.create_training_job, **request)
        assert code == "NotImplementedException"
        assert what in message


def test_a_name_is_taken_for_ever(clients: Clients, tables: str, trained: str) -> None:
    assert refused(clients.sagemaker.create_training_job, **training(tables, trained)) == (
        "ResourceInUse",
        (
            "Training job names must be unique within an AWS account and region, and a training job with this name "
            f"already exists (arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/{trained})"
        ),
    )


def test_an_unknown_job_is_not_found(clients: Clients) -> None:
    for operation in (clients.sagemaker.describe_training_job, clients.sagemaker.stop_training_job):
        told = refused(operation, TrainingJobName="never-created")
        assert told == ("ValidationException", "Requested resource not found.")


@pytest.mark.parametrize(
    "instance", ["ml.r5d.large", "ml.g4dn.xlarge", "ml.g5.xlarge", "ml.p4d.24xlarge", "ml.p5.48xlarge"]
)
def test_a_volume_key_is_refused_for_instances_with_local_storage(clients: Clients, tables: str, instance: str) -> None:
    request = training(tables, unique("local"), **_resources(InstanceType=instance, VolumeKmsKeyId="alias/k"))
    code, message = refused(clients.sagemaker.create_training_job, **request)
    assert code == "ValidationException"
    assert message.startswith(
        f"VolumeKmsKeyId is not supported for the instance type {instance}: it uses local storage"
    )


@pytest.mark.parametrize(
    "manifest",
    [
        *(b"", b"{{", b"\xff\xfe", b"[" * 10_000, b"[]", b'["a"]', b'{"a": 1}', b'[{"prefix": 5}, "x"]'),
        *(b'[{"prefix": "file:///etc/"}, "passwd"]', b'[{"prefix": "s3://b/"}, 5]', b'[{"prefix": "s3://b/"}, "../x"]'),
    ],
    ids=lambda manifest: manifest[:20].decode(errors="replace"),
)
def test_a_manifest_that_is_none(clients: Clients, tables: str, manifest: bytes) -> None:
    key = unique("manifest")
    clients.s3.put_object(Bucket=tables, Key=key, Body=manifest)
    item = channel(tables, "train", key)
    item["DataSource"]["S3DataSource"]["S3DataType"] = "ManifestFile"
    request = training(tables, unique("t"), InputDataConfig=[item])
    code, message = refused(clients.sagemaker.create_training_job, **request)
    assert code == "ValidationException"
    assert f"s3://{tables}/{key} is not a valid manifest file" in message
