"""The confusion matrix of a classification: rows per measured and predicted class; the diagonal is what was right."""

from __future__ import annotations

from typing import Any

from include.autopilot.evaluation.outcome import Classes
from include.autopilot.report.chart import ACCENT, INK, MUTED, label_axes, plain, svg

# More classes than this get no counts in the cells: they would not fit; the shades still tell.
_COUNTED = 12
_LONGEST = 16


def confusion_svg(name: str, title: str, target: str, outcome: Classes) -> str:
    """Return the chart; see :func:`include.autopilot.report.chart.svg`. Shades are shares of the measured class."""

    def draw(axes: Any) -> None:
        from matplotlib.patches import Rectangle

        size = len(outcome.names)
        for row, counts in enumerate(outcome.confusion):
            total = sum(counts)
            for column, count in enumerate(counts):
                share = count / total if total else 0.0
                axes.add_patch(Rectangle((column, row), 1, 1, color=ACCENT, alpha=0.55 * share, linewidth=0))
                if size <= _COUNTED and (count or row == column):
                    axes.text(column + 0.5, row + 0.5, str(count), ha="center", va="center", color=INK)
        ticks = [place + 0.5 for place in range(size)]
        names = [plain(_short(label)) for label in outcome.names]
        axes.set(xlim=(0, size), ylim=(size, 0), aspect="equal", xticks=ticks, yticks=ticks)
        axes.set_xticklabels(names, rotation=0 if size < 4 else 45, ha="center" if size < 4 else "right")
        axes.set_yticklabels(names)
        axes.tick_params(length=0)
        for place in range(1, size):
            axes.axhline(place, color=MUTED, alpha=0.2, linewidth=0.6)
            axes.axvline(place, color=MUTED, alpha=0.2, linewidth=0.6)
        label_axes(axes, f"predicted {target}", f"measured {target}")

    return svg(name, title, draw)


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…"
