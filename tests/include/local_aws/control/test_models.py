from __future__ import annotations

from typing import Any

import pytest

from tests.include.local_aws.jobs import ACCOUNT, REGION, ROLE, XGBOOST, Clients, refused, unique


def _arn(name: str) -> str:
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model/{name}"


def _container(clients: Clients, trained: str, **more: Any) -> dict[str, Any]:
    described = clients.sagemaker.describe_training_job(TrainingJobName=trained)
    return {"Image": XGBOOST, "ModelDataUrl": described["ModelArtifacts"]["S3ModelArtifacts"], **more}


def test_a_model_comes_back_as_it_was_given(clients: Clients, trained: str) -> None:
    name = unique("model")
    containers = [
        _container(clients, trained, Environment={"A": "1", "EMPTY": ""}, ContainerHostname="first"),
        _container(clients, trained, ContainerHostname="second"),
    ]
    vpc = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
    created = clients.sagemaker.create_model(
        ModelName=name, Containers=containers, ExecutionRoleArn=ROLE, VpcConfig=vpc, EnableNetworkIsolation=True
    )
    assert created["ModelArn"] == _arn(name)
    described = clients.sagemaker.describe_model(ModelName=name)
    assert [item["ContainerHostname"] for item in described["Containers"]] == ["first", "second"]
    assert described["Containers"][0]["Environment"] == {"A": "1", "EMPTY": ""}
    assert described["Containers"][0]["Mode"] == "SingleModel"
    assert described["InferenceExecutionConfig"] == {"Mode": "Serial"}
    assert (described["VpcConfig"], described["EnableNetworkIsolation"]) == (vpc, True)
    assert "PrimaryContainer" not in described
    assert "ModelStatus" not in described


def test_the_artifact_is_told_both_ways(clients: Clients, model: str) -> None:
    container = clients.sagemaker.describe_model(ModelName=model)["PrimaryContainer"]
    assert container["ModelDataSource"]["S3DataSource"] == {
        "S3Uri": container["ModelDataUrl"],
        "S3DataType": "S3Object",
        "CompressionType": "Gzip",
    }


def test_a_deleted_model_is_gone_and_its_name_free(clients: Clients, trained: str) -> None:
    name = unique("model")
    container = _container(clients, trained)
    for _ in range(2):
        clients.sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
        clients.sagemaker.delete_model(ModelName=name)
    for operation in (clients.sagemaker.describe_model, clients.sagemaker.delete_model):
        assert refused(operation, ModelName=name) == ("ValidationException", f'Could not find model "{_arn(name)}".')


def test_a_taken_name_is_refused(clients: Clients, trained: str, model: str) -> None:
    container = _container(clients, trained)
    assert refused(
        clients.sagemaker.create_model, ModelName=model, PrimaryContainer=container, ExecutionRoleArn=ROLE
    ) == ("ValidationException", f'Cannot create already existing model "{_arn(model)}".')


def test_an_artifact_must_exist(clients: Clients, tables: str) -> None:
    none = (
        f"s3://{tables}/no/model.tar.gz",
        "s3://no-such-bucket-anywhere/model.tar.gz",
        "s3://no!bucket/model.tar.gz",
    )
    for url in (*none, f"s3://{tables}", f"s3://{tables}/"):
        container = {"Image": XGBOOST, "ModelDataUrl": url}
        assert refused(
            clients.sagemaker.create_model, ModelName=unique("m"), PrimaryContainer=container, ExecutionRoleArn=ROLE
        ) == ("ValidationException", f"Could not find model data at {url}.")


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, "Exactly one of PrimaryContainer and Containers must be specified."),
        (
            {"PrimaryContainer": {"Image": XGBOOST}, "Containers": [{"Image": XGBOOST}]},
            "Exactly one of PrimaryContainer and Containers must be specified.",
        ),
        ({"PrimaryContainer": {}}, "Either Image or ModelPackageName must be specified for every container."),
    ],
)
def test_a_model_without_containers_is_refused(clients: Clients, members: dict[str, Any], message: str) -> None:
    told = refused(clients.sagemaker.create_model, ModelName=unique("m"), ExecutionRoleArn=ROLE, **members)
    assert told == ("ValidationException", message)


def test_a_model_needs_a_role(clients: Clients) -> None:
    assert refused(clients.sagemaker.create_model, ModelName=unique("m"), PrimaryContainer={"Image": XGBOOST}) == (
        "ValidationException",
        (
            "1 validation error detected: Value null at 'executionRoleArn' failed to satisfy constraint: "
            "Member must not be null"
        ),
    )


def test_an_image_without_a_runtime_is_refused(clients: Clients) -> None:
    code, message = refused(
        clients.sagemaker.create_model,
        ModelName=unique("m"),
        PrimaryContainer={"Image": "not-an-image"},
        ExecutionRoleArn=ROLE,
    )
    assert code == "ValidationException"
    assert message.startswith("Requested image not-an-image not found: ")


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"PrimaryContainer": {"Image": XGBOOST, "Mode": "MultiModel"}}, "ContainerDefinition.Mode MultiModel"),
        (
            {"PrimaryContainer": {"ModelPackageName": "package", "InferenceSpecificationName": "other"}},
            "ContainerDefinition.InferenceSpecificationName",
        ),
        (
            {"Containers": [{"Image": XGBOOST}], "InferenceExecutionConfig": {"Mode": "Direct"}},
            "InferenceExecutionConfig.Mode Direct",
        ),
    ],
)
def test_what_is_not_done_is_refused_and_named(clients: Clients, members: dict[str, Any], what: str) -> None:
    assert refused(clients.sagemaker.create_model, ModelName=unique("m"), ExecutionRoleArn=ROLE, **members) == (
        "NotImplementedException",
        f"{what} is not done by the embedded AWS endpoint; docs/local.md lists what it does.",
    )
