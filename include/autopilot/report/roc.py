"""The ROC curve of two classes: how many of the positive rows are found at the price of how many false alarms."""

from __future__ import annotations

from typing import Any

from sklearn.metrics import roc_curve

from include.autopilot.report.chart import ACCENT, MUTED, label_axes, svg
from include.autopilot.report.outcome import Classes


def has_roc(outcome: Classes) -> bool:
    """Whether there is a curve: two known classes, both with rows, and probabilities."""
    return len(outcome.known) == 2 and outcome.probabilities is not None and len(set(outcome.actual)) == 2


def roc_svg(name: str, title: str, outcome: Classes) -> str:
    """Return the chart; see :func:`include.autopilot.report.chart.svg`. The diagonal is guessing."""
    positive = outcome.known[1]

    def draw(axes: Any) -> None:
        chances = [row[1] for row in outcome.probabilities or ()]
        alarms, found, _ = roc_curve([label == positive for label in outcome.actual], chances)
        axes.plot((0, 1), (0, 1), color=MUTED, linewidth=1, linestyle="--", zorder=1)
        axes.plot(alarms, found, color=ACCENT, linewidth=2, zorder=2)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal")
        axes.grid(visible=True, color=MUTED, alpha=0.2, linewidth=0.6)
        label_axes(axes, f"false alarms (share of rows not {positive})", f"found (share of {positive})")

    return svg(name, title, draw)
