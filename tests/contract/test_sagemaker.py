"""SageMaker's happy path, as far as moto, which runs nothing and checks little, goes along."""

from __future__ import annotations

from typing import Any

import pytest

from tests.include.local_aws.jobs import (
    ACCOUNT,
    REGION,
    ROLE,
    XGBOOST,
    Clients,
    finished,
    put_tables,
    refused,
    training,
    transform,
    unique,
)

KEPT = ("TrainingJobName", "RoleArn", "HyperParameters", "ResourceConfig", "StoppingCondition")


@pytest.fixture
def tables(clients: Clients, bucket: str) -> str:
    put_tables(clients.s3, bucket)
    return bucket


@pytest.fixture
def trained(clients: Clients, tables: str) -> dict[str, Any]:
    """The description of a finished training job."""
    name = unique("job")
    clients.sagemaker.create_training_job(**training(tables, name))
    return finished(clients.sagemaker, "Training", name)


def test_a_training_job_tells_what_was_asked_and_how_it_went(
    clients: Clients, tables: str, trained: dict[str, Any]
) -> None:
    name = trained["TrainingJobName"]
    asked = training(tables, name)
    assert {key: trained[key] for key in KEPT} == {key: asked[key] for key in KEPT}
    assert trained["TrainingJobArn"] == f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:training-job/{name}"
    assert (trained["TrainingJobStatus"], trained["SecondaryStatus"]) == ("Completed", "Completed")
    assert trained["ModelArtifacts"]["S3ModelArtifacts"] == f"s3://{tables}/out/{name}/output/model.tar.gz"
    assert [channel["ChannelName"] for channel in trained["InputDataConfig"]] == ["train", "validation"]
    assert trained["TrainingStartTime"] <= trained["TrainingEndTime"]
    waiter = clients.sagemaker.get_waiter("training_job_completed_or_stopped")
    waiter.wait(TrainingJobName=name)


def test_a_model_and_a_transform_job(clients: Clients, tables: str, trained: dict[str, Any]) -> None:
    name = unique("name")
    url = trained["ModelArtifacts"]["S3ModelArtifacts"]
    container = {"Image": XGBOOST, "ModelDataUrl": url, "Environment": {"A": "b"}}
    arn = clients.sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)["ModelArn"]
    assert arn == f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model/{name}"
    described = clients.sagemaker.describe_model(ModelName=name)["PrimaryContainer"]
    assert {key: described[key] for key in container} == container
    asked = transform(tables, name, name)
    clients.sagemaker.create_transform_job(**asked)
    job = finished(clients.sagemaker, "Transform", name)
    assert job["TransformJobStatus"] == "Completed"
    assert job["TransformJobArn"] == f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:transform-job/{name}"
    assert {key: job[key] for key in ("ModelName", "TransformResources")} == {
        key: asked[key] for key in ("ModelName", "TransformResources")
    }
    assert job["TransformInput"]["DataSource"] == asked["TransformInput"]["DataSource"]


def test_lists_and_tags(clients: Clients, trained: dict[str, Any]) -> None:
    name, arn = trained["TrainingJobName"], trained["TrainingJobArn"]
    listed = clients.sagemaker.list_training_jobs(NameContains=name)["TrainingJobSummaries"]
    assert [(item["TrainingJobName"], item["TrainingJobStatus"]) for item in listed] == [(name, "Completed")]
    clients.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    clients.sagemaker.delete_tags(ResourceArn=arn, TagKeys=["a"])
    assert clients.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]


def test_unknown_names_are_validation_errors(clients: Clients) -> None:
    assert refused(clients.sagemaker.describe_training_job, TrainingJobName="never")[0] == "ValidationException"
    assert refused(clients.sagemaker.describe_processing_job, ProcessingJobName="never")[0] == "ValidationException"
    code, message = refused(clients.sagemaker.describe_model, ModelName="never")
    assert code == "ValidationException"
    assert message.startswith("Could not find model ")
