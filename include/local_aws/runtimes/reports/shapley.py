"""Shapley values: how much of an answer each column brings about, between a baseline row and the row explained.

They are sampled along walks. A walk begins at the baseline and takes the row's own values one column after the other,
in a random order; what the answer changes by at a step is the share of its column. Each order is walked from both ends.
So the shares of a row sum to its answer less the baseline's, to the last digit, whatever the model is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
# Rows put together of others: per cell the number of the row it is taken from.
Mixed = NDArray[np.int16]

_CELLS = 2_000_000  # that are put together at once


@dataclass(frozen=True)
class Attributions:
    """What was found.

    :param values: rows by columns by outputs.
    :param evaluations: rows that the model answered for it.
    """

    values: Numbers
    evaluations: int

    @property
    def importance(self) -> Numbers:
        """The mean size of the values, columns by outputs."""
        mean: Numbers = np.abs(self.values).mean(axis=0)
        return mean


def attributions(
    answer: Callable[[Mixed], Numbers], differs: NDArray[np.bool_], evaluations: int, least: int
) -> Attributions:
    """Explain as many rows, from the first, as ``evaluations`` allow, but at least ``least``.

    :param answer: the model: outputs per row for mixed rows, in which 0 is the baseline and n the nth row explained.
    :param differs: rows by columns, whether the value is another than the baseline's.
    """
    orders, walks = list[NDArray[np.intp]](), list[Mixed]()
    generator, steps = np.random.default_rng(0), 0
    for row, columns in enumerate(differs, start=1):
        order = generator.permutation(np.flatnonzero(columns))
        steps += 2 * (len(order) + 1)
        if row > least and steps > evaluations:
            break
        for one in (order, order[::-1]):
            orders.append(one)
            walks.append(_walk(one, row, len(columns)))
    answers = np.concatenate([answer(part) for part in _parts(np.concatenate(walks))])
    values = np.zeros((len(orders) // 2, differs.shape[1], answers.shape[1]))
    ends = np.cumsum([len(walk) for walk in walks])[:-1]
    for number, (order, found) in enumerate(zip(orders, np.split(answers, ends), strict=True)):
        values[number // 2, order] += np.diff(found, axis=0) / 2
    return Attributions(values, len(answers))


def _walk(order: NDArray[np.intp], row: int, columns: int) -> Mixed:
    when = np.full(columns, len(order), dtype=np.int64)
    when[order] = np.arange(len(order))
    taken = when < np.arange(len(order) + 1)[:, None]
    return np.where(taken, row, 0).astype(np.int16)


def _parts(mixed: Mixed) -> Iterator[Mixed]:
    rows = max(1, _CELLS // mixed.shape[1])
    return (mixed[start : start + rows] for start in range(0, len(mixed), rows))
