from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.autopilot.base.metrics import BINARY, MULTICLASS, REGRESSION, metrics_of
from include.autopilot.evaluation.outcome import Classes, Numbers
from include.autopilot.evaluation.scores import scores_of

VALUES = st.floats(-1e6, 1e6).map(lambda value: round(value, 3))
YES_NO = ("no", "yes")


def values(outcome: Any, problem_type: str) -> dict[str, float | None]:
    return {name: score.value for name, score in scores_of(outcome, problem_type).items()}


def binary(actual: str, predicted: str, chances: list[float] | None = None, known: tuple[str, ...] = YES_NO) -> Any:
    """Classes from words of y and n."""
    named = {"y": "yes", "n": "no"}
    probabilities = None if chances is None else tuple((1 - chance, chance) for chance in chances)
    return Classes(known, tuple(named[one] for one in actual), tuple(named[one] for one in predicted), probabilities)


def test_regression_by_hand() -> None:
    found = values(Numbers((1, 2, 3, 4), (2, 2, 3, 2)), REGRESSION)
    assert found == {
        "MSE": pytest.approx(5 / 4),
        "RMSE": pytest.approx(math.sqrt(5 / 4)),
        "MAE": pytest.approx(3 / 4),
        "R2": pytest.approx(1 - 5 / 5),
        "Spearman": pytest.approx(math.sqrt(1 / 15), abs=0.1),
    }


@given(st.lists(VALUES, min_size=2, unique=True))
def test_perfect_numbers(numbers: list[float]) -> None:
    found = values(Numbers(tuple(numbers), tuple(numbers)), REGRESSION)
    assert found == {"MSE": 0, "RMSE": 0, "MAE": 0, "R2": 1, "Spearman": pytest.approx(1)}


@pytest.mark.parametrize(
    ("actual", "predicted", "reasons"),
    [
        ((1.0,), (2.0,), {"R2": "one row only", "Spearman": "one row only"}),
        (
            (1.0, 1.0),
            (1.0, 2.0),
            {"R2": "all measured values are equal", "Spearman": "all measured values are equal"},
        ),
        ((1.0, 3.0), (2.0, 2.0), {"R2": None, "Spearman": "all predicted values are equal"}),
    ],
)
def test_numbers_without_a_value(actual: Any, predicted: Any, reasons: dict[str, str | None]) -> None:
    found = scores_of(Numbers(actual, predicted), REGRESSION)
    for name, reason in reasons.items():
        assert found[name].reason == reason
        assert (found[name].value is None) is (reason is not None)


def test_binary_by_hand() -> None:
    # yes is positive: 2 found, 1 missed, 1 false alarm, 4 rightly left.
    outcome = binary("yyynnnnn", "yynynnnn", [0.9, 0.8, 0.4, 0.6, 0.3, 0.2, 0.2, 0.1])
    found = values(outcome, BINARY)
    chances = [0.9, 0.8, 0.4, 0.4, 0.7, 0.8, 0.8, 0.9]  # of the class that it is
    assert found == {
        "Accuracy": 6 / 8,
        "BalancedAccuracy": pytest.approx((2 / 3 + 4 / 5) / 2),
        "F1": pytest.approx(2 / 3),
        "Precision": pytest.approx(2 / 3),
        "Recall": pytest.approx(2 / 3),
        "AUC": pytest.approx(14 / 15),
        "LogLoss": pytest.approx(-sum(map(math.log, chances)) / 8),
    }


def test_the_positive_class_is_class_1_whatever_its_name() -> None:
    outcome = Classes(("yes", "no"), ("yes", "no", "no"), ("yes", "yes", "no"))
    found = values(outcome, BINARY)
    assert (found["Precision"], found["Recall"]) == (1.0, 0.5)


def test_multiclass_by_hand() -> None:
    outcome = Classes(
        ("c", "a", "b"),
        ("a", "a", "b", "c"),
        ("a", "b", "b", "b"),
        ((0.1, 0.8, 0.1), (0.2, 0.3, 0.5), (0.0, 0.0, 1.0), (0.25, 0.25, 0.5)),
    )
    assert values(outcome, MULTICLASS) == {
        "Accuracy": 2 / 4,
        "BalancedAccuracy": pytest.approx((1 / 2 + 1 + 0) / 3),
        "F1macro": pytest.approx((2 / 3 + 1 / 2 + 0) / 3),
        "PrecisionMacro": pytest.approx((1 + 1 / 3 + 0) / 3),
        "RecallMacro": pytest.approx((1 / 2 + 1 + 0) / 3),
        # The columns are in the order of the known classes, not of the alphabet.
        "LogLoss": pytest.approx(-(math.log(0.8) + math.log(0.3) + 0 + math.log(0.25)) / 4),
    }


