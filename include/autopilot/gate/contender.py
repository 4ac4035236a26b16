"""A contender: one model's answers for the rows that judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from include.autopilot.base.errors import GateError

Numbers = Sequence[float] | NDArray[np.float64]


@dataclass(frozen=True)
class Contender:
    """One model's answers, row by row.

    :param model: its name, for people.
    :param holdout: the digest of the holdout that was predicted.
    :param keys: the rows' keys, in order.
    :param actual: measured values; for a classification the number of the class, 0 … k-1, class 1 being the positive
        one of two.
    :param predicted: predicted values; for a classification the number of the predicted class. NaN where the model
        gave none.
    :param probabilities: one per class and row; None where the pipeline answered without them.
    :param kind: what rows they are, for people: ``sealed`` or ``recent``.
    """

    model: str
    holdout: str
    keys: Sequence[str]
    actual: Numbers
    predicted: Numbers
    probabilities: Sequence[Sequence[float]] | NDArray[np.float64] | None = None
    kind: str = "sealed"

    def __post_init__(self) -> None:
        rows = len(self.keys)
        probabilities = self.keys if self.probabilities is None else self.probabilities
        if not rows or {len(self.actual), len(self.predicted), len(probabilities)} != {rows}:
            raise GateError(
                f"{self.model}: {rows} keys, {len(self.actual)} measured values and {len(self.predicted)} predictions "
                f"for holdout {self.holdout}. Predict the whole holdout again."
            )

    @property
    def unanswered(self) -> NDArray[np.intp]:
        """The places of the rows that got no number: NaN or infinity."""
        good = np.isfinite(np.asarray(self.predicted, dtype=float))
        if self.probabilities is not None:
            good &= np.isfinite(np.asarray(self.probabilities, dtype=float)).all(axis=1)
        return np.flatnonzero(~good)


def check_same_holdout(champion: Contender, challenger: Contender) -> None:
    """Make sure that both answered the same rows.

    :raises GateError: the holdout, a key, the order or a measured value differs.
    """
    for what, same in (
        ("holdout", champion.holdout == challenger.holdout),
        ("keys", champion.keys == challenger.keys),
        ("measured values", np.array_equal(champion.actual, challenger.actual)),
    ):
        if not same:
            raise GateError(
                f"{champion.model} and {challenger.model} did not predict the same holdout: the {what} differ "
                f"({champion.holdout} and {challenger.holdout}). Let both predict the present holdout in this run."
            )
