"""The same functions against jobs that really run: a search, then a retraining of its winner, on the embedded AWS."""

from __future__ import annotations

import csv
import io
import json
import tarfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from include.autopilot.describe import main
from include.autopilot.drift.check import check_drift
from include.autopilot.drops import split
from include.autopilot.drops.guard import check_leaks
from include.autopilot.drops.plan import load_plan
from include.autopilot.drops.sealing import seal_run
from include.autopilot.flows import retrain
from include.autopilot.flows.search import publish_template
from include.autopilot.settings.config import ModelConfig, parse_model
from include.autopilot.settings.options import RunOptions
from include.autopilot.template.published import current_template, read_template
from tests.support import flows
from tests.support.toy import SEARCHED, YAML, Toy, csv_bytes, rows

FEBRUARY = datetime(2024, 2, 1, tzinfo=UTC)


def wait(describe: Callable[..., Any], status: str, **name: str) -> Any:
    for _ in range(600):
        found = describe(**name)
        if found[status] not in ("InProgress", "Stopping"):
            assert found[status] == "Completed", found.get("FailureReason")
            return found
        time.sleep(0.2)
    raise TimeoutError(name)


@pytest.fixture(scope="module")
def real(aws: str) -> Toy:
    """A searched model; its winner's template is published."""
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing", "region_name": "us-east-1"}
    s3: Any = boto3.client("s3", endpoint_url=aws, **keys)  # type: ignore[call-overload]
    sagemaker: Any = boto3.client("sagemaker", endpoint_url=aws, **keys)  # type: ignore[call-overload]
    s3.create_bucket(Bucket="toy-models")
    config: ModelConfig = replace(parse_model(YAML, "toy.yaml"), root="s3://toy-models/toy")
    toy = Toy(config, s3, sagemaker)
    toy.put("holdout/sealed.csv", csv_bytes(rows(1000, 50)))
    toy.put("holdout/second.csv", csv_bytes(rows(2000, 7)))
    toy.put("drops/2024-01-01/first.csv", csv_bytes(rows(0, 500)))
    toy.put("drops/2024-02-01/second.csv", csv_bytes(rows(500, 60)))
    request = flows.search_request(toy, SEARCHED, "a test")
    sagemaker.create_auto_ml_job(**request)
    wait(sagemaker.describe_auto_ml_job_v2, "AutoMLJobStatus", AutoMLJobName=request["AutoMLJobName"])
    publish_template(sagemaker, s3, config, request["AutoMLJobName"], SEARCHED)
    return toy


def transform(toy: Toy, request: dict[str, Any]) -> None:
    toy.sagemaker.create_transform_job(**request)  # type: ignore[attr-defined]
    wait(toy.sagemaker.describe_transform_job, "TransformJobStatus", TransformJobName=request["TransformJobName"])


def test_the_template_is_what_the_search_left(real: Toy) -> None:
    template = current_template(real.s3, retrain.Locations(real.config.root), "toy")
    assert set(template.schema.columns) == {"d[1]", "colour", "y", "a (b, c)"}
    assert set(template.schema.numeric) >= {"y", "d[1]", "a (b, c)"}
    assert "colour" not in template.schema.numeric
    assert template.objective.direction == "Minimize"
    assert len(template.steps.model["Containers"]) == 2
    assert "AUTOML_TRANSFORM_MODE" not in template.steps.featurizer["PrimaryContainer"]["Environment"]


def test_the_describe_command_says_the_same_of_the_live_job(
    real: Toy, aws: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}.items():
        monkeypatch.setenv(name, value)
    template = current_template(real.s3, retrain.Locations(real.config.root), "toy")
    live = ["--endpoint-url", aws, "--region", "us-east-1", "--json"]
    saved = tmp_path / "template.json"
    assert template.automl_job is not None
    code = main([template.automl_job, *live, "--out", str(saved)])
    found = json.loads(capsys.readouterr().out)
    assert (code, found["replayable"], found["missing"]) == (0, True, [])
    assert read_template(str(saved)).replay == template.replay
    jobs = template.steps.featurize["TransformJobName"], template.steps.train["TrainingJobName"]
    code = main(["--transform-job", jobs[0], "--training-job", jobs[1], *live])
    inferred = json.loads(capsys.readouterr().out)
    assert (code, inferred["columns"], inferred["objective"]["metric"]) == (0, found["columns"], "MSE")
    assert [one["image"] for one in inferred["containers"]] == [one["image"] for one in found["containers"]]
    assert main(["no-such-job", *live]) == 2
    assert "AutoMLJob no-such-job does not exist" in capsys.readouterr().err


