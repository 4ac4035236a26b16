from __future__ import annotations

from typing import Any

import pytest

from include.local_aws.faults import Faults
from include.local_aws.process import start
from tests.include.local_aws.jobs import ACCOUNT, REGION, XGBOOST, Clients, refused, unique

PENDING = "PendingManualApproval"


@pytest.fixture
def group(clients: Clients) -> str:
    name = unique("group")
    clients.sagemaker.create_model_package_group(ModelPackageGroupName=name)
    return name


def _arn(group: str, version: int) -> str:
    return f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package/{group}/{version}"


def _specification(*containers: dict[str, Any]) -> dict[str, Any]:
    return {
        "Containers": list(containers or ({"Image": XGBOOST},)),
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }


def _add(clients: Clients, group: str, **more: Any) -> str:
    return str(clients.sagemaker.create_model_package(ModelPackageGroupName=group, **more)["ModelPackageArn"])


def _describe(clients: Clients, arn: str) -> dict[str, Any]:
    described: dict[str, Any] = clients.sagemaker.describe_model_package(ModelPackageName=arn)
    return described


def _listed(clients: Clients, group: str, **more: Any) -> list[int]:
    answer = clients.sagemaker.list_model_packages(ModelPackageGroupName=group, **more)
    return [item["ModelPackageVersion"] for item in answer["ModelPackageSummaryList"]]


def test_a_version_comes_back_as_it_was_given(clients: Clients, group: str, trained: str) -> None:
    artifact = clients.sagemaker.describe_training_job(TrainingJobName=trained)["ModelArtifacts"]["S3ModelArtifacts"]
    container = {"Image": XGBOOST, "ModelDataUrl": artifact, "Environment": {"A": "1", "EMPTY": ""}}
    source = {
        "ContentType": "application/json",
        "S3Uri": "s3://bucket/metrics.json",
        "ContentDigest": f"sha256:{'ab' * 32}",
    }
    asked = {
        "ModelPackageDescription": "the first",
        "InferenceSpecification": _specification(container, {"Image": XGBOOST, "ContainerHostname": "second"}),
        "ModelMetrics": {"ModelQuality": {"Statistics": source}},
        "DriftCheckBaselines": {"ModelQuality": {"Statistics": source}},
        "CustomerMetadataProperties": {"cutoff": "2026-02-01", "drops": "sha256:ab/cd+ef="},
        "MetadataProperties": {"CommitId": "abc", "GeneratedBy": "retrain"},
        "Domain": "MACHINE_LEARNING",
        "Task": "REGRESSION",
        "ModelCard": {"ModelCardContent": "{}", "ModelCardStatus": "Draft"},
    }
    arn = _add(clients, group, **asked)
    assert arn == _arn(group, 1)
    described = _describe(clients, arn)
    assert {member: described[member] for member in asked} == asked
    assert described["ModelPackageArn"] == arn
    assert (described["ModelPackageGroupName"], described["ModelPackageVersion"]) == (group, 1)
    assert described["ModelPackageStatus"] == "Completed"
    assert described["ModelPackageStatusDetails"] == {"ValidationStatuses": [], "ImageScanStatuses": []}
    assert described["ModelApprovalStatus"] == PENDING
    assert (described["CertifyForMarketplace"], described["SkipModelValidation"]) == (False, "None")
    assert described["CreationTime"] == described["LastModifiedTime"]
    assert not {"ModelPackageName", "ClientToken", "Tags", "ApprovalDescription"} & described.keys()
    assert _describe(clients, f"{group}/1")["ModelPackageArn"] == arn


def test_numbers_go_on_and_are_not_used_twice(clients: Clients, group: str) -> None:
    for version in (1, 2, 3):
        assert _add(clients, f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package-group/{group}") == _arn(
            group, version
        )
    for version in (1, 3):
        clients.sagemaker.delete_model_package(ModelPackageName=_arn(group, version))
        gone = ("ValidationException", f"ModelPackage {_arn(group, version)} does not exist.")
        assert refused(clients.sagemaker.describe_model_package, ModelPackageName=_arn(group, version)) == gone
        assert refused(clients.sagemaker.delete_model_package, ModelPackageName=_arn(group, version)) == gone
        told = refused(clients.sagemaker.update_model_package, ModelPackageArn=_arn(group, version))
        assert told == gone
    assert _add(clients, group) == _arn(group, 4)
    assert _listed(clients, group) == [2, 4]


def test_a_token_gives_its_version_again(clients: Clients, group: str) -> None:
    token = unique("token")
    first = _add(clients, group, ClientToken=token, Domain="a")
    clients.sagemaker.update_model_package(ModelPackageArn=first, ModelApprovalStatus="Approved")
    assert _add(clients, group, ClientToken=token, Domain="a") == first
    assert _describe(clients, first)["ModelApprovalStatus"] == "Approved"
    told = refused(clients.sagemaker.create_model_package, ModelPackageGroupName=group, ClientToken=token, Domain="b")
    assert told == (
        "ConflictException",
        f"The ClientToken {token} was used for another request, which made {first}.",
    )
    assert _listed(clients, group) == [1]


