"""Templates make texts of everything; a request has its numbers, booleans and its one mapping again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import boto3
import numpy as np
import pytest

from airflow_sagemaker_once import kinds, rendered
from airflow_sagemaker_once.errors import RequestRefused
from airflow_sagemaker_once.kinds import JobKind


@pytest.fixture(scope="module")
def sagemaker() -> Any:
    return boto3.client("sagemaker", region_name="us-east-1")


@pytest.mark.parametrize(
    ("kind", "request_", "expected"),
    [
        (
            kinds.TRAINING,
            {
                "ResourceConfig": {"InstanceCount": "2", "VolumeSizeInGB": " 30 ", "InstanceType": "ml.m5.large"},
                "StoppingCondition": {"MaxRuntimeInSeconds": "3600", "MaxWaitTimeInSeconds": "7200"},
                "RetryStrategy": {"MaximumRetryAttempts": "3"},
                "EnableManagedSpotTraining": "True",
                "HyperParameters": {"num_round": "2", "verbose": "True"},
                "Environment": {"GB": "30"},
            },
            {
                "ResourceConfig": {"InstanceCount": 2, "VolumeSizeInGB": 30, "InstanceType": "ml.m5.large"},
                "StoppingCondition": {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200},
                "RetryStrategy": {"MaximumRetryAttempts": 3},
                "EnableManagedSpotTraining": True,
                "HyperParameters": {"num_round": "2", "verbose": "True"},
                "Environment": {"GB": "30"},
            },
        ),
        (
            kinds.TRANSFORM,
            {
                "MaxConcurrentTransforms": "12",
                "MaxPayloadInMB": "6",
                "ModelClientConfig": {"InvocationsTimeoutInSeconds": "60"},
                "TransformResources": {"InstanceCount": "3"},
            },
            {
                "MaxConcurrentTransforms": 12,
                "MaxPayloadInMB": 6,
                "ModelClientConfig": {"InvocationsTimeoutInSeconds": 60},
                "TransformResources": {"InstanceCount": 3},
            },
        ),
        (
            kinds.PROCESSING,
            {
                "ProcessingResources": {"ClusterConfig": {"InstanceCount": "2", "VolumeSizeInGB": "1"}},
                "NetworkConfig": {"EnableNetworkIsolation": "false"},
            },
            {
                "ProcessingResources": {"ClusterConfig": {"InstanceCount": 2, "VolumeSizeInGB": 1}},
                "NetworkConfig": {"EnableNetworkIsolation": False},
            },
        ),
        (
            kinds.AUTOML,
            {"AutoMLJobConfig": {"CompletionCriteria": {"MaxCandidates": "20"}}},
            {"AutoMLJobConfig": {"CompletionCriteria": {"MaxCandidates": 20}}},
        ),
        (
            kinds.AUTOML,
            {"AutoMLProblemTypeConfig": {"TabularJobConfig": {"CompletionCriteria": {"MaxCandidates": "20"}}}},
            {"AutoMLProblemTypeConfig": {"TabularJobConfig": {"CompletionCriteria": {"MaxCandidates": 20}}}},
        ),
        (
            kinds.ENDPOINT_CONFIG,
            {"ProductionVariants": [{"InitialInstanceCount": "1", "InitialVariantWeight": "0.5"}]},
            {"ProductionVariants": [{"InitialInstanceCount": 1, "InitialVariantWeight": 0.5}]},
        ),
    ],
)
def test_texts_become_what_the_service_model_wants(
    sagemaker: Any, kind: JobKind, request_: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert rendered.typed(sagemaker, kind, request_) == expected


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (Decimal(2), 2), (Decimal("2.0"), 2), (np.int64(9007199254740993), 9007199254740993), (np.float64(2), 2),
        ("1", 1), (1.0, 1), ("1.0", 1), ("9007199254740993", 9007199254740993), ("1e2", 100), ("-3", -3),
        # What cannot be meant stays, for botocore to name.
        (Decimal("1.5"), Decimal("1.5")), (Decimal("NaN"), Decimal("NaN")), (np.float64("inf"), np.float64("inf")),
        (1.5, 1.5), ("1.5", "1.5"), ("many", "many"), ("", ""), ("nan", "nan"), ("inf", "inf"), (True, True),
        (None, None),
    ],
)  # fmt: skip
def test_a_whole_number_has_several_spellings(sagemaker: Any, given: Any, read: Any) -> None:
    (found,) = rendered.typed(sagemaker, kinds.TRANSFORM, {"MaxPayloadInMB": given}).values()
    assert (str(found), type(found)) == (str(read), type(read))


def test_members_that_botocore_does_not_know_are_left_to_it(sagemaker: Any) -> None:
    asked = {"Unheard": "1", "StoppingCondition": "{}", "InputDataConfig": [1]}
    assert rendered.typed(sagemaker, kinds.TRAINING, asked) == asked


@pytest.mark.parametrize(
    "text", ['{"a": "1", "b": [true, null]}', "{'a': '1', 'b': [True, None]}", " {'a': '1', 'b': (True, None)}"]
)
def test_one_text_is_json_or_a_python_literal(text: str) -> None:
    found = rendered.mapping(text)
    assert found["a"] == "1"
    assert list(found["b"]) == [True, None]


@pytest.mark.parametrize("config", ["", "hello", "[1]", "[" * 5000, "None", 3, ["a"], None, "{'a': __import__('os')}"])
def test_what_is_no_mapping_is_refused(config: Any) -> None:
    with pytest.raises(RequestRefused, match=r"not a Create request\. Give a mapping"):
        rendered.mapping(config)


def test_the_given_mapping_is_left_alone() -> None:
    config = {"S3Operations": {}}
    rendered.mapping(config).pop("S3Operations")
    assert config == {"S3Operations": {}}
