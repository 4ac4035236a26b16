"""A chart as numbers, drawn twice: standing still for mail, print and pages without scripts, and alive in a browser."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["points", "line", "dashes", "bars"]
Values = Sequence[float | None]
# A key is shown up to here; one can be as long as a cell may be.
LONGEST_KEY = 80


@dataclass(frozen=True, eq=False)
class Series:
    """What belongs together in a chart.

    :param x: from the left; of a chart with ``ticks`` their numbers. ``y``: from below; None where there is nothing.
    :param low: the ends of an interval around each value; none where there are no intervals.
    :param keys: what each point is called; empty where nothing but its values is known of it.
    :param muted: whether it stands back: something to compare with.
    :param told: whether single points can be pointed at and gone to; of a diagonal nothing can be said.
    """

    name: str
    kind: Kind
    x: Sequence[float]
    y: Values
    low: Values = ()
    high: Values = ()
    keys: Sequence[str] = ()
    muted: bool = False
    told: bool = True


@dataclass(frozen=True, eq=False)
class Figure:
    """A chart.

    :param name: its own on the page; letters, digits and dashes.
    :param across: what goes from left to right, with its unit where it has one; ``up``: from below.
    :param ticks: names of the places 0, 1, 2 and so on from the left, where they are no numbers.
    :param ends: the smallest and the largest value of both axes of a square chart; None: every axis its own.
    :param said: how to read it, for people.
    """

    name: str
    title: str
    across: str
    up: str
    series: tuple[Series, ...]
    ticks: Sequence[str] = ()
    ends: tuple[float, float] | None = None
    said: str = ""


def figures_data(figures: Sequence[Figure]) -> dict[str, Any]:
    """Return charts as plain JSON: ``figures``, and the ``columns`` that they name by number, each of them once."""
    columns: list[Any] = []
    places: dict[int, int] = {}

    def placed(column: Sequence[Any]) -> int | None:
        if not len(column):
            return None
        if id(column) not in places:
            places[id(column)] = len(columns)
            columns.append([_plain(one) for one in column])
        return places[id(column)]

    told = [_figure(figure, [_series(one, placed) for one in figure.series]) for figure in figures]
    return {"columns": columns, "figures": told}


def _figure(figure: Figure, series: list[dict[str, Any]]) -> dict[str, Any]:
    names = ("name", "title", "across", "up")
    told: dict[str, Any] = {name: getattr(figure, name) for name in names}
    return {**told, "ticks": list(figure.ticks), "ends": figure.ends, "series": series}


def _series(series: Series, placed: Any) -> dict[str, Any]:
    columns = {name: placed(getattr(series, name)) for name in ("x", "y", "low", "high", "keys")}
    return {"name": series.name, "kind": series.kind, "muted": series.muted, "told": series.told, **columns}


def _plain(one: Any) -> Any:
    """Return a text, or a number with six digits; what is no number is nothing."""
    if one is None or isinstance(one, str):
        return one
    value = float(one)
    if not math.isfinite(value):
        return None
    rounded = float(f"{value:.6g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded
