from __future__ import annotations

import pytest

from include.cells.booleans import LANGUAGES, decide_booleans, read_boolean


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (["Yes", "no", "Y", "FALSE", "1", ""], "English"),
        (["on", "off"], "English"),
        (["✓", "✗"], "English"),
        (["ja", "Nein"], "German"),
        (["O", "N"], "French"),
        (["sí", "no"], "Spanish"),
        (["não", "sim"], "Portuguese"),
    ],
)
def test_the_language_of_a_column(texts: list[str], language: str) -> None:
    found = decide_booleans(texts)
    assert (found.form, found.share) == ((language,), 1.0)


@pytest.mark.parametrize("texts", [["m", "f"], ["yes", "yes"], ["yes", "no", "maybe"], ["y", "n", "o"], []])
def test_what_is_no_column_of_yes_and_no(texts: list[str]) -> None:
    assert not decide_booleans(texts).fits


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_and_zero_are_yes_and_no_everywhere(language: str) -> None:
    assert (read_boolean("1", language), read_boolean("0", language), read_boolean("perhaps", language)) == (
        True,
        False,
        None,
    )
