"""Runs as OpenLineage's own client tells of them, over HTTP to a server: what a catalogue of data can draw from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from include.autopilot.s3.objects import SOURCE_METADATA
from tests.support.judged import judged
from tests.support.openlineage import Received, listening
from tests.support.tiny import Tiny, returned

pytestmark = pytest.mark.whole

BUCKET = "s3://tiny-models"
ARN = "arn:aws:sagemaker:us-east-1:123456789012"
SOURCE = "SYNTHETIC stand-in"
SAID = f"SYNTHETIC data: {SOURCE}"


@pytest.fixture(scope="module")
def told(searched: Tiny) -> Iterator[tuple[Received, Any, dict[str, Any]]]:
    """A retraining that makes its own features of made-up rows, with everything that was told of it, and its plan."""
    with judged(searched, "lineage") as model, listening() as received:
        for uri in searched.keys(f"{BUCKET}/lineage/drops/"):
            place = {"Bucket": "tiny-models", "Key": uri.removeprefix(f"{BUCKET}/")}
            searched.s3.copy_object(
                **place, CopySource=place, Metadata={SOURCE_METADATA: SOURCE}, MetadataDirective="REPLACE"
            )
        run = model.retrain("2024-01-01T00:00:00Z", scope=None)
        assert run.state == "success"
        yield received, run, json.loads(searched.read(returned(run, "prepare")["plan"]))


def key(uri: str) -> tuple[str, str]:
    return BUCKET, uri.removeprefix(f"{BUCKET}/").rstrip("/")


def resource(arn: str) -> tuple[str, str]:
    return ARN, arn.removeprefix(f"{ARN}:")


def test_a_version_comes_from_its_drops(told: tuple[Received, Any, dict[str, Any]]) -> None:
    received, run, plan = told
    behind = received.behind(resource(returned(run, "register")["arn"]))
    (drop,) = plan["drops"]
    assert {
        (BUCKET, "lineage/drops/2024-01-01"),
        (BUCKET, "lineage/holdout/sealed.csv"),
        key(drop["prepared"]["folder"]),
        key(drop["features"]),
        key(returned(run, "train")["uri"]),
        resource(returned(run, "create_model")["arn"]),
        key(returned(run, "predict")["uri"]),
    } <= behind


@pytest.mark.parametrize(
    ("maker", "reader"),
    [
        ("prepare", "featurize"), ("featurize", "guard"), ("guard", "train"), ("train", "create_model"),
        ("create_model", "predict"), ("train", "predict"), ("prepare", "predict"), ("predict", "judge"),
        ("judge", "register"), ("create_model", "register"), ("register", "promote"),
    ],
)  # fmt: skip
def test_what_one_task_makes_the_next_one_reads(
    told: tuple[Received, Any, dict[str, Any]], maker: str, reader: str
) -> None:
    received = told[0]
    assert received.made(f"lineage_retrain.{maker}") & received.read(f"lineage_retrain.{reader}")


def test_what_is_told_is_there(searched: Tiny, told: tuple[Received, Any, dict[str, Any]]) -> None:
    received = told[0]
    completed = [event for event in received.events if event["eventType"] == "COMPLETE"]
    made = {one for event in completed for one in received.made(event["job"]["name"])}
    in_s3 = {f"{namespace}/{name}" for namespace, name in made if namespace == BUCKET}
    assert in_s3
    assert [uri for uri in in_s3 if not searched.keys(uri)] == []
    arns = {f"{namespace}:{name}" for namespace, name in made if namespace != BUCKET}
    assert {arn.split(":")[5].split("/")[0] for arn in arns} == {"model", "model-package"}


def test_each_run_of_a_task_begins_with_what_its_dag_declares(told: tuple[Received, Any, dict[str, Any]]) -> None:
    received = told[0]
    assert received.read("lineage_retrain.train", "START") == {(BUCKET, "lineage/features")}
    assert received.made("lineage_retrain.create_model", "START") == {(BUCKET, "lineage/model")}
    assert {event["job"]["namespace"] for event in received.events} == {"tests"}


@pytest.mark.parametrize(
    "task",
    ["prepare", "featurize", "guard", "train", "create_model", "predict", "judge", "register", "promote", "report"],
)
def test_a_task_of_made_up_rows_says_so(told: tuple[Received, Any, dict[str, Any]], task: str) -> None:
    events = told[0].of(f"lineage_retrain.{task}")
    assert events
    for event in events:
        assert [one["value"] for one in event["run"]["facets"]["tags"]["tags"] if one["key"] == "data"] == [SAID]
        # The report moves no data: what is told of it is what its DAG declares.
        assert task == "report" or {described(one) for one in event["outputs"]} == {SAID}


def test_only_what_is_made_up_itself_is_said_to_be_so(told: tuple[Received, Any, dict[str, Any]]) -> None:
    (event,) = told[0].of("lineage_retrain.prepare")
    read = {one["name"]: described(one) for one in event["inputs"]}
    assert read.pop("lineage/drops/2024-01-01") == SAID
    assert "lineage/holdout/sealed.csv" in read
    assert set(read.values()) == {None}


def described(dataset: dict[str, Any]) -> str | None:
    found: str | None = dataset.get("facets", {}).get("documentation", {}).get("description")
    return found
