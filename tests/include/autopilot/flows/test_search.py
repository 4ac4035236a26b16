from __future__ import annotations

import csv
import io
import logging
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from include.autopilot.base.digest import of_bytes
from include.autopilot.base.errors import (
    CandidateError,
    ContractError,
    DriftError,
    DropError,
    MissingObjectError,
    PreflightError,
    TemplateError,
)
from include.autopilot.base.locations import Locations
from include.autopilot.flows.search import preflight, publish_template, search_input
from include.autopilot.requests.searchrequest import automl_request
from include.autopilot.template.published import current_template
from include.autopilot.template.published import publish as put_current
from include.autopilot.template.validation import problems
from tests.support import flows
from tests.support.foretelling import account
from tests.support.toy import AUTOML_JOB, SEARCHED, Toy, csv_bytes, rows

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
        "digest": of_bytes(full.get("s3://toy-models/toy/search/20240201T000000/input/train.csv")),
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


def test_an_absurd_target_stops_the_search_and_seals_nothing(full: Toy, caplog: pytest.LogCaptureFixture) -> None:
    table = rows(500, 10)
    table[3]["y"] = "1e6"
    table[4]["d[1]"] = "1e30"
    full.put("drops/2024-02-01/b.csv", csv_bytes(table))
    with pytest.raises(DriftError) as caught, caplog.at_level(logging.WARNING):
        search_input(full.s3, full.config, FEBRUARY, "Regression")
    assert str(caught.value).startswith(
        "The target 'y' has 1 value far outside what is usual: 1000000 in 2024-02-01/b.csv line 5 (key 'row-503'). "
    )
    assert "No search was started." in str(caught.value)
    assert "1e+30 in 2024-02-01/b.csv line 6 (key 'row-504')" in caplog.text
    assert (full.keys("sealed/"), full.keys("search/20240201")) == ([], [])
    full.put("drops/2024-02-01/b.csv", csv_bytes(rows(500, 10)))
    assert search_input(full.s3, full.config, FEBRUARY, "Regression")["rows"] == 509
    assert full.keys("sealed/drop/") == ["sealed/drop/2024-01-01/1.json", "sealed/drop/2024-02-01/1.json"]


def test_a_feature_that_repeats_the_target_is_told_before_a_search(full: Toy, caplog: pytest.LogCaptureFixture) -> None:
    full.put("drops/2024-01-01/a.csv", csv_bytes([row | {"colour": f"{row['y']} nM"} for row in rows(0, 500)]))
    with caplog.at_level(logging.WARNING):
        search_input(full.s3, full.config, SEARCHED, "Regression")
    assert "'colour' equals the target in the drops up to 2024-01-01" in caplog.text


def test_every_drop_has_the_first_ones_columns(full: Toy) -> None:
    full.put("drops/2024-02-01/b.csv", b"id,y,colour\n1,2,red\n")
    with pytest.raises(ContractError, match=r"b\.csv: column 'd\[1\]' is missing"):
        search_input(full.s3, full.config, FEBRUARY, "Regression")


def test_an_ignored_column_that_seems_misspelt_stops_the_search(full: Toy, caplog: pytest.LogCaptureFixture) -> None:
    config = replace(full.config, ignore=("note", "colur"))
    with pytest.raises(DropError) as refused:
        search_input(full.s3, config, FEBRUARY, "Regression")
    assert str(refused.value) == (
        "toy.yaml: ignore names 'colur'. Did you mean 'colour'? Neither the first nor the newest drop has such a "
        "column. Correct it or take it out: a column that is misspelt there reaches the model."
    )
    assert full.keys("sealed/") == []
    # Where nothing is near, the name may stand there in case such a column comes.
    with caplog.at_level(logging.WARNING):
        search_input(full.s3, replace(full.config, ignore=("note", "passport", "e_mail")), FEBRUARY, "Regression")
    assert "toy.yaml: ignore names 'passport', 'e_mail', which the drops do not have." in caplog.text


