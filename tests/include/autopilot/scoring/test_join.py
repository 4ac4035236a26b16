"""Predictions belong to the keys they were asked for, line for line, or nothing is written as whole."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.base.errors import EvaluationError
from include.autopilot.scoring.interval import Interval
from include.autopilot.scoring.join import columns_of, write_predictions
from include.autopilot.scoring.plan import load_score_plan, save_score_plan
from include.autopilot.template.problem import Problem
from tests.support.servings import CLASSES, REGRESSION, ROOT, get, plan_of, put

ANSWERS = f"{ROOT}/scores/run/work/answers"


def answer(s3: Any, *bodies: str) -> None:
    for number, body in enumerate(bodies):
        # How the service lays out folders below its output is its own affair.
        put(s3, f"{ANSWERS}/sub/file00000-chunk{number:05d}.csv.out", body)


def test_chunks_become_one_file_with_key_prediction_and_version(s3: Any) -> None:
    plan = plan_of(s3, REGRESSION, ' 01 ,1,2\n"a ""b"", c",1,2\n', "1e3,1,2\n")
    answer(s3, ' 01 ,1.50\n"a ""b"", c",2\n', "1e3,-3.25e-1\n")
    written = write_predictions(s3, plan, ANSWERS)
    found = get(s3, f"{ROOT}/out/sub/a.csv")
    body = found["Body"].read()
    assert body.decode() == 'id,prediction,model_version\n 01 ,1.50,3\n"a ""b"", c",2,3\n1e3,-3.25e-1,3\n'
    assert written == {f"{ROOT}/out/sub/a.csv": hashlib.sha256(body).hexdigest()}
    assert found["Metadata"] == {"data-source": "SYNTHETIC toy"}


def test_an_interval_adds_its_bounds(s3: Any) -> None:
    plan = plan_of(s3, REGRESSION, "1,1\n", interval=Interval(0.9, 0.5, 100, "s3://b/output.tar.gz"))
    answer(s3, "1,1.5\n")
    write_predictions(s3, plan, ANSWERS)
    rows = list(csv.reader(io.StringIO(get(s3, f"{ROOT}/out/sub/a.csv")["Body"].read().decode())))
    assert rows == [["id", "prediction", "lower", "upper", "model_version"], ["1", "1.5", "1.0", "2.0", "3"]]


def test_classes_come_with_a_column_per_probability(s3: Any) -> None:
    plan = plan_of(s3, CLASSES, "1,1\n")
    answer(s3, '1,green,0.75,"[0.25, 0.75]"\n')
    write_predictions(s3, plan, ANSWERS)
    rows = list(csv.reader(io.StringIO(get(s3, f"{ROOT}/out/sub/a.csv")["Body"].read().decode())))
    assert rows == [
        ["id", "predicted_label", "probability", "probability_red", "probability_green", "model_version"],
        ["1", "green", "0.75", "0.25", "0.75", "3"],
    ]


def test_probabilities_of_classes_nobody_named_stay_one_column(s3: Any) -> None:
    plan = plan_of(s3, replace(CLASSES, labels=(), columns=("predicted_label", "probabilities")), "1,1\n")
    assert columns_of(plan) == ("id", "predicted_label", "probabilities", "model_version")


@pytest.mark.parametrize(
    ("problem", "told", "message"),
    [
        (REGRESSION, "1,1\n3,1\n", "line 2 is for key '3', but '2' was asked for there."),
        (REGRESSION, "1,1\n", "chunk00000.csv.out has 1 lines for the 2 rows of"),
        (REGRESSION, "1,1\n2,1\n3,1\n4,1\n", "chunk00000.csv.out has 4 lines for the 2 rows of"),
        (REGRESSION, "1,1\n2,1,1\n", "line 2 has 3 cells; expected id, prediction."),
        (REGRESSION, "1,nan\n2,1\n", "line 1: 'nan' is not finite."),
        (CLASSES, '1,blue,0.5,"[0.5,0.5]"\n', "line 1: 'blue' is no class that the candidate knows"),
        (CLASSES, '1,red,1.5,"[0.5,0.5]"\n', "line 1: '1.5' is not a probability from 0 to 1."),
        (CLASSES, '1,red,0.5,"[0.5]"\n', "line 1: '[0.5]' has 1 probabilities for 2 classes."),
    ],
)
def test_answers_that_are_not_those_of_the_rows_are_refused(s3: Any, problem: Problem, told: str, message: str) -> None:
    plan = plan_of(s3, problem, "1,1\n2,1\n")
    answer(s3, told)
    with pytest.raises(EvaluationError) as refused:
        write_predictions(s3, plan, ANSWERS)
    assert message in str(refused.value)
    assert s3.list_objects_v2(Bucket="toy-models", Prefix="toy/out/")["KeyCount"] == 0


def test_a_chunk_without_answers_is_refused(s3: Any) -> None:
    plan = plan_of(s3, REGRESSION, "1,1\n", "2,1\n")
    answer(s3, "1,1\n")
    with pytest.raises(EvaluationError, match=r"holds no file file00000-chunk00001.csv.out: .* Clear the task predict"):
        write_predictions(s3, plan, ANSWERS)


def test_a_plan_is_read_as_it_was_written(s3: Any) -> None:
    plan = plan_of(s3, CLASSES, "1,1\n", interval=None)
    assert load_score_plan(s3, save_score_plan(s3, plan)) == plan
