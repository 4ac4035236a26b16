from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from include.autopilot.projection import EXCEPTIONS, KINDS, create_shape, project, service_model
from include.autopilot.validation import problems

RESPONSES = Path(__file__).parent / "responses" / "toy"
SAMPLES = {
    "integer": 7200,
    "long": 1,
    "boolean": True,
    "float": 0.5,
    "double": 0.5,
    "timestamp": "2024-01-01T00:00:00Z",
}


def filled(shape: Shape, path: tuple[str, ...] = ()) -> Any:
    """A value of the shape with every member present."""
    if isinstance(shape, StructureShape):
        # A tagged union holds exactly one of its members.
        names = list(shape.members)[-1:] if shape.is_tagged_union else list(shape.members)
        names = ["TabularJobConfig"] if "TabularJobConfig" in shape.members else names
        return {name: filled(shape.members[name], (*path, shape.name)) for name in names}
    if isinstance(shape, ListShape):
        return [] if path.count(shape.name) > 1 else [filled(shape.member, (*path, shape.name))]
    if isinstance(shape, MapShape):
        return {"KEY": filled(shape.value, path), "EMPTY": ""} if shape.value.type_name == "string" else {}
    if isinstance(shape, StringShape):
        # botocore's own validator looks at the shortest length only.
        return shape.enum[0] if shape.enum else "v" * max(1, shape.metadata.get("min", 1))
    return SAMPLES[shape.type_name]


def described(kind: str) -> dict[str, Any]:
    shape = service_model().operation_model(f"Describe{kind}").output_shape
    assert shape is not None
    value: dict[str, Any] = filled(shape)
    return value


def without(value: Any, path: list[str]) -> None:
    """Remove one path; ``[]`` is every element of a list."""
    name = path[0].removesuffix("[]")
    if name not in value:
        return
    if len(path) == 1:
        del value[name]
        return
    for entry in value[name] if path[0].endswith("[]") else [value[name]]:
        without(entry, path[1:])


def pruned(value: Any) -> Any:
    if isinstance(value, dict) and "EMPTY" not in value:
        return {name: kept for name, entry in value.items() if (kept := pruned(entry)) not in ({}, [])}
    return [pruned(entry) for entry in value] if isinstance(value, list) else value


@pytest.mark.parametrize("kind", KINDS)
def test_every_shared_member_survives_and_nothing_else(kind: str) -> None:
    response = described(kind)
    before = copy.deepcopy(response)
    request = project(kind, response)
    expected = {name: response[name] for name in create_shape(kind).members if name in response}
    for rule in EXCEPTIONS:
        if rule.kind == kind and (rule.when is None or rule.when(before)):
            without(expected, rule.path.split("."))
    assert request == pruned(expected)
    assert problems_of_botocore(kind, request) == []
    assert {"Tags", "ResponseMetadata"}.isdisjoint(request)


def problems_of_botocore(kind: str, request: dict[str, Any]) -> list[str]:
    from botocore.validate import ParamValidator

    return [
        line for line in ParamValidator().validate(request, create_shape(kind)).generate_report().split("\n") if line
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_the_description_is_left_alone(kind: str) -> None:
    response = described(kind)
    before = copy.deepcopy(response)
    project(kind, response)["RoleArn"] = "changed"
    assert response == before


def test_every_exception_exists_and_has_a_reason() -> None:
    for rule in EXCEPTIONS:
        assert len(rule.reason) > 10
        shape: Shape = create_shape(rule.kind)
        for name in rule.path.split("."):
            assert isinstance(shape, StructureShape)
            shape = shape.members[name.removesuffix("[]")]
            if name.endswith("[]"):
                assert isinstance(shape, ListShape)
                shape = shape.member


def read_only(shape: Shape, path: str, seen: frozenset[str]) -> list[str]:
    if isinstance(shape, StructureShape) and shape.name not in seen:
        found = []
        for name, member in shape.members.items():
            text = member.documentation.lower()
            if "read-only and" in text or "isn't accepted in" in text or "is not accepted in" in text:
                found.append(f"{path}.{name}".lstrip("."))
            found += read_only(member, f"{path}.{name}", seen | {shape.name})
        return found
    return read_only(shape.member, f"{path}[]", seen) if isinstance(shape, ListShape) else []


def test_no_other_member_is_read_only() -> None:
    """Fails when a newer botocore documents a member that Describe returns and Create refuses."""
    for kind in KINDS:
        found = set(read_only(create_shape(kind), "", frozenset()))
        assert found <= {rule.path for rule in EXCEPTIONS if rule.kind == kind}


@pytest.mark.parametrize(
    ("operation", "kind"), [("TrainingJob", "TrainingJob"), ("TransformJob", "TransformJob"), ("Model", "Model")]
)
def test_recorded_descriptions_become_valid_requests(operation: str, kind: str) -> None:
    files = list(RESPONSES.glob(f"Describe{operation}.*.json"))
    assert files
    for file in files:
        assert problems(kind, project(kind, json.loads(file.read_text()))) == []


def training(**changes: Any) -> dict[str, Any]:
    base = {
        "TrainingJobName": "t",
        "AlgorithmSpecification": {
            "TrainingImage": "123456789012.dkr.ecr.us-east-1.amazonaws.com/own:1",
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "m", "Regex": "m=(.*)"}],
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 120},
        "Environment": {"EMPTY": ""},
    }
    return project("TrainingJob", base | changes)


def test_metric_definitions_of_first_party_images_only_are_dropped() -> None:
    assert "MetricDefinitions" in training()["AlgorithmSpecification"]
    own = {
        "TrainingImage": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.3-1-cpu-py3",
        "MetricDefinitions": [{"Name": "m", "Regex": "m=(.*)"}],
    }
    assert "MetricDefinitions" not in training(AlgorithmSpecification=own)["AlgorithmSpecification"]


def test_the_wait_limit_goes_unless_the_job_ran_on_spot() -> None:
    assert training()["StoppingCondition"] == {"MaxRuntimeInSeconds": 60}
    assert training(EnableManagedSpotTraining=True)["StoppingCondition"]["MaxWaitTimeInSeconds"] == 120


def test_what_describe_spells_for_unset_goes_and_empty_variables_stay() -> None:
    request = training(
        OutputDataConfig={"S3OutputPath": "s3://b/o", "KmsKeyId": ""},
        VpcConfig={"SecurityGroupIds": [], "Subnets": []},
        DebugRuleConfigurations=[],
    )
    assert request["OutputDataConfig"] == {"S3OutputPath": "s3://b/o"}
    assert "VpcConfig" not in request
    assert request["Environment"] == {"EMPTY": ""}


def test_a_named_algorithm_excludes_its_image() -> None:
    specification = {"AlgorithmName": "mine", "TrainingImage": "resolved", "TrainingInputMode": "File"}
    assert training(AlgorithmSpecification=specification)["AlgorithmSpecification"] == {
        "AlgorithmName": "mine",
        "TrainingInputMode": "File",
    }
