"""Requests and refusals of scoring that need no champion; whole runs are in tests/dags/test_score.py."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.base.errors import ScoringError
from include.autopilot.base.locations import Locations
from include.autopilot.flows import score
from include.autopilot.rows.inputs import list_inputs
from include.autopilot.settings.scoreoptions import ScoreOptions
from include.autopilot.template.published import current_template
from tests.support.servings import CLASSES, REGRESSION, ROOT, SERVING, plan_of
from tests.support.toy import Toy


def request(toy: Toy, problem: Any, **options: Any) -> dict[str, Any]:
    template = current_template(toy.s3, Locations(ROOT), "toy").digest
    plan = plan_of(toy.s3, problem, "1,1\n")
    plan = replace(
        plan,
        serving=replace(SERVING, template=template),
        options=ScoreOptions("s3://toy-models/new", **options),
        chunks=f"{ROOT}/scores/run/work/rows/0011223344556677",
    )
    return score.prediction_request(toy.s3, plan, {"name": "toy-champion"})


def test_the_service_joins_the_key_to_the_answer(toy: Toy) -> None:
    sent = request(toy, REGRESSION)
    assert sent["DataProcessing"] == {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}
    assert sent["TransformInput"]["DataSource"]["S3DataSource"] == {
        "S3DataType": "S3Prefix",
        "S3Uri": f"{ROOT}/scores/run/work/rows/0011223344556677/",
    }
    assert sent["TransformOutput"]["S3OutputPath"] == (f"{ROOT}/scores/run/work/answers/0011223344556677/toy-champion")
    assert sent["TransformJobName"].startswith("toy-score-20240301-")
    assert request(toy, CLASSES)["DataProcessing"]["OutputFilter"] == "$[0,-3,-2,-1]"


def test_instances_are_the_templates_unless_the_form_says_otherwise(toy: Toy) -> None:
    template = current_template(toy.s3, Locations(ROOT), "toy").steps.featurize["TransformResources"]
    assert request(toy, REGRESSION)["TransformResources"] == template
    asked = request(toy, REGRESSION, instance_type="ml.c5.xlarge", instance_count=3)["TransformResources"]
    assert asked == {**template, "InstanceType": "ml.c5.xlarge", "InstanceCount": 3}


@pytest.mark.parametrize("output", ["s3://toy-models/new", "s3://toy-models/new/sub"])
@pytest.mark.parametrize("given", ["s3://toy-models/new", "s3://toy-models/new/"])
def test_an_output_in_the_input_is_refused(s3: Any, given: str, output: str) -> None:
    with pytest.raises(
        ScoringError, match=f"output: {output} is in the input {given}: predictions would be scored next"
    ):
        score.check_output(s3, given, (), output, "run")


def test_predictions_do_not_replace_their_input(s3: Any) -> None:
    s3.put_object(Bucket="toy-models", Key="new/a.csv", Body=b"x")
    given = "s3://toy-models/new/a.csv"
    with pytest.raises(ScoringError, match=r"output: s3://toy-models/new is in the input"):
        score.check_output(s3, given, list_inputs(s3, given), "s3://toy-models/new", "run")


def test_another_runs_predictions_are_not_written_over(s3: Any) -> None:
    s3.put_object(Bucket="toy-models", Key="out/lineage.json", Body=json.dumps({"scoring_run": "before"}).encode())
    score.check_output(s3, "s3://toy-models/new", (), "s3://toy-models/out", "before")
    score.check_output(s3, "s3://toy-models/new", (), "s3://toy-models/other", "run")
    with pytest.raises(
        ScoringError, match=r"out holds the predictions of scoring run before. Choose another folder, or"
    ):
        score.check_output(s3, "s3://toy-models/new", (), "s3://toy-models/out", "run")
