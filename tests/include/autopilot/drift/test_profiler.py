from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.autopilot.base.csvlines import encode_line
from include.autopilot.candidate.contract import Schema
from include.autopilot.drift.modelmonitor import statistics_of
from include.autopilot.drift.profile import Profile
from include.autopilot.drift.profiler import MOST_CATEGORIES, Profiler, profile_of

SCHEMA = Schema(("y", "a (b, c)", "colour"), "y", ("y", "a (b, c)"), ())

CELLS = st.tuples(
    st.floats(-1e6, 1e6).map(repr) | st.just(""),
    st.integers(-3, 3).map(str) | st.sampled_from(["", " ", "NaN"]),
    st.sampled_from(["red", "green, dark", 'blue "sky"', "7", ""]),
)
TABLES = st.lists(CELLS, max_size=30)


def lines(rows: Any) -> list[tuple[str, str]]:
    return [(f"row-{number}", encode_line(row)) for number, row in enumerate(rows)]


def column(values: list[str], **options: Any) -> Any:
    """The profile of one column that the schema says nothing about."""
    schema = Schema(("y", "x"), "y", ("y",), ())
    return profile_of(lines(["1", value] for value in values), schema, **options).column("x")


def assert_same(one: Profile, other: Profile) -> None:
    left, right = statistics_of(one), statistics_of(other)
    for first, second in zip(left["features"], right["features"], strict=True):
        for feature in (first, second):
            # Sums depend on their order in the last digits; everything else is exact.
            feature["sums"] = [
                feature.get("numerical_statistics", {}).pop(name, 0.0) for name in ("mean", "sum", "std_dev")
            ]
        assert first.pop("sums") == pytest.approx(second.pop("sums"), rel=1e-9, abs=1e-6)
    assert left == right


@settings(deadline=None, max_examples=40)
@given(table=TABLES, cut=st.integers(0, 30), size=st.integers(1, 40), dice=st.randoms(use_true_random=False))
def test_neither_order_nor_pieces_matter(table: Any, cut: int, size: int, dice: random.Random) -> None:
    rows = lines(table)
    expected = profile_of(rows, SCHEMA, size=size)
    dice.shuffle(rows)
    pieces = Profiler(SCHEMA, size=size)
    for piece in (rows[:cut], rows[cut:]):
        pieces.add(piece)
    assert_same(pieces.finish(), expected)


@settings(deadline=None, max_examples=40)
@given(table=TABLES)
def test_every_cell_is_present_or_missing(table: Any) -> None:
    profile = profile_of(lines(table), SCHEMA)
    assert (profile.rows, profile.sampled) == (len(table), len(table))
    for index, found in enumerate(profile.columns):
        blank = sum(row[index].strip().lower() in ("", "nan") for row in table)
        assert (found.missing, found.present) == (blank, len(table) - blank)
        if found.numbers is not None:
            values = sorted(float(row[index]) for row in table if row[index].strip().lower() not in ("", "nan"))
            assert found.numbers.sample.tolist() == values
            assert (found.numbers.minimum, found.numbers.maximum) == (
                (values[0], values[-1]) if values else (None, None)
            )


def test_figures_of_a_column_by_hand() -> None:
    profile = profile_of(lines([("1", "2", "red"), ("3", "", "red"), ("8", "4", "")]), SCHEMA)
    y, a, colour = profile.columns
    assert y.numbers is not None
    assert a.numbers is not None
    assert (y.numbers.mean, y.numbers.total, y.numbers.whole) == (4.0, 12.0, True)
    assert y.numbers.deviation == pytest.approx(math.sqrt(26 / 3))
    assert (a.present, a.missing, a.missing_share) == (2, 1, 1 / 3)
    assert (colour.kind, colour.categories, colour.missing) == ("categorical", {"red": 2}, 1)
    assert profile.column("nobody") is None


def test_ranges_and_counts_are_of_all_rows_and_samples_of_some() -> None:
    profile = profile_of(lines((str(n), str(n % 7), "red") for n in range(12_000)), SCHEMA, size=100)
    y = profile.columns[0]
    assert y.numbers is not None
    assert (profile.rows, profile.sampled, len(y.numbers.sample)) == (12_000, 100, 100)
    assert (y.numbers.minimum, y.numbers.maximum, y.numbers.mean) == (0, 11_999, pytest.approx(5999.5))
    assert profile.columns[2].categories == {"red": 12_000}


def test_numbers_that_the_contract_does_not_call_so_are_numbers_when_they_are_many() -> None:
    assert column([str(n) for n in range(21)]).kind == "numeric"
    assert column([str(n % 20) for n in range(40)]).kind == "categorical"
    assert column([str(n / 7) for n in range(MOST_CATEGORIES + 10)]).kind == "numeric"
    assert column([str(n) for n in range(60)] + ["none"]).kind == "categorical"


def test_very_many_texts_are_not_categories() -> None:
    texts = [f"text {n}" for n in range(MOST_CATEGORIES + 1)]
    assert column(texts[:-1] + ["", " "] * 3).kind == "categorical"
    found = column([*texts, ""])
    assert (found.kind, found.categories, found.present, found.missing) == ("text", None, MOST_CATEGORIES + 1, 1)
    # In any order: numbers first, texts after.
    assert column([*(str(n) for n in range(6000)), *texts]).kind == "text"


def test_classes_are_categories_even_as_many_numbers() -> None:
    schema = Schema(("y", "x"), "y", ("x",), ())
    found = profile_of(lines([str(n), "1"] for n in range(30)), schema).column("y")
    assert found is not None
    assert found.kind == "categorical"


def test_a_drop_is_read_as_the_baseline_was() -> None:
    baseline = profile_of(lines([str(n), str(n)] for n in range(30)), Schema(("y", "x"), "y", ("y",), ()))
    found = column(["1", "2", "n/a"], like=baseline)
    # A cell that is no number is a missing one in a column of numbers.
    assert (found.kind, found.present, found.missing) == ("numeric", 2, 1)


def test_more_categories_than_can_be_counted_are_those_of_the_sample() -> None:
    few = profile_of(lines(["1", value] for value in ["red", "blue"]), Schema(("y", "x"), "y", ("y",), ()))
    found = column([f"text {n}" for n in range(2000)], like=few, size=50)
    assert found.kind == "categorical"
    assert sum(found.categories.values()) == 50
    texts = column([f"text {n}" for n in range(2000)])
    again = column([f"text {n}" for n in range(3)], like=Profile(1, 1, (texts,)))
    assert (again.kind, again.present) == ("text", 3)


def test_a_column_without_a_value() -> None:
    found = profile_of(lines([("", "", "")] * 3), SCHEMA).columns
    assert [(entry.kind, entry.present, entry.missing) for entry in found] == [
        ("numeric", 0, 3),
        ("numeric", 0, 3),
        ("categorical", 0, 3),
    ]
    numbers = found[0].numbers
    assert numbers is not None
    assert (numbers.minimum, numbers.mean, numbers.total, numbers.whole) == (None, None, None, False)


def test_the_largest_floats_have_a_range_and_no_sum() -> None:
    numbers = profile_of(lines([("1.7e308", "1", ""), ("1.7e308", "1", "")]), SCHEMA).columns[0].numbers
    assert numbers is not None
    assert (numbers.maximum, numbers.total) == (1.7e308, None)
    assert np.isfinite(numbers.sample).all()


def test_lines_of_other_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="does not have 3 cells"):
        profile_of([("1", "1,2")], SCHEMA)
