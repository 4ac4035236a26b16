from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from include.autopilot.base.errors import TemplateError
from include.autopilot.candidate.searchtime import made_at, search_began


@pytest.mark.parametrize(
    "time",
    [
        datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC),
        datetime(2024, 1, 2, 5, 4, 5, tzinfo=timezone(timedelta(hours=2))),
        "2024-01-02T03:04:05",
        "2024-01-02T03:04:05Z",
        "2024-01-02T05:04:05+02:00",
        1704164645,
        1704164645.0,
        1704164645000,
        "1704164645.0",
    ],
)
def test_an_instant_however_it_was_recorded(time: object) -> None:
    assert made_at(time) == datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize("time", [None, "", "yesterday", "1.2.3", True])
def test_what_is_no_instant(time: object) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        made_at(time)


def test_a_search_saw_nothing_that_came_after_it_began() -> None:
    job, train = {"CreationTime": "2024-01-02T00:00:00Z"}, {"CreationTime": "2024-01-03T00:00:00Z"}
    assert search_began(job, train) == datetime(2024, 1, 2, tzinfo=UTC)
    assert search_began(None, train) == datetime(2024, 1, 3, tzinfo=UTC)
    assert search_began({}, train) == datetime(2024, 1, 3, tzinfo=UTC)


@pytest.mark.parametrize("time", [None, "", "soon", "9" * 40, [1], {}])
def test_where_nobody_says_when(time: object) -> None:
    with pytest.raises(TemplateError, match=r"No CreationTime says .* State it: searched_until 2024-01-31, say"):
        search_began({"CreationTime": time}, None)
