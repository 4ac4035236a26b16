"""The curves of two classes: how many positive rows are found at what price, and what the probabilities are worth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve, roc_curve

from include.autopilot.base.shortened import shortened
from include.autopilot.evaluation.outcome import Classes
from include.autopilot.report.figure import Figure, Series

# Corners of the curve that are drawn; more cannot be seen.
MOST_CORNERS = 1000
_PARTS, _FEWEST_ROWS = 10, 10
# A longer name of a class leaves no room beside an axis.
_LONGEST = 16
_SQUARE = (-0.02, 1.02)
# Of a 95 % interval, in standard deviations.
_WIDTH = 1.96


def has_roc(outcome: Classes) -> bool:
    """Whether there is a curve: two known classes, both with rows, and a probability for every row."""
    if len(outcome.known) != 2 or outcome.probabilities is None or len(set(outcome.actual)) != 2:
        return False
    return bool(np.isfinite(np.asarray(outcome.probabilities, dtype=float)).all())


def roc(name: str, title: str, outcome: Classes, champion: Classes | None = None) -> Figure:
    """Return the ROC curve; the diagonal is guessing.

    :param champion: its answers to the same rows, where they are known.
    """
    positive = _positive(outcome)
    lines = [Series("challenger", "line", *curve_of(outcome))]
    if champion is not None:
        lines.append(Series("champion", "line", *curve_of(champion), muted=True))
    return Figure(
        name=name,
        title=f"{title}, ROC curve",
        across=f"false alarms (share of rows not {positive})",
        up=f"found (share of {positive})",
        series=(*lines, Series("guessing", "dashes", (0.0, 1.0), (0.0, 1.0), muted=True, told=False)),
        ends=_SQUARE,
        said="The nearer to the upper left corner the better; the dashes are guessing.",
    )


def precision_recall(name: str, title: str, outcome: Classes, champion: Classes | None = None) -> Figure:
    """Return the precision-recall curve; the dashes are guessing."""
    positive, share = _positive(outcome), float(_measured(outcome).mean())
    lines = [Series("challenger", "line", *_precision(outcome))]
    if champion is not None:
        lines.append(Series("champion", "line", *_precision(champion), muted=True))
    return Figure(
        name=name,
        title=f"{title}, precision and recall",
        across=f"recall (share of {positive} that is found)",
        up="precision (share that is right)",
        series=(*lines, Series("guessing", "dashes", (0.0, 1.0), (share, share), muted=True, told=False)),
        ends=_SQUARE,
        said=f"The nearer to the upper right corner the better; {share:.1%} of the rows are {positive}, the dashes.",
    )


def calibration(name: str, title: str, outcome: Classes) -> Figure:
    """Return what share of rows is positive by the probability that was predicted, in parts of equally many rows."""
    positive, chances, measured = _positive(outcome), _chances(outcome), _measured(outcome)
    order = np.argsort(chances, kind="stable")
    parts = np.array_split(order, min(_PARTS, max(1, len(order) // _FEWEST_ROWS)))
    said, seen = ([float(column[part].mean()) for part in parts] for column in (chances, measured.astype(float)))
    ends = [_wilson(int(measured[part].sum()), len(part)) for part in parts]
    return Figure(
        name=name,
        title=f"{title}, calibration",
        across=f"predicted probability of {positive}",
        up=f"share that is {positive}",
        series=(
            Series(
                "rows",
                "line",
                said,
                seen,
                [low for low, _ in ends],
                [high for _, high in ends],
                [f"{len(part):,} rows" for part in parts],
            ),
            Series("honest", "dashes", (0.0, 1.0), (0.0, 1.0), muted=True, told=False),
        ),
        ends=_SQUARE,
        said="On the dashes a probability is what it says; below them the model is too sure. Lines: 95 % intervals.",
    )


def curve_of(outcome: Classes) -> tuple[list[float], list[float]]:
    """Return the share of false alarms and of what is found, corner by corner, both ends included."""
    alarms, found, _ = roc_curve(_measured(outcome), _chances(outcome))
    return _some(alarms, found)


def _precision(outcome: Classes) -> tuple[list[float], list[float]]:
    right, found, _ = precision_recall_curve(_measured(outcome), _chances(outcome))
    return _some(found, right)


def _some(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[list[float], list[float]]:
    chosen = np.unique(np.linspace(0, len(x) - 1, min(len(x), MOST_CORNERS)).round().astype(int))
    return x[chosen].tolist(), y[chosen].tolist()


def _positive(outcome: Classes) -> str:
    return shortened(outcome.known[1], _LONGEST)


def _measured(outcome: Classes) -> NDArray[np.bool_]:
    return np.fromiter((label == outcome.known[1] for label in outcome.actual), bool, len(outcome.actual))


def _chances(outcome: Classes) -> NDArray[np.float64]:
    return np.asarray(outcome.probabilities, dtype=float)[:, 1]


def _wilson(positive: int, rows: int) -> Sequence[float]:
    """Return the interval of a share (Wilson, 1927), which stays between 0 and 1."""
    share, square = positive / rows, _WIDTH**2
    middle = (share + square / (2 * rows)) / (1 + square / rows)
    reach = _WIDTH / (1 + square / rows) * float(np.sqrt(share * (1 - share) / rows + square / (4 * rows**2)))
    # Of a share of all or none rounding may miss the end.
    return min(middle - reach, share), max(middle + reach, share)
