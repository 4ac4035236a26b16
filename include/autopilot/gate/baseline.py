"""What a first model must beat: the best answer, by the metric that judges, that looks at no row.

It is made from the judging rows' own measured values, which is in its favour: no constant that a training could give is
better on them. docs/adr/0010-gate.md says which one it is for each metric, and how often useless models beat it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from include.autopilot.base.errors import GateError
from include.autopilot.gate.bootstrap import value_of
from include.autopilot.gate.confusion import Finish, Scorer, Values, class_count, guess_scorer
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.resampled import ResampledMetric

# Sums of shares that differ by less are the same number.
_SAME = 1e-12


@dataclass(frozen=True)
class Baseline:
    """An opponent that looks at no row.

    :param name: for people.
    """

    name: str
    scorer: Scorer


def baseline_of(metric: ResampledMetric, challenger: Contender, rows: str = "the holdout") -> Baseline:
    """Return the best answer without looking, by a metric and for the rows that a challenger answered.

    :param rows: what these rows are, in words.
    :raises GateError: the metric needs probabilities and the challenger gave none.
    """
    if metric.regression:
        return _constant(metric, challenger, rows)
    if metric.finish is not None:
        return _best_guess(metric, metric.finish, challenger)
    return _frequencies(metric, challenger, rows)


def _constant(metric: ResampledMetric, challenger: Contender, rows: str) -> Baseline:
    """Return the median, which no constant beats by absolute errors, or the mean, which none beats by squared ones."""
    actual = np.asarray(challenger.actual, dtype=float)
    value = float(np.median(actual) if metric.known.constant == "median" else np.mean(actual))
    answers = replace(challenger, predicted=np.full(len(challenger.keys), value))
    return Baseline(f"the {metric.known.constant} of {rows}", metric.scorer(answers))


def _frequencies(metric: ResampledMetric, challenger: Contender, rows: str) -> Baseline:
    """Return the class frequencies as probabilities: the best constant of the log loss, and an AUC of 0.5."""
    if challenger.probabilities is None:
        raise GateError(
            f"{challenger.model} answered without probabilities, which this metric needs. Name another one."
        )
    classes = np.asarray(challenger.probabilities).shape[1]
    shares = _measured(challenger, classes)
    answers = replace(challenger, probabilities=np.broadcast_to(shares, (len(challenger.keys), classes)))
    return Baseline(f"the class frequencies of {rows}", metric.scorer(answers))


def _best_guess(metric: ResampledMetric, finish: Finish, challenger: Contender) -> Baseline:
    """Return the best of all constant classes and of guessing with the class frequencies.

    By some metrics (recall) a constant is perfect, so nothing could ever beat it: then the guess that says every class
    as often as the challenger does is the one to beat. By those metrics that is what tells knowledge from generosity.
    """
    rows = len(challenger.keys)
    best, least = None, np.inf
    for name, guess in _guesses(challenger):
        found = Baseline(name, guess_scorer(challenger.actual, guess, finish))
        loss = float(metric.loss(np.array([value_of(found.scorer, rows)]))[0])
        if loss < least - _SAME:
            best, least = found, loss
    if best is None or least <= _SAME:
        own = np.bincount(np.asarray(challenger.predicted, dtype=np.intp), minlength=_classes(challenger)) / rows
        return Baseline("a guess that says each class as often", guess_scorer(challenger.actual, own, finish))
    return best


def _guesses(challenger: Contender) -> Iterator[tuple[str, Values]]:
    """Yield every guess that can be the best one; of equals the first is taken."""
    classes = _classes(challenger)
    shares, constants = _measured(challenger, classes), np.eye(classes)
    frequent = int(np.argmax(shares))
    yield "the most frequent class", constants[frequent]
    for number in range(classes):
        if number != frequent and shares[number]:
            yield "always the positive class" if classes == 2 else f"always class {number + 1}", constants[number]
    yield "a guess with the class frequencies", shares


def _classes(challenger: Contender) -> int:
    return class_count(challenger.actual, challenger.predicted)


def _measured(challenger: Contender, classes: int) -> Values:
    counts = np.bincount(np.asarray(challenger.actual, dtype=np.intp), minlength=classes)
    return np.asarray(counts / len(challenger.keys), dtype=float)
