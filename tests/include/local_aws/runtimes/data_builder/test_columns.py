from __future__ import annotations

import numpy as np
import pytest

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.data_builder.columns import Column, describe, problem_type


def texts(*values: str) -> np.ndarray:
    return np.array(values, dtype=object)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "2.5", "", "-3e7"], "numeric"),
        (["1"] * 99 + ["oops"], "numeric"),
        (["0", "0", "0", "0"], "numeric"),
        (["red", "green", "red", "green"], "categorical"),
        (["red", "", "green", "red", "green"], "categorical"),
        (["a text of several words", "another one of these texts"], "text"),
        (["BACE_1", "BACE_2", "BACE_3"], "ignored"),
        (["same", "same"], "ignored"),
        (["", "NA", "null"], "ignored"),
        (["x", "", "x"], "categorical"),
        (["2024-01-31", "2024-02-01", "n/a"], "datetime"),
        (["20240131", "20240201"], "datetime"),
        (["10:20", "23:59"], "datetime"),
        (["Yes", "no", "Y"], "boolean"),
        (["$1,200", "$950.50"], "amount"),
        (["950"] * 97 + ["1,200"] * 3, "amount"),
        (["1.234,50", "12"], "amount"),
        (["$5", "€6"], "ignored"),
        (["B7", "B12", "B7", "B12"], "categorical"),
        (["not at all happy", "happy"] * 50, "categorical"),
        (["Mary Jones", "John Smith", "Ann Lee"], "text"),
    ],
)
def test_kinds(values: list[str], kind: str) -> None:
    assert describe("c", texts(*values)).kind == kind


def test_what_is_counted() -> None:
    assert describe("c", texts("1", "", "2", "2", "nan")) == Column("c", "numeric", "", missing=2, distinct=2)


def test_how_values_are_written_is_noted() -> None:
    assert describe("c", texts("01/02/2024", "01/31/2024")).reason == "month/day/year"
    assert "every value can be day/month/year, too" in describe("c", texts("01/02/2024", "02/03/2024")).reason


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        (["yes", "no", "no"], "BinaryClassification"),
        (["0", "1", "0"], "BinaryClassification"),
        (["a", "b", "c", "a"], "MulticlassClassification"),
        (["1", "2", "3", "1"], "MulticlassClassification"),
        (["1.5", "2", "3", "1"], "Regression"),
        ([str(number) for number in range(100)], "Regression"),
    ],
)
def test_problems(values: list[str], problem: str) -> None:
    assert problem_type(texts(*values)) == problem


@pytest.mark.parametrize("values", [["a"], [f"text {number}" for number in range(50)], [""]])
def test_targets_that_pose_no_problem(values: list[str]) -> None:
    with pytest.raises(ClientError, match="name ProblemType"):
        problem_type(texts(*values))
