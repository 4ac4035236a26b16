"""Submitting twice makes one job: against the embedded AWS, with real requests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from airflow_sagemaker_once import kinds
from airflow_sagemaker_once.errors import NameTaken
from airflow_sagemaker_once.submit import already_exists, find, is_absent, request_digest, submit
from tests.support.trainings import OWNER, ended, names, request


def refusal(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Describe")


def test_a_second_submit_adopts_and_a_third_reuses(client: Any) -> None:
    first = submit(client, kinds.TRAINING, request("submit-adopt"), OWNER)
    second = submit(client, kinds.TRAINING, request("submit-adopt"), OWNER)
    assert first.action == "created"
    assert second.action in ("adopted", "reused")  # a fast machine may have finished it
    assert ended(client, "submit-adopt") == "Completed"
    third = submit(client, kinds.TRAINING, request("submit-adopt"), OWNER)
    assert (third.action, third.owned) == ("reused", True)
    assert names(client, "submit-adopt") == ["submit-adopt"]


def test_a_failed_job_is_followed_by_the_next_name(client: Any) -> None:
    broken = request("submit-again", data="s3://submit/broken/")
    submit(client, kinds.TRAINING, broken, OWNER)
    assert ended(client, "submit-again") == "Failed"
    second = submit(client, kinds.TRAINING, broken, OWNER)
    assert second.name == "submit-again-r1"
    assert names(client, "submit-again") == ["submit-again", "submit-again-r1"]


def test_a_name_made_for_another_request_is_not_adopted(client: Any) -> None:
    submit(client, kinds.TRAINING, request("submit-taken"), OWNER)
    other = request("submit-taken", HyperParameters={"num_round": "3", "objective": "reg:squarederror"})
    with pytest.raises(NameTaken, match="'submit-taken' exists but was made for another request"):
        submit(client, kinds.TRAINING, other, OWNER)


def test_a_job_is_told_by_its_tag_where_describe_tells_no_difference(client: Any) -> None:
    submit(client, kinds.TRAINING, request("submit-tag"), OWNER)
    other = request("submit-tag")
    other["AlgorithmSpecification"]["MetricDefinitions"] = [{"Name": "own", "Regex": "x"}]
    with pytest.raises(NameTaken, match=r"made for another request \(tag airflow-autopilot:request differs\)"):
        submit(client, kinds.TRAINING, other, OWNER)


def test_a_job_of_another_run_is_adopted_but_not_owned(client: Any) -> None:
    submit(client, kinds.TRAINING, request("submit-shared"), OWNER)
    theirs = submit(client, kinds.TRAINING, request("submit-shared"), {**OWNER, "airflow-autopilot:run": "other"})
    assert not theirs.owned


def test_a_job_of_another_template_is_adopted_but_not_owned(client: Any) -> None:
    def templated(digest: str) -> dict[str, Any]:
        tags = [{"Key": "airflow-autopilot:template", "Value": digest}, {"Key": "team", "Value": digest}]
        return request("submit-template", Tags=tags)

    first = submit(client, kinds.TRAINING, templated("a"), OWNER)
    assert submit(client, kinds.TRAINING, templated("a"), OWNER).owned
    assert not submit(client, kinds.TRAINING, templated("b"), OWNER).owned
    kept = client.list_tags(ResourceArn=first.description["TrainingJobArn"])["Tags"]
    assert {"airflow-autopilot:template", "team", "airflow-autopilot:dag"} <= {tag["Key"] for tag in kept}


def test_racing_submits_make_one_job(client: Any) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: submit(client, kinds.TRAINING, request("submit-race"), OWNER), range(8)))
    assert [one.action for one in made].count("created") == 1
    assert {one.name for one in made} == {"submit-race"}
    assert names(client, "submit-race") == ["submit-race"]


def test_only_a_missing_resource_reads_as_missing(client: Any) -> None:
    assert find(client, kinds.TRAINING, "never-made") is None
    with pytest.raises(ClientError, match="failed to satisfy constraint"):
        find(client, kinds.TRAINING, "bad name!!")


@pytest.mark.parametrize(
    ("code", "message", "absent"),
    [
        ("ValidationException", "Requested resource not found.", True),
        ("ValidationException", 'Could not find model "arn:aws:sagemaker:us-east-1:1:model/x".', True),
        ("ResourceNotFound", "Could not find AutoML job with name x", True),
        ("ValidationException", "1 validation error detected: Value 'x!' at 'modelName' failed", False),
        ("ThrottlingException", "Rate exceeded; resource not found", False),
        ("AccessDeniedException", "User is not authorized", False),
    ],
)
def test_absence_is_told_by_code_and_message(code: str, message: str, absent: bool) -> None:
    assert is_absent(refusal(code, message)) is absent


@pytest.mark.parametrize(
    ("code", "message", "exists"),
    [
        ("ResourceInUse", "Training job names must be unique within an AWS account and region", True),
        ("ValidationException", "Cannot create already existing model arn", True),
        ("ValidationException", "1 validation error detected", False),
        ("ResourceLimitExceeded", "The account-level service limit", False),
    ],
)
def test_a_taken_name_is_told_by_code_and_message(code: str, message: str, exists: bool) -> None:
    assert already_exists(refusal(code, message)) is exists


def test_the_digest_ignores_name_and_tags_only() -> None:
    plain = request_digest(kinds.TRAINING, request("a"))
    assert request_digest(kinds.TRAINING, request("b", Tags=[{"Key": "k", "Value": "v"}])) == plain
    assert request_digest(kinds.TRAINING, request("a", EnableManagedSpotTraining=True)) != plain
