"""A dry run of the retraining DAG: everything is checked and printed, nothing is started."""

from __future__ import annotations

import json
from typing import Any

import pytest

from include.autopilot.template.validation import problems
from tests.support.tiny import Tiny, returned, states

DONE = {"prepare", "check_drift", "preflight", "seal"}
CUTOFF = "2024-02-01T00:00:00Z"


@pytest.fixture(scope="module", params=["reuse", "refit"])
def dry(request: pytest.FixtureRequest, searched: Tiny) -> tuple[str, Any, list[str], list[str]]:
    """The featurizer's choice, the run, and what jobs and models there were before it."""
    before = searched.jobs(), models(searched)
    run = searched.run("tiny_retrain", CUTOFF, dry_run=True, featurizer=request.param)
    return request.param, run, *before


def models(tiny: Tiny) -> list[str]:
    pages = tiny.sagemaker.get_paginator("list_models").paginate()
    return [model["ModelName"] for page in pages for model in page["Models"]]


def told(tiny: Tiny, run: Any) -> Any:
    folder = returned(run, "prepare")["records"].removesuffix("/jobs")
    return json.loads(tiny.read(f"{folder}/preflight.json"))


def test_nothing_is_started(searched: Tiny, dry: Any) -> None:
    _, run, jobs, known = dry
    assert run.state == "success"
    assert searched.jobs() == jobs
    assert models(searched) == known


def test_everything_after_the_checks_is_skipped(dry: Any) -> None:
    found = states(dry[1])
    assert {task for task, state in found.items() if state == "success"} == DONE
    assert {state for task, state in found.items() if task not in DONE} == {"skipped"}


def test_every_request_is_told_and_would_be_taken(searched: Tiny, dry: Any) -> None:
    featurizer, run, *_ = dry
    content = told(searched, run)
    steps = [one["step"] for one in content["requests"]]
    fitting = ["fit_featurizer", "create_featurizer"] if featurizer == "refit" else []
    # A test before may have made the features, and a champion.
    others = {"featurize", "create_champion", "predict_champion", "create_examinee", "sit_exam"}
    assert [step for step in steps if step not in others] == [*fitting, "train", "create_model", "predict"]
    assert (content["dry_run"], content["path"]) == (True, featurizer)
    for one in content["requests"]:
        assert problems(one["kind"], one["request"]) == []
        assert one["changes"]
    assert {check["result"] for check in content["checks"]} <= {"ok", "unknown"}
    role = "role arn:aws:iam::123456789012:role/AutopilotRetrain"
    assert {"what": role, "result": "ok", "detail": ""} in content["checks"]


def test_a_real_run_sends_what_the_dry_run_told(searched: Tiny) -> None:
    dry = searched.run("tiny_retrain", "2024-01-01T00:00:00Z", dry_run=True)
    real = searched.run("tiny_retrain", "2024-01-01T00:00:00Z")
    assert real.state == "success"
    foretold = {one["step"]: one["request"] for one in told(searched, dry)["requests"]}
    folder = returned(real, "prepare")["records"]
    name = returned(real, "train")["name"]
    sent = json.loads(searched.read(f"{folder}/{name}.request.json"))
    for member in ("HyperParameters", "ResourceConfig", "StoppingCondition", "AlgorithmSpecification", "RoleArn"):
        assert sent[member] == foretold["train"][member]
    channels = [{one["ChannelName"] for one in request["InputDataConfig"]} for request in (sent, foretold["train"])]
    assert channels[0] == channels[1]
    seconds = {job["step"]: job["seconds"] for job in told(searched, real)["estimate"]["jobs"]}
    assert seconds["train"] is not None, "the search's own training tells"


def test_an_artifact_that_was_deleted_stops_before_the_first_paid_job(searched: Tiny) -> None:
    artifact = searched.template().steps.featurizer["PrimaryContainer"]["ModelDataUrl"]
    place = dict(zip(("Bucket", "Key"), artifact.removeprefix("s3://").split("/", 1), strict=True))
    body, before = searched.read(artifact), searched.jobs()
    searched.s3.delete_object(**place)
    try:
        run = searched.run("tiny_retrain", CUTOFF)
    finally:
        searched.s3.put_object(**place, Body=body)
    assert states(run)["preflight"] == "failed"
    assert states(run)["train"] == "upstream_failed"
    assert searched.jobs() == before
