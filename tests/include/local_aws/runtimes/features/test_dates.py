from __future__ import annotations

import numpy as np
import pytest

from include.local_aws.runtimes.features import Dates


def table(*columns: list[str]) -> np.ndarray:
    return np.array(columns, dtype=object).T


def features(dates: Dates, cells: np.ndarray) -> dict[str, list[float]]:
    names = dates.get_feature_names_out()
    return dict(zip(names, dates.transform(cells).T.tolist(), strict=True))


def test_parts_and_time_elapsed() -> None:
    cells = table(["2024-01-31 06:00", "2024-02-03 18:00", ""])
    found = features(Dates(["when"], cycles=False).fit(cells), cells)
    # Nothing is 0, and the year, which is the same in all rows, is not there.
    assert {name: values[:2] for name, values in found.items()} == {
        "when: elapsed": [1.0, 4.5],
        "when: month": [1.0, 2.0],
        "when: day": [31.0, 3.0],
        "when: weekday": [3.0, 6.0],
        "when: hour": [7.0, 19.0],
    }
    assert all(np.isnan(values[2]) for values in found.values())


def test_the_end_of_the_year_is_next_to_its_beginning() -> None:
    cells = table(["2024-12-31", "2025-01-01", "2024-07-01"])
    found = features(Dates(["when"]).fit(cells), cells)
    points = np.array([found["when: year_sin"], found["when: year_cos"]]).T
    last, first, summer = points
    assert np.linalg.norm(last - first) < 0.05 < np.linalg.norm(last - summer)


def test_days_between_two_columns() -> None:
    cells = table(["2024-01-31", "2024-02-01"], ["02/02/2024", "02/13/2024"])
    assert features(Dates(["a", "b"]).fit(cells), cells)["a to b"] == [2.0, 12.0]


def test_parts_are_those_of_the_clock_where_it_was_written_and_elapsed_is_of_utc() -> None:
    cells = table(["2024-01-31T23:00:00-05:00", "2024-02-01T04:00:00+00:00", "2024-03-01T00:00:00Z"])
    found = features(Dates(["when"], cycles=False).fit(cells), cells)
    assert found["when: day"] == [31.0, 1.0, 1.0]
    assert found["when: elapsed"][:2] == [1.0, 1.0]


def test_the_form_is_kept_and_what_does_not_fit_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    dates = Dates(["when"]).fit(table(["31/01/2024", "01/02/2024"]))
    assert "Column 'when' is read as day/month/year\n" in capsys.readouterr().out
    found = dates.transform(table(["02/01/2024", "01/31/2024", "2024-01-31", "n/a"]))
    assert np.isnan(found).all(axis=1).tolist() == [False, True, True, True]
    assert capsys.readouterr().out == (
        "Column 'when': 2 of 4 values are not day/month/year and count as missing; the first is '01/31/2024'\n"
    )


def test_what_the_column_does_not_decide_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    Dates(["when"]).fit(table(["01/02/2024", "03/04/2024"]))
    assert "'when' is taken for month/day/year: every value can be day/month/year, too" in capsys.readouterr().out


@pytest.mark.parametrize("texts", [["", ""], ["red", "green"], ["2024-01-31", "2024-01-31"]])
def test_a_column_without_two_dates_gives_one_feature_all_the_same(texts: list[str]) -> None:
    cells = table(texts)
    assert Dates(["when"]).fit(cells).transform(cells).shape == (2, 1)
