"""The last look before money is spent, on the toy; tests/dags/test_dryrun.py shows that nothing is started."""

from __future__ import annotations

import copy
import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from include.autopilot.base.errors import PreflightError
from include.autopilot.requests.dryrun import text_of
from include.autopilot.settings.config import PriceTable
from tests.support.foretelling import account, asked_with, foretold, look, planned, with_template, written
from tests.support.toy import Toy, csv_bytes, rows

SECRET = "do-not-print"
PRICES = PriceTable(datetime(2024, 2, 1, tzinfo=UTC), {"ml.m5.12xlarge": 3.6}, {"ml.m5.4xlarge": 3.6})


def test_a_real_run_is_checked_and_estimated_and_says_so_in_s3(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    _, plan = planned(toy)
    with caplog.at_level(logging.INFO):
        found = look(toy, plan, seconds=100, prices=PRICES)
    assert found == {
        "dry_run": False,
        "uri": f"{plan.folder}/preflight.json",
        "jobs": 5,
        "seconds": 500,
        "usd": 0.5,
        "sentence": "5 jobs, about 500 s of instances, about 0.50 USD by the prices of 2024-02-01.",
    }
    content = written(toy)
    assert (content["path"], content["dry_run"], content["synthetic"]) == ("reuse", False, False)
    assert "requests" not in content
    assert content["estimate"]["sentence"] == found["sentence"]
    assert {check["result"] for check in content["checks"]} == {"ok"}
    assert found["sentence"] in caplog.text
    assert "ok      role arn:aws:iam::123456789012:role/AutopilotRetrain" in caplog.text
    assert "Dry run" not in caplog.text


@pytest.mark.parametrize("featurizer", ["reuse", "refit"])
def test_a_dry_run_prints_every_request_and_its_difference(
    toy: Toy, featurizer: str, caplog: pytest.LogCaptureFixture
) -> None:
    _, plan = planned(toy, dry_run=True, featurizer=featurizer)
    with caplog.at_level(logging.INFO):
        found = look(toy, plan)
    assert found["dry_run"] is True
    requests = written(toy)["requests"]
    expected = foretold(toy, featurizer=featurizer)
    assert [(one["step"], one["kind"], one["request"]) for one in requests] == [
        (one.step, one.kind, one.request) for one in expected
    ]
    for one in expected:
        assert text_of(one) in caplog.text
    assert "Dry run: no job was started." in caplog.text
    train = next(one for one in requests if one["step"] == "train")
    changed = {change["path"]: (change["template"], change["run"]) for change in train["changes"]}
    assert set(changed) == {
        "TrainingJobName",
        "InputDataConfig[train].DataSource.S3DataSource.S3DataType",
        "InputDataConfig[train].DataSource.S3DataSource.S3Uri",
        "InputDataConfig[validation].DataSource.S3DataSource.S3DataType",
        "InputDataConfig[validation].DataSource.S3DataSource.S3Uri",
        "OutputDataConfig.S3OutputPath",
        "Tags[airflow-autopilot:template].Key",
        "Tags[airflow-autopilot:template].Value",
    }
    assert changed["InputDataConfig[train].DataSource.S3DataSource.S3DataType"] == ("S3Prefix", "ManifestFile")
    assert "  InputDataConfig[train].DataSource.S3DataSource.S3DataType: " in caplog.text


def test_the_form_shows_in_the_difference(toy: Toy) -> None:
    text = text_of(next(one for one in foretold(toy, spot=True) if one.step == "train"))
    head, _, difference = text.partition("train differs from the template in:\n")
    assert head.startswith("train: CreateTrainingJob\n{\n")
    assert json.loads(head.partition("\n")[2])["EnableManagedSpotTraining"] is True
    assert "  EnableManagedSpotTraining: false -> true" in difference
    assert "  StoppingCondition.MaxWaitTimeInSeconds: (none) -> 90000" in difference


def test_no_secret_is_printed_or_written(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    template, plan = planned(toy, dry_run=True)
    train = template.steps.train | {
        "Environment": {"DB_PASSWORD": SECRET, "URL": f"https://me:{SECRET}@host", "PLAIN": "shown", "EMPTY": ""},
        "Tags": [{"Key": "api-key", "Value": SECRET}],
    }
    model = copy.deepcopy(template.steps.model)
    model["Containers"][1]["Environment"]["API_TOKEN"] = SECRET
    template = replace(template, replay=replace(template.steps, train=train, model=model))
    with caplog.at_level(logging.INFO):
        look(toy, with_template(toy, plan, template))
    content = written(toy)
    assert SECRET not in caplog.text
    assert SECRET not in json.dumps(content)
    shown = {one["step"]: one["request"] for one in content["requests"]}
    assert shown["train"]["Environment"] == {"DB_PASSWORD": "***", "URL": "***", "PLAIN": "shown", "EMPTY": ""}
    assert {"Key": "api-key", "Value": "***"} in shown["train"]["Tags"]
    assert shown["create_model"]["Containers"][1]["Environment"]["API_TOKEN"] == "***"


def test_what_is_missing_stops_before_anything_is_written(toy: Toy) -> None:
    _, plan = planned(toy)
    asked = replace(account(), region="eu-west-1")
    with pytest.raises(PreflightError, match="the jobs run in eu-west-1"):
        asked_with(toy, plan, asked, lambda _kind, _name: 1)
    assert not any("preflight.json" in key for key in toy.keys("runs/"))


def test_autopilots_own_jobs_tell_how_long_where_nothing_else_does(toy: Toy) -> None:
    began = datetime(2024, 1, 2, 9, 0, tzinfo=UTC)
    for part in ("dpp1-1", "xY7q"):
        job = toy.sagemaker.only("DescribeTrainingJob", part)
        job |= {"TrainingStartTime": began, "TrainingEndTime": began + timedelta(seconds=90)}
    job = toy.sagemaker.only("DescribeTransformJob")
    job |= {"TransformStartTime": began, "TransformEndTime": began + timedelta(seconds=30)}
    _, plan = planned(toy, featurizer="refit")
    look(toy, plan)
    found = {job["step"]: job["seconds"] for job in written(toy)["estimate"]["jobs"]}
    assert found == {"fit_featurizer": 90, "featurize": 30, "train": 90, "predict": None}


def test_jobs_that_were_deleted_tell_nothing(toy: Toy) -> None:
    _, plan = planned(toy)
    toy.sagemaker.responses = {}
    assert look(toy, plan)["seconds"] is None
    assert {job["seconds"] for job in written(toy)["estimate"]["jobs"]} == {None}


def test_made_up_rows_are_said_to_be(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(80, 20)), "SYNTHETIC table of the shape of a toy")
    _, plan = planned(toy, dry_run=True)
    with caplog.at_level(logging.INFO):
        look(toy, plan)
    assert "SYNTHETIC data: 5 jobs" in caplog.text
    assert "SYNTHETIC data: Dry run: no job was started." in caplog.text
    assert written(toy)["synthetic"] is True
