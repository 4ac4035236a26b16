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
    losses = [_loss(one, objective) for one in challengers]
    return losses.index(min(losses))


def _loss(challenger: Contender, objective: Objective) -> float:
    if len(challenger.unanswered):
        return float("inf")
    metric = resampled_metric(objective.metric)
    loss = float(metric.loss(np.array(value_of(metric.scorer(challenger), len(challenger.keys)))))
    return loss if np.isfinite(loss) else float("inf")
