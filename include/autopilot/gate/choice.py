"""Which of several challengers is judged: the best one on the judging rows; all share the error of the look."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from include.autopilot.candidate.objective import Objective
from include.autopilot.gate.bootstrap import value_of
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.resampled import resampled_metric


def best_of(challengers: Sequence[Contender], objective: Objective) -> int:
    """Return the place of the challenger with the smallest loss; of equal ones the first.

    One that left a row without an answer, or whose metric is not defined, comes last.

    :param challengers: one or more, their answers to the same rows.
    """
    values = np.array([_value(one, objective) for one in challengers])
    losses = np.asarray(resampled_metric(objective.metric).loss(values), dtype=float)
    return int(np.argmin(np.where(np.isfinite(losses), losses, np.inf)))


def choice_words(challengers: Sequence[Contender], objective: Objective) -> str:
    """Return what those have that were not chosen, for people; empty of one alone."""
    if len(challengers) == 1:
        return ""
    best = best_of(challengers, objective)
    told = [
        f"{one.model} has {objective.metric} {_value(one, objective):.4g}"
        for place, one in enumerate(challengers)
        if place != best
    ]
    return f"The better challenger was judged: {', '.join(told)}."


def _value(challenger: Contender, objective: Objective) -> float:
    if len(challenger.unanswered):
        return float("nan")
    return float(value_of(resampled_metric(objective.metric).scorer(challenger), len(challenger.keys)))
