"""The chart of the exams: what the champion of the time was worth on every new drop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from include.autopilot.base.metrics import metric_named
from include.autopilot.exams.stored import Exam
from include.autopilot.report.chart import ACCENT, MUTED, label_axes, svg

# More names than these do not fit below each other.
_MOST_NAMES = 12


def exams_svg(exams: Sequence[Exam]) -> str:
    """Return the chart; see :func:`include.autopilot.report.chart.svg`.

    :param exams: those that have a mark, in the order of the drops.
    """
    # One metric has one scale; after gate.metric was changed the newer exams count.
    metric = exams[-1].metric
    shown = [exam for exam in exams if exam.metric == metric]

    def draw(axes: Any) -> None:
        places = np.arange(len(shown))
        marks, constants = ([getattr(exam, which).value for exam in shown] for which in ("mark", "constant"))
        for place, exam in zip(places, shown, strict=True):
            if exam.mark is not None and exam.mark.low is not None:
                axes.vlines(place, exam.mark.low, exam.mark.high, color=ACCENT, linewidth=2, alpha=0.5)
        axes.plot(places, marks, color=ACCENT, marker="o", markersize=4, linewidth=1)
        axes.plot(places, constants, color=MUTED, linestyle="--", linewidth=1)
        step = max(1, -(-len(shown) // _MOST_NAMES))
        names = [f"{exam.drop} (v{exam.version})" for exam in shown]
        axes.set_xticks(places[::step], names[::step], rotation=60, ha="right", fontsize=7)
        axes.grid(visible=True, color=MUTED, alpha=0.2, linewidth=0.6)
        label_axes(axes, "drop (version examined)", metric_named(metric).shown)

    return svg("exams", "Exams", draw)
