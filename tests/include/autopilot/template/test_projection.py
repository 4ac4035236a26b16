from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from hypothesis import HealthCheck, given, settings, strategies

from include.autopilot.template.notcarried import EXCEPTIONS
from include.autopilot.template.projection import KINDS, create_shape, describe_shape, left_out, project
from include.autopilot.template.validation import problems
from tests.support.shapes import SAMPLES, described, filled

RESPONSES = Path(__file__).parents[1] / "responses" / "toy"


def pruned(shape: Shape, value: Any) -> Any:
    """The value without what spells "unset"; what stands in maps stays as it is."""
    if isinstance(shape, StructureShape):
        kept = {name: pruned(shape.members[name], entry) for name, entry in value.items()}
        return {name: entry for name, entry in kept.items() if entry not in ("", [], {})}
    return [pruned(shape.member, entry) for entry in value] if isinstance(shape, ListShape) else value


@pytest.mark.parametrize("kind", KINDS)
def test_every_shared_member_survives_and_nothing_else(kind: str) -> None:
    response = described(kind)
    request = project(kind, response)
    expected = {name: response[name] for name in create_shape(kind).members if name in response}
    gone = left_out(kind, response)
    assert {one.reason for one in gone} <= {rule.reason for rule in EXCEPTIONS if rule.kind == kind}
    for one in gone:
        without(expected, one.path)
    assert request == pruned(create_shape(kind), expected)
    assert problems_of_botocore(kind, request) == []
    assert {"Tags", "ResponseMetadata"}.isdisjoint(request)


def leaves(value: Any, path: str = "") -> set[str]:
    """The path of every value in a structure."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    inner = {leaf for name, entry in entries for leaf in leaves(entry, f"{path}.{name}")}
    return inner or {path}


@pytest.mark.parametrize("kind", KINDS)
def test_counted_by_hand_no_value_is_lost(kind: str) -> None:
    """The same without the projection's own account of what it leaves out: only paths of the table may be absent."""
    response = described(kind)
    shared = {name: response[name] for name in create_shape(kind).members if name in response}
    unset = {leaf for leaf in leaves(shared) if leaf in empties(shared)}
    lost = leaves(shared) - leaves(project(kind, response)) - unset
    excepted = [rule.path.replace("[]", ".0") for rule in EXCEPTIONS if rule.kind == kind]
    assert [leaf for leaf in lost if not any(f"{leaf}.".startswith(f".{path}.") for path in excepted)] == []


def empties(value: Any, path: str = "") -> set[str]:
    """The paths of empty lists and structures, which spell "unset"."""
    if value in ([], {}):
        return {path}
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return {leaf for name, entry in entries for leaf in empties(entry, f"{path}.{name}")}


@pytest.mark.parametrize("problem", create_shape("AutoMLJobV2").members["AutoMLProblemTypeConfig"].members)
def test_every_problem_type_of_the_second_version(problem: str) -> None:
    shape = describe_shape("AutoMLJobV2").members["AutoMLProblemTypeConfig"]
    assert isinstance(shape, StructureShape)
    told = {problem: filled(shape.members[problem])}
    request = project("AutoMLJobV2", described("AutoMLJobV2") | {"AutoMLProblemTypeConfig": told})
    assert request["AutoMLProblemTypeConfig"] == pruned(shape, told)
    assert problems_of_botocore("AutoMLJobV2", request) == []


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=strategies.data())
def test_any_part_of_a_description_is_carried_over(kind: str, data: strategies.DataObject) -> None:
    """Whatever a description has and lacks: what is not carried over stands in the table, with its reason."""
    response = data.draw(parts_of(describe_shape(kind)))
    request = project(kind, response)
    expected = {name: response[name] for name in create_shape(kind).members if name in response}
    allowed = {(rule.path, rule.reason) for rule in EXCEPTIONS if rule.kind == kind}
    for gone in left_out(kind, response):
        assert (re.sub(r"\[\d+\]", "[]", gone.path), gone.reason) in allowed
        without(expected, gone.path)
    assert request == pruned(create_shape(kind), expected)
    assert project(kind, request) == request


