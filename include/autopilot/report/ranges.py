"""How large the error is by what was predicted: ten equal parts of the rows, from the lowest to the highest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from include.autopilot.base.metrics import METRICS
from include.autopilot.evaluation.outcome import Numbers
from include.autopilot.gate.contender import Contender
from include.autopilot.gate.measuring import Measure, measure
from include.autopilot.gate.resampled import resampled_metric
from include.autopilot.report.figure import Figure, Series
from include.autopilot.report.points import columns_of, drawable
from include.autopilot.settings.gate import GateConfig

_PARTS, _FEWEST_ROWS = 10, 20
# The one in units of the target that the mean answers best.
METRIC = next(one.name for one in METRICS if one.in_units_of_target and one.constant == "mean")
# Above this the intervals are too narrow to be seen, and take minutes.
_MOST_RESAMPLED = 50_000
_GATE = GateConfig(resamples=1000)
CONFIDENCE = _GATE.confidence


@dataclass(frozen=True)
class Range:
    """The rows between two predictions.

    :param low: the lowest prediction among them, ``high`` the highest; in units of the target as all else.
    :param error: their RMSE with its interval; ``champion``: that of the champion's answers to the same rows, None
        where they are not known.
    :param bias: the mean of predicted less measured.
    """

    low: float
    high: float
    rows: int
    error: Measure
    bias: float
    champion: Measure | None

    @property
    def name(self) -> str:
        """The range in words."""
        return f"{self.low:.3g} to {self.high:.3g}"


def ranges_of(outcome: Numbers, champion: Numbers | None) -> tuple[Range, ...]:
    """Return the ranges from the lowest prediction to the highest; none where the rows are too few for two.

    :param champion: its answers to the same rows.
    """
    actual, predicted = columns_of(outcome)
    there = drawable(actual, predicted)
    theirs = None
    if champion is not None:
        _, theirs = columns_of(champion)
        there = np.intersect1d(there, drawable(actual, theirs))
    parts = min(_PARTS, len(there) // _FEWEST_ROWS)
    if parts < 2:
        return ()
    order = there[np.argsort(predicted[there], kind="stable")]
    resampled = len(there) <= _MOST_RESAMPLED
    return tuple(_range(rows, actual, predicted, theirs, resampled) for rows in np.array_split(order, parts))


def ranges_figure(name: str, title: str, target: str, ranges: Sequence[Range]) -> Figure:
    """Return the chart of the ranges, the champion's errors beside."""
    places = tuple(range(len(ranges)))
    series = [_series("challenger", [one.error for one in ranges], places)]
    theirs = [one.champion for one in ranges if one.champion is not None]
    if theirs:
        series.append(_series("champion", theirs, places, muted=True))
    return Figure(
        name=name,
        title=f"{title}: error by predicted range",
        across=f"predicted {target}",
        up=f"{METRIC} ({target})",
        series=tuple(series),
        ticks=tuple(one.name for one in ranges),
        said=f"Every bar is about {ranges[0].rows:,} rows; the lines are {CONFIDENCE:.0%} intervals.",
    )


def _range(
    rows: NDArray[np.intp],
    actual: NDArray[np.float64],
    predicted: NDArray[np.float64],
    theirs: NDArray[np.float64] | None,
    resampled: bool,
) -> Range:
    errors = predicted[rows] - actual[rows]
    champion = None if theirs is None else _error(actual[rows], theirs[rows], resampled)
    low, high = float(predicted[rows[0]]), float(predicted[rows[-1]])
    return Range(low, high, len(rows), _error(actual[rows], predicted[rows], resampled), float(errors.mean()), champion)


def _error(actual: NDArray[np.float64], predicted: NDArray[np.float64], resampled: bool) -> Measure:
    if not resampled:
        return Measure(float(np.sqrt(np.mean((predicted - actual) ** 2))))
    contender = Contender("these rows", "", [""] * len(actual), actual, predicted)
    return measure(resampled_metric(METRIC).scorer(contender), len(actual), _GATE)


def _series(name: str, errors: Sequence[Measure], places: Sequence[int], muted: bool = False) -> Series:
    low, high = ([getattr(one, end) for one in errors] for end in ("low", "high"))
    return Series(name, "bars", places, [one.value for one in errors], low, high, muted=muted)
