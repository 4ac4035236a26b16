from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.plan import Plan, load_plan
from include.autopilot.report.evaluation import evaluate_run
from include.autopilot.report.report import render, write_report
from tests.include.autopilot.conftest import Toy, csv_bytes, rows
from tests.include.autopilot.test_retrain import predict, prepare

SYNTHETIC = "SYNTHETIC table of the shape of a toy"


def evaluated(toy: Toy) -> Plan:
    from include.autopilot import retrain

    prepared = prepare(toy)
    plan = load_plan(toy.s3, prepared["plan"])
    evaluate_run(toy.s3, plan, predict(toy, retrain.prediction_request(toy.s3, prepared["plan"], "toy-model")))
    return plan


def written(toy: Toy, jobs: list[dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    found = write_report(toy.s3, evaluated(toy), jobs)
    return toy.get(found["html"]).decode(), json.loads(toy.get(found["json"]))


def test_the_report_names_what_went_in(toy: Toy) -> None:
    toy.put("drops/2024-02-15/again.csv", csv_bytes(rows(60, 20)))
    page, content = written(toy, [])
    assert [drop["date"] for drop in content["drops"]] == ["2024-01-01", "2024-02-01", "2024-02-15", "2024-03-01"]
    assert content["data_source"] == "a toy"
    assert content["synthetic"] is False
    assert content["template"] in page
    assert set(content["holdouts"]) == set(content["holdout_digests"]) == {"sealed", "second"}
    assert "same rows as 2024-02-01, used once" in page
    assert "SYNTHETIC" not in page


def test_made_up_data_is_said_to_be_in_title_banner_and_charts(toy: Toy) -> None:
    toy.put("holdout/second.csv", csv_bytes(rows(2000, 3)), SYNTHETIC)
    page, content = written(toy, [])
    assert content["synthetic"] is True
    assert "<title>A toy · 2024-03-01 · SYNTHETIC</title>" in page
    assert 'class="banner"' in page
    assert page.count("SYNTHETIC data: s") == 2


def test_what_readers_must_know_is_said(toy: Toy) -> None:
    toy.config = replace(toy.config, notes=("The dates are < invented.",))
    page, content = written(toy, [])
    assert content["notes"] == ["The dates are < invented."]
    assert "<li>The dates are &lt; invented.</li>" in page
    assert "<h2>How to read these numbers</h2>" in page


def test_what_is_said_of_the_real_table_is_not_said_of_made_up_rows(toy: Toy) -> None:
    toy.config = replace(toy.config, notes=("The rows were measured.",))
    toy.put("holdout/second.csv", csv_bytes(rows(2000, 3)), SYNTHETIC)
    page, _ = written(toy, [])
    assert "<h2>About the real table, not these numbers</h2>" in page
    assert "How to read these numbers" not in page


def test_the_holdout_that_judges_comes_first(toy: Toy) -> None:
    toy.config = replace(toy.config, holdouts=("second", "sealed"))
    page, content = written(toy, [])
    assert content["judge"] == "second"
    assert page.index("<td>second (judges)") < page.index("<td>sealed</td>")


def test_jobs_are_listed(toy: Toy) -> None:
    jobs = [
        {"step": "train", "kind": "TrainingJob", "name": "toy-train-1", "status": "Completed", "seconds": 61.6},
        {"step": "create_model", "kind": "Model", "name": "toy-model-1", "status": "Completed", "seconds": None},
    ]
    page, content = written(toy, jobs)
    assert content["jobs"] == jobs
    assert "<code>toy-train-1</code>" in page
    assert '<td class="n">62</td>' in page


def test_what_others_wrote_is_escaped(toy: Toy) -> None:
    _, content = written(toy, [])
    page = render(content | {"data_source": "<script>alert(1)</script>", "target": "<b>"}, ["<svg></svg>"])
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "<b>." not in page
    assert "<figure><svg></svg></figure>" in page


def test_undefined_metrics_are_a_dash(toy: Toy) -> None:
    toy.put("holdout/second.csv", csv_bytes(rows(2000, 1)))
    page, content = written(toy, [])
    assert content["holdouts"]["second"]["metrics"]["R2"]["value"] is None
    assert '<td class="n">–</td>' in page  # noqa: RUF001
    assert "<li>second: no R², Spearman, because one row only.</li>" in page


def test_a_job_without_a_name_is_an_error_not_a_blank(toy: Toy) -> None:
    from jinja2 import UndefinedError

    with pytest.raises(UndefinedError):
        written(toy, [{"step": "train"}])
