"""How many values the target of a search has, held against the problem that the search is asked to solve."""

from __future__ import annotations

from collections.abc import Iterator

from include.autopilot.base.errors import DropError
from include.autopilot.base.metrics import BINARY, REGRESSION
from include.autopilot.base.numbers import read_number

# So many different ones tell a constant, a yes or no, and anything else apart.
_ENOUGH = 3


class Targets:
    """The first few different values of the target column.

    :param column: its name.
    """

    def __init__(self, column: str) -> None:
        self._column = column
        self._found: dict[float | str, str] = {}

    def add(self, cell: str) -> None:
        """Take a cell into account; two ways to write a number are one value."""
        if len(self._found) < _ENOUGH:
            number = read_number(cell)
            self._found.setdefault(cell.strip() if number is None else number, cell.strip())

    def remarks(self, problem_type: str, yaml: str) -> Iterator[str]:
        """Yield what looks like another problem.

        :param yaml: the name of the model's file.
        :raises DropError: the values cannot be those of such a problem.
        """
        shown = " and ".join(map(repr, self._found.values()))
        if len(self._found) == 1:
            raise DropError(
                f"The target {self._column!r} is {shown} in every row: there is nothing to learn. See whether target "
                f"in {yaml} names the column that is meant."
            )
        if len(self._found) >= _ENOUGH and problem_type == BINARY:
            raise DropError(
                f"The target {self._column!r} has more than two classes, among them {shown}, and problem_type in "
                f"{yaml} is BinaryClassification. Write MulticlassClassification, or correct target."
            )
        if len(self._found) < _ENOUGH and problem_type == REGRESSION:
            yield (
                f"The target {self._column!r} has only the two values {shown}. If these are classes, write "
                f"problem_type: BinaryClassification and a metric for it under search in {yaml}."
            )
