"""Lists, against a store filled by hand: no job has to run for them."""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from include.local_aws import wire
from include.local_aws.account import arn
from include.local_aws.control.call import Call, Services
from include.local_aws.control.kinds import KINDS
from include.local_aws.control.listing import LISTINGS, list_resources, page
from include.local_aws.errors import ValidationException
from include.local_aws.store import Resource, Store

REGION = "us-east-1"
NAMES = [f"job-{letter}" for letter in "cabd"]


@pytest.fixture
def services(tmp_path: Path) -> Services:
    store = Store(tmp_path / "store.sqlite")
    for kind in (kind for kind in KINDS.values() if kind.has_name):
        for number, name in enumerate(NAMES):
            status = ("Completed", "Failed")[number % 2] if kind.has_status else "InService"
            computed = {"AutoMLJobSecondaryStatus": status} if kind.members == "AutoMLJob" else {}
            store.insert(Resource(REGION, kind.members, name, arn(REGION, kind.arn_part, name), status, {}, computed))
            time.sleep(0.002)  # creation times are whole milliseconds
    return Services(store, None, None, None, None, None)  # type: ignore[arg-type] - lists need the store only


def _list(services: Services, operation: str, region: str = REGION, **request: Any) -> dict[str, Any]:
    answer = list_resources(services, Call(region, operation, request))
    wire.serialise(operation, answer)
    return answer


def _names(operation: str, answer: dict[str, Any]) -> list[str]:
    listing = LISTINGS[operation]
    return [item[listing.kind.name_member] for item in answer[listing.member]]


@pytest.mark.parametrize(
    ("operation", "order"),
    [
        ("ListTrainingJobs", NAMES),
        ("ListTransformJobs", NAMES[::-1]),
        ("ListProcessingJobs", NAMES),
        ("ListAutoMLJobs", sorted(NAMES)[::-1]),
        ("ListModels", NAMES[::-1]),
        ("ListModelPackageGroups", NAMES),
        ("ListEndpointConfigs", NAMES[::-1]),
        ("ListEndpoints", NAMES[::-1]),
    ],
)
def test_the_order_without_asking_is_the_documented_one(services: Services, operation: str, order: list[str]) -> None:
    assert _names(operation, _list(services, operation)) == order


@pytest.mark.parametrize("operation", sorted(name for name in LISTINGS if LISTINGS[name].kind.has_name))
def test_pages_make_up_the_whole_list(services: Services, operation: str) -> None:
    for descending in ("Ascending", "Descending"):
        asked = {"SortBy": "Name", "SortOrder": descending}
        seen: list[str] = []
        answer = _list(services, operation, MaxResults=3, **asked)
        seen += _names(operation, answer)
        assert len(seen) == 3
        answer = _list(services, operation, MaxResults=2, NextToken=answer["NextToken"], **asked)
        seen += _names(operation, answer)
        assert "NextToken" not in answer
        assert seen == sorted(NAMES, reverse=descending == "Descending")


def test_filters_come_before_pages(services: Services) -> None:
    answer = _list(services, "ListTrainingJobs", NameContains="-b", MaxResults=1)
    assert _names("ListTrainingJobs", answer) == ["job-b"]
    assert "NextToken" not in answer
    answer = _list(services, "ListTransformJobs", StatusEquals="Failed")
    assert sorted(_names("ListTransformJobs", answer)) == ["job-a", "job-d"]
    assert _names("ListModels", _list(services, "ListModels", NameContains="nothing")) == []
    assert _names("ListTrainingJobs", _list(services, "ListTrainingJobs", region="eu-west-1")) == []


def test_times_filter(services: Services) -> None:
    first = _list(services, "ListTrainingJobs")["TrainingJobSummaries"][0]
    moment = first["CreationTime"]
    after = _names("ListTrainingJobs", _list(services, "ListTrainingJobs", CreationTimeAfter=moment))
    assert after == NAMES[1:]
    before = _list(services, "ListTrainingJobs", LastModifiedTimeBefore=moment + timedelta(milliseconds=1))
    assert _names("ListTrainingJobs", before) == NAMES[:1]


@pytest.mark.parametrize("operation", ["ListModels", "ListEndpointConfigs", "ListEndpoints"])
def test_what_is_hosted_and_was_created_at_that_very_moment_counts_as_after(services: Services, operation: str) -> None:
    items = _list(services, operation, SortOrder="Ascending")[LISTINGS[operation].member]
    asked = _list(services, operation, SortOrder="Ascending", CreationTimeAfter=items[1]["CreationTime"])
    assert _names(operation, asked) == NAMES[1:]


@pytest.mark.parametrize("operation", ["ListModels", "ListTrainingJobs"])
def test_everything_is_after_the_first_instant(services: Services, operation: str) -> None:
    asked = _list(services, operation, SortOrder="Ascending", CreationTimeAfter=datetime.min.replace(tzinfo=UTC))
    assert _names(operation, asked) == NAMES


