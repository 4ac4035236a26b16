from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from include.autopilot.champion.registry import Registry, group_name
from tests.include.local_aws.jobs import unique
from tests.support.promotions import Contest, month


@pytest.mark.parametrize(("model", "group"), [("bace", "bace"), ("two_words", "two-words"), ("a_", "a")])
def test_a_group_has_the_models_name_as_far_as_the_service_allows(model: str, group: str) -> None:
    assert group_name(model) == group


def test_without_a_group_there_is_no_version(embedded: tuple[Any, Any]) -> None:
    registry = Registry(embedded[1], unique("nobody"))
    assert list(registry.summaries()) == []
    assert registry.version(1) is None
    assert registry.find("run", "model") is None


def test_a_group_is_made_once(embedded: tuple[Any, Any]) -> None:
    registry = Registry(embedded[1], unique("group"))
    for _ in range(2):
        registry.ensure_group("a model", "A title")
    described = embedded[1].describe_model_package_group(ModelPackageGroupName=registry.group)
    assert described["ModelPackageGroupDescription"].endswith(": A title")


def test_a_group_that_another_run_made_meanwhile_is_good_enough(
    embedded: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry(embedded[1], unique("group"))
    registry.ensure_group("a model", "A title")
    monkeypatch.setattr(Registry, "_exists", lambda _self: False)
    registry.ensure_group("a model", "A title")


def test_versions_are_found_by_number_and_by_run_and_model(contest: Contest) -> None:
    versions = [contest.challenger(month(number), 1.0) for number in (1, 2, 3)]
    registry = contest.store.registry
    found = registry.find(versions[1].run, versions[1].model)
    assert found is not None
    assert found["ModelPackageVersion"] == 2
    assert registry.find("another run", versions[1].model) is None
    third = registry.version(3)
    assert third is not None
    assert third["ModelPackageArn"] == versions[2].arn


def test_all_pages_are_read(contest: Contest, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 6):
        contest.challenger(month(number), 1.0)
    sagemaker = contest.store.registry.sagemaker
    listed = sagemaker.list_model_packages
    monkeypatch.setattr(sagemaker, "list_model_packages", lambda **asked: listed(**{**asked, "MaxResults": 2}))
    assert [one["ModelPackageVersion"] for one in contest.store.registry.summaries()] == [5, 4, 3, 2, 1]


def test_another_try_that_was_faster_made_the_version(contest: Contest, monkeypatch: pytest.MonkeyPatch) -> None:
    version = contest.challenger(month(1), 1.0)
    described = contest.store.registry.describe(version.arn)
    real, looked = Registry.find, []

    def late(self: Registry, run: str, model: str) -> Any:
        looked.append(run)
        return real(self, run, model) if len(looked) > 1 else None

    def conflict(**_request: Any) -> Any:
        raise ClientError({"Error": {"Code": "ConflictException", "Message": "the token"}}, "CreateModelPackage")

    monkeypatch.setattr(Registry, "find", late)
    monkeypatch.setattr(contest.store.registry.sagemaker, "create_model_package", conflict)
    request = {"CustomerMetadataProperties": {"run": version.run, "model": version.model}}
    assert contest.store.registry.register(request)["ModelPackageArn"] == described["ModelPackageArn"]
    with pytest.raises(ClientError, match="the token"):
        contest.store.registry.register({"CustomerMetadataProperties": {"run": "x", "model": "y"}})


def test_a_status_that_is_so_already_is_not_written_again(contest: Contest, monkeypatch: pytest.MonkeyPatch) -> None:
    version = contest.challenger(month(1), 1.0)
    contest.store.registry.set_status(version.arn, "Rejected", "a  reason\nin two lines " + "x" * 2000)
    said = contest.said(version)
    assert said.startswith("a reason in two lines xxx")
    assert len(said) == 1024
    monkeypatch.setattr(contest.store.registry.sagemaker, "update_model_package", None)
    contest.store.registry.set_status(version.arn, "Rejected", "a reason in two lines " + "x" * 2000)


def test_other_errors_are_not_taken_for_absence(contest: Contest, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(**_asked: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "ListModelPackages")

    sagemaker = contest.store.registry.sagemaker
    monkeypatch.setattr(sagemaker, "list_model_packages", denied)
    monkeypatch.setattr(sagemaker, "describe_model_package_group", denied)
    with pytest.raises(ClientError, match="AccessDenied"):
        list(contest.store.registry.summaries())
    with pytest.raises(ClientError, match="AccessDenied"):
        contest.store.registry.ensure_group("m", "t")
