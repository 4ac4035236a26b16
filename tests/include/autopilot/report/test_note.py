"""A run's note leads to its page, where Airflow knows its own address."""

from __future__ import annotations

from include.autopilot.evaluation.measured import load_evaluation
from include.autopilot.report.judged import judged_evaluation
from include.autopilot.report.note import note_of
from include.autopilot.s3.objects import write_json
from tests.support.reports import evaluated
from tests.support.toy import Toy


def test_the_note_names_the_page_before_the_file(toy: Toy) -> None:
    plan = evaluated(toy)
    with_page = note_of(toy.s3, plan, "s3://b/report.html", "https://a.example/autopilot/models/toy/runs/k")
    assert with_page.splitlines()[-2:] == [
        "Page: https://a.example/autopilot/models/toy/runs/k",
        "Report: s3://b/report.html",
    ]
    assert "Page:" not in note_of(toy.s3, plan, "s3://b/report.html")


def test_what_judged_is_told_also_where_other_rows_were_to(toy: Toy) -> None:
    plan = evaluated(toy)
    planned, other = plan.holdouts
    assert f"on {planned.rows} rows of {planned.name}" in note_of(toy.s3, plan, "s3://b/report.html")
    write_json(toy.s3, plan.run_folder.verdict, {"verdict": {"holdout": other.digest}})
    assert f"on {other.rows} rows of {other.name}" in note_of(toy.s3, plan, "s3://b/report.html")
    told, _ = judged_evaluation(toy.s3, plan)
    metrics = load_evaluation(toy.s3, plan)["holdouts"][other.name]["metrics"]
    assert (told["judge"], told["objective"]) == (other.name, {"metric": "MSE", **metrics["MSE"]})


def test_where_there_was_no_champion_the_note_does_not_say_that_one_was_kept(toy: Toy) -> None:
    plan = evaluated(toy)
    version = {"version": 1, "arn": "a"}
    promotion = {
        "kind": "kept",
        "number": 0,
        "reason": "no_better_than_baseline",
        "sentence": "No.",
        "version": version,
    }
    write_json(toy.s3, plan.run_folder.promotion, promotion)
    assert note_of(toy.s3, plan, "s3://b/report.html").startswith("not promoted (no better than baseline): No.")
