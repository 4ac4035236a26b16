"""The same functions against jobs that really run: a search, then a retraining of its winner, on the embedded AWS."""

from __future__ import annotations

import csv
import io
import json
import tarfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest

from include.autopilot import retrain, split
from include.autopilot.config import ModelConfig, parse_model
from include.autopilot.describe import main
from include.autopilot.options import RunOptions
from include.autopilot.plan import load_plan
from include.autopilot.search import publish_template, search_request
from include.autopilot.template import current_template, read_template
from tests.include.autopilot.conftest import SEARCHED, YAML, Toy, csv_bytes, rows

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
    request = search_request(s3, sagemaker, config, SEARCHED, "a test")
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


def test_a_retraining_from_drop_to_report(real: Toy) -> None:
    key = "20240201T000000-1a2b3c4d"
    prepared = retrain.prepare(real.s3, real.sagemaker, real.config, FEBRUARY, RunOptions(), key)  # type: ignore[arg-type]
    assert [drop["date"] for drop in prepared["summary"]["drops"]] == ["2024-01-01", "2024-02-01"]
    for request in retrain.featurize_requests(real.s3, prepared["plan"]):
        transform(real, request)
    request = retrain.training_request(real.s3, prepared["plan"])
    sagemaker: Any = real.sagemaker
    sagemaker.create_training_job(**request)
    job = wait(sagemaker.describe_training_job, "TrainingJobStatus", TrainingJobName=request["TrainingJobName"])
    artifact = job["ModelArtifacts"]["S3ModelArtifacts"]
    assert artifact.startswith(f"{real.config.root}/runs/{key}/model/")
    with tarfile.open(fileobj=io.BytesIO(real.get(artifact))) as archive:
        assert any("xgboost-model" in name for name in archive.getnames())
    model = retrain.model_request(real.s3, prepared["plan"], artifact)
    sagemaker.create_model(**model)
    prediction = retrain.prediction_request(real.s3, prepared["plan"], model["ModelName"])
    transform(real, prediction)
    output = prediction["TransformOutput"]["S3OutputPath"]
    lines = list(csv.reader(io.StringIO(real.get(f"{output}/sealed.csv.out").decode())))
    assert [line[0] for line in lines] == [f"row-{number}" for number in range(1000, 1050)]
    evaluation = retrain.evaluate(real.s3, prepared["plan"], output)
    # The target is a sum of two columns with a standard deviation of 2.2: whoever learned at all is well below.
    assert evaluation["holdouts"]["sealed"]["metrics"]["RMSE"]["value"] < 1
    assert evaluation["holdouts"]["second"]["rows"] == 7
    written = retrain.report(real.s3, prepared["plan"], [])
    assert json.loads(real.get(written["json"]))["training_rows"] == prepared["summary"]["training_rows"]
    again = retrain.prepare(real.s3, real.sagemaker, real.config, FEBRUARY, RunOptions(), "another")  # type: ignore[arg-type]
    assert retrain.featurize_requests(real.s3, again["plan"]) == []


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
    for request in retrain.featurize_requests(real.s3, prepared["plan"]):
        transform(real, request)
    retrain.training_request(real.s3, prepared["plan"])
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