def test_a_misspelt_target_or_key_names_the_column_that_is_near(full: Toy) -> None:
    for role, name, near in (("target", "colours", "colour"), ("key", "idd", "id")):
        config = replace(full.config, **{role: name})
        with pytest.raises(ContractError, match=f"Did you mean '{near}'. Then correct {role} in the YAML of the model"):
            search_input(full.s3, config, FEBRUARY, "Regression")


def test_a_target_of_two_numbers_is_remarked(full: Toy, caplog: pytest.LogCaptureFixture) -> None:
    table = [row | {"y": str(number % 2)} for number, row in enumerate(rows(0, 520))]
    full.put("drops/2024-01-01/a.csv", csv_bytes(table))
    with caplog.at_level(logging.WARNING):
        search_input(full.s3, full.config, SEARCHED, "Regression")
    assert "The target 'y' has only the two values '0' and '1'. If these are classes" in caplog.text


def test_the_request_is_tagged_with_what_the_table_holds(full: Toy) -> None:
    def tags() -> list[dict[str, str]]:
        return flows.search_request(full, FEBRUARY, "a run")["Tags"]

    first = tags()
    assert first == tags()
    assert first[-1]["Key"] == "airflow-autopilot:input"
    full.put("drops/2024-01-15/late.csv", csv_bytes(rows(4000, 20)))
    assert tags() != first


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


def test_the_search_s_role_is_looked_for_before_anything_is_prepared(full: Toy) -> None:
    preflight(full.s3, full.sagemaker, full.config, FEBRUARY, "run-1", account())  # type: ignore[arg-type]
    assert full.config.search is not None
    other = replace(full.config.search, role_arn="arn:aws:iam::123456789012:role/Modeller")
    config = replace(full.config, search=other)
    before = full.keys()
    with pytest.raises(
        PreflightError, match=r"role/Modeller: there is no such role; .*SageMaker can assume: .*role/AutopilotRetrain$"
    ):
        preflight(full.s3, full.sagemaker, config, FEBRUARY, "run-1", account())  # type: ignore[arg-type]
    assert full.keys() == before


def test_rows_without_a_target_are_told(full: Toy, caplog: pytest.LogCaptureFixture) -> None:
    search_input(full.s3, full.config, FEBRUARY, "Regression")
    assert "Of the rows of the drops 1 have no target: the search does not see them." in caplog.text


def test_a_cell_that_runs_would_refuse_stops_the_search_before_anything_is_sealed(full: Toy) -> None:
    odd = [row | ({"d[1]": "n/a"} if number % 40 == 3 else {}) for number, row in enumerate(rows(0, 500))]
    full.put("drops/2024-01-01/a.csv", csv_bytes(odd))
    with pytest.raises(ContractError, match=r"a.csv: column 'd\[1\]', row 4 \(line 5\) holds text: 'n/a'. Nearly all"):
        search_input(full.s3, full.config, FEBRUARY, "Regression")
    assert not full.keys("sealed/")
    # Sealed rows are read by every run, too.
    full.put("drops/2024-01-01/a.csv", csv_bytes(rows(0, 500)))
    full.put("holdout/sealed.csv", csv_bytes([rows(1000, 1)[0] | {"d[1]": "1e39"}, *rows(1001, 11)]))
    with pytest.raises(ContractError, match=r"sealed.csv: column 'd\[1\]', row 1 \(line 2\) is beyond what trainers"):
        search_input(full.s3, full.config, FEBRUARY, "Regression")
    full.put("holdout/sealed.csv", csv_bytes(rows(1000, 12)))
    assert search_input(full.s3, full.config, FEBRUARY, "Regression")["rows"] == 510


def coded(first: int, count: int, every: int) -> list[dict[str, str]]:
    """Make rows whose colours are codes, every so many with a letter."""
    return [
        row | {"colour": f"B{number % 5}" if number % every == 3 else f"{100 + number % 5}"}
        for number, row in enumerate(rows(first, count))
    ]


