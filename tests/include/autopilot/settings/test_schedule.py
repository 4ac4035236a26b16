from __future__ import annotations

import pytest
from airflow.timetables.interval import CronDataIntervalTimetable

from include.autopilot.settings.schedule import cron


@pytest.mark.parametrize(
    "expression",
    [
        *("0 0 1 * *", "*/15 * * * *", "0 6 * * 1-5", "0 0 L * *", "0 0 29 2 *", "0 0 * MAR THU", "0 0 * * 5#2"),
        *("@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly", "@midnight", "@annually"),
    ],
)
def test_what_airflow_takes_is_taken(expression: str) -> None:
    assert cron(expression) == expression
    CronDataIntervalTimetable(expression, timezone="UTC").validate()


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("0 0 32 * *", "out of range"),
        ("0 25 * * *", "out of range"),
        ("*/0 * * * *", "step '0' in field 0 is not acceptable"),
        ("*/90 * * * *", "a step of 90 is longer than the 60 minutes there are"),
        ("0 0-22/36 * * *", "a step of 36 is longer than the 24 hours there are"),
        ("0 0 * * MONDAY", "is not acceptable"),
        ("0 0 31 2 *", "failed to find next date"),
        ("0 0 31 4,6,9,11 *", "failed to find next date"),
        ("0 0 1 *", "it has 4 fields"),
        ("0 0 1 * * *", "it has 6 fields"),
        ("every monday", "it has 2 fields"),
        (" ", "it has 0 fields"),
        ("@once", "there is no @once"),
        ("@reboot", "there is no @reboot"),
        ("@montly", "there is no @montly"),
        ("H 0 * * *", "H and R are no times"),
        ("0 r(2-4) * * *", "H and R are no times"),
    ],
)
def test_what_would_stop_the_whole_file_in_airflow_is_refused(expression: str, message: str) -> None:
    with pytest.raises(ValueError, match="Write five fields"):
        cron(expression)
    with pytest.raises(ValueError, match=message):
        cron(expression)
