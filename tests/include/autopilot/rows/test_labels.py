from __future__ import annotations

import pytest

from include.autopilot.rows.labels import Labels


@pytest.mark.parametrize(
    ("known", "cell", "found"),
    [
        (("benign", "malignant"), "malignant", "malignant"),
        (("benign", "malignant"), "  malignant\t", "malignant"),
        (("benign", "malignant"), "Malignant", None),
        (("0", "1"), "1", "1"),
        (("0", "1"), "1.0", None),
        (("1.0", "0.0"), "1", None),
        (("True", "False"), "True", "True"),
        (("True", "False"), "true", None),
        (("a", "b"), "", None),
        ((" >50K", " <=50K"), ">50K", " >50K"),
        ((" >50K", " <=50K"), " >50K", " >50K"),
        (("a", " a"), " a", " a"),
        (("a", " a"), "a", "a"),
        (("a", " a"), "  a", "a"),
        ((), " anything ", "anything"),
    ],
)
def test_a_label_is_the_text_without_blanks_around_it(known: tuple[str, ...], cell: str, found: str | None) -> None:
    assert Labels(known).find(cell) == found


@pytest.mark.parametrize(
    ("known", "cell", "near"),
    [
        (("0", "1"), "1.0", "1"),
        (("no", "yes"), "Yes", "yes"),
        (("no", "yes"), "maybe", None),
        (("0", "1"), "one", None),
    ],
)
def test_what_was_probably_meant(known: tuple[str, ...], cell: str, near: str | None) -> None:
    assert Labels(known).near(cell) == near
