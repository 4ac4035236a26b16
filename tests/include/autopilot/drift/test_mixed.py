"""A table with every kind of column, month after month: what only time changes is no drift, and what else does is."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from include.autopilot.candidate.contract import Schema
from include.autopilot.drift.columns import ColumnDrift
from include.autopilot.drift.comparison import Drift, drift_of
from include.autopilot.drift.look import look_at
from include.autopilot.drift.modelmonitor import profile_of_statistics, statistics_of
from include.autopilot.drift.profile import Profile
from include.autopilot.drift.profiler import profile_of
from include.autopilot.drift.shown import drift_content, drift_html
from tests.support import mixedtable

SCHEMA = Schema((*mixedtable.KINDS, mixedtable.TARGET), mixedtable.TARGET, ("size", mixedtable.TARGET), ())
BEGIN = datetime(2022, 1, 1, tzinfo=UTC)
Rows = list[dict[str, str]]


def lines(rows: Rows) -> list[tuple[str, str]]:
    text = mixedtable.as_csv(rows, mixedtable.KEY).decode().splitlines()
    assert tuple(next(csv.reader(text))) == SCHEMA.columns
    return [(row[mixedtable.KEY], line) for row, line in zip(rows, text[1:], strict=True)]


def month(number: int) -> Rows:
    return mixedtable.rows(90, seed=number, begin=BEGIN + timedelta(days=30 * number))


# As a run meets it: from its file.
BASELINE = profile_of_statistics(statistics_of(profile_of(lines(month(0) + month(1) + month(2)), SCHEMA)))


def compared(rows: Rows, baseline: Profile = BASELINE) -> Drift:
    return drift_of(baseline, profile_of(lines(rows), SCHEMA, baseline), SCHEMA)


def changed(column: str, change: Callable[[str], str]) -> ColumnDrift:
    rows = [{**row, column: change(row[column])} for row in month(3)]
    (found,) = (one for one in compared(rows).columns if one.name == column)
    return found


def test_each_column_is_compared_as_what_it_is() -> None:
    kinds = {column.name: column.kind for column in BASELINE.columns if column.name != mixedtable.TARGET}
    # Yes and no in whatever spellings are categories like others.
    assert kinds == {**mixedtable.KINDS, "agreed": "categorical"}


@pytest.mark.parametrize("number", range(3, 9))
def test_no_month_is_told_as_drift(number: int) -> None:
    drift = compared(month(number))
    assert {column.name: column.reasons for column in drift.columns if column.action != "none"} == {}
    # Only these three follow the calendar; what moves on is told of them once in a run.
    assert {column.name for column in drift.columns if column.moves_on} <= {"opened", "due", "signed"}
    assert {"opened", "due"} <= {column.name for column in drift.columns if column.moves_on}
    assert drift.sentence.endswith(" Only missing cells were compared of 'note', 'review': too many different texts.")


def test_dates_of_other_people_are_told_as_days() -> None:
    born = changed("born", lambda text: text[:-4] + str(int(text[-4:]) - 60) if text[-4:].isdigit() else text)
    assert (born.action, born.moves_on) == ("warn", False)
    assert born.reasons[0].startswith("its values shifted (PSI ")
    assert "of its values lie outside 1950-0" in born.reasons[1]


def test_amounts_in_another_unit_are_told() -> None:
    assert changed("price", lambda text: text.replace(".", "") if "$" in text else text).action == "warn"
    # The same amounts of the same unit, however many digits they have, are the same.
    assert changed("price", lambda text: text.replace(",", "")).action == "none"


def test_a_form_that_nobody_reads_empties_a_column() -> None:
    due = changed("due", lambda text: "-".join(text.split("/")[::-1]) + "?")
    assert (due.action, due.missing_now) == ("block", 1.0)
    assert due.reasons == ("it has no value that is written as month/day/year; 2% were missing before",)


def test_a_slip_of_the_decimal_point_is_found_in_an_amount() -> None:
    rows = month(3)
    rows[7] = {**rows[7], "price": "$12,345,678.00"}
    far = look_at(lines(rows), SCHEMA, BASELINE)[1].far
    assert [(column.name, [cell.row for cell in column.cells]) for column in far] == [("price", [rows[7]["ticket"]])]


def test_the_page_shows_days_and_says_what_is_not_compared() -> None:
    page = drift_html(drift_content(compared(month(3))))
    assert "<td>datetime: month/day/year</td>" in page
    assert "<td>text, not compared</td>" in page
    assert "2022-01-0" in page
    assert "<td>its dates move on with the drops</td>" in page
