from __future__ import annotations

from dataclasses import replace

import pytest

from include.autopilot.gate.spending import Look, error_left, level_words, look_words, percent, tails
from include.autopilot.settings.gate import GateConfig

TIMELINE = GateConfig()
COMPARISON = replace(TIMELINE, errors="comparison")


def look(number: int) -> Look:
    return Look("sealed-1", number)


def test_all_looks_together_spend_the_error_and_no_more() -> None:
    spent = [tails(TIMELINE, look(number))[0] for number in range(1, 3001)]
    assert spent == sorted(spent, reverse=True)
    assert 0.0495 < sum(spent) < 0.05
    assert sum(spent[:5]) + error_left(TIMELINE, look(5)) == pytest.approx(0.05)
    assert 0 < error_left(TIMELINE, look(3000)) < 0.001


def test_a_look_is_shared_evenly() -> None:
    assert tails(TIMELINE, look(4), 2)[0] == pytest.approx(tails(TIMELINE, look(4))[0] / 2)
    assert tails(COMPARISON, look(4), 2) == pytest.approx((0.0125, 0.025))


def test_what_belongs_to_no_timeline_has_the_error_of_one_comparison() -> None:
    assert tails(TIMELINE, None) == tails(COMPARISON, look(9)) == pytest.approx((0.025, 0.05))


def test_over_a_timeline_the_bound_is_an_end_of_the_interval() -> None:
    assert tails(TIMELINE, look(1))[0] == tails(TIMELINE, look(1))[1]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "the 1st look at these rows; 4.1 % of 5 % error left"),
        (2, "the 2nd look at these rows; 3.5 % of 5 % error left"),
        (5, "the 5th look at these rows; 2.4 % of 5 % error left"),
        (12, "the 12th look at these rows; 1.4 % of 5 % error left"),
        (23, "the 23rd look at these rows; 0.82 % of 5 % error left"),
    ],
)
def test_a_look_in_words(number: int, words: str) -> None:
    assert look_words(TIMELINE, look(number)) == words


def test_without_a_timeline_a_look_is_only_counted() -> None:
    assert look_words(COMPARISON, look(111)) == "the 111th look at these rows"


def test_a_level_is_never_rounded_to_certainty() -> None:
    assert [level_words(level) for level in (0.95, 0.8, 1 - 0.0181, 1 - 3.1e-7)] == [
        "95%", "80%", "98.2%", "99.999969%",
    ]  # fmt: skip
    assert percent(0.00012345) == "0.012 %"
