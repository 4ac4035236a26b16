from __future__ import annotations

import pytest

from tests.include.local_aws.jobs import ACCOUNT, REGION, Clients, client, refused, unique


def _arn(name: str, region: str = REGION, account: str = ACCOUNT) -> str:
    return f"arn:aws:sagemaker:{region}:{account}:model-package-group/{name}"


@pytest.fixture
def group(clients: Clients) -> str:
    name = unique("group")
    created = clients.sagemaker.create_model_package_group(
        ModelPackageGroupName=name,
        ModelPackageGroupDescription="pIC50 for BACE-1 (β-secretase)",
        Tags=[{"Key": "team", "Value": "a"}],
    )
    assert created["ModelPackageGroupArn"] == _arn(name)
    return name


def test_a_group_comes_back_as_it_was_given(clients: Clients, group: str) -> None:
    for name in (group, _arn(group)):
        described = clients.sagemaker.describe_model_package_group(ModelPackageGroupName=name)
        assert described["ModelPackageGroupName"] == group
        assert described["ModelPackageGroupArn"] == _arn(group)
        assert described["ModelPackageGroupDescription"] == "pIC50 for BACE-1 (β-secretase)"
        assert described["ModelPackageGroupStatus"] == "Completed"
        assert described["CreatedBy"] == {}
    listed = clients.sagemaker.list_model_package_groups(NameContains=group)["ModelPackageGroupSummaryList"]
    assert [item["ModelPackageGroupArn"] for item in listed] == [_arn(group)]
    assert listed[0]["CreationTime"] == described["CreationTime"]


def test_groups_have_tags(clients: Clients, group: str) -> None:
    clients.sagemaker.add_tags(ResourceArn=_arn(group), Tags=[{"Key": "model", "Value": "bace"}])
    told = clients.sagemaker.list_tags(ResourceArn=_arn(group))["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in told} == {"team": "a", "model": "bace"}


def test_a_taken_name_is_refused(clients: Clients, group: str) -> None:
    told = refused(clients.sagemaker.create_model_package_group, ModelPackageGroupName=group)
    assert told == ("ValidationException", f"Model Package Group already exists: {_arn(group)}")


def test_a_group_is_deleted_only_when_it_is_empty(clients: Clients, group: str) -> None:
    package = clients.sagemaker.create_model_package(ModelPackageGroupName=group)["ModelPackageArn"]
    assert refused(clients.sagemaker.delete_model_package_group, ModelPackageGroupName=_arn(group)) == (
        "ConflictException",
        f"Model Package Group {_arn(group)} cannot be deleted because it still contains Model Packages",
    )
    clients.sagemaker.delete_model_package(ModelPackageName=package)
    clients.sagemaker.delete_model_package_group(ModelPackageGroupName=_arn(group))
    gone = ("ValidationException", f"ModelPackageGroup {_arn(group)} does not exist.")
    assert refused(clients.sagemaker.describe_model_package_group, ModelPackageGroupName=group) == gone
    assert refused(clients.sagemaker.delete_model_package_group, ModelPackageGroupName=group) == gone
    assert refused(clients.sagemaker.list_tags, ResourceArn=_arn(group))[0] == "ValidationException"


def test_an_arn_must_be_of_this_account_region_and_kind(clients: Clients, group: str) -> None:
    describe = clients.sagemaker.describe_model_package_group
    told = refused(describe, ModelPackageGroupName=_arn(group, region="eu-west-1"))
    assert told == ("ValidationException", f"ARN should be scoped to correct region: {REGION}")
    for arn in (_arn(group, account="999999999999"), _arn(group).replace("package-group", "package")):
        told = refused(describe, ModelPackageGroupName=arn)
        assert told == ("ValidationException", f"ModelPackageGroup {arn} does not exist.")
    other = client(clients.url, "sagemaker", "eu-west-1")
    assert refused(other.describe_model_package_group, ModelPackageGroupName=group)[0] == "ValidationException"


def test_control_characters_are_no_description(clients: Clients) -> None:
    code, message = refused(
        clients.sagemaker.create_model_package_group,
        ModelPackageGroupName=unique("group"),
        ModelPackageGroupDescription="two\nlines",
    )
    assert code == "ValidationException"
    assert "at 'modelPackageGroupDescription' failed to satisfy constraint" in message


def test_managed_storage_is_not_done(clients: Clients) -> None:
    told = refused(
        clients.sagemaker.create_model_package_group,
        ModelPackageGroupName=unique("group"),
        ManagedConfiguration={"ManagedStorageType": "Restricted"},
    )
    assert told[0] == "NotImplementedException"
    assert told[1].startswith("ManagedConfiguration is not done by the embedded AWS endpoint")
