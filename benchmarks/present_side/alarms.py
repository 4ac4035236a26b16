"""Tests of a decline on losses alone: the product's and others, with false alarms and delays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy import stats

from benchmarks.present_side.worlds import Values
from include.autopilot.gate.decline import decline

Alarm = Callable[[Values, Sequence[Values]], int | None]
TOLERATED = 1.1
LOSSES: Mapping[str, Callable[[np.random.Generator, int, float], Values]] = {
    "normal": lambda random, rows, times: times * np.abs(random.normal(size=rows)),
    "t, 3 degrees": lambda random, rows, times: times * np.abs(random.standard_t(3, size=rows)),
    "lognormal": lambda random, rows, times: times * np.exp(1.2 * random.normal(size=rows)),
    "wrong, 15 %": lambda random, rows, times: (random.random(rows) < 0.15 * times).astype(float),
    "wrong, 3 %": lambda random, rows, times: (random.random(rows) < 0.03 * times).astype(float),
    "Brier": lambda random, rows, times: times * random.beta(0.5, 3, size=rows),
}
# Fewest and most rows of a drop, wobble of the drops, level beside that of the judging rows, which flatter by 5 %.
STILL: Mapping[str, tuple[int, int, float, float]] = {
    "100 rows": (100, 100, 0.0, 1.0),
    "20 rows": (20, 20, 0.0, 1.0),
    "20-100, wobble 10 %": (20, 100, 0.1, 1.0),
    "20-100, level 1.1": (20, 100, 0.05, 1.1),
    "wobble 20 %": (100, 100, 0.2, 1.0),
}


def timeline(
    seed: int, losses: str, rows: tuple[int, int], wobble: float, level: float, times: float = 1.0, at: int = 50
) -> tuple[Values, list[Values]]:
    """Return losses at the promotion and of fifty exams (of twelve after a change)."""
    random = np.random.default_rng(seed)
    draw, exams = LOSSES[losses], []
    for exam in range(50 if at >= 50 else at + 12):
        harder = level * np.exp(wobble * random.normal()) * (times if exam >= at else 1.0)
        exams.append(draw(random, int(random.integers(rows[0], rows[1] + 1)), harder))
    return draw(random, 200, 0.95), exams


def ours(promotion: Values, exams: Sequence[Values]) -> int | None:
    """Apply the product's."""
    found = decline(promotion, exams)
    return found.exam if found.declined else None


def spent_welch(promotion: Values, exams: Sequence[Values]) -> int | None:
    """Compare each exam with the promotion; the level is spent as 6 / (pi t)²."""
    distance, freedom = _distances(promotion, exams)
    level = 0.05 * 6 / (np.pi * np.arange(1, len(exams) + 1)) ** 2
    return _first(stats.t.sf(distance, freedom) < level)


def cusum(promotion: Values, exams: Sequence[Values]) -> int | None:
    """Sum up what the distances have above one half; 5 is the usual threshold."""
    total, distance = 0.0, _distances(promotion, exams)[0]
    for exam, one in enumerate(distance):
        total = max(0.0, total + one - 0.5)
        if total > 5:
            return exam
    return None


def betting(promotion: Values, exams: Sequence[Values]) -> int | None:
    """Bet on losses above the upper confidence bound of the promotion's mean; a mixture of four stakes, 20 to 1."""
    bound = TOLERATED * (promotion.mean() + 2 * promotion.std() / np.sqrt(len(promotion)))
    stakes = np.array([0.05, 0.1, 0.2, 0.4])[:, None]
    wins = [np.log1p(stakes * (np.minimum(one / bound, 6) - 1)).sum(axis=1) for one in exams]
    return _first(np.exp(np.minimum(np.cumsum(wins, axis=0), 500)).mean(axis=1) >= 20)


def normal_mixture(promotion: Values, exams: Sequence[Values]) -> int | None:
    """Keep a confidence sequence of the exams' common mean (Robbins' mixture) against the same bound."""
    bound = TOLERATED * (promotion.mean() + 2 * promotion.std() / np.sqrt(len(promotion)))
    rows, total = np.cumsum([len(one) for one in exams]), np.cumsum([one.sum() for one in exams])
    squares = np.cumsum([np.square(one).sum() for one in exams])
    variance = squares / rows - (total / rows) ** 2
    radius = np.sqrt((rows + 100) * variance * np.log((rows + 100) / (100 * 0.05**2))) / rows
    return _first(total / rows - radius > bound)


TESTS: Mapping[str, Alarm] = {
    "decline (the product's)": ours,
    "Welch, spent": spent_welch,
    "CUSUM": cusum,
    "betting, mixture": betting,
    "normal mixture": normal_mixture,
}


def _distances(promotion: Values, exams: Sequence[Values]) -> tuple[Values, Values]:
    means = np.array([one.mean() for one in exams])
    errors = np.array([one.var(ddof=1) / len(one) for one in exams])
    own = TOLERATED**2 * promotion.var(ddof=1) / len(promotion)
    distance = (means - TOLERATED * promotion.mean()) / np.sqrt(errors + own + 1e-12)
    return distance, np.array([len(one) - 1 for one in exams], dtype=float)


def _first(alarms: Sequence[bool] | Values) -> int | None:
    found = np.flatnonzero(alarms)
    return int(found[0]) if len(found) else None


def false_alarms(name: str, seeds: int) -> dict[str, dict[str, float]]:
    """Return the share of timelines of fifty exams with an alarm, per kind of drops and of losses."""
    return {
        still: {
            losses: float(np.mean([TESTS[name](*timeline(s, losses, rows, *rest)) is not None for s in range(seeds)]))
            for losses in LOSSES
        }
        for still, (rows, rest) in ((still, ((one[0], one[1]), one[2:])) for still, one in STILL.items())
    }


def delays(name: str, times: float, rows: int, at: int, seeds: int) -> tuple[float, float]:
    """Return the mean delay in exams (1: seen in the first one; 13: not in twelve), and the share seen within two."""
    found = []
    for seed in range(seeds):
        alarm = TESTS[name](*timeline(seed, "normal", (rows, rows), 0.05, 1.0, times, at))
        found.append(13 if alarm is None else max(0, alarm - at + 1))
    return float(np.mean(found)), float(np.mean(np.array(found) <= 2))
