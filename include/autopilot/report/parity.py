"""The chart of a regression: measured against predicted; the diagonal is perfection."""

from __future__ import annotations

from typing import Any

from include.autopilot.report.chart import ACCENT, MUTED, label_axes, svg
from include.autopilot.report.outcome import Numbers


def parity_svg(name: str, title: str, target: str, outcome: Numbers) -> str:
    """Return the chart; see :func:`include.autopilot.report.chart.svg`.

    :param target: what is plotted, with its unit where it has one.
    """

    def draw(axes: Any) -> None:
        values = (*outcome.actual, *outcome.predicted)
        low, high = min(values), max(values)
        margin = (high - low) * 0.04 or 1.0
        ends = (low - margin, high + margin)
        axes.plot(ends, ends, color=MUTED, linewidth=1, linestyle="--", zorder=1)
        axes.scatter(outcome.actual, outcome.predicted, s=18, color=ACCENT, alpha=0.65, linewidths=0, zorder=2)
        axes.set(xlim=ends, ylim=ends, aspect="equal")
        axes.grid(visible=True, color=MUTED, alpha=0.2, linewidth=0.6)
        label_axes(axes, f"measured {target}", f"predicted {target}")

    return svg(name, title, draw)
