from __future__ import annotations

from include.local_aws.runtimes.reports.page import page, table

HOSTILE = '</td><script>alert("1")</script>'


def test_no_text_becomes_html() -> None:
    one = table(HOSTILE, (HOSTILE, "b"), [(HOSTILE, HOSTILE)], [0.5])
    whole = page(HOSTILE, [HOSTILE], [one])
    assert "<script" not in whole
    assert whole.count("&lt;script&gt;") == 7


def test_numbers_have_four_digits_and_bars_their_share() -> None:
    one = table("c", ("a", "b"), [("x", 1234.5678), ("y", 7)], [1.0, 0.25])
    assert ">1235<" in one
    assert ">7<" in one
    assert "width: 25.0%" in one