def retrained(toy: Toy, cutoff: datetime, key: str) -> tuple[str, dict[str, bytes]]:
    """Run every step and job of a retraining; give its plan, and its manifests and predictions as bytes."""
    plan = retrain.prepare(toy.s3, toy.sagemaker, toy.config, cutoff, RunOptions(), key)["plan"]  # type: ignore[arg-type]
    check_drift(toy.s3, toy.config, load_plan(toy.s3, plan))
    seal_run(toy.s3, toy.config, load_plan(toy.s3, plan))
    for request in flows.featurize_requests(toy, plan):
        transform(toy, request)
    request = flows.training_request(toy, plan)
    check_leaks(toy.s3, toy.config, load_plan(toy.s3, plan))
    sagemaker: Any = toy.sagemaker
    sagemaker.create_training_job(**request)
    job = wait(sagemaker.describe_training_job, "TrainingJobStatus", TrainingJobName=request["TrainingJobName"])
    model = flows.model_request(toy, plan, job["ModelArtifacts"]["S3ModelArtifacts"])
    sagemaker.create_model(**model)
    prediction = flows.prediction_request(toy, plan, model["ModelName"])
    transform(toy, prediction)
    folder, output = f"{toy.config.root}/runs/{key}", prediction["TransformOutput"]["S3OutputPath"]
    files = [f"{folder}/manifest/{side}.manifest" for side in split.SIDES]
    files += [f"{output}/{holdout}.csv.out" for holdout in toy.config.holdouts]
    return plan, {uri.rpartition("/")[2]: toy.get(uri) for uri in files}


def test_a_planted_row_of_a_later_drop_never_reaches_an_earlier_run(real: Toy) -> None:
    """The later drop measures rows of the earlier ones anew and knows holdout rows; only a later run may be moved."""
    _, without = retrained(real, FEBRUARY, "20240201T000000-0000000a")
    planted = [row | {"y": str(float(row["y"]) + 3)} for row in rows(0, 150)]
    real.put("drops/2024-02-15/planted.csv", csv_bytes(planted + rows(700, 30) + rows(1000, 5)))
    _, planted_there = retrained(real, FEBRUARY, "20240201T000000-0000000b")
    assert planted_there == without
    assert {name.rpartition(".")[2] for name in without} == {"manifest", "out"}
    plan, later = retrained(real, datetime(2024, 2, 15, tzinfo=UTC), "20240215T000000-0000000c")
    assert later["train.manifest"] != without["train.manifest"]
    assert later["sealed.csv.out"] != without["sealed.csv.out"]
    listed = list(csv.DictReader(io.StringIO(real.get(f"{plan.rpartition('/')[0]}/rows.csv").decode())))
    assert sum(row["side"] != "holdout" for row in listed) == 560 + 30
    assert sum(row["row"].startswith("2024-02-15/") for row in listed) == 180
    assert sum(row["row"].startswith("2024-01-01/") for row in listed) == 350


def test_four_runs_at_once_prepare_the_same_drops_and_share_their_jobs(real: Toy) -> None:
    real.put("drops/2024-03-01/march.csv", csv_bytes(rows(800, 60) + rows(10, 20)))
    march = datetime(2024, 3, 1, tzinfo=UTC)

    def run(number: int) -> tuple[list[Any], dict[str, Any]]:
        key = f"20240301T000000-0000000{number}"
        prepared = retrain.prepare(real.s3, real.sagemaker, real.config, march, RunOptions(), key)  # type: ignore[arg-type]
        check_drift(real.s3, real.config, load_plan(real.s3, prepared["plan"]))
        seal_run(real.s3, real.config, load_plan(real.s3, prepared["plan"]))
        requests = flows.featurize_requests(real, prepared["plan"])
        return requests, {**prepared["summary"], "drops": [drop["digest"] for drop in prepared["summary"]["drops"]]}

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(run, range(4)))
    requests, summary = done[0]
    assert all(found == (requests, summary) for found in done)
    assert [request["TransformJobName"].split("-")[1:3] for request in requests] == [["featurize", "20240301"]]
    seals = real.s3.list_objects_v2(Bucket="toy-models", Prefix="toy/sealed/drop/2024-03-01/")["Contents"]
    assert [entry["Key"] for entry in seals] == ["toy/sealed/drop/2024-03-01/1.json"]
    for request in requests:
        transform(real, request)
    manifests = []
    for number in range(4):
        plan = f"{real.config.root}/runs/20240301T000000-0000000{number}/plan.json"
        flows.training_request(real, plan)
        check_leaks(real.s3, real.config, load_plan(real.s3, plan))
        manifests.append(real.get(plan.replace("plan.json", "manifest/train.manifest")))
    assert len(set(manifests)) == 1


