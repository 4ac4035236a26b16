"""Whom the gate would have promoted if each comparison had an error of its own (``gate.errors: comparison``).

From what the models answered for the sealed holdout that judged them all; nothing is asked anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from include.autopilot.base.metrics import metric_named
from include.autopilot.candidate.objective import Objective
from include.autopilot.gate.comparison import judge
from include.autopilot.gate.stored import Answers, contenders
from include.autopilot.settings.gate import GateConfig


def promoted_anew(answers: Sequence[Answers | None], metric: str, gate: GateConfig) -> tuple[bool, ...] | None:
    """Return of each model whether it would have become the champion.

    :param answers: of the models for the holdout that judged them, in the order of their cutoffs; None: not kept.
    :param metric: by Autopilot's name.
    :returns: None where that cannot be told: answers are missing, or not all were judged by the same rows.
    """
    given = [one for one in answers if one is not None]
    if len(given) < len(answers) or len({one.holdout for one in given}) != 1:
        return None
    objective = Objective(metric, metric_named(metric).direction)
    alone = replace(gate, mode="enabled", errors="comparison")
    champion: Answers | None = None
    promoted = []
    for one in given:
        defender, challenger = contenders(champion, one)
        promoted.append(judge(defender, challenger, objective, alone).decision == "promote")
        champion = one if promoted[-1] else champion
    return tuple(promoted)
