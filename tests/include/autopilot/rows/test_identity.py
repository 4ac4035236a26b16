"""Spellings that other tools make of one key, and keys that must stay apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.autopilot.drops.placeholders import PlaceholderCount, is_ambiguous, is_placeholder
from include.autopilot.rows.identity import identity, normal
from tests.support.spellings import SPELLINGS


@pytest.mark.parametrize("key", SPELLINGS, ids=ascii)
def test_what_other_tools_make_of_a_number_is_the_same_key(key: str) -> None:
    assert normal(key) == normal("5000")


@pytest.mark.parametrize("dash", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u2043\u02d7", ids=ascii)
def test_a_dash_is_a_hyphen(dash: str) -> None:
    assert normal(f"CMP{dash}12") == "CMP-12"
    assert normal(f"{dash}12") == normal("-12")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O\u2019Neil 4", "O'Neil 4"),
        ("caf\u00e9", "cafe\u0301"),
        ("\ufb01x-1", "fix-1"),
        ("\uff21\uff22-1", "AB-1"),
        ("A  1", "A\u00a01"),
        ("A\t1", "A 1"),
        ('"CMP-1"', "CMP-1"),
        ("'CMP-1", "CMP-1"),
        ('="CMP-1"', "CMP-1"),
        ("12345678901234567890", "1.2345678901234567890E+19"),
        ("100000", "1E5"),
        ("12,34,567", "1234567"),
        ("1.234.567", "1234567"),
        ("0.5", ".50"),
        ("-0", "0.0"),
        ("7", "007"),
        ("1.2E+04", "12000"),
        ("1e3", "1000"),
        ("A/1", "A\u20441"),
        ("CMP\u30fc12", "CMP-12"),
        ("F250A0E0-4F89-11D3-9A0C-0305E82C3301", "f250a0e0-4f89-11d3-9a0c-0305e82c3301"),
        ("{3F2504E0-4F89-11D3-9A0C-0305E82C3301}", "3f2504e04f8911d39a0c0305e82c3301"),
        ("urn:uuid:3f2504e0-4f89-11d3-9a0c-0305e82c3301", "3F2504E0-4F89-11D3-9A0C-0305E82C3301"),
    ],
)
def test_one_key_in_two_spellings(one: str, other: str) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12345678901234567890", "12345678901234567891"),
        ("1e400", "1e401"),
        ("5000", "-5000"),
        ("5000", "50000"),
        ("0e12", "0e34"),
        ("5'", "5"),
        ('5"', "5"),
        ("C1=CC=CC=C1", "C1=CC=CC=N1"),
        ("c1ccccc1", "C1CCCCC1"),
        ("[NH4+]", "[NH4]"),
        ("A-1", "A1"),
        ("A_1", "A-1"),
        ("1-2", "12"),
        ("1/2", "12"),
        ("2024-01-02", "2024-01-20"),
        ("1.2.3", "1.23"),
        ("a\u0301", "a"),
        ("=O", "O"),
        ("12_34", "1234"),
    ],
)
def test_two_keys_stay_two(one: str, other: str) -> None:
    assert normal(one) != normal(other)


@pytest.mark.parametrize(
    "keys",
    [
        [f"{plate}{row}{column}" for plate in range(1, 25) for row in "ABCDEFGH" for column in range(1, 13)],
        [f"{plate}{row}{column:02}" for plate in range(1, 25) for row in "ABCDEFGH" for column in range(1, 13)],
        [f"{number:04x}" for number in range(5000)],
        [f"{number:08X}" for number in range(5000)],
        [f"{number:x}" for number in range(4096)],
    ],
    ids=["wells", "wells of two digits", "hexadecimal", "hexadecimal, eight", "hexadecimal, short"],
)
def test_plates_with_their_wells_and_hexadecimal_ids_are_no_numbers(keys: list[str]) -> None:
    assert len(set(map(normal, keys))) == len(keys)


def test_case_alone_is_told_apart_from_spelling() -> None:
    one, other = identity("ROW-1"), identity("row-1")
    assert one.normal != other.normal
    assert one.folded == other.folded


@given(st.text(max_size=12) | st.text("05,.'\"=+-eE _\u200b\u2019\u00a0", max_size=12))
def test_what_a_key_says_is_said_once(key: str) -> None:
    assert normal(normal(key)) == normal(key)


@given(st.integers(0, 10**25), st.integers(0, 6))
def test_forms_of_a_number(number: int, zeros: int) -> None:
    forms = {f"{number:,}", f"{number:_}", f"{number:,}.{'0' * zeros}", f"{'0' * zeros}{number}", f'="{number}"'}
    assert {normal(form) for form in forms} == {normal(str(number))}
    assert normal(str(number + 1)) != normal(str(number))


@pytest.mark.parametrize(
    "key",
    ["NULL", "nan", "NaN", "NA", "N/A", "#N/A", "none", "-", "--", "\u2014", "?", "...", "\\N", "<NA>", "'NULL",
     "#N/A N/A", "-1.#IND", "<NaT>", "(none)", "#NV", "00000000-0000-0000-0000-000000000000"],
)  # fmt: skip
def test_a_key_that_is_none(key: str) -> None:
    assert is_placeholder(identity(key))
    assert not is_ambiguous(identity(key))


@pytest.mark.parametrize("key", ["0", "0.0", "-1", "9999", "-999"])
def test_a_number_may_be_a_real_key(key: str) -> None:
    assert is_placeholder(identity(key))
    assert is_ambiguous(identity(key))


@pytest.mark.parametrize("key", ["1", "5000", "Nanette", "C", "N", "row-0", "\u00e9", "\u4e2d"])
def test_a_real_key(key: str) -> None:
    assert not is_placeholder(identity(key))


def test_placeholders_are_counted_whatever_their_case_and_number() -> None:
    counted = PlaceholderCount()
    for number, key in enumerate(["NULL", "x", "null", "-", "?", "Null", "nan", "null"]):
        counted.add(identity(key), 0, number)
    assert [(one.key, one.rows, one.first) for one in counted.found] == [
        ("NULL", 4, ((0, 0), (0, 2), (0, 5))), ("-", 2, ((0, 3), (0, 4))), ("nan", 1, ((0, 6),)),
    ]  # fmt: skip
    assert [(one.keys, one.alike) for one in counted.found] == [
        (("NULL", "null", "Null"), False), (("-", "?"), False), (("nan",), True),
    ]  # fmt: skip
