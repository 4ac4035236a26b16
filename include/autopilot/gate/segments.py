"""Whether a challenger is worse than the champion in one part of the judging rows, beyond chance.

In every segment the gain has an upper end, all of them together with the gate's confidence: what they may err is shared
out evenly (Bonferroni), and how far chance reaches is what the gate's own resamples say, in which both models get the
same rows. A segment whose upper end lies below zero is worse. docs/adr/0027-segments.md has what that errs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from include.autopilot.drops.segments import Segments
from include.autopilot.gate.bootstrap import MOST_UNDEFINED, resampled_counts, resamples_of, value_of
from include.autopilot.gate.confusion import Values
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.resampled import ResampledMetric
from include.autopilot.gate.spending import level_words
from include.autopilot.gate.tail import student_high
from include.autopilot.settings.gate import GateConfig

FEWEST = 20
"""With fewer rows a segment is shown and decides nothing."""
_NAMED = 3
_TOO_LARGE = "the errors are too large for a number"


@dataclass(frozen=True)
class Segment:
    """One segment of a verdict. Numbers are in units of the metric; None where there is none.

    :param name: in words: ``series = 'B'``.
    :param champion: its metric on these rows; None where there is no champion.
    :param gain: by how much the challenger is better on these rows; below zero it is worse.
    :param high: the upper end of the gain.
    :param worse: whether that end lies below zero.
    :param why: why the segment decides nothing; None where it may.
    """

    column: str
    name: str
    rows: int
    champion: float | None
    challenger: float | None
    gain: float | None = None
    high: float | None = None
    worse: bool = False
    why: str | None = None

    @property
    def words(self) -> str:
        """The segment for a sentence, with its numbers."""
        return (
            f"where {self.name} ({self.rows} rows: {self.challenger:.4g} against {self.champion:.4g}, a gain of "
            f"{self.high:.4g} at most)"
        )


@dataclass(frozen=True)
class _Part:
    """The rows of one segment."""

    column: str
    name: str
    rows: NDArray[np.intp]

    def of(self, contender: Contender) -> Contender:
        """Return what a model answered for them."""
        probabilities = contender.probabilities
        return replace(
            contender,
            keys=[contender.keys[int(row)] for row in self.rows],
            actual=np.asarray(contender.actual, dtype=float)[self.rows],
            predicted=np.asarray(contender.predicted, dtype=float)[self.rows],
            probabilities=None if probabilities is None else np.asarray(probabilities, dtype=float)[self.rows],
        )


def compared_segments(
    metric: ResampledMetric,
    champion: Contender | None,
    challenger: Contender,
    columns: Sequence[Segments],
    config: GateConfig,
) -> tuple[Segment, ...]:
    """Compare two models in every segment.

    :param champion: None: the challenger's metric is told, and nothing can be worse.
    """
    parts = [
        _Part(one.column, name, np.flatnonzero(one.places == place))
        for one in columns
        for place, name in enumerate(one.names)
    ]
    told = [_measured(metric, champion, challenger, part) for part in parts]
    large = [number for number, one in enumerate(told) if one.why is None]
    if champion is None or not large:
        return tuple(told)
    tail = (1 - config.confidence) / len(large)
    gains = _gains(metric, champion, challenger, [parts[number] for number in large], config)
    for number, found in zip(large, gains, strict=True):
        told[number] = _judged(told[number], found, tail, metric)
    return tuple(told)


def worse_words(segments: Sequence[Segment], config: GateConfig) -> str:
    """Return in which segments a challenger is worse, for people; empty where it is in none."""
    worse = sorted((one for one in segments if one.worse), key=lambda one: one.high or 0.0)
    if not worse:
        return ""
    more = f" and in {len(worse) - _NAMED} more" if len(worse) > _NAMED else ""
    which = ", ".join(one.words for one in worse[:_NAMED])
    looked = sum(one.high is not None for one in segments)
    together = f" for all {looked} segments together" if looked > 1 else ""
    return f"But it is worse {which}{more}, with {level_words(config.confidence)} confidence{together}"


def summary_words(segments: Sequence[Segment]) -> str:
    """Return how many segments there are and what was found, for people."""
    judged, worse = (
        sum(found) for found in ((one.high is not None for one in segments), (one.worse for one in segments))
    )
    if not judged:
        return f"{len(segments)}, none of which could be compared"
    return f"{judged} of {len(segments)} could be compared; worse in {worse or 'none'}"


def _measured(metric: ResampledMetric, champion: Contender | None, challenger: Contender, part: _Part) -> Segment:
    rows = len(part.rows)
    theirs, ours = (
        None if one is None else _finite(value_of(metric.scorer(part.of(one)), rows)) for one in (champion, challenger)
    )
    found = Segment(part.column, part.name, rows, theirs, ours)
    if rows < FEWEST:
        found = replace(found, why=f"fewer than {FEWEST} rows")
    elif ours is None or (champion is not None and theirs is None):
        found = replace(found, why=f"{metric.name} is not defined for them")
    if theirs is None or ours is None:
        return found
    losses = metric.loss(np.array([theirs, ours]))
    return replace(found, gain=float(losses[0] - losses[1]))


def _judged(told: Segment, gains: Values | None, tail: float, metric: ResampledMetric) -> Segment:
    if gains is None or told.gain is None:
        return replace(told, why=f"{metric.name} is not defined for many resamples of them")
    high = _finite(student_high(told.gain, gains, tail, told.rows))
    return replace(told, high=high, worse=high is not None and high < 0, why=None if high is not None else _TOO_LARGE)


def _gains(
    metric: ResampledMetric, champion: Contender, challenger: Contender, parts: Sequence[_Part], config: GateConfig
) -> list[Values | None]:
    """Return the gains of every segment in the gate's resamples; None where many of these have none."""
    scorers = [(metric.scorer(part.of(champion)), metric.scorer(part.of(challenger))) for part in parts]
    rows = len(challenger.keys)
    resamples = resamples_of(rows, config.resamples)
    found: list[list[Values]] = [[] for _ in parts]
    # Of a small segment a resample may have no row at all.
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        for counts in resampled_counts(rows, resamples, config.seed):
            for part, (theirs, ours), gains in zip(parts, scorers, found, strict=True):
                drawn = counts[:, part.rows]
                gains.append(metric.loss(theirs(drawn)) - metric.loss(ours(drawn)))
    together = (np.concatenate(gains) for gains in found)
    finite = (gains[np.isfinite(gains)] for gains in together)
    return [gains if len(gains) >= (1 - MOST_UNDEFINED) * resamples else None for gains in finite]


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
