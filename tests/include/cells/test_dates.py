from __future__ import annotations

from datetime import UTC, datetime

import pytest

from include.cells.dates import WAYS, all_dates_in_digits, decide_dates, read_date
from include.cells.words import MONTHS, WEEKDAYS


def read(text: str, *ways: str) -> datetime | None:
    found = read_date(text, ways or WAYS)
    return None if found is None else datetime.fromtimestamp(round(found.days * 86_400, 3), UTC)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-01-31", utc(2024, 1, 31)),
        ("2024/1/31", utc(2024, 1, 31)),
        ("2024-01-31T10:20:30Z", utc(2024, 1, 31, 10, 20, 30)),
        ("2024-01-31 10:20", utc(2024, 1, 31, 10, 20)),
        ("2024-01-31T10:20:30.5+01:00", utc(2024, 1, 31, 9, 20, 30, 500_000)),
        ("2024-01-31 10:20:30 -0500", utc(2024, 1, 31, 15, 20, 30)),
        ("2024-01-31 10:20 EST", utc(2024, 1, 31, 15, 20)),
        ("20240131", utc(2024, 1, 31)),
        ("20240131T102030", utc(2024, 1, 31, 10, 20, 30)),
        ("01/31/2024 3:04 PM", utc(2024, 1, 31, 15, 4)),
        ("31.1.2024", utc(2024, 1, 31)),
        ("31-12-68", utc(2068, 12, 31)),
        ("31-12-69", utc(1969, 12, 31)),
        ("31 January 2024", utc(2024, 1, 31)),
        ("Jan 31, 2024", utc(2024, 1, 31)),
        ("January 1st, 2024 12:00 am", utc(2024, 1, 1)),
        ("Wed, 31 Jan 2024 10:20:30 GMT", utc(2024, 1, 31, 10, 20, 30)),
        ("Wed Jan 31 10:20:30 2024", utc(2024, 1, 31, 10, 20, 30)),
        ("31-Jan-24", utc(2024, 1, 31)),
        ("31. März 2024", utc(2024, 3, 31)),
        ("31 de enero de 2024", utc(2024, 1, 31)),
        ("Jan-24", utc(2024, 1, 1)),
        ("2024-03", utc(2024, 3, 1)),
        ("03/2024", utc(2024, 3, 1)),
        ("10:20", utc(1970, 1, 1, 10, 20)),
    ],
)
def test_what_a_text_says(text: str, moment: datetime) -> None:
    assert read(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-30",
        "13/25/2024",
        "24:00",
        "2024-01-31 25:00",
        "13:00 PM",
        "1.2.24",
        "31 Foo 2024",
        "Foo, 31 Jan 2024",
        "2024-01-31 10:00 XYZ",
        "2024-01-31 10:00+15:00",
        "31 January",
        "soon",
        "12",
        "",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize(
    ("texts", "way", "undecided"),
    [
        (["01/02/2024", "01/31/2024"], "month/day/year", False),
        (["01/02/2024", "31/01/2024"], "day/month/year", False),
        (["01/02/2024", "03/04/2024"], "month/day/year", True),
        (["01.02.2024", "03.04.2024"], "day.month.year", True),
        (["2024-02-01", "2024-02-03 10:00"], "year-month-day", False),
        (["May 1, 2024", "June 2, 2024", ""], "month in words, day, year", False),
    ],
)
def test_the_column_decides(texts: list[str], way: str, undecided: bool) -> None:
    found = decide_dates(texts)
    assert (found.form, found.share, bool(found.undecided)) == ((way,), 1.0, undecided)


def test_a_way_that_many_use_counts_and_an_exception_does_not() -> None:
    found = decide_dates(["2024-01-31"] * 60 + ["31 Jan 2024"] * 38 + ["31.01.2024"] * 2)
    assert (found.form, found.share) == (("year-month-day", "day, month in words, year"), 0.98)
    assert read_date("31.01.2024", found.form) is None


def test_contradicting_values_are_no_column_of_dates() -> None:
    assert not decide_dates(["01/31/2024"] * 6 + ["31/01/2024"] * 4).fits


@pytest.mark.parametrize("texts", [["red", "green"], ["1", "2"], [], ["", "n/a"], ["1.2.3", "1.2.4"]])
def test_other_columns_have_none(texts: list[str]) -> None:
    assert decide_dates(texts).form == ()


def test_numbers_that_are_all_dates() -> None:
    assert all_dates_in_digits(["20240131", "20240201", ""])
    assert not all_dates_in_digits(["20240131", "20241301"])
    assert not all_dates_in_digits(["20240131", "20240131"])
    assert not all_dates_in_digits(["17760704", "17760705"])


def test_no_word_means_two_things() -> None:
    assert sorted(set(MONTHS.values())) == list(range(1, 13))
    # Both are read by where they stand.
    assert WEEKDAYS & set(MONTHS) == {"mar"}
