"""Whole exams against the embedded AWS: in a retraining, beside its own jobs, and alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from include.autopilot.base.locations import Locations
from include.autopilot.exams.stored import all_exams
from include.autopilot.settings.decline import DeclineConfig
from tests.support.championed import championed
from tests.support.tiny import Tiny, returned, states, table

pytestmark = pytest.mark.whole

WHERE = Locations("s3://tiny-models/tiny")


@pytest.fixture(scope="module")
def examined(searched: Tiny) -> Iterator[Tiny]:
    """The tiny model with a champion of January, and a drop of March with compounds of January in it."""
    decline = DeclineConfig(then="retrain", schedule="0 5 * * *")
    with championed(searched, "exam", decline=decline) as tiny:
        tiny.put("drops/2024-03-01/rows.csv", table(600, 120))
        yield tiny
        tiny.delete("drops/2024-03-01/rows.csv")


def test_a_retraining_examines_the_champion_before_it_learns(examined: Tiny) -> None:
    run = examined.run("tiny_retrain", "2024-02-01T00:00:00Z")
    assert run.state == "success"
    assert {states(run)[task] for task in ("create_examinee", "sit_exam", "mark_exam")} == {"success"}
    (exam,) = [one for one in all_exams(examined.s3, WHERE) if one.drop == "2024-02-01"]
    assert returned(run, "mark_exam")["exams"] == [exam.sentence]
    assert (exam.version_cutoff.date().isoformat(), exam.rows) == ("2024-01-01", 60)
    assert exam.mark is not None
    assert exam.constant is not None
    assert exam.mark.value is not None
    assert exam.constant.value is not None
    assert exam.mark.low is not None
    # It has learned something: where nothing changed, it does better than who looks at no row.
    assert exam.mark.low <= exam.mark.value < exam.constant.value
    page = examined.read(returned(run, "report")["html"]).decode()
    assert ">Exams</h2>" in page
    assert f"<td>{exam.drop}</td>" in page


def test_alone_it_asks_only_what_the_champion_never_saw(examined: Tiny) -> None:
    run: Any = examined.run("tiny_exam", "2024-03-01T00:00:00Z")
    assert run.state == "success"
    (sentence,) = returned(run, "mark_exam")["exams"]
    exam = all_exams(examined.s3, WHERE)[-1]
    assert exam.sentence == sentence
    # Rows 600 to 619 stood in the drop of January, and 620 to 679 in that of February: who learned it has seen them.
    assert exam.drop == "2024-03-01"
    assert (exam.rows, exam.seen) == ((40, 80) if exam.version_cutoff.month == 2 else (100, 20))
    again = examined.run("tiny_exam", "2024-03-01T00:00:00Z")
    assert returned(again, "mark_exam")["exams"] == []
    assert {states(again)[task] for task in ("create_examinee", "sit_exam", "trigger_retrain")} == {"skipped"}


def test_a_decline_starts_one_retraining(examined: Tiny) -> None:
    from airflow.models import DagRun

    moved = [f"drops/2024-0{month}-01/rows.csv" for month in (4, 5)]
    for number, drop in enumerate(moved):
        # Another assay: every value is far from what the champion has learned.
        examined.put(drop, table(3000 + 100 * number, 100).assign(y=lambda rows: rows["y"] + 20))
    try:
        run = examined.run("tiny_exam", "2024-05-01T00:00:00Z")
        again = examined.run("tiny_exam", "2024-05-01T00:00:00Z")
    finally:
        for drop in moved:
            examined.delete(drop)
    marked = returned(run, "mark_exam")
    assert "The champion is worse than it was" in marked["standing"]
    assert states(run)["trigger_retrain"] == "success"
    (started,) = DagRun.find(dag_id="tiny_retrain", run_id=marked["start"])
    assert started.conf == {"cutoff": "2024-05-01T00:00:00+00:00"}
    # The same decline: it has been started already.
    assert returned(again, "mark_exam")["start"] == marked["start"]
    assert states(again)["trigger_retrain"] == "skipped"
