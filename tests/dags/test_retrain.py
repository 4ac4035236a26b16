"""Whole retraining runs against the embedded AWS: real jobs, real models, real predictions."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from scripts.iam import calls as listed
from tests.support.airflowdb import ran
from tests.support.tiny import Tiny, returned, states, table

NEW_DROP = "drops/2024-03-01/rows.csv"


@pytest.fixture(scope="module")
def first(searched: Tiny) -> Any:
    """The first retraining, on the first drop."""
    run = searched.run("tiny_retrain", "2024-01-01T00:00:00Z")
    assert run.state == "success"
    return run


def report_of(tiny: Tiny, run: Any) -> dict[str, Any]:
    return json.loads(tiny.read(returned(run, "report")["json"]))  # type: ignore[no-any-return]


def test_it_learns(searched: Tiny, first: Any) -> None:
    report = report_of(searched, first)
    judged = report["holdouts"]["sealed"]
    assert judged["rows"] == 80
    assert judged["metrics"]["R2"]["value"] > 0.7
    assert report["training_rows"] + report["validation_rows"] == 620
    assert [drop["date"] for drop in report["drops"]] == ["2024-01-01"]
    assert report["synthetic"] is False


def test_the_reported_error_is_that_of_the_predictions(searched: Tiny, first: Any) -> None:
    report = report_of(searched, first)
    (sealed,) = [key for key in searched.keys(report["predictions"]) if "sealed" in key]
    rows = list(csv.reader(io.StringIO(searched.read(sealed).decode())))
    holdout = table(5000, 80)
    assert [row[0] for row in rows] == list(holdout["id"])
    assert [float(row[1]) for row in rows] == list(holdout["y"])
    errors = np.array([float(row[2]) - float(row[1]) for row in rows])
    rmse = report["holdouts"]["sealed"]["metrics"]["RMSE"]["value"]
    assert rmse == pytest.approx(float(np.sqrt(np.mean(errors**2))))


def test_every_features_file_has_a_record_per_row_of_its_chunk(searched: Tiny, first: Any) -> None:
    from include.local_aws.runtimes import recordio

    (drop,) = json.loads(searched.read(returned(first, "prepare")["plan"]))["drops"]
    outputs = [uri for uri in searched.keys(drop["features"]) if uri.endswith(".out")]
    rows = sum(len(searched.read(uri).splitlines()) for uri in searched.keys(drop["prepared"]["folder"]))
    assert rows == 620
    assert sum(recordio.read_records(searched.read(uri))[0].shape[0] for uri in outputs) == rows


def test_the_model_opens_with_plain_xgboost(searched: Tiny, first: Any, tmp_path: Path) -> None:
    artifact = searched.read(returned(first, "train")["uri"])
    with tarfile.open(fileobj=io.BytesIO(artifact)) as archive:
        archive.extractall(tmp_path, filter="data")
    script = (
        "import sys, xgboost\n"
        "for path in sys.argv[1:]:\n"
        "    booster = xgboost.Booster(); booster.load_model(path); print(booster.num_features())\n"
    )
    boosters = sorted(str(path) for path in tmp_path.glob("xgboost-model*"))
    ended = subprocess.run(
        [sys.executable, "-I", "-c", script, *boosters], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert boosters
    assert len(ended.stdout.split()) == len(boosters)


def test_the_pipeline_model_has_every_container_and_environment(searched: Tiny, first: Any) -> None:
    made = searched.sagemaker.describe_model(ModelName=returned(first, "create_model")["name"])
    automl = searched.sagemaker.describe_auto_ml_job(AutoMLJobName=searched.template().automl_job)
    best = automl["BestCandidate"]
    expected = [container["Environment"] for container in best["InferenceContainers"]]
    assert [container["Environment"] for container in made["Containers"]] == expected
    assert made["Containers"][1]["ModelDataUrl"] == returned(first, "train")["uri"]


def test_full_requests_and_descriptions_lie_beside_the_run(searched: Tiny, first: Any) -> None:
    train = returned(first, "train")["name"]
    folder = returned(first, "prepare")["records"]
    request = json.loads(searched.read(f"{folder}/{train}.request.json"))
    described = json.loads(searched.read(f"{folder}/{train}.description.json"))
    assert request["HyperParameters"] == described["HyperParameters"]
    kept = {uri.rpartition("/")[2] for uri in searched.keys(folder) if uri.endswith(".request.json")}
    assert kept == {f"{job['name']}.request.json" for job in report_of(searched, first)["jobs"]}


def test_what_the_run_asked_of_aws_is_in_the_list_that_the_policies_are_made_of(
    first: Any, calls: dict[str, set[str]]
) -> None:
    made = calls["tiny_retrain"]
    assert made <= set(listed())
    assert {"sagemaker.CreateTrainingJob training-job/${JobPrefix}*", "s3.PutObject ${Root}/*"} <= made


def test_a_later_run_featurizes_only_the_new_drop(searched: Tiny, first: Any) -> None:
    before = set(searched.jobs())
    run = searched.run("tiny_retrain", "2024-02-01T00:00:00Z")
    made = set(searched.jobs()) - before
    assert run.state == "success"
    assert sorted(name.split("-")[1] for name in made) == ["featurize", "predict", "train"]
    report = report_of(searched, run)
    assert report["training_rows"] + report["validation_rows"] == 680


def test_nothing_to_featurize_is_no_reason_to_skip_the_training(searched: Tiny, first: Any) -> None:
    run = searched.run("tiny_retrain", "2024-01-15T00:00:00Z")
    assert run.state == "success"
    assert states(run)["featurize"] == "skipped"
    assert states(run)["report"] == "success"


def test_every_row_of_the_run_is_listed_before_it_trains(searched: Tiny, first: Any) -> None:
    found = returned(first, "guard")
    listed = list(csv.DictReader(io.StringIO(searched.read(found["rows"]).decode())))
    report = report_of(searched, first)
    assert found["counts"] == {
        "train": report["training_rows"], "validation": report["validation_rows"], "holdout": 110,
    }  # fmt: skip
    assert len({row["key"] for row in listed}) == len(listed) == 730
    assert {row["key"] for row in listed if row["side"] != "holdout"} == set(table(0, 620)["id"])


def test_a_row_on_two_sides_stops_the_run_before_the_training(
    searched: Tiny, first: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from include.autopilot.drops import manifest

    def planted(s3: Any, plan: Any, side: str, files: list[str]) -> str:
        other = [file.replace("/train/", "/validation/") for file in files] if side == "train" else []
        return write(s3, plan, side, [*files, *other])  # type: ignore[no-any-return]

    write: Any = manifest._write
    monkeypatch.setattr(manifest, "_write", planted)
    before = searched.jobs()
    run = searched.run("tiny_retrain", "2024-01-01T00:00:00Z")
    found = states(run)
    assert (found["featurize"], found["guard"], found["train"]) == ("skipped", "failed", "upstream_failed")
    assert searched.jobs() == before


def test_drift_is_looked_at_before_anything_is_paid_for(searched: Tiny, first: Any) -> None:
    before = searched.jobs()
    searched.put(NEW_DROP, table(700, 60).assign(y=1000.0 + table(700, 60)["y"]))
    try:
        run = searched.run("tiny_retrain", "2024-03-01T00:00:00Z")
    finally:
        searched.delete(NEW_DROP)
    assert (states(run)["check_drift"], states(run)["seal"], run.state) == ("failed", "upstream_failed", "failed")
    assert searched.jobs() == before
    report = report_of(searched, first)
    assert report["drift"]["baseline"]["drops"] == ["2024-01-01"]


@pytest.mark.whole
def test_the_last_drops(searched: Tiny, first: Any) -> None:
    run = searched.run("tiny_retrain", "2024-02-01T00:00:00Z", scope="last", last_drops=1)
    report = report_of(searched, run)
    assert (report["scope"], [drop["drop"] for drop in report["drops"]]) == ("last 1", ["2024-02-01"])
    assert list(report["drift"]["drops"][0]) == ["drop", "sentence", "warnings"]


def test_a_cutoff_in_the_future_is_refused(searched: Tiny, first: Any) -> None:
    run = searched.run("tiny_retrain", "2999-01-01T00:00:00Z")
    assert states(run)["prepare"] == "failed"


@pytest.mark.whole
def test_scope_new_trains_on_the_newest_drop_alone(searched: Tiny, first: Any) -> None:
    run = searched.run("tiny_retrain", "2024-02-01T00:00:00Z", scope="new")
    report = report_of(searched, run)
    assert report["training_rows"] + report["validation_rows"] == 60


@pytest.mark.whole
@pytest.mark.parametrize(("spot", "expected"), [(True, True), (False, False)])
def test_the_form_reaches_the_training_job(searched: Tiny, first: Any, spot: bool, expected: bool) -> None:
    run = searched.run(
        "tiny_retrain", "2024-01-01T00:00:00Z", spot=spot, instance_type="ml.c5.xlarge", max_runtime_seconds=900
    )
    job = searched.sagemaker.describe_training_job(TrainingJobName=returned(run, "train")["name"])
    assert job["EnableManagedSpotTraining"] is expected
    assert job["ResourceConfig"]["InstanceType"] == "ml.c5.xlarge"
    assert job["StoppingCondition"]["MaxRuntimeInSeconds"] == 900
    assert ("MaxWaitTimeInSeconds" in job["StoppingCondition"]) is expected


@pytest.mark.whole
def test_a_run_without_a_logical_date_works(searched: Tiny, first: Any) -> None:
    run = ran(searched.dags["tiny_retrain"], logical_date=None, run_conf={"cutoff": "2024-01-01"})
    assert run.state == "success"
    assert run.logical_date is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"note,id,y\n",
        table(700, 20).drop(columns="a").to_csv(index=False).encode(),
        table(700, 20).drop(columns="y").to_csv(index=False).encode(),
        table(700, 20).astype({"a": object}).assign(a="much").to_csv(index=False).encode(),
        table(700, 20).to_csv(index=False).encode("utf-16"),
    ],
    ids=["empty", "header only", "column missing", "target missing", "text in a number", "not UTF-8"],
)
def test_a_wrong_drop_stops_before_the_first_paid_job(searched: Tiny, first: Any, content: bytes) -> None:
    before = searched.jobs()
    searched.put(NEW_DROP, content)
    try:
        run = searched.run("tiny_retrain", "2024-03-01T00:00:00Z")
    finally:
        searched.delete(NEW_DROP)
    assert states(run)["prepare"] == "failed"
    assert states(run)["train"] == "upstream_failed"
    assert searched.jobs() == before
