from __future__ import annotations

import pytest

from include.autopilot.drift.dates import moves_on


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (["2024-01-01", "2024-01-31"], ["2024-02-01", "2024-02-03"], True),
        (["2024-01-01", "2024-01-31"], ["2024-01-30", "2024-02-03"], True),
        (["2024-01-01T10:00:00Z"], ["2024-01-01 11:00"], True),
        (["20240101", "20240131"], ["20240201"], True),
        (["31.1.2024"], ["1.2.2024"], True),
        (["1/13/2024", "1/2/2024"], ["2/1/2024"], True),
        (["13/1/2024", "1/2/2024"], ["2/3/2024"], True),
        # Back in time, or nothing later: as with dates of birth, that is another population.
        (["2024-01-01", "2024-01-31"], ["2023-12-31", "2024-02-03"], False),
        (["2024-01-01", "2024-01-31"], ["2024-01-02", "2024-01-31"], False),
        (["2024-01-01", "later"], ["2024-02-03"], False),
        (["2024-01-01"], ["1.2.2024"], False),
        (["1", "2"], ["3"], False),
        (["10000101"], ["10000201"], False),
        (["red"], ["blue"], False),
        ([], ["2024-01-01"], False),
    ],
)
def test_dates_that_move_on(before: list[str], now: list[str], expected: bool) -> None:
    assert moves_on(before, now) is expected
