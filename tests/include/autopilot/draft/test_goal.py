from __future__ import annotations

import re

import pytest

from include.autopilot.base.errors import DraftError
from include.autopilot.draft.goal import Goal, goal_of
from include.autopilot.draft.table import Table

NUMBERS = [f"{number / 7:.3f}" for number in range(200)]
GRADES = ["1", "2", "3", "4"] * 50


def table(cells: list[str]) -> Table:
    return Table("t.csv", ["y"], [[cell] for cell in cells], range(2, len(cells) + 2))


@pytest.mark.parametrize(
    ("cells", "asked", "goal"),
    [
        (NUMBERS, None, Goal("Regression", "MSE", "0 to 28.429", 0)),
        ([*NUMBERS, "", " nan "], None, Goal("Regression", "MSE", "0 to 28.429", 2)),
        (["yes", "no", "no"] * 60, None, Goal("BinaryClassification", "F1", "no 120, yes 60", 0)),
        (["1", "0", "0", ""] * 60, None, Goal("BinaryClassification", "F1", "0 120, 1 60", 60)),
        (["a", "b", "c"] * 60, None, Goal("MulticlassClassification", "Accuracy", "a 60, b 60, c 60", 0)),
        (["a"] * 160 + ["b", "c"] * 20, None, Goal("MulticlassClassification", "F1macro", "a 160, b 20, c 20", 0)),
        (GRADES, "Regression", Goal("Regression", "MSE", "1 to 4", 0)),
        (GRADES, "MulticlassClassification", Goal("MulticlassClassification", "Accuracy", "1 50, 2 50, 3 50, 4 50", 0)),
        ([str(number) for number in range(30)] * 9, None, Goal("Regression", "MSE", "0 to 29", 0)),
    ],
)
def test_the_values_say_what_is_predicted(cells: list[str], asked: str | None, goal: Goal) -> None:
    assert goal_of(table(cells), "y", asked) == goal


def test_classes_that_differ_in_case_or_spelling_only_are_told() -> None:
    told = goal_of(table(["yes", "yes", "Yes"] * 60), "y", None)
    assert told.problem_type == "BinaryClassification"
    assert told.alike == (
        "the class 'Yes' is 'yes' but for its case or spelling, and another class; write one if one is meant",
    )
    assert len(goal_of(table(["1", "1.0", "0"] * 60), "y", "MulticlassClassification").alike) == 1


@pytest.mark.parametrize(
    ("cells", "asked", "message"),
    [
        (GRADES, None, "4 whole numbers (1, 2, 3, 4). Say whether they are amounts, PROBLEM_TYPE=Regression, or names"),
        (["x"] * 9, None, "the target y has only the value 'x'; there is nothing to predict."),
        (["", "nan"], None, "the target y has no values"),
        (
            [f"text {number}" for number in range(600)],
            None,
            "has 600 different texts in 600 rows, which are no classes",
        ),
        ([*NUMBERS, "n/a"], None, "y holds the text 'n/a' in line 202 among numbers. Empty such cells, or say"),
        ([*NUMBERS, "n/a"], "Regression", "y holds the text 'n/a' in line 202, and a regression predicts numbers."),
        (
            [f"${number},234.50" for number in range(1, 99)] * 9,
            None,
            "y holds amounts such as '$1,234.50' in line 2. Deliver plain numbers like 1234.5",
        ),
        (
            ["n/a", *["12 %", "7 %", "9 %"] * 99],
            "Regression",
            "y holds amounts such as '12 %' in line 3. Deliver",
        ),
        (
            ["31.01.2024", "1.2.2024", "2.2.2024"] * 99,
            None,
            "dates such as '31.01.2024' in line 2, and no model predicts a date.",
        ),
        ([*NUMBERS, "1,200"], None, "y holds amounts such as '1,200' in line 202. Deliver plain numbers like 1234.5"),
        (["yes", "N", "no"] * 99, None, "y holds yes and no in 3 ways, such as 'yes' in line 2. Spell each in one way"),
        (
            [*["yes", "no"] * 99, "n/a", "maybe"],
            None,
            "y holds 'maybe' in line 201 among yes and no. Write one of these there, or nothing, or say PROB",
        ),
        (["yes", "no"] * 99, "Regression", "predicts numbers. Leave PROBLEM_TYPE out, or name another TARGET."),
        (["yes", "no", "n/a"] * 99, None, "y holds 'n/a', which a search takes for no value. Empty such cells if"),
        (
            ["0", "1", "1.0", "n/a"] * 50,
            None,
            "y holds 'n/a', which a search takes for no value. Empty such cells if",
        ),
        (["0", "1", "1.0", "n/a"] * 50, "Regression", "y holds the text 'n/a' in line 5, and a regression predicts"),
        ([*["0", "1"] * 99, "?"], None, "y holds the text '?' in line 200 among numbers. Empty such cells, or say"),
        (["a", "b", "n/a"] * 99, None, "y holds 'n/a', which a search takes for no value. Empty such cells if"),
        (["none", "yes"] * 99, None, "or name the class otherwise, 'class_none' say."),
        (["None", "a", "b"] * 99, "MulticlassClassification", "y holds 'None', which a search takes for no value."),
        (
            ["a", "b", "b\u200b"] * 99,
            None,
            "the classes 'b' and 'b\\u200b' of y look alike and are two texts.",
        ),
        ([*NUMBERS, "1e400"], None, "y holds '1e400' in line 202, which is beyond what trainers can take (3.4e38"),
        ([*NUMBERS, "-1e39"], "Regression", "y holds '-1e39' in line 202, which is beyond what trainers can take"),
        (["a", "b", "c"] * 9, "BinaryClassification", "BinaryClassification is of two classes, and y has 3 (a, b, c)."),
        (["a", "b"] * 9, "MulticlassClassification", "y has two classes (a, b): PROBLEM_TYPE=BinaryClassification"),
        (["a", "b"] * 9, "binary", "PROBLEM_TYPE=binary is none. Write one of Regression, Binary"),
    ],
)
def test_what_they_do_not_say_is_asked_for(cells: list[str], asked: str | None, message: str) -> None:
    with pytest.raises(DraftError, match=re.escape(message)):
        goal_of(table(cells), "y", asked)
