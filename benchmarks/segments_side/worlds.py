"""Made-up pairs of a champion and a challenger that are worth the same in every segment, or differ in the first one.

The rows are dealt out to segments one by one, so what is true of all rows is true of each segment.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.timeline_side.worlds import models
from include.autopilot.drops.segments import Segments
from include.autopilot.gate.confusion import Values
from include.autopilot.gate.contender import Contender

Pair = tuple[Contender, Contender]
# What one model adds to the noise that nobody can predict, as a share of its variance.
_OWN = 0.25
# A model of rare errors: how many rows it errs on badly.
_RARE = 0.05


def dealt(rows: int, segments: int) -> Segments:
    """Return so many segments of about as many rows each."""
    names = tuple(f"segment {number}" for number in range(segments))
    return Segments("segment", names, np.arange(rows) % segments)


def _alike(rows: int, random: np.random.Generator) -> tuple[Values, Values]:
    """Draw the errors of two retrained models of one kind: a noise in common, and a part of each one's own."""
    noise = random.normal(0, 1, rows)
    return (
        noise + random.normal(0, np.sqrt(_OWN), rows),
        noise + random.normal(0, np.sqrt(_OWN), rows),
    )


def _heavy(rows: int, random: np.random.Generator) -> tuple[Values, Values]:
    """Draw the same from Student's t with 4 degrees of freedom."""
    noise = random.standard_t(4, rows)
    return (
        noise + np.sqrt(_OWN) * random.standard_t(4, rows),
        noise + np.sqrt(_OWN) * random.standard_t(4, rows),
    )


def _rare(rows: int, random: np.random.Generator) -> tuple[Values, Values]:
    """Draw a champion that errs badly on few rows and a challenger that errs a little on all; equal mean squares."""
    noise = random.normal(0, 1, rows)
    rare = (random.random(rows) < _RARE) * random.normal(0, np.sqrt(_OWN / _RARE), rows)
    return noise + rare, noise + random.normal(0, np.sqrt(_OWN), rows)


ERRORS: dict[str, Callable[[int, np.random.Generator], tuple[Values, Values]]] = {
    "alike": _alike,
    "heavy tails": _heavy,
    "champion errs rarely and badly": _rare,
}


def regressors(kind: str, rows: int, random: np.random.Generator, worse: Values | float = 0.0) -> Pair:
    """Draw two models of equal mean squared error.

    :param worse: by which share of its loss the challenger is worse, for all rows or row by row.
    """
    theirs, ours = ERRORS[kind](rows, random)
    keys = [str(number) for number in range(rows)]
    zeros = np.zeros(rows)
    return (
        Contender("champion", "d1ge5t", keys, zeros, theirs),
        Contender("challenger", "d1ge5t", keys, zeros, ours * np.sqrt(1 + np.asarray(worse))),
    )


def classifiers(random: np.random.Generator) -> Pair:
    """Draw two equal models of two classes, which answer 200 rows."""
    champion, challenger = models("AUC", [0.0, 0.0], random)
    return champion, challenger
