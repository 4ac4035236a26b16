"""What came out for the rows of one holdout: measured and predicted numbers, or measured and predicted classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

NO_LABEL = ""
"""What stands for the class of a row that the model did not answer."""


@dataclass(frozen=True)
class Numbers:
    """Regression, pair by pair, in units of the target; a row that the model did not answer is predicted as NaN."""

    actual: Sequence[float]
    predicted: Sequence[float]


@dataclass(frozen=True)
class Classes:
    """Classification, pair by pair; a row that the model did not answer is predicted as ``NO_LABEL``.

    :param known: the classes the candidate knows, by class index; empty where it does not say. Of two, the second is
        the positive one.
    :param probabilities: per row one probability per known class; None where the pipeline answered without them.
    """

    known: tuple[str, ...]
    actual: Sequence[str]
    predicted: Sequence[str]
    probabilities: Sequence[Sequence[float]] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every class there is: the known ones, or those that occur."""
        return self.known or tuple(sorted({*self.actual, *self.predicted} - {NO_LABEL}))

    @property
    def confusion(self) -> tuple[tuple[int, ...], ...]:
        """Rows of class i (measured) that were predicted as class j; classes in the order of ``names``."""
        pairs = Counter(zip(self.actual, self.predicted, strict=True))
        return tuple(tuple(pairs[actual, predicted] for predicted in self.names) for actual in self.names)


Outcome = Numbers | Classes
