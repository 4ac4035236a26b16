"""A contender: one model's answers for the sealed holdout, and the constant answers that a first model must beat."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from include.autopilot.errors import GateError


@dataclass(frozen=True)
class Contender:
    """One model's answers, row by row.

    :param model: its name, for people.
    :param holdout: the digest of the holdout that was predicted.
    :param keys: the rows' keys, in order.
    :param actual: measured values; for a classification the number of the class, 0 … k-1, class 1 being the positive
        one of two.
    :param predicted: predicted values; for a classification the number of the predicted class.
    :param probabilities: one per class and row; None where the pipeline answered without them.
    """

    model: str
    holdout: str
    keys: tuple[str, ...]
    actual: tuple[float, ...]
    predicted: tuple[float, ...]
    probabilities: tuple[tuple[float, ...], ...] | None = None

    def __post_init__(self) -> None:
        rows = len(self.keys)
        if not rows or {len(self.actual), len(self.predicted), len(self.probabilities or self.keys)} != {rows}:
            raise GateError(
                f"{self.model}: {rows} keys, {len(self.actual)} measured values and {len(self.predicted)} predictions "
                f"for holdout {self.holdout}. Predict the whole holdout again."
            )

    @property
    def finite(self) -> bool:
        """Whether every answer is a number."""
        probabilities = np.asarray(self.probabilities or (), dtype=float)
        return bool(np.isfinite(self.predicted).all() and np.isfinite(probabilities).all())


def check_same_holdout(champion: Contender, challenger: Contender) -> None:
    """Make sure that both answered the same sealed rows.

    :raises GateError: the holdout, a key, the order or a measured value differs.
    """
    for what, one, other in (
        ("holdout", champion.holdout, challenger.holdout),
        ("keys", champion.keys, challenger.keys),
        ("measured values", champion.actual, challenger.actual),
    ):
        if one != other:
            raise GateError(
                f"{champion.model} and {challenger.model} did not predict the same holdout: the {what} differ "
                f"({champion.holdout} and {challenger.holdout}). Let both predict the present holdout in this run."
            )


def mean_predictor(contender: Contender) -> Contender:
    """Return the best constant of a regression's squared error: the mean of the holdout's own measured values."""
    mean = float(np.mean(contender.actual))
    return replace(contender, model="the mean of the holdout", predicted=(mean,) * len(contender.keys))


def majority_predictor(contender: Contender) -> Contender:
    """Return the best constant of a classification: the holdout's most frequent class, with its class frequencies."""
    counts = Counter(int(label) for label in contender.actual)
    majority = min(counts, key=lambda label: (-counts[label], label))
    classes = len(contender.probabilities[0]) if contender.probabilities else max(counts) + 1
    priors = tuple(counts[label] / len(contender.keys) for label in range(classes))
    return replace(
        contender,
        model="the most frequent class",
        predicted=(float(majority),) * len(contender.keys),
        probabilities=_repeat(priors, len(contender.keys)),
    )


def _repeat(row: Sequence[float], times: int) -> tuple[tuple[float, ...], ...]:
    return (tuple(row),) * times
