"""What CreateAutoMLJob refuses because of the search; over HTTP, as a client sees it."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from tests.include.local_aws.jobs import Clients, refused, unique
from tests.include.local_aws.search.tables import job, regression


@pytest.fixture(scope="module")
def data(clients: Clients) -> str:
    name = unique("check")
    clients.s3.create_bucket(Bucket=name)
    clients.s3.put_object(Bucket=name, Key="in/a.csv", Body=regression(10))
    return name


def create(clients: Clients, request: dict[str, Any]) -> tuple[str, str]:
    return refused(clients.sagemaker.create_auto_ml_job, **request)


def test_a_target_that_is_no_column(clients: Clients, data: str) -> None:
    code, message = create(clients, job(data, target="pIC50"))
    assert (code, message) == ("ValidationException", "Target attribute name pIC50 does not exist in header.")


def test_the_header_is_that_of_the_first_file(clients: Clients, bucket: str) -> None:
    clients.s3.put_object(Bucket=bucket, Key="in/b.csv", Body=b"y,a\n1,2\n")
    clients.s3.put_object(Bucket=bucket, Key="in/a/first.csv", Body=gzip.compress(b'"x\n(1)",a\n1,2\n'))
    request = job(bucket)
    request["InputDataConfig"][0]["CompressionType"] = "Gzip"
    assert create(clients, request)[1] == "Target attribute name y does not exist in header."
    request["InputDataConfig"][0].pop("CompressionType")
    assert "a/first.csv is not CSV in UTF-8" in create(clients, request)[1]


def test_a_manifest_names_the_files(clients: Clients, bucket: str) -> None:
    clients.s3.put_object(Bucket=bucket, Key="data/a.csv", Body=b"a,b\n1,2\n")
    manifest = [{"prefix": f"s3://{bucket}/data/"}, "a.csv"]
    clients.s3.put_object(Bucket=bucket, Key="m.manifest", Body=json.dumps(manifest).encode())
    request = job(bucket, prefix="m.manifest")
    request["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3DataType"] = "ManifestFile"
    assert create(clients, request)[1] == "Target attribute name y does not exist in header."
    clients.s3.put_object(Bucket=bucket, Key="m.manifest", Body=b"{}")
    assert "is not a valid manifest file" in create(clients, request)[1]


def test_no_objects(clients: Clients, data: str) -> None:
    code, message = create(clients, job(data, prefix="nothing/"))
    assert code == "ValidationException"
    assert message.startswith(f'No S3 objects found under S3 URL "s3://{data}/nothing/"')


def algorithms(mode: str, *names: str) -> dict[str, Any]:
    generation = {"AlgorithmsConfig": [{"AutoMLAlgorithms": list(names)}]}
    return {"AutoMLJobConfig": {"Mode": mode, "CandidateGenerationConfig": generation}}


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"ProblemType": "Regression"}, "ValidationException", "must be given together"),
        (
            {"ProblemType": "Regression", "AutoMLJobObjective": {"MetricName": "F1"}},
            "ValidationException",
            "does not fit Regression: use one of MSE, RMSE, MAE, R2",
        ),
        (
            {"AutoMLJobConfig": {"DataSplitConfig": {"ValidationFraction": 1.0}}},
            "ValidationException",
            "between 0 and 1",
        ),
        (
            {"AutoMLJobConfig": {"CandidateGenerationConfig": {"FeatureSpecificationS3Uri": "s3://b/f.json"}}},
            "NotImplementedException",
            "FeatureSpecificationS3Uri",
        ),
        (
            algorithms("HYPERPARAMETER_TUNING", "linear-learner", "lightgbm"),
            "ValidationException",
            "lightgbm is not one of the mode HYPERPARAMETER_TUNING: choose from xgboost, linear-learner, mlp.",
        ),
        (
            algorithms("ENSEMBLING", "xgboost", "catboost"),
            "NotImplementedException",
            "The algorithm catboost is not done",
        ),
        (
            algorithms("ENSEMBLING", "mlp"),
            "ValidationException",
            "mlp is not one of the mode ENSEMBLING: choose from xgboost, randomforest, extra-trees, linear-learner.",
        ),
        (algorithms("AUTO", "xgboost"), "ValidationException", "AlgorithmsConfig cannot be given when Mode is AUTO"),
        (
            algorithms("HYPERPARAMETER_TUNING", "knn"),
            "ValidationException",
            "Member must satisfy enum value set",
        ),
    ],
)
def test_requests_it_refuses(clients: Clients, data: str, change: dict[str, Any], code: str, message: str) -> None:
    told = create(clients, {**job(data), **change})
    assert told[0] == code
    assert message in told[1]


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"SampleWeightAttributeName": "w"}, "NotImplementedException", "sampleWeightAttributeName"),
        ({"ContentType": "x-application/vnd.amazon+parquet"}, "NotImplementedException", "parquet"),
        ({"ChannelType": "validation"}, "ValidationException", "One training channel and at most one validation"),
    ],
)
def test_channels_it_refuses(clients: Clients, data: str, change: dict[str, str], code: str, message: str) -> None:
    request = job(data)
    request["InputDataConfig"][0] |= change
    told = create(clients, request)
    assert told[0] == code
    assert message in told[1]


def test_a_validation_channel_and_a_fraction(clients: Clients, data: str) -> None:
    request = job(data, DataSplitConfig={"ValidationFraction": 0.2})
    request["InputDataConfig"].append({**request["InputDataConfig"][0], "ChannelType": "validation"})
    assert "cannot be given together with a validation channel" in create(clients, request)[1]
    request["InputDataConfig"][1]["CompressionType"] = "Gzip"
    assert "The channels differ in CompressionType" in create(clients, request)[1]


@pytest.mark.parametrize(
    ("tabular", "channel", "place"),
    [
        ({"SampleWeightAttributeName": "w"}, {}, "autoMLProblemTypeConfig.tabularJobConfig.SampleWeightAttributeName"),
        ({}, {"ContentType": "x-application/vnd.amazon+parquet"}, "autoMLJobInputDataConfig.1.member.contentType"),
    ],
)
def test_version_2_is_told_its_own_members(
    clients: Clients, data: str, tabular: dict[str, str], channel: dict[str, str], place: str
) -> None:
    request = job(data)
    source = {"ChannelType": "training", "DataSource": request["InputDataConfig"][0]["DataSource"], **channel}
    code, message = refused(
        clients.sagemaker.create_auto_ml_job_v2,
        AutoMLJobName=request["AutoMLJobName"],
        AutoMLJobInputDataConfig=[source],
        OutputDataConfig=request["OutputDataConfig"],
        AutoMLProblemTypeConfig={"TabularJobConfig": {"TargetAttributeName": "y", **tabular}},
        RoleArn=request["RoleArn"],
    )
    assert code == "NotImplementedException"
    assert place in message
