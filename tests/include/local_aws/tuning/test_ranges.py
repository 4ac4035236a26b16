from __future__ import annotations

import math
from typing import Any

import optuna
import pytest

from include.local_aws.errors import ValidationException
from include.local_aws.tuning.ranges import ranges_of


def number(low: str, high: str, scale: str = "Linear", kind: str = "Continuous") -> dict[str, Any]:
    return {f"{kind}ParameterRanges": [{"Name": "x", "MinValue": low, "MaxValue": high, "ScalingType": scale}]}


def drawn(parameters: dict[str, Any], count: int = 400) -> list[str]:
    (one,) = ranges_of(parameters)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    return [one.suggest(study.ask(), "x") for _ in range(count)]


@pytest.mark.parametrize(
    ("low", "high", "scale", "middle"),
    [
        ("0", "1", "Linear", 0.5),
        ("1e-6", "1", "Logarithmic", 1e-3),
        ("0.9", "0.999999", "ReverseLogarithmic", 1 - 10**-3.5),
        ("1e-6", "1", "Auto", 1e-3),
        ("0.5", "1", "Auto", 0.75),
        ("-1", "1", "Auto", 0),
    ],
)
def test_half_of_the_values_lie_below_the_middle_of_the_scale(low: str, high: str, scale: str, middle: float) -> None:
    values = [float(text) for text in drawn(number(low, high, scale))]
    assert float(low) <= min(values)
    assert max(values) <= float(high)
    assert sum(value < middle for value in values) / len(values) == pytest.approx(0.5, abs=0.08)


def test_whole_numbers_are_written_as_such() -> None:
    assert set(drawn(number("2", "4", kind="Integer"))) == {"2", "3", "4"}
    small = [int(text) for text in drawn(number("1", "1000", "Logarithmic", "Integer"))]
    assert sum(value < 32 for value in small) / len(small) == pytest.approx(0.5, abs=0.08)


def test_narrow_ranges_keep_their_bounds() -> None:
    values = [float(text) for text in drawn(number("0.12345678", "0.12345679"))]
    assert min(values) >= 0.12345678
    assert max(values) <= 0.12345679


def test_words_and_what_is_known_of_texts() -> None:
    words, whole, real, reverse = (
        ranges_of(
            {
                "CategoricalParameterRanges": [{"Name": "w", "Values": ["a", "b", "a"]}],
                **number("1", "3", kind="Integer"),
            }
        )[::-1]
        + ranges_of(number("0", "1"))
        + ranges_of(number("0", "0.9", "ReverseLogarithmic"))
    )
    assert (words.combinations, whole.combinations, real.combinations) == (2, 3, math.inf)
    assert [words.known(text) for text in ("a", "c")] == ["a", None]
    assert [whole.known(text) for text in ("2", "2.0", "2.5", "4", "x")] == [2, 2, None, None, None]
    assert [real.known(text) for text in ("0.5", "1.5", "nan")] == [0.5, None, None]
    assert reverse.known("0.75") == 0.25


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        (number("a", "1"), "MinValue 'a' and MaxValue '1' must be numbers"),
        (number("0.5", "1", kind="Integer"), "must be integers"),
        (number("1_000", "1_003", kind="Integer"), "must be integers"),
        (number("٣", "9", kind="Integer"), "must be integers"),
        (
            number("1", "9007199254740993", kind="Integer"),
            "must be integers from -9007199254740991 to 9007199254740991",
        ),
        (number("-1.7e308", "1.7e308"), "it is wider than a number can be"),
        (number("nan", "1"), "must be numbers"),
        (number("2", "1"), "MinValue 2 must be less than or equal to MaxValue 1"),
        (number("0", "1", "Logarithmic"), "only for ranges that have only values greater than 0"),
        (number("0", "1", "ReverseLogarithmic"), "entirely within the range 0<=x<1.0"),
        (
            number("0", "0", "ReverseLogarithmic", "Integer"),
            "ReverseLogarithmic is no scaling type of an integer range",
        ),
        ({**number("0", "1"), **number("0", "1", kind="Integer")}, "x has more than one range"),
    ],
)
def test_what_is_no_range(parameters: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationException, match=told.replace("(", r"\(")):
        ranges_of(parameters)
