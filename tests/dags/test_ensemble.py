"""A model whose YAML names an Autopilot job of the mode ENSEMBLING: every run searches again, from drops to report."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from tests.support.classified import Case, Classified, placed, radii, tumours
from tests.support.dying import dying_once
from tests.support.tiny import returned, states

pytestmark = pytest.mark.whole

ROLE = "arn:aws:iam::123456789012:role/AutopilotRetrain"
VPC = {"SecurityGroupIds": ["sg-0123456789abcdef0"], "Subnets": ["subnet-0123456789abcdef0"]}
GENERATION = {"AlgorithmsConfig": [{"AutoMLAlgorithms": ["xgboost", "linear-learner"]}]}
CRITERIA = {"MaxCandidates": 1, "MaxAutoMLJobRuntimeInSeconds": 600}


def theirs(aws: str, bucket: str, table: pd.DataFrame) -> Any:
    """Put the table of a search into S3, as somebody did it before this package came; gives a client."""
    s3 = boto3.client("s3", endpoint_url=aws)
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="in/all.csv", Body=table.drop(columns="id").to_csv(index=False).encode())
    return boto3.client("sagemaker", endpoint_url=aws)


def source(bucket: str) -> dict[str, Any]:
    return {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/in/"}}}


def ended(sagemaker: Any, name: str) -> None:
    while (found := sagemaker.describe_auto_ml_job_v2(AutoMLJobName=name))["AutoMLJobStatus"] == "InProgress":
        time.sleep(0.1)
    assert found["AutoMLJobStatus"] == "Completed", found


@pytest.fixture(scope="module")
def numbers(aws: str, airflow_db: None) -> Iterator[Classified]:
    """A regression, searched with the first version of the API."""
    table, name = radii(), "Their-Regression"
    sagemaker = theirs(aws, "their-regression", table)
    sagemaker.create_auto_ml_job(
        AutoMLJobName=name,
        InputDataConfig=[{**source("their-regression"), "TargetAttributeName": "mean radius"}],
        OutputDataConfig={"S3OutputPath": "s3://their-regression/out"},
        AutoMLJobConfig={
            "Mode": "ENSEMBLING",
            "CompletionCriteria": CRITERIA,
            "CandidateGenerationConfig": GENERATION,
            "SecurityConfig": {"VpcConfig": VPC},
        },
        RoleArn=ROLE,
        Tags=[{"Key": "team", "Value": "pathology"}],
    )
    ended(sagemaker, name)
    case = Case("radii", "Regression", "MSE", "", "mean radius", table, 60, job=name)
    with placed(case, aws) as made:
        with pytest.MonkeyPatch.context() as patch:
            made.tries = dying_once(patch, made.dags[f"{made.case.name}_retrain"], "search_again")
            made.first = made.run("retrain", "2024-01-01")
        assert made.first.state == "success"
        yield made


@pytest.fixture(scope="module")
def binary(aws: str, airflow_db: None) -> Iterator[Classified]:
    """Two classes, searched with the second version of the API for a metric that needs probabilities."""
    table, name = tumours(), "Their-Classes"
    sagemaker = theirs(aws, "their-classes", table)
    tabular = {
        "TargetAttributeName": "diagnosis",
        "Mode": "ENSEMBLING",
        "ProblemType": "BinaryClassification",
        "CompletionCriteria": CRITERIA,
        "CandidateGenerationConfig": GENERATION,
    }
    sagemaker.create_auto_ml_job_v2(
        AutoMLJobName=name,
        AutoMLJobInputDataConfig=[{**source("their-classes"), "ChannelType": "training"}],
        OutputDataConfig={"S3OutputPath": "s3://their-classes/out"},
        AutoMLProblemTypeConfig={"TabularJobConfig": tabular},
        AutoMLJobObjective={"MetricName": "AUC"},
        RoleArn=ROLE,
    )
    ended(sagemaker, name)
    case = Case("classes", "BinaryClassification", "AUC", "", "diagnosis", table, 60, job=name)
    with placed(case, aws) as made:
        made.first = made.run("retrain", "2024-01-01")
        assert made.first.state == "success"
        yield made


def again(made: Classified) -> dict[str, Any]:
    """The run's own AutoML job."""
    name = returned(made.first, "search_again")["name"]
    found: dict[str, Any] = made.sagemaker.describe_auto_ml_job_v2(AutoMLJobName=name)
    return found


