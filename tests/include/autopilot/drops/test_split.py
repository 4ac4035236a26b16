from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from include.autopilot.drops.split import in_holdout, side

FRACTIONS = st.floats(0, 0.99)


@given(key=st.text(), fraction=FRACTIONS)
def test_a_key_never_changes_side(key: str, fraction: float) -> None:
    assert side(key, fraction) == side(key, fraction)


@given(key=st.text(), fractions=st.tuples(FRACTIONS, FRACTIONS).map(sorted))
def test_a_larger_share_only_adds_to_validation(key: str, fractions: list[float]) -> None:
    smaller, larger = fractions
    if side(key, smaller) == "validation":
        assert side(key, larger) == "validation"


def test_the_share_is_about_right() -> None:
    share = sum(side(f"row-{number}", 0.2) == "validation" for number in range(10_000)) / 10_000
    assert abs(share - 0.2) < 0.02


def test_the_rule_is_written_in_stone() -> None:
    # Changing the hash would move rows that a model has trained on into its validation.
    validating = [number for number in range(1, 21) if side(f"BACE_{number}", 0.2) == "validation"]
    assert validating == [2, 5, 6, 11, 14]


def test_what_is_sealed_of_a_table_is_written_in_stone() -> None:
    # The same table cut again gives the same holdout, and not by the hash that parts validation from training.
    assert [number for number in range(1, 21) if in_holdout(f"BACE_{number}", 0.2)] == [1, 5, 7, 10, 13, 19]
