"""Which charts a page has: of every holdout measured against predicted, and more of the one that judges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from include.autopilot.evaluation.outcome import Classes, Numbers, Outcome
from include.autopilot.evaluation.predictions import Predictions
from include.autopilot.report.figure import Figure
from include.autopilot.report.parity import parity, residuals, spread
from include.autopilot.report.points import points_of
from include.autopilot.report.ranges import Range, ranges_figure
from include.autopilot.report.roc import calibration, has_roc, precision_recall, roc
from include.autopilot.report.still import still

# Points of all charts of a page: so many a browser shows at once, and they leave room below a megabyte.
_MOST_POINTS, _FEWEST_POINTS = 3000, 300


@dataclass(frozen=True)
class Picture:
    """A chart and how it looks standing still."""

    figure: Figure
    svg: Markup


def pictures(figures: Iterable[Figure | None]) -> list[Picture]:
    """Draw charts; what is None has nothing to show."""
    # Our own markup: matplotlib escapes the texts that it is given.
    return [Picture(figure, Markup(still(figure))) for figure in figures if figure is not None]  # noqa: S704


def points_each(holdouts: int) -> int:
    """Return how many points the charts of one holdout may have."""
    return max(_FEWEST_POINTS, _MOST_POINTS // max(1, holdouts))


def measured_figures(
    found: Predictions, title: str, target: str, champion: Outcome | None, judges: bool, most: int
) -> list[Figure | None]:
    """Return the charts of one holdout.

    :param title: its name for people; ``target``: what is predicted.
    :param champion: what it answered to the same rows, where that is known.
    :param judges: whether it is the holdout that judged, of which all is shown.
    :param most: how many points may be shown.
    """
    name, outcome = f"{found.holdout}-", found.outcome
    if isinstance(outcome, Numbers):
        points = points_of(found.keys, outcome, most)
        first = parity(f"{name}parity", title, target, points)
        more = (residuals(f"{name}errors", title, target, points), spread(f"{name}spread", title, target, outcome))
        return [first, *(more if judges else ())]
    if not has_roc(outcome):
        return []
    theirs = champion if isinstance(champion, Classes) and has_roc(champion) else None
    curves = [roc(f"{name}roc", title, outcome, theirs)]
    if judges:
        curves += [
            precision_recall(f"{name}precision", title, outcome, theirs),
            calibration(f"{name}calibration", title, outcome),
        ]
    return list(curves)


def ranges_figures(title: str, target: str, ranges: Sequence[Range]) -> list[Figure | None]:
    """Return the chart of the errors by predicted range, where there are ranges."""
    return [ranges_figure("ranges", title, target, ranges)] if ranges else []
