"""Metrics of the confusion matrix, of many resamples at once: of a model's answers, or of a guess.

A confusion matrix is one of shares: rows of a class (measured) that were predicted as another, per resample. A guess
gives every class with a fixed probability, whatever the row; a constant answer is such a guess. Its matrix is the one
that is expected: nobody has to draw it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from include.autopilot.gate.contender import Numbers

Values = NDArray[np.float64]
Scorer = Callable[[Values], Values]
"""Takes counts (one line per resample) and returns the metric of each; NaN where it is not defined."""
Finish = Callable[[Values], Values]
"""Takes confusion matrices (resample, measured class, predicted class) and returns the metric of each."""


def confusion_scorer(actual: Numbers, predicted: Numbers, finish: Finish) -> Scorer:
    """Return the metric of a model's answers, classes being numbers 0 ... k-1."""
    measured, answered = (np.asarray(column, dtype=np.intp) for column in (actual, predicted))
    classes = class_count(actual, predicted)
    cells = measured * classes + answered
    return lambda counts: finish(_shares(cells, classes * classes, counts).reshape(-1, classes, classes))


def guess_scorer(actual: Numbers, guess: Values, finish: Finish) -> Scorer:
    """Return the metric of a guess.

    :param guess: how often it says each class; sums to 1.
    """
    measured = np.asarray(actual, dtype=np.intp)
    return lambda counts: finish(_shares(measured, len(guess), counts)[:, :, None] * guess)


def class_count(actual: Numbers, predicted: Numbers) -> int:
    """Return how many classes there are: the highest number that occurs, and at least two."""
    return max(2, *(int(np.max(column)) + 1 for column in (actual, predicted)))


def accuracy(confusion: Values) -> Values:
    """Return the share of right answers."""
    return np.asarray(_parts(confusion)[0].sum(axis=1), dtype=float)


def balanced(confusion: Values) -> Values:
    """Return the mean recall of the classes that have rows in a resample."""
    occurs = confusion.sum(axis=2) > 0
    return np.asarray((recall(confusion) * occurs).sum(axis=1) / occurs.sum(axis=1), dtype=float)


def recall(confusion: Values) -> Values:
    """Return, per class, the share of its rows that are found."""
    right, measured, _ = _parts(confusion)
    return _share(right, measured)


def precision(confusion: Values) -> Values:
    """Return, per class, the share of the answers with it that are right."""
    right, _, predicted = _parts(confusion)
    return _share(right, predicted)


def f1(confusion: Values) -> Values:
    """Return, per class, the harmonic mean of precision and recall."""
    right, measured, predicted = _parts(confusion)
    return _share(2 * right, measured + predicted)


def positive(per_class: Finish) -> Finish:
    """Return a metric of class 1 alone."""
    return lambda confusion: per_class(confusion)[:, 1]


def macro(per_class: Finish) -> Finish:
    """Return the mean over the classes that occur in a resample, measured or predicted."""

    def finish(confusion: Values) -> Values:
        _, measured, predicted = _parts(confusion)
        occurs = (measured + predicted) > 0
        return np.asarray((per_class(confusion) * occurs).sum(axis=1) / occurs.sum(axis=1), dtype=float)

    return finish


def _shares(cells: NDArray[np.intp], kinds: int, counts: Values) -> Values:
    """Return the share of every kind of row per resample; no matrix of rows times kinds is made."""
    found = np.stack([np.bincount(cells, weights=drawn, minlength=kinds) for drawn in counts])
    return np.asarray(found / counts.sum(axis=1, keepdims=True), dtype=float)


def _parts(confusion: Values) -> tuple[Values, Values, Values]:
    """Return right answers, measured rows and predicted rows, each per resample and class."""
    return np.diagonal(confusion, axis1=1, axis2=2), confusion.sum(axis=2), confusion.sum(axis=1)


def _share(right: Values, of: Values) -> Values:
    return np.divide(right, of, out=np.zeros_like(right), where=of > 0)
