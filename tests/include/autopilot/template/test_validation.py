from __future__ import annotations

from typing import Any

import pytest

from include.autopilot.base.errors import RequestError
from include.autopilot.template.validation import check, problems

MODEL = {
    "ModelName": "m-1",
    "ExecutionRoleArn": "arn:aws:iam::123456789012:role/service",
    "Containers": [{"Image": "image:1", "Environment": {"A": "", "B": "1"}}],
}


def test_a_good_request() -> None:
    assert problems("Model", MODEL) == []
    assert check("Model", MODEL) is MODEL


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ModelNam": "x"}, 'Unknown parameter in input: "ModelNam"'),
        ({"EnableNetworkIsolation": "yes"}, "Invalid type for parameter EnableNetworkIsolation"),
        ({"ModelName": "a_b"}, "CreateModel.ModelName is 'a_b'; it must match"),
        ({"ModelName": "a" * 64}, "CreateModel.ModelName has 64 characters; at most 63 are allowed."),
        ({"Containers": [{"Image": "i"}] * 16}, "CreateModel.Containers has 16 elements; at most 15 are allowed."),
        (
            {"Containers": [{"Image": "i", "Mode": "Both"}]},
            "CreateModel.Containers[0].Mode is 'Both'; it must be one of SingleModel, MultiModel.",
        ),
        (
            {"Containers": [{"Environment": {f"N{n}": "" for n in range(101)}}]},
            "CreateModel.Containers[0].Environment has 101 entries; at most 100 are allowed.",
        ),
        ({"Containers": [{"Environment": {"1A": ""}}]}, "CreateModel.Containers[0].Environment key '1A' is '1A'"),
    ],
)
def test_what_would_be_refused(change: dict[str, Any], message: str) -> None:
    found = problems("Model", MODEL | change)
    assert any(message in sentence for sentence in found), found
    with pytest.raises(RequestError, match="CreateModel would be refused"):
        check("Model", MODEL | change)


def test_numbers_have_a_largest_value() -> None:
    split = {"ValidationFraction": 1.5}
    request = {
        "AutoMLJobName": "a",
        "InputDataConfig": [{"TargetAttributeName": "y"}],
        "OutputDataConfig": {"S3OutputPath": "s3://b/o"},
        "RoleArn": "arn:aws:iam::123456789012:role/service",
        "AutoMLJobConfig": {"DataSplitConfig": split},
    }
    assert problems("AutoMLJob", request) == [
        "CreateAutoMLJob.AutoMLJobConfig.DataSplitConfig.ValidationFraction is 1.5; the largest value is 1."
    ]
    split["ValidationFraction"] = 1
    assert problems("AutoMLJob", request) == []


def test_what_is_as_long_as_it_may_be_is_good() -> None:
    assert problems("Model", MODEL | {"ModelName": "a" * 63, "Containers": [{"Image": "i"}] * 15}) == []


def test_patterns_that_python_cannot_read_are_left_to_the_service() -> None:
    from include.autopilot.template.validation import _compiled

    assert _compiled(r"[\p{L}]+") is None


@pytest.mark.parametrize("instance", ["ml.r5d.large", "ml.g4dn.xlarge", "ml.g5.2xlarge", "ml.p4de.24xlarge"])
def test_a_volume_key_for_an_instance_with_local_storage_is_refused(instance: str) -> None:
    resources = {"InstanceType": instance, "InstanceCount": 1, "VolumeSizeInGB": 1, "VolumeKmsKeyId": "alias/k"}
    (problem,) = _of_resources(resources)
    assert problem.startswith(f"CreateTrainingJob.ResourceConfig.VolumeKmsKeyId cannot be given with {instance}")
    grouped = {"InstanceGroups": [{"InstanceType": instance, "InstanceCount": 1, "InstanceGroupName": "g"}]}
    assert _of_resources({**grouped, "VolumeSizeInGB": 1, "VolumeKmsKeyId": "alias/k"}) == [problem]
    assert _of_resources({**resources, "InstanceType": "ml.m5.large"}) == []
    assert _of_resources({name: value for name, value in resources.items() if name != "VolumeKmsKeyId"}) == []


def _of_resources(resources: dict[str, Any]) -> list[str]:
    return problems(
        "TrainingJob",
        {
            "TrainingJobName": "n",
            "RoleArn": "arn:aws:iam::123456789012:role/Any",
            "AlgorithmSpecification": {"TrainingInputMode": "File", "TrainingImage": "i"},
            "OutputDataConfig": {"S3OutputPath": "s3://b/o"},
            "ResourceConfig": resources,
            "StoppingCondition": {"MaxRuntimeInSeconds": 1},
        },
    )