def test_a_lost_reply_does_not_make_a_second_version(tmp_path: Any) -> None:
    with start(tmp_path, faults=True) as running:
        clients = Clients.of(running.url)
        clients.sagemaker.create_model_package_group(ModelPackageGroupName="g")
        faults = Faults(running.url)
        faults.set([{"fault": "drop_after", "operation": "sagemaker.CreateModelPackage", "count": 1}])
        assert _add(clients, "g") == _arn("g", 1)
        assert faults.calls()["sagemaker.CreateModelPackage"] == 2
        assert _listed(clients, "g") == [1]


def test_approval_and_metadata_are_updated(clients: Clients, group: str) -> None:
    arn = _add(clients, group, CustomerMetadataProperties={"a": "1", "b": "2"}, Domain="kept")
    updated = clients.sagemaker.update_model_package(
        ModelPackageArn=arn,
        ModelApprovalStatus="Rejected",
        ApprovalDescription="not better: +0.1 (p > 0.05)",
        CustomerMetadataProperties={"b": "3", "c": "4"},
        CustomerMetadataPropertiesToRemove=["a", "never there"],
    )
    assert updated["ModelPackageArn"] == arn
    described = _describe(clients, arn)
    assert described["ModelApprovalStatus"] == "Rejected"
    assert described["ApprovalDescription"] == "not better: +0.1 (p > 0.05)"
    assert described["CustomerMetadataProperties"] == {"b": "3", "c": "4"}
    assert described["Domain"] == "kept"
    assert described["LastModifiedTime"] > described["CreationTime"]
    for status in ("Approved", PENDING, "Approved"):
        clients.sagemaker.update_model_package(ModelPackageArn=arn, ModelApprovalStatus=status)
        assert _describe(clients, arn)["ModelApprovalStatus"] == status
    assert _describe(clients, arn)["CustomerMetadataProperties"] == {"b": "3", "c": "4"}
    clients.sagemaker.update_model_package(ModelPackageArn=arn, CustomerMetadataPropertiesToRemove=["b", "c"])
    assert "CustomerMetadataProperties" not in _describe(clients, arn)


def test_fifty_properties_are_the_most(clients: Clients, group: str) -> None:
    arn = _add(clients, group, CustomerMetadataProperties={f"k{number}": "v" for number in range(50)})
    update = clients.sagemaker.update_model_package
    told = refused(update, ModelPackageArn=arn, CustomerMetadataProperties={"one-more": "v"})
    assert told == ("ValidationException", "A model package can have at most 50 CustomerMetadataProperties.")
    update(ModelPackageArn=arn, CustomerMetadataProperties={"one-more": "v"}, CustomerMetadataPropertiesToRemove=["k0"])
    assert len(_describe(clients, arn)["CustomerMetadataProperties"]) == 50


@pytest.mark.parametrize("value", ["x" * 257, "a,b", '{"a": 1}', "line\n"])
def test_metadata_is_short_plain_text(clients: Clients, group: str, value: str) -> None:
    code, message = refused(
        clients.sagemaker.create_model_package,
        ModelPackageGroupName=group,
        CustomerMetadataProperties={"key": value},
    )
    assert code == "ValidationException"
    assert "at 'customerMetadataProperties' failed to satisfy constraint: Map value must satisfy" in message


def test_containers_can_be_given_once(clients: Clients, group: str) -> None:
    arn = _add(clients, group)
    assert "InferenceSpecification" not in _describe(clients, arn)
    update = clients.sagemaker.update_model_package
    update(ModelPackageArn=arn, InferenceSpecification=_specification())
    assert _describe(clients, arn)["InferenceSpecification"] == _specification()
    told = refused(update, ModelPackageArn=arn, InferenceSpecification=_specification())
    assert told[0] == "NotImplementedException"
    assert told[1].startswith("Replacing the InferenceSpecification of a model package is not done")


def test_lists_filter_order_and_page(clients: Clients, group: str) -> None:
    arns = [_add(clients, group, ModelPackageDescription=f"number {number}") for number in range(1, 13)]
    for number in (2, 3, 11):
        clients.sagemaker.update_model_package(ModelPackageArn=arns[number - 1], ModelApprovalStatus="Approved")
    assert _listed(clients, group) == list(range(1, 11))  # the oldest first, ten on a page
    assert _listed(clients, group, SortOrder="Descending", MaxResults=2) == [12, 11]
    assert _listed(clients, group, SortBy="Name", SortOrder="Descending", MaxResults=3) == [12, 11, 10]
    approved = {"ModelApprovalStatus": "Approved", "SortOrder": "Descending"}
    assert _listed(clients, group, **approved) == [11, 3, 2]
    pages = clients.sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=group, PaginationConfig={"PageSize": 5}
    )
    items = [item for page in pages for item in page["ModelPackageSummaryList"]]
    assert [item["ModelPackageArn"] for item in items] == arns
    assert items[1] == {
        "ModelPackageGroupName": group,
        "ModelPackageVersion": 2,
        "ModelPackageArn": arns[1],
        "ModelPackageDescription": "number 2",
        "CreationTime": items[1]["CreationTime"],
        "ModelPackageStatus": "Completed",
        "ModelApprovalStatus": "Approved",
    }
    assert _listed(clients, group, CreationTimeAfter=items[9]["CreationTime"]) == [11, 12]
    assert _listed(clients, group, CreationTimeBefore=items[2]["CreationTime"]) == [1, 2]
    assert _listed(clients, group, NameContains=group[-4:], MaxResults=1) == [1]
    assert _listed(clients, group, NameContains="nothing") == []
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model-package-group/{group}"
    assert _listed(clients, arn, MaxResults=1) == [1]


