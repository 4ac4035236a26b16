"""Models made from versions of the registry, and what they predict: the same as models of the same containers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.include.local_aws.jobs import ROLE, XGBOOST, Clients, finished, refused, transform, unique
from tests.include.local_aws.search.searches import Searched, predictions, read
from tests.include.local_aws.search.tables import classes, regression

PREFIX = "arn:aws:sagemaker:us-east-1:123456789012"


@pytest.fixture
def group(clients: Clients) -> str:
    name = unique("group")
    clients.sagemaker.create_model_package_group(ModelPackageGroupName=name)
    return name


def _add(clients: Clients, group: str, containers: list[dict[str, Any]], status: str = "Approved") -> str:
    specification = {"Containers": containers} if containers else None
    created = clients.sagemaker.create_model_package(
        ModelPackageGroupName=group,
        ModelApprovalStatus=status,
        **({"InferenceSpecification": specification} if specification else {}),
    )
    return str(created["ModelPackageArn"])


def _make(clients: Clients, *containers: dict[str, Any]) -> str:
    name = unique("model")
    clients.sagemaker.create_model(ModelName=name, Containers=list(containers), ExecutionRoleArn=ROLE)
    return name


def _refused(clients: Clients, *containers: dict[str, Any]) -> tuple[str, str]:
    return refused(
        clients.sagemaker.create_model, ModelName=unique("m"), Containers=list(containers), ExecutionRoleArn=ROLE
    )


def _predicted(clients: Clients, bucket: str, model: str, prefix: str) -> list[str]:
    name = unique("predict")
    clients.sagemaker.create_transform_job(**transform(bucket, name, model, prefix))
    job = finished(clients.sagemaker, "Transform", name)
    assert job["TransformJobStatus"] == "Completed", job
    return read(clients, f"s3://{bucket}/predictions/{name}/rows.csv.out").decode().splitlines()


@pytest.mark.parametrize(
    ("table", "config", "count"),
    [
        (regression(), {"ProblemType": "Regression", "AutoMLJobObjective": {"MetricName": "MSE"}}, 2),
        (classes(("no, thanks", "yes")), {}, 3),
    ],
    ids=["regression", "classification"],
)
def test_a_version_predicts_as_its_containers_do(
    clients: Clients, group: str, table: bytes, config: dict[str, Any], count: int
) -> None:
    searched = Searched(clients, table, 1, **config)
    containers = searched.best["InferenceContainers"]
    assert len(containers) == count
    rows = b"\n".join(line.rpartition(b",")[0] for line in table.splitlines()[1:20])
    if count == 3:  # the classes are quoted and may hold a comma
        rows = b"\n".join(b",".join(line.split(b",")[:2]) for line in table.splitlines()[1:20])
    expected = predictions(clients, searched.bucket, containers, rows)
    assert len(expected) == 19
    version = {"ModelPackageName": _add(clients, group, containers)}
    clients.s3.put_object(Bucket=searched.bucket, Key="registry/rows.csv", Body=rows)
    model = _make(clients, version)
    described = clients.sagemaker.describe_model(ModelName=model)
    assert [item["ModelPackageName"] for item in described["Containers"]] == [version["ModelPackageName"]]
    clients.sagemaker.delete_model_package(**version)
    assert _predicted(clients, searched.bucket, model, "registry/") == expected


def test_a_package_of_one_container_can_be_a_link_of_a_chain(clients: Clients, group: str, trained: str) -> None:
    url = clients.sagemaker.describe_training_job(TrainingJobName=trained)["ModelArtifacts"]["S3ModelArtifacts"]
    container = {"Image": XGBOOST, "ModelDataUrl": url}
    name = unique("m")
    one = {"ModelPackageName": _add(clients, group, [container])}
    clients.sagemaker.create_model(ModelName=name, PrimaryContainer=one, ExecutionRoleArn=ROLE)
    _make(clients, one, container)
    two = {"ModelPackageName": _add(clients, group, [container, container])}
    _make(clients, two)
    told = _refused(clients, two, container)
    assert told[0] == "NotImplementedException"
    assert told[1].startswith("A model package of several containers beside another container is not done")


@pytest.mark.parametrize("status", ["PendingManualApproval", "Rejected"])
def test_only_an_approved_version_can_be_deployed(clients: Clients, group: str, status: str) -> None:
    arn = _add(clients, group, [{"Image": XGBOOST}], status)
    assert _refused(clients, {"ModelPackageName": arn}) == (
        "ValidationException",
        f"Model Package {arn} cannot be deployed: its ModelApprovalStatus is {status}, not Approved.",
    )
    clients.sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus="Approved")
    _make(clients, {"ModelPackageName": arn})


def test_a_version_without_containers_cannot_be_deployed(clients: Clients, group: str) -> None:
    arn = _add(clients, group, [])
    assert _refused(clients, {"ModelPackageName": arn}) == (
        "ValidationException",
        f"Model Package {arn} cannot be deployed: it has no InferenceSpecification.",
    )


def test_a_package_must_exist(clients: Clients) -> None:
    arn = f"{PREFIX}:model-package/never-made/1"
    told = ("ValidationException", f"ModelPackage {arn} does not exist.")
    assert _refused(clients, {"ModelPackageName": arn}) == told
    assert _refused(clients, {"ModelPackageName": "never-made/1"}) == told


def test_what_was_not_validated_is_checked_when_it_is_deployed(clients: Clients, group: str, bucket: str) -> None:
    url = f"s3://{bucket}/model.tar.gz"
    created = clients.sagemaker.create_model_package(
        ModelPackageGroupName=group,
        ModelApprovalStatus="Approved",
        InferenceSpecification={"Containers": [{"Image": XGBOOST, "ModelDataUrl": url}]},
        SkipModelValidation="All",
    )
    told = _refused(clients, {"ModelPackageName": created["ModelPackageArn"]})
    assert told == ("ValidationException", f"Could not find model data at {url}.")


def test_the_environment_is_given_once(clients: Clients, group: str) -> None:
    bare = _add(clients, group, [{"Image": XGBOOST}])
    _make(clients, {"ModelPackageName": bare, "Environment": {"B": "2"}})
    for own, told in (({"A": "1"}, "{A=1}"), ({}, "{}")):
        arn = _add(clients, group, [{"Image": XGBOOST, "Environment": own}])
        _make(clients, {"ModelPackageName": arn})
        assert _refused(clients, {"ModelPackageName": arn, "Environment": {"B": "2"}}) == (
            "ValidationException",
            f"Environment variable map cannot be specified both at Model Package {told} and Model {{B=2}}.",
        )
    pair = _add(clients, group, [{"Image": XGBOOST}, {"Image": XGBOOST}])
    told_of_pair = _refused(clients, {"ModelPackageName": pair, "Environment": {"B": "2"}})
    assert told_of_pair[0] == "NotImplementedException"


def test_a_package_and_an_image_are_one_too_many(clients: Clients, group: str) -> None:
    arn = _add(clients, group, [{"Image": XGBOOST}])
    told = _refused(clients, {"ModelPackageName": arn, "Image": XGBOOST})
    assert told == ("ValidationException", "A container with a ModelPackageName can have no image and no model data.")
