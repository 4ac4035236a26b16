"""A metric over the cutoffs as shapes to draw: every challenger, the champion that it met, and the interval between.

Plain numbers in the units of an SVG's ``viewBox``; who renders a page draws them. matplotlib, which draws the reports,
would cost the process that serves pages 100 MB and a third of a second per page.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from include.autopilot.exams.stored import Exam
from include.autopilot.overview.history import JudgedRun

WIDTH, HEIGHT = 960, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 40, 24, 40
# More dots than these touch each other.
MOST = 200
_TICKS = 5


@dataclass(frozen=True)
class Dot:
    """One measured value.

    :param x: from the left, and ``y`` from the top; ``low``, ``high``: the ends of its interval, None without one.
    :param opponent: the height of what it was compared with: the champion's value, or the constant answer's.
    :param filled: whether the version was the champion once.
    :param title: what a pointer that rests on it is told.
    """

    x: float
    y: float
    low: float | None
    high: float | None
    opponent: float | None
    filled: bool
    title: str


@dataclass(frozen=True)
class Tick:
    """A mark on an axis, ``at`` from the left or the top."""

    at: float
    text: str


@dataclass(frozen=True)
class Chart:
    """What to draw.

    :param metric: the name of what is drawn.
    :param left_out: how many older values are not drawn.
    """

    metric: str
    dots: Sequence[Dot]
    across: Sequence[Tick]
    up: Sequence[Tick]
    left_out: int


@dataclass(frozen=True)
class _Value:
    moment: datetime
    value: float
    low: float | None
    high: float | None
    opponent: float | None
    filled: bool
    title: str


def course_of(runs: Sequence[JudgedRun]) -> Chart | None:
    """Return the chart of the challengers by cutoff; None where there is nothing to draw."""
    if not runs:
        return None
    # One metric has one scale; after gate.metric was changed the newer runs count.
    metric = runs[-1].metric
    values = [
        _Value(
            datetime.fromisoformat(run.cutoff),
            run.value,
            run.low,
            run.high,
            run.champion,
            run.was_champion,
            f"{run.cutoff[:10]}, version {run.version}: {metric} {run.value:.4g}, {run.fate}",
        )
        for run in runs
        if run.metric == metric and run.value is not None
    ]
    return _chart(metric, values)


def exams_drawn(exams: Sequence[Exam]) -> Chart | None:
    """Return the chart of the exams by drop; None where there is nothing to draw."""
    if not exams:
        return None
    metric = exams[-1].metric
    values = [
        _Value(
            exam.moment,
            exam.mark.value,
            exam.mark.low,
            exam.mark.high,
            exam.constant.value if exam.constant else None,
            True,
            exam.sentence,
        )
        for exam in exams
        if exam.metric == metric and exam.mark is not None and exam.mark.value is not None
    ]
    return _chart(metric, values)


def _chart(metric: str, values: list[_Value]) -> Chart | None:
    drawable = sorted((one for one in values if math.isfinite(one.value)), key=lambda one: one.moment)
    shown = drawable[-MOST:]
    if not shown:
        return None
    bottom, top, steps = _scale([one.value for one in shown], [one.opponent for one in shown])
    first, last = shown[0].moment.timestamp(), shown[-1].moment.timestamp()

    def x(moment: datetime) -> float:
        # One alone stands beside the axis, which a narrow window shows first.
        share = (moment.timestamp() - first) / (last - first) if last > first else 0.0
        return round(LEFT + 12 + share * (WIDTH - LEFT - RIGHT - 24), 1)

    def y(value: float | None) -> float | None:
        if value is None or not math.isfinite(value):
            return None
        share = (min(max(value, bottom), top) - bottom) / (top - bottom)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    dots = [
        Dot(x(one.moment), y(one.value) or 0.0, y(one.low), y(one.high), y(one.opponent), one.filled, one.title)
        for one in shown
    ]
    up = [Tick(y(step) or 0.0, f"{step:.4g}") for step in steps]
    return Chart(metric, dots, _dates(shown, x), up, len(drawable) - len(shown))


def _dates(shown: Sequence[_Value], x: Callable[[datetime], float]) -> list[Tick]:
    count = min(_TICKS, len(shown))
    places = sorted({round(number * (len(shown) - 1) / max(count - 1, 1)) for number in range(count)})
    ticks: list[Tick] = []
    for place in places:
        at = x(shown[place].moment)
        # A date is some 70 units wide.
        if not ticks or at - ticks[-1].at > 78:
            ticks.append(Tick(at, f"{shown[place].moment:%Y-%m-%d}"))
    return ticks


def _scale(values: Sequence[float], opponents: Sequence[float | None]) -> tuple[float, float, list[float]]:
    """Return the ends of an axis that shows all values, and round steps between; wide intervals are cut at its ends."""
    all_of = [*values, *(one for one in opponents if one is not None and math.isfinite(one))]
    low, high = min(all_of), max(all_of)
    room = (high - low) * 0.15 or abs(high) * 0.1 or 1.0
    low, high = low - room, high + room
    step = _round_step((high - low) / _TICKS)
    if not (math.isfinite(high - low) and step > 0):
        return low, high, []
    first = math.ceil(low / step)
    return low, high, [number * step for number in range(first, math.floor(high / step) + 1)]


def _round_step(width: float) -> float:
    """Return 1, 2 or 5 times a power of ten, at least ``width``."""
    if not math.isfinite(width) or width <= 0:
        return 0.0
    power: float = 10.0 ** math.floor(math.log10(width))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= width), 10 * power)
