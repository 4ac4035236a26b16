from __future__ import annotations

import pytest

from include.cells.kind import kind_of

DAYS = [f"2024-01-{day:02}" for day in range(1, 29)]


def number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


@pytest.mark.parametrize(
    ("cells", "rows", "kind"),
    [
        (["5"], 1, "numeric"),
        (DAYS, 28, "datetime"),
        (["yes", "no", "Y"], 3, "boolean"),
        # Yes and no in Dutch, and an amount: what comes first in the order is taken.
        (["1", "0", "on", "off"], 4, "boolean"),
        (["5 kg", "7 kg"], 2, "amount"),
        (["x"], 1, "ignored"),
        (["x"], 2, "categorical"),
        ([], 2, "ignored"),
        (["inf", "x", "y"], 3, "ignored"),
    ],
)
def test_the_order(cells: list[str], rows: int, kind: str) -> None:
    assert kind_of(cells, number, rows).name == kind


def test_what_stands_for_no_value_does_not_count() -> None:
    assert kind_of(["n/a", "?", "7", "8"], number, 4).name == "numeric"
    assert kind_of(["n/a", "?"], number, 2).note == "no values"


def test_of_some_cells_the_whole_column_says_how_many_differ() -> None:
    some = [f"shop-{number}" for number in range(100)]
    assert kind_of(some, number, 100).name == "ignored"
    assert kind_of(some, number, 10_000, 150).name == "categorical"
    assert kind_of(some, number, 10_000, 9_000).name == "ignored"


def test_how_values_are_written_is_noted() -> None:
    assert kind_of(["01/02/2024", "01/31/2024"], number, 2).note == "month/day/year"
    undecided = kind_of(["01/02/2024", "02/03/2024"], number, 2)
    assert undecided.decision.undecided in undecided.note
    assert undecided.note.startswith("month/day/year (every value can be day/month/year, too;")


def test_an_average_of_words_is_of_all_cells() -> None:
    assert kind_of(["one two three four"] * 3 + ["one"], number, 4).words == pytest.approx(13 / 4)
