"""What schedules cost: hand-computed from the jobs of four runs."""

from __future__ import annotations

import pytest

from include.autopilot.backtest.bills import Bill, bill_of, in_one_unit, one_exam, run_bill, step_of
from include.autopilot.backtest.schedules import Course, every, never
from include.autopilot.cost.billing import JobCost
from tests.support.backtests import past


def job(step: str, seconds: float | None, usd: float | None, number: int = 1) -> JobCost:
    name = f"my-exam-{step}-20240201-{number:08x}"
    return JobCost(name, "TransformJob", "Completed", (("ml.m5.large", 1),), seconds, usd, 0.0, "2024-02")


JOBS = [
    job("featurize", 10, 0.1),
    job("train", 100, 1.0),
    job("predict", 20, 0.2),
    job("predict-champion", 5, 0.05),
    job("exam", 4, 0.04),
]
RUNS = [run_bill(JOBS, refit=False)] * 4
EXAM = one_exam(JOBS)
ERRORS = [[1], [1, 1], [1, 1, 1], [1, 1, 1, 1]]


def test_jobs_are_told_apart_by_their_names() -> None:
    assert [step_of(one.name) for one in JOBS] == ["featurize", "training", "training", "predict-champion", "exam"]
    assert step_of("my-exam-featurize-20240201-00000001-g1-r2") == "featurize"
    assert step_of("exam-20240201-search") == "training"


def test_a_run_is_sorted_and_no_job_counts_twice() -> None:
    found = run_bill([*JOBS, JOBS[0]], refit=False)
    assert (found.training, found.features, found.gate) == (Bill(2, 120, 1.2), Bill(1, 10, 0.1), Bill(1, 5, 0.05))
    # Features that every run makes anew are part of the retraining.
    again = run_bill(JOBS, refit=True)
    assert (again.training.seconds, again.features.jobs) == (130, 0)


@pytest.mark.parametrize(
    ("drops", "usd", "seconds"),
    [
        # Three retrainings with a drop each; every second: one retraining, and the features of the two drops before it.
        (1, 3 * 1.3, 3 * 130),
        (2, 1.2 + 2 * 0.1, 120 + 2 * 10),
        (3, 1.2 + 3 * 0.1, 120 + 3 * 10),
    ],
)
def test_a_retraining_pays_for_the_features_of_all_drops_since_the_last(drops: int, usd: float, seconds: float) -> None:
    found = bill_of(every(past(ERRORS), drops), RUNS, EXAM)
    assert (found.usd, found.seconds) == (pytest.approx(usd), pytest.approx(seconds))


def test_never_costs_nothing_the_gate_costs_the_champions_answers_and_exams_cost_themselves() -> None:
    matrix = past(ERRORS)
    assert bill_of(never(matrix), RUNS, EXAM) == Bill()
    gated = Course("as gated", (0, 0, 0, 0), (1, 2, 3), gated=True)
    assert bill_of(gated, RUNS, EXAM).usd == pytest.approx(3 * 1.35)
    examined = Course("when the exam declines", (0, 0, 0, 0), (), examined=True)
    assert bill_of(examined, RUNS, EXAM).usd == pytest.approx(4 * 0.04)


def test_what_is_not_known_stays_unknown() -> None:
    lost = run_bill([], refit=False)
    assert lost.training == Bill(1, None, None)
    unpriced = run_bill([job("train", 100, None)], refit=False)
    assert bill_of(every(past(ERRORS), 1), [RUNS[0], unpriced, *RUNS[2:]], EXAM).usd is None
    assert one_exam([]) == Bill(1, None, None)
    assert one_exam([job("exam", seconds, None, number) for number, seconds in enumerate((4, 6, 50))]).seconds == 6


def test_bills_are_shown_in_one_unit() -> None:
    assert [bill.words for bill in in_one_unit([Bill(), Bill(1, 90, 1.5)])] == ["0.00 USD", "1.50 USD"]
    assert [bill.words for bill in in_one_unit([Bill(), Bill(1, 90, None)])] == ["0 s of jobs", "90 s of jobs"]
    assert [bill.words for bill in in_one_unit([Bill(), Bill(1, None, None)])] == ["0.00 USD", "unknown"]
