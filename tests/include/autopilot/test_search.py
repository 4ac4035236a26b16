from __future__ import annotations

import csv
import io
import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from include.autopilot.errors import CandidateError, ContractError, DropError, MissingObjectError, TemplateError
from include.autopilot.requests.searchrequest import automl_request
from include.autopilot.requests.validation import problems
from include.autopilot.search import publish_template, search_input
from tests.include.autopilot.conftest import AUTOML_JOB, SEARCHED, Toy, csv_bytes, rows

FEBRUARY = datetime(2024, 2, 1, tzinfo=UTC)


@pytest.fixture
def full(searched: Toy) -> Toy:
    """Enough rows for a search, some of them sealed, some unusable."""
    table = rows(0, 500) + rows(1000, 2)
    table[0]["y"] = ""
    searched.put("drops/2024-01-01/a.csv", csv_bytes(table))
    searched.put("drops/2024-02-01/b.csv", csv_bytes(rows(500, 10), ["y", "id", "a (b, c)", "d[1]", "colour"]))
    return searched


def test_autopilot_sees_features_and_target_only(full: Toy) -> None:
    found = search_input(full.s3, full.config, FEBRUARY, "Regression")
    assert found == {
        "input": "s3://toy-models/toy/search/20240201T000000/input/train.csv",
        "rows": 509,
        "features": 3,
        "source": "a toy",
    }
    table = list(csv.reader(io.StringIO(full.get(found["input"]).decode())))
    assert table[0] == ["d[1]", "colour", "y", "a (b, c)"]
    expected = rows(1, 499) + rows(500, 10)
    assert table[1:] == [[row[name] for name in table[0]] for row in expected]


def test_the_source_travels_on(full: Toy, caplog: pytest.LogCaptureFixture) -> None:
    full.put("drops/2024-02-01/b.csv", csv_bytes(rows(500, 10)), "SYNTHETIC table")
    with caplog.at_level(logging.INFO):
        found = search_input(full.s3, full.config, FEBRUARY, "Regression")
    head = full.s3.head_object(Bucket="toy-models", Key="toy/search/20240201T000000/input/train.csv")
    assert head["Metadata"]["data-source"] == found["source"] == "a toy; SYNTHETIC table"
    assert "SYNTHETIC data: Search input of A toy: 509 rows" in caplog.text


def test_too_few_rows(full: Toy) -> None:
    with pytest.raises(DropError, match=r"holds 499 usable rows up to .*; Autopilot needs 500"):
        search_input(full.s3, full.config, SEARCHED, "Regression")


def test_every_drop_has_the_first_ones_columns(full: Toy) -> None:
    full.put("drops/2024-02-01/b.csv", b"id,y,colour\n1,2,red\n")
    with pytest.raises(ContractError, match=r"b\.csv: column 'd\[1\]' is missing"):
        search_input(full.s3, full.config, FEBRUARY, "Regression")


def test_the_request(full: Toy) -> None:
    request = automl_request(full.config, full.config.search, FEBRUARY, "s3://toy-models/in.csv", "run")
    assert problems("AutoMLJob", request) == []
    assert request["AutoMLJobConfig"]["Mode"] == "HYPERPARAMETER_TUNING"
    assert request["AutoMLJobConfig"]["CompletionCriteria"]["MaxCandidates"] == 3
    assert request["InputDataConfig"][0]["TargetAttributeName"] == "y"
    assert request["OutputDataConfig"] == {"S3OutputPath": "s3://toy-models/toy/search/20240201T000000/output"}
    other = automl_request(full.config, full.config.search, FEBRUARY, "s3://toy-models/in.csv", "another run")
    assert other["AutoMLJobName"] != request["AutoMLJobName"]


def publish(toy: Toy, cutoff: datetime = SEARCHED) -> dict[str, Any]:
    return publish_template(toy.sagemaker, toy.s3, toy.config, AUTOML_JOB, cutoff)  # type: ignore[arg-type]


def test_a_template_is_published(searched: Toy) -> None:
    found = publish(searched)
    assert found["uri"] == f"s3://toy-models/toy/template/{found['digest']}.json"
    assert (
        found
        | {
            "candidate": f"{AUTOML_JOB}xY7q-003-c0ecb8eb",
            "automl_job": AUTOML_JOB,
            "metric": "MSE",
            "features": 3,
            "searched_until": "2024-01-01T00:00:00+00:00",
        }
        == found
    )
    assert publish(searched) == found


def test_a_search_without_an_input_is_not_ours(searched: Toy) -> None:
    with pytest.raises(MissingObjectError, match=r"search/20240201T000000/input/train\.csv does not exist"):
        publish(searched, FEBRUARY)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"target": "z"}, f"{AUTOML_JOB} predicts 'y'; toy.yaml says 'z'"),
        ({"key": "colour"}, f"{AUTOML_JOB} used 'colour' as a feature, which toy.yaml keeps from the model"),
        ({"ignore": ("note", "d[1]")}, r"used 'd\[1\]' as a feature, which toy.yaml keeps from the model"),
    ],
)
def test_a_winner_that_does_not_fit_the_model(searched: Toy, change: dict[str, Any], message: str) -> None:
    searched.config = replace(searched.config, **change)
    with pytest.raises(TemplateError, match=message):
        publish(searched)
    assert searched.keys("template/") == []


def test_a_search_that_failed_publishes_nothing(searched: Toy) -> None:
    searched.sagemaker.only("DescribeAutoMLJobV2")["AutoMLJobStatus"] = "Failed"
    with pytest.raises(CandidateError):
        publish(searched)
    assert searched.keys("template/") == []
