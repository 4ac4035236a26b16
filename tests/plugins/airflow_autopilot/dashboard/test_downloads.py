"""Predictions to take away: who may, what stands in the file, and that no cell of it is a formula."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest

from include.autopilot.base.csvlines import encode_file, encode_line
from include.autopilot.candidate.objective import Objective
from include.autopilot.drops.plan import Plan, PlannedHoldout, save_plan
from include.autopilot.s3.objects import write, write_json
from include.autopilot.settings.options import RunOptions
from include.autopilot.template.problem import Problem
from tests.support.observed import HOSTILE, SCORING, Observed, Site

PROBLEM = Problem("Regression", "y", Objective("MSE", "Minimize"), (), ("prediction",))
FORMULA = '=HYPERLINK("http://x","y")'


@pytest.fixture(scope="module")
def predicted(observed: dict[str, Observed]) -> str:
    """A run of ``plain`` with predictions of its holdout; gives the folder of its page."""
    plain = observed["plain"]
    key, root = plain.key(2), plain.config.root
    folder = plain.locations.run(key)
    plan = Plan(
        model="plain", title="A plain model", root=root, key="id", run=key, cutoff=datetime(2024, 1, 15, tzinfo=UTC),
        options=RunOptions(), template="0" * 16, automl_job=None, candidate="c", problem=PROBLEM,
        drops=(), holdouts=(PlannedHoldout("sealed", f"{root}/holdout/sealed.csv", "0" * 16, 3, f"{root}/h.csv"),),
        source=None, notes=(), columns=("a",), path="reuse",
    )  # fmt: skip
    save_plan(plain.s3, plan)
    output = folder.predictions("m")
    write_json(plain.s3, folder.evaluation, {"predictions": output})
    rows = [["row-1", "1.5", "2.0"], [FORMULA, "-1.5", "-2.0"], ["row-3", "1", "nan"]]
    write(plain.s3, f"{output}/sealed.csv.out", encode_file(map(encode_line, rows)), "text/csv")
    return f"/models/plain/runs/{key}/predictions"


def read(answer: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.text, newline="")))


def test_the_rows_of_a_holdout_are_a_file_with_a_head_and_the_error(site: Site, predicted: str) -> None:
    answer = site.get(f"{predicted}/sealed")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    named = predicted.split("/")[4]
    assert answer.headers["content-disposition"] == f'attachment; filename="plain-{named}-sealed.csv"'
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert read(answer) == [
        ["id", "y", "prediction", "error"],
        ["row-1", "1.5", "2.0", "0.5"],
        [f"'{FORMULA}", "-1.5", "-2.0", "-0.5"],
        ["row-3", "1", "nan", ""],
    ]


def test_what_is_not_there_is_a_sentence(site: Site, predicted: str, observed: dict[str, Observed]) -> None:
    for path, said in (
        (f"{predicted}/second", "has no predictions of a holdout &#39;second&#39;"),
        (f"/models/plain/runs/{observed['plain'].key(3)}/predictions/sealed", "plan"),
        ("/models/plain/scores/20200101T000000-00000000", "has left no predictions"),
        ("/models/plain/scores/20200101T000000-00000000/predictions/1", "has left no predictions"),
    ):
        answer = site.get(path)
        assert answer.status_code == 404, path
        assert said in answer.text
    assert site.get("/models/plain/scores/..%2Fruns").status_code == 404
    assert site.get(f"{predicted}/..%2F..%2Fplan").status_code in (404, 422)


def test_a_scoring_has_a_page_and_a_file(site: Site, observed: dict[str, Observed]) -> None:
    path = observed["plain"].scoring([[f"row-{number}", "0.25", "4"] for number in range(1201)])
    page = site.get(path).text
    assert "1201 rows predicted with version 4, whose data end on 2024-01-29." in page
    assert page.count("<td><bdi>row-") == 200
    assert "<table data-sortable>" in page
    assert f'href="/autopilot{path}/predictions/1"' in page
    rows = read(site.get(f"{path}/predictions/1"))
    assert len(rows) == 1202
    assert rows[-1] == ["row-1200", "0.25", "4"]
    assert site.get(f"{path}/predictions/2").status_code == 404
    assert site.get(f"{path}/predictions/0").status_code == 422


def test_hostile_rows_of_a_scoring_are_text(site: Site, observed: dict[str, Observed]) -> None:
    page = site.get(observed["hostile"].scoring([[HOSTILE, "1", "4"], [FORMULA, "-1", "4"]])).text
    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert len(page) < 40_000
    sent = read(site.get(f"/models/hostile/scores/{SCORING}/predictions/1"))
    assert [row[:2] for row in sent[1:]] == [[HOSTILE, "1"], [f"'{FORMULA}", "-1"]]


def test_a_lineage_that_names_another_place_is_not_followed(site: Site, observed: dict[str, Observed]) -> None:
    """The file would be read with the server's own rights."""
    plain = observed["plain"]
    for told in (
        {"files": [{"predictions": f"{plain.config.root}/champion.json", "rows": 1}]},
        {"scoring_run": "20240501T000000-ffffffff"},
    ):
        path = plain.scoring([["row-1", "1", "4"]], **told)
        for one in (path, f"{path}/predictions/1"):
            answer = site.get(one)
            assert answer.status_code == 404
            assert "holds the predictions of another scoring now" in answer.text


def test_who_may_not_read_the_scorings_dag_reads_no_predictions(
    site: Site, observed: dict[str, Observed], monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.api_fastapi.app import get_auth_manager

    path = observed["plain"].scoring([["row-1", "1", "4"]])
    manager = get_auth_manager()
    asked = manager.is_authorized_dag

    def refusing(**question: Any) -> bool:
        details = question.get("details")
        return details.id != "plain_score" and asked(**question)

    monkeypatch.setattr(manager, "is_authorized_dag", refusing)
    for one in (path, f"{path}/predictions/1"):
        assert site.get(one).status_code == 403
    assert site.get("/models/plain").status_code == 200