def automl_jobs(made: Classified) -> list[str]:
    listed = made.sagemaker.list_auto_ml_jobs(NameContains=made.case.name)["AutoMLJobSummaries"]
    return [job["AutoMLJobName"] for job in listed]


def answers(made: Classified) -> list[list[str]]:
    folder = made.report(made.first)["predictions"]
    return list(csv.reader(io.StringIO(made.read(f"{folder}/sealed.csv.out").decode())))


def test_the_run_takes_the_branch_that_searches(numbers: Classified) -> None:
    passed = states(numbers.first)
    skipped = {"fit_featurizer", "create_featurizer", "featurize", "train"}
    # There is no champion yet, and 60 sealed rows are too few for a first one.
    skipped |= {"create_champion", "predict_champion", "create_examinee", "sit_exam"}
    assert {task for task, state in passed.items() if state == "skipped"} == skipped
    assert {state for task, state in passed.items() if task not in skipped} == {"success"}


def test_the_search_is_the_same_one_on_the_runs_rows(numbers: Classified) -> None:
    first, second = numbers.sagemaker.describe_auto_ml_job_v2(AutoMLJobName="Their-Regression"), again(numbers)
    asked, repeated = (job["AutoMLProblemTypeConfig"]["TabularJobConfig"] for job in (first, second))
    # What the first search found out by itself is stated: the second one is to answer the same question.
    assert repeated == {**asked, "ProblemType": "Regression"}
    assert second["AutoMLJobObjective"] == {"MetricName": "MSE"}
    for member in ("RoleArn", "SecurityConfig"):
        assert second[member] == first[member]
    (channel,) = second["AutoMLJobInputDataConfig"]
    table = pd.read_csv(io.BytesIO(numbers.read(channel["DataSource"]["S3DataSource"]["S3Uri"])))
    used = numbers.case.table.iloc[numbers.case.holdout :].drop(columns="id")
    assert list(table.columns) == list(used.columns)
    together = [sorted(rows.itertuples(index=False, name=None)) for rows in (table, used)]
    assert together[0] == together[1]


def test_its_name_and_its_tags_are_those_of_the_run(numbers: Classified) -> None:
    job = again(numbers)
    assert job["AutoMLJobName"].startswith("radii-20240101-")
    assert len(job["AutoMLJobName"]) <= 32
    tags = {tag["Key"]: tag["Value"] for tag in numbers.sagemaker.list_tags(ResourceArn=job["AutoMLJobArn"])["Tags"]}
    assert tags["team"] == "pathology"
    assert tags["airflow-autopilot:template"] == numbers.template().digest
    assert tags["airflow-autopilot:task"] == "search_again"


def test_the_model_is_what_the_search_found(numbers: Classified) -> None:
    made = numbers.sagemaker.describe_model(ModelName=returned(numbers.first, "create_model")["name"])
    (container,) = made.get("Containers") or [made["PrimaryContainer"]]
    (found,) = again(numbers)["BestCandidate"]["InferenceContainers"]
    assert {name: container[name] for name in found} == found
    assert f"/{again(numbers)['AutoMLJobName']}/" in container["ModelDataUrl"]
    assert made["VpcConfig"] == VPC