def test_codes_among_numbers_are_told_and_stop_no_search(full: Toy, caplog: pytest.LogCaptureFixture) -> None:
    full.put("drops/2024-01-01/a.csv", csv_bytes(coded(0, 510, 90)))
    assert search_input(full.s3, full.config, FEBRUARY, "Regression")["rows"] > 500
    assert "sealed.csv: column 'colour', row 1 (line 2) holds 'red' among numbers. A search that reads" in caplog.text


def test_what_a_template_lets_hold_text_stops_no_search(full: Toy, caplog: pytest.LogCaptureFixture) -> None:
    table = coded(0, 510, 90)
    table[7]["colour"] = "NA"
    full.put("drops/2024-01-01/a.csv", csv_bytes(table))
    odd = r"a.csv: column 'colour', row 8 \(line 9\) holds text: 'NA'. Nearly all"
    with pytest.raises(ContractError, match=odd):
        search_input(full.s3, full.config, FEBRUARY, "Regression")
    publish_template(full.sagemaker, full.s3, full.config, AUTOML_JOB, SEARCHED)  # type: ignore[arg-type]
    assert search_input(full.s3, full.config, FEBRUARY, "Regression")["rows"] > 500
    assert re.search(odd, caplog.text)


def test_what_runs_refuse_now_stops_a_search_before_the_drop_is_sealed(full: Toy) -> None:
    """A sealed drop may not be corrected any more."""
    publish_template(full.sagemaker, full.s3, full.config, AUTOML_JOB, SEARCHED)  # type: ignore[arg-type]
    table = rows(0, 510)
    table[7]["d[1]"] = "err"
    full.put("drops/2024-01-01/a.csv", csv_bytes(table))
    with pytest.raises(ContractError, match=r"a.csv: column 'd\[1\]', row 8 \(line 9\) holds text: 'err'"):
        search_input(full.s3, full.config, FEBRUARY, "Regression")
    assert not full.keys("sealed/")


def graded(first: int, count: int) -> list[dict[str, str]]:
    grades = ["None", "mild", "severe"]
    return [row | {"y": grades[number % 3]} for number, row in enumerate(rows(first, count))]


def test_a_class_that_a_search_would_lose_stops_it_unless_runs_accept_it(
    full: Toy, caplog: pytest.LogCaptureFixture
) -> None:
    for name, first, count in (("drops/2024-01-01/a.csv", 0, 510), ("holdout/sealed.csv", 1000, 12)):
        full.put(name, csv_bytes(graded(first, count)))
    full.put("holdout/second.csv", csv_bytes(graded(2000, 12)))
    multiclass = "MulticlassClassification"
    with pytest.raises(ContractError, match=r"'y', row 1 .* has the class 'None', which a search takes for no value"):
        search_input(full.s3, full.config, SEARCHED, multiclass)
    assert not full.keys("sealed/")
    publish_template(full.sagemaker, full.s3, full.config, AUTOML_JOB, SEARCHED)  # type: ignore[arg-type]
    locations = Locations(full.config.root)
    template = current_template(full.s3, locations, "toy")
    put_current(
        full.s3, locations, replace(template, schema=replace(template.schema, labels=("None", "mild", "severe")))
    )
    assert search_input(full.s3, full.config, SEARCHED, multiclass)["rows"] == 510
    schema = replace(template.schema, labels=(), numeric=("d[1]",))
    put_current(full.s3, locations, replace(template, schema=schema))
    assert "runs accept now" not in caplog.text
    assert search_input(full.s3, full.config, SEARCHED, multiclass)["rows"] == 510
    assert "has the class 'None', which runs accept now" in caplog.text
    # Of a template for another target nothing follows.
    put_current(full.s3, locations, replace(template, schema=replace(schema, target="colour")))
    with pytest.raises(ContractError, match="which a search takes for no value"):
        search_input(full.s3, full.config, SEARCHED, multiclass)
