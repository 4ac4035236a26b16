"""A run's note leads to its page, where Airflow knows its own address."""

from __future__ import annotations

from include.autopilot.report.note import note_of
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
