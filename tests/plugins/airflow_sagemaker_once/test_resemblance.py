"""A job is what Describe says of it, not what its tag says: against the embedded AWS, and in the words of real ones."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from airflow_sagemaker_once import kinds
from airflow_sagemaker_once.errors import NameTaken
from airflow_sagemaker_once.resemblance import differences
from airflow_sagemaker_once.submit import DIGEST_TAG, request_digest, submit
from tests.support.trainings import OWNER, names, request

KEY = "arn:aws:kms:us-east-1:123456789012:key/0a1b"


def described() -> dict[str, Any]:
    """What AWS says of the job of ``request``, with what it fills in."""
    told = copy.deepcopy(request("n", Environment={"A": "1"}, EnableManagedSpotTraining=True))
    told["InputDataConfig"][0] |= {"CompressionType": "None", "RecordWrapperType": "None"}
    told["AlgorithmSpecification"]["MetricDefinitions"] = [{"Name": "built:in", "Regex": "."}]
    told["OutputDataConfig"] |= {"KmsKeyId": "", "S3OutputPath": "s3://submit/out/"}
    told["ResourceConfig"]["VolumeKmsKeyId"] = KEY
    return {**told, "TrainingJobStatus": "InProgress", "EnableNetworkIsolation": False, "SecondaryStatus": "Starting"}


def asked() -> dict[str, Any]:
    wanted = request("n", Environment={"A": "1"}, EnableManagedSpotTraining=True, Tags=[{"Key": "k", "Value": "v"}])
    wanted["AlgorithmSpecification"]["MetricDefinitions"] = [{"Name": "own", "Regex": "x"}]
    wanted["ResourceConfig"]["VolumeKmsKeyId"] = "0a1b"
    return wanted


def test_what_aws_adds_or_spells_otherwise_is_no_difference() -> None:
    assert differences(None, kinds.TRAINING, asked(), described()) == []


def _set(*path: Any) -> Callable[[dict[str, Any]], None]:
    *way, last, value = path

    def change(told: dict[str, Any]) -> None:
        for step in way:
            told = told[step]
        told[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "member"),
    [
        (_set("InputDataConfig", 0, "DataSource", "S3DataSource", "S3Uri", "s3://submit/other/"),
         "InputDataConfig[0].DataSource.S3DataSource.S3Uri"),
        (_set("InputDataConfig", []), "InputDataConfig"),
        (_set("OutputDataConfig", "S3OutputPath", "s3://theirs/out"), "OutputDataConfig.S3OutputPath"),
        (_set("AlgorithmSpecification", "TrainingImage", "theirs:1"), "AlgorithmSpecification.TrainingImage"),
        (_set("HyperParameters", "num_round", "3"), "HyperParameters.num_round"),
        (_set("HyperParameters", "eta", "0.1"), "HyperParameters.eta"),
        (_set("HyperParameters", {}), "HyperParameters.num_round"),
        (_set("Environment", "Tags", "x"), "Environment.Tags"),
        (_set("ResourceConfig", "InstanceType", "ml.p4d.24xlarge"), "ResourceConfig.InstanceType"),
        (_set("ResourceConfig", "InstanceCount", 2), "ResourceConfig.InstanceCount"),
        (_set("ResourceConfig", "VolumeKmsKeyId", KEY[:-1]), "ResourceConfig.VolumeKmsKeyId"),
        (_set("StoppingCondition", "MaxRuntimeInSeconds", 60), "StoppingCondition.MaxRuntimeInSeconds"),
        (_set("EnableManagedSpotTraining", False), "EnableManagedSpotTraining"),
        (_set("EnableNetworkIsolation", True), "EnableNetworkIsolation"),
        (_set("RoleArn", "arn:aws:iam::123456789012:role/Theirs"), "RoleArn"),
    ],
)  # fmt: skip
def test_a_difference_is_named(change: Callable[[dict[str, Any]], None], member: str) -> None:
    told = described()
    change(told)
    assert member in [found.member for found in differences(None, kinds.TRAINING, asked(), told)]


def test_maps_that_a_request_leaves_out_are_empty() -> None:
    plain = {key: value for key, value in request("n").items() if key != "HyperParameters"}
    found = differences(None, kinds.TRAINING, plain, described())
    assert [one.member for one in found] == [
        "EnableManagedSpotTraining", "Environment.A", "HyperParameters.num_round", "HyperParameters.objective"
    ]  # fmt: skip


def test_subnets_have_no_order() -> None:
    here = {"VpcConfig": {"Subnets": ["a", "b"], "SecurityGroupIds": ["s"]}}
    there = {"VpcConfig": {"Subnets": ["b", "a"], "SecurityGroupIds": ["s"]}}
    assert differences(None, kinds.MODEL, here, there) == []
    there["VpcConfig"]["Subnets"] = ["b", "c"]
    assert [found.member for found in differences(None, kinds.MODEL, here, there)] == ["VpcConfig.Subnets"]


def test_of_which_key_an_alias_is_nobody_tells_here() -> None:
    told = {"TransformOutput": {"KmsKeyId": KEY}}
    assert differences(None, kinds.TRANSFORM, {"TransformOutput": {"KmsKeyId": "alias/mine"}}, told) == []
    assert differences(None, kinds.TRANSFORM, {"TransformOutput": {"KmsKeyId": "arn:aws:kms:::key/ff"}}, told)


def test_a_job_with_the_tag_of_another_request_is_not_adopted(client: Any) -> None:
    wanted = request("submit-forged", HyperParameters={"num_round": "3", "objective": "reg:squarederror"})
    forged = [{"Key": DIGEST_TAG, "Value": request_digest(kinds.TRAINING, wanted)}]
    forged += [{"Key": key, "Value": value} for key, value in OWNER.items()]
    client.create_training_job(**request("submit-forged"), Tags=forged)
    with pytest.raises(NameTaken, match=r"HyperParameters.num_round is '2' there and '3' in the request.*not adopted"):
        submit(client, kinds.TRAINING, wanted, OWNER)
    assert names(client, "submit-forged") == ["submit-forged"]


def test_what_differs_is_told_without_secrets(client: Any) -> None:
    wanted = request("submit-secret", Environment={"DB_PASSWORD": "theirs"})
    tags = [{"Key": DIGEST_TAG, "Value": request_digest(kinds.TRAINING, wanted)}]
    client.create_training_job(**request("submit-secret", Environment={"DB_PASSWORD": "mine"}), Tags=tags)
    with pytest.raises(NameTaken) as refused:
        submit(client, kinds.TRAINING, wanted, OWNER, mask=lambda value: dict.fromkeys(value, "***"))
    assert "Environment.DB_PASSWORD is '***' there" in str(refused.value)
    assert "mine" not in str(refused.value)


def test_a_search_of_the_first_version_is_compared_in_its_own_words() -> None:
    class Client:
        def describe_auto_ml_job(self, **_: Any) -> dict[str, Any]:
            return {"InputDataConfig": [{"TargetAttributeName": "theirs"}]}

    second = {"AutoMLJobName": "n", "AutoMLJobInputDataConfig": []}
    (found,) = differences(Client(), kinds.AUTOML, {"InputDataConfig": [{"TargetAttributeName": "mine"}]}, second)
    assert (found.member, found.told) == ("InputDataConfig[0].TargetAttributeName", "theirs")
