"""BACE month by month: which cutoffs a rule promotes, and how far its champion stays behind the best model there was.

Twelve models per cut, each learned from all drops up to its cutoff. The product's own cut has one sealed holdout. For
other cuts two sets of 200 rows are sealed: one judges, the other (the audit) only tells how good a choice really was,
because a champion chosen on some rows looks better on them than it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from benchmarks.gate_side.pairs import Values
from benchmarks.gate_side.tables import Table, fit_boosters, read_frame, table_of
from include.autopilot.candidate.objective import Objective
from include.autopilot.gate.comparison import judge
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.spending import Look
from include.autopilot.settings.gate import GateConfig
from include.bace.cut import FIRST_DROP_ROWS, MONTHLY_DROPS, SEALED_ROWS, cut

RMSE = Objective("RMSE", "Minimize")


@dataclass(frozen=True)
class Months:
    """One cut's twelve models.

    :param target: pIC50 of the rows that judge; ``audit_target`` of the rows that do not, empty if there are none.
    :param answers: one line per model: its answers for the rows that judge; ``audit`` likewise.
    """

    target: Values
    answers: Values
    audit_target: Values
    audit: Values


@dataclass(frozen=True)
class Course:
    """What one rule made of a sequence.

    :param promoted: numbers of the models that became champion, from 1.
    :param final_regret: relative RMSE lost in the end, champion against the best model so far, on the judging rows.
    :param mean_regret: the same as a mean over the cutoffs.
    :param final_audit: the last champion's RMSE on the audit rows against the last model's; NaN without audit rows.
    """

    promoted: tuple[int, ...]
    final_regret: float
    mean_regret: float
    final_audit: float


def product_sequence(path: str, seed: int) -> Months:
    """Learn twelve models on the drops that include/bace cuts; no audit rows are left."""
    made = cut(read_frame(path))
    drops = [table_of(drop) for drop in made.drops.values()]
    sealed = table_of(made.holdouts["sealed"])
    return _learn(drops, sealed, None, seed)


def drawn_sequence(path: str, draw: int) -> Months:
    """Learn twelve models on another cut, with audit rows; later drops are smaller by that."""
    frame = read_frame(path)
    order = frame["CID"].map(lambda key: hashlib.sha256(f"gate-draw-{draw}:{key}".encode()).hexdigest())
    ordered = frame.assign(order=order).sort_values("order").drop(columns="order")
    train, test = (ordered[ordered["Model"] == part] for part in ("Train", "Test"))
    rest = 2 * SEALED_ROWS + FIRST_DROP_ROWS - len(train)
    first = pd.concat([train, test[2 * SEALED_ROWS : rest]])
    months = [round(month * (len(test) - rest) / MONTHLY_DROPS) for month in range(MONTHLY_DROPS + 1)]
    later = [test[rest + start : rest + stop] for start, stop in pairwise(months)]
    drops = [table_of(drop) for drop in (first, *later)]
    return _learn(drops, table_of(test[:SEALED_ROWS]), table_of(test[SEALED_ROWS : 2 * SEALED_ROWS]), draw)


def course_of(sequence: Months, config: GateConfig) -> Course:
    """Let the gate decide cutoff by cutoff, each model against the champion it has by then."""
    champion: int | None = None
    promoted: list[int] = []
    behind: list[float] = []
    looks = 0
    errors = _rmse(sequence.answers, sequence.target)
    for number in range(len(sequence.answers)):
        held = None if champion is None else _contender(sequence, champion)
        looks += held is not None
        if judge(held, _contender(sequence, number), RMSE, config, look=Look("sealed", looks)).promotes:
            champion = number
            promoted.append(number + 1)
        if champion is not None:
            behind.append(float(errors[champion] / errors[: number + 1].min() - 1))
    audit = float("nan")
    if champion is not None and len(sequence.audit_target):
        audited = _rmse(sequence.audit, sequence.audit_target)
        audit = float(audited[champion] / audited[-1] - 1)
    if not behind:
        return Course((), float("nan"), float("nan"), audit)
    return Course(tuple(promoted), behind[-1], float(np.mean(behind)), audit)


def _learn(drops: Sequence[Table], judging: Table, audit: Table | None, seed: int) -> Months:
    asked = judging.features if audit is None else np.vstack([judging.features, audit.features])
    answers = []
    for number in range(1, len(drops) + 1):
        known = drops[:number]
        seen = Table(np.vstack([one.features for one in known]), np.concatenate([one.target for one in known]))
        answers.append(fit_boosters(seen, asked, seed))
    found, rows = np.array(answers), len(judging.target)
    audited = np.empty(0) if audit is None else audit.target
    return Months(judging.target, found[:, :rows], audited, found[:, rows:])


def _rmse(answers: Values, target: Values) -> Values:
    return np.asarray(np.sqrt(((answers - target) ** 2).mean(axis=1)), dtype=float)


def _contender(sequence: Months, number: int) -> Contender:
    keys = tuple(str(row) for row in range(len(sequence.target)))
    actual, predicted = tuple(sequence.target.tolist()), tuple(sequence.answers[number].tolist())
    return Contender(f"model {number + 1}", "sealed", keys, actual, predicted)