def test_a_predicted_class_without_rows_counts_in_the_macro_means_but_not_in_the_balanced_accuracy() -> None:
    found = values(Classes(("a", "b", "c"), ("a", "b"), ("a", "c")), MULTICLASS)
    assert found["BalancedAccuracy"] == 1 / 2
    assert found["RecallMacro"] == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("outcome", "reasons"),
    [
        (
            binary("nnn", "nnn", [0.1, 0.2, 0.3]),
            dict.fromkeys(("F1", "Precision", "Recall"), "no row is of the positive class, 'yes'")
            | dict.fromkeys(("AUC", "BalancedAccuracy"), "all rows are of one class, 'no'"),
        ),
        (
            binary("nnn", "nny"),
            {"Recall": "no row is of the positive class, 'yes'", "F1": None, "Precision": None}
            | {"AUC": "the pipeline answers without probabilities", "Accuracy": None},
        ),
        (binary("yn", "nn"), {"Precision": "no row is predicted as the positive class, 'yes'", "F1": None}),
        (
            binary("yn", "yn", known=()),
            dict.fromkeys(
                ("F1", "Precision", "Recall", "AUC"), "which of the two classes is the positive one is not known"
            )
            | {"LogLoss": "the pipeline answers without probabilities", "BalancedAccuracy": None},
        ),
    ],
    ids=["one class", "a false alarm", "nothing found", "classes not known"],
)
def test_two_classes_without_a_value(outcome: Any, reasons: dict[str, str | None]) -> None:
    found = scores_of(outcome, BINARY)
    for name, reason in reasons.items():
        assert (name, found[name].reason) == (name, reason)
        assert (found[name].value is None) is (reason is not None)


def test_one_row_of_several_classes() -> None:
    found = scores_of(Classes(("a", "b", "c"), ("b",), ("b",), ((0.0, 1.0, 0.0),)), MULTICLASS)
    assert found["Accuracy"].value == 1
    assert found["LogLoss"].value == pytest.approx(0)
    for name in ("BalancedAccuracy", "F1macro", "PrecisionMacro", "RecallMacro"):
        assert found[name].reason == "all rows are of one class, 'b'"


def test_probabilities_of_single_precision_are_taken_as_they_are_meant() -> None:
    outcome = Classes(("a", "b"), ("a", "b"), ("a", "b"), ((0.9000001, 0.1000001), (0.2999999, 0.7)))
    assert values(outcome, BINARY)["LogLoss"] == pytest.approx(-(math.log(0.9) + math.log(0.7)) / 2, abs=1e-5)


@pytest.mark.parametrize("outcome", [Numbers((), ()), Numbers((1.0, 2.0), (1.0,)), Classes((), ("a",), ())])
def test_pairs_are_needed(outcome: Any) -> None:
    with pytest.raises(ValueError, match="measured values and"):
        scores_of(outcome, REGRESSION)


@pytest.mark.parametrize("problem_type", [REGRESSION, BINARY, MULTICLASS])
def test_every_metric_of_a_problem_is_computed(problem_type: str) -> None:
    two = binary("ynyn", "ynny", [0.9, 0.1, 0.4, 0.6])
    outcome: Any = Numbers((1.0, 2.0, 4.0), (1.0, 3.0, 5.0)) if problem_type == REGRESSION else two
    found = scores_of(outcome, problem_type)
    assert list(found) == [metric.name for metric in metrics_of(problem_type)]
    assert all(score.value is not None and math.isfinite(score.value) for score in found.values())


@pytest.mark.parametrize("values", [((1.0, 2.0), (1e200, 2.0)), ((1e200, 2.0), (1.0, 2.0)), ((1e308, -1e308), (0, 0))])
def test_errors_too_large_for_a_number_have_no_value(values: Any) -> None:
    found = scores_of(Numbers(*values), REGRESSION)
    assert found["MSE"].value is None
    assert found["MSE"].reason == "the errors are too large for a number"
    json.dumps({name: score.value for name, score in found.items()}, allow_nan=False)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_row_without_an_answer_leaves_no_metric_a_value(value: float) -> None:
    found = scores_of(Numbers((1.0, 2.0, 3.0), (1.0, value, 3.0)), REGRESSION)
    assert {(score.value, score.reason) for score in found.values()} == {(None, "1 of 3 rows have no answer")}
    chances = ((0.5, 0.5), (value, value))
    for outcome in (Classes(YES_NO, ("no", "yes"), ("no", "")), Classes(YES_NO, ("no", "yes"), ("no", "yes"), chances)):
        assert {score.value for score in scores_of(outcome, BINARY).values()} == {None}
