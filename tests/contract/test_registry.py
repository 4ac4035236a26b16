"""The Model Registry, as far as moto goes along: it lets names be taken twice and deletes nothing."""

from __future__ import annotations

import pytest

from tests.include.local_aws.jobs import ACCOUNT, REGION, XGBOOST, Clients, refused, unique

PREFIX = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}"


@pytest.fixture
def group(clients: Clients) -> str:
    name = unique("group")
    created = clients.sagemaker.create_model_package_group(
        ModelPackageGroupName=name, ModelPackageGroupDescription="a group"
    )
    assert created["ModelPackageGroupArn"] == f"{PREFIX}:model-package-group/{name}"
    return name


def _add(clients: Clients, group: str) -> str:
    specification = {
        "Containers": [{"Image": XGBOOST, "Environment": {"A": "1"}}],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }
    created = clients.sagemaker.create_model_package(
        ModelPackageGroupName=group,
        ModelPackageDescription="a version",
        InferenceSpecification=specification,
        ModelApprovalStatus="PendingManualApproval",
        CustomerMetadataProperties={"cutoff": "2026-02-01"},
    )
    return str(created["ModelPackageArn"])


def test_groups(clients: Clients, group: str) -> None:
    described = clients.sagemaker.describe_model_package_group(ModelPackageGroupName=group)
    assert described["ModelPackageGroupDescription"] == "a group"
    assert described["ModelPackageGroupStatus"] == "Completed"
    listed = clients.sagemaker.list_model_package_groups(NameContains=group)["ModelPackageGroupSummaryList"]
    assert [item["ModelPackageGroupName"] for item in listed] == [group]
    assert refused(clients.sagemaker.describe_model_package_group, ModelPackageGroupName="never") == (
        "ValidationException",
        f"ModelPackageGroup {PREFIX}:model-package-group/never does not exist.",
    )


def test_versions(clients: Clients, group: str) -> None:
    arns = [_add(clients, group) for _ in range(2)]
    assert arns == [f"{PREFIX}:model-package/{group}/{version}" for version in (1, 2)]
    described = clients.sagemaker.describe_model_package(ModelPackageName=arns[0])
    assert (described["ModelPackageGroupName"], described["ModelPackageVersion"]) == (group, 1)
    assert described["InferenceSpecification"]["Containers"] == [{"Image": XGBOOST, "Environment": {"A": "1"}}]
    assert described["ModelPackageStatus"] == "Completed"
    assert described["CustomerMetadataProperties"] == {"cutoff": "2026-02-01"}
    assert "ModelPackageName" not in described
    clients.sagemaker.update_model_package(
        ModelPackageArn=arns[1], ModelApprovalStatus="Approved", ApprovalDescription="better"
    )
    changed = clients.sagemaker.describe_model_package(ModelPackageName=arns[1])
    assert (changed["ModelApprovalStatus"], changed["ApprovalDescription"]) == ("Approved", "better")


def test_lists(clients: Clients, group: str) -> None:
    arns = [_add(clients, group) for _ in range(3)]
    clients.sagemaker.update_model_package(ModelPackageArn=arns[1], ModelApprovalStatus="Approved")

    def listed(**asked: str) -> list[str]:
        answer = clients.sagemaker.list_model_packages(**asked)
        return [item["ModelPackageArn"] for item in answer["ModelPackageSummaryList"]]

    assert listed(ModelPackageGroupName=group) == arns
    assert listed(ModelPackageGroupName=group, SortOrder="Descending") == arns[::-1]
    assert listed(ModelPackageGroupName=group, ModelApprovalStatus="Approved") == [arns[1]]
    assert listed(ModelPackageType="Versioned", NameContains=group) == arns
    assert listed(NameContains=group) == []
    assert listed(ModelPackageGroupName=unique("never")) == []


def test_a_package_that_is_not_there_is_a_validation_error(clients: Clients) -> None:
    arn = f"{PREFIX}:model-package/never/1"
    assert refused(clients.sagemaker.describe_model_package, ModelPackageName=arn)[0] == "ValidationException"
    assert refused(clients.sagemaker.update_model_package, ModelPackageArn=arn)[0] == "ValidationException"
