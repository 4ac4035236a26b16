"""Segments in a run's verdict: whose rows they are, what they keep, and what is said of them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.base.errors import DropError
from include.autopilot.champion.contest import cut_of
from include.autopilot.champion.judging import judge_again
from include.autopilot.champion.version import Version
from include.autopilot.report.page import write_report
from include.autopilot.settings.recent import RecentConfig
from include.autopilot.settings.segments import SegmentConfig
from tests.support import flows, judgedruns
from tests.support.judgedruns import GATE, Judged, ran
from tests.support.toy import COLUMNS, Toy, csv_bytes, rows
from tests.support.toyruns import FEBRUARY, MARCH

SERIES = [*COLUMNS, "series"]
SEGMENTS = (SegmentConfig("series"), SegmentConfig("y", 2))
# A text from data is data, whatever it looks like.
NAMES = ("<b>one</b>", "two")


def with_series(first: int, count: int) -> bytes:
    """Rows of which every fourth belongs to the first series."""
    table = [row | {"series": NAMES[bool(number % 4)]} for number, row in enumerate(rows(first, count))]
    return csv_bytes(table, SERIES)


@pytest.fixture
def cut(toy: Toy) -> Toy:
    """A toy whose holdout of 120 rows has 30 rows of one series and 90 of another one."""
    toy.put("holdout/sealed.csv", with_series(1000, 120))
    toy.config = replace(toy.config, ignore=("note", "series"), segments=SEGMENTS)
    return toy


@pytest.fixture
def crowned(cut: Toy, registry: Any) -> Judged:
    """A champion whose error is 1."""
    run = ran(cut, registry, FEBRUARY, "20240201T000000-00000001", 1.0)
    assert run.finish()["reason"] == "first_model"
    return run


def worse_in_one(run: Judged, holdout: str = "sealed") -> None:
    """Let the run's model err more on the first series of a holdout."""
    folder = run.plan.run_folder.predictions(run.model).partition("/toy/")[2]
    (uri,) = [f"{run.toy.config.root}/{key}" for key in run.toy.keys(folder) if f"/{holdout}.csv" in key]
    lines = list(csv.reader(io.StringIO(run.toy.get(uri).decode())))
    (planned,) = [one for one in run.plan.holdouts if one.name == holdout]
    series = {row["id"]: row["series"] for row in csv.DictReader(io.StringIO(run.toy.get(planned.uri).decode()))}
    told = [
        f"{key},{actual},{float(actual) + 1.5 if series[key] == NAMES[0] else answer}" for key, actual, answer in lines
    ]
    run.toy.put(uri.partition("/toy/")[2], "\n".join(told).encode())
    flows.evaluate(run.toy, run.uri, run.plan.run_folder.predictions(run.model))


def second(crowned: Judged) -> Judged:
    return ran(crowned.toy, crowned.sagemaker, MARCH, "20240301T000000-00000002", 0.2)


def test_a_challenger_that_is_worse_in_one_series_is_kept_and_rejected(crowned: Judged) -> None:
    run = second(crowned)
    worse_in_one(run)
    event = run.finish()
    verdict = event["verdict"]
    assert (event["kind"], event["reason"]) == ("kept", "worse_in_segment")
    assert verdict["comparison"]["gain"] > 0
    found = {one["name"]: one for one in verdict["segments"]}
    assert [(name, one["rows"], one["worse"]) for name, one in found.items()][:2] == [
        ("series = '<b>one</b>'", 30, True), ("series = 'two'", 90, False),
    ]  # fmt: skip
    assert [one["rows"] for name, one in found.items() if name.startswith("y ")] == [60, 60]
    assert "But it is worse where series = '<b>one</b>' (30 rows: " in verdict["sentence"]
    listed = run.sagemaker.list_model_packages(ModelPackageGroupName="toy")["ModelPackageSummaryList"]
    arn = max(listed, key=lambda one: one["ModelPackageVersion"])["ModelPackageArn"]
    described = run.sagemaker.describe_model_package(ModelPackageName=arn)
    assert described["ModelApprovalStatus"] == "Rejected"
    assert described["ApprovalDescription"].startswith("worse_in_segment: ")