def test_without_a_group_versions_must_be_asked_for(clients: Clients, group: str) -> None:
    arn = _add(clients, group)
    for kind, found in (("Versioned", [arn]), ("Both", [arn]), ("Unversioned", [])):
        answer = clients.sagemaker.list_model_packages(ModelPackageType=kind, NameContains=group)
        assert [item["ModelPackageArn"] for item in answer["ModelPackageSummaryList"]] == found
    assert clients.sagemaker.list_model_packages(NameContains=group)["ModelPackageSummaryList"] == []
    assert _listed(clients, "never-made") == []


def test_versions_have_no_tags(clients: Clients, group: str) -> None:
    message = "Tags are not supported in Model Package versions. Please add them to the Model Package Group"
    tags = [{"Key": "a", "Value": "b"}]
    told = refused(clients.sagemaker.create_model_package, ModelPackageGroupName=group, Tags=tags)
    assert told == ("ValidationException", message)
    arn = _add(clients, group)
    assert refused(clients.sagemaker.add_tags, ResourceArn=arn, Tags=tags) == ("ValidationException", message)
    assert clients.sagemaker.list_tags(ResourceArn=arn)["Tags"] == []


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, "Missing ARN."),
        (
            {"ModelPackageName": "a", "ModelPackageGroupName": "b"},
            (
                "Both ModelPackageName and ModelPackageGroupName are provided in the input. "
                "Cannot determine which one to use."
            ),
        ),
        ({"ModelPackageGroupName": "never-made"}, "Model Package Group does not exist."),
    ],
)
def test_a_version_needs_one_group(clients: Clients, members: dict[str, Any], message: str) -> None:
    assert refused(clients.sagemaker.create_model_package, **members) == ("ValidationException", message)


def test_images_and_artifacts_must_exist_unless_nobody_checks(clients: Clients, group: str, tables: str) -> None:
    url = f"s3://{tables}/no/model.tar.gz"
    add = clients.sagemaker.create_model_package
    wrong = _specification({"Image": XGBOOST, "ModelDataUrl": url})
    told = refused(add, ModelPackageGroupName=group, InferenceSpecification=wrong)
    assert told == ("ValidationException", f"Could not find model data at {url}.")
    unknown = _specification({"Image": "not-an-image"})
    code, message = refused(add, ModelPackageGroupName=group, InferenceSpecification=unknown)
    assert (code, message[:39]) == ("ValidationException", "Requested image not-an-image not found:")
    nameless = _specification({"ModelDataUrl": url})
    told = refused(add, ModelPackageGroupName=group, InferenceSpecification=nameless, SkipModelValidation="All")
    assert told == ("ValidationException", "Image must be specified for every container of an InferenceSpecification.")
    arn = _add(clients, group, InferenceSpecification=wrong, SkipModelValidation="All")
    assert arn == _arn(group, 1)  # what was refused used up no number
    assert _describe(clients, arn)["SkipModelValidation"] == "All"


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"ModelPackageName": "p"}, "CreateModelPackage.ModelPackageName (a package without versions)"),
        ({"ModelPackageGroupName": "g", "SourceUri": "s3://b/k"}, "CreateModelPackage.SourceUri"),
        ({"ModelPackageGroupName": "g", "CertifyForMarketplace": True}, "CreateModelPackage.CertifyForMarketplace"),
    ],
)
def test_what_is_not_done_is_refused_and_named(clients: Clients, members: dict[str, Any], what: str) -> None:
    assert refused(clients.sagemaker.create_model_package, **members) == (
        "NotImplementedException",
        f"{what} is not done by the embedded AWS endpoint; docs/local.md lists what it does.",
    )


def test_the_registry_outlives_the_process(tmp_path: Any) -> None:
    with start(tmp_path) as running:
        clients = Clients.of(running.url)
        clients.sagemaker.create_model_package_group(ModelPackageGroupName="g")
        for _ in range(3):
            _add(clients, "g", ClientToken=unique("t"))
        clients.sagemaker.update_model_package(ModelPackageArn=_arn("g", 2), ModelApprovalStatus="Approved")
        clients.sagemaker.delete_model_package(ModelPackageName=_arn("g", 3))
        before = _describe(clients, _arn("g", 2))
        running.kill()
    with start(tmp_path) as again:
        clients = Clients.of(again.url)
        after = _describe(clients, _arn("g", 2))
        for described in (before, after):
            described.pop("ResponseMetadata")
        assert after == before
        assert _listed(clients, "g", ModelApprovalStatus="Approved") == [2]
        assert _add(clients, "g") == _arn("g", 4)
