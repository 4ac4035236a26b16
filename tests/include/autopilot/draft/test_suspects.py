from __future__ import annotations

import pytest

from include.autopilot.draft.suspects import suspects_of
from include.autopilot.draft.table import Table

COUNT = 120
TARGET = ["yes" if number % 3 else "no" for number in range(COUNT)]
AMOUNTS = [f"{number * 37 % 101}.5" for number in range(COUNT)]


def looked(name: str, cells: list[str], target: list[str] = TARGET) -> tuple[str, bool] | None:
    rows = [[f"k{row}", cell, goal] for row, (cell, goal) in enumerate(zip(cells, target, strict=True))]
    found = suspects_of(Table("t.csv", ["id", name, "y"], rows, range(2, COUNT + 2)), "y", "id")
    assert [one.name for one in found] in ([], [name])
    return (found[0].why, found[0].clear) if found else None


@pytest.mark.parametrize(
    ("name", "cells", "why", "clear"),
    [
        ("empty", [""] * COUNT, "has no values", True),
        ("land", ["DE"] * COUNT, "is 'DE' in every row", True),
        ("copy", [{"yes": "1", "no": "0"}[cell] for cell in TARGET], "is one-to-one with the target", True),
        ("gaps", ["" if row % 7 == 0 else cell for row, cell in enumerate(TARGET)], "is one-to-one with the", True),
        ("end", ["2024-01-01" if cell == "yes" else "" for cell in TARGET], "is filled in for one class", True),
        ("day", [f"2024-01-{row % 28 + 1:02}" for row in range(COUNT)], "holds dates, of which a model learns", False),
        ("tag", [f"{row % 28 + 1}.03.2024 " for row in range(COUNT)], "holds dates", False),
        ("when", [f"2024-01-01T00:00:{row % 60:02}Z" for row in range(COUNT)], "holds dates", False),
        ("at", [f"01/{row % 28 + 1:02}/2024 10:{row % 60:02} AM" for row in range(COUNT)], "holds dates", False),
        (
            "either",
            [f"{row % 12 + 1:02}/{row % 11 + 1:02}/2024" for row in range(COUNT)],
            "Taken for month/day/year (every value can be day/month/year, too;",
            False,
        ),
        ("signed", [f"{row % 28 + 1} March 2024" for row in range(COUNT)], "holds dates", False),
        ("codes", [f"B{row}" for row in range(COUNT)], "has another text in every row", True),
        ("row", [str(row) for row in range(COUNT)], "numbers the rows", True),
        ("order_no", [str(row * 31 % 977) for row in range(COUNT)], "numbers the rows", True),
        ("branchId", [str(row % 30) for row in range(COUNT)], "looks like codes", False),
        ("e_mail", [f"c{row}@example.org" for row in range(COUNT)], "has another text in every row", True),
        ("street", [f"street {row % 90}" for row in range(COUNT)], "has 90 different texts in 120 rows", False),
        ("fee", [*AMOUNTS[1:], "n/a"], "none, or too large (1, first 'n/a' in line 121); empty them, or del", False),
        ("fee", [*AMOUNTS[2:], "n/a", "1e39"], "none, or too large (2, first 'n/a' in line 120); empty", False),
        (
            "zip",
            [*AMOUNTS[1:], "K1A 0B1"],
            "has codes or words among numbers (1, first 'K1A 0B1' in line 121); ignore it or write all so (B7 for 7)",
            False,
        ),
        (
            "fee",
            ["<5", "A17", *AMOUNTS[2:]],
            "refuse the file; it has codes or words among numbers (1, first 'A17'",
            False,
        ),
        ("fee", ["?", "7.5", "8"] * (COUNT // 3), "none, or too large (40, first '?' in line 2); empty", False),
        (
            "fee",
            [*AMOUNTS[8:], *["x", "y"] * 4],
            "numbers and 8 texts, first 'x' in line 114; empty such",
            False,
        ),
    ],
)
def test_a_column_is_left_out_or_to_be_looked_at(name: str, cells: list[str], why: str, clear: bool) -> None:
    found = looked(name, cells)
    assert found is not None
    assert (why in found[0], found[1]) == (True, clear)


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("fee", AMOUNTS),
        ("fee", ["" if row % 5 == 0 else cell for row, cell in enumerate(AMOUNTS)]),
        ("paid", [str(row % 4) for row in range(COUNT)]),
        ("income", [str(row * 31 % 977) for row in range(COUNT)]),
        ("plan", [("basic", "plus", "pro", "pro")[row % 4] for row in range(COUNT)]),
        ("price", [f"${row * 37 % 101:,}.50" for row in range(COUNT)]),
        ("total", [f"{row * 3571:,}" for row in range(COUNT)]),
        ("balance", [f"({row}.00)" if row % 3 else f"{row}.00" for row in range(COUNT)]),
        ("rate", [f"{row} %" for row in range(COUNT)]),
        ("note", [f"customer {row} asked about a parcel" for row in range(COUNT)]),
        ("sometimes", ["x" if row % 4 else "" for row in range(COUNT)]),
    ],
)
def test_an_ordinary_column_is_not(name: str, cells: list[str]) -> None:
    assert looked(name, cells) is None


NUMBERS = [f"{number * 37 % 101 / 3:.4f}" for number in range(COUNT)]


@pytest.mark.parametrize(
    ("name", "cells", "why"),
    [
        ("doubled", [f"{2 * float(cell) + 1:.4f}" for cell in NUMBERS], "rises with the target without an exception"),
        ("price", [f"${1000 * float(cell):,.2f}" for cell in NUMBERS], "rises with the target without an exception"),
        ("preis", [cell.replace(".", ",") for cell in NUMBERS], "equals the target"),
        ("dose", [f"{cell} nM" for cell in NUMBERS], "equals the target"),
        (
            "active",
            [str(int(float(cell) >= 20)) for cell in NUMBERS],
            "follows a threshold of the target in 100.0% of the rows",
        ),
        ("grade", ["abc"[int(float(cell) / 12)] for cell in NUMBERS], "follows a threshold of the target in 100.0%"),
    ],
)
def test_a_function_of_a_number_is_left_out(name: str, cells: list[str], why: str) -> None:
    found = looked(name, cells, NUMBERS)
    assert found is not None
    assert (found[0].startswith(why), found[1]) == (True, True)


@pytest.mark.parametrize(("exceptions", "found"), [(1, True), (3, False)])
def test_a_threshold_with_few_exceptions_is_to_be_looked_at(exceptions: int, found: bool) -> None:
    cells = [str(int(float(cell) >= 20)) for cell in NUMBERS]
    for row in sorted(range(COUNT), key=lambda row: float(NUMBERS[row]))[:exceptions]:
        cells[row] = "1"
    looks = looked("active", cells, NUMBERS)
    assert (looks is not None) is found
    assert looks is None or not looks[1]
