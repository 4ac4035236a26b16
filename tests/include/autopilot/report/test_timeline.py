from __future__ import annotations

from typing import Any

from include.autopilot.report.timeline import Bar, bars


def job(start: str | None, end: str | None, action: str = "created") -> dict[str, Any]:
    def moment(time: str | None) -> str | None:
        return None if time is None else f"2024-03-01T{time}+00:00"

    return {"action": action, "started": moment(start), "ended": moment(end)}


def test_bars_lie_in_the_time_from_the_first_begin_to_the_last_end() -> None:
    found = bars([job("00:00:00", "00:01:00"), job("00:03:00", "00:04:00"), job("00:01:00", "00:03:00")])
    assert found == [Bar(0, 25, 0), Bar(75, 25, 180), Bar(25, 50, 60)]


def test_what_has_no_time_has_no_bar_and_stretches_none() -> None:
    known = job("01:00:00", "01:01:00")
    others = [job("00:00:00", "00:10:00", "reused"), job("00:30:00", None), {"step": "create_model"}]
    assert bars([known, *others]) == [Bar(0, 100, 0), None, None, None]
    assert bars(others) == [None, None, None]
