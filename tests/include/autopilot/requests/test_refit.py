"""Fitting the featurizer again: what is asked for, and that its two environments are never confused."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.base.errors import TemplateError
from include.autopilot.drops.manifest import to_featurize, write_fit_manifest
from include.autopilot.drops.split import side
from include.autopilot.flows.jobs import fit_request
from include.autopilot.requests import refit, replay
from include.autopilot.template.validation import problems
from tests.support import flows
from tests.support.foretelling import planned, with_template
from tests.support.toy import Toy, rows
from tests.support.toyruns import KEY, featurize, prepare, read_csv

NEW = "s3://toy-models/new/featurizer/model.tar.gz"
TRAINED = "s3://toy-models/new/algorithm/model.tar.gz"


def with_decoder(template: Any) -> Any:
    """The template with a third container: the featurizer's artifact once more, as a label decoder."""
    model = copy.deepcopy(template.steps.model)
    decoder = copy.deepcopy(model["Containers"][0])
    decoder["Environment"]["AUTOML_TRANSFORM_MODE"] = "inverse-label-transform"
    model["Containers"].append(decoder)
    return replace(template, replay=replace(template.steps, model=model))


def test_the_fit_reads_the_training_rows_and_keeps_everything_else(toy: Toy) -> None:
    prepared = prepare(toy, featurizer="refit")
    flows.asked(toy, write_fit_manifest, prepared["plan"])
    request = flows.asked(toy, fit_request, prepared["plan"])
    described = toy.sagemaker.only("DescribeTrainingJob", "dpp1-1")
    assert problems("TrainingJob", request) == []
    for name in ("HyperParameters", "ResourceConfig", "RoleArn", "StoppingCondition", "EnableNetworkIsolation"):
        assert request[name] == described[name], name
    channels = {channel["ChannelName"]: channel for channel in request["InputDataConfig"]}
    before = {channel["ChannelName"]: channel for channel in described["InputDataConfig"]}
    assert channels["code"] == before["code"]
    source = channels["train"]["DataSource"]["S3DataSource"]
    assert (source["S3DataType"], channels["train"]["ContentType"]) == ("ManifestFile", "text/csv")
    head, *files = json.loads(toy.get(source["S3Uri"]))
    found = [row for file in files for row in read_csv(toy, head["prefix"] + file)]
    kept = [row for row in rows(0, 100) if side(row["id"], 0.2) == "train"]
    assert found == [[row["y"], row["a (b, c)"], row["d[1]"], row["colour"]] for row in kept]
    assert request["OutputDataConfig"] == {"S3OutputPath": f"s3://toy-models/toy/runs/{KEY}/featurizer"}
    assert request["TrainingJobName"].startswith("toy-fit-20240301-")


def test_old_checkpoints_are_not_resumed(toy: Toy) -> None:
    template, plan = planned(toy, featurizer="refit")
    fit = {**(template.steps.fit or {}), "CheckpointConfig": {"S3Uri": "s3://old/checkpoints", "LocalPath": "/opt/c"}}
    template = replace(template, replay=replace(template.steps, fit=fit))
    request = refit.fit_request(template, plan, "s3://toy-models/m")
    assert request["CheckpointConfig"] == {"S3Uri": f"{plan.folder}/featurizer-checkpoints", "LocalPath": "/opt/c"}


def test_a_template_that_does_not_know_the_fit(toy: Toy) -> None:
    template, plan = planned(toy, featurizer="refit")
    template = replace(template, replay=replace(template.steps, fit=None))
    with pytest.raises(TemplateError, match=r"not known which job fitted .* Choose to reuse it \(featurizer: reuse\)"):
        refit.fit_request(template, plan, "s3://toy-models/m")


def test_training_data_goes_through_the_new_artifact_without_the_serving_mode(toy: Toy) -> None:
    template, plan = planned(toy, featurizer="refit")
    request = refit.featurizer_request(template, plan, NEW)
    described = toy.sagemaker.only("DescribeModel")
    assert problems("Model", request) == []
    assert request["PrimaryContainer"]["ModelDataUrl"] == NEW
    assert request["PrimaryContainer"]["Environment"] == described["PrimaryContainer"]["Environment"]
    assert "AUTOML_TRANSFORM_MODE" not in request["PrimaryContainer"]["Environment"]
    assert request["VpcConfig"] == described["VpcConfig"]
    again = refit.featurizer_request(template, plan, f"{NEW}2")
    assert again["ModelName"] != request["ModelName"]


@pytest.mark.parametrize("mode", ["feature-transform", "inverse-label-transform"])
def test_a_featurizer_that_would_make_a_feature_of_the_target_is_refused(toy: Toy, mode: str) -> None:
    template, plan = planned(toy, featurizer="refit")
    model = copy.deepcopy(template.steps.featurizer)
    model["PrimaryContainer"]["Environment"]["AUTOML_TRANSFORM_MODE"] = mode
    template = replace(template, replay=replace(template.steps, featurizer=model))
    with pytest.raises(TemplateError, match=f"has AUTOML_TRANSFORM_MODE={mode}: it would pass the target on as the fi"):
        refit.featurizer_request(template, plan, NEW)


def test_both_containers_of_the_featurizer_get_the_new_artifact(toy: Toy) -> None:
    template, plan = planned(toy, featurizer="refit")
    template = with_decoder(template)
    request = replay.model_request(template, plan, TRAINED, NEW)
    assert [one["ModelDataUrl"] for one in request["Containers"]] == [NEW, TRAINED, NEW]
    before = [one["Environment"] for one in template.steps.model["Containers"]]
    assert [one["Environment"] for one in request["Containers"]] == before
    reused = replay.model_request(template, plan, TRAINED)
    old = template.steps.model["Containers"][0]["ModelDataUrl"]
    assert [one["ModelDataUrl"] for one in reused["Containers"]] == [old, TRAINED, old]
    assert reused["ModelName"] != request["ModelName"]


def test_a_new_featurizer_makes_all_features_anew_and_shares_them_with_nobody(toy: Toy) -> None:
    featurize(toy, prepare(toy)["featurize"])
    assert prepare(toy)["featurize"] == []
    _, plan = planned(toy, featurizer="refit")
    assert len(to_featurize(toy.s3, plan)) == 3
    made = flows.featurize_requests(toy, f"{plan.folder}/plan.json", "new-featurizer")
    assert {request["ModelName"] for request in made} == {"new-featurizer"}
    assert all(request["TransformOutput"]["S3OutputPath"].startswith(f"{plan.folder}/features/") for request in made)
    other = prepare(toy, key="20240301T000000-99999999", featurizer="refit")["featurize"]
    assert not {one["TransformJobName"] for one in other} & {one["TransformJobName"] for one in made}


def test_the_form_is_for_the_algorithm(toy: Toy) -> None:
    prepared = prepare(toy, featurizer="refit", spot=True, instance_type="ml.c5.xlarge", max_runtime_seconds=900)
    request = flows.asked(toy, fit_request, prepared["plan"])
    assert request["ResourceConfig"]["InstanceType"] == "ml.m5.2xlarge"
    assert request["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400}


def test_a_changed_template_is_a_changed_job(toy: Toy) -> None:
    template, plan = planned(toy, featurizer="refit")
    first = refit.fit_request(template, plan, "s3://toy-models/m")
    changed = with_decoder(template)
    second = refit.fit_request(changed, with_template(toy, plan, changed), "s3://toy-models/m")
    assert first["TrainingJobName"] != second["TrainingJobName"]