def test_the_report_shows_the_table_and_no_markup_of_the_data(crowned: Judged) -> None:
    run = second(crowned)
    worse_in_one(run)
    run.finish()
    found = write_report(run.toy.s3, run.plan, [])
    page, content = run.toy.get(found["html"]).decode(), json.loads(run.toy.get(found["json"]))
    assert ">Segments</h2>" in page
    assert "<b>one</b>" not in page
    assert '<tr><td>series = &#39;&lt;b&gt;one&lt;/b&gt;&#39;</td><td class="n">30</td>' in page
    assert page.count("<td><b>worse</b></td>") == 1
    assert len(content["gate"]["verdict"]["segments"]) == 4


def test_without_a_veto_the_table_is_there_too(crowned: Judged) -> None:
    run = second(crowned)
    assert run.finish()["reason"] == "better"
    page = run.toy.get(write_report(run.toy.s3, run.plan, [])["html"]).decode()
    assert ">Segments</h2>" in page
    assert "<b>worse</b>" not in page
    assert "Version 2 is the champion now, in place of version 1." in page
    # Whose the large figures are.
    assert "These figures are version 2's, the challenger's:" in page
    assert "the objective: lower is better; the champion's: 1.000</span>" in page


def test_without_segments_there_is_no_table(toy: Toy, registry: Any) -> None:
    run = ran(toy, registry, FEBRUARY, "20240201T000000-00000001", 1.0)
    assert run.finish()["verdict"]["segments"] == []
    assert ">Segments</h2>" not in run.toy.get(write_report(toy.s3, run.plan, [])["html"]).decode()


def test_from_stored_answers_a_segment_vetoes_too(crowned: Judged) -> None:
    run = second(crowned)
    worse_in_one(run)
    run.judge(run.ask())
    ours, theirs = (replace(_version(one), holdout=run.plan.holdouts[0].digest) for one in (run, crowned))
    cut = cut_of(run.toy.s3, run.plan, run.plan.judges[0], SEGMENTS)
    problem = run.plan.problem
    told = [judge_again(run.toy.s3, run.plan.locations, problem, GATE, how, ours, theirs) for how in (cut, None)]
    assert [one.reason for one in told if one is not None] == ["worse_in_segment", "better"]


def _version(run: Judged) -> Version:
    return Version("arn", 1, run.plan.cutoff.isoformat(), run.plan.run, run.model, "h", "t", "MSE", "Minimize", 1.0)


def test_the_recent_rows_are_cut_where_they_judge(cut: Toy, registry: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, first in (("2024-01-01/first", 0), ("2024-02-01/second", 100), ("2024-03-01/third", 200)):
        cut.put(f"drops/{name}.csv", with_series(first, 100))
    cut.config = replace(cut.config, recent=RecentConfig(0.5, 100))
    monkeypatch.setattr(judgedruns, "GATE", replace(GATE, judge_on="both"))
    run = ran(cut, registry, FEBRUARY, "20240201T000000-00000001", 1.0)
    assert run.finish()["reason"] == "first_model"
    run = second(run)
    worse_in_one(run, "recent")
    verdict = run.finish()["verdict"]
    recent = list(csv.DictReader(io.StringIO(cut.get(run.plan.holdouts[0].uri).decode())))
    of_one = sum(row["series"] == NAMES[0] for row in recent)
    assert of_one >= 20
    assert (verdict["judged_on"], verdict["reason"]) == ("recent and sealed", "worse_in_segment")
    assert [one["rows"] for one in verdict["segments"]][:2] == [of_one, len(recent) - of_one]
    assert "sealed rows it is" in verdict["sentence"]


def test_recent_rows_without_the_column_stop_the_run_before_anything_is_paid_for(
    cut: Toy, registry: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut.config = replace(cut.config, recent=RecentConfig(0.5, 24))
    monkeypatch.setattr(judgedruns, "GATE", replace(GATE, judge_on="recent"))
    with pytest.raises(DropError, match=r"/recent\.csv has no column 'series', which segments in toy\.yaml names"):
        ran(cut, registry, FEBRUARY, "20240201T000000-00000001", 1.0)
