"""The gate's decisions on many pairs at once.

The gate draws rows with a fixed seed, so all holdouts of one size share their draws: one matrix product then gives
the losses of every pair in every resample. What is decided is what include/autopilot/gate/comparison.py decides; a test
holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.gate_side.pairs import Pair, Values
from include.autopilot.gate.bootstrap import resampled_counts
from include.autopilot.settings.gate import GateConfig

Flags = NDArray[np.bool_]
_AT_ONCE = 250


@dataclass(frozen=True)
class Holdouts:
    """Simulated holdouts of one size: one line per holdout, one loss per row of it."""

    champion: Values
    challenger: Values
    rooted: bool


@dataclass(frozen=True)
class Evidence:
    """What decides, per holdout.

    :param remains: share of the champion's loss that the challenger leaves, on the holdout as it is.
    :param levels: per confidence and side, the remaining share at the interval's pessimistic end.
    :param tolerant: the same with ``max_relative_loss`` of the champion's loss granted to the challenger.
    """

    remains: Values
    levels: dict[float, Values]
    tolerant: dict[float, Values]


@cache
def counts_of(rows: int, resamples: int, seed: int) -> Values:
    """Return the gate's own draws for a holdout of this size."""
    return np.concatenate(list(resampled_counts(rows, resamples, seed)))


def exchanged(pair: Pair, rows: int, holdouts: int, random: np.random.Generator) -> Holdouts:
    """Draw null holdouts whose rows' losses change sides at random: neither model is better, whatever the metric."""
    drawn = random.integers(0, len(pair.champion), (holdouts, rows))
    swap = random.random((holdouts, rows)) < 0.5
    one, other = pair.champion[drawn], pair.challenger[drawn]
    return Holdouts(np.where(swap, other, one), np.where(swap, one, other), pair.rooted)


def scaled(pair: Pair, rows: int, holdouts: int, random: np.random.Generator) -> Holdouts:
    """Draw null holdouts where the challenger's losses, all of the table, were multiplied to the champion's mean."""
    drawn = random.integers(0, len(pair.champion), (holdouts, rows))
    factor = pair.champion.mean() / pair.challenger.mean()
    return Holdouts(pair.champion[drawn], factor * pair.challenger[drawn], pair.rooted)


def evidence_of(holdouts: Holdouts, configs: Sequence[GateConfig]) -> Evidence:
    """Resample every holdout as the gate does.

    :param configs: rules to prepare for; they share resamples, seed and max_relative_loss.
    """
    config = configs[0]
    tails = sorted({tail_of(one) for one in configs})
    counts = counts_of(holdouts.champion.shape[1], config.resamples, config.seed) / holdouts.champion.shape[1]
    parts: list[tuple[Values, Values, Values]] = []
    for start in range(0, len(holdouts.champion), _AT_ONCE):
        both = [side[start : start + _AT_ONCE] for side in (holdouts.champion, holdouts.challenger)]
        whole = [_finish(side.mean(axis=1), holdouts.rooted) for side in both]
        champion, challenger = (_finish(side @ counts.T, holdouts.rooted) for side in both)
        with np.errstate(divide="ignore", invalid="ignore"):
            remaining = _inverse(champion, challenger, tails)
            granted = champion + config.max_relative_loss * whole[0][:, None]
            parts.append((whole[1] / whole[0], remaining, _inverse(granted, challenger, tails)))
    remains, levels, tolerant = (np.concatenate(found, axis=-1) for found in zip(*parts, strict=True))
    return Evidence(remains, dict(zip(tails, levels, strict=True)), dict(zip(tails, tolerant, strict=True)))


def promoted(evidence: Evidence, config: GateConfig, true_gain: float = 0.0) -> Flags:
    """Return whether each holdout's challenger is promoted, its losses having been lowered by a share.

    :param true_gain: the metric's relative gain; 0 takes the holdouts as they were drawn.
    """
    better = 1 - (1 - true_gain) * evidence.remains >= config.min_relative_change
    better &= evidence.remains * (1 - true_gain) < 1
    if config.rule == "point":
        return better
    return np.asarray(better & (_limits(evidence, config) > 1 - true_gain), dtype=bool)


def needed_gain(evidence: Evidence, config: GateConfig) -> Values:
    """Return, per holdout, the smallest true relative gain with which its challenger would have been promoted."""
    with np.errstate(divide="ignore"):
        enough = (1 - config.min_relative_change) / evidence.remains
    if config.rule != "point":
        enough = np.minimum(enough, _limits(evidence, config))
    return np.asarray(1 - enough, dtype=float)


def _limits(evidence: Evidence, config: GateConfig) -> Values:
    return (evidence.tolerant if config.rule == "non_inferior" else evidence.levels)[tail_of(config)]


def tail_of(config: GateConfig) -> float:
    """Return the share of resamples that may contradict a promotion."""
    beside = 1 - config.confidence
    return round(beside if config.rule == "bound" else beside / 2, 12)


def _finish(means: Values, rooted: bool) -> Values:
    return np.sqrt(means) if rooted else means


def _inverse(champion: Values, challenger: Values, tails: Sequence[float]) -> Values:
    """Return, per tail and holdout, the factor below which the challenger's loss must fall to be proved better.

    champion - factor * challenger > 0 in all but the tail's share of resamples, if factor < this quantile.
    """
    ratio = np.where(challenger > 0, champion / challenger, np.where(champion > 0, np.inf, 1.0))
    ratio.sort(axis=1)
    places = np.array(tails) * (ratio.shape[1] - 1)
    lower = np.floor(places).astype(int)
    with np.errstate(invalid="ignore"):  # between two infinities: a challenger without any loss
        between = ratio[:, lower] + (places - lower) * (ratio[:, lower + 1] - ratio[:, lower])
    return np.where(np.isnan(between), ratio[:, lower], between).T
