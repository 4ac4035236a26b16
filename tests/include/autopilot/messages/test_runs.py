from __future__ import annotations

from typing import Any

import pytest

from include.autopilot.messages.runs import concluded, failed, message, over_budget


def report(**changes: Any) -> dict[str, Any]:
    return {"title": "A toy", "synthetic": False, "cutoff": "2024-03-01T00:00:00+00:00", **changes}


def test_made_up_rows_are_said_to_be_in_subject_and_text():
    told = message("A toy: new champion", "Better.", synthetic=True)
    assert told.subject == "SYNTHETIC data: A toy: new champion"
    assert told.text == "SYNTHETIC data: Better."
    assert "SYNTHETIC" not in message("A toy", "Better.", synthetic=None).text


@pytest.mark.parametrize("subject", ["pIC50 of β-secretase\nand more", "x" * 300])
def test_a_subject_is_what_sns_takes(subject):
    told = message(subject, "", synthetic=True).subject
    assert told.isascii()
    assert "\n" not in told
    assert len(told) < 100


def test_a_failure_names_run_and_task():
    told = failed("A toy", "toy_retrain", "manual__1", "task train", None)
    assert told.subject == "A toy: toy_retrain failed"
    assert told.text.startswith("Run manual__1 of toy_retrain failed (task train).")


def test_a_budget_message_holds_the_question():
    assert over_budget("A toy", "May it?", synthetic=False).text == "May it?"


def test_nothing_to_tell():
    assert concluded(report(), "s3://a/report.html") == []
    kept = {"promotion": {"kind": "kept", "sentence": "A tie."}}
    assert concluded(report(gate=kept, search_signal=[]), "s3://a/report.html") == []
    assert concluded(report(gate=None), "s3://a/report.html") == []


def test_a_promotion_and_a_reason_to_search():
    content = report(
        gate={"promotion": {"kind": "promoted", "sentence": "RMSE 1 against 2."}},
        search_signal=["One.", "Two."],
        cost={"sentence": "3 jobs, 4.00 USD."},
        synthetic=True,
    )
    promoted, search = concluded(content, "s3://a/report.html")
    assert promoted.text == (
        "SYNTHETIC data: The model of cutoff 2024-03-01 is the champion now. RMSE 1 against 2.\n"
        "Cost of the run: 3 jobs, 4.00 USD.\nReport: s3://a/report.html"
    )
    assert search.subject == "SYNTHETIC data: A toy: time to search again?"
    assert "One.\nTwo.\n" in search.text
