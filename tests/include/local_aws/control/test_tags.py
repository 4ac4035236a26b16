from __future__ import annotations

import pytest

from tests.include.local_aws.jobs import ACCOUNT, REGION, ROLE, XGBOOST, Clients, refused, training, unique


@pytest.fixture
def arn(clients: Clients) -> str:
    created = clients.sagemaker.create_model(
        ModelName=unique("tagged"),
        PrimaryContainer={"Image": XGBOOST},
        ExecutionRoleArn=ROLE,
        Tags=[{"Key": "team", "Value": "a"}, {"Key": "größe", "Value": ""}],
    )
    return str(created["ModelArn"])


def _tags(clients: Clients, arn: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in clients.sagemaker.list_tags(ResourceArn=arn)["Tags"]}


def test_tags_given_at_creation_are_listed(clients: Clients, arn: str, tables: str) -> None:
    assert _tags(clients, arn) == {"team": "a", "größe": ""}
    created = clients.sagemaker.create_training_job(
        **training(tables, unique("tagged"), Tags=[{"Key": "dag", "Value": "x"}])
    )
    assert _tags(clients, created["TrainingJobArn"]) == {"dag": "x"}


def test_tags_are_added_replaced_and_deleted(clients: Clients, arn: str) -> None:
    told = clients.sagemaker.add_tags(
        ResourceArn=arn, Tags=[{"Key": "team", "Value": "b"}, {"Key": "x", "Value": "y"}]
    )["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in told} == {"team": "b", "größe": "", "x": "y"}
    clients.sagemaker.delete_tags(ResourceArn=arn, TagKeys=["x", "größe", "never there"])
    assert _tags(clients, arn) == {"team": "b"}


def test_awss_own_keys_and_doubles_are_refused(clients: Clients, arn: str) -> None:
    told = refused(clients.sagemaker.add_tags, ResourceArn=arn, Tags=[{"Key": "AWS:x", "Value": ""}])
    assert told == ("ValidationException", "aws: prefixed tag key names are not allowed for external use.")
    twice = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    told = refused(clients.sagemaker.add_tags, ResourceArn=arn, Tags=twice)
    assert told == ("ValidationException", "Duplicate tag keys found.")


def test_fifty_tags_are_the_most(clients: Clients, arn: str) -> None:
    tags = [{"Key": f"k{number}", "Value": ""} for number in range(49)]
    told = refused(clients.sagemaker.add_tags, ResourceArn=arn, Tags=tags)
    assert told == ("ResourceLimitExceeded", "A resource can have at most 50 tags.")
    clients.sagemaker.add_tags(ResourceArn=arn, Tags=tags[:48])
    assert len(_tags(clients, arn)) == 50


def test_a_resource_that_is_not_there_has_no_tags(clients: Clients) -> None:
    arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:model/never-created"
    for call, more in (
        (clients.sagemaker.list_tags, {}),
        (clients.sagemaker.add_tags, {"Tags": [{"Key": "a", "Value": ""}]}),
        (clients.sagemaker.delete_tags, {"TagKeys": ["a"]}),
    ):
        assert refused(call, ResourceArn=arn, **more) == ("ValidationException", f"Could not find resource {arn}.")


def test_the_tags_of_a_deleted_model_are_gone(clients: Clients, arn: str) -> None:
    clients.sagemaker.delete_model(ModelName=arn.split("/")[-1])
    code, _ = refused(clients.sagemaker.list_tags, ResourceArn=arn)
    assert code == "ValidationException"
