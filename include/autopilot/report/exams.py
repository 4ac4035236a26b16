"""The charts over time: the metric by cutoff, and what the champion of the time was worth on every new drop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from include.autopilot.base.metrics import metric_named
from include.autopilot.exams.stored import Exam
from include.autopilot.gate.history import compared_in
from include.autopilot.report.figure import Figure, Series

# More dots than these touch each other.
MOST = 100


def exams_figure(exams: Sequence[Exam]) -> Figure | None:
    """Return the chart of the exams; None where fewer than two have a mark.

    :param exams: in the order of the drops.
    """
    marked = [exam for exam in exams if exam.mark is not None and exam.mark.value is not None]
    # One metric has one scale; after gate.metric was changed the newer exams count.
    shown = [exam for exam in marked if exam.metric == marked[-1].metric][-MOST:]
    if len(shown) < 2:
        return None
    places = tuple(range(len(shown)))
    values, low, high = ([getattr(exam.mark, part) for exam in shown] for part in ("value", "low", "high"))
    constants = [exam.constant.value if exam.constant else None for exam in shown]
    return Figure(
        name="exams",
        title="Exams",
        across="drop (version examined)",
        up=metric_named(shown[-1].metric).shown,
        series=(
            Series("champion of the time", "line", places, values, low, high),
            Series("looks at no row", "dashes", places, constants, muted=True),
        ),
        ticks=tuple(f"{exam.drop} (v{exam.version})" for exam in shown),
    )


def course_figure(records: Sequence[Mapping[str, Any]]) -> Figure | None:
    """Return the chart of the challengers by cutoff, each with the champion that it met; None of fewer than two.

    :param records: the ledger's of the runs that were judged.
    """
    ordered = sorted(records, key=lambda one: (one["cutoff"], int(one["version"]["version"])))
    measured = [one for one in ordered if one["version"]["value"] is not None]
    shown = [one for one in measured if one["version"]["metric"] == measured[-1]["version"]["metric"]][-MOST:]
    if len(shown) < 2:
        return None
    places = tuple(range(len(shown)))
    met = [compared_in(one) for one in shown]
    metric = metric_named(shown[-1]["version"]["metric"]).shown
    return Figure(
        name="course",
        title=f"{metric} by cutoff",
        across="data up to (version)",
        up=metric,
        series=(
            Series(
                "challenger",
                "line",
                places,
                [float(one["version"]["value"]) for one in shown],
                [one["low"] for one in met],
                [one["high"] for one in met],
            ),
            Series("champion, at first a constant", "dashes", places, [one["champion"] for one in met], muted=True),
        ),
        ticks=tuple(f"{one['cutoff'][:10]} (v{one['version']['version']})" for one in shown),
        said="The lines are the intervals of the gain, put on the champion's value: a challenger whose line does not "
        "reach the dashes differs from it beyond chance.",
    )
