from __future__ import annotations

import pytest

from include.cells.amounts import decide_amounts, read_amount


@pytest.mark.parametrize(
    ("texts", "form", "numbers"),
    [
        (["$1,234.50", "5"], (".", "$"), [1234.5, 5]),
        (["€ 1.234,50", "€ -12,00"], (",", "€"), [1234.5, -12]),
        (["1 234,50 €", "1\u202f234,5 €"], (",", "€"), [1234.5, 1234.5]),
        (["1'234.50 CHF", "CHF 2.-5", "CHF 3"], (".", "CHF"), [1234.5, None, 3]),
        (["12 %", "3.5%", "0.12"], (".", "%"), [12, 3.5, None]),
        (["(1,234.50)", "17.00", "5-", "-5", "\u22125", "(-5)"], (".", ""), [-1234.5, 17, -5, -5, -5, None]),
        (["$1.2M", "$900k", "($3bn)"], (".", "$"), [1.2e6, 9e5, -3e9]),
        (["12 kg", "7kg", "7 lb"], (".", "kg"), [12, 7, None]),
        (["1 year", "2 years"], (".", "year"), [1, 2]),
        (["1,5", "2,25", ".5"], (",", ""), [1.5, 2.25, None]),
        (["12,34,567.00", "5"], (".", ""), [1234567, 5]),
        (["USD 5", "5 usd", "EUR 5"], (".", "USD"), [5, 5, None]),
        (["1,234", "12,34"], (",", ""), [1.234, 12.34]),
        (["0,234", "1,512", "-0,871"], (",", ""), [0.234, 1.512, -0.871]),
        (["0.512", "1.25", "0,234"], (".", ""), [0.512, 1.25, None]),
        (["€0.234", "€1,5", "€2,5"], (",", "€"), [None, 1.5, 2.5]),
        (["$0,000", "$1,234", "$2.50"], (".", "$"), [0, 1234, 2.5]),
        (["€0.000", "€1.234", "€1,5"], (",", "€"), [0, 1234, 1.5]),
    ],
)
def test_a_column_and_its_numbers(texts: list[str], form: tuple[str, str], numbers: list[float | None]) -> None:
    found = decide_amounts(texts)
    assert (found.form, found.undecided) == (form, "")
    assert [read_amount(text, *form) for text in texts] == numbers
    assert found.share == sum(number is not None for number in numbers) / len(numbers)


def test_what_cannot_be_decided_is_said() -> None:
    found = decide_amounts(["1,234", "2,345"])
    assert (found.form, found.fits) == ((".", ""), True)
    assert "decimal comma, too" in found.undecided
    assert decide_amounts(["$5", "$7"]).undecided == ""


@pytest.mark.parametrize("texts", [["B7", "A12"], ["3 - 4"], ["192.168.0.1"], ["red"], ["$5", "€5"], ["10-20"], [""]])
def test_what_is_no_column_of_amounts(texts: list[str]) -> None:
    assert not decide_amounts(texts).fits
