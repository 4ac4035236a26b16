"""What a run changes in the template's requests; test_retrain.py shows what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.base.errors import RequestError, TemplateError
from include.autopilot.drops.plan import Plan, load_plan
from include.autopilot.requests import replay
from include.autopilot.settings.options import RunOptions
from include.autopilot.template.published import Template, load_template
from tests.support import flows
from tests.support.toy import Toy
from tests.support.toyruns import prepare

MANIFESTS: dict[Any, str] = {"train": "s3://toy-models/t.manifest", "validation": "s3://toy-models/v.manifest"}


@pytest.fixture
def planned(toy: Toy) -> tuple[Template, Plan]:
    plan = load_plan(toy.s3, prepare(toy)["plan"])
    return load_template(toy.s3, plan.locations, plan.template), plan


def train(planned: tuple[Template, Plan], changes: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    template, plan = planned
    template = replace(template, replay=replace(template.steps, train=template.steps.train | (changes or {})))
    return replay.training_request(template, replace(plan, options=RunOptions(**options)), MANIFESTS)


SPOT = {
    "EnableManagedSpotTraining": True,
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 9000},
    "CheckpointConfig": {"S3Uri": "s3://autopilot/old/checkpoints", "LocalPath": "/opt/ml/checkpoints"},
}


def test_as_in_the_template_means_spot_too(planned: Any) -> None:
    request = train(planned, SPOT)
    assert request["EnableManagedSpotTraining"] is True
    assert request["StoppingCondition"] == SPOT["StoppingCondition"]


def test_spot_off_takes_the_wait_limit_away(planned: Any) -> None:
    request = train(planned, SPOT, spot=False)
    assert request["EnableManagedSpotTraining"] is False
    assert request["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600}


@pytest.mark.parametrize(
    ("runtime", "wait"), [(60, 9000), (20_000, 23_600), (2_592_000, 2_592_000)], ids=["kept", "raised", "longest"]
)
def test_the_wait_is_never_below_the_runtime(planned: Any, runtime: int, wait: int) -> None:
    request = train(planned, SPOT, max_runtime_seconds=runtime)
    assert request["StoppingCondition"] == {"MaxRuntimeInSeconds": runtime, "MaxWaitTimeInSeconds": wait}


def test_checkpoints_of_the_old_job_are_not_resumed(planned: Any) -> None:
    request = train(planned, SPOT)
    assert request["CheckpointConfig"] == {
        "S3Uri": f"{planned[1].folder}/checkpoints",
        "LocalPath": "/opt/ml/checkpoints",
    }
    assert "CheckpointConfig" not in train(planned)


def test_no_limit_in_the_template_is_awss_own(planned: Any) -> None:
    assert train(planned, {"StoppingCondition": {}})["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400}


def test_an_instance_type_replaces_other_ways_to_say_where(planned: Any) -> None:
    groups = {"InstanceGroups": [{"InstanceType": "ml.m5.large", "InstanceCount": 1, "InstanceGroupName": "g"}]}
    resources = {"ResourceConfig": groups | {"VolumeSizeInGB": 30, "KeepAlivePeriodInSeconds": 600}}
    request = train(planned, resources, instance_type="ml.c5.xlarge", spot=True)
    assert request["ResourceConfig"] == {"InstanceType": "ml.c5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}
    assert train(planned, resources)["ResourceConfig"] == resources["ResourceConfig"]


def test_an_instance_type_that_does_not_exist_is_refused_offline(planned: Any) -> None:
    with pytest.raises(RequestError, match=r"InstanceType is 'ml\.none\.large'; it must be one of ml\.m4"):
        train(planned, instance_type="ml.none.large")


def test_channels_are_found_by_name(planned: Any) -> None:
    template, plan = planned
    backwards = {"InputDataConfig": template.steps.train["InputDataConfig"][::-1]}
    for request in (train(planned), train(planned, backwards)):
        found = {channel["ChannelName"]: channel for channel in request["InputDataConfig"]}
        assert {name: found[name]["DataSource"]["S3DataSource"]["S3Uri"] for name in MANIFESTS} == MANIFESTS
    assert plan.options == RunOptions()


def test_a_missing_channel_is_refused(planned: Any) -> None:
    channels = [
        channel for channel in planned[0].steps.train["InputDataConfig"] if channel["ChannelName"] != "validation"
    ]
    with pytest.raises(TemplateError, match="has the channels notes, train; expected train and validation among them"):
        train(planned, {"InputDataConfig": channels})


def test_every_request_names_its_template_and_keeps_the_carried_tags(planned: Any) -> None:
    template, plan = planned
    team = {"Key": "team", "Value": "assay"}
    assert team in train(planned, {"Tags": [team]})["Tags"]
    built = [
        train(planned),
        replay.featurize_request(template, plan.drops[0]),
        replay.model_request(template, plan, "s3://toy-models/new.tar.gz"),
        replay.prediction_request(template, plan, "m"),
    ]
    for request in built:
        assert {"Key": "airflow-autopilot:template", "Value": template.digest} in request["Tags"]


def test_the_template_is_left_alone(planned: Any) -> None:
    template, plan = planned
    before = template.digest
    train(planned, instance_type="ml.c5.xlarge", spot=True)
    replay.model_request(template, plan, "s3://toy-models/new.tar.gz")
    replay.prediction_request(template, plan, "m")
    replay.featurize_request(template, plan.drops[0])
    assert template.digest == before


def test_other_data_is_another_job(planned: Any) -> None:
    template, plan = planned
    other = replace(plan, drops=plan.drops[:2])
    names = {replay.training_request(template, each, MANIFESTS)["TrainingJobName"] for each in (plan, other)}
    assert len(names) == 2


def test_the_featurizers_own_transform_settings_stay_with_it(planned: Any) -> None:
    template, plan = planned
    special = {"BatchStrategy": "SingleRecord", "MaxPayloadInMB": 1, "Environment": {"A": "b"}}
    template = replace(template, replay=replace(template.steps, featurize=template.steps.featurize | special))
    featurize = replay.featurize_request(template, plan.drops[0])
    assert {name: featurize[name] for name in special} == special
    assert not set(special) & set(replay.prediction_request(template, plan, "m"))


def test_requests_are_the_same_every_time(toy: Toy) -> None:
    first, second = prepare(toy), prepare(toy)
    assert first == second
    assert flows.prediction_request(toy, first["plan"], "m") == flows.prediction_request(toy, second["plan"], "m")
