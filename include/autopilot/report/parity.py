"""The chart of a regression: measured against predicted; the diagonal is perfection."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from include.autopilot.evaluation.outcome import Numbers
from include.autopilot.report.chart import ACCENT, MUTED, label_axes, svg

# Points of a page that a browser still shows at once; of more rows every so many is drawn.
MOST_POINTS = 3000
# Beyond this a chart has no scale that can be computed.
_LARGEST = 1e300


def parity_svg(name: str, title: str, target: str, outcome: Numbers) -> str:
    """Return the chart; see :func:`include.autopilot.report.chart.svg`.

    :param target: what is plotted, with its unit where it has one.
    """
    actual, predicted = drawn_pairs(outcome)
    rows = len(outcome.actual)
    shown = title if len(actual) == rows else f"{title} ({len(actual):,} of {rows:,} rows)"

    def draw(axes: Any) -> None:
        values = np.concatenate([actual, predicted]) if len(actual) else np.zeros(1)
        low, high = float(values.min()), float(values.max())
        margin = (high - low) * 0.04 or 1.0
        ends = (low - margin, high + margin)
        axes.plot(ends, ends, color=MUTED, linewidth=1, linestyle="--", zorder=1)
        axes.scatter(actual, predicted, s=18, color=ACCENT, alpha=0.65, linewidths=0, zorder=2)
        axes.set(xlim=ends, ylim=ends, aspect="equal")
        axes.grid(visible=True, color=MUTED, alpha=0.2, linewidth=0.6)
        label_axes(axes, f"measured {target}", f"predicted {target}")

    return svg(name, shown, draw)


def drawn_pairs(outcome: Numbers) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the pairs that are drawn: those that have an answer and a place on a scale, at most ``MOST_POINTS``."""
    actual, predicted = (np.asarray(column, dtype=float) for column in (outcome.actual, outcome.predicted))
    there = np.flatnonzero((np.abs(actual) < _LARGEST) & (np.abs(predicted) < _LARGEST))
    chosen = there[:: max(1, -(-len(there) // MOST_POINTS))]
    return actual[chosen], predicted[chosen]
