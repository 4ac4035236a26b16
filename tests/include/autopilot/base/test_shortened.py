from __future__ import annotations

import pytest

from include.autopilot.base.shortened import shortened


@pytest.mark.parametrize(
    ("text", "longest", "short"),
    [
        ("one two", 7, "one two"),
        ("one two three", 10, "one two…"),
        ("one two three", 8, "one two…"),
        ("one two three", 9, "one two…"),
        ("onetwothree", 6, "onetw…"),
        ("a onetwothree", 8, "a onetw…"),
        ("", 5, ""),
    ],
)
def test_no_word_is_cut_unless_it_fills_the_room(text: str, longest: int, short: str) -> None:
    assert shortened(text, longest) == short
    assert len(short) <= longest


def test_the_mark_is_part_of_the_length() -> None:
    assert shortened("one two three", 11, "...") == "one two..."