def test_a_retraining_from_drop_to_report(real: Toy) -> None:
    key = "20240201T000000-1a2b3c4d"
    prepared = retrain.prepare(real.s3, real.sagemaker, real.config, FEBRUARY, RunOptions(), key)  # type: ignore[arg-type]
    assert [drop["date"] for drop in prepared["summary"]["drops"]] == ["2024-01-01", "2024-02-01"]
    for request in flows.featurize_requests(real, prepared["plan"]):
        transform(real, request)
    request = flows.training_request(real, prepared["plan"])
    sagemaker: Any = real.sagemaker
    sagemaker.create_training_job(**request)
    job = wait(sagemaker.describe_training_job, "TrainingJobStatus", TrainingJobName=request["TrainingJobName"])
    artifact = job["ModelArtifacts"]["S3ModelArtifacts"]
    assert artifact.startswith(f"{real.config.root}/runs/{key}/model/")
    with tarfile.open(fileobj=io.BytesIO(real.get(artifact))) as archive:
        assert any("xgboost-model" in name for name in archive.getnames())
    model = flows.model_request(real, prepared["plan"], artifact)
    sagemaker.create_model(**model)
    prediction = flows.prediction_request(real, prepared["plan"], model["ModelName"])
    transform(real, prediction)
    output = prediction["TransformOutput"]["S3OutputPath"]
    lines = list(csv.reader(io.StringIO(real.get(f"{output}/sealed.csv.out").decode())))
    assert [line[0] for line in lines] == [f"row-{number}" for number in range(1000, 1050)]
    evaluation = flows.evaluate(real, prepared["plan"], output)
    # The target is a sum of two columns with a standard deviation of 2.2: whoever learned at all is well below.
    assert evaluation["holdouts"]["sealed"]["metrics"]["RMSE"]["value"] < 1
    assert evaluation["holdouts"]["second"]["rows"] == 7
    written = flows.report(real, prepared["plan"], [])
    assert json.loads(real.get(written["json"]))["training_rows"] == prepared["summary"]["training_rows"]
    again = retrain.prepare(real.s3, real.sagemaker, real.config, FEBRUARY, RunOptions(), "another")  # type: ignore[arg-type]
    assert flows.featurize_requests(real, again["plan"]) == []


def labels(body: bytes, accept: str) -> list[float]:
    """The labels of a file of features: the records' own, or the first column."""
    from include.local_aws.runtimes.recordio import read_records

    if accept == "text/csv":
        return [float(row[0]) for row in csv.reader(io.StringIO(body.decode()))]
    found = read_records(body)[1]
    assert found is not None
    return [float(label) for label in found]


def test_features_carry_the_label_of_every_prepared_row(real: Toy) -> None:
    """The label is the target, not a feature that was mistaken for it, and no row is lost or repeated."""
    prepared = retrain.prepare(real.s3, real.sagemaker, real.config, FEBRUARY, RunOptions(), "a-third")  # type: ignore[arg-type]
    for request in flows.featurize_requests(real, prepared["plan"]):
        transform(real, request)
    flows.training_request(real, prepared["plan"])
    template = current_template(real.s3, retrain.Locations(real.config.root), "toy")
    accept = template.steps.featurize["TransformOutput"]["Accept"]
    for side in ("train", "validation"):
        head, *files = json.loads(real.get(f"{real.config.root}/runs/a-third/manifest/{side}.manifest"))
        found = [label for file in files for label in labels(real.get(head["prefix"] + file), accept)]
        expected = [float(row["y"]) for row in rows(0, 560) if split.side(row["id"], 0.2) == side]
        assert found == pytest.approx(expected, rel=1e-6)


def test_through_the_serving_environment_the_target_would_become_a_feature_silently(
    real: Toy, aws: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same artifact with AUTOML_TRANSFORM_MODE: the job succeeds, and what it writes is the answer itself."""
    from include.local_aws.runtimes.recordio import read_records

    prepared = retrain.prepare(real.s3, real.sagemaker, real.config, SEARCHED, RunOptions(), "leaking")  # type: ignore[arg-type]
    template = current_template(real.s3, retrain.Locations(real.config.root), "toy")
    serving = template.steps.model["Containers"][0]
    role = template.steps.model["ExecutionRoleArn"]
    sagemaker: Any = real.sagemaker
    sagemaker.create_model(ModelName="leaking", ExecutionRoleArn=role, PrimaryContainer=serving)
    folder = load_plan(real.s3, prepared["plan"]).drops[0].prepared.folder
    source = {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": folder}}}
    request = template.steps.featurize | {
        "TransformJobName": "leaking",
        "ModelName": "leaking",
        "TransformInput": {**template.steps.featurize["TransformInput"], **source},
        "TransformOutput": {"S3OutputPath": f"{real.config.root}/leaking", "Accept": "application/x-recordio-protobuf"},
    }
    transform(real, request)
    features, label = read_records(real.get(f"{real.config.root}/leaking/train/chunk_0.csv.out"))
    targets = [float(row["y"]) for row in rows(0, 500) if split.side(row["id"], 0.2) == "train"]
    assert label is None
    assert list(features[:, 0].toarray().ravel()) == pytest.approx(targets, rel=1e-6)

    for name, value in {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}.items():
        monkeypatch.setenv(name, value)
    named = ["--transform-job", "leaking", "--training-job", template.steps.train["TrainingJobName"]]
    assert main([*named, "--endpoint-url", aws, "--region", "us-east-1", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert "has AUTOML_TRANSFORM_MODE=feature-transform. It would pass the target on as the first" in found["reason"]
