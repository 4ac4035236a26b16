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
    ],
)
def test_kinds(values: list[str], kind: str) -> None:
    assert describe("c", texts(*values)).kind == kind


def test_what_is_counted() -> None:
    assert describe("c", texts("1", "", "2", "2", "nan")) == Column("c", "numeric", "", missing=2, distinct=2)


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
