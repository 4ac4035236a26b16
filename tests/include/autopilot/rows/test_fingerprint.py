from __future__ import annotations

import pytest

from include.autopilot.rows.fingerprint import fingerprint


@pytest.mark.parametrize(
    "cells",
    [
        ["1.5", "2", "red"],
        [" 1.50", "2.0", "red "],
        ["15e-1", "+2", "\u200bred"],
        ["1.5000000000000001", "2.00000000000000000", "'red'"],
        ["1.5", "02", '"red"'],
    ],
)
def test_a_row_is_the_same_however_its_numbers_are_written(cells: list[str]) -> None:
    assert fingerprint(cells) == fingerprint(["1.5", "2", "red"])


@pytest.mark.parametrize(
    "cells",
    [
        ["1.5", "2", "Red"],
        ["1.50001", "2", "red"],
        ["2", "1.5", "red"],
        ["1.5", "", "red"],
        ["1.5", "2", ""],
        ["1.5", "red", "2"],
        ["1700000001", "2", "red"],
        ["1700000002", "2", "red"],
        ["1.50000000000001", "2", "red"],
    ],
)
def test_another_row_is_another(cells: list[str]) -> None:
    others = [["1.5", "2", "red"], ["1700000003", "2", "red"]]
    assert fingerprint(cells) not in map(fingerprint, others)


def test_missing_values_are_alike_and_minus_zero_is_zero() -> None:
    assert fingerprint(["", "nan", "-0.0"]) == fingerprint([" ", "NaN", "0"])
    assert fingerprint(["", "x"]) != fingerprint(["x", ""])


def test_fifteen_digits_are_what_a_spreadsheet_keeps() -> None:
    assert fingerprint(["0.30000000000000004"]) == fingerprint(["0.3"])
    assert fingerprint(["12345678901234.567"]) == fingerprint(["12345678901234.6"])


def test_a_number_in_quotes_or_with_thousands_is_a_number() -> None:
    assert fingerprint(["'5000", "x"]) == fingerprint(["5,000", "x"]) == fingerprint(["5e3", "x"])


def test_a_number_that_was_kept_in_32_bits_is_what_it_was() -> None:
    assert fingerprint(["1.3300000429153442", "0.10000000149011612"]) == fingerprint(["1.33", "0.1"])
    assert fingerprint(["1700000001"]) != fingerprint(["1700000002"])
    assert fingerprint(["1.7976931348623157e308"]) != fingerprint(["1.7976931348623157e307"])


@pytest.mark.parametrize("number", [1700000000123456, 123456792, 16777216])
def test_a_long_whole_number_is_the_same_however_it_is_written(number: int) -> None:
    """Microseconds, and what 32 bits hold exactly though seven digits do not say it."""
    written = [f"{number}.0", f"{number:.18e}", f"{number:.10f}", f"+{number}", f"{number}e0", repr(float(number))]
    assert {fingerprint([text]) for text in written} == {fingerprint([str(number)])}


def test_it_is_written_in_stone() -> None:
    # Those of prepared drops lie in S3 and are compared with those of holdouts that are read now.
    assert fingerprint(["1.50", "", "red", "-0", "1e3", "0.1000000000000000055"]) == "7fd9c4af32eb080a"
