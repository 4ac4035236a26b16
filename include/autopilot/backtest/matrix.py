"""Every model's answers for every later drop, on rows that none of the models that are compared has seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from include.autopilot.base.errors import GateError, LeakError
from include.autopilot.gate.contender import Contender

Cell = tuple[int, int]
"""A model and a drop, by their places."""


@dataclass(frozen=True)
class Learner:
    """A model, as the schedules choose it.

    :param version: its number; ``moment``: it learned from drops up to here, so many as ``learned`` says.
    :param decision: what the gate said of it; ``promoted``: whether it became the champion.
    """

    version: int
    moment: datetime
    learned: int
    decision: str
    promoted: bool


@dataclass(frozen=True)
class JudgedDrop:
    """A drop that all models before it predicted: its name, its date, and how many rows they are compared on."""

    name: str
    moment: datetime
    rows: int


@dataclass(frozen=True)
class Matrix:
    """The answers.

    :param models: in the order of their cutoffs; ``drops``: in order.
    :param cells: what each model answered for every drop after it, on the drop's compared rows: for all models the
        same.
    """

    models: tuple[Learner, ...]
    drops: tuple[JudgedDrop, ...]
    cells: Mapping[Cell, Contender]

    def __post_init__(self) -> None:
        """Make sure that no model judges itself by what it has learned, and that all are compared on the same rows.

        :raises LeakError: a model learned from drops up to the date of one that it is asked, or later.
        :raises GateError: two models answered other rows of one drop.
        """
        for model, drop in self.cells:
            learner, asked = self.models[model], self.drops[drop]
            if learner.moment >= asked.moment:
                raise LeakError(
                    f"Version {learner.version} learned from drops up to {learner.moment:%Y-%m-%d} and cannot be "
                    f"judged on drop {asked.name}. Only later drops count."
                )
        for drop in range(len(self.drops)):
            first = self.cells[0, drop]
            for model in range(1, self.newest(drop) + 1):
                _check_same(first, self.cells[model, drop], self.drops[drop].name)

    def newest(self, drop: int) -> int:
        """Return the place of the newest model that was there before a drop."""
        return max(place for place, model in enumerate(self.models) if model.moment < self.drops[drop].moment)


def on_common_rows(answers: Sequence[Contender]) -> list[Contender]:
    """Return answers for one drop on the rows that all of them have: each lacks those that its model has seen.

    A key that one of them has more often than another counts for none. None are left where no row is common.
    """
    counts = [Counter(one.keys) for one in answers]
    common = {key for key, number in counts[0].items() if all(other[key] == number for other in counts[1:])}
    return [_only(one, np.array([key in common for key in one.keys])) for one in answers] if common else []


def joined(answers: Sequence[Contender]) -> Contender:
    """Return the answers for several drops as one."""
    given = [one.probabilities for one in answers]
    return Contender(
        model=answers[-1].model,
        holdout="later drops",
        keys=[key for one in answers for key in one.keys],
        actual=np.concatenate([np.asarray(one.actual, dtype=float) for one in answers]),
        predicted=np.concatenate([np.asarray(one.predicted, dtype=float) for one in answers]),
        probabilities=None if any(one is None for one in given) else np.concatenate([np.asarray(one) for one in given]),
    )


def _only(answers: Contender, wanted: NDArray[np.bool_]) -> Contender:
    given = answers.probabilities
    return Contender(
        answers.model,
        answers.holdout,
        [key for key, keep in zip(answers.keys, wanted, strict=True) if keep],
        np.asarray(answers.actual, dtype=float)[wanted],
        np.asarray(answers.predicted, dtype=float)[wanted],
        None if given is None else np.asarray(given, dtype=float)[wanted],
    )


def _check_same(one: Contender, other: Contender, drop: str) -> None:
    if list(one.keys) != list(other.keys) or not np.array_equal(one.actual, other.actual):
        raise GateError(
            f"{one.model} and {other.model} answered other rows of drop {drop}. It was changed between them: delete "
            "what backtests kept of it, and run the backtest again."
        )
