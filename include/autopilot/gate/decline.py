"""Whether the champion has become worse than it was when it was promoted, as its exams on new drops tell it.

After every exam the newest 1, 2, 4, ... exams together are compared with a baseline: the rows on which the champion
was promoted and the exams before those. Four things are no decline, and the test leaves room for each:

- a baseline of some hundred rows is itself uncertain: its error is part of every comparison;
- the judging rows are not a drop's rows, and flatter the champion that they chose: what they say about exams may be off
  by ``_OTHER_ROWS``. Earlier exams may not, so what was always different is learned from the first of them;
- one drop is harder than another, by ``_OTHER_DROP`` or by as much as the earlier exams differ;
- a worsening by ``_TOLERATED`` or less is not worth telling.

Means are compared as square roots: few large losses do not decide then, and rare errors have a spread.
Pure and deterministic. docs/adr/0024-present.md has what this test and others were measured to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from include.autopilot.base.errors import GateError
from include.autopilot.gate.confusion import Values
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.resampled import ResampledMetric

Losses = Sequence[float] | NDArray[np.float64]

# The chance of a false alarm at one exam: one timeline in twenty over fifty drops.
LEVEL = 0.001
# Shares of the mean loss; the two in the middle are standard deviations.
_TOLERATED, _OTHER_ROWS, _OTHER_DROP = 0.1, 0.1, 0.07
# The earlier exams differ among each other by _OTHER_DROP as if so many of them had shown it.
_BELIEF = 4
# Fewer rows have no spread to rely on: they wait for the next exam's.
_FEWEST = 8
# Chances below this have no number that means anything.
_RARE = 1e-6
# In units of the largest loss of the baseline: nothing to divide by, and the most that can be squared and summed up.
_TINY, _HUGE = 1e-12, 1e100


@dataclass(frozen=True)
class Decline:
    """What the exams say.

    :param declined: whether the champion is worse than it was, beyond chance and beyond what is tolerated.
    :param exam: the number of the exam, from 0, that showed it first; ``since``: that of the first exam which is worse.
        Without a decline those that look worst at the newest exam; None where there is nothing to compare.
    :param evidence: the chance to see as much at one exam without a decline, at most 1; ``LEVEL`` or less is a decline.
    :param worsening: by how much the mean loss of the exams ``since`` is larger than before, as a share of that: 1 is
        twice as large. None where there was no loss before.
    :param low: the lower end of its 95 % interval, and ``high`` the upper one.
    :param sentence: all of it for people.
    """

    declined: bool
    exam: int | None
    since: int | None
    evidence: float
    worsening: float | None
    low: float | None
    high: float | None
    sentence: str


def decline(promotion: Losses | None, exams: Sequence[Losses], level: float = LEVEL) -> Decline:
    """Say whether and when a champion's exams became worse.

    :param promotion: its losses on the rows that it was promoted on, by :func:`row_losses`; None where those are of
        another kind: then the first exams alone are the baseline.
    :param exams: its losses, one array per exam in the order of the drops; an exam may have no rows.
    :param level: the chance of a false alarm per exam.
    :raises GateError: a loss is negative or no number.
    """
    before = _checked(promotion if promotion is not None else (), "The champion's promotion")
    checked = [_checked(losses, f"Exam {number}") for number, losses in enumerate(exams, 1)]
    unit = next((float(losses.max()) for losses in (before, *checked) if losses.any()), 1.0)
    compared = _compare(_sums(before, unit), np.array([_sums(losses, unit) for losses in checked]).reshape(-1, 3))
    if not len(compared.end):
        return Decline(False, None, None, 1.0, None, None, None, _NOTHING)
    alarms = np.flatnonzero(compared.chance <= level)
    exam = int(compared.end[alarms].min() if len(alarms) else compared.end.max())
    shown = np.flatnonzero(compared.end == exam)
    worst = int(shown[np.argmin(compared.chance[shown])])
    return _told(compared, worst, bool(len(alarms)))


def row_losses(metric: ResampledMetric, contender: Contender) -> Values:
    """Return what each row adds to the loss by which a decline is seen; comparable from exam to exam.

    For numbers it is the size of the error, for squared errors too: a few large errors would decide otherwise. For a
    metric that needs probabilities (AUC, LogLoss) it is the squared distance between the probabilities and what
    happened, 0 to 1 (Brier); for any other metric of classes 0 or 1, right or wrong. AUC and F1 are no sums over rows.
    """
    actual = np.asarray(contender.actual, dtype=float)
    if metric.regression:
        return np.asarray(np.abs(np.asarray(contender.predicted, dtype=float) - actual), dtype=float)
    if contender.probabilities is None or not metric.known.needs_probabilities:
        return np.asarray(np.asarray(contender.predicted, dtype=float) != actual, dtype=float)
    given = np.asarray(contender.probabilities, dtype=float)
    given = given / given.sum(axis=1, keepdims=True)
    happened = actual.astype(int)[:, None] == np.arange(given.shape[1])
    return np.asarray(((given - happened) ** 2).sum(axis=1) / 2, dtype=float)


def fresh_losses(metric: ResampledMetric, contender: Contender, counted: set[tuple[str, float]]) -> Values:
    """Return the loss of every row that has an answer and was not counted yet: a row that comes again proves nothing.

    :param counted: key and measured value of the rows of earlier exams; these are added.
    """
    rows = list(zip(contender.keys, map(float, contender.actual), strict=True))
    new = np.array([row not in counted for row in rows])
    counted.update(rows)
    losses = row_losses(metric, contender)
    return np.asarray(losses[new & np.isfinite(losses)], dtype=float)


def what_it_means(declined: bool, drifted: bool) -> str:
    """Say what exams and input drift say together, for people.

    :param declined: the exams are worse; ``drifted``: the newest drop's inputs look different from the baseline's.
    """
    return _MEANING[declined, drifted]


@dataclass(frozen=True)
class _Compared:
    """One comparison per line: the exams ``start`` to ``end`` with what was before.

    :param now: the square roots of their mean losses, ``base`` those of the baselines, both with variances.
    :param chance: to see as much without a decline in any of the comparisons at the same exam.
    """

    start: NDArray[np.intp]
    end: NDArray[np.intp]
    now: Values
    now_variance: Values
    base: Values
    base_variance: Values
    chance: Values


def _compare(promotion: Values, sums: Values) -> _Compared:
    """Compare at every exam.

    :param promotion: how many rows there are, the sum of their losses and that of the squares; ``sums``: per exam.
    """
    pairs = [(last + 1 - 2**power, last) for last in range(len(sums)) for power in range((last + 1).bit_length())]
    start, end = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    total = np.vstack([np.zeros(3), np.cumsum(sums, axis=0)])
    earlier, newest = total[start], total[end + 1] - total[start]
    known = promotion + earlier
    usable = (newest[:, 0] >= _FEWEST) & (known[:, 0] >= _FEWEST)
    start, end = start[usable], end[usable]
    earlier, newest, known = earlier[usable], newest[usable], known[usable]
    now, level, spread = _level(newest), _level(known), _spread(known)
    other_drop = _other_drop(sums, start, level, spread)
    weights = [
        _precision(promotion[:1], spread, (level * _OTHER_ROWS / 2) ** 2),
        _precision(earlier[:, 0], spread, (level / 2) ** 2 * other_drop / np.maximum(start, 1)),
    ]
    base = (weights[0] * _level(promotion) + weights[1] * _level(earlier)) / (weights[0] + weights[1])
    base_variance = 1 / (weights[0] + weights[1])
    now_variance = 1 / _precision(
        newest[:, 0], np.maximum(_spread(newest), spread), (now / 2) ** 2 * other_drop / (end + 1 - start)
    )
    allowed = np.sqrt(1 + _TOLERATED)
    distance = (now - allowed * base) / np.sqrt(now_variance + allowed**2 * base_variance)
    chance = stats.t.sf(distance, newest[:, 0] + known[:, 0] - 2) * np.bincount(end)[end]
    return _Compared(start, end, now, now_variance, base, base_variance, np.minimum(chance, 1))


def _checked(losses: Losses, what: str) -> Values:
    found = np.asarray(losses, dtype=float)
    wrong = np.flatnonzero(~(np.isfinite(found) & (found >= 0)))
    if len(wrong):
        raise GateError(f"{what}: the loss of row {wrong[0]} is {found[wrong[0]]}. Leave out rows without an answer.")
    return found


def _sums(losses: Values, unit: float) -> Values:
    """Return how many there are, their sum and that of their squares, in units in which none is tiny or infinite."""
    with np.errstate(over="ignore"):
        shares = np.minimum(losses / unit, _HUGE)
    return np.array([len(shares), shares.sum(), np.square(shares).sum()])


def _level(sums: Values) -> Values:
    """Return the square root of the mean loss, 0 without rows."""
    return np.asarray(np.sqrt(sums[..., 1] / np.maximum(sums[..., 0], 1)), dtype=float)


def _spread(sums: Values) -> Values:
    """Return the variance of the square root of a mean loss, times the number of rows."""
    rows = np.maximum(sums[..., 0], 2)
    mean = sums[..., 1] / rows
    variance = np.maximum(sums[..., 2] / rows - mean**2, 0) * rows / (rows - 1)
    return np.asarray(np.divide(variance, 4 * mean, out=np.zeros_like(mean), where=mean > 0), dtype=float)


def _precision(rows: Values, spread: Values, beside: Values) -> Values:
    """Return 1 / variance of the square root of a mean; 0 without rows.

    :param beside: what adds to the variance however many rows there are.
    """
    return np.asarray(rows / (spread + rows * beside + _TINY), dtype=float)


def _other_drop(sums: Values, start: NDArray[np.intp], level: Values, spread: Values) -> Values:
    """Return the relative variance of one drop's mean loss beside another's, as the exams before ``start`` tell it.

    DerSimonian and Laird's (1986) estimate, averaged with what is believed before there are any.
    """
    rows, found = sums[:, 0], _level(sums)
    moments = np.vstack(
        [np.zeros(4), np.cumsum(np.column_stack([rows, rows**2, rows * found, rows * found**2]), axis=0)]
    )
    count, squares, first, second = moments[start].T
    held = np.concatenate([[0], np.cumsum(rows > 0)])[start]
    some = np.maximum(count, 1)
    excess = second - first**2 / some - np.maximum(held - 1, 0) * spread
    scale = (count - squares / some) * level**2 / 4
    between = np.divide(np.maximum(excess, 0), scale, out=np.zeros_like(scale), where=scale > _TINY)
    seen = np.maximum(held - 1, 0)
    return np.asarray((_BELIEF * _OTHER_DROP**2 + seen * between) / (_BELIEF + seen), dtype=float)


_NOTHING = f"No decline can be seen yet: that needs exams on at least {_FEWEST} rows, and as many rows before them."
_MEANING = {
    (False, False): "",
    (False, True): (
        "The inputs look different, but on the rows measured so far the model is as right as before: input drift is no "
        "decline, and a new model may not be needed."
    ),
    (True, False): (
        "The inputs look the same, but the answers no longer fit: the world's answers changed (a new assay, another "
        "unit, a relation that no longer holds), or the model never was as good on such rows."
    ),
    (True, True): (
        "The inputs look different, and the model is less right on them: the new rows are of a kind that it has not "
        "learned, or the world's answers changed with them."
    ),
}


def _told(compared: _Compared, line: int, declined: bool) -> Decline:
    """Return one comparison in words and numbers."""
    now, base = compared.now[line], compared.base[line]
    exam, since, evidence = int(compared.end[line]), int(compared.start[line]), float(compared.chance[line])
    worsening = low = high = None
    if base > 0:
        error = np.sqrt(compared.now_variance[line] + (now / base) ** 2 * compared.base_variance[line])
        ends = np.maximum(now + np.array([0, -1, 1]) * stats.norm.isf(0.025) * error, 0)
        worsening, low, high = (float(one) for one in (ends / base) ** 2 - 1)
    which = f"exam {exam + 1}" if since == exam else f"exams {since + 1} to {exam + 1}"
    times = "" if worsening is None else f" {1 + worsening:.3g} times as large as before"
    interval = "" if low is None or high is None else f" (95% interval {1 + low:.3g} to {1 + high:.3g})"
    if not declined:
        seen = f"The mean loss in {which} is{times or ' not zero as before'}{interval}"
        sentence = f"No decline: that is within chance and what is tolerated. {seen}."
    else:
        than = "before" if since else "when it was promoted"
        rare = "less than one in a million" if evidence < _RARE else f"about one in {1 / evidence:,.0f}"
        sentence = (
            f"The champion is worse than it was {than}: its mean loss in {which} is"
            f"{times or ' no longer zero'}{interval}. Without a decline that is seen in {rare} exams."
        )
    return Decline(declined, exam, since, evidence, worsening, low, high, sentence)
