"""A chart standing still: matplotlib draws it as SVG, small enough for a page with thousands of points."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from markupsafe import escape

from include.autopilot.report.chart import ACCENT, MUTED, label_axes, plain, svg
from include.autopilot.report.figure import Figure, Series

# More names than these do not fit below each other.
_MOST_NAMES = 12
_GROUP = 0.8
_POINT = 4.2
# Coordinates are points of a picture 330 wide: a tenth is less than what can be seen.
_LONG_NUMBER = re.compile(r"([0-9]+\.[0-9])[0-9]+")
_DOT = re.compile(r"M (\S+ \S+) \nL \1 \n?")
_PATH = re.compile(r' d="[^"]*"')


def still(figure: Figure) -> str:
    """Return the chart as one ``<svg>`` element with the colours of the page; see :func:`.chart.svg`."""
    bars = [one for one in figure.series if one.kind == "bars"]

    def draw(axes: Any) -> None:
        for series in figure.series:
            if series.kind == "bars":
                _bars(axes, series, bars.index(series), len(bars))
            else:
                _marks(axes, series)
        axes.grid(visible=True, color=MUTED, alpha=0.2, linewidth=0.6)
        if figure.ends is not None:
            axes.set(xlim=figure.ends, ylim=figure.ends, aspect="equal")
        if figure.ticks:
            step = max(1, -(-len(figure.ticks) // _MOST_NAMES))
            places, names = range(len(figure.ticks)), [plain(name) for name in figure.ticks]
            axes.set_xticks(places[::step], names[::step], rotation=60, ha="right", fontsize=7)
        named = [one for one in figure.series if one.told]
        if len(named) > 1:
            legend = axes.legend(
                [axes.plot([], [], color=_colour(one), linestyle=_style(one))[0] for one in named],
                [plain(one.name) for one in named],
                frameon=False,
                fontsize=8,
                labelcolor=MUTED,
            )
            legend.set_zorder(3)
        label_axes(axes, figure.across, figure.up)

    drawn = _PATH.sub(_compact, svg(figure.name, figure.title, draw))
    # Who does not see it is told what it is; its numbers stand in the tables.
    return drawn.replace("<svg", f'<svg role="img" aria-label="{escape(figure.title)}"', 1)


def _compact(path: re.Match[str]) -> str:
    # A line of no length with round ends is a dot: one path holds them all.
    return _DOT.sub(r"M\1h0", _LONG_NUMBER.sub(r"\1", path[0]))


def _colour(series: Series) -> str:
    return MUTED if series.muted else ACCENT


def _style(series: Series) -> str:
    return "--" if series.kind == "dashes" else "-"


def _bars(axes: Any, series: Series, place: int, of: int) -> None:
    width = _GROUP / of
    x, heights = _columns(series.x, series.y)
    x = x + (place - (of - 1) / 2) * width
    axes.bar(x, heights, width * 0.92, color=_colour(series), alpha=0.65, linewidth=0)
    _intervals(axes, series, x)


def _marks(axes: Any, series: Series) -> None:
    x, y = _columns(series.x, series.y)
    colour = _colour(series)
    if series.kind == "points":
        _dots(axes, x, y, colour)
    else:
        axes.plot(x, y, color=colour, linestyle=_style(series), linewidth=1 if series.muted else 1.6, zorder=1)
        if series.kind == "line" and len(x) <= 60:
            _dots(axes, x, y, colour)
    _intervals(axes, series, x)


def _dots(axes: Any, x: Any, y: Any, colour: str) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    there = np.isfinite(x) & np.isfinite(y)
    corners = np.repeat(np.column_stack([x[there], y[there]]), 2, axis=0)
    if not len(corners):
        return
    path = Path(corners, [Path.MOVETO, Path.LINETO] * (len(corners) // 2))
    path.should_simplify = False
    axes.add_patch(PathPatch(path, facecolor="none", edgecolor=colour, linewidth=_POINT, capstyle="round", alpha=0.65))
    axes.update_datalim(corners)
    axes.autoscale_view()


def _intervals(axes: Any, series: Series, x: Any) -> None:
    if not len(series.low):
        return
    low, high = _columns(series.low, series.high)
    there = np.isfinite(low) & np.isfinite(high)
    axes.vlines(x[there], low[there], high[there], color=_colour(series), linewidth=1.5, zorder=3)


def _columns(one: Any, two: Any) -> tuple[Any, Any]:
    """Return two columns as numbers, NaN where there is nothing."""
    first, second = (np.asarray([np.nan if v is None else v for v in column], dtype=float) for column in (one, two))
    return first, second
