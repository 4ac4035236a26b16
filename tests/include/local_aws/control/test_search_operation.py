from __future__ import annotations

from typing import Any

import pytest

from tests.include.local_aws.jobs import Clients, finished, refused, training, unique


@pytest.fixture(scope="module")
def team(clients: Clients, tables: str) -> str:
    """Three training jobs with a tag of their own: rounds 2, 4, 8."""
    name = unique("team")
    for rounds in (2, 4, 8):
        tags = [{"Key": "team", "Value": name}, {"Key": "a.b", "Value": str(rounds)}]
        clients.sagemaker.create_training_job(**training(tables, f"{name}-{rounds}", rounds, Tags=tags))
        finished(clients.sagemaker, "Training", f"{name}-{rounds}")
    return name


def _found(clients: Clients, team: str, *filters: dict[str, Any], **more: Any) -> list[str]:
    expression = {"Filters": [{"Name": "Tags.team", "Value": team}, *filters]}
    answer = clients.sagemaker.search(Resource="TrainingJob", SearchExpression=expression, **more)
    return [one["TrainingJob"]["TrainingJobName"].removeprefix(f"{team}-") for one in answer["Results"]]


def test_what_is_found_is_the_description(clients: Clients, team: str) -> None:
    named = {"Filters": [{"Name": "TrainingJobName", "Operator": "Equals", "Value": f"{team}-4"}]}
    answer = clients.sagemaker.search(Resource="TrainingJob", SearchExpression=named)
    (one,) = answer["Results"]
    described = clients.sagemaker.describe_training_job(TrainingJobName=f"{team}-4")
    assert {"Key": "team", "Value": team} in one["TrainingJob"].pop("Tags")
    assert one["TrainingJob"] == {key: described[key] for key in one["TrainingJob"]}
    assert one["TrainingJob"]["HyperParameters"]["num_round"] == "4"
    assert answer["TotalHits"] == {"Value": 1, "Relation": "EqualTo"}


@pytest.mark.parametrize(
    ("name", "operator", "value", "found"),
    [
        ("TrainingJobStatus", "Equals", "Completed", {"2", "4", "8"}),
        ("TrainingJobStatus", "NotEquals", "Completed", set()),
        ("HyperParameters.num_round", "GreaterThan", "2", {"4", "8"}),
        ("HyperParameters.num_round", "GreaterThanOrEqualTo", "2.0", {"2", "4", "8"}),
        ("HyperParameters.num_round", "LessThan", "10", {"2", "4", "8"}),
        ("HyperParameters.num_round", "LessThanOrEqualTo", "4", {"2", "4"}),
        ("HyperParameters.num_round", "In", "2,8", {"2", "8"}),
        ("TrainingJobName", "Contains", "TEAM-4", {"4"}),
        ("Tags.a.b", "Equals", "8", {"8"}),
        ("Metrics.validation:rmse", "LessThan", "1e9", {"2", "4", "8"}),
        ("Metrics.validation:rmse", "LessThan", "0", set()),
        ("FailureReason", "Exists", None, set()),
        ("FailureReason", "NotExists", None, {"2", "4", "8"}),
        ("CreationTime", "GreaterThan", "2020-01-01T00:00:00Z", {"2", "4", "8"}),
        ("CreationTime", "LessThan", "2020-01-01T00:00:00", set()),
        ("EnableNetworkIsolation", "Equals", "false", {"2", "4", "8"}),
        ("InputDataConfig.ChannelName", "Equals", "validation", {"2", "4", "8"}),
    ],
)
def test_operators(clients: Clients, team: str, name: str, operator: str, value: str | None, found: set[str]) -> None:
    # A part of a name that no other has: the names of the three begin at random.
    value = value and value.replace("TEAM", team[-5:])
    one = {"Name": name, "Operator": operator, **({} if value is None else {"Value": value})}
    assert set(_found(clients, team, one)) == found


def test_or_and_what_is_nested(clients: Clients, team: str) -> None:
    def of(rounds: str) -> dict[str, Any]:
        return {"Filters": [{"Name": "TrainingJobName", "Value": f"{team}-{rounds}"}]}

    either = {"Operator": "Or", "SubExpressions": [of("2"), of("8")]}
    answer = clients.sagemaker.search(Resource="TrainingJob", SearchExpression=either)
    assert {one["TrainingJob"]["TrainingJobName"] for one in answer["Results"]} == {f"{team}-2", f"{team}-8"}
    place = "InputDataConfig"
    for uri, count in (("in/train", 3), ("in/validation", 0)):
        same = [
            {"Name": f"{place}.ChannelName", "Value": "train"},
            {"Name": f"{place}.DataSource.S3DataSource.S3Uri", "Operator": "Contains", "Value": uri},
        ]
        nested = {
            "Filters": [{"Name": "Tags.team", "Value": team}],
            "NestedFilters": [{"NestedPropertyName": place, "Filters": same}],
        }
        assert len(clients.sagemaker.search(Resource="TrainingJob", SearchExpression=nested)["Results"]) == count


def test_order_and_pages(clients: Clients, team: str) -> None:
    assert _found(clients, team) == ["8", "4", "2"]  # the newest change first
    assert _found(clients, team, SortBy="HyperParameters.num_round", SortOrder="Ascending") == ["2", "4", "8"]
    pages = clients.sagemaker.get_paginator("search").paginate(
        Resource="TrainingJob",
        SearchExpression={"Filters": [{"Name": "Tags.team", "Value": team}]},
        PaginationConfig={"PageSize": 2},
    )
    assert [len(page["Results"]) for page in pages] == [2, 1]


def test_kinds(clients: Clients) -> None:
    group = unique("group")
    clients.sagemaker.create_model_package_group(ModelPackageGroupName=group)
    named = {"Filters": [{"Name": "ModelPackageGroupName", "Value": group}]}
    found = clients.sagemaker.search(Resource="ModelPackageGroup", SearchExpression=named)["Results"]
    assert [one["ModelPackageGroup"]["ModelPackageGroupName"] for one in found] == [group]
    assert clients.sagemaker.search(Resource="ModelPackage", SearchExpression=named)["Results"] == []
    assert clients.sagemaker.search(Resource="ModelCard")["Results"] == []
    assert refused(clients.sagemaker.search, Resource="Model")[0] == "NotImplementedException"
    assert refused(
        clients.sagemaker.search, Resource="TrainingJob", SearchExpression={"Filters": [{"Name": "TrainingJobName"}]}
    ) == ("ValidationException", "The filter of TrainingJobName has no Value.")