def test_ten_are_a_page(services: Services) -> None:
    for number in range(10):
        name = f"more-{number}"
        services.store.insert(Resource(REGION, "TrainingJob", name, arn(REGION, "training-job", name), "Completed", {}))
    answer = _list(services, "ListTrainingJobs")
    assert len(answer["TrainingJobSummaries"]) == 10
    assert len(_list(services, "ListTrainingJobs", NextToken=answer["NextToken"])["TrainingJobSummaries"]) == 4


def test_a_token_belongs_to_its_question(services: Services) -> None:
    token = _list(services, "ListTrainingJobs", MaxResults=1)["NextToken"]
    with pytest.raises(ValidationException, match="it belongs to a request with other filters or another order"):
        _list(services, "ListTrainingJobs", NextToken=token, SortBy="Name")
    with pytest.raises(ValidationException, match="it belongs to a request with other filters or another order"):
        _list(services, "ListTransformJobs", NextToken=token)
    with pytest.raises(ValidationException, match="Invalid NextToken: nonsense"):
        _list(services, "ListTrainingJobs", NextToken="nonsense")


@pytest.mark.parametrize("position", [[{}, "x"], [10**30, "x"], [None, "x"], [1.5, 2], [1.5, []]])
def test_a_token_that_somebody_made_is_refused(services: Services, position: list[Any]) -> None:
    given = _list(services, "ListTrainingJobs", MaxResults=1)["NextToken"]
    digest = json.loads(base64.urlsafe_b64decode(given))[0]
    token = base64.urlsafe_b64encode(json.dumps([digest, *position]).encode()).decode()
    with pytest.raises(ValidationException, match="Invalid NextToken: "):
        _list(services, "ListTrainingJobs", NextToken=token)


def test_a_token_without_end_is_refused(services: Services) -> None:
    token = base64.urlsafe_b64encode(b"[" * 6000).decode()
    with pytest.raises(ValidationException, match="Invalid NextToken: "):
        _list(services, "ListTrainingJobs", NextToken=token)


def test_no_job_has_a_warm_pool_and_no_group_another_owner(services: Services) -> None:
    assert _list(services, "ListTrainingJobs", WarmPoolStatusEquals="Available") == {"TrainingJobSummaries": []}
    shared = _list(services, "ListModelPackageGroups", CrossAccountFilterOption="CrossAccount")
    assert shared == {"ModelPackageGroupSummaryList": []}
    assert _list(services, "ListModelPackageGroups", CrossAccountFilterOption="SameAccount") != shared


def test_a_page_goes_on_after_its_last_item_when_others_came_since(services: Services) -> None:
    asked = {"SortBy": "Name", "SortOrder": "Ascending", "MaxResults": 2}
    token = _list(services, "ListTrainingJobs", **asked)["NextToken"]
    services.store.insert(
        Resource(REGION, "TrainingJob", "job-aa", arn(REGION, "training-job", "job-aa"), "Completed", {})
    )
    answer = _list(services, "ListTrainingJobs", NextToken=token, **asked)
    assert _names("ListTrainingJobs", answer) == ["job-c", "job-d"]


@pytest.mark.parametrize("descending", [False, True])
def test_a_page_of_what_is_computed_goes_on_where_its_last_item_was(descending: bool) -> None:
    def listed(items: dict[str, float], token: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
        told = [{"Name": name, "Value": value} for name, value in items.items()]
        call = Call(REGION, "ListCandidatesForAutoMLJob", {"AutoMLJobName": "job", **token})
        found, following = page(call, told, 2, lambda item: item["Value"], "Name", descending=descending)
        return [item["Name"] for item in found], following

    items = {"e": 2.0, "d": 1.0, "b": 1.0, "a": 0.5, "f": 3.0}
    order = ["a", "b", "d", "e", "f"][:: -1 if descending else 1]
    first, token = listed(items, {})
    assert first == order[:2]
    # The last item told no longer fits the filter, and one that was told comes again.
    left = {name: value for name, value in items.items() if name != order[1]}
    assert listed(left, token) == (order[2:4], {"NextToken": listed(items, token)[1]["NextToken"]})
    assert listed({}, token) == ([], {})


def test_a_token_whose_value_is_of_another_kind_is_refused() -> None:
    call = Call(REGION, "Search", {})
    items = [{"Name": name} for name in "ab"]
    token = page(call, items, 1, lambda _: 1.0, "Name", descending=False)[1]
    digest, *_ = json.loads(base64.urlsafe_b64decode(token["NextToken"]))
    forged = base64.urlsafe_b64encode(json.dumps([digest, ["x"], "a"]).encode()).decode()
    with pytest.raises(ValidationException, match="Invalid NextToken: "):
        page(Call(REGION, "Search", {"NextToken": forged}), items, 1, lambda _: 1.0, "Name", descending=False)
