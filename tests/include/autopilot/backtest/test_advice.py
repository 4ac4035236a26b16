"""What is recommended: nothing where nothing is shown, retraining where not retraining costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from include.autopilot.backtest.advice import Advice, advise
from include.autopilot.backtest.bills import Bill
from include.autopilot.backtest.compared import Compared, Difference
from include.autopilot.backtest.schedules import ORACLE, Course, every, never, oracle
from include.autopilot.gate.measuring import Measure
from tests.support.backtests import measured, past

MARGIN = 0.02


def advice(errors: Sequence[Sequence[float]], rows: int = 60, priced: bool = True) -> tuple[list[Compared], Advice]:
    """Never, every drop, every second drop and the oracle; a retraining costs a dollar, the features nothing."""
    matrix = past(errors, rows=rows)
    courses: list[Course] = [never(matrix), every(matrix, 1), every(matrix, 2)]
    courses.append(oracle(matrix, lambda model, drop: errors[drop][model]))
    bills = [Bill(len(one.trained), 60.0 * len(one.trained), float(len(one.trained))) for one in courses]
    scoring, found = measured(
        matrix, courses, bills if priced else [Bill(one.jobs, one.seconds, None) for one in bills]
    )
    beside = lambda one, other: scoring.difference(one.course, other.course)  # noqa: E731
    return found, advise(found, beside, MARGIN, len(errors), rows * len(errors))


def test_no_difference_says_so() -> None:
    _, found = advice([[1], [1, 1], [1, 1, 1], [1, 1, 1, 1]])
    assert found.schedule == "never retrained"
    assert found.sentences[0].endswith("the smallest loss. These 4 drops do not show that retraining pays.")
    assert found.sentences[-1].startswith(
        "Nothing here is certain: the intervals tell what other rows of these 4 drops"
    )


def test_a_clear_decline_recommends_retraining() -> None:
    compared, found = advice([[1], [2, 1], [3, 3, 1], [4, 4, 4, 1]])
    assert (found.schedule, found.best) == ("retrained every drop", "retrained every drop")
    assert "3 retrainings, 3.00 USD" in found.sentences[0]
    assert "every cheaper schedule is worse, beyond chance or by more than 2%" in found.sentences[0]
    worse = compared[1].against_never
    assert worse is not None
    assert worse.high is not None
    assert worse.value == pytest.approx(1 / 7.5**0.5 - 1, abs=0.05)
    assert worse.low <= worse.value <= worse.high < 0  # type: ignore[operator]


def test_the_cheaper_schedule_is_recommended_where_it_is_as_good() -> None:
    # The second model already knows the new world; the third one is hardly better.
    _, found = advice([[1], [1, 1], [4, 1, 1.005], [4, 1, 1.005, 1]])
    assert found.schedule == "retrained every 2 drops"
    assert "1 retraining, 1.00 USD" in found.sentences[0]
    assert "The smallest loss has retrained every drop (3 retrainings, 3.00 USD); beside it the loss is +" in " ".join(
        found.sentences
    )


def test_nobody_is_told_to_do_what_the_oracle_does() -> None:
    compared, found = advice([[1], [1, 9], [1, 9, 9], [9, 9, 9, 1]])
    assert compared[-1].course.name == ORACLE
    assert found.best != ORACLE
    best = min(compared, key=lambda one: one.loss or 0)
    assert best.course.name == ORACLE


@pytest.mark.parametrize(
    ("difference", "chosen"),
    [
        # Within chance and the margin; certainly within the margin; certainly worse; perhaps much worse; not defined.
        (Difference(0.01, -0.01, 0.03), "never"),
        (Difference(0.01, 0.005, 0.015), "never"),
        (Difference(0.01, 0.005, 0.03), "dear"),
        (Difference(0.10, 0.05, 0.15), "dear"),
        (Difference(0.10, -0.05, 0.25), "dear"),
        (None, "dear"),
    ],
)
def test_when_the_cheaper_one_is_good_enough(difference: Difference | None, chosen: str) -> None:
    def schedule(name: str, loss: float, usd: float) -> Compared:
        return Compared(
            Course(name, (int(usd),), (1,) if usd else ()), Measure(loss), (), loss, None, Bill(1, usd, usd)
        )

    found = advise([schedule("never", 1.1, 0), schedule("dear", 1.0, 9)], lambda *_: difference, MARGIN, 4, 400)
    assert (found.schedule, found.best) == (chosen, "dear")
    told = " ".join(found.sentences)
    # What speaks against the choice is said: it may be worse, or the dearer one may not be worth it.
    assert ("do not exclude that it is worse than the best by 3.0%" in told) == (
        difference == Difference(0.01, -0.01, 0.03)
    )
    assert ("which may be chance: never +10.0% [-5.0%, +25.0%]" in told) == (difference == Difference(0.1, -0.05, 0.25))


@pytest.mark.parametrize(("drops", "rows"), [(2, 60), (4, 5)])
def test_little_data_gives_no_recommendation(drops: int, rows: int) -> None:
    _, found = advice([[1.0] * (place + 1) for place in range(drops)], rows=rows)
    assert (found.schedule, found.best) == (None, None)
    assert f"{drops} drops with {drops * rows} rows say too little" in found.sentences[0]


def test_without_prices_seconds_of_jobs_count() -> None:
    _, found = advice([[1], [2, 1], [3, 3, 1], [4, 4, 4, 1]], priced=False)
    assert "3 retrainings, 180 s of jobs" in found.sentences[0]


def test_a_schedule_of_unknown_cost_is_never_the_cheap_one() -> None:
    schedules = [
        Compared(Course(name, trained, trained), Measure(1.0), (), 1.0, None, bill)
        for name, trained, bill in (
            ("unknown", (1,), Bill(1, None, None)),
            ("dear", (1, 2), Bill(2, 9, 9)),
        )
    ]
    assert advise(schedules, lambda *_: Difference(0, -1, 1), MARGIN, 4, 400).schedule == "dear"
    unknown = [schedules[0], replace(schedules[1], bill=Bill(2, None, None))]
    assert advise(unknown, lambda *_: Difference(0, -1, 1), MARGIN, 4, 400).schedule == "unknown"
