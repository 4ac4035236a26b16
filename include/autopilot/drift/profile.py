"""The profile of a table: per column how many cells are missing, the range, and how the values are distributed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from include.autopilot.drift.moments import Floats
from include.autopilot.drift.reading import Reading

Kind = Literal["numeric", "amount", "categorical", "text"]


@dataclass(frozen=True, eq=False)
class Numbers:
    """The numbers of one column. Figures are None where there is no value, or where a sum exceeds the largest float.

    :param whole: whether all are whole numbers.
    :param deviation: the standard deviation of the population.
    :param sample: the values of the sampled rows, ascending.
    """

    whole: bool
    minimum: float | None
    maximum: float | None
    mean: float | None
    total: float | None
    deviation: float | None
    sample: Floats


@dataclass(frozen=True, eq=False)
class ColumnProfile:
    """One column.

    :param kind: what its values are compared as; ``text`` (too many different values) is not compared.
    :param missing: blank cells, and in a numeric column cells that are no number.
    :param numbers: of a column of numbers or amounts.
    :param categories: of a categorical column: rows per value. Of all rows, or of the sample where they are too many.
    :param reading: how the cells of a column of amounts are read.
    :param read: how many cells were; ``unread``: filled ones that could not. Of the sampled rows in the table from
        which the reading was decided, with ``numbers``; of all rows in others.
    :param odd: one that could not, of the sampled rows, and one that is ``foreign`` if there is any.
    :param foreign: how many of the unread state something, such as another currency; ``n/a`` does not. A baseline that
        does not say has none.
    """

    name: str
    kind: Kind
    present: int
    missing: int
    numbers: Numbers | None = None
    categories: Mapping[str, int] | None = None
    reading: Reading | None = None
    read: int = 0
    unread: int = 0
    odd: str | None = None
    foreign: int = 0

    @property
    def unread_share(self) -> float:
        """The share of filled cells that are not written as the column's amounts are."""
        return self.unread / max(1, self.read + self.unread)

    @property
    def foreign_share(self) -> float:
        """The share of cells in another form, of those that state something."""
        return self.foreign / max(1, self.read + self.foreign)

    @property
    def missing_share(self) -> float:
        """The share of missing cells; 0 for a table without rows."""
        return self.missing / max(1, self.present + self.missing)


@dataclass(frozen=True, eq=False)
class Profile:
    """A table.

    :param rows: its rows.
    :param sampled: rows in the sample; equal to ``rows`` where the sample is everything.
    """

    rows: int
    sampled: int
    columns: tuple[ColumnProfile, ...]

    def column(self, name: str) -> ColumnProfile | None:
        """Return one column."""
        return next((column for column in self.columns if column.name == name), None)
