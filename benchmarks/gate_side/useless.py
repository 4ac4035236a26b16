"""Challengers that know nothing: what a first model's rule must not promote.

All are made of a holdout's measured values and a random generator, never of both together: a constant, a coin, labels
drawn by the class frequencies, labels that rarely differ, noise around the mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from include.autopilot.candidate.objective import Objective, direction_of
from include.autopilot.gate.comparison import judge
from include.autopilot.gate.contender import Contender
from include.autopilot.settings.gate import GateConfig

Values = NDArray[np.float64]
Random = np.random.Generator

REGRESSION = ("MSE", "RMSE", "MAE", "R2")
BINARY = ("Accuracy", "BalancedAccuracy", "F1", "Precision", "Recall", "AUC", "LogLoss")
MULTICLASS = ("Accuracy", "BalancedAccuracy", "F1macro", "PrecisionMacro", "RecallMacro", "LogLoss")


@dataclass(frozen=True)
class Useless:
    """One kind of challenger on one kind of rows.

    :param make: takes rows and a generator and gives a contender.
    """

    rows: str
    kind: str
    metrics: tuple[str, ...]
    make: Callable[[int, Random], Contender]


def useless() -> Iterator[Useless]:
    """Yield every kind."""
    for rows, draw in (("skewed", _skewed), ("normal", _normal)):
        for kind, answer in _NUMBERS.items():
            yield Useless(rows, kind, REGRESSION, _numbers(draw, answer))
    for shares in ((0.5, 0.5), (0.7, 0.3), (0.95, 0.05)):
        for kind, says in _says(shares, "always 1"):
            yield Useless(f"{shares[1]:.0%} positive", kind, BINARY, _classes(shares, says))
    for shares in ((1 / 3, 1 / 3, 1 / 3), (0.7, 0.2, 0.1), (0.9, 0.04, 0.03, 0.03)):
        for kind, says in _says(shares, "always the last class"):
            yield Useless(f"{len(shares)} classes, {shares[0]:.0%} of one", kind, MULTICLASS, _classes(shares, says))


def promoted_share(one: Useless, metric: str, rows: int, challengers: int, config: GateConfig, seed: int) -> float:
    """Return the share of challengers that become the first champion."""
    random = np.random.default_rng([seed, rows])
    objective = Objective(metric, direction_of(metric))
    found = [judge(None, one.make(rows, random), objective, config).promotes for _ in range(challengers)]
    return float(np.mean(found))


def _skewed(rows: int, random: Random) -> Values:
    return random.lognormal(0.0, 1.0, rows)


def _normal(rows: int, random: Random) -> Values:
    return random.standard_normal(rows) + 6


_NUMBERS: dict[str, Callable[[Values, Random], Values]] = {
    # A training set of 1,000 rows of its own, drawn like the holdout.
    "the training's mean": lambda training, _: np.full(1, training.mean()),
    "the training's median": lambda training, _: np.full(1, np.median(training)),
    "the training's targets, mixed": lambda training, random: random.permutation(training),
    "a little noise around the median": lambda training, random: (
        np.median(training) + training.std() * random.standard_normal(len(training)) / 20
    ),
}


def _numbers(
    draw: Callable[[int, Random], Values], answer: Callable[[Values, Random], Values]
) -> Callable[[int, Random], Contender]:
    def make(rows: int, random: Random) -> Contender:
        actual = draw(rows, random)
        answers = np.resize(answer(draw(1000, random), random), rows)
        return Contender("useless", "drawn", range_of(rows), actual, answers)

    return make


def _says(shares: tuple[float, ...], last: str) -> Iterator[tuple[str, tuple[float, ...]]]:
    count = len(shares)
    yield "a coin" if count == 2 else "random labels", (1 / count,) * count
    yield "labels by frequency", shares
    yield "rarely another label", (1 - 0.03 * (count - 1), *(0.03,) * (count - 1))
    yield last, (*(0.0,) * (count - 1), 1.0)


def _classes(shares: tuple[float, ...], says: tuple[float, ...]) -> Callable[[int, Random], Contender]:
    count = len(shares)

    def make(rows: int, random: Random) -> Contender:
        actual, predicted = (random.choice(count, rows, p=p) for p in (shares, says))
        # A little sure of what it says, so that its probabilities are as useless as its labels.
        chances = 0.95 * np.array(shares) + 0.05 * np.eye(count)[predicted]
        return Contender("useless", "drawn", range_of(rows), actual, predicted, chances)

    return make


def range_of(rows: int) -> tuple[str, ...]:
    """Return keys for so many rows."""
    return tuple(map(str, range(rows)))