def parts_of(shape: Shape, path: tuple[str, ...] = ()) -> strategies.SearchStrategy[Any]:
    """Values of the shape with any of their members present."""
    if isinstance(shape, StructureShape):
        if path.count(shape.name):
            return strategies.just({})
        members = {name: parts_of(member, (*path, shape.name)) for name, member in shape.members.items()}
        return strategies.fixed_dictionaries({}, optional=members)
    if isinstance(shape, ListShape):
        return strategies.lists(parts_of(shape.member, (*path, shape.name)), max_size=2)
    if isinstance(shape, MapShape):
        values = strategies.text(max_size=3) if shape.value.type_name == "string" else strategies.just({})
        return strategies.dictionaries(strategies.text(min_size=1, max_size=3), values, max_size=2)
    if isinstance(shape, StringShape):
        return strategies.sampled_from(shape.enum) if shape.enum else strategies.sampled_from(["", "v"])
    return strategies.just(SAMPLES[shape.type_name])


def without(value: Any, path: str) -> None:
    """Remove one path like ``Containers[0].ModelDataSource``."""
    *before, last = re.findall(r"[^.\[\]]+", path)
    for name in before:
        value = value[int(name)] if name.isdecimal() else value[name]
    del value[last]


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


def test_a_structure_that_held_nothing_else_goes_with_what_it_held() -> None:
    assert project("TrainingJob", {"StoppingCondition": {"MaxWaitTimeInSeconds": 60}}) == {}


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


def test_one_container_without_an_address_keeps_its_source() -> None:
    both = {"ModelDataUrl": "s3://b/m", "ModelDataSource": {"S3DataSource": {"S3Uri": "s3://b/m"}}}
    source = {"ModelDataSource": {"S3DataSource": {"S3Uri": "s3://b/folder"}}}
    request = project("Model", {"ModelName": "m", "Containers": [both, source]})
    assert request["Containers"] == [{"ModelDataUrl": "s3://b/m"}, source]


def test_numbers_that_a_tool_printed_as_text() -> None:
    request = training(
        ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": "1", "VolumeSizeInGB": "many"},
        EnableNetworkIsolation="True",
        EnableManagedSpotTraining="perhaps",
        HyperParameters={"eta": "0.1"},
    )
    assert request["ResourceConfig"] == {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": "many"}
    assert request["EnableNetworkIsolation"] is True
    assert request["EnableManagedSpotTraining"] == "perhaps"
    assert request["HyperParameters"] == {"eta": "0.1"}


def test_shapes_that_do_not_fit_are_kept_for_the_validator() -> None:
    request = project("Model", {"ModelName": "m", "Containers": "none", "PrimaryContainer": [1]})
    assert request == {"ModelName": "m", "Containers": "none", "PrimaryContainer": [1]}
    assert problems("Model", request) != []


def test_what_this_botocore_does_not_know_is_told() -> None:
    described = {
        "EnableFFM": True,
        "ResourceConfig": {"DisableEFA": False, "InstanceCount": 1},
        "InputDataConfig": [{"ChannelName": "train", "New": 1}],
        "TrainingJobStatus": "Completed",
        "ResponseMetadata": {},
    }
    found = {gone.path: gone.value for gone in left_out("TrainingJob", described)}
    assert found == {"EnableFFM": True, "ResourceConfig.DisableEFA": False, "InputDataConfig[0].New": 1}


@pytest.mark.parametrize("kind", ["AutoMLJob", "AutoMLJobV2"])
def test_a_search_again_deploys_nothing(kind: str) -> None:
    response = {"RoleArn": "r", "ModelDeployConfig": {"EndpointName": "live"}}
    assert project(kind, response) == {"RoleArn": "r"}
    assert [gone.path for gone in left_out(kind, response)] == ["ModelDeployConfig"]
