"""The charts of a regression: measured against predicted, the errors over the predictions, and how they are spread."""

from __future__ import annotations

import numpy as np

from include.autopilot.evaluation.outcome import Numbers
from include.autopilot.report.figure import Figure, Series
from include.autopilot.report.points import Points, columns_of, drawable

_FEWEST_BINS, _MOST_BINS = 5, 31


def parity(name: str, title: str, target: str, points: Points) -> Figure:
    """Return the chart of measured against predicted; the diagonal is perfection.

    :param target: what is plotted, with its unit where it has one.
    """
    values = [*points.actual, *points.predicted] or [0.0]
    low, high = min(values), max(values)
    margin = (high - low) * 0.04 or 1.0
    ends = (low - margin, high + margin)
    return Figure(
        name=name,
        title=title,
        across=f"measured {target}",
        up=f"predicted {target}",
        series=(
            Series("as measured", "dashes", ends, ends, muted=True, told=False),
            Series("rows", "points", points.actual, points.predicted, keys=points.keys),
        ),
        ends=ends,
        said=f"On the dashes a prediction is what was measured.{points.shown}",
    )


def residuals(name: str, title: str, target: str, points: Points) -> Figure:
    """Return the chart of the errors over the predictions: where the model is wrong, and in which direction."""
    across = (min(points.predicted), max(points.predicted)) if points.predicted else (0.0, 1.0)
    return Figure(
        name=name,
        title=f"{title}: errors",
        across=f"predicted {target}",
        up=f"predicted less measured {target}",
        series=(
            Series("no error", "dashes", across, (0.0, 0.0), muted=True, told=False),
            Series("rows", "points", points.predicted, points.errors, keys=points.keys),
        ),
        said="Above the dashes the prediction is too high. A slope or a bend says that the errors have a system."
        f"{points.shown}",
    )


def spread(name: str, title: str, target: str, outcome: Numbers) -> Figure | None:
    """Return the histogram of the errors of all rows; None where no row has one."""
    actual, predicted = columns_of(outcome)
    there = drawable(actual, predicted)
    if not len(there):
        return None
    errors = predicted[there] - actual[there]
    # As many bars on either side of no error: a bias shows as a lean.
    reach = float(np.abs(errors).max()) or 1.0
    bins = int(np.clip(np.sqrt(len(errors)), _FEWEST_BINS, _MOST_BINS)) | 1
    counts, edges = np.histogram(errors, bins=bins, range=(-reach, reach))
    middles = (edges[:-1] + edges[1:]) / 2
    middles[bins // 2] = 0.0  # and not what rounding leaves of it
    return Figure(
        name=name,
        title=f"{title}: how large the errors are",
        across=f"predicted less measured {target}",
        up="rows",
        series=(Series("rows", "bars", tuple(range(bins)), tuple(map(float, counts))),),
        ticks=tuple(f"{middle:.3g}" for middle in middles),
        said=f"On average {errors.mean():+.3g}; half of the errors are smaller than {np.median(np.abs(errors)):.3g}.",
    )