def test_the_holdout_is_predicted_and_reported(numbers: Classified) -> None:
    report = numbers.report(numbers.first)
    judged = report["holdouts"]["sealed"]["metrics"]
    assert report["objective"] == {"metric": "MSE", **judged["MSE"]}
    assert judged["R2"]["value"] > 0.85
    rows = answers(numbers)
    assert [row[0] for row in rows] == list(numbers.sealed["id"])
    errors = [(float(row[2]) - float(row[1])) ** 2 for row in rows]
    assert judged["MSE"]["value"] == pytest.approx(sum(errors) / len(errors))
    assert [job["step"] for job in report["jobs"]] == ["search_again", "create_model", "predict"]


def test_the_auc_of_an_ensemble_is_that_of_the_positive_class(binary: Classified) -> None:
    report, positive = binary.report(binary.first), "malignant"
    assert report["labels"] == ["benign", positive]
    rows = answers(binary)
    chances = [dict(zip(("benign", positive), json.loads(row[3]), strict=True))[positive] for row in rows]
    assert {row[4] for row in rows} == {"['benign', 'malignant']"}
    expected = roc_auc_score([row[1] == positive for row in rows], chances)
    judged = report["holdouts"]["sealed"]["metrics"]
    assert report["objective"] == {"metric": "AUC", **judged["AUC"]}
    assert judged["AUC"]["value"] == pytest.approx(expected)
    assert expected > 0.9
    assert judged["Accuracy"]["value"] > 0.85
    page = binary.page(binary.first)
    assert re.findall('data-figure="sealed-([a-z]+)"', page) == ["roc", "precision", "calibration"]
    assert "found by a search of this run&#39;s own" in page
    assert "<dt>search repeated</dt><dd><code>Their-Classes</code></dd>" in page


def test_only_the_answers_columns_are_changed_in_the_container(binary: Classified) -> None:
    made = binary.sagemaker.describe_model(ModelName=returned(binary.first, "create_model")["name"])
    (container,) = made["Containers"]
    (found,) = again(binary)["BestCandidate"]["InferenceContainers"]
    wanted = {"SAGEMAKER_INFERENCE_OUTPUT": "predicted_label,probabilities,labels"}
    assert container["Environment"] == found["Environment"] | wanted
    assert container["ModelDataUrl"] == found["ModelDataUrl"]


def test_a_retry_waits_for_the_search_of_the_first_try(numbers: Classified) -> None:
    ended = returned(numbers.first, "search_again")
    assert numbers.tries[0] == (ended["name"], "created")
    assert ended["action"] in ("adopted", "reused")  # the search may have ended before the second try began
    assert automl_jobs(numbers) == [ended["name"]]


def test_a_dry_run_shows_the_search_and_starts_none(numbers: Classified) -> None:
    before = automl_jobs(numbers)
    run = numbers.run("retrain", "2024-01-01", dry_run=True)
    assert run.state == "success"
    assert automl_jobs(numbers) == before
    key = returned(run, "prepare")["key"]
    told = json.loads(numbers.read(f"{numbers.root}/runs/{key}/preflight.json"))
    assert [(one["step"], one["kind"]) for one in told["requests"]] == [("search_again", "AutoMLJobV2")]


def test_too_few_rows_for_autopilot_stop_before_the_search(numbers: Classified) -> None:
    before, key = automl_jobs(numbers), "drops/2024-02-01/rows.csv"
    numbers.put(key, numbers.sealed.assign(id=[f"new-{number}" for number in range(60)]))
    try:
        run = numbers.run("retrain", "2024-02-01", scope="new")
    finally:
        numbers.delete(key)
    assert states(run)["prepare"] == "failed"
    assert states(run)["search_again"] == "upstream_failed"
    assert automl_jobs(numbers) == before


def test_a_class_that_only_the_holdout_has_stops_before_the_search(binary: Classified) -> None:
    before = automl_jobs(binary)
    rows = binary.sealed.copy()
    rows.loc[rows.index[:2], "diagnosis"] = "borderline"
    binary.put("holdout/sealed.csv", rows)
    try:
        run = binary.run("retrain", "2024-01-01")
    finally:
        binary.put("holdout/sealed.csv", binary.sealed)
    assert states(run)["prepare"] == "failed"
    assert automl_jobs(binary) == before
