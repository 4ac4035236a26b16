from __future__ import annotations

import pytest

from include.autopilot.base.errors import DropError
from include.autopilot.base.metrics import BINARY, MULTICLASS, REGRESSION
from include.autopilot.requests.targets import Targets


def remarks(cells: list[str], problem_type: str) -> list[str]:
    targets = Targets("y")
    for cell in cells:
        targets.add(cell)
    return list(targets.remarks(problem_type, "toy.yaml"))


@pytest.mark.parametrize(
    ("cells", "problem_type"),
    [(["1", "2", "3"], REGRESSION), (["no", "yes"], BINARY), (["0", "1"], BINARY), (["a", "b"], MULTICLASS)],
)
def test_what_fits_is_not_remarked(cells: list[str], problem_type: str) -> None:
    assert remarks(cells * 10, problem_type) == []


def test_two_numbers_may_be_classes() -> None:
    assert remarks(["0", "1", "1.0", " 0"], REGRESSION) == [
        (
            "The target 'y' has only the two values '0' and '1'. If these are classes, write problem_type: "
            "BinaryClassification and a metric for it under search in toy.yaml."
        )
    ]


@pytest.mark.parametrize(
    ("cells", "problem_type", "message"),
    [
        (
            ["7", "7.0"],
            REGRESSION,
            "The target 'y' is '7' in every row: there is nothing to learn. See whether",
        ),
        (["yes"], BINARY, "The target 'y' is 'yes' in every row"),
        (["a", "b", "c", "d"], BINARY, "The target 'y' has more than two classes, among them 'a' and 'b' and 'c', and"),
    ],
)
def test_what_cannot_be_such_a_problem_is_refused(cells: list[str], problem_type: str, message: str) -> None:
    with pytest.raises(DropError) as refused:
        remarks(cells, problem_type)
    assert str(refused.value).startswith(message)
    assert "toy.yaml" in str(refused.value)
