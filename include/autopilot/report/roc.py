"""The ROC curve of two classes: how many of the positive rows are found at the price of how many false alarms."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_curve

from include.autopilot.evaluation.outcome import Classes
from include.autopilot.report.chart import ACCENT, MUTED, label_axes, svg

# Corners of the curve that are drawn; more cannot be seen.
MOST_CORNERS = 1000


def has_roc(outcome: Classes) -> bool:
    """Whether there is a curve: two known classes, both with rows, and a probability for every row."""
    if len(outcome.known) != 2 or outcome.probabilities is None or len(set(outcome.actual)) != 2:
        return False
    return bool(np.isfinite(np.asarray(outcome.probabilities, dtype=float)).all())


def roc_svg(name: str, title: str, outcome: Classes) -> str:
    """Return the chart; see :func:`include.autopilot.report.chart.svg`. The diagonal is guessing."""
    positive = outcome.known[1]

    def draw(axes: Any) -> None:
        alarms, found = curve_of(outcome)
        axes.plot((0, 1), (0, 1), color=MUTED, linewidth=1, linestyle="--", zorder=1)
        axes.plot(alarms, found, color=ACCENT, linewidth=2, zorder=2)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
        axes.grid(visible=True, color=MUTED, alpha=0.2, linewidth=0.6)
        label_axes(axes, f"false alarms (share of rows not {positive})", f"found (share of {positive})")

    return svg(name, title, draw)


def curve_of(outcome: Classes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the share of false alarms and of what is found, corner by corner, both ends included."""
    measured = np.fromiter((label == outcome.known[1] for label in outcome.actual), bool, len(outcome.actual))
    alarms, found, _ = roc_curve(measured, np.asarray(outcome.probabilities, dtype=float)[:, 1])
    chosen = np.unique(np.linspace(0, len(alarms) - 1, min(len(alarms), MOST_CORNERS)).round().astype(int))
    return alarms[chosen], found[chosen]
