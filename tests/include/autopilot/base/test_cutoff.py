from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from include.autopilot.base.cutoff import parse_cutoff, resolve_cutoff, run_key, stamp
from include.autopilot.base.errors import OptionsError

END = datetime(2024, 2, 1, tzinfo=UTC)
LATER = datetime(2024, 5, 6, 7, 8, tzinfo=UTC)
MARCH = datetime(2024, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-02-01", END),
        (" 2024-02-01T00:00:00Z ", END),
        ("2024-02-01T02:00:00+02:00", END),
        ("2024-02-01T00:00:00", END),
    ],
)
def test_what_is_read(text: str, expected: datetime) -> None:
    parsed = parse_cutoff(text)
    assert parsed == expected
    assert parsed.tzinfo is UTC


@pytest.mark.parametrize("text", ["", "yesterday", "2024-02-30", "01.02.2024"])
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(OptionsError, match=r"is not a date. Write it like 2024-02-01"):
        parse_cutoff(text)


def test_the_form_wins() -> None:
    assert resolve_cutoff("2024-01-15", END, LATER) == datetime(2024, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_then_the_interval_then_now(blank: str | None) -> None:
    assert resolve_cutoff(blank, END, LATER) == END
    assert resolve_cutoff(blank, None, LATER) == LATER


def test_a_cutoff_in_the_future_is_refused() -> None:
    with pytest.raises(
        OptionsError, match=r"cutoff: 2024-05-07T00:00:00\+00:00 is later than the run's own time, 2024-05-06"
    ):
        resolve_cutoff("2024-05-07", None, LATER)


def test_a_drop_that_arrives_sets_the_cutoff_to_its_date_but_never_beyond_now() -> None:
    assert resolve_cutoff(None, None, LATER, MARCH) == MARCH
    assert resolve_cutoff("2024-01-15", None, LATER, datetime(2024, 3, 1, tzinfo=UTC)) == datetime(
        2024, 1, 15, tzinfo=UTC
    )
    assert resolve_cutoff(None, None, LATER, datetime(2024, 5, 7, tzinfo=UTC)) == LATER


def test_run_keys() -> None:
    key = run_key(END, "bace_retrain", "scheduled__1")
    assert key.startswith("20240201T000000-")
    assert len(key) == 24
    assert key == run_key(END.astimezone(timezone(timedelta(hours=5))), "bace_retrain", "scheduled__1")
    others = {
        run_key(END, "bace_retrain", "scheduled__2"),
        run_key(END, "other_retrain", "scheduled__1"),
        run_key(LATER, "bace_retrain", "scheduled__1"),
    }
    assert len(others | {key}) == 4


def test_stamps_are_utc() -> None:
    assert stamp(datetime(2024, 2, 1, 2, tzinfo=timezone(timedelta(hours=2)))) == "20240201T000000"
